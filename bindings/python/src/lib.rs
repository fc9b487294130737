//! The native half of the Python package `whatsapp_two_step`: converts in, calls the core, converts out.
//!
//! | file | has |
//! |---|---|
//! | `client` | the client: one blocking call, one started for an event loop |
//! | `settings` | keyword arguments into a `ClientBuilder` |
//! | `work` | what a call is asked to do: set a PIN, read a page of numbers |
//! | `rotation`, `entry` | a rotation that Python drives; what vaults keep, and those that ship |
//! | `check` | a check of a vault that Python drives |
//! | `fleet` | many of them, and which is next |
//! | `values` | drawing a PIN, and reading a webhook |
//! | `outcome` | what a call wants or came to into Python's request, response or exception |
//! | `inbox`, `wakeup` | the ends of an event loop's calls: a queue, and a byte on a socket that wakes it |
//! | `watch` | what Python's log hears of a call's attempts |
//! | `call`, `answer` | a call that Python drives over a transport of the user's, and what that gave back |
//! | `command`, `sandbox` | the console script and the embedded sandbox |
//! | `process` | what each process has of its own, and how its threads stop when the interpreter ends |
//!
//! No thread of Rust's ever attaches to the interpreter. A bridge that does crashes when it happens while Python ends.

mod answer;
mod call;
mod check;
mod client;
mod command;
mod entry;
mod fleet;
mod inbox;
mod outcome;
mod process;
mod rotation;
mod sandbox;
mod settings;
mod values;
mod wakeup;
mod watch;
mod work;

#[pyo3::pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::{
        call::NativeCall,
        check::{NativeAsk, NativeCheck},
        client::{NativeClient, StartedCall},
        command::main,
        entry::{Entry, NativeVault, generate_vault_key},
        fleet::{NativeFleet, NativeTurn},
        inbox::Inbox,
        process::close,
        rotation::NativeRotation,
        sandbox::NativeSandbox,
        settings::invalid_configuration,
        values::{generate_pin, is_weak_pin, security_events},
        work::{NativeOperation, NativePages},
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("VERSION", env!("CARGO_PKG_VERSION"))?;
        module.add("MAX_BODY_BYTES", whatsapp_two_step::MAX_BODY_BYTES)?;
        module.add("MAX_IN_FLIGHT", whatsapp_two_step::MAX_IN_FLIGHT)
    }
}
