//! `vault init` and `vault rekey`.

use whatsapp_two_step_rotation::{AnyVault, Keyring};
use zeroize::Zeroizing;

use super::{
    args::{InitArgs, RekeyArgs},
    key::{self, NewKey},
    open_with,
};
use crate::{
    failure::{Failure, VAULT},
    inputs::{Inputs, Secret},
    secrets,
    terminal::{Console, err},
};

pub(super) async fn init(args: &InitArgs, console: &Console, inputs: &mut Inputs<'_>) -> Result<u8, Failure> {
    let Some(path) = &args.new_key_file else {
        let keys = key::of(&args.vault, inputs).await?;
        let vault = open_with(&args.vault, keys)?;
        let count = inputs.signals.unless_ended(make(&vault)).await?;
        return ready(console, count);
    };
    let new = NewKey::at(path, inputs).await?;
    let made = async {
        let vault = open_with(&args.vault, Some(Keyring::new(new.key.clone())))?;
        let count = inputs.signals.unless_ended(make(&vault)).await?;
        if new.is_drawn && count > 0 {
            return Err(Failure::input(
                "This vault has entries already, which a new key can't open. No key was made.",
                "Give the key that sealed them with --vault-key-file. vault rekey changes a key.",
            ));
        }
        Ok(count)
    };
    let count = made.await.inspect_err(|_| new.undo())?;
    if let Some(notice) = new.notice() {
        err(&notice);
    }
    ready(console, count)
}

/// How many numbers it has.
async fn make(vault: &AnyVault) -> Result<usize, Failure> {
    vault.init().await?;
    Ok(vault.ids().await?.len())
}

fn ready(console: &Console, count: usize) -> Result<u8, Failure> {
    let text = format!("The vault is ready. Numbers in it: {count}.");
    console.say(&text).map_err(|error| Failure::output(&error))?;
    Ok(0)
}

pub(super) async fn rekey(args: &RekeyArgs, console: &Console, inputs: &mut Inputs<'_>) -> Result<u8, Failure> {
    let files =
        [("--vault-key-file", args.vault.vault_key_file.as_deref()), ("--new-key-file", args.new_key_file.as_deref())];
    secrets::check_standard_input(&files, None)?;
    let older = key::text(&args.vault, inputs).await?;
    let parse = |text: &Secret| Keyring::parse(text);
    // Before a key is drawn for nothing.
    let mut vault = open_with(&args.vault, older.as_ref().map(parse).transpose()?)?;
    if let (Some(path), Some(older)) = (&args.new_key_file, older) {
        let new = NewKey::at(path, inputs).await?;
        if let Some(notice) = new.notice() {
            err(&notice);
        }
        // The first one seals.
        let both = Zeroizing::new([new.key.to_text().as_str(), older.as_str()].join("\n"));
        vault = open_with(&args.vault, Some(parse(&both)?))?;
    }
    let done = inputs.signals.unless_ended(async { Ok(vault.rekey().await?) }).await?;
    for (id, error) in &done.failed {
        console.warn(&format!("{id} keeps its old seal: {error}"));
    }
    let text = format!("Sealed anew: {}. Sealed with this key already: {}.", done.changed, done.unchanged);
    console.say(&text).map_err(|error| Failure::output(&error))?;
    Ok(if done.failed.is_empty() { 0 } else { VAULT })
}
