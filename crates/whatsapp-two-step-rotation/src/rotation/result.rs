use std::{error::Error as StdError, fmt, time::SystemTime};

use whatsapp_two_step::{Outcome, PhoneNumberId, TwoStepError, Usage};

use crate::error::VaultError;

/// A number has a new PIN, and the vault has it as current.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rotation {
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// When the server confirmed the PIN. Whole seconds.
    pub rotated_at: SystemTime,
    /// Was the PIN pending before, from a run that didn't settle it?
    pub resumed: bool,
    /// How many requests this run sent.
    pub attempts: u32,
    /// The ID that Meta's support asks for.
    pub trace_id: Option<String>,
    /// How much of the call budget the app or account has used, if the server said.
    pub usage: Option<Usage>,
}

/// What a vault holds of a number after a run that failed.
///
/// ```
/// use whatsapp_two_step_rotation::VaultState;
///
/// assert_eq!(VaultState::Settled.code(), "settled");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VaultState {
    /// This run sent nothing and saved nothing.
    Untouched,
    /// No PIN is pending: what held before the run holds.
    Settled,
    /// A PIN is pending: it or the current one may hold.
    Unsettled,
    /// The server has confirmed the new PIN, and the vault could not be told: it may still have it as pending.
    Confirmed,
}

impl VaultState {
    /// `untouched`, `settled`, `unsettled` or `confirmed`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Untouched => "untouched",
            Self::Settled => "settled",
            Self::Unsettled => "unsettled",
            Self::Confirmed => "confirmed",
        }
    }

    /// The same in a sentence or two, with what to do.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Untouched => "Nothing was sent, and the vault is as it was.",
            Self::Settled => "The vault is settled: no PIN is pending, and its current one holds.",
            Self::Unsettled => {
                "The vault has two PINs, of which either may hold: the pending one and the current one, if it had one. Run it again to settle it."
            }
            Self::Confirmed => {
                "The server has set the new PIN, so that one holds. The vault has it as pending: run it again to settle it."
            }
        }
    }
}

/// Why a number was not rotated, and what the vault holds of it now. It prints no PIN, token or key.
#[derive(Debug)]
pub struct RotationError {
    why: Why,
    vault_state: VaultState,
    attempts: u32,
    outcome: Outcome,
}

#[derive(Debug)]
enum Why {
    Call(TwoStepError),
    Vault(VaultError),
}

impl RotationError {
    /// For bindings: the error for a run that was told what doesn't fit it.
    #[must_use]
    pub fn internal() -> Self {
        Self::call(TwoStepError::internal(), VaultState::Unsettled)
    }

    pub(crate) fn call(error: TwoStepError, vault_state: VaultState) -> Self {
        let (attempts, outcome) = (error.attempts(), error.outcome());
        Self { why: Why::Call(error), vault_state, attempts, outcome }
    }

    pub(crate) fn vault(error: VaultError, vault_state: VaultState) -> Self {
        Self { why: Why::Vault(error), vault_state, attempts: 0, outcome: Outcome::NotSent }
    }

    /// Of a run whose calls came to that.
    pub(super) fn after(self, attempts: u32, outcome: Outcome) -> Self {
        Self { attempts, outcome, ..self }
    }

    /// The call's own error, if it was the call that failed.
    #[must_use]
    pub fn call_error(&self) -> Option<&TwoStepError> {
        match &self.why {
            Why::Call(error) => Some(error),
            Why::Vault(_) => None,
        }
    }

    /// The vault's error, if it was the vault that failed, or what is in it that forbade the run.
    #[must_use]
    pub fn vault_error(&self) -> Option<&VaultError> {
        match &self.why {
            Why::Call(_) => None,
            Why::Vault(error) => Some(error),
        }
    }

    /// What the vault holds now.
    #[must_use]
    pub fn vault_state(&self) -> VaultState {
        self.vault_state
    }

    /// How many requests the run sent, also where it was the vault that failed.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What can be said of the requests: after a success that the vault could not be told, `unknown`.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// What happened, and what the vault holds now: safe to log and to show.
    #[must_use]
    pub fn message(&self) -> String {
        let what = match &self.why {
            Why::Call(error) => error.message(),
            Why::Vault(error) => error.message(),
        };
        format!("{what} {}", self.vault_state.words())
    }
}

impl fmt::Display for RotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Call(error) => error.fmt(f)?,
            Why::Vault(error) => error.fmt(f)?,
        }
        write!(f, " {}", self.vault_state.words())
    }
}

impl StdError for RotationError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.why {
            Why::Call(error) => error.source(),
            Why::Vault(error) => error.source(),
        }
    }
}
