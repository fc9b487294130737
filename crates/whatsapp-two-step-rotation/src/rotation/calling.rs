//! The call, and the last half of rule 1: nothing leaves too late.

use std::time::SystemTime;

use whatsapp_two_step::{Outcome, SetTwoStepPinResponse, TwoStepError, Usage};

use super::{Claim, Failure, RotationRun, RotationStep, Rule, Rules, saving::Success, settings::whole_seconds};

/// A run that sets the pending PIN.
#[derive(Clone, Debug)]
pub struct Calling {
    pub(super) run: Box<RotationRun>,
    pub(super) claim: Claim,
}

/// The time in which a call's requests may leave, on the wall's clock.
///
/// Whoever sends asks it before each request, retries too: the call's own clock doesn't count the time for which a machine
/// slept. A request that would leave too late could undo a PIN that somebody else has set since.
///
/// ```
/// # use std::time::SystemTime;
/// # use whatsapp_two_step_rotation::SendWindow;
/// fn may_send(window: SendWindow) -> bool {
///     window.is_open(SystemTime::now())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SendWindow {
    from: SystemTime,
    until: SystemTime,
    rules: Rules,
}

impl SendWindow {
    /// May a request leave now? Not before the window either: of a clock that was set back, nobody knows by how much.
    #[must_use]
    pub fn is_open(&self, now: SystemTime) -> bool {
        (self.from..self.until).contains(&now) || !self.rules.hold(Rule::LookAtTheClock)
    }
}

impl RotationRun {
    /// The claim is in the vault. If saving it took too long, it is claimed anew.
    pub(super) fn call(self: Box<Self>, now: SystemTime, claim: Claim) -> RotationStep {
        let (from, until) = (claim.at, claim.at + self.settings.timeout);
        let window = SendWindow { from, until, rules: self.rules };
        if !window.is_open(now) {
            return self.claim_anew(now, claim, Failure::SlowVault);
        }
        // The call's time counts from before the save.
        let timeout = until.duration_since(now).unwrap_or_default();
        RotationStep::Call { pin: claim.pin.clone(), timeout, window, calling: Calling { run: self, claim } }
    }

    fn claim_anew(mut self: Box<Self>, now: SystemTime, claim: Claim, failure: Failure) -> RotationStep {
        match self.claims_left.checked_sub(1) {
            Some(left) => {
                self.claims_left = left;
                self.claim(now, claim)
            }
            None => self.give_up(claim, failure),
        }
    }
}

impl Calling {
    /// The call is over, and what it came to; and the time on the wall.
    #[must_use]
    pub fn ended(mut self, now: SystemTime, result: Result<SetTwoStepPinResponse, TwoStepError>) -> RotationStep {
        match result {
            Ok(response) => self.set(now, response.attempts, response.trace_id, response.usage),
            Err(error) => {
                let error = self.count(error.attempts(), error);
                self.run.give_up(self.claim, Failure::Call(error))
            }
        }
    }

    /// The call ended since its [`SendWindow`] was no longer open when a request was to leave. `error` is what the call came to;
    /// its last attempt is the request that didn't leave.
    #[must_use]
    pub fn withheld(mut self, now: SystemTime, error: TwoStepError) -> RotationStep {
        let error = self.count(error.attempts().saturating_sub(1), error);
        self.run.claim_anew(now, self.claim, Failure::Call(error))
    }

    pub(super) fn set(
        mut self,
        now: SystemTime,
        attempts: u32,
        trace_id: Option<String>,
        usage: Option<Usage>,
    ) -> RotationStep {
        self.run.attempts += attempts;
        // It was applied, but of that an error has no word.
        self.run.outcome = Outcome::Unknown;
        let Self { run, claim } = self;
        let success = Success { pin: claim.pin.clone(), at: whole_seconds(now), resumed: !claim.drew, trace_id, usage };
        run.settle_entry(claim, success)
    }

    /// The error speaks of all of the run's calls then.
    fn count(&mut self, attempts: u32, error: TwoStepError) -> TwoStepError {
        self.run.attempts += attempts;
        self.run.outcome = self.run.outcome.max(error.outcome());
        error.after(self.run.attempts, self.run.outcome)
    }
}
