use std::{fmt, future::Future, sync::Arc};

use whatsapp_two_step::PhoneNumberId;

use crate::{entry::Entry, error::VaultError};

/// Where entries are kept: two methods.
///
/// The fence between programs that work on the same numbers is [`save`](Self::save)'s compare-and-set; there are no locks.
pub trait Vault: Send + Sync {
    /// Reads a number's entry. None if there is none.
    ///
    /// # Errors
    /// `unreachable` or `unreadable`.
    fn load(&self, id: &PhoneNumberId) -> impl Future<Output = Result<Option<Stored>, VaultError>> + Send;

    /// Writes a number's entry if the vault still holds the version that was read (`expected`; none: if it has no entry), and
    /// gives the new version. When it has given it, the entry is durable: it outlives a crash of this program and of the machine.
    ///
    /// # Errors
    /// `conflict` if the version is another; `unreachable` if it may have been saved or not; `unreadable`.
    fn save(
        &self,
        id: &PhoneNumberId,
        entry: &Entry,
        expected: Option<&Version>,
    ) -> impl Future<Output = Result<Version, VaultError>> + Send;
}

/// A vault that several rotators share.
impl<V: Vault> Vault for Arc<V> {
    async fn load(&self, id: &PhoneNumberId) -> Result<Option<Stored>, VaultError> {
        (**self).load(id).await
    }

    async fn save(&self, id: &PhoneNumberId, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultError> {
        (**self).save(id, entry, expected).await
    }
}

/// An entry as a vault holds it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What is known of the number.
    pub entry: Entry,
    /// Which state of it this is.
    pub version: Version,
}

/// A state of an entry, as its vault names it: a counter, an `ETag`. Never given twice for one number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version(String);

impl Version {
    /// A vault's own name for it.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name that the vault gave.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u64> for Version {
    fn from(count: u64) -> Self {
        Self(count.to_string())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
