//! What Kotlin and Swift call: plain functions that begin a call and tell it what happened, and answer with what to do next.
//!
//! The host has the sockets, the clock and the threads; the rules are the core's. Clients and calls are numbers here and not
//! objects, and each function takes and gives one record: in Kotlin every crossing, every object and every buffer costs more
//! than the core's whole work.

#![allow(clippy::must_use_candidate, clippy::large_enum_variant)] // for hosts, which copy what they get

mod call;
mod client;
mod error;
#[cfg(not(target_os = "ios"))]
pub mod jni;
mod phone_number;
mod records;
mod table;
mod values;

pub use call::*;
pub use client::*;
pub use error::*;
pub use phone_number::*;
pub use records::*;
pub use values::*;

uniffi::setup_scaffolding!("two_step");
