mod process;
mod protocol;
mod words;

use std::{ffi::OsString, fmt, time::Duration};

use serde::de::DeserializeOwned;
use whatsapp_two_step::{PhoneNumberId, TwoStepError};
use zeroize::Zeroizing;

use self::{
    process::Process,
    protocol::{Loaded, Request, Saved},
};
use super::{failure as shared, worker::Worker};
use crate::{
    entry::Entry,
    error::VaultError,
    sealed::{ByteStore, Bytes, from_hex, push_hex},
    vault::{Stored, Vault, Version},
};

/// How long a request waits for its turn, apart from the time of its answer.
const QUEUE: Duration = Duration::from_secs(60);
/// Never by itself: starting may mean logging in somewhere.
const IDLE: Duration = Duration::MAX;
/// In front of what is sealed, so that it is not taken for an entry in the clear.
const SEALED: &str = "sealed:";

/// A vault behind a program of one's own: `HashiCorp` Vault, a cloud's secret manager, a password manager.
///
/// The program is started once and reads requests on its standard input, one JSON object a line. It answers each with one line on
/// its standard output, in their order. When its input ends, so should it. Its standard error is this process's own, for its log.
///
/// | request | answer |
/// |---|---|
/// | `{"op":"load","id":"…"}` | `{"ok":{"entry":"…","version":"…"}}`, or `{"ok":null}` if there is none |
/// | `{"op":"save","id":"…","entry":"…","expected":"…"}` | `{"ok":{"version":"…"}}`, as soon as it is durable |
/// | `{"op":"list"}` | `{"ok":["…","…"]}`: the IDs of all entries |
/// | any | `{"error":{"kind":"…","message":"…"}}`: `conflict`, `unreachable` or `unreadable`, and a sentence without a PIN |
///
/// `entry` is a text to be kept as it is. `version` is what the program names that state by, never twice the same for one ID.
/// `save` has to compare and set in one step: it writes only if the version is still `expected` (`null`: if there is no entry), and
/// says `conflict` otherwise.
///
/// Used as a [`Vault`] it gives entries **in the clear**, for a place that is a vault itself. Under [`Sealed`](crate::Sealed) it
/// gives them sealed. No PIN is ever in an argument or the environment, from which this library's own secrets are taken out.
///
/// A program that ends, hangs (10 seconds by default), or says what it wasn't asked is killed, and started anew for the next
/// request. Programs to start from are in the folder `examples/vaults`.
///
/// ```no_run
/// use whatsapp_two_step_rotation::{CommandVault, Keyring, Sealed, VaultKey};
///
/// let vault = CommandVault::new(["python3", "hashicorp_kv2.py", "--mount", "secret"]);
/// let sealed = Sealed::over(vault, Keyring::new(VaultKey::generate()?));
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
pub struct CommandVault {
    worker: Worker<Process>,
    words: Vec<OsString>,
    limit: Duration,
}

impl CommandVault {
    /// A program and its arguments. No shell is between, and it is started at the first use.
    pub fn new(words: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let words: Vec<OsString> = words.into_iter().map(Into::into).collect();
        let started = words.clone();
        let worker = Worker::new("whatsapp-two-step-command", IDLE, move || Process::start(&started));
        Self { worker, words, limit: shared::LIMIT }
    }

    /// A program and its arguments in one line, with spaces between them. What has a space itself stands in quotes, `"` or `'`.
    ///
    /// ```
    /// # use whatsapp_two_step_rotation::CommandVault;
    /// CommandVault::parse("python3 'my vaults/kv.py' --mount secret")?;
    /// assert!(CommandVault::parse("python3 'kv.py").is_err());
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration`: an empty line, or a quote that isn't closed.
    pub fn parse(line: &str) -> Result<Self, TwoStepError> {
        words::split(line).map(Self::new)
    }

    /// How long an answer may take; 10 seconds by default, and a day at most.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = limit.min(shared::LONGEST);
        self
    }

    async fn ask<T: DeserializeOwned + Send + 'static>(&self, request: Request<'_>) -> Result<T, VaultError> {
        let (line, words, limit) = (request.to_line(), self.words.clone(), self.limit);
        let exchange = self.worker.run(QUEUE, move |process, _| {
            if process.has_ended()? {
                *process = Process::start(&words)?;
            }
            process.ask(&line, limit)
        });
        exchange.await?
    }

    async fn load_text(&self, id: &PhoneNumberId) -> Result<Option<(Zeroizing<String>, Version)>, VaultError> {
        let found: Option<Loaded> = self.ask(Request::Load { id: id.as_str() }).await?;
        Ok(found.map(|found| (Zeroizing::new(found.entry), Version::new(found.version))))
    }

    async fn save_text(
        &self,
        id: &PhoneNumberId,
        entry: &str,
        expected: Option<&Version>,
    ) -> Result<Version, VaultError> {
        let request = Request::Save { id: id.as_str(), entry, expected: expected.map(Version::as_str) };
        let saved: Saved = self.ask(request).await?;
        Ok(Version::new(saved.version))
    }
}

impl Vault for CommandVault {
    async fn load(&self, id: &PhoneNumberId) -> Result<Option<Stored>, VaultError> {
        let Some((text, version)) = self.load_text(id).await? else { return Ok(None) };
        if text.starts_with(SEALED) {
            return Err(VaultError::unreadable("the entry is sealed, and no key was given"));
        }
        Ok(Some(Stored { entry: Entry::from_json(&text)?, version }))
    }

    async fn save(&self, id: &PhoneNumberId, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultError> {
        self.save_text(id, &entry.to_json(), expected).await
    }
}

impl ByteStore for CommandVault {
    const COUNTS: bool = false;

    async fn get(&self, id: &PhoneNumberId) -> Result<Option<Bytes>, VaultError> {
        let Some((text, version)) = self.load_text(id).await? else { return Ok(None) };
        let sealed = text.strip_prefix(SEALED).ok_or_else(|| {
            VaultError::unreadable(
                "the entry is not sealed, and a key was given: whoever can write there may have made it",
            )
        })?;
        let bytes = from_hex(sealed).ok_or_else(|| VaultError::unreadable("the entry is damaged"))?;
        Ok(Some(Bytes { bytes, version }))
    }

    async fn put(&self, id: &PhoneNumberId, bytes: &[u8], expected: Option<&Version>) -> Result<Version, VaultError> {
        let mut text = SEALED.to_owned();
        push_hex(&mut text, bytes);
        self.save_text(id, &text, expected).await
    }

    async fn ids(&self) -> Result<Vec<PhoneNumberId>, VaultError> {
        let mut found: Vec<String> = self.ask(Request::List).await?;
        found.sort();
        shared::ids(&found)
    }
}

/// Without the arguments, which are not ours to show.
impl fmt::Debug for CommandVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandVault").field("program", &self.words.first()).finish_non_exhaustive()
    }
}
