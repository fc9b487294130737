mod address;
mod failure;
mod session;
mod sessions;
mod tls;

use std::{fmt, future::Future, time::Duration};

use tokio::time;
use tokio_postgres::{
    Error, Row,
    types::{ToSql, Type},
};
use whatsapp_two_step::{PhoneNumberId, TwoStepError};

use self::{
    address::Address,
    session::Session,
    sessions::{Place, Sessions},
};
use super::failure as shared;
use crate::{
    error::VaultError,
    sealed::{ByteStore, Bytes, Keyring, Sealed, count},
    vault::Version,
};

/// A vault in a `PostgreSQL` database: for many machines. It runs on a tokio runtime with I/O and time.
///
/// Every save is one statement that is on the server's disk when it returns. A failover to a standby that replicates
/// asynchronously can lose the last ones: use a synchronous one. `PgBouncer` has to pool sessions, not transactions.
///
/// ```no_run
/// use whatsapp_two_step_rotation::{Keyring, PostgresVault, VaultKey};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let url = "postgres://rotation:secret@db.example/pins?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem";
/// let vault = PostgresVault::new(url, Keyring::new(VaultKey::generate()?))?;
/// vault.store().init().await?;
/// # Ok(())
/// # }
/// ```
pub type PostgresVault = Sealed<PostgresStore>;

impl Sealed<PostgresStore> {
    /// A vault in the database at a URL, as [`PostgresStore::new`] reads it.
    ///
    /// # Errors
    /// As there.
    pub fn new(url: &str, keys: Keyring) -> Result<Self, TwoStepError> {
        Ok(Self::over(PostgresStore::new(url)?, keys))
    }
}

/// Sealed entries in the table `whatsapp_two_step_vault` of a database.
pub struct PostgresStore {
    sessions: Box<Sessions>,
    limit: Duration,
}

impl PostgresStore {
    /// The database at a URL (`postgres://user:password@host:port/database`), to which it connects at the first use.
    ///
    /// | `sslmode` | |
    /// |---|---|
    /// | `verify-full`, `require` | TLS, and the server's certificate and name are checked. The default, but on this machine |
    /// | `disable` | no TLS: entries are sealed, but somebody between can put old ones back |
    ///
    /// `sslrootcert` is a PEM file of the only roots that are trusted; without it the platform's and Mozilla's are.
    ///
    /// # Errors
    /// `invalid_configuration`, with what is wrong and nothing of the URL.
    pub fn new(url: &str) -> Result<Self, TwoStepError> {
        Self::build(url, None)
    }

    /// With the only roots that are trusted, as PEM.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_roots(url: &str, pem: &[u8]) -> Result<Self, TwoStepError> {
        Self::build(url, Some(pem))
    }

    fn build(url: &str, roots: Option<&[u8]>) -> Result<Self, TwoStepError> {
        Ok(Self { sessions: Box::new(Sessions::new(Address::parse(url, roots)?)), limit: shared::LIMIT })
    }

    /// How long one load or save may take, connecting and waiting for other programs among it; 10 seconds by default, and a day at most.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = limit.min(shared::LONGEST);
        self
    }

    /// Makes the tables, if there are none. The user needs the right to make some, here alone.
    ///
    /// # Errors
    /// `unreachable`; `unreadable` if another version made them.
    pub async fn init(&self) -> Result<(), VaultError> {
        self.within(&self.sessions.place(), async {
            let session = Session::begin(self.sessions.address(), self.limit).await?;
            session.make_tables().await.map_err(failure::of)?;
            session.check().await
        })
        .await
    }

    async fn within<T>(
        &self,
        place: &Place<'_>,
        work: impl Future<Output = Result<T, VaultError>>,
    ) -> Result<T, VaultError> {
        if let Ok(done) = time::timeout(self.limit, work).await {
            return done;
        }
        // Whatever hangs, hangs for the next one too.
        place.forget();
        let limit = shared::seconds(self.limit);
        Err(shared::unreachable(&format!(
            "the database gave no answer within {limit}, and what was being saved may be there or not"
        )))
    }

    /// What only reads is asked again on a new connection, if the old one has ended in the meantime.
    async fn read(&self, sql: &str, values: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, VaultError> {
        let place = self.sessions.place();
        self.within(&place, async {
            let first = place.session(self.limit).await?.client.query_typed(sql, values).await;
            let rows = match first {
                Err(error) if failure::is_connection(&error) => {
                    place.forget();
                    place.session(self.limit).await?.client.query_typed(sql, values).await
                }
                first => first,
            };
            rows.map_err(failure::of)
        })
        .await
    }
}

impl ByteStore for PostgresStore {
    const COUNTS: bool = true;

    async fn get(&self, id: &PhoneNumberId) -> Result<Option<Bytes>, VaultError> {
        let sql = "SELECT version, sealed FROM whatsapp_two_step_vault WHERE id = $1";
        let rows = self.read(sql, &[(&id.as_str(), Type::TEXT)]).await?;
        let read = |row: &Row| {
            let version: i64 = row.try_get(0)?;
            Ok::<_, Error>(Bytes { version: Version::new(version.to_string()), bytes: row.try_get(1)? })
        };
        rows.first().map(read).transpose().map_err(failure::of)
    }

    async fn put(&self, id: &PhoneNumberId, bytes: &[u8], expected: Option<&Version>) -> Result<Version, VaultError> {
        let read = count(expected)?;
        let (next, before) = ((read + 1).cast_signed(), read.cast_signed());
        let id = id.as_str();
        let mut values: Vec<(&(dyn ToSql + Sync), Type)> =
            vec![(&id, Type::TEXT), (&next, Type::INT8), (&bytes, Type::BYTEA)];
        // One statement each: it is the transaction.
        let sql = if read == 0 {
            "INSERT INTO whatsapp_two_step_vault (id, version, sealed) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING"
        } else {
            values.push((&before, Type::INT8));
            "UPDATE whatsapp_two_step_vault SET version = $2, sealed = $3 WHERE id = $1 AND version = $4"
        };
        let place = self.sessions.place();
        let saved = self.within(&place, async {
            place.session(self.limit).await?.client.execute_typed(sql, &values).await.map_err(failure::of)
        });
        if saved.await? == 1 { Ok(Version::from(read + 1)) } else { Err(shared::conflict()) }
    }

    async fn ids(&self) -> Result<Vec<PhoneNumberId>, VaultError> {
        let rows = self.read("SELECT id FROM whatsapp_two_step_vault ORDER BY id COLLATE \"C\"", &[]).await?;
        let found: Result<Vec<String>, Error> = rows.iter().map(|row| row.try_get(0)).collect();
        shared::ids(&found.map_err(failure::of)?)
    }
}

/// Without the address, which may hold a password.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("limit", &self.limit).finish_non_exhaustive()
    }
}
