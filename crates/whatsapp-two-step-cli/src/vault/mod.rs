//! `vault`: makes and sees to the vault that `rotate` keeps PINs in.

pub(crate) mod args;
mod holding;
mod import;
mod key;
mod list;
mod maintain;
mod show;

use whatsapp_two_step::Limits;
use whatsapp_two_step_rotation::{AnyVault, Keyring, open_vault};

use args::VaultCommand;
pub(crate) use holding::{Holding, State};

use crate::{
    client, failure::Failure, flags::VaultArgs, inputs::Inputs, protect::Protected, secrets, signals::Signals,
    terminal::Console,
};

pub(crate) fn run(command: &VaultCommand, console: &Console) -> Result<u8, Failure> {
    let _protected = Protected::protect();
    client::block_on(async {
        let mut signals = Signals::catch()?;
        let mut inputs = Inputs::new(console, &mut signals, Limits::default().timeout);
        match command {
            VaultCommand::Init(args) => maintain::init(args, console, &mut inputs).await,
            VaultCommand::List(args) => list::list(args, console, &mut inputs).await,
            VaultCommand::Show(args) => show::show(args, console, &mut inputs).await,
            VaultCommand::Import(args) => import::import(args, console, &mut inputs).await,
            VaultCommand::Rekey(args) => maintain::rekey(args, console, &mut inputs).await,
        }
    })
}

/// The vault that flags and environment name, with their key.
pub(crate) async fn open(args: &VaultArgs, inputs: &mut Inputs<'_>) -> Result<AnyVault, Failure> {
    let keys = key::of(args, inputs).await?;
    open_with(args, keys)
}

pub(crate) fn warn_of_unreadable(console: &Console, unreadable: usize, of: usize) {
    console.warn(&format!("{unreadable} of {of} entries can't be read: another key sealed them, or they are damaged."));
}

fn open_with(args: &VaultArgs, keys: Option<Keyring>) -> Result<AnyVault, Failure> {
    let url = match &args.vault {
        Some(url) => url.clone().into(),
        None => secrets::variable("WHATSAPP_TWO_STEP_VAULT")?.ok_or_else(|| {
            Failure::input("There is no vault.", "Give --vault sqlite:PATH, or set WHATSAPP_TWO_STEP_VAULT.")
        })?,
    };
    if keys.is_none() && ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(Failure::input(
            "There is no vault key.",
            "Set WHATSAPP_TWO_STEP_VAULT_KEY, or give --vault-key-file PATH. vault init --new-key-file PATH makes a key.",
        ));
    }
    Ok(open_vault(&url, keys)?)
}
