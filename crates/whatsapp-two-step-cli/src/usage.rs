//! What is wrong with arguments, said without repeating them: what a user put in the wrong place may be a secret.

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
};

use clap::{
    CommandFactory, FromArgMatches, ValueEnum,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    args::{COMMANDS, Cli},
    failure::Failure,
    terminal::{Colour, Console},
};

const HELP: &str = "See whatsapp-two-step --help.";
const PIN: &str = "A PIN is not taken as an argument: it would show in the process list and in the shell's history.";
const PIN_HINT: &str = "Type it at the prompt, pipe it to standard input, or name a file with --pin-file PATH.";
const TOKEN: &str =
    "A token is not taken as an argument: it would show in the process list and in the shell's history.";
const TOKEN_HINT: &str = "Set WHATSAPP_ACCESS_TOKEN, or name a file with --token-file PATH.";
const SECRET: &str =
    "An app secret is not taken as an argument: it would show in the process list and in the shell's history.";
const SECRET_HINT: &str = "Set WHATSAPP_APP_SECRET, or name a file with --app-secret-file PATH.";

const KEY: &str =
    "A vault's key is not taken as an argument: it would show in the process list and in the shell's history.";
const KEY_HINT: &str = "Set WHATSAPP_TWO_STEP_VAULT_KEY, or name a file with --vault-key-file PATH.";

/// What the arguments ask for.
pub(crate) enum Parsed {
    Run(Cli),
    /// Help or version: asked for, so on standard output.
    Help(String),
    /// Nothing was asked for; this is the help.
    NoCommand(String),
    Wrong(Failure),
}

pub(crate) fn parse(args: &[OsString], console: &Console) -> Parsed {
    if let Some(failure) = refused(args) {
        return Parsed::Wrong(failure);
    }
    let parsed = Cli::command().try_get_matches_from(args).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => Parsed::Run(cli),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Parsed::Help(help(&error, console.out_is_coloured())),
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !console.json => {
                Parsed::NoCommand(help(&error, console.err_is_coloured()))
            }
            _ => Parsed::Wrong(describe(&error)),
        },
    }
}

/// What the arguments say of the output, also where they are wrong elsewhere.
pub(crate) fn console(args: &[OsString]) -> Console {
    let mut console = Console::plain(Colour::Auto);
    let mut words = args.iter().skip(1).map(|arg| arg.to_string_lossy());
    while let Some(word) = words.next() {
        let when = match word.split_once('=') {
            Some(("--color", when)) => Some(when.to_owned()),
            _ if word == "--color" => words.next().map(Cow::into_owned),
            _ => None,
        };
        console.json |= word == "--json";
        console.colour = when.and_then(|when| Colour::from_str(&when, false).ok()).unwrap_or(console.colour);
    }
    console
}

fn help(error: &clap::Error, is_coloured: bool) -> String {
    if is_coloured { error.render().ansi().to_string() } else { error.render().to_string() }
}

/// Flags that would take a secret. They don't exist, but people try them.
fn refused(args: &[OsString]) -> Option<Failure> {
    args.iter().skip(1).find_map(|arg| {
        let arg = arg.to_string_lossy();
        let name = arg.split_once('=').map_or(&*arg, |(name, _)| name);
        match name {
            "--pin" => Some(Failure::input(PIN, PIN_HINT)),
            "--token" | "--access-token" => Some(Failure::input(TOKEN, TOKEN_HINT)),
            "--app-secret" => Some(Failure::input(SECRET, SECRET_HINT)),
            "--vault-key" => Some(Failure::input(KEY, KEY_HINT)),
            _ => None,
        }
    })
}

fn describe(error: &clap::Error) -> Failure {
    let ours = |kind| error.get(kind).map(text).unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => return unknown(error),
        ErrorKind::MissingRequiredArgument => format!("{} is needed.", ours(ContextKind::InvalidArg)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            format!("A command is needed: {}.", COMMANDS.join(", "))
        }
        ErrorKind::ArgumentConflict if ours(ContextKind::InvalidArg) == ours(ContextKind::PriorArg) => {
            format!("{} is given twice.", ours(ContextKind::InvalidArg))
        }
        ErrorKind::ArgumentConflict => {
            format!("{} and {} exclude each other.", ours(ContextKind::InvalidArg), ours(ContextKind::PriorArg))
        }
        ErrorKind::InvalidValue => match ours(ContextKind::ValidValue) {
            values if values.is_empty() => format!("{} needs a value.", ours(ContextKind::InvalidArg)),
            values => format!("{} takes one of: {values}.", ours(ContextKind::InvalidArg)),
        },
        // The texts are `args`' own.
        ErrorKind::ValueValidation => {
            let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{} {source}.", ours(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidUtf8 => "An argument is not text in UTF-8.".to_owned(),
        _ => format!("{} is not used rightly.", ours(ContextKind::InvalidArg)),
    };
    Failure::input(masked(&message), HELP)
}

/// An argument that nothing takes. It is shown only where it can hardly be a secret.
fn unknown(error: &clap::Error) -> Failure {
    let (given, suggested, what) = match error.kind() {
        ErrorKind::InvalidSubcommand => (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand, "command"),
        _ => (ContextKind::InvalidArg, ContextKind::SuggestedArg, "argument"),
    };
    let given = error.get(given).map(text).unwrap_or_default();
    if given.len() == 6 && given.bytes().all(|b| b.is_ascii_digit()) {
        return Failure::input(PIN, PIN_HINT);
    }
    if given.starts_with("EAA") {
        return Failure::input(TOKEN, TOKEN_HINT);
    }
    let is_harmless = given.len() <= 24 && given.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let mut message = if is_harmless && !given.is_empty() {
        format!("Unknown {what} {given}")
    } else {
        format!("There is an unknown {what}, which is not shown here in case it is a secret")
    };
    if let Some(suggested) = error.get(suggested).map(text).filter(|text| !text.is_empty()) {
        message = format!("{message}; is {suggested} meant?");
    } else {
        message.push('.');
    }
    Failure::input(masked(&message), HELP)
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        _ => String::new(),
    }
}

/// The last guard: no run of six digits and nothing that looks like a token leaves with a usage error.
fn masked(message: &str) -> String {
    let words = message.split_inclusive(' ').map(|word| {
        let space = if word.ends_with(' ') { " " } else { "" };
        if looks_secret(OsStr::new(word.trim_end())) { format!("[not shown]{space}") } else { word.to_owned() }
    });
    words.collect()
}

/// May it be a PIN, a token or an app secret, or have one in it?
pub(crate) fn looks_secret(word: &OsStr) -> bool {
    let word = word.to_string_lossy();
    let longest = |is: fn(&char) -> bool| {
        let (mut longest, mut run) = (0, 0);
        for c in word.chars() {
            run = if is(&c) { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        longest
    };
    word.contains("EAA") || longest(char::is_ascii_digit) >= 6 || longest(char::is_ascii_hexdigit) >= 24
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_secret() {
        for secret in ["735194", "x735194y", "EAAG_secret", "Bearer:EAAx", "0123456789abcdef01234567"] {
            assert!(looks_secret(OsStr::new(secret)), "{secret}");
        }
        for word in ["", "pin.txt", "12345", "--timeout", "v24.0", "deadbeef"] {
            assert!(!looks_secret(OsStr::new(word)), "{word}");
        }
        assert_eq!(masked("is 735194 meant?"), "is [not shown] meant?");
    }
}
