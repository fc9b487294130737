//! Many numbers, whose runs a host drives, several at once and on any thread.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use whatsapp_two_step::PhoneNumberId;

use super::{HostedRun, HostedStep, lock};
use crate::{
    fleet::{FleetAccount, FleetEnd, FleetGoal, FleetLimits, FleetProgress, FleetRun, FleetStep, FleetTurn},
    rotation::{RotationError, RotationSettings},
    rotator::Wish,
};

/// A fleet that a host drives: it is asked which number is next, and told when that one's run is over.
///
/// Times are of the host's own clock. A clock of several threads may be told out of order.
#[derive(Clone, Debug)]
pub struct HostedFleet(Arc<Fleet>);

#[derive(Debug)]
struct Fleet {
    wish: Wish,
    settings: RotationSettings,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    run: FleetRun,
    /// The latest time that it was told.
    now: Duration,
}

/// What a host has to do next.
#[derive(Debug)]
pub enum HostedFleetStep {
    /// Drive this number's run.
    Begin(HostedTurn),
    /// Ask again after that time, and after each end; none: after an end.
    Wait(Option<Duration>),
    /// All that were begun are over, and no other will be.
    Done,
}

/// A number whose turn it is. The fleet has the end of its run, and has to be told of it; one that is dropped before that has another turn.
#[derive(Debug)]
pub struct HostedTurn {
    fleet: HostedFleet,
    id: PhoneNumberId,
    account: usize,
    run: HostedRun,
    /// Until the fleet has it back.
    turn: Mutex<Option<FleetTurn>>,
}

impl HostedFleet {
    /// A fleet over these numbers, of which each has a run with these settings.
    #[must_use]
    pub fn new(
        accounts: impl IntoIterator<Item = FleetAccount>,
        goal: FleetGoal,
        limits: FleetLimits,
        settings: RotationSettings,
    ) -> Self {
        let state = State { run: FleetRun::new(accounts, goal, limits), now: Duration::ZERO };
        Self(Arc::new(Fleet { wish: goal.into(), settings, state: Mutex::new(state) }))
    }

    /// What to do now.
    #[must_use]
    pub fn next(&self, now: Duration) -> HostedFleetStep {
        let turn = match self.with_run(now, FleetRun::next) {
            FleetStep::Begin(turn) => turn,
            FleetStep::Wait(time) => return HostedFleetStep::Wait(time),
            FleetStep::Done => return HostedFleetStep::Done,
        };
        let (id, account) = (turn.phone_number_id().clone(), turn.account());
        let run = HostedRun::with(id.clone(), self.0.settings, self.0.wish);
        HostedFleetStep::Begin(HostedTurn { fleet: self.clone(), id, account, run, turn: Mutex::new(Some(turn)) })
    }

    /// Begins no other number; those under way end.
    pub fn stop(&self) {
        lock(&self.0.state).run.stop();
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self, now: Duration) -> FleetProgress {
        self.with_run(now, FleetRun::progress)
    }

    fn with_run<T>(&self, now: Duration, tell: impl FnOnce(&mut FleetRun, Duration) -> T) -> T {
        let mut state = lock(&self.0.state);
        state.now = state.now.max(now);
        let now = state.now;
        tell(&mut state.run, now)
    }
}

impl HostedTurn {
    /// The number.
    #[must_use]
    pub fn phone_number_id(&self) -> &PhoneNumberId {
        &self.id
    }

    /// The place of its account among those that the fleet was given, and so of its access token.
    #[must_use]
    pub fn account(&self) -> usize {
        self.account
    }

    /// The run, to be driven until [`HostedRun::is_over`].
    #[must_use]
    pub fn run(&self) -> &HostedRun {
        &self.run
    }

    /// Its run is over. What the number came to; nothing if it will have another turn.
    #[must_use]
    pub fn ended(&self, now: Duration) -> Option<FleetEnd> {
        let turn = lock(&self.turn).take()?;
        let result = match self.run.next() {
            HostedStep::Done(result) => result,
            _ => Err(RotationError::internal()),
        };
        self.fleet.with_run(now, |run, now| run.ended(now, turn, result))
    }

    /// Its run is driven no further: the number has another turn, unless the fleet was stopped.
    pub fn leave(&self) {
        if let Some(turn) = lock(&self.turn).take() {
            self.fleet.with_run(Duration::ZERO, |run, now| run.left(now, turn));
        }
    }
}

impl Drop for HostedTurn {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, time::SystemTime};

    use whatsapp_two_step::TwoStepError;

    use super::*;
    use crate::{FleetStop, VaultError, VaultErrorKind, Version};

    const SECOND: Duration = Duration::from_secs(1);

    fn fleet(numbers: u32) -> HostedFleet {
        let ids = (1..=numbers).map(|number| number.to_string().parse().unwrap());
        let limits = FleetLimits { concurrency: NonZeroU32::new(2).unwrap(), ..FleetLimits::default() };
        let goal = FleetGoal::NewSince(SystemTime::now());
        HostedFleet::new([FleetAccount::new(ids)], goal, limits, RotationSettings::default())
    }

    fn begun(fleet: &HostedFleet, now: Duration) -> HostedTurn {
        let HostedFleetStep::Begin(turn) = fleet.next(now) else { panic!("one begins") };
        turn
    }

    #[test]
    fn a_turn_that_is_dropped_comes_back() {
        let fleet = fleet(1);
        drop(begun(&fleet, SECOND));
        let turn = begun(&fleet, Duration::ZERO); // an earlier time does no harm
        assert_eq!((turn.phone_number_id().as_str(), turn.account()), ("1", 0));
        assert!(matches!(fleet.next(SECOND), HostedFleetStep::Wait(None)));
        fleet.stop();
        turn.leave();
        assert!(matches!(fleet.next(SECOND), HostedFleetStep::Done));
        let progress = fleet.progress(SECOND);
        assert_eq!((progress.left(), progress.failed, progress.stopped), (1, 0, Some(FleetStop::Asked)));
    }

    #[test]
    fn a_vault_that_is_away_gives_another_turn() {
        let fleet = fleet(1);
        let turn = begun(&fleet, SECOND);
        assert!(!turn.run().is_over());
        turn.run().failed(VaultError::new(VaultErrorKind::Unreachable, "It is away."));
        assert!(turn.run().is_over());
        assert!(turn.ended(SECOND).is_none());
        assert!(matches!(fleet.next(SECOND), HostedFleetStep::Wait(Some(_))));
        let again = begun(&fleet, 3 * SECOND);
        assert!(again.ended(3 * SECOND).is_some_and(|end| end.result.is_err()), "it wasn't over, which is a mistake");
        assert!(again.ended(3 * SECOND).is_none(), "told once");
    }

    #[test]
    fn a_client_that_is_closed_ends_it() {
        let fleet = fleet(3);
        let turn = begun(&fleet, SECOND);
        turn.run().loaded(None);
        turn.run().saved(Version::from(1));
        let HostedStep::Call(call, _) = turn.run().next() else { panic!("it calls") };
        call.whole.never_began(TwoStepError::invalid_configuration("client", "is closed")).unwrap();
        turn.run().saved(Version::from(2));
        assert!(turn.ended(SECOND).is_some());
        assert!(matches!(fleet.next(SECOND), HostedFleetStep::Done));
        assert_eq!(fleet.progress(SECOND).stopped.map(FleetStop::code), Some("settings"));
    }
}
