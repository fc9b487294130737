use std::path::Path;

use whatsapp_two_step::{PhoneNumberId, TwoStepError};

use super::{command::CommandVault, postgres::PostgresVault, sqlite::SqliteVault};
use crate::{
    entry::Entry,
    error::VaultError,
    sealed::{ByteStore, Keyring, Rekeyed, Sealed},
    vault::{Stored, Vault, Version},
};

/// The vault at a URL. Nothing is opened before the first use.
///
/// | URL | vault | keys |
/// |---|---|---|
/// | `sqlite:PATH` | [`SqliteVault`](crate::SqliteVault) | needed |
/// | `postgres://user:password@host:port/database` | [`PostgresVault`](crate::PostgresVault) | needed |
/// | `exec:PROGRAM ARGUMENT…` | [`CommandVault`](crate::CommandVault) | without, its entries are in the clear |
///
/// ```
/// use whatsapp_two_step_rotation::{Keyring, VaultKey, open_vault};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("pins.vault");
/// let vault = open_vault(&format!("sqlite:{}", path.display()), Some(Keyring::new(VaultKey::generate()?)))?;
/// vault.init().await?;
/// assert!(vault.ids().await?.is_empty());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run()).unwrap();
/// ```
///
/// # Errors
/// `invalid_configuration`, with what is wrong and nothing of the URL, which may hold a password.
pub fn open_vault(url: &str, keys: Option<Keyring>) -> Result<AnyVault, TwoStepError> {
    let needed = |keys: Option<Keyring>| {
        keys.ok_or_else(|| TwoStepError::invalid_configuration("vault_key", "is needed, to seal this vault's entries"))
    };
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    match scheme {
        "sqlite" if !rest.is_empty() => Ok(AnyVault::sqlite(rest, needed(keys)?)),
        "postgres" | "postgresql" => AnyVault::postgres(url, needed(keys)?),
        "exec" => {
            let vault = CommandVault::parse(rest)?;
            Ok(match keys {
                Some(keys) => AnyVault::SealedCommand(Sealed::over(vault, keys)),
                None => AnyVault::Command(vault),
            })
        }
        _ => Err(TwoStepError::invalid_configuration("vault", "must begin with sqlite:, postgres:// or exec:")),
    }
}

/// One of the vaults that come with this crate, as [`open_vault`] finds it.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyVault {
    /// A file.
    Sqlite(SqliteVault),
    /// A database server.
    Postgres(PostgresVault),
    /// A program that is given entries in the clear.
    Command(CommandVault),
    /// A program that is given sealed entries.
    SealedCommand(Sealed<CommandVault>),
}

/// The same for every kind of vault.
macro_rules! each {
    ($any:expr, $vault:ident => $done:expr) => {
        match $any {
            AnyVault::Sqlite($vault) => $done,
            AnyVault::Postgres($vault) => $done,
            AnyVault::Command($vault) => $done,
            AnyVault::SealedCommand($vault) => $done,
        }
    };
}

impl AnyVault {
    /// The vault in a file.
    #[must_use]
    pub fn sqlite(path: impl AsRef<Path>, keys: Keyring) -> Self {
        Self::Sqlite(SqliteVault::new(path, keys))
    }

    /// The vault on a database server.
    ///
    /// # Errors
    /// `invalid_configuration` if it is no `postgres://` URL.
    pub fn postgres(url: &str, keys: Keyring) -> Result<Self, TwoStepError> {
        Ok(Self::Postgres(PostgresVault::new(url, keys)?))
    }

    /// Makes the file or the tables, if there are none. A program has to see to its place itself.
    ///
    /// # Errors
    /// `unreachable`; `unreadable` if something else is there.
    pub async fn init(&self) -> Result<(), VaultError> {
        match self {
            Self::Sqlite(vault) => vault.store().init().await,
            Self::Postgres(vault) => vault.store().init().await,
            Self::Command(_) | Self::SealedCommand(_) => Ok(()),
        }
    }

    /// The numbers that have an entry, in the order of their IDs as text.
    ///
    /// # Errors
    /// `unreachable` or `unreadable`.
    pub async fn ids(&self) -> Result<Vec<PhoneNumberId>, VaultError> {
        each!(self, vault => vault.ids().await)
    }

    /// Seals every entry anew that an older key sealed: [`Sealed::rekey`].
    ///
    /// # Errors
    /// As there; `unreadable` if its entries are in the clear.
    pub async fn rekey(&self) -> Result<Rekeyed, VaultError> {
        match self {
            Self::Sqlite(vault) => vault.rekey().await,
            Self::Postgres(vault) => vault.rekey().await,
            Self::SealedCommand(vault) => vault.rekey().await,
            Self::Command(_) => Err(VaultError::unreadable("its entries are in the clear, as no key was given")),
        }
    }
}

impl Vault for AnyVault {
    async fn load(&self, id: &PhoneNumberId) -> Result<Option<Stored>, VaultError> {
        each!(self, vault => vault.load(id).await)
    }

    async fn save(&self, id: &PhoneNumberId, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultError> {
        each!(self, vault => vault.save(id, entry, expected).await)
    }
}
