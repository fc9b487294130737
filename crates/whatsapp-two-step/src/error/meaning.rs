use super::kind::{ErrorKind, Outcome};

/// May the same call have a chance later?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Later {
    /// Not before something else changes.
    Hopeless,
    /// In a moment: the client retries by itself.
    Now,
    /// After a pause that the server names: the client retries if it fits.
    RetryAfter,
    /// After a pause that is the caller's to decide. The client doesn't retry.
    Wait,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) kind: ErrorKind,
    pub(crate) outcome: Outcome,
    pub(crate) later: Later,
    pub(crate) hint: &'static str,
}
