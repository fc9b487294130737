use std::{
    num::NonZeroU32,
    time::{Duration, SystemTime},
};

use whatsapp_two_step::{AccessToken, PhoneNumberId, WabaId};

/// The numbers of one business account (WABA) that shall have new PINs, in the order in which they are begun.
///
/// ```
/// use whatsapp_two_step_rotation::FleetAccount;
///
/// let account = FleetAccount::new(["106540352242922".parse()?]).waba_id("102290129340398".parse()?);
/// # drop(account);
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FleetAccount {
    pub(super) numbers: Vec<PhoneNumberId>,
    pub(super) waba_id: Option<WabaId>,
    pub(super) access_token: Option<AccessToken>,
}

impl FleetAccount {
    /// Numbers of one account; or of several, where nobody knows which.
    pub fn new(numbers: impl IntoIterator<Item = PhoneNumberId>) -> Self {
        Self { numbers: numbers.into_iter().collect(), waba_id: None, access_token: None }
    }

    /// The account's ID. The server counts calls by it, so that one account can wait while others go on.
    #[must_use]
    pub fn waba_id(self, waba_id: WabaId) -> Self {
        Self { waba_id: Some(waba_id), ..self }
    }

    /// The account's own token, in place of the client's.
    #[must_use]
    pub fn access_token(self, access_token: AccessToken) -> Self {
        Self { access_token: Some(access_token), ..self }
    }
}

/// What a fleet's numbers shall have.
///
/// ```
/// use std::time::SystemTime;
/// use whatsapp_two_step_rotation::FleetGoal;
///
/// let goal = FleetGoal::NewSince(SystemTime::now());
/// assert_ne!(goal, FleetGoal::New);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FleetGoal {
    /// A new PIN, unless one holds since that time. Give all programs that share the work the same time, and give it again to go on
    /// after a crash. A number with which another program may be at work is left until that can't be so any more.
    NewSince(SystemTime),
    /// A new PIN, whatever the vault has: a number with which another program may be at work is `busy`.
    New,
    /// The pending PIN, where there is one; none is drawn.
    Settled,
}

/// How fast a fleet goes, and what ends it.
///
/// ```
/// use std::num::NonZeroU32;
/// use whatsapp_two_step_rotation::FleetLimits;
///
/// let limits = FleetLimits { max_failures: NonZeroU32::new(10), ..FleetLimits::default() };
/// assert_eq!(limits.concurrency.get(), 16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FleetLimits {
    /// How many rotations may be under way at once. Default 16.
    pub concurrency: NonZeroU32,
    /// After so many failures no other number is begun. Default: no bound.
    pub max_failures: Option<NonZeroU32>,
    /// So many numbers first, and the rest only if all of them went well. Default: none.
    pub canary: Option<NonZeroU32>,
    /// How long the server's hour is, by which it counts calls. Default 3,600 s; a sandbox may have a shorter one.
    pub hour: Duration,
}

impl Default for FleetLimits {
    fn default() -> Self {
        let concurrency = NonZeroU32::MIN.saturating_add(15);
        Self { concurrency, max_failures: None, canary: None, hour: HOUR }
    }
}

pub(super) const HOUR: Duration = Duration::from_secs(3600);

impl FleetLimits {
    /// What the server says of minutes is of its own hour.
    pub(super) fn scaled(&self, time: Duration) -> Duration {
        if self.hour == HOUR { time } else { time.mul_f64(self.hour.as_secs_f64() / HOUR.as_secs_f64()) }
    }
}
