//! The command `whatsapp-two-step` as a function: a program that embeds it hands over its arguments and gets an exit code.
//!
//! | file | job |
//! |---|---|
//! | `args` | the grammar |
//! | `usage` | what is wrong with arguments, said without repeating them |
//! | `secrets` | where PIN, token and app secret come from |
//! | `set`, `dry_run`, `sandbox` | what the commands do |
//! | `report`, `json`, `progress` | what a person and a program read |
//! | `failure` | every way to end but well, and its exit code |
//! | `terminal`, `interrupt` | colour, clean text, Ctrl-C |
//!
//! ```
//! let code = whatsapp_two_step_cli::run(["whatsapp-two-step".into(), "set".into(), "--pin=012345".into()]);
//! assert_eq!(code, 2); // refused: arguments show in the process list
//! ```
#![forbid(unsafe_code)]

mod args;
mod dry_run;
mod failure;
mod interrupt;
mod json;
mod progress;
mod report;
mod sandbox;
mod secrets;
mod set;
mod terminal;
mod usage;

use std::ffi::OsString;

use clap::CommandFactory;

use crate::{
    args::{Cli, Command},
    failure::Failure,
    terminal::{Colour, Console},
    usage::Parsed,
};

/// Runs the command with these arguments, the program's own name first, on this process' standard streams.
///
/// The result is the exit code: 0 success, 2 bad usage or input, 3 rejected, 4 outcome unknown, 5 not sent. It never ends
/// the process itself. While a call is under way and at the prompt, Ctrl-C is caught, and stays caught afterwards.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let (console, result) = match usage::parse(&args) {
        Parsed::Run(cli) => start(cli),
        Parsed::Help(text) => {
            terminal::out(&text);
            return 0;
        }
        Parsed::NoCommand(text) => {
            terminal::err(&text);
            return failure::BAD_INPUT;
        }
        Parsed::Wrong(failure) => {
            let console = Console::new(usage::has_flag(&args, "--json"), false, Colour::Auto);
            (console, Err(failure))
        }
    };
    result.unwrap_or_else(|failure| {
        report::failure(&console, &failure);
        json::failure(&console, &failure);
        failure.exit_code()
    })
}

fn start(cli: Cli) -> (Console, Result<u8, Failure>) {
    match cli.command {
        Command::Set(args) => {
            let console = Console::new(args.json, args.verbose, args.color);
            let result = set::run(&args, &console);
            (console, result)
        }
        Command::Sandbox(args) => (Console::new(false, false, Colour::Auto), sandbox::serve(&args)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "whatsapp-two-step", &mut script);
            terminal::out(&String::from_utf8_lossy(&script));
            (Console::new(false, false, Colour::Auto), Ok(0))
        }
    }
}
