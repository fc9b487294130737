//! `pin generate`: draws a PIN.

use std::io::{self, IsTerminal};

use whatsapp_two_step::Pin;
use zeroize::Zeroizing;

use crate::{args::GenerateArgs, failure::Failure, protect::Protected, terminal::out};

pub(crate) fn run(args: &GenerateArgs) -> Result<u8, Failure> {
    let _protected = Protected::protect();
    if io::stdout().is_terminal() && !args.yes {
        return Err(Failure::input(
            "A PIN is not shown on a terminal unasked: it would stay there, to be read.",
            "Send it to a program or a private file, as in (umask 077; whatsapp-two-step pin generate > pin), or give --yes.",
        ));
    }
    let pin = Pin::generate()?;
    // With room for all of it, so that no copy is left behind.
    let mut line = Zeroizing::new(String::with_capacity(32));
    for part in if args.json { ["{\"pin\":\"", pin.expose(), "\"}\n"] } else { ["", pin.expose(), "\n"] } {
        line.push_str(part);
    }
    out(&line).map_err(|error| Failure::output(&error))?;
    Ok(0)
}
