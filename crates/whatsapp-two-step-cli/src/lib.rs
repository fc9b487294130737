//! The command `whatsapp-two-step` as a function: a program that embeds it hands over its arguments and gets an exit code.
//!
//! | file | job |
//! |---|---|
//! | `args`, `flags`, `help` | the grammar, the flags that commands share, and the texts about them |
//! | `usage` | what is wrong with arguments, said without repeating them |
//! | `secrets`, `inputs`, `prompt` | where PIN, token and app secret come from, and how they are read |
//! | `client` | the client that flags and environment ask for |
//! | `vault`, `rotate`, `confirm` | the vault, rotations, and the question before them |
//! | `set`, `dry_run`, `numbers`, `generate`, `sandbox`, `manual` | what the commands do |
//! | `report`, `table`, `json`, `progress`, `utc` | what a person and a program read |
//! | `failure` | every way to end but well, and its exit code |
//! | `terminal`, `wrap` | colour, clean text, width |
//! | `signals`, `protect` | Ctrl-C and its like, no core dumps |
//!
//! ```
//! let code = whatsapp_two_step_cli::run(["whatsapp-two-step".into(), "set".into(), "--pin=012345".into()]);
//! assert_eq!(code, 2); // refused: arguments show in the process list
//! ```
#![forbid(unsafe_code)]

mod args;
mod client;
mod confirm;
mod dry_run;
mod failure;
mod flags;
mod generate;
mod help;
mod inputs;
mod json;
mod manual;
mod numbers;
mod progress;
mod prompt;
mod protect;
mod report;
mod rotate;
mod sandbox;
mod secrets;
mod set;
mod signals;
mod table;
mod terminal;
mod usage;
mod utc;
mod vault;
mod wrap;

use std::{ffi::OsString, io};

use crate::{
    args::{Cli, Command, PinCommand},
    failure::Failure,
    terminal::Console,
    usage::Parsed,
};

/// Runs the command with these arguments, the program's own name first, on this process' standard streams.
///
/// The result is the exit code: 0 success, 2 bad usage or input, 3 rejected, 4 outcome unknown, 5 not sent, 6 numbers
/// are left, 7 the vault. It never ends the process itself. All but `pin generate` catch Ctrl-C and its like, which stay caught afterwards; and a prompt that was left
/// leaves a thread behind that reads the terminal. So let the process end soon.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let console = usage::console(&args);
    let mut sets_a_pin = false;
    let (console, result) = match usage::parse(&args, &console) {
        Parsed::Run(cli) => {
            sets_a_pin = matches!(cli.command, Command::Set(_));
            start(cli, console)
        }
        Parsed::Help(text) => {
            let result = written(console.say(&text));
            (console, result)
        }
        Parsed::NoCommand(text) => {
            terminal::err(&text);
            return failure::BAD_INPUT;
        }
        Parsed::Wrong(failure) => (console, Err(failure)),
    };
    result.unwrap_or_else(|failure| {
        let written = json::failure(&console, &failure);
        if console.speaks() || written.is_err() {
            report::failure(&console, &failure, sets_a_pin);
        }
        if let Err(error) = written {
            console.warn(&format!("the JSON is lost: standard output can't be written: {error}."));
        }
        failure.exit_code()
    })
}

fn start(cli: Cli, console: Console) -> (Console, Result<u8, Failure>) {
    match cli.command {
        Command::Set(args) => {
            let console = args.output.console(args.json);
            let result = set::run(&args, &console);
            (console, result)
        }
        Command::Numbers(args) => {
            let console = args.output.console(args.json);
            let result = numbers::run(&args, &console);
            (console, result)
        }
        Command::Rotate(args) => {
            let console = args.output.console(args.json);
            let result = rotate::run(&args, &console);
            (console, result)
        }
        Command::Vault { command } => {
            let result = vault::run(&command, &console);
            (console, result)
        }
        Command::Pin { command: PinCommand::Generate(args) } => (console, generate::run(&args)),
        Command::Sandbox(args) => {
            let result = sandbox::serve(&args, &console);
            (console, result)
        }
        Command::Completions { shell } => (console, written(terminal::out(&manual::completions(shell)))),
        Command::Man { command } => {
            let page = manual::page(command.as_deref());
            (console, written(page.and_then(|page| terminal::out(&page))))
        }
    }
}

/// For a command whose output is all that it does.
fn written(result: io::Result<()>) -> Result<u8, Failure> {
    result.map(|()| 0).map_err(|error| Failure::output(&error))
}
