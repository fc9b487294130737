//! Between a runtime of Rust's and a host's event loop (Python's, Node's): the thread on which calls work, and the events that it
//! sends.

mod outbox;
mod runtime;

pub use outbox::Outbox;
pub use runtime::start_runtime;
