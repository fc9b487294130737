//! Many numbers, as a value: it says which one is next and when, and is told what came of it.

mod lane;
mod limits;
mod meter;
mod progress;
mod rotate_all;
#[cfg(test)]
mod simulation;
mod window;

pub use limits::{FleetAccount, FleetGoal, FleetLimits};
pub use progress::{FleetHold, FleetProgress, FleetStop, HoldReason};
pub use rotate_all::RotateAll;

use std::time::Duration;

use whatsapp_two_step::{AccessToken, ErrorKind, Outcome, PhoneNumberId, TwoStepError, Usage, WabaId};

use crate::{
    error::{VaultError, VaultErrorKind},
    rotation::{Rotation, RotationError, VaultState},
};
use lane::{Lane, Pace, Waiting};
use meter::Admission;

/// A number that the server refuses again and again for its limits is given up.
const REFUSALS: u32 = 20;
/// And one with which others are at work all the time.
const BUSY: u32 = 500;
const CONFLICTS: u32 = 20;
/// A vault that stays away for so long ends the run.
const VAULT_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// One run over many numbers: which one is next, when, and what ends the run.
///
/// A value without I/O, clock, executor, thread or lock, like [`RotationRun`](crate::RotationRun). It keeps a pace for each account
/// (WABA) and for the app: it opens gently, spreads calls over the hour from 75 % of the limit on, and stops at 95 % until there
/// is room again. It reads the limits from the answers' headers, and learns them from refusals where there are none.
/// [`Rotator::rotate_all`](crate::Rotator::rotate_all) drives one.
///
/// ```
/// use std::time::Duration;
/// use whatsapp_two_step_rotation::{FleetAccount, FleetGoal, FleetLimits, FleetRun, FleetStep};
///
/// let account = FleetAccount::new(["106540352242922".parse()?, "106540352242923".parse()?]);
/// let mut run = FleetRun::new([account], FleetGoal::New, FleetLimits::default());
/// let now = Duration::ZERO; // of the driver's own clock, since any time
/// let FleetStep::Begin(turn) = run.next(now) else { unreachable!() };
/// assert_eq!(turn.phone_number_id().as_str(), "106540352242922");
/// assert!(matches!(run.next(now), FleetStep::Wait(None)), "one at first, until it has gone well");
/// let end = run.ended(now + Duration::from_secs(1), turn, Ok(None)).expect("it is over");
/// assert!(end.result?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FleetRun {
    limits: FleetLimits,
    waits_for_others: bool,
    /// One for each token: the client's own is the first. None once the server has refused it.
    tokens: Vec<Option<AccessToken>>,
    is_refused: Vec<bool>,
    lanes: Vec<Lane>,
    /// Whose turn it is.
    turn: usize,
    /// Numbers with which others may be at work.
    later: Vec<(Duration, usize, Waiting)>,
    app: Pace,
    vault: VaultHold,
    progress: FleetProgress,
}

/// A vault that can't be reached.
#[derive(Debug, Default)]
struct VaultHold {
    /// Since when.
    since: Option<Duration>,
    until: Duration,
    wait: Duration,
}

/// What a run wants next.
#[derive(Debug)]
pub enum FleetStep {
    /// Rotate this number, and tell what came of it.
    Begin(FleetTurn),
    /// Ask again after that time, and after each end; none: after an end.
    Wait(Option<Duration>),
    /// All that were begun are over, and no other will be.
    Done,
}

/// A number whose turn it is.
#[derive(Debug)]
pub struct FleetTurn {
    number: Waiting,
    lane: usize,
    token: usize,
    began: Duration,
}

impl FleetTurn {
    /// The number.
    #[must_use]
    pub fn phone_number_id(&self) -> &PhoneNumberId {
        &self.number.id
    }
}

/// What a number's rotation came to.
#[derive(Debug)]
#[non_exhaustive]
pub struct FleetEnd {
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// Its account, if it was given.
    pub waba_id: Option<WabaId>,
    /// The rotation; none if it was left alone, as it is settled since the time that was given.
    pub result: Result<Option<Rotation>, RotationError>,
}

impl FleetRun {
    /// A run over these numbers.
    pub fn new(accounts: impl IntoIterator<Item = FleetAccount>, goal: FleetGoal, limits: FleetLimits) -> Self {
        let mut tokens: Vec<Option<AccessToken>> = vec![None];
        let mut lanes: Vec<Lane> = Vec::new();
        for FleetAccount { numbers, waba_id, access_token } in accounts {
            let token = tokens.iter().position(|known| *known == access_token).unwrap_or(tokens.len());
            if token == tokens.len() {
                tokens.push(access_token);
            }
            lanes.push(Lane::new(waba_id, token, numbers, limits.hour));
        }
        let total = lanes.iter().map(|lane| u32::try_from(lane.queue.len()).unwrap_or(u32::MAX)).sum();
        Self {
            app: Pace::new(limits.hour),
            is_refused: vec![false; tokens.len()],
            limits,
            waits_for_others: goal != FleetGoal::New,
            tokens,
            lanes,
            turn: 0,
            later: Vec::new(),
            vault: VaultHold::default(),
            progress: FleetProgress { total, ..FleetProgress::default() },
        }
    }

    /// What to do now. `now` is of the driver's own clock, which only goes forward.
    pub fn next(&mut self, now: Duration) -> FleetStep {
        self.bring_back(now);
        let has_work = self.progress.stopped.is_none() && (self.has_waiting() || !self.later.is_empty());
        if !has_work {
            return if self.progress.in_flight == 0 { FleetStep::Done } else { FleetStep::Wait(None) };
        }
        let is_full = self.progress.in_flight >= self.limits.concurrency.get();
        if is_full || self.is_canary_out() {
            return FleetStep::Wait(None);
        }
        let app = self.app.admits(now).max(Admission::at(self.vault.until, now));
        if let Admission::At(time) = app {
            return FleetStep::Wait(Some(time - now));
        }
        let mut soonest: Option<Duration> = self.later.iter().map(|(due, ..)| *due).min();
        for offset in 0..self.lanes.len() {
            let place = (self.turn + offset) % self.lanes.len();
            let lane = &mut self.lanes[place];
            if lane.queue.is_empty() || lane.is_full() {
                continue;
            }
            match lane.admits(now) {
                Admission::Now => return self.begin(place, now),
                Admission::At(time) => soonest = Some(soonest.map_or(time, |known| known.min(time))),
            }
        }
        FleetStep::Wait(soonest.map(|time| time.saturating_sub(now)))
    }

    /// What came of a number. Nothing if it will have another turn.
    pub fn ended(
        &mut self,
        now: Duration,
        turn: FleetTurn,
        result: Result<Option<Rotation>, RotationError>,
    ) -> Option<FleetEnd> {
        let FleetTurn { number, lane: place, token, began } = turn;
        self.progress.in_flight -= 1;
        let taken = taken(&result);
        let lane = &mut self.lanes[place];
        lane.pace.ends(taken, now);
        self.app.ends(taken, now);
        if let Some(usage) = usage(&result) {
            let limits = self.limits;
            lane.reads(usage, now, |time| limits.scaled(time));
            self.app.reads(usage, |entry| entry.account.is_none(), now, |time| limits.scaled(time));
        }
        let vault_error = result.as_ref().err().and_then(RotationError::vault_error);
        if vault_error.is_none_or(|error| error.kind() != VaultErrorKind::Unreachable) {
            self.vault = VaultHold::default();
        }
        let again = match &result {
            Ok(Some(_)) => {
                self.progress.rotated += 1;
                lane.opens();
                lane.pace.passes();
                self.app.passes();
                None
            }
            Ok(None) => {
                self.progress.alone += 1;
                None
            }
            Err(error) => self.again(error, &number, place, token, began, now),
        };
        match again {
            Some(Again::AtOnce) => self.lanes[place].queue.push_front(number),
            Some(Again::At(due)) => self.later.push((due, place, Waiting { tries: number.tries + 1, ..number })),
            None => {
                if let Err(error) = &result {
                    self.fails(error);
                }
                let waba_id = self.lanes[place].waba_id.clone();
                return Some(FleetEnd { phone_number_id: number.id, waba_id, result });
            }
        }
        None
    }

    /// Begins no other number; those under way end.
    pub fn stop(&mut self) {
        self.progress.stopped.get_or_insert(FleetStop::Asked);
    }

    /// How far it has come.
    pub fn progress(&mut self, now: Duration) -> FleetProgress {
        let mut progress = self.progress.clone();
        if progress.stopped.is_none() {
            progress.holds = self.holds(now);
        }
        progress
    }

    pub(crate) fn token(&self, turn: &FleetTurn) -> (usize, Option<&AccessToken>) {
        (turn.token, self.tokens[turn.token].as_ref())
    }

    fn has_waiting(&self) -> bool {
        self.lanes.iter().any(|lane| !lane.queue.is_empty())
    }

    /// The first ones are begun, and not all of them are over.
    fn is_canary_out(&self) -> bool {
        let over = self.progress.rotated + self.progress.alone;
        let begun = over + self.progress.in_flight;
        self.limits.canary.is_some_and(|canary| begun >= canary.get() && over < canary.get())
    }

    fn begin(&mut self, place: usize, now: Duration) -> FleetStep {
        let lane = &mut self.lanes[place];
        let Some(number) = lane.queue.pop_front() else { return FleetStep::Wait(None) };
        lane.pace.begins(now);
        self.app.begins(now);
        self.progress.in_flight += 1;
        self.turn = place + 1;
        FleetStep::Begin(FleetTurn { number, lane: place, token: lane.token, began: now })
    }

    /// Those whose time has come.
    fn bring_back(&mut self, now: Duration) {
        let lanes = &mut self.lanes;
        self.later.retain(|(due, place, number)| {
            let is_due = *due <= now;
            if is_due {
                lanes[*place].queue.push_front(number.clone());
            }
            !is_due
        });
    }

    /// Whether a number that failed has another turn, and what its failure means for the others.
    fn again(
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
            VaultErrorKind::Unreachable => self.hold_for_vault(now).filter(|_| !is_open),
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
        let pace = if is_of_app { &mut self.app } else { &mut lane.pace };
        pace.refuses(wait, began, now);
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

    fn hold_for_vault(&mut self, now: Duration) -> Option<Again> {
        let since = *self.vault.since.get_or_insert(now);
        if now - since >= VAULT_PATIENCE {
            self.progress.stopped.get_or_insert(FleetStop::Vault);
            return None;
        }
        if now >= self.vault.until {
            self.vault.wait = (self.vault.wait * 2).clamp(Duration::from_secs(1), Duration::from_secs(60));
            self.vault.until = now + self.vault.wait;
        }
        Some(Again::AtOnce)
    }

    fn fails(&mut self, error: &RotationError) {
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

    fn holds(&mut self, now: Duration) -> Vec<FleetHold> {
        let wait = |until: Duration| until.saturating_sub(now);
        let waiting = |lane: &Lane| u32::try_from(lane.queue.len()).unwrap_or(u32::MAX);
        let mut holds = Vec::new();
        let mut hold = |reason, waba_id, until: Duration, numbers| {
            if wait(until) >= Duration::from_secs(1) && numbers > 0 {
                holds.push(FleetHold { reason, waba_id, wait: wait(until), numbers });
            }
        };
        let all = self.lanes.iter().map(waiting).sum();
        hold(HoldReason::Vault, None, self.vault.until, all);
        if let Admission::At(time) = self.app.admits(now) {
            hold(reason_of(&self.app, now), None, time, all);
        }
        for lane in &mut self.lanes {
            if let Admission::At(time) = lane.admits(now) {
                hold(reason_of(&lane.pace, now), lane.waba_id.clone(), time, waiting(lane));
            }
        }
        let later = u32::try_from(self.later.len()).unwrap_or(u32::MAX);
        if let Some(due) = self.later.iter().map(|(due, ..)| *due).max() {
            hold(HoldReason::Busy, None, due, later);
        }
        holds
    }
}

/// When a number has another turn.
enum Again {
    AtOnce,
    At(Duration),
}

fn reason_of(pace: &Pace, now: Duration) -> HoldReason {
    if pace.held_until() > now { HoldReason::Refused } else { HoldReason::Limit }
}

/// Until the requests of others can't be under way any more; but they may settle it sooner.
fn busy_for(error: &VaultError, tries: u32) -> Duration {
    let patience = Duration::from_secs(1 << tries.min(5));
    error.retry_after().map_or(patience, |left| left.min(patience))
}

/// How many requests the server counts.
fn taken(result: &Result<Option<Rotation>, RotationError>) -> u32 {
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

fn usage(result: &Result<Option<Rotation>, RotationError>) -> Option<&Usage> {
    match result {
        Ok(rotation) => rotation.as_ref()?.usage.as_ref(),
        Err(error) => error.call_error()?.usage(),
    }
}
