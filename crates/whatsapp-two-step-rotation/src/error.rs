use std::{error::Error, fmt, time::Duration};

/// Why a vault could not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VaultErrorKind {
    /// Somebody else has saved the entry since it was read.
    Conflict,
    /// The vault can't be read or written now: a network, a disk, a lock.
    Unreachable,
    /// What is there can't be understood: a wrong key, a damaged entry, an unknown form.
    Unreadable,
    /// A request with an earlier PIN may still be under way; [`VaultError::retry_after`] says how long to wait.
    Busy,
}

impl VaultErrorKind {
    /// For bindings: what a vault of the host's said. `busy` is no vault's to say, and an unknown code is `unreachable`.
    #[must_use]
    pub fn of_a_vault(code: &str) -> Self {
        match code {
            "conflict" => Self::Conflict,
            "unreadable" => Self::Unreadable,
            _ => Self::Unreachable,
        }
    }

    /// `conflict`, `unreachable`, `unreadable` or `busy`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::Busy => "busy",
        }
    }
}

/// A vault's failure, or what an entry in it forbids. Its text is safe to log: no PIN and no key is in it.
#[derive(Debug)]
pub struct VaultError {
    kind: VaultErrorKind,
    message: String,
    retry_after: Option<Duration>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl VaultError {
    /// An error of a vault. `message` is one sentence for people, without a PIN.
    pub fn new(kind: VaultErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after: None, source: None }
    }

    pub(crate) fn unreadable(what: &str) -> Self {
        Self::new(VaultErrorKind::Unreadable, format!("The vault can't be read: {what}."))
    }

    pub(crate) fn busy(retry_after: Duration) -> Self {
        // A part of a second is a whole one: who waits so long is not busy again.
        let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
        let message = format!("A request with an earlier PIN may still be under way; try again in {seconds} s.");
        let retry_after = Some(Duration::from_secs(seconds));
        Self { retry_after, ..Self::new(VaultErrorKind::Busy, message) }
    }

    /// With what it came from. That must print no PIN.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> VaultErrorKind {
        self.kind
    }

    /// One sentence, safe to log and to show.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How long to wait, of a `busy` one.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.kind.code())
    }
}

impl Error for VaultError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
