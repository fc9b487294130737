//! The grammar.
#![allow(clippy::doc_markdown, reason = "the comments are the help, which is no Markdown")]

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::{
    help::{ABOUT, NAME, PLACES, after},
    terminal::Colour,
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
    /// Serve the sandbox, a local stand-in for the Graph API, until Ctrl-C.
    ///
    /// The first line on standard output is its base URL. It listens on 127.0.0.1 only.
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

/// The commands that have a page of their own.
pub(crate) const PAGES: [&str; 4] = ["set", "sandbox", "completions", "man"];

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct SetArgs {
    /// The number's ID, 15 to 17 digits as a rule; not the phone number. GET /{WABA_ID}/phone_numbers lists the IDs.
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other)]
    pub(crate) phone_number_id: String,

    /// Read the PIN from this file; "-" is standard input.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = "Secrets")]
    pub(crate) pin_file: Option<PathBuf>,
    /// Read the access token from this file; "-" is standard input. [default: WHATSAPP_ACCESS_TOKEN]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = "Secrets")]
    pub(crate) token_file: Option<PathBuf>,
    /// Read the app secret from this file and add appsecret_proof; "-" is standard input. [default:
    /// WHATSAPP_APP_SECRET, else none]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = "Secrets")]
    pub(crate) app_secret_file: Option<PathBuf>,

    /// Where the Graph API is: https, or http to this machine. [default: https://graph.facebook.com]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Other, help_heading = "Server")]
    pub(crate) base_url: Option<String>,
    /// Let --base-url be http to a service of your own network too, such as http://mock:8080. Token and PIN go there in the
    /// clear.
    #[arg(long, help_heading = "Server")]
    pub(crate) allow_http: bool,
    /// The API's version. [default: v24.0]
    #[arg(long, value_name = "VERSION", value_hint = ValueHint::Other, help_heading = "Server")]
    pub(crate) api_version: Option<String>,
    /// Go through this proxy, an http or https URL. [default: HTTPS_PROXY and NO_PROXY]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Other, help_heading = "Server")]
    pub(crate) proxy: Option<String>,
    /// Trust the certificate authorities in this PEM file too, beside the platform's and Mozilla's. May be repeated.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, visible_alias = "root-certificates", help_heading = "Server")]
    pub(crate) ca_certificates: Vec<PathBuf>,
    /// Run against an embedded sandbox, with no account: without a token, one of the sandbox's is used, and
    /// WHATSAPP_APP_SECRET is not.
    #[arg(long, conflicts_with_all = ["base_url", "proxy", "ca_certificates"], help_heading = "Server")]
    pub(crate) sandbox: bool,

    /// How long the whole call may take, every attempt and wait; and as long before it the files and standard input.
    /// Fractions are fine. [default: 30]
    #[arg(long, value_name = "SECONDS", value_hint = ValueHint::Other, value_parser = seconds, allow_negative_numbers = true, help_heading = "Limits")]
    pub(crate) timeout: Option<Duration>,
    /// How long connecting may take in one attempt. [default: 10]
    #[arg(long, value_name = "SECONDS", value_hint = ValueHint::Other, value_parser = seconds, allow_negative_numbers = true, help_heading = "Limits")]
    pub(crate) connect_timeout: Option<Duration>,
    /// How many times a failed attempt is repeated where that is safe; 0 turns it off. [default: 2]
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, value_parser = count, allow_negative_numbers = true, help_heading = "Limits")]
    pub(crate) max_retries: Option<u32>,
    /// How many calls may be under way at once. [default: 256]
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, value_parser = count, allow_negative_numbers = true, help_heading = "Limits")]
    pub(crate) max_in_flight: Option<u32>,

    /// Print one JSON object on standard output, whatever the end, and nothing else.
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// Show each attempt on standard error as it happens; with --json the text for people too.
    #[arg(long, help_heading = "Output")]
    pub(crate) verbose: bool,
    /// Say nothing when all is well: only errors and warnings.
    #[arg(long, conflicts_with = "verbose", help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Print the request with its secrets masked, and send nothing. Checks everything, the PIN too.
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// Colour: auto is on a terminal only, and never with NO_COLOR set.
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(crate) color: Colour,
}

#[derive(Args)]
pub(crate) struct SandboxArgs {
    /// The port on 127.0.0.1; 0 is any free one.
    #[arg(long, value_name = "N", value_hint = ValueHint::Other, default_value = "0", value_parser = port)]
    pub(crate) port: u16,
    /// Print the IDs and tokens that bring out errors and faults, as Markdown, and end.
    #[arg(long)]
    pub(crate) table: bool,
}

// The texts of these never repeat the value: a secret often lands in the wrong place.

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let number = text.parse().map_err(|_| "takes seconds, such as 30 or 0.5")?;
    Duration::try_from_secs_f64(number).map_err(|_| "takes seconds from 0 up, such as 30 or 0.5")
}

fn count(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "takes a whole number from 0 up")
}

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "takes a port from 0 to 65535")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_grammar_is_sound() {
        super::Cli::command().debug_assert();
    }
}
