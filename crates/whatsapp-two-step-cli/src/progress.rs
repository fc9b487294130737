//! What a person sees while a call is under way, on standard error.

use std::{
    fmt::{self, Write as _},
    io::{self, IsTerminal},
    time::Duration,
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    filter::filter_fn,
    layer::{Context, SubscriberExt},
    registry,
};
use whatsapp_two_step::{Endpoint, PhoneNumberId};

use crate::{
    report::seconds,
    terminal::{Console, clean, err},
};

/// A word about a slow call: for a person who watches, and who doesn't watch the attempts already.
pub(crate) fn is_wanted(console: &Console) -> bool {
    !console.json && !console.verbose && io::stderr().is_terminal()
}

pub(crate) fn say_patience(id: &PhoneNumberId, timeout: Duration) {
    err(&format!("Setting the PIN of {id} (at most {}) ...", seconds(timeout)));
}

/// Shows the library's events of each attempt until the guard is dropped. This thread's alone.
pub(crate) fn show_attempts(endpoint: &Endpoint, id: &PhoneNumberId, timeout: Duration) -> DefaultGuard {
    let url = format!("{}/{}/{id}", endpoint.base_url(), endpoint.api_version());
    err(&clean(&format!("POST {url} (at most {})", seconds(timeout))));
    let ours = filter_fn(|metadata| metadata.target().split("::").next() == Some("whatsapp_two_step"));
    tracing::subscriber::set_default(registry().with(Attempts.with_filter(ours)))
}

struct Attempts;

impl<S: Subscriber> Layer<S> for Attempts {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        err(&clean(&line.to_string()));
    }
}

/// One attempt's fields, by the names that the library gives them.
#[derive(Default)]
struct Line {
    attempt: u64,
    message: String,
    wait: Option<Duration>,
    rest: String,
}

impl Visit for Line {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "attempt" => self.attempt = value,
            "wait_ms" => self.wait = Some(Duration::from_millis(value)),
            _ => self.record_debug(field, &value),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record_debug(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let label = match field.name() {
            "message" => {
                let text = format!("{value:?}");
                text.strip_prefix("attempt ").unwrap_or(&text).clone_into(&mut self.message);
                return;
            }
            "kind" => "",
            "outcome" => "outcome ",
            "http_status" => "HTTP ",
            "graph_code" => "Graph code ",
            "trace_id" => "trace id ",
            name => &format!("{name} "),
        };
        let _ = write!(self.rest, ", {label}{value:?}");
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attempt {}: {}{}", self.attempt, self.message, self.rest)?;
        self.wait.map_or(Ok(()), |wait| write!(f, "; the next one in {}", seconds(wait)))
    }
}
