//! `vault import`: puts PINs that hold today into the vault.

use std::{collections::HashMap, path::Path};

use whatsapp_two_step::{PhoneNumberId, Pin};
use whatsapp_two_step_rotation::{AnyVault, Entry, Stored, Vault};

use super::{args::ImportArgs, open};
use crate::{
    failure::Failure,
    inputs::{Inputs, shown},
    secrets,
    terminal::Console,
};

const FILE_MAX: usize = 64 << 20;
/// So many are named; the others are counted.
const NAMED: usize = 10;

/// Saves that are to be made.
struct Save {
    id: PhoneNumberId,
    pin: Pin,
    before: Option<Stored>,
}

pub(super) async fn import(args: &ImportArgs, console: &Console, inputs: &mut Inputs<'_>) -> Result<u8, Failure> {
    secrets::check_standard_input(
        &[("the CSV", Some(&args.file)), ("--vault-key-file", args.vault.vault_key_file.as_deref())],
        None,
    )?;
    let vault = open(&args.vault, inputs).await?;
    let text = inputs.secret("the CSV", &args.file, FILE_MAX).await?.unwrap_or_default();
    let pins = read(&text, &args.file)?;
    let (saves, there) = inputs.signals.unless_ended(compare(&vault, pins, args.overwrite)).await?;
    let count = saves.len();
    for save in saves {
        inputs.signals.unless_ended(put(&vault, save)).await?;
    }
    console
        .say(&format!("Imported: {count}. In the vault already: {there}."))
        .map_err(|error| Failure::output(&error))?;
    Ok(0)
}

/// Every line, or what is wrong with them, by their numbers.
fn read(text: &str, file: &Path) -> Result<Vec<(PhoneNumberId, Pin)>, Failure> {
    let (mut pins, mut wrong) = (Vec::new(), Vec::new());
    let mut seen = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() || (number == 1 && line == "phone_number_id,pin") {
            continue;
        }
        match pair(line) {
            Ok((id, pin)) => match seen.insert(id.clone(), number) {
                Some(earlier) => wrong.push(format!("line {number}: the number of line {earlier} again")),
                None => pins.push((id, pin)),
            },
            Err(what) => wrong.push(format!("line {number}: {what}")),
        }
    }
    if !wrong.is_empty() {
        let message = format!("{} is not right, and nothing was imported. {}.", shown(file), named(wrong));
        return Err(Failure::input(message, "Correct it: each line is phone_number_id,pin."));
    }
    if pins.is_empty() {
        let message = format!("{} has no line with a PIN.", shown(file));
        return Err(Failure::input(message, "Each line is phone_number_id,pin."));
    }
    Ok(pins)
}

fn pair(line: &str) -> Result<(PhoneNumberId, Pin), String> {
    let (id, pin) = line.split_once(',').ok_or("no comma")?;
    let clean = |error: whatsapp_two_step::TwoStepError| error.message().trim_end_matches('.').to_owned();
    Ok((PhoneNumberId::parse(id).map_err(clean)?, Pin::parse(pin).map_err(clean)?))
}

/// What is to be saved, and how many are there already. That they differ from what the vault has is told before anything is saved.
async fn compare(
    vault: &AnyVault,
    pins: Vec<(PhoneNumberId, Pin)>,
    overwrite: bool,
) -> Result<(Vec<Save>, usize), Failure> {
    let (mut saves, mut there, mut differ) = (Vec::new(), 0, Vec::new());
    for (id, pin) in pins {
        let before = vault.load(&id).await?;
        let entry = before.as_ref().map(|stored| &stored.entry);
        let is_same = |entry: &Entry| {
            entry.is_settled() && entry.current.as_ref().is_some_and(|current| current.expose() == pin.expose())
        };
        match entry {
            Some(entry) if is_same(entry) => there += 1,
            Some(entry) if !overwrite && !entry.may_hold().is_empty() => differ.push(id.to_string()),
            _ => saves.push(Save { id, pin, before }),
        }
    }
    if differ.is_empty() {
        return Ok((saves, there));
    }
    let message = format!("The vault has another PIN of {}, or a pending one. Nothing was imported.", named(differ));
    Err(Failure::input(message, "Take these lines out; or give --overwrite, if you know that the file's PINs hold."))
}

async fn put(vault: &AnyVault, save: Save) -> Result<(), Failure> {
    let Save { id, pin, before } = save;
    let mut entry = Entry::default();
    entry.current = Some(pin);
    // An earlier request may still arrive.
    entry.quiet_until = before.as_ref().and_then(|stored| stored.entry.quiet_until);
    vault.save(&id, &entry, before.as_ref().map(|stored| &stored.version)).await?;
    Ok(())
}

fn named(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    let text = all.join("; ");
    if more > 0 { format!("{text}; and {more} more") } else { text }
}
