#![allow(clippy::doc_markdown, reason = "the comments are the help, which is no Markdown")]

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use crate::{flags::VaultArgs, help::after};

#[derive(Subcommand)]
pub(crate) enum VaultCommand {
    /// Make the vault: the file, or the database's table.
    ///
    /// It seals what it keeps with a key. --new-key-file draws one. Keep a copy of it, apart
    /// from the copies of the vault: without the key the PINs are lost. A vault that is there already stays as it is.
    #[command(after_help = after())]
    Init(InitArgs),
    /// List the numbers in the vault, and whether the PIN of each is settled.
    ///
    /// One line a number: ID, state (settled, unsettled, nothing or unreadable) and when the server confirmed a PIN last, with
    /// "-" where it is not known. No PIN is shown.
    #[command(after_help = after())]
    List(ListArgs),
    /// Show the PINs of which one holds, on a terminal, after a question.
    #[command(after_help = after())]
    Show(ShowArgs),
    /// Put PINs that hold today into the vault.
    ///
    /// The file has phone_number_id,pin in each line; a first line with these words is passed over. All lines are checked before
    /// the first one is saved. Importing a file again is safe.
    #[command(after_help = after())]
    Import(ImportArgs),
    /// Seal everything with a new key.
    ///
    /// It opens with the keys of --vault-key-file and seals with the one of --new-key-file. It can be run again. If other
    /// programs use the vault at the same time, give them both keys first: the old one in the first line, then the new one.
    #[command(after_help = after())]
    Rekey(RekeyArgs),
}

#[derive(Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(super) vault: VaultArgs,
    /// Seal with the key in this file. If there is no such file, draw a key and write it there, for this user alone.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, conflicts_with = "vault_key_file", help_heading = "Vault")]
    pub(super) new_key_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(super) vault: VaultArgs,
    /// Print one JSON object a line, a number each.
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
}

#[derive(Args)]
pub(crate) struct ShowArgs {
    /// The number's ID.
    #[arg(value_name = "ID", value_hint = ValueHint::Other)]
    pub(super) phone_number_id: String,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
}

#[derive(Args)]
pub(crate) struct ImportArgs {
    /// The file; "-" is standard input.
    #[arg(value_name = "CSV", value_hint = ValueHint::FilePath)]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) vault: VaultArgs,
    /// Put the file's PIN also in the place of another one, or of a pending one. What was there is lost.
    #[arg(long)]
    pub(super) overwrite: bool,
}

#[derive(Args)]
pub(crate) struct RekeyArgs {
    #[command(flatten)]
    pub(super) vault: VaultArgs,
    /// Seal with the key in this file. If there is no such file, draw a key and write it there, for this user alone. Without
    /// it, the first key of --vault-key-file seals.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = "Vault")]
    pub(super) new_key_file: Option<PathBuf>,
}
