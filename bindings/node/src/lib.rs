//! The Node binding: converts in, calls the core, converts out. What a Node user meets is TypeScript, in `node/src`.
//!
//! | way to the server | who drives a call |
//! |---|---|
//! | built in: Rust's own sockets (`calls`) | the core's client, on a thread of its own; its end comes to JavaScript as an event, several at once |
//! | a transport in JavaScript (`host_call`) | TypeScript, on the call as a value: one crossing to begin, and one for each thing that happens to it |

// napi exports nothing to a test build, which linting all targets makes.
#![cfg_attr(test, allow(dead_code, unused_imports))]

mod calls;
mod check;
mod client;
mod entry;
mod fleet;
mod given;
mod host_call;
mod host_http;
mod outcome;
mod rotation;
mod runtime;
mod sandbox;
mod secret;
mod settings;
mod values;
mod watch;
mod work;
