//! The thread on which connections and vaults of all clients work.

use std::sync::OnceLock;

use tokio::runtime::Handle;
use whatsapp_two_step_outbox::start_runtime;

/// In all of the process's environments; it doesn't hold the process open.
pub(crate) fn runtime() -> Option<&'static Handle> {
    static RUNTIME: OnceLock<Option<Handle>> = OnceLock::new();
    RUNTIME.get_or_init(|| start_runtime("whatsapp-2step").ok()).as_ref()
}
