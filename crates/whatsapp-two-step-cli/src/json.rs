//! What a program reads: objects, each on one line. `docs/command.schema.json` has its form.

use std::io;

use serde::Serialize;
use whatsapp_two_step::{ApiVersion, Outcome, SetTwoStepPinResponse, Usage};

use crate::{
    failure::Failure,
    terminal::{Console, clean, out},
};

/// The same fields after a success and a failure.
#[derive(Default, Serialize)]
struct End<'a> {
    success: bool,
    outcome: Option<Outcome>,
    trace_id: Option<&'a str>,
    api_version: Option<ApiVersion>,
    attempts: u32,
    usage: Option<&'a Usage>,
    error: Option<&'a Failure>,
}

pub(crate) fn success(console: &Console, response: &SetTwoStepPinResponse) -> io::Result<()> {
    let SetTwoStepPinResponse { trace_id, api_version, attempts, usage, .. } = response;
    let end = End {
        success: true,
        trace_id: trace_id.as_deref(),
        api_version: *api_version,
        attempts: *attempts,
        usage: usage.as_ref(),
        ..End::default()
    };
    print(console, &end)
}

pub(crate) fn failure(console: &Console, error: &Failure) -> io::Result<()> {
    let end = End {
        outcome: Some(error.outcome()),
        trace_id: error.call().and_then(|error| error.trace_id()),
        attempts: error.attempts(),
        error: Some(error),
        ..End::default()
    };
    print(console, &end)
}

pub(crate) fn print(console: &Console, object: &impl Serialize) -> io::Result<()> {
    if console.json { out(&line(object)) } else { Ok(()) }
}

pub(crate) fn line(object: &impl Serialize) -> String {
    // Names, numbers and text: nothing that JSON can't say.
    let line = serde_json::to_string(object).unwrap_or_else(|_| "{\"success\":false}".to_owned());
    clean(&line)
}
