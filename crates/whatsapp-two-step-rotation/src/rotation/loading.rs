//! What was read decides which PIN is sent: rules 1, 2 and 3. After a success it decides what is settled: rule 4.

use std::time::{Duration, SystemTime};

use whatsapp_two_step::{Pin, TwoStepError};

use super::{
    Claim, Rotation, RotationError, RotationRun, RotationStep, Rule, VaultState, failed,
    saving::{Saving, Success},
};
use crate::{
    entry::Entry,
    error::{VaultError, VaultErrorKind},
    vault::Stored,
};

/// A run that reads the number's entry.
#[derive(Clone, Debug)]
pub struct Loading {
    pub(super) run: Box<RotationRun>,
    pub(super) purpose: Purpose,
}

#[derive(Clone, Debug)]
pub(super) enum Purpose {
    Claim,
    /// The server has set the PIN, and somebody else has saved in between.
    Settle(Success),
}

impl Loading {
    pub(super) fn to_claim(run: Box<RotationRun>) -> Self {
        Self { run, purpose: Purpose::Claim }
    }

    pub(super) fn to_settle(run: Box<RotationRun>, success: Success) -> Self {
        Self { run, purpose: Purpose::Settle(success) }
    }

    /// What the vault gave: an entry, none, or an error; and the time on the wall.
    #[must_use]
    pub fn loaded(self, now: SystemTime, loaded: Result<Option<Stored>, VaultError>) -> RotationStep {
        self.loaded_drawing(now, loaded, Pin::generate)
    }

    pub(super) fn loaded_drawing(
        self,
        now: SystemTime,
        loaded: Result<Option<Stored>, VaultError>,
        next_pin: impl FnMut() -> Result<Pin, TwoStepError>,
    ) -> RotationStep {
        match (self.purpose, loaded) {
            (Purpose::Claim, Ok(stored)) => self.run.decide(now, stored, next_pin),
            (Purpose::Claim, Err(error)) => failed(error, self.run.vault_state(), self.run.so_far()),
            (Purpose::Settle(success), Ok(stored)) => self.run.settle_again(now, stored, success),
            (Purpose::Settle(_), Err(error)) => failed(error, VaultState::Confirmed, self.run.so_far()),
        }
    }
}

impl RotationRun {
    /// Rule 3: a pending PIN is sent; one is drawn only if there is none, and not before `quiet_until`.
    fn decide(
        self: Box<Self>,
        now: SystemTime,
        stored: Option<Stored>,
        next_pin: impl FnMut() -> Result<Pin, TwoStepError>,
    ) -> RotationStep {
        let (entry, version) = stored.map(|stored| (stored.entry, Some(stored.version))).unwrap_or_default();
        if let Some(end) = self.since.and_then(|since| leave_alone(&entry, since, now)) {
            return RotationStep::Done(end.map_err(|error| error.after(self.attempts, self.outcome)));
        }
        let pending = entry.pending.clone().filter(|_| self.rules.hold(Rule::RollForward));
        let drew = pending.is_none();
        let pin = match pending {
            Some(pin) => pin,
            None if !self.draws => return RotationStep::Done(Ok(None)),
            None => {
                let left = quiet_for(&entry, now).filter(|_| self.rules.hold(Rule::KeepQuiet));
                match left.map_or_else(|| draw_another(&entry, next_pin), |left| Err(busy(&entry, left))) {
                    Ok(pin) => pin,
                    Err(error) => return RotationStep::Done(Err(error.after(self.attempts, self.outcome))),
                }
            }
        };
        self.claim(now, Claim { entry, pin, version, drew, at: now })
    }

    /// Rule 1: whatever is sent, it is in the vault before, and so is until when it may arrive.
    pub(super) fn claim(self: Box<Self>, now: SystemTime, mut claim: Claim) -> RotationStep {
        let until = Some(self.settings.quiet_until(now));
        let is_saved = if claim.drew { Rule::WriteAhead } else { Rule::ClaimAgain };
        claim.at = now;
        if !self.rules.hold(is_saved) {
            return self.call(now, claim);
        }
        claim.entry.quiet_until =
            if self.rules.hold(Rule::LaterStays) { claim.entry.quiet_until.max(until) } else { until };
        claim.entry.pending = Some(claim.pin.clone());
        let (entry, expected) = (claim.entry.clone(), claim.version.clone());
        RotationStep::Save { entry, expected, saving: Saving::of_claim(self, claim) }
    }

    /// Rule 4: if the same PIN is still pending, it is settled on the newer version.
    fn settle_again(self: Box<Self>, now: SystemTime, stored: Option<Stored>, success: Success) -> RotationStep {
        let (entry, version) = stored.map(|stored| (stored.entry, Some(stored.version))).unwrap_or_default();
        let is_it = |pin: &Option<Pin>| pin.as_ref().is_some_and(|pin| pin.expose() == success.pin.expose());
        if is_it(&entry.pending) || !self.rules.hold(Rule::SettleTheSame) {
            let pin = success.pin.clone();
            return self.settle_entry(Claim { entry, pin, version, drew: false, at: now }, success);
        }
        if version.is_none() {
            // Deleted meanwhile, by a person or an import: without it, the PIN that holds would be nowhere.
            let entry = Entry { quiet_until: Some(self.settings.quiet_until(now)), ..entry };
            let pin = success.pin.clone();
            return self.settle_entry(Claim { entry, pin, version, drew: false, at: now }, success);
        }
        if is_it(&entry.current) {
            let rotated_at = entry.rotated_at.unwrap_or(success.at);
            return RotationStep::Done(Ok(Some(Rotation { rotated_at, ..self.rotation(success) })));
        }
        let message = "Somebody else has set another PIN of this number since.";
        let vault_state = if entry.is_settled() { VaultState::Settled } else { VaultState::Unsettled };
        failed(VaultError::new(VaultErrorKind::Conflict, message), vault_state, self.so_far())
    }
}

fn draw_another(entry: &Entry, mut next_pin: impl FnMut() -> Result<Pin, TwoStepError>) -> Result<Pin, RotationError> {
    loop {
        let pin = next_pin().map_err(|error| RotationError::call(error, VaultState::Settled))?;
        if entry.current.as_ref().is_none_or(|current| current.expose() != pin.expose()) {
            return Ok(pin);
        }
    }
}

/// Somebody has done it since; or may be doing it now.
fn leave_alone(entry: &Entry, since: SystemTime, now: SystemTime) -> Option<Result<Option<Rotation>, RotationError>> {
    if entry.is_settled() {
        return entry.rotated_at.filter(|at| *at >= since).map(|_| Ok(None));
    }
    quiet_for(entry, now).map(|left| Err(busy(entry, left)))
}

/// How long a request may still arrive that was sent before.
fn quiet_for(entry: &Entry, now: SystemTime) -> Option<Duration> {
    entry.quiet_until.and_then(|until| until.duration_since(now).ok()).filter(|left| !left.is_zero())
}

fn busy(entry: &Entry, left: Duration) -> RotationError {
    let vault_state = if entry.is_settled() { VaultState::Settled } else { VaultState::Unsettled };
    RotationError::vault(VaultError::busy(left), vault_state)
}
