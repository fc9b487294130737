//! What a person sees while a call is under way.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal},
    time::Duration,
};

use whatsapp_two_step::{AttemptEnd, Client, Observer, PhoneNumberId, TwoStepError};

use crate::{
    report::seconds,
    terminal::{Console, clean, err},
};

/// A word about a slow call: for a person who watches, and who doesn't watch the attempts already.
pub(crate) fn is_wanted(console: &Console) -> bool {
    console.chats() && !console.verbose && io::stderr().is_terminal()
}

pub(crate) fn say_patience(id: &PhoneNumberId, timeout: Duration) {
    err(&format!("Setting the PIN of {id} (at most {}) ...", seconds(timeout)));
}

/// The same client, which shows each attempt's end.
pub(crate) fn show_attempts(client: &Client, id: &PhoneNumberId) -> Client {
    let endpoint = client.endpoint();
    let url = format!("{}/{}/{id}", endpoint.base_url(), endpoint.api_version());
    err(&clean(&format!("POST {url} (at most {})", seconds(client.limits().timeout))));
    client.with_observer(Observer::new(|end| err(&clean(&line(end)))))
}

fn line(end: &AttemptEnd<'_>) -> String {
    let mut line = match end.error {
        None => format!("attempt {}: PIN set", end.number),
        Some(error) => format!("attempt {}: failed, {}, outcome {}", end.number, error.kind(), error.outcome()),
    };
    let reason = end.error.and_then(TwoStepError::reason).map(|reason| format!("reason {reason}"));
    let status = end.http_status.map(|status| format!("HTTP {status}"));
    let code = end.error.and_then(TwoStepError::graph_code).map(|code| format!("Graph code {code}"));
    let trace_id = end.trace_id.map(|id| format!("trace id {id}"));
    for part in [reason, status, code, trace_id].into_iter().flatten() {
        let _ = write!(line, ", {part}");
    }
    if let Some(wait) = end.wait {
        let _ = write!(line, "; the next one in {}", seconds(wait));
    }
    line
}
