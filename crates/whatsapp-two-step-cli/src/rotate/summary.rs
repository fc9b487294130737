//! What a run over many numbers came to, and how to go on.

use std::{collections::BTreeMap, fmt::Write as _, time::SystemTime};

use whatsapp_two_step::TwoStepError;
use whatsapp_two_step_rotation::{FleetProgress, FleetStop, RotationError, VaultState};

use crate::{failure::Failure, utc::rfc3339};

/// The failures so far, by what to do about them.
#[derive(Default)]
pub(super) struct Failures(BTreeMap<(&'static str, String), u32>);

impl Failures {
    pub(super) fn add(&mut self, error: &RotationError) {
        let is_open = matches!(error.vault_state(), VaultState::Unsettled | VaultState::Confirmed);
        let (kind, hint) = match (error.call_error(), error.vault_error()) {
            (Some(call), _) => (call.kind().code(), call.hint().to_owned()),
            (None, Some(vault)) => (vault.kind().code(), Failure::from(vault).hint().to_owned()),
            (None, None) => return,
        };
        let hint = if is_open { "Run it again: that is safe, and settles them.".to_owned() } else { hint };
        *self.0.entry((kind, hint)).or_default() += 1;
    }
}

/// For a person. `alone` were left out before the run; `since` is for the next one.
pub(super) fn text(progress: &FleetProgress, alone: u32, failures: &Failures, since: Option<SystemTime>) -> String {
    let mut rows = vec![("rotated", progress.rotated, "")];
    rows.push(("left alone", progress.alone + alone, "settled since that time already"));
    let unsettled = format!("of them {} unsettled", progress.unsettled);
    rows.push(("failed", progress.failed, if progress.unsettled > 0 { unsettled.as_str() } else { "" }));
    let mut text = String::new();
    let left = ("left", progress.left() + progress.in_flight, why(progress.stopped));
    for (name, count, words) in rows.into_iter().chain([left]) {
        if count > 0 || ["rotated", "failed"].contains(&name) {
            let _ = writeln!(text, "{}", format!("{name:<12} {count:>7}  {words}").trim_end());
        }
        if name == "failed" {
            for ((kind, hint), count) in &failures.0 {
                let _ = writeln!(text, "  {kind:<20} {count:>7}  {hint}");
            }
        }
    }
    if left.1 > 0 || progress.failed > 0 {
        let since = since.map(|since| format!(" with --since {}", rfc3339(since))).unwrap_or_default();
        let _ = writeln!(text, "To go on: run it again{since}.");
    }
    text
}

fn why(stopped: Option<FleetStop>) -> &'static str {
    match stopped {
        Some(FleetStop::MaxFailures) => "as many have failed as --max-failures allows",
        Some(FleetStop::Canary) => "as not all of the first ones, of --canary, went well",
        Some(FleetStop::Vault) => "as the vault can't be reached",
        Some(FleetStop::Token) => "as the server refuses the access token",
        Some(FleetStop::Settings) => "as no call can be made",
        _ => "",
    }
}

/// A word about what could be the whole run's fault.
pub(super) fn of_account(waba: &str, error: &TwoStepError) -> String {
    format!("the numbers of account {waba} can't be read, and are left as they are: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_left_and_how_to_go_on() {
        let mut progress = FleetProgress::default();
        (progress.total, progress.rotated, progress.failed) = (10, 4, 1);
        progress.stopped = Some(FleetStop::Token);
        let since = SystemTime::UNIX_EPOCH;
        let text = text(&progress, 3, &Failures::default(), Some(since));
        for line in [
            "rotated            4\n",
            "left alone         3  settled since that time already\n",
            "failed             1\n",
            "left               5  as the server refuses the access token\n",
            "To go on: run it again with --since 1970-01-01T00:00:00Z.\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
