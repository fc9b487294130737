//! The grammar.
#![allow(clippy::doc_markdown, reason = "the comments are the help, which is no Markdown")]

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::{
    flags::{ClientArgs, OutputArgs, VaultArgs, count, seconds},
    help::{ABOUT, NAME, PLACES, after},
    rotate::args::RotateArgs,
    vault::args::VaultCommand,
};

#[derive(Parser)]
#[command(name = NAME, version, about = ABOUT, after_help = after())]
#[command(subcommand_required = true, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Set a number's PIN.
    ///
    /// The PIN comes from a hidden prompt on a terminal, from standard input otherwise, or from --pin-file; never from an
    /// argument, which others could read in the process list. Of a value read from standard input or a file one line
    /// ending (LF or CR LF) at its end is taken off, nothing else.
    #[command(after_help = after())]
    Set(Box<SetArgs>),
    /// List the numbers of business accounts, and which of them have a PIN.
    ///
    /// On a terminal a table, with a count at its end of the numbers without a PIN. Elsewhere one line a number: ID, number,
    /// name, PIN (set, not_set or unknown) and status, with tabs between them and "-" for what the server didn't say; with --vault
    /// also what the vault has, and since when.
    /// Whether a number has a PIN is in no documentation of the server's: where it doesn't say, that is unknown.
    #[command(after_help = after())]
    Numbers(Box<NumbersArgs>),
    /// Give numbers new PINs, and keep them in a vault.
    ///
    /// A PIN is drawn and saved in the vault before it is sent. So after a crash, a kill or a lost answer the vault has the PIN
    /// that holds: run it again, and the pending PIN is sent until it is confirmed. It shows what it is going to do, and asks.
    #[command(after_help = after())]
    Rotate(Box<RotateArgs>),
    /// Make and see to the vault that rotate keeps PINs in.
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Vault {
        #[command(subcommand)]
        command: VaultCommand,
    },
    /// Draw a PIN.
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Pin {
        #[command(subcommand)]
        command: PinCommand,
    },
    /// Serve the sandbox, a local stand-in for the Graph API, until Ctrl-C.
    ///
    /// The first line on standard output is its base URL. It listens on 127.0.0.1 and [::1] only, unless --listen says otherwise.
    Sandbox(SandboxArgs),
    /// Print a shell's completion script.
    #[command(after_help = PLACES)]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print a page of the manual, in roff.
    ///
    /// As "whatsapp-two-step man set | man -l -" shows it.
    Man {
        /// The command that the page is about; without it, the page of all.
        #[arg(value_parser = PAGES)]
        command: Option<String>,
    },
}

/// What can be asked for.
pub(crate) const COMMANDS: [&str; 12] = [
    "set",
    "numbers",
    "rotate",
    "vault init",
    "vault list",
    "vault show",
    "vault import",
    "vault rekey",
    "pin generate",
    "sandbox",
    "completions",
    "man",
];

/// The commands that have a page of their own, those below another one with a hyphen.
pub(crate) const PAGES: [&str; 14] = [
    "set",
    "numbers",
    "rotate",
    "vault",
    "vault-init",
    "vault-list",
    "vault-show",
    "vault-import",
    "vault-rekey",
    "pin",
    "pin-generate",
    "sandbox",
    "completions",
    "man",
];

#[derive(Args)]
pub(crate) struct SetArgs {
    /// The number's ID, 15 to 17 digits as a rule; not the phone number. GET /{WABA_ID}/phone_numbers lists the IDs.
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other)]
    pub(crate) phone_number_id: String,

    /// Read the PIN from this file; "-" is standard input.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = "Secrets")]
    pub(crate) pin_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) client: ClientArgs,

    /// Print one JSON object on standard output, whatever the end, and nothing else.
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// Print the request with its secrets masked, and send nothing. Checks everything, the PIN too.
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args)]
pub(crate) struct NumbersArgs {
    /// The business account (WABA) whose numbers are listed; more than one may follow, or the flag may be repeated.
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other, num_args = 1.., required = true)]
    pub(crate) waba_id: Vec<String>,

    /// Say also what the vault has of each number: settled, unsettled, nothing or unreadable, and since when. A vault as of
    /// rotate; without a URL it is the one of WHATSAPP_TWO_STEP_VAULT.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Other, num_args = 0..=1, help_heading = "Vault")]
    #[allow(clippy::option_option, reason = "clap's form of a flag that may have a value")]
    vault: Option<Option<String>>,
    /// Read the vault's key from this file; "-" is standard input. [default: WHATSAPP_TWO_STEP_VAULT_KEY]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, requires = "vault", help_heading = "Vault")]
    vault_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) client: ClientArgs,

    /// Print one JSON object a line, a number each; after a failure one more, about it.
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl NumbersArgs {
    /// The vault that is to be looked into, if one is.
    pub(crate) fn vault(&self) -> Option<VaultArgs> {
        let vault = self.vault.clone()?;
        Some(VaultArgs { vault, vault_key_file: self.vault_key_file.clone() })
    }
}

#[derive(Subcommand)]
pub(crate) enum PinCommand {
    /// Draw a PIN, and print it and nothing else.
    ///
    /// It comes from the operating system's random source. Each PIN is as likely as any other, but for those that people
    /// try first, which never come: one digit six times, and runs up or down. It is set nowhere: keep it, then set it.
    #[command(after_help = after())]
    Generate(GenerateArgs),
}

#[derive(Args)]
pub(crate) struct GenerateArgs {
    /// Print it also to a terminal, where it stays to be read.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print one JSON object: {"pin":"..."}.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct SandboxArgs {
    /// The port; 0 is any free one.
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, default_value = "0", value_parser = port)]
    pub(crate) port: u16,
    /// Listen on this address instead, such as 0.0.0.0 for the other services of a docker-compose network. Whoever reaches it can
    /// read what the sandbox was sent.
    #[arg(long, value_name = "ADDRESS", value_hint = ValueHint::Other, value_parser = address)]
    pub(crate) listen: Option<IpAddr>,
    /// How many phone numbers the fleet has. They are spread evenly over the accounts. [default: 5]
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, value_parser = count, allow_negative_numbers = true)]
    pub(crate) numbers: Option<u32>,
    /// How many business accounts (WABAs) the fleet has: 930000000000001 and up. [default: 1]
    #[arg(long, value_name = "K", value_hint = ValueHint::Other, value_parser = at_least_one, allow_negative_numbers = true)]
    pub(crate) wabas: Option<u32>,
    /// How many PIN calls an hour each account takes, and as many reads; then they are refused. [default: any]
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, value_parser = count, allow_negative_numbers = true, help_heading = "Limits")]
    pub(crate) calls_per_hour: Option<u32>,
    /// How many calls an hour all accounts take together. [default: any]
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, value_parser = count, allow_negative_numbers = true, help_heading = "Limits")]
    pub(crate) app_calls_per_hour: Option<u32>,
    /// How long an hour of these limits is: 60 makes a minute of it last a second. [default: 3600]
    #[arg(long, value_name = "SECONDS", value_hint = ValueHint::Other, value_parser = seconds, allow_negative_numbers = true, help_heading = "Limits")]
    pub(crate) hour: Option<Duration>,
    /// Let so many of a thousand PIN calls meet a fault: a reset, a lost answer, a 503, a 500, a hang. [default: 0]
    #[arg(long, value_name = "PERMILLE", value_hint = ValueHint::Other, value_parser = permille, allow_negative_numbers = true, help_heading = "Faults")]
    pub(crate) faults: Option<u32>,
    /// Which calls those are: the same seed brings the same faults and trace IDs. [default: 1 with --faults]
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, value_parser = seed, allow_negative_numbers = true, help_heading = "Faults")]
    pub(crate) seed: Option<u64>,
    /// How long each answer takes. [default: 0]
    #[arg(long, value_name = "SECONDS", value_hint = ValueHint::Other, value_parser = seconds, allow_negative_numbers = true, help_heading = "Faults")]
    pub(crate) latency: Option<Duration>,
    /// Print the IDs and tokens that bring out errors and faults, as Markdown, and end.
    #[arg(long)]
    pub(crate) table: bool,
}

/// The text never repeats the value: a secret often lands in the wrong place.
fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "takes a port from 0 to 65535")
}

/// The same.
fn address(text: &str) -> Result<IpAddr, &'static str> {
    text.parse().map_err(|_| "takes an IP address of this machine, such as 0.0.0.0")
}

/// The same.
fn at_least_one(text: &str) -> Result<u32, &'static str> {
    text.parse().ok().filter(|number| *number > 0).ok_or("takes a whole number from 1 up")
}

/// The same.
fn permille(text: &str) -> Result<u32, &'static str> {
    text.parse().ok().filter(|number| *number <= 1_000).ok_or("takes a whole number from 0 to 1000")
}

/// The same.
fn seed(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "takes a whole number from 0 up")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_grammar_is_sound() {
        super::Cli::command().debug_assert();
    }
}
