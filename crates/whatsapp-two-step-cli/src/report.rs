//! What a person reads at the end.

use std::{fmt::Write as _, io, time::Duration};

use whatsapp_two_step::{Outcome, PhoneNumberId, SetTwoStepPinResponse, TwoStepError};

use crate::{
    failure::Failure,
    terminal::{Console, Style, clean, err, paint},
};

/// From this part of the call budget on, it is worth a line.
const HIGH: u32 = 75;

/// Labels and what they label; what there is nothing to say of is left out.
struct Rows(Vec<(&'static str, String)>);

impl Rows {
    fn add(&mut self, label: &'static str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.0.push((label, clean(&value.to_string())));
        }
    }

    fn after(self, headline: &str, is_coloured: bool) -> String {
        let width = self.0.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
        let mut text = format!("{headline}\n");
        for (label, value) in self.0 {
            let label = paint(&format!("{label:width$}"), Style::Label, is_coloured);
            let _ = writeln!(text, "  {label}  {value}");
        }
        text
    }
}

/// The PIN is set. `read_back` says whether the embedded sandbox holds it, where there is one.
pub(crate) fn success(
    console: &Console,
    id: &PhoneNumberId,
    response: &SetTwoStepPinResponse,
    read_back: Option<bool>,
) -> io::Result<()> {
    if !console.chats() {
        return Ok(());
    }
    let mut rows = Rows(Vec::new());
    rows.add("PIN that holds now", Some("the new one"));
    rows.add("trace id", response.trace_id.as_deref());
    rows.add("API version", response.api_version);
    rows.add("attempts", (response.attempts > 1).then_some(response.attempts));
    if let Some(usage) = response.usage.as_ref().filter(|usage| usage.highest_percentage >= HIGH) {
        rows.add("call budget used", Some(format!("{} %", usage.highest_percentage)));
        rows.add("calls taken again in", usage.time_to_regain_access.map(seconds));
    }
    rows.add("read back", read_back.map(|holds| if holds { "the sandbox now holds ******" } else { "another PIN!" }));
    let is_coloured = if console.json { console.err_is_coloured() } else { console.out_is_coloured() };
    let headline = paint(&format!("The PIN of {id} is set."), Style::Good, is_coloured);
    console.say(&rows.after(&headline, is_coloured))
}

/// It is not, or perhaps not; or something failed that sets none.
pub(crate) fn failure(console: &Console, failure: &Failure, sets_a_pin: bool) {
    let mut rows = Rows(Vec::new());
    if failure.is_of_a_call() {
        rows.add("PIN that holds now", sets_a_pin.then(|| holds_now(failure.outcome())));
        rows.add("kind", Some(failure.kind()));
    }
    if let Some(error) = failure.call() {
        add_answer(&mut rows, error);
    }
    rows.add("attempts", (failure.attempts() > 1).then_some(failure.attempts()));
    rows.add("next step", Some(failure.hint()));
    let is_coloured = console.err_is_coloured();
    let headline = format!("{} {}", paint("error:", Style::Bad, is_coloured), clean(failure.message()));
    err(&rows.after(&headline, is_coloured));
}

fn holds_now(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotSent => "the old one: nothing was sent",
        Outcome::Rejected => "the old one: the server changed nothing",
        Outcome::Unknown => "the old or the new one, unknown: set the same PIN again until it succeeds, which is safe",
    }
}

fn add_answer(rows: &mut Rows, error: &TwoStepError) {
    let graph = [
        error.graph_code().map(|code| format!("code {code}")),
        error.graph_subcode().map(|code| format!("subcode {code}")),
        error.graph_type().map(str::to_owned),
    ];
    let graph: Vec<String> = graph.into_iter().flatten().collect();
    rows.add("Graph error", (!graph.is_empty()).then(|| graph.join(", ")));
    rows.add("HTTP status", error.http_status());
    rows.add("details", error.details());
    rows.add("title", error.user_title());
    rows.add("for the user", error.user_message());
    rows.add("cause", cause(error));
    rows.add("trace id", error.trace_id());
    rows.add("retry after", error.retry_after().map(seconds));
}

/// The chain below the error, such as "connection refused".
fn cause(error: &TwoStepError) -> Option<String> {
    let texts: Vec<String> = error.causes().collect();
    (!texts.is_empty()).then(|| texts.join(": "))
}

pub(crate) fn seconds(time: Duration) -> String {
    let seconds = (time.as_secs_f64() * 10.0).round() / 10.0;
    format!("{seconds} s")
}
