#![allow(clippy::doc_markdown, reason = "the comments are the help, which is no Markdown")]

use std::{
    num::NonZeroU32,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use clap::{Args, ValueEnum, ValueHint};

use crate::{
    flags::{ClientArgs, OutputArgs, VaultArgs, seconds},
    utc,
};

#[derive(Args)]
pub(crate) struct RotateArgs {
    /// The number that gets a new PIN; more than one may follow, or the flag may be repeated.
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other, num_args = 1.., required_unless_present_any = ["waba_id", "numbers_file", "tokens_file", "only"])]
    pub(super) phone_number_id: Vec<String>,
    /// The account (WABA) whose numbers all get new PINs; more than one may follow, or the flag may be repeated.
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other, num_args = 1..)]
    pub(super) waba_id: Vec<String>,
    /// Read the numbers' IDs from this file, one a line; "-" is standard input.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(super) numbers_file: Option<PathBuf>,
    /// Leave the other numbers alone; without any of the flags above, of all numbers in the vault. unsettled: those with a pending
    /// PIN, which is sent again, and no new one is drawn. never-rotated: those without a PIN that this command has set. not-set:
    /// those of --waba-id of which the server says that they have no PIN.
    #[arg(long, value_name = "WHICH")]
    pub(super) only: Option<Only>,
    /// Leave alone what has a PIN that is younger than that: such as 90d, 12h or 30m.
    #[arg(long, value_name = "AGE", value_hint = ValueHint::Other, value_parser = utc::age, conflicts_with = "since")]
    pub(super) older_than: Option<Duration>,
    /// Leave alone what has a PIN since that time, such as 2026-11-25T21:00:00Z: go on with a run, or share its work with other
    /// programs. [default with --waba-id, --numbers-file and --tokens-file: now]
    #[arg(long, value_name = "TIME", value_hint = ValueHint::Other, value_parser = utc::parse)]
    pub(super) since: Option<SystemTime>,
    /// Go on without the question. Needed where nobody can be asked.
    #[arg(long)]
    pub(super) yes: bool,

    #[command(flatten)]
    pub(super) vault: VaultArgs,
    /// Read a token for each account from this file, waba_id,access_token a line; "-" is standard input. Without --waba-id, of all
    /// its accounts. Other accounts take the ordinary token.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = "Secrets")]
    pub(super) tokens_file: Option<PathBuf>,
    /// How many numbers may be under way at once. The pace is found from what the server says of its limits. [default: 16, and 1
    /// for --phone-number-id alone]
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, help_heading = "Limits")]
    pub(super) concurrency: Option<NonZeroU32>,
    /// Begin no other number after so many failures.
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, help_heading = "Limits")]
    pub(super) max_failures: Option<NonZeroU32>,
    /// So many numbers first, and the others only if all of those went well.
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, help_heading = "Limits")]
    pub(super) canary: Option<NonZeroU32>,
    /// How long after --timeout a request may still arrive at the server, at least 1. Until then no other PIN is drawn. Clocks of
    /// machines that share the vault must differ by less. [default: 60]
    #[arg(long, value_name = "SECONDS", value_hint = ValueHint::Other, value_parser = seconds, allow_negative_numbers = true, help_heading = "Limits")]
    pub(super) quiet_margin: Option<Duration>,
    /// How long the server's hour is: for a sandbox that has a shorter one.
    #[arg(long, value_name = "SECONDS", value_hint = ValueHint::Other, value_parser = hour, hide = true, help_heading = "Limits")]
    pub(super) hour: Option<Duration>,
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

impl RotateArgs {
    /// Many numbers: they are summed up, and not named one by one.
    pub(super) fn is_of_a_fleet(&self) -> bool {
        !self.waba_id.is_empty() || self.numbers_file.is_some() || self.tokens_file.is_some()
    }
}

/// Which of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// Those with a pending PIN.
    Unsettled,
    /// Those that have no PIN, as the server says.
    NotSet,
    /// Those that the vault has no confirmed PIN of.
    NeverRotated,
}

fn hour(text: &str) -> Result<Duration, &'static str> {
    seconds(text).and_then(|time| if time < Duration::from_millis(1) { Err("takes at least 0.001") } else { Ok(time) })
}
