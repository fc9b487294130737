//! What becomes of an entry after the call: rules 4, 5 and 6.

use std::time::SystemTime;

use whatsapp_two_step::{Outcome, Pin, Usage};

use super::{Claim, Failure, Loading, Rotation, RotationRun, RotationStep, Rule, VaultState, failed, is_conflict};
use crate::{entry::Entry, error::VaultError, vault::Version};

/// A run that writes the number's entry.
#[derive(Clone, Debug)]
pub struct Saving {
    pub(super) run: Box<RotationRun>,
    pub(super) purpose: Purpose,
}

#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// Before a call.
    Claim(Claim),
    /// After a success.
    Settle(Success),
    /// After a refusal that changed nothing.
    Clear(Failure),
}

/// The server has set the PIN.
#[derive(Clone, Debug)]
pub(super) struct Success {
    pub(super) pin: Pin,
    pub(super) at: SystemTime,
    pub(super) resumed: bool,
    pub(super) trace_id: Option<String>,
    pub(super) usage: Option<Usage>,
}

impl Saving {
    pub(super) fn of_claim(run: Box<RotationRun>, claim: Claim) -> Self {
        Self { run, purpose: Purpose::Claim(claim) }
    }

    /// What the vault gave: the new version, or an error; and the time on the wall.
    #[must_use]
    pub fn saved(self, now: SystemTime, saved: Result<Version, VaultError>) -> RotationStep {
        let Self { mut run, purpose } = self;
        let so_far = run.so_far();
        match (purpose, saved) {
            (Purpose::Claim(claim), Ok(version)) => {
                run.has_saved = true;
                run.call(now, Claim { version: Some(version), ..claim })
            }
            (Purpose::Claim(_), Err(error)) if is_conflict(&error) => {
                let vault_state = run.vault_state();
                run.read_again(Loading::to_claim).unwrap_or_else(|| failed(error, vault_state, so_far))
            }
            // It may have been saved all the same. Nothing is sent without knowing that it was.
            (Purpose::Claim(_), Err(error)) => failed(error, VaultState::Unsettled, so_far),
            (Purpose::Settle(success), Ok(_)) => RotationStep::Done(Ok(Some(run.rotation(success)))),
            (Purpose::Settle(success), Err(error)) if is_conflict(&error) => run
                .read_again(|run| Loading::to_settle(run, success))
                .unwrap_or_else(|| failed(error, VaultState::Confirmed, so_far)),
            (Purpose::Settle(_), Err(error)) => failed(error, VaultState::Confirmed, so_far),
            (Purpose::Clear(failure), Ok(_)) => {
                RotationStep::Done(Err(failure.into_error(VaultState::Settled, so_far)))
            }
            // Then it stays pending, or is what somebody else has made of it.
            (Purpose::Clear(failure), Err(_)) => {
                RotationStep::Done(Err(failure.into_error(VaultState::Unsettled, so_far)))
            }
        }
    }
}

impl RotationRun {
    /// Rules 4 and 6: the PIN is current. An earlier request of it may still be under way, and would undo the next PIN.
    pub(super) fn settle_entry(self: Box<Self>, claim: Claim, success: Success) -> RotationStep {
        let is_own = claim.drew || !self.rules.hold(Rule::UnquietOnlyOwn);
        let is_only_one = self.attempts == 1 || !self.rules.hold(Rule::UnquietOnlyOne);
        let entry = Entry {
            current: Some(success.pin.clone()),
            pending: None,
            quiet_until: claim.entry.quiet_until.filter(|_| !(is_own && is_only_one)),
            rotated_at: Some(success.at),
        };
        let saving = Saving { run: self, purpose: Purpose::Settle(success) };
        RotationStep::Save { entry, expected: claim.version, saving }
    }

    /// Rule 5: the pending PIN goes only if this very run drew it, nobody has saved since, and none of its requests can have
    /// been applied. Then none of them is under way either.
    pub(super) fn give_up(self: Box<Self>, claim: Claim, failure: Failure) -> RotationStep {
        let is_own = claim.drew || !self.rules.hold(Rule::ClearOnlyOwn);
        let is_certain = self.outcome != Outcome::Unknown || !self.rules.hold(Rule::ClearOnlyCertain);
        if !(is_own && is_certain) {
            return RotationStep::Done(Err(failure.into_error(VaultState::Unsettled, self.so_far())));
        }
        let entry = Entry { pending: None, quiet_until: None, ..claim.entry };
        let saving = Saving { run: self, purpose: Purpose::Clear(failure) };
        RotationStep::Save { entry, expected: claim.version, saving }
    }

    pub(super) fn rotation(&self, success: Success) -> Rotation {
        let Success { pin: _, at, resumed, trace_id, usage } = success;
        Rotation { phone_number_id: self.id.clone(), rotated_at: at, resumed, attempts: self.attempts, trace_id, usage }
    }
}
