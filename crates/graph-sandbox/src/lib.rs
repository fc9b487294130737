//! A local stand-in for the call of Meta's Graph API that sets a WhatsApp number's two-step PIN, and for the reads of an account's
//! numbers.
//!
//! It listens on 127.0.0.1 and `[::1]` only (unless told otherwise), answers with the statuses, bodies and headers of recorded traffic, and keeps a PIN for every
//! number. It holds a fleet of any size, with limits that count and faults by a seed: [`Sandbox::builder`]. Magic IDs and tokens,
//! as payment APIs have test cards, bring out each Graph error and each fault of the network: see [`scenarios`], [`waba_scenarios`] and [`scenario_table`].
//!
//! ```
//! use std::io::{Read, Write};
//!
//! let sandbox = graph_sandbox::Sandbox::start()?;
//! let mut client = std::net::TcpStream::connect(("127.0.0.1", sandbox.port()))?;
//! client.write_all(
//!     b"POST /v24.0/106540352242922 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
//!       Authorization: Bearer EAAtest\r\nContent-Length: 16\r\n\r\n{\"pin\":\"012345\"}",
//! )?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//!
//! assert!(answer.starts_with("HTTP/1.1 200"));
//! assert_eq!(sandbox.pin("106540352242922").as_deref(), Some("012345"));
//! assert_eq!(sandbox.requests()[0].header("authorization"), Some("Bearer EAAtest"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Tests in other languages ask over HTTP: `GET /_sandbox/requests`, `DELETE /_sandbox/requests`, `GET /_sandbox/pins`,
//! `GET /_sandbox/pins/{id}`, `GET /_sandbox/pin_changes`, `GET /_sandbox/pin_changes/{id}`, `GET /_sandbox/stats`,
//! `GET /_sandbox/scenarios` and `GET /_sandbox/waba_scenarios` answer JSON, `POST /_sandbox/expire?token=…` lets a token expire,
//! and `POST /_sandbox/webhook` sends a signed security webhook to a program on this machine. They show tokens and PINs to whoever asks on this machine: give the sandbox no real ones.
//!
//! There is no HTTP library inside: half of the faults (a reset, a body cut short, headers without end) need the raw socket,
//! and what is left is small. It speaks HTTP/1.1, one request at a time on each connection.
#![forbid(unsafe_code)]

mod answers;
mod builder;
mod chunked;
mod connection;
mod control;
mod decide;
mod errors;
mod fault;
mod fleet;
mod form;
mod graph;
mod gzip;
mod hour;
mod json;
mod limits;
mod listen;
mod listing;
mod number;
mod paging;
mod pin;
mod pins;
mod record;
mod register;
mod reply;
mod request;
mod sandbox;
mod scenario;
mod settings;
mod sprinkle;
mod state;
mod table;
mod token;
mod trace;
mod usage;
mod version;
mod waba_scenario;
mod webhook;

pub use builder::SandboxBuilder;
pub use errors::{GraphError, graph_errors};
pub use record::RecordedRequest;
pub use sandbox::Sandbox;
pub use scenario::{Scenario, scenarios};
pub use state::Stats;
pub use table::scenario_table;
pub use token::APP_SECRET;
pub use waba_scenario::{WabaScenario, waba_scenarios};
