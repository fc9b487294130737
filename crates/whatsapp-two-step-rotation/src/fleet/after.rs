//! What a number's end means for it, and for the others.

use std::time::Duration;

use whatsapp_two_step::{ErrorKind, Outcome, TwoStepError, Usage};

use super::{FleetRun, FleetStop, lane::Waiting};
use crate::{
    error::{VaultError, VaultErrorKind},
    rotation::{Rotation, RotationError, VaultState},
};

/// A number that the server refuses again and again for its limits is given up.
const REFUSALS: u32 = 20;
/// And one with which others are at work all the time.
const BUSY: u32 = 500;
const CONFLICTS: u32 = 20;
/// And one that a vault fails for, while it is there for others.
const MISSES: u32 = 5;
/// A vault that stays away for so long ends the run.
const VAULT_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// When a number has another turn.
pub(super) enum Again {
    /// After the one that is next. Was the vault there right before?
    Behind {
        is_miss: bool,
    },
    At(Duration),
}

/// Until the requests of others can't be under way any more; but they may settle it sooner.
fn busy_for(error: &VaultError, tries: u32) -> Duration {
    let patience = Duration::from_secs(1 << tries.min(5));
    error.retry_after().map_or(patience, |left| left.min(patience))
}

/// How many requests the server counts.
pub(super) fn taken(result: &Result<Option<Rotation>, RotationError>) -> u32 {
    match result {
        Ok(Some(rotation)) => rotation.attempts,
        Ok(None) => 0,
        Err(error) => error.call_error().map_or(0, |call| match call.kind() {
            ErrorKind::RateLimited => call.attempts().saturating_sub(1),
            _ if call.outcome() == Outcome::NotSent => 0,
            _ => call.attempts(),
        }),
    }
}

pub(super) fn usage(result: &Result<Option<Rotation>, RotationError>) -> Option<&Usage> {
    match result {
        Ok(rotation) => rotation.as_ref()?.usage.as_ref(),
        Err(error) => error.call_error()?.usage(),
    }
}

impl FleetRun {
    /// Whether a number that failed has another turn, and what its failure means for the others.
    pub(super) fn again(
        &mut self,
        error: &RotationError,
        number: &Waiting,
        place: usize,
        token: usize,
        began: Duration,
        now: Duration,
    ) -> Option<Again> {
        if let Some(call) = error.call_error() {
            return match call.kind() {
                ErrorKind::RateLimited => self.refused(call, error.vault_state(), number, place, began, now),
                ErrorKind::Authentication => {
                    self.end_token(token);
                    None
                }
                ErrorKind::InvalidConfiguration => {
                    self.progress.stopped.get_or_insert(FleetStop::Settings);
                    None
                }
                ErrorKind::PermissionDenied if self.lanes[place].waba_id.is_some() => {
                    self.lanes[place].queue.clear();
                    self.later.retain(|(_, lane, _)| *lane != place);
                    None
                }
                _ => None,
            };
        }
        let vault = error.vault_error()?;
        let is_open = matches!(error.vault_state(), VaultState::Confirmed)
            || (vault.kind() != VaultErrorKind::Busy && error.vault_state() == VaultState::Unsettled);
        match vault.kind() {
            VaultErrorKind::Unreachable => {
                let is_miss = self.vault.since.is_none();
                let has_turn = self.holds_for_vault(now) && !is_open && number.misses + u32::from(is_miss) < MISSES;
                has_turn.then_some(Again::Behind { is_miss })
            }
            VaultErrorKind::Busy if self.waits_for_others && number.tries < BUSY => {
                Some(Again::At(now + busy_for(vault, number.tries)))
            }
            VaultErrorKind::Conflict if !is_open && number.tries < CONFLICTS => {
                Some(Again::At(now + Duration::from_secs(1)))
            }
            _ => None,
        }
    }

    fn refused(
        &mut self,
        call: &TwoStepError,
        vault_state: VaultState,
        number: &Waiting,
        place: usize,
        began: Duration,
        now: Duration,
    ) -> Option<Again> {
        self.progress.refused += 1;
        let wait = call.retry_after().map(|time| self.limits.scaled(time));
        // 4: the app's own limit.
        let is_of_app = call.graph_code() == Some(4);
        let lane = &mut self.lanes[place];
        lane.closes();
        let refusing = if is_of_app { &mut self.app } else { &mut lane.pace };
        refusing.refuses(wait, began, now);
        let is_open = matches!(vault_state, VaultState::Unsettled | VaultState::Confirmed);
        (!is_open && number.tries < REFUSALS).then_some(Again::At(now))
    }

    /// The server takes this token no more.
    fn end_token(&mut self, token: usize) {
        self.is_refused[token] = true;
        let lanes = &mut self.lanes;
        lanes.iter_mut().filter(|lane| lane.token == token).for_each(|lane| lane.queue.clear());
        self.later.retain(|(_, place, _)| lanes[*place].token != token);
        if self.lanes.iter().all(|lane| self.is_refused[lane.token]) {
            self.progress.stopped.get_or_insert(FleetStop::Token);
        }
    }

    /// Until it is back; not any more if it stays away.
    fn holds_for_vault(&mut self, now: Duration) -> bool {
        let since = *self.vault.since.get_or_insert(now);
        if now.saturating_sub(since) >= VAULT_PATIENCE {
            self.progress.stopped.get_or_insert(FleetStop::Vault);
            return false;
        }
        if now >= self.vault.until {
            self.vault.wait = (self.vault.wait * 2).clamp(Duration::from_secs(1), Duration::from_secs(60));
            self.vault.until = now + self.vault.wait;
        }
        true
    }

    pub(super) fn fails(&mut self, error: &RotationError) {
        self.progress.failed += 1;
        if matches!(error.vault_state(), VaultState::Unsettled | VaultState::Confirmed) {
            self.progress.unsettled += 1;
        }
        let failed = self.progress.failed;
        if self.limits.max_failures.is_some_and(|most| failed >= most.get()) {
            self.progress.stopped.get_or_insert(FleetStop::MaxFailures);
        }
        if self.limits.canary.is_some_and(|canary| failed + self.progress.rotated + self.progress.alone <= canary.get())
        {
            self.progress.stopped.get_or_insert(FleetStop::Canary);
        }
    }
}
