//! `vault show`: the only place where a PIN is shown.

use std::io::{self, IsTerminal};

use whatsapp_two_step::PhoneNumberId;
use whatsapp_two_step_rotation::{Entry, Vault};
use zeroize::Zeroizing;

use super::{args::ShowArgs, open};
use crate::{
    confirm,
    failure::Failure,
    inputs::Inputs,
    terminal::{Console, out},
    utc::rfc3339,
};

pub(super) async fn show(args: &ShowArgs, console: &Console, inputs: &mut Inputs<'_>) -> Result<u8, Failure> {
    let id = PhoneNumberId::parse(&args.phone_number_id)?;
    if !io::stdout().is_terminal() || !confirm::is_possible() {
        return Err(Failure::input(
            "PINs are shown on a terminal only, after a question.",
            "Run it on a terminal. A program reads the vault through the library.",
        ));
    }
    let vault = open(&args.vault, inputs).await?;
    let stored = inputs.signals.unless_ended(async { Ok(vault.load(&id).await?) }).await?;
    let entry = stored.map(|stored| stored.entry).unwrap_or_default();
    if entry.may_hold().is_empty() {
        console.say(&format!("The vault has no PIN of {id}.")).map_err(|error| Failure::output(&error))?;
        return Ok(0);
    }
    confirm::confirm(&format!("Show the PIN of {id} on this terminal?"), inputs.signals).await?;
    out(&text(&entry)).map_err(|error| Failure::output(&error))?;
    Ok(0)
}

fn text(entry: &Entry) -> Zeroizing<String> {
    // With room for all of it, so that no copy is left behind.
    let mut text = Zeroizing::new(String::with_capacity(512));
    if entry.pending.is_some() && entry.current.is_some() {
        text.push_str("Either of these holds; rotate settles which.\n");
    }
    if let Some(pin) = &entry.pending {
        for part in [pin.expose(), "  pending: sent, and not confirmed\n"] {
            text.push_str(part);
        }
    }
    if let Some(pin) = &entry.current {
        let since = entry.rotated_at.map_or_else(|| "imported".to_owned(), |at| format!("confirmed {}", rfc3339(at)));
        for part in [pin.expose(), "  ", &since, "\n"] {
            text.push_str(part);
        }
    }
    text
}
