use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use whatsapp_two_step::PhoneNumberId;

use crate::{
    entry::Entry,
    error::{VaultError, VaultErrorKind},
    vault::{Stored, Vault, Version},
};

/// A vault for tests: it keeps its entries as long as the program lives, and **no longer**.
///
/// ```
/// use whatsapp_two_step_rotation::{Entry, MemoryVault, Vault};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (vault, id) = (MemoryVault::new(), "106540352242922".parse()?);
/// assert!(vault.load(&id).await?.is_none());
///
/// let mut entry = Entry::default();
/// entry.current = Some("012345".parse()?);
/// let version = vault.save(&id, &entry, None).await?;
/// vault.save(&id, &entry, Some(&version)).await?;
/// assert!(vault.save(&id, &entry, Some(&version)).await.is_err()); // that is an old version now
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct MemoryVault(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    saves: u64,
    by_id: HashMap<PhoneNumberId, Stored>,
}

impl MemoryVault {
    /// An empty vault.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Every change to it is one step, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for MemoryVault {
    async fn load(&self, id: &PhoneNumberId) -> Result<Option<Stored>, VaultError> {
        Ok(self.entries().by_id.get(id).cloned())
    }

    async fn save(&self, id: &PhoneNumberId, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultError> {
        let mut entries = self.entries();
        if entries.by_id.get(id).map(|stored| &stored.version) != expected {
            return Err(VaultError::new(
                VaultErrorKind::Conflict,
                "Somebody else has saved the entry since it was read.",
            ));
        }
        entries.saves += 1;
        let version = Version::from(entries.saves);
        entries.by_id.insert(id.clone(), Stored { entry: entry.clone(), version: version.clone() });
        Ok(version)
    }
}

impl fmt::Debug for MemoryVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryVault").field("numbers", &self.entries().by_id.len()).finish()
    }
}
