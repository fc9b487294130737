//! Set the two-step verification PIN of a WhatsApp Business phone number.
//!
//! | layer | type | does I/O? |
//! |---|---|---|
//! | operation | [`SetTwoStepPin`] | no: values in, request out; answer in, result out |
//! | call | [`Call`] | no: attempts, deadline, retries; says what to do next |
//! | transport | [`Transport`] | yes: moves one request |
//! | client | [`Client`] | drives a call over a transport and a clock |
//!
#![cfg_attr(feature = "reqwest", doc = "```no_run")]
#![cfg_attr(not(feature = "reqwest"), doc = "```ignore")]
//! use whatsapp_two_step::{Client, Outcome, TwoStepError};
//!
//! # async fn run() -> Result<(), TwoStepError> {
//! let client = Client::from_env()?; // WHATSAPP_ACCESS_TOKEN
//! match client.set_two_step_pin(&"106540352242922".parse()?, &"012345".parse()?).await {
//!     Ok(response) => println!("set, trace id {:?}", response.trace_id),
//!     Err(error) if error.outcome() == Outcome::Unknown => eprintln!("either PIN may hold: {error}"),
//!     Err(error) => eprintln!("the old PIN holds: {error}\n{}", error.hint()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! No type of this crate prints a PIN, a token or an app secret, and no error does, also when the server sends one back.
//! Each call is one [`tracing`](https://docs.rs/tracing) span with an event per attempt.
//!
//! Features: `reqwest` (default; HTTP and TLS), `blocking` (a client for programs without an executor), `client` (the client
//! alone: bring a transport). Without any there is the [`Call`], without HTTP, TLS or an executor: bring all of these.

mod body;
mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod clock;
mod endpoint;
mod error;
mod graph;
mod operation;
mod redact;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
#[cfg(feature = "client")]
mod transport;
mod usage;
mod values;
mod webhook;

#[cfg(feature = "blocking")]
pub mod blocking;

pub use http;

pub use body::Body;
pub use call::{Call, Limits, MAX_IN_FLIGHT, Sending, Step, TransportError, Unprocessed, Waiting};
#[cfg(feature = "client")]
pub use client::{AttemptEnd, CallProgress, Client, ClientBuilder, Observer, PhoneNumbers};
#[cfg(feature = "client")]
pub use clock::Clock;
pub use endpoint::{Endpoint, Language};
pub use error::{ErrorKind, Outcome, Reason, TwoStepError};
pub use operation::{
    AnyOperation, AnyResponse, MAX_BODY_BYTES, Operation, PhoneNumber, PhoneNumberPage, PhoneNumberPages, PinState,
    ReadPhoneNumbers, SetTwoStepPin, SetTwoStepPinResponse,
};
#[cfg(feature = "reqwest")]
pub use reqwest_transport::EVENT_INTERVAL;
#[cfg(feature = "client")]
pub use transport::{Attempt, BoxFuture, Transport};
pub use usage::{Usage, UsageEntry, UsageType};
pub use values::{AccessToken, ApiVersion, AppSecret, BaseUrl, PhoneNumberId, Pin, WabaId};
pub use webhook::{SecurityEvent, SecurityEventKind, security_events};

/// The pages' examples, which have to compile too.
#[cfg(all(doctest, feature = "reqwest"))]
#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../../../docs/migration.md")]
mod pages {}
