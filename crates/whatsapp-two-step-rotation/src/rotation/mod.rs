//! A rotation as a value: the only place where the rules stand. It decides, and whoever has a vault and a client drives it.

mod calling;
mod loading;
#[cfg(test)]
mod proof;
mod result;
mod rules;
mod saving;
mod settings;

pub use calling::{Calling, SendWindow};
pub use loading::Loading;
pub use result::{Rotation, RotationError, VaultState};
pub use saving::Saving;
pub use settings::RotationSettings;

use std::time::{Duration, SystemTime};

use whatsapp_two_step::{Outcome, PhoneNumberId, Pin, TwoStepError};

use crate::{
    entry::Entry,
    error::{VaultError, VaultErrorKind},
    vault::Version,
};
use rules::{Rule, Rules};

/// How often a run reads again after somebody else has saved.
const REREADS: u32 = 3;

/// How often a run claims anew after it came too late to send.
const NEW_CLAIMS: u32 = 3;

/// One run over one number: draws a PIN, or takes the pending one, and brings vault and server together.
///
/// A value without I/O, clock, executor, thread or lock. It says what to do next; whoever has a vault and a client does it, and
/// says what came of it and what time it is on the wall. But for the PIN that it draws, the same answers in the same order give the
/// same steps. [`Rotator`](crate::Rotator) is one driver of it; with a vault or a client of your own kind, write another:
///
/// ```
/// use std::{collections::HashMap, time::SystemTime};
/// use whatsapp_two_step::{Limits, PhoneNumberId, Pin, SetTwoStepPinResponse, TwoStepError};
/// use whatsapp_two_step_rotation::{
///     Rotation, RotationError, RotationRun, RotationSettings, RotationStep, SendWindow, Stored, VaultError, VaultErrorKind, Version,
/// };
///
/// /// One call, with its retries. It looks at the window before each of its requests; if that is over, it ends and says so.
/// fn call(pin: &Pin, limits: Limits, window: SendWindow) -> Result<SetTwoStepPinResponse, (TwoStepError, bool)> {
///     // …
/// #   use whatsapp_two_step::{AccessToken, Body, Call, Endpoint, SetTwoStepPin, Step};
/// #   let endpoint = Endpoint::new(AccessToken::parse("EAAG_example").unwrap());
/// #   let operation = SetTwoStepPin::new("106540352242922".parse().unwrap(), pin.clone());
/// #   let Step::Send { sending, .. } = Call::begin(&endpoint, limits, operation, 0) else { unreachable!() };
/// #   assert!(window.is_open(SystemTime::now()));
/// #   match sending.answered(std::time::Duration::ZERO, &http::Response::new(Body::from(r#"{"success":true}"#))) {
/// #       Step::Done(Ok(response)) => Ok(response),
/// #       _ => unreachable!(),
/// #   }
/// }
///
/// fn rotate(vault: &mut HashMap<PhoneNumberId, Stored>, id: PhoneNumberId) -> Result<Option<Rotation>, RotationError> {
///     let now = SystemTime::now;
///     let mut step = RotationRun::rotate(id.clone(), RotationSettings::default());
///     loop {
///         step = match step {
///             RotationStep::Load { loading } => loading.loaded(now(), Ok(vault.get(&id).cloned())),
///             RotationStep::Save { entry, expected, saving } => {
///                 let held = vault.get(&id).map(|stored| &stored.version);
///                 let saved = if held == expected.as_ref() {
///                     let next = held.map_or(0, |version| version.as_str().parse::<u64>().unwrap_or(0)) + 1;
///                     let version = Version::from(next);
///                     vault.insert(id.clone(), Stored { entry, version: version.clone() });
///                     Ok(version)
///                 } else {
///                     Err(VaultError::new(VaultErrorKind::Conflict, "Somebody else has saved it."))
///                 };
///                 saving.saved(now(), saved)
///             }
///             RotationStep::Call { pin, timeout, window, calling } => {
///                 match call(&pin, Limits { timeout, ..Limits::default() }, window) {
///                     Ok(response) => calling.ended(now(), Ok(response)),
///                     Err((error, true)) => calling.withheld(now(), error),
///                     Err((error, false)) => calling.ended(now(), Err(error)),
///                 }
///             }
///             RotationStep::Done(result) => return result,
///         }
///     }
/// }
///
/// let (mut vault, id) = (HashMap::new(), "106540352242922".parse::<PhoneNumberId>()?);
/// let rotation = rotate(&mut vault, id.clone())?.expect("rotate always rotates");
/// assert!(vault[&id].entry.is_settled() && !rotation.resumed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A run may be dropped at any step, as a crash would end it: the next run goes on from what the vault has.
#[derive(Clone, Debug)]
pub struct RotationRun {
    id: PhoneNumberId,
    settings: RotationSettings,
    /// Rotating draws a PIN where none is pending; settling doesn't.
    draws: bool,
    /// What is settled since then is left alone, and so is what somebody else may be at work on.
    since: Option<SystemTime>,
    rereads_left: u32,
    claims_left: u32,
    /// Has a save of it succeeded?
    has_saved: bool,
    /// The requests of all its calls.
    attempts: u32,
    /// What can be said of all of them.
    outcome: Outcome,
    rules: Rules,
}

/// What a run wants next. Each state can be told only what fits it, and only once.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // it is moved once
pub enum RotationStep {
    /// Read the number's entry.
    Load {
        /// To be told what was read.
        loading: Loading,
    },
    /// Write the number's entry, if the vault still holds that version.
    Save {
        /// What to write.
        entry: Entry,
        /// What was read; none if there was no entry.
        expected: Option<Version>,
        /// To be told the new version.
        saving: Saving,
    },
    /// Set this PIN, with a call's usual retries.
    Call {
        /// The PIN.
        pin: Pin,
        /// How long the call may take.
        timeout: Duration,
        /// To be asked before each request of the call.
        window: SendWindow,
        /// To be told what came of it.
        calling: Calling,
    },
    /// It is over. Nothing without an error: there was nothing to do, which only [`RotationRun::settle`] and [`RotationRun::renew`] find.
    Done(Result<Option<Rotation>, RotationError>),
}

/// An entry with a pending PIN: what the vault holds of the number by this run's own save, or is going to.
#[derive(Clone, Debug)]
struct Claim {
    entry: Entry,
    pin: Pin,
    /// Of what this run has read or saved last; none if there was no entry.
    version: Option<Version>,
    /// Did this run draw the PIN, and has nobody else saved since?
    drew: bool,
    /// When the save began.
    at: SystemTime,
}

/// Why a run gives up.
#[derive(Clone, Debug)]
enum Failure {
    Call(TwoStepError),
    /// Each time the save took longer than a call may.
    SlowVault,
}

impl RotationRun {
    /// A number shall have a new PIN: the pending one, or one that is drawn now.
    #[must_use]
    pub fn rotate(id: PhoneNumberId, settings: RotationSettings) -> RotationStep {
        Self::new(id, settings, true).begin()
    }

    /// A number shall have a new PIN, unless one holds since that time: for many numbers, and many programs at once. Where another
    /// program may be at work on it, it is `busy`, also while a PIN is pending.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use whatsapp_two_step_rotation::{Entry, RotationRun, RotationSettings, RotationStep, Stored, Version};
    ///
    /// let since = SystemTime::now();
    /// let RotationStep::Load { loading } =
    ///     RotationRun::renew("106540352242922".parse()?, since, RotationSettings::default()) else { unreachable!() };
    /// let mut entry = Entry::default();
    /// (entry.current, entry.rotated_at) = (Some("012345".parse()?), Some(since));
    /// let step = loading.loaded(SystemTime::now(), Ok(Some(Stored { entry, version: Version::from(1) })));
    /// assert!(matches!(step, RotationStep::Done(Ok(None))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn renew(id: PhoneNumberId, since: SystemTime, settings: RotationSettings) -> RotationStep {
        let run = Self::new(id, settings, true);
        Self { since: Some(settings::whole_seconds(since)), ..run }.begin()
    }

    /// A number shall have its pending PIN, if there is one. None is drawn.
    #[must_use]
    pub fn settle(id: PhoneNumberId, settings: RotationSettings) -> RotationStep {
        Self::new(id, settings, false).begin()
    }

    fn new(id: PhoneNumberId, settings: RotationSettings, draws: bool) -> Self {
        Self {
            id,
            settings,
            draws,
            since: None,
            rereads_left: REREADS,
            claims_left: NEW_CLAIMS,
            has_saved: false,
            attempts: 0,
            outcome: Outcome::NotSent,
            rules: Rules::default(),
        }
    }

    fn begin(self) -> RotationStep {
        match self.settings.check() {
            Ok(()) => RotationStep::Load { loading: Loading::to_claim(Box::new(self)) },
            Err(error) => RotationStep::Done(Err(RotationError::call(error, VaultState::Untouched))),
        }
    }

    /// Rule 2: somebody else works on the number.
    fn read_again(mut self: Box<Self>, loading: impl FnOnce(Box<Self>) -> Loading) -> Option<RotationStep> {
        self.rereads_left = self.rereads_left.checked_sub(1)?;
        Some(RotationStep::Load { loading: loading(self) })
    }

    fn so_far(&self) -> SoFar {
        (self.attempts, self.outcome)
    }

    /// What the vault holds if this run ends before anything is confirmed.
    fn vault_state(&self) -> VaultState {
        if self.has_saved { VaultState::Unsettled } else { VaultState::Untouched }
    }
}

/// How many requests were sent, and what can be said of them.
type SoFar = (u32, Outcome);

fn failed(error: VaultError, vault_state: VaultState, (attempts, outcome): SoFar) -> RotationStep {
    RotationStep::Done(Err(RotationError::vault(error, vault_state).after(attempts, outcome)))
}

fn is_conflict(error: &VaultError) -> bool {
    error.kind() == VaultErrorKind::Conflict
}

impl Failure {
    fn into_error(self, vault_state: VaultState, (attempts, outcome): SoFar) -> RotationError {
        match self {
            Self::Call(error) => RotationError::call(error, vault_state),
            Self::SlowVault => {
                let message = "The vault takes longer to save than the whole call may.";
                let error = VaultError::new(VaultErrorKind::Unreachable, message);
                RotationError::vault(error, vault_state).after(attempts, outcome)
            }
        }
    }
}
