//! What is going to be done: shown before it is.

use std::{fmt::Write as _, io, time::SystemTime};

use serde::Serialize;

use crate::{
    json,
    terminal::{Console, out},
    utc::rfc3339,
    vault::{Holding, State},
};

/// So many are shown to a person who is asked; the others are counted.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct Line<'a, H: Serialize> {
    dry_run: bool,
    action: &'a str,
    #[serde(flatten)]
    holding: H,
}

/// For a person.
pub(super) fn text(plan: &[Holding], all: bool) -> String {
    let count = plan.len();
    let mut text = match count {
        0 => "There is nothing to do.\n".to_owned(),
        1 => "1 number:\n".to_owned(),
        _ => format!("{count} numbers:\n"),
    };
    let shown = if all { count } else { SHOWN };
    for holding in plan.iter().take(shown) {
        let _ = writeln!(text, "  {}  {}", holding.id, words(holding));
    }
    if count > shown {
        let _ = writeln!(text, "  and {} more", count - shown);
    }
    text
}

/// `--dry-run`.
pub(super) fn print(console: &Console, plan: &[Holding]) -> io::Result<()> {
    if console.speaks() {
        console.say(&format!("Nothing was sent. The run would be of {}", text(plan, true)))?;
    }
    if console.json {
        for holding in plan {
            out(&json::line(&Line { dry_run: true, action: action(holding), holding: holding.fields() }))?;
        }
    }
    Ok(())
}

fn action(holding: &Holding) -> &'static str {
    match holding.state {
        State::Unreadable => "fail",
        State::Unsettled => "send_pending",
        State::Nothing | State::Settled if quiet_until(holding).is_some() => "wait",
        State::Nothing | State::Settled => "draw",
    }
}

fn words(holding: &Holding) -> String {
    let since = holding.rotated_at.map(|at| format!(" since {}", rfc3339(at))).unwrap_or_default();
    match (holding.state, quiet_until(holding)) {
        (State::Unreadable, _) => "its entry can't be read: this will fail".to_owned(),
        (State::Unsettled, _) => "unsettled: its pending PIN is sent again".to_owned(),
        (_, Some(until)) => {
            let until = rfc3339(until);
            format!("settled{since}: an earlier request may be under way until {until}, so this will fail before")
        }
        (State::Nothing, None) => "new to the vault: a PIN is drawn".to_owned(),
        (State::Settled, None) => format!("settled{since}: a new PIN is drawn"),
    }
}

fn quiet_until(holding: &Holding) -> Option<SystemTime> {
    holding.quiet_until.filter(|until| *until > SystemTime::now())
}
