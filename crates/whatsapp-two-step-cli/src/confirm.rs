//! A question that a person on a terminal answers with yes or no.

use std::io::{self, IsTerminal, Write};

use whatsapp_two_step::Outcome;

use crate::{failure::Failure, inputs::in_thread, signals::Signals};

/// Can somebody be asked?
pub(crate) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Anything but yes is an end, in which nothing is sent.
pub(crate) async fn confirm(question: &str, signals: &mut Signals) -> Result<(), Failure> {
    let _ = write!(io::stderr().lock(), "{question} [y/N] ");
    let ask = async {
        let read = || {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        };
        in_thread(read).await.map_err(|error| Failure::machine(format!("The answer can't be read: {error}.")))
    };
    let answer = signals.unless_ended(ask).await?;
    let is_yes = ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes));
    if is_yes { Ok(()) } else { Err(Failure::interrupted(0, Outcome::NotSent)) }
}
