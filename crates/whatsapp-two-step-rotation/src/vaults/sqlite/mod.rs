mod failure;
mod file;
mod saves;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OptionalExtension};
use saves::{Save, Saves};
use whatsapp_two_step::PhoneNumberId;

use super::{failure as shared, worker::Worker};
use crate::{
    error::VaultError,
    sealed::{ByteStore, Bytes, Keyring, Sealed, count},
    vault::Version,
};

/// For so long without work the file stays open. A process that forks then takes no open database with it.
const IDLE: Duration = Duration::from_secs(1);

/// A vault in an SQLite file: for one machine, and any number of processes on it.
///
/// It needs a disk of the machine's own, since SQLite's locks and its shared memory don't work over a network.
///
/// ```
/// use whatsapp_two_step::{PhoneNumberId, Pin};
/// use whatsapp_two_step_rotation::{Entry, Keyring, SqliteVault, Vault, VaultKey};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("pins.vault");
/// let vault = SqliteVault::new(path, Keyring::new(VaultKey::generate()?));
/// vault.store().init().await?;
///
/// let id = PhoneNumberId::parse("106540352242922")?;
/// assert!(vault.load(&id).await?.is_none());
/// let mut entry = Entry::default();
/// entry.current = Some(Pin::parse("012345")?);
/// let version = vault.save(&id, &entry, None).await?;
/// assert_eq!(vault.load(&id).await?.map(|stored| stored.version), Some(version));
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run()).unwrap();
/// ```
pub type SqliteVault = Sealed<SqliteStore>;

impl Sealed<SqliteStore> {
    /// A vault in the file at `path`, which is opened at the first use. [`SqliteStore::init`] makes the file.
    pub fn new(path: impl AsRef<Path>, keys: Keyring) -> Self {
        Self::over(SqliteStore::new(path), keys)
    }
}

/// Sealed entries in an SQLite file, which has the mode 600 if this made it.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    limit: Duration,
    /// Who reads doesn't wait for a sync of the disk, as the log lets both go on side by side.
    reader: Worker<Connection>,
    writer: Worker<Connection>,
    saves: Saves,
}

impl SqliteStore {
    /// The file at `path`, which is opened at the first use.
    pub fn new(path: impl AsRef<Path>) -> Self {
        // From here on, whatever becomes of the working directory. Absolute, it is also none of SQLite's own names (`:memory:`).
        let path = std::path::absolute(path.as_ref()).unwrap_or_else(|_| path.as_ref().into());
        let worker = |name| {
            let file = path.clone();
            Worker::new(name, IDLE, move || file::open(&file))
        };
        let (reader, writer) = (worker("whatsapp-two-step-sqlite-reader"), worker("whatsapp-two-step-sqlite-writer"));
        Self { limit: shared::LIMIT, reader, writer, saves: Saves::default(), path }
    }

    /// How long one load or save may take, waiting for other programs among it; 10 seconds by default, and a day at most.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = limit.min(shared::LONGEST);
        self
    }

    /// Makes the file, if there is none. One that is there already stays as it is.
    ///
    /// # Errors
    /// `unreachable` if it can't be made; `unreadable` if another program's file is there.
    pub async fn init(&self) -> Result<(), VaultError> {
        let (path, limit) = (self.path.clone(), self.limit);
        // A worker of its own: the other one's way to begin is to open the file.
        Worker::new("whatsapp-two-step-init", IDLE, || Ok(()))
            .run(limit, move |(), until| file::init(&path, until))
            .await
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, VaultError> {
        let path = self.path.clone();
        self.reader
            .run(self.limit, move |connection, until| {
                let left = until.saturating_duration_since(Instant::now());
                connection.busy_timeout(left).and_then(|()| job(connection)).map_err(|error| failure::of(&path, error))
            })
            .await
    }
}

impl ByteStore for SqliteStore {
    const COUNTS: bool = true;

    async fn get(&self, id: &PhoneNumberId) -> Result<Option<Bytes>, VaultError> {
        let id = id.as_str().to_owned();
        self.read(move |connection| {
            let read = |row: &rusqlite::Row<'_>| {
                Ok(Bytes { version: Version::new(row.get::<_, i64>(0)?.to_string()), bytes: row.get(1)? })
            };
            connection.query_row("SELECT version, sealed FROM entries WHERE id = ?1", [id], read).optional()
        })
        .await
    }

    async fn put(&self, id: &PhoneNumberId, bytes: &[u8], expected: Option<&Version>) -> Result<Version, VaultError> {
        let save = Save { id: id.as_str().to_owned(), bytes: bytes.to_owned(), read: count(expected)? };
        let ticket = self.saves.add(save, self.limit);
        let (saves, path) = (self.saves.clone(), self.path.clone());
        let flushed = self.writer.run(self.limit, move |connection, until| saves.flush(&path, connection, until)).await;
        self.saves.answer(ticket, flushed).await
    }

    async fn ids(&self) -> Result<Vec<PhoneNumberId>, VaultError> {
        let found: Vec<String> = self
            .read(|connection| {
                let mut statement = connection.prepare("SELECT id FROM entries ORDER BY id")?;
                statement.query_map([], |row| row.get(0))?.collect()
            })
            .await?;
        shared::ids(&found)
    }
}
