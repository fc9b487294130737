//! The Node binding: converts in, calls the core, converts out. What a Node user meets is TypeScript, in `node/src`.
//!
//! ```text
//! TypeScript --start(call, id, pin)--> client --spawn--> core
//! TypeScript <------Settled(call, result)-- events <-------'
//! ```
//!
//! With a transport in JavaScript, each attempt adds one crossing out (`Request`) and one back (`answer` or `fail`).
//! Events come, several at once, through one threadsafe function a client; no promise and no thread is made per call.

// napi exports nothing to a test build, which linting all targets makes.
#![cfg_attr(test, allow(dead_code, unused_imports))]

mod calls;
mod client;
mod event;
mod failure;
mod sandbox;
mod secret;
mod settings;
mod transport;
