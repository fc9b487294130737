//! The flags that commands share.
#![allow(clippy::doc_markdown, reason = "the comments are the help, which is no Markdown")]

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueHint};

use crate::terminal::{Colour, Console};

/// As whom, where to, and how long: what a client is made from.
#[derive(Args)]
pub(crate) struct ClientArgs {
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

    /// How long a call, or the read of a page, may take, every attempt and wait; and as long before it the files and
    /// standard input. Fractions are fine. [default: 30]
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
}

/// Where PINs are kept.
#[derive(Args)]
pub(crate) struct VaultArgs {
    /// The vault: sqlite:PATH, postgres://USER@HOST/DATABASE, or exec:PROGRAM. A URL with a password in it belongs into the
    /// variable, as arguments show in the process list. [default: WHATSAPP_TWO_STEP_VAULT]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Other, help_heading = "Vault")]
    pub(crate) vault: Option<String>,
    /// Read the vault's key from this file; "-" is standard input. Of more than one key, a line each, the first one seals and
    /// all of them open. [default: WHATSAPP_TWO_STEP_VAULT_KEY]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = "Vault")]
    pub(crate) vault_key_file: Option<PathBuf>,
}

/// How much is said, and how it looks.
#[derive(Args)]
pub(crate) struct OutputArgs {
    /// Show each attempt on standard error as it happens; with --json the text for people too.
    #[arg(long, help_heading = "Output")]
    pub(crate) verbose: bool,
    /// Say nothing when all is well: only what was asked for, errors and warnings.
    #[arg(long, conflicts_with = "verbose", help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Colour: auto is on a terminal only, and never with NO_COLOR set.
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(crate) color: Colour,
}

impl OutputArgs {
    pub(crate) fn console(&self, json: bool) -> Console {
        Console { json, verbose: self.verbose, quiet: self.quiet, colour: self.color }
    }
}

// The texts of these never repeat the value: a secret often lands in the wrong place.

pub(crate) fn seconds(text: &str) -> Result<Duration, &'static str> {
    let number = text.parse().map_err(|_| "takes seconds, such as 30 or 0.5")?;
    Duration::try_from_secs_f64(number).map_err(|_| "takes seconds from 0 up, such as 30 or 0.5")
}

pub(crate) fn count(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "takes a whole number from 0 up")
}
