//! What a person sees while a call, or a read of many pages, is under way.

use std::{
    fmt::Write as _,
    future::pending,
    io::{self, IsTerminal},
    iter::Cycle,
    slice::Iter,
    time::Duration,
};

use tokio::time::{Instant, Interval, interval_at};

use whatsapp_two_step::{AttemptEnd, Client, Observer, Operation, PhoneNumberId, TwoStepError};

use crate::{
    dry_run,
    report::seconds,
    terminal::{Console, clean, draw, err, is_dumb},
};

/// A word about a slow call: for a person who watches, and who doesn't watch the attempts already.
pub(crate) fn is_wanted(console: &Console) -> bool {
    console.chats() && !console.verbose && io::stderr().is_terminal()
}

pub(crate) fn say_patience(id: &PhoneNumberId, timeout: Duration) {
    err(&format!("Setting the PIN of {id} (at most {}) ...", seconds(timeout)));
}

/// The same client, which shows the request, and each attempt's end.
pub(crate) fn show_attempts<O: Operation>(
    client: &Client,
    operation: &O,
    success: &'static str,
) -> Result<Client, TwoStepError> {
    let request = operation.to_request(client.endpoint())?;
    let (method, url) = (request.method(), dry_run::url(request.uri()));
    err(&clean(&format!("{method} {url} (at most {})", seconds(client.limits().timeout))));
    Ok(show_ends(client, success))
}

/// The same client, which shows each attempt's end.
pub(crate) fn show_ends(client: &Client, success: &'static str) -> Client {
    client.with_observer(Observer::new(move |end| err(&clean(&line(end, success)))))
}

fn line(end: &AttemptEnd<'_>, success: &str) -> String {
    let mut line = match end.error {
        None => format!("attempt {}: {success}", end.number),
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

/// How many numbers have come, on standard error, for a person who watches.
pub(crate) struct Spinner {
    turns: Option<Interval>,
    frames: Cycle<Iter<'static, char>>,
    is_drawn: bool,
}

const TURN: Duration = Duration::from_millis(100);

impl Spinner {
    /// Shows nothing before its first turn. Needs a tokio runtime around it.
    pub(crate) fn new(console: &Console) -> Self {
        let turns = (is_wanted(console) && !is_dumb()).then(|| interval_at(Instant::now() + TURN, TURN));
        Self { turns, frames: ['|', '/', '-', '\\'].iter().cycle(), is_drawn: false }
    }

    /// Waits until it is time for the next frame, and draws it. Where nobody watches it waits for ever.
    pub(crate) async fn turn(&mut self, count: usize) {
        let Some(turns) = &mut self.turns else { return pending().await };
        turns.tick().await;
        let frame = self.frames.next().unwrap_or(&' ');
        draw(&format!("{frame} {count} numbers"));
        self.is_drawn = true;
    }

    /// Makes room for other text.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            draw("");
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.clear();
    }
}
