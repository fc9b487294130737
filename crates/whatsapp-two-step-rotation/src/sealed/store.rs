use std::future::Future;

use whatsapp_two_step::PhoneNumberId;

use super::keyring::Keyring;
use crate::{
    entry::Entry,
    error::{VaultError, VaultErrorKind},
    vault::{Stored, Vault, Version},
};

/// How often an entry that others keep saving is read again before [`Sealed::rekey`] counts it as failed.
const REKEY_TRIES: u32 = 10;

/// A place that keeps bytes for each number, and knows nothing of entries. [`Sealed`] makes a [`Vault`] of it.
pub trait ByteStore: Send + Sync {
    /// Is a version a counter, `1` for what is put first and one more each time? Then what is sealed is bound to its version.
    const COUNTS: bool;

    /// Reads the bytes of a number. None if there are none.
    ///
    /// # Errors
    /// `unreachable` or `unreadable`.
    fn get(&self, id: &PhoneNumberId) -> impl Future<Output = Result<Option<Bytes>, VaultError>> + Send;

    /// Writes the bytes of a number, as [`Vault::save`] does an entry.
    ///
    /// # Errors
    /// `conflict` if the version is another; `unreachable` if they may have been written or not; `unreadable`.
    fn put(
        &self,
        id: &PhoneNumberId,
        bytes: &[u8],
        expected: Option<&Version>,
    ) -> impl Future<Output = Result<Version, VaultError>> + Send;

    /// The numbers that it has bytes of, in the order of their IDs as text.
    ///
    /// # Errors
    /// `unreachable` or `unreadable`.
    fn ids(&self) -> impl Future<Output = Result<Vec<PhoneNumberId>, VaultError>> + Send;
}

/// Bytes as a store holds them.
#[derive(Clone, Debug)]
pub struct Bytes {
    /// What was put.
    pub bytes: Vec<u8>,
    /// Which state of it this is.
    pub version: Version,
}

/// A [`Vault`] over a store of bytes, in which every entry is sealed with XChaCha20-Poly1305 under a random nonce.
///
/// The number's ID, and the version where the store counts, are bound to it. So a damaged entry, one of another number, and an old
/// one under a new version are `unreadable`, and nothing is sent.
///
/// What sealing can't see: a whole store, or a whole row with its version, that was put back as it was before, such as from a
/// backup; a row that was deleted; and which numbers there are, whether a PIN is pending, and when they were saved. Stop the
/// programs before a backup is put back, and settle or rotate its numbers after it.
#[derive(Debug)]
pub struct Sealed<S> {
    store: S,
    keys: Keyring,
}

impl<S: ByteStore> Sealed<S> {
    /// A vault over `store`.
    pub fn over(store: S, keys: Keyring) -> Self {
        Self { store, keys }
    }

    /// The store under it.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The numbers that have an entry, in the order of their IDs as text.
    ///
    /// # Errors
    /// `unreachable` or `unreadable`.
    pub async fn ids(&self) -> Result<Vec<PhoneNumberId>, VaultError> {
        self.store.ids().await
    }

    /// Seals every entry anew that an older key sealed. It can run beside rotations, and be run again.
    ///
    /// It does not help against somebody who has the old key and saw the old entries: rotate these PINs.
    ///
    /// # Errors
    /// As [`ids`](Self::ids). What fails for one number is in [`Rekeyed::failed`], and the others go on.
    pub async fn rekey(&self) -> Result<Rekeyed, VaultError> {
        let mut done = Rekeyed::default();
        for id in self.ids().await? {
            match self.rekey_one(&id).await {
                Ok(true) => done.changed += 1,
                Ok(false) => done.unchanged += 1,
                Err(error) => done.failed.push((id, error)),
            }
        }
        Ok(done)
    }

    async fn rekey_one(&self, id: &PhoneNumberId) -> Result<bool, VaultError> {
        let mut tries = 0;
        loop {
            let Some(found) = self.store.get(id).await? else { return Ok(false) };
            let stored = self.open(id, &found)?;
            if self.keys.is_newest(&found.bytes) {
                return Ok(false);
            }
            tries += 1;
            match self.save(id, &stored.entry, Some(&stored.version)).await {
                // Somebody else saved it, perhaps with the older key.
                Err(error) if error.kind() == VaultErrorKind::Conflict && tries < REKEY_TRIES => {}
                saved => return saved.map(|_| true),
            }
        }
    }

    fn open(&self, id: &PhoneNumberId, found: &Bytes) -> Result<Stored, VaultError> {
        let entry = self.keys.open(id, S::COUNTS.then_some(&found.version), &found.bytes)?;
        Ok(Stored { entry, version: found.version.clone() })
    }
}

impl<S: ByteStore> Vault for Sealed<S> {
    async fn load(&self, id: &PhoneNumberId) -> Result<Option<Stored>, VaultError> {
        let found = self.store.get(id).await?;
        found.map(|found| self.open(id, &found)).transpose()
    }

    async fn save(&self, id: &PhoneNumberId, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultError> {
        let version = S::COUNTS.then(|| next(expected)).transpose()?;
        let sealed = self.keys.seal(id, version.as_ref(), entry)?;
        self.store.put(id, &sealed, expected).await
    }
}

/// The version that follows, in a store that counts.
fn next(expected: Option<&Version>) -> Result<Version, VaultError> {
    Ok(Version::from(count(expected)? + 1))
}

/// The number in a version of a store that counts; 0 for none.
pub(crate) fn count(version: Option<&Version>) -> Result<u64, VaultError> {
    let Some(version) = version else { return Ok(0) };
    // Below the largest number of a database, so that the next one is none that it can't hold.
    let count = version.as_str().parse().ok().filter(|count| (1..i64::MAX as u64).contains(count));
    count.ok_or_else(|| VaultError::new(VaultErrorKind::Conflict, "The version that was read is none of this vault's."))
}

/// What [`Sealed::rekey`] did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Rekeyed {
    /// How many entries were sealed anew.
    pub changed: usize,
    /// How many the newest key had sealed already.
    pub unchanged: usize,
    /// The numbers whose entries are as they were, and why.
    pub failed: Vec<(PhoneNumberId, VaultError)>,
}
