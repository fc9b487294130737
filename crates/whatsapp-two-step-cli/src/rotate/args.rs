#![allow(clippy::doc_markdown, reason = "the comments are the help, which is no Markdown")]

use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use crate::flags::{ClientArgs, OutputArgs, VaultArgs, seconds};

#[derive(Args)]
pub(crate) struct RotateArgs {
    /// The number that gets a new PIN; more than one may follow, or the flag may be repeated.
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other, num_args = 1.., required_unless_present = "only")]
    pub(super) phone_number_id: Vec<String>,
    /// Leave the other numbers alone; without --phone-number-id, of all numbers in the vault. unsettled: those with a pending
    /// PIN, which is sent again, and no new one is drawn.
    #[arg(long, value_name = "WHICH")]
    pub(super) only: Option<Only>,
    /// Go on without the question. Needed where nobody can be asked.
    #[arg(long)]
    pub(super) yes: bool,

    #[command(flatten)]
    pub(super) vault: VaultArgs,
    /// How long after --timeout a request may still arrive at the server, at least 1. Until then no other PIN is drawn. Clocks of
    /// machines that share the vault must differ by less. [default: 60]
    #[arg(long, value_name = "SECONDS", value_hint = ValueHint::Other, value_parser = seconds, allow_negative_numbers = true, help_heading = "Limits")]
    pub(super) quiet_margin: Option<Duration>,
    #[command(flatten)]
    pub(super) client: ClientArgs,

    /// Print one JSON object a line, a number each, as it ends.
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// Show what would be done, and do nothing.
    #[arg(long, help_heading = "Output")]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Which of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// Those with a pending PIN.
    Unsettled,
}
