use std::{
    collections::HashSet,
    fmt,
    future::{Future, poll_fn},
    pin::Pin as Pinned,
    task::Poll,
    time::{Duration, UNIX_EPOCH},
};

use whatsapp_two_step::{PhoneNumberId, Pin};

use crate::{
    entry::Entry,
    error::{VaultError, VaultErrorKind},
    vault::{Stored, Vault, Version},
};

/// How many savers try it at once, and how often.
const SAVERS: usize = 8;
const ROUNDS: u32 = 8;

const LOAD_NOTHING: &str = "load of a number without an entry";
const HAS_ENTRY: &str = "load gives an entry of a number that shall have none: give another number";

/// Does a vault of your own keep what [`Vault`] asks? For its tests.
///
/// It works on a number of which the vault has no entry, and leaves one behind. It looks at the number with a zero after it too, and
/// leaves nothing there. What it can't see: whether an entry outlives a
/// crash, and whether two *processes* can save at once; so try these too.
///
/// ```
/// use whatsapp_two_step_rotation::{MemoryVault, check_vault};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// check_vault(&MemoryVault::new(), &"106540352242922".parse()?).await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`VaultFault`]: the first thing that is not as it must be.
pub async fn check_vault<V: Vault>(vault: &V, id: &PhoneNumberId) -> Result<(), VaultFault> {
    if vault.load(id).await.map_err(VaultFault::of(LOAD_NOTHING))?.is_some() {
        return Err(VaultFault::new(HAS_ENTRY));
    }
    let mut check = Check { vault, id, versions: HashSet::new() };
    let mut version = None;
    for entry in entries() {
        let new = check.saves(&entry, version.as_ref()).await?;
        check.conflicts_without_version().await?;
        if let Some(old) = version {
            check.conflicts("save of an old version", &old).await?;
        } else {
            check.keeps_numbers_apart(&entry, &new).await?;
        }
        check.holds(&entry, &new).await?;
        version = Some(new);
    }
    for round in 0..ROUNDS {
        version = Some(check.one_wins(version, round).await?);
    }
    Ok(())
}

struct Check<'a, V> {
    vault: &'a V,
    id: &'a PhoneNumberId,
    versions: HashSet<Version>,
}

impl<V: Vault> Check<'_, V> {
    async fn saves(&mut self, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultFault> {
        let version = self.vault.save(self.id, entry, expected).await;
        self.is_new(version.map_err(VaultFault::of("save of the version that the vault holds"))?)
    }

    fn is_new(&mut self, version: Version) -> Result<Version, VaultFault> {
        if self.versions.insert(version.clone()) {
            return Ok(version);
        }
        Err(VaultFault::new("save gives a version that it has given before"))
    }

    async fn conflicts(&self, what: &'static str, expected: &Version) -> Result<(), VaultFault> {
        is_conflict(what, self.vault.save(self.id, &Entry::default(), Some(expected)).await)
    }

    /// Only a version that the vault has given names no entry here: it may refuse to read any other.
    async fn keeps_numbers_apart(&self, entry: &Entry, version: &Version) -> Result<(), VaultFault> {
        let Some(other) = another(self.id) else { return Ok(()) };
        match self.vault.load(&other).await.map_err(VaultFault::of(LOAD_NOTHING))? {
            None => {}
            Some(held) if *held.entry.to_json() == *entry.to_json() => {
                return Err(VaultFault::new("load gives the entry of another number"));
            }
            Some(_) => return Err(VaultFault::new(HAS_ENTRY)),
        }
        let saved = self.vault.save(&other, &Entry::default(), Some(version)).await;
        is_conflict("save of a version where there is no entry", saved)
    }

    async fn conflicts_without_version(&self) -> Result<(), VaultFault> {
        let what = "save of a new entry where there is one";
        is_conflict(what, self.vault.save(self.id, &Entry::default(), None).await)
    }

    async fn holds(&self, entry: &Entry, version: &Version) -> Result<(), VaultFault> {
        let stored = self.vault.load(self.id).await.map_err(VaultFault::of("load"))?;
        let Some(Stored { entry: held, version: of }) = stored else {
            return Err(VaultFault::new("load gives nothing after a save"));
        };
        // Its written form has all that is in it.
        if *held.to_json() != *entry.to_json() {
            return Err(VaultFault::new("load gives another entry than was saved"));
        }
        if of != *version {
            return Err(VaultFault::new("load gives another version than save did"));
        }
        Ok(())
    }

    /// Of many savers of one version, one does it.
    async fn one_wins(&mut self, version: Option<Version>, round: u32) -> Result<Version, VaultFault> {
        let entries = (0..SAVERS).map(|saver| {
            let number = round as usize * SAVERS + saver;
            Entry { pending: Pin::parse(&format!("{number:06}")).ok(), ..Entry::default() }
        });
        let entries: Vec<Entry> = entries.collect();
        let savers = entries.iter().map(|entry| self.vault.save(self.id, entry, version.as_ref()));
        let mut won = None;
        for (saved, entry) in all(savers).await.into_iter().zip(&entries) {
            match saved {
                Ok(_) if won.is_some() => return Err(VaultFault::new("two savers of one version have both saved")),
                Ok(version) => won = Some((self.is_new(version)?, entry)),
                saved => is_conflict("save at the same time as another", saved)?,
            }
        }
        let (version, entry) = won.ok_or_else(|| VaultFault::new("of several savers at once, none has saved"))?;
        self.holds(entry, &version).await?;
        Ok(version)
    }
}

/// A number of 32 digits has no room for one more.
fn another(id: &PhoneNumberId) -> Option<PhoneNumberId> {
    let longer = PhoneNumberId::parse(&format!("{}0", id.as_str()));
    longer.or_else(|_| PhoneNumberId::parse(id.as_str().get(1..).unwrap_or_default())).ok()
}

/// Each field, there and not.
fn entries() -> [Entry; 4] {
    let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
    let pin = |text| Pin::parse(text).ok();
    let pending = Entry { pending: pin("012345"), quiet_until: at(4_102_444_800), ..Entry::default() };
    let settled = Entry { current: pin("012345"), rotated_at: at(1_700_000_000), ..Entry::default() };
    let both = Entry { pending: pin("000001"), quiet_until: at(1_700_000_090), ..settled.clone() };
    [pending, settled, both.clone(), both]
}

fn is_conflict(what: &'static str, saved: Result<Version, VaultError>) -> Result<(), VaultFault> {
    match saved {
        Err(error) if error.kind() == VaultErrorKind::Conflict => Ok(()),
        Err(error) => Err(VaultFault { what: format!("{what} must be a conflict"), source: Some(error) }),
        Ok(_) => Err(VaultFault::new(&format!("{what} must be a conflict, and is done"))),
    }
}

/// All of them at once.
async fn all<F: Future>(work: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut work: Vec<Pinned<Box<F>>> = work.map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = work.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, output) in work.iter_mut().zip(&mut outputs).filter(|(_, output)| output.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                *output = Some(value);
            }
        }
        if outputs.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outputs.into_iter().flatten().collect()
}

/// What a vault does otherwise than [`Vault`] asks.
#[derive(Debug)]
pub struct VaultFault {
    what: String,
    source: Option<VaultError>,
}

impl VaultFault {
    pub(crate) fn new(what: &str) -> Self {
        Self { what: what.to_owned(), source: None }
    }

    fn of(what: &'static str) -> impl FnOnce(VaultError) -> Self {
        move |error| Self { what: format!("{what} fails"), source: Some(error) }
    }
}

impl fmt::Display for VaultFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The vault is not as it must be: {}.", self.what)
    }
}

impl std::error::Error for VaultFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as &(dyn std::error::Error + 'static))
    }
}
