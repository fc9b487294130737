//! `vault list`.

use std::{
    io::{self, IsTerminal},
    ops::ControlFlow,
};

use super::{Holding, State, args::ListArgs, open, warn_of_unreadable};
use crate::{
    failure::{Failure, VAULT},
    inputs::Inputs,
    json,
    terminal::{Console, err, out_to_a_reader},
    utc::rfc3339,
};

pub(super) async fn list(args: &ListArgs, console: &Console, inputs: &mut Inputs<'_>) -> Result<u8, Failure> {
    let vault = open(&args.vault, inputs).await?;
    let ids = inputs.signals.unless_ended(async { Ok(vault.ids().await?) }).await?;
    let is_terminal = !args.json && io::stdout().is_terminal();
    if is_terminal && !ids.is_empty() && show("ID                STATE       CONFIRMED")?.is_break() {
        return Ok(0);
    }
    let (mut unsettled, mut unreadable) = (0_usize, 0_usize);
    for id in &ids {
        let holding = inputs.signals.unless_ended(Holding::of(&vault, id)).await?;
        unsettled += usize::from(holding.state == State::Unsettled);
        unreadable += usize::from(holding.state == State::Unreadable);
        let line = if args.json { json::line(&holding.fields()) } else { plain(&holding, is_terminal) };
        if show(&line)?.is_break() {
            return Ok(0);
        }
    }
    if unreadable > 0 {
        warn_of_unreadable(console, unreadable, ids.len());
    }
    if !args.json {
        err(&format!("Numbers: {}. Unsettled: {unsettled}.", ids.len()));
    }
    Ok(if unreadable > 0 { VAULT } else { 0 })
}

fn show(line: &str) -> Result<ControlFlow<()>, Failure> {
    out_to_a_reader(line).map_err(|error| Failure::output(&error))
}

fn plain(holding: &Holding, is_terminal: bool) -> String {
    let (id, state) = (holding.id.as_str(), holding.state.code());
    let since = holding.rotated_at.map_or_else(|| "-".to_owned(), rfc3339);
    if is_terminal { format!("{id:<16}  {state:<10}  {since}") } else { format!("{id}\t{state}\t{since}") }
}
