//! The core, for Kotlin and Swift.
//!
//! Every function converts in, calls the core, and converts out; no rule is written here. What an app developer sees is
//! written by hand in each language, on top of the code that the bindgen program makes from this library, and none of
//! that code is public there.
#![allow(clippy::result_large_err, clippy::large_enum_variant)] // an error is lowered into a buffer at once, and has no box there

mod call;
mod client;
mod clock;
mod error;
mod host;

pub use call::Call;
pub use client::{Language, Response, Settings, TwoStepClient, Usage};
pub use error::{CallError, ErrorKind, Failure, Outcome};
pub use host::{Attempt, Header, HostError, HostRequest, HostResponse, HostTransport, Problem};

uniffi::setup_scaffolding!("two_step");
