//! Many numbers, as a value: it says which one is next and when, and is told what came of it.

mod after;
mod holds;
mod lane;
mod limits;
mod meter;
mod progress;
mod rotate_all;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
mod window;

pub use limits::{FleetAccount, FleetGoal, FleetLimits};
pub use progress::{FleetHold, FleetProgress, FleetStop, HoldReason};
pub use rotate_all::RotateAll;

use std::time::Duration;

use whatsapp_two_step::{AccessToken, PhoneNumberId, WabaId};

use crate::{
    error::VaultErrorKind,
    rotation::{Rotation, RotationError},
};
use after::{Again, taken, usage};
use lane::{Lane, Pace, Waiting};
use meter::Admission;

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

    /// The place of its account among those that were given.
    pub(crate) fn account(&self) -> usize {
        self.lane
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
            return FleetStep::Wait(Some(time.saturating_sub(now)));
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
            Some(Again::Behind { is_miss }) => {
                let queue = &mut self.lanes[place].queue;
                let misses = number.misses + u32::from(is_miss);
                queue.insert(queue.len().min(1), Waiting { misses, ..number });
            }
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

    /// Nobody drives it any more, and nobody knows how far it came: it has another turn, if there is any.
    pub(crate) fn left(&mut self, now: Duration, turn: FleetTurn) {
        let FleetTurn { number, lane: place, .. } = turn;
        self.progress.in_flight -= 1;
        let lane = &mut self.lanes[place];
        lane.pace.ends(1, now);
        self.app.ends(1, now);
        lane.queue.push_front(number);
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
}
