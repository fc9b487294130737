//! The thread on which connections and vaults of all clients work.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};
use whatsapp_two_step_outbox::{begin_work, wake_all};

/// In all of the process's environments; it doesn't hold the process open.
pub(crate) fn runtime() -> Option<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let build = || {
        Builder::new_multi_thread()
            .worker_threads(1)
            // A connection's end is read before many calls that begin at once write to it. After each task would be too often: a
            // connection that floods would always come first, and no other task.
            .event_interval(2)
            .thread_name("whatsapp-2step")
            .on_thread_park(wake_all)
            .on_thread_unpark(begin_work)
            .enable_all()
            .build()
            .ok()
    };
    RUNTIME.get_or_init(build).as_ref()
}
