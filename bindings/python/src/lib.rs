//! The native half of the Python package `whatsapp_two_step`: converts in, calls the core, converts out.
//!
//! | file | has |
//! |---|---|
//! | `client` | the client: one blocking call, one started for an event loop |
//! | `settings` | keyword arguments into a `ClientBuilder` |
//! | `outcome` | what a call came to into Python's response or exception |
//! | `inbox` | what an event loop is told: a queue, and a byte on a socket that wakes it |
//! | `exchange`, `host_transport` | one request through a transport of the host's |
//! | `command`, `sandbox` | the console script and the embedded sandbox |
//! | `process` | what each process has of its own, and how its threads stop when the interpreter ends |
//!
//! No thread of Rust's ever attaches to the interpreter. A bridge that does crashes when it happens while Python ends.

mod client;
mod command;
mod exchange;
mod host_transport;
mod inbox;
mod outcome;
mod process;
mod sandbox;
mod settings;

#[pyo3::pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::{
        client::{NativeClient, StartedCall},
        command::main,
        exchange::Exchange,
        inbox::Inbox,
        process::close,
        sandbox::NativeSandbox,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("VERSION", env!("CARGO_PKG_VERSION"))?;
        module.add("MAX_BODY_BYTES", whatsapp_two_step::MAX_BODY_BYTES)
    }
}
