//! The hidden prompt, on the terminal itself: it works also where the standard streams are redirected.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::Prompt;
#[cfg(windows)]
pub(crate) use windows::Prompt;

use std::io;

use whatsapp_two_step::Outcome;

use crate::failure::Failure;

fn no_terminal(error: &io::Error) -> Failure {
    Failure::input(
        format!("There is no terminal to ask for the PIN: {error}."),
        "Pipe the PIN to standard input, or give --pin-file PATH.",
    )
}

/// Ctrl-C, Ctrl-D, or the end of the terminal.
fn left() -> Failure {
    Failure::interrupted(0, Outcome::NotSent)
}
