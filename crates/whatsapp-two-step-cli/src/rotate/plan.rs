//! What is going to be done: shown before it is.

use std::{fmt::Write as _, io, time::SystemTime};

use serde::Serialize;
use whatsapp_two_step::WabaId;

use super::{bars::short, targets::Plan};
use crate::{
    json,
    terminal::{Console, clean, out},
    utc::rfc3339,
    vault::{Holding, State},
};

/// So many are shown to a person who is asked; the others are counted.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct Line<'a, H: Serialize> {
    dry_run: bool,
    action: &'a str,
    waba_id: Option<&'a str>,
    #[serde(flatten)]
    holding: H,
}

/// For a person: each number by name, if they are few or all are asked for; else how many of which kind.
pub(super) fn text(plan: &Plan, is_of_a_fleet: bool, all: bool) -> String {
    let count = plan.len();
    let mut text = match (count, plan.accounts.len()) {
        (0, _) => "There is nothing to do.\n".to_owned(),
        (1, _) => "1 number:\n".to_owned(),
        (_, accounts) if is_of_a_fleet && accounts > 1 => format!("{count} numbers of {accounts} accounts:\n"),
        _ => format!("{count} numbers:\n"),
    };
    let shown = if all || (is_of_a_fleet && count <= SHOWN) {
        count
    } else if is_of_a_fleet {
        0
    } else {
        SHOWN
    };
    for (_, holding) in plan.numbers().take(shown) {
        let _ = writeln!(text, "  {}  {}", holding.id, words(holding));
    }
    if shown > 0 && count > shown {
        let _ = writeln!(text, "  and {} more", count - shown);
    }
    if is_of_a_fleet {
        sum_up(plan, shown < count, &mut text);
    }
    text
}

fn sum_up(plan: &Plan, is_counted: bool, text: &mut String) {
    let mut line = |count: usize, words: &str| {
        if count > 0 {
            let _ = writeln!(text, "  {count:>7}  {words}");
        }
    };
    if is_counted {
        let of = |state| plan.numbers().filter(|(_, holding)| holding.state == state).count();
        line(of(State::Unsettled), "unsettled: their pending PINs are sent again, first");
        line(of(State::Nothing), "new to the vault: a PIN is drawn");
        line(of(State::Settled), "settled: a new PIN is drawn");
        line(of(State::Unreadable), "whose entry can't be read: these will fail");
    }
    line(usize::try_from(plan.alone).unwrap_or(usize::MAX), "left alone: they have a PIN since that time");
    line(plan.left_out.len(), "left out, as they can have no PIN now:");
    for (id, why) in plan.left_out.iter().take(SHOWN) {
        let _ = writeln!(text, "           {id}: {why}");
    }
    if plan.left_out.len() > SHOWN {
        let _ = writeln!(text, "           and {} more", plan.left_out.len() - SHOWN);
    }
    for (waba, error) in &plan.unread {
        let _ = writeln!(text, "  The numbers of account {waba} can't be read: {}", clean(error.message()));
    }
    // What Meta's pages name for an account with a number; that this call counts for it is not certain.
    let largest = plan.accounts.iter().map(|account| account.numbers.len()).max().unwrap_or_default();
    if let Some(most) = u32::try_from(largest).ok().filter(|most| *most > 150) {
        let hours = |limit: f64| short(f64::from(most) / (limit * 0.9) * 3600.0);
        let _ = writeln!(
            text,
            "The largest account has {most}. At 5,000 calls an hour that takes {}, at 200 {}: the server says on the way.",
            hours(5000.0),
            hours(200.0)
        );
    }
}

/// `--dry-run`.
pub(super) fn print(console: &Console, plan: &Plan, is_of_a_fleet: bool) -> io::Result<()> {
    if console.speaks() {
        console.say(&format!("Nothing was sent. The run would be of {}", text(plan, is_of_a_fleet, !is_of_a_fleet)))?;
    }
    if console.json {
        for (waba, holding) in plan.numbers() {
            let waba_id = waba.map(WabaId::as_str);
            out(&json::line(&Line { dry_run: true, action: action(holding), waba_id, holding: holding.fields() }))?;
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
