//! A run, of which each step is the host's.

use std::{
    mem,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use whatsapp_two_step::{PhoneNumberId, SetTwoStepPin, SetTwoStepPinResponse, TwoStepError};

use super::{call::HostedCall, lock, may_show_a_pin};
use crate::{
    entry::Entry,
    error::VaultError,
    rotation::{Calling, Loading, Rotation, RotationError, RotationSettings, RotationStep, Saving, SendWindow},
    rotator::Wish,
    vault::{Stored, Version},
};

/// A run that a host drives: it is asked what to do next, and told what came of it.
#[derive(Clone, Debug)]
pub struct HostedRun(Arc<Run>);

/// What a host has to do next.
#[derive(Debug)]
pub enum HostedStep {
    /// Read the number's entry.
    Load,
    /// Write this entry, if the vault still holds that version.
    Save(Entry, Option<Version>),
    /// Make this call, within that time. The run hears of its end where the call does: [`HostedWhole::done`](crate::HostedWhole::done).
    Call(HostedCall, Duration),
    /// It is over; told once.
    Done(Result<Option<Rotation>, RotationError>),
}

#[derive(Debug)]
pub(super) struct Run {
    id: PhoneNumberId,
    state: Mutex<State>,
    /// Was a request withheld, since it would have left too late?
    was_closed: AtomicBool,
    /// The time, where a test says it.
    wall: Mutex<Option<SystemTime>>,
}

#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // there is one
enum State {
    Loading(Loading),
    Saving(Entry, Option<Version>, Saving),
    Calling(SetTwoStepPin, Duration, SendWindow, Calling),
    Done(Result<Option<Rotation>, RotationError>),
    Over,
}

impl HostedRun {
    /// A new PIN for the number, or its pending one (`draws`); else only a pending one is sent again.
    #[must_use]
    pub fn begin(id: PhoneNumberId, settings: RotationSettings, draws: bool) -> Self {
        let wish = if draws { Wish::Rotate } else { Wish::Settle };
        Self::with(id, settings, wish)
    }

    pub(crate) fn with(id: PhoneNumberId, settings: RotationSettings, wish: Wish) -> Self {
        let state = Mutex::new(state_of(&id, wish.begin(id.clone(), settings)));
        Self(Arc::new(Run { id, state, was_closed: AtomicBool::new(false), wall: Mutex::default() }))
    }

    /// For tests: what time it is on the wall, until told again.
    pub fn set_wall(&self, now: SystemTime) {
        *lock(&self.0.wall) = Some(now);
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self) -> HostedStep {
        let mut state = lock(&self.0.state);
        match &*state {
            State::Loading(_) => HostedStep::Load,
            State::Saving(entry, expected, _) => HostedStep::Save(entry.clone(), expected.clone()),
            State::Calling(operation, timeout, ..) => {
                HostedStep::Call(HostedCall::of_run(operation.clone(), self.0.clone()), *timeout)
            }
            State::Done(_) | State::Over => match mem::replace(&mut *state, State::Over) {
                State::Done(result) => HostedStep::Done(result),
                _ => HostedStep::Done(Err(RotationError::internal())),
            },
        }
    }

    /// Is it over? Then [`next`](Self::next) gives the end, once.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(&*lock(&self.0.state), State::Done(_) | State::Over)
    }

    /// The vault has this entry, or none.
    pub fn loaded(&self, stored: Option<Stored>) {
        self.0.tell(|state, now| match state {
            State::Loading(loading) => loading.loaded(now, Ok(stored)),
            _ => internal(),
        });
    }

    /// The vault has saved the entry, and this is its version now.
    pub fn saved(&self, version: Version) {
        self.0.tell(|state, now| match state {
            State::Saving(_, _, saving) => saving.saved(now, Ok(version)),
            _ => internal(),
        });
    }

    /// The vault could not.
    pub fn failed(&self, error: VaultError) {
        self.0.tell(|state, now| match state {
            State::Loading(loading) => loading.loaded(now, Err(error)),
            State::Saving(_, _, saving) => saving.saved(now, Err(error)),
            _ => internal(),
        });
    }

    /// May a text have a PIN in it? What a vault of the host's throws may: one of the entry that is to be saved, or of an entry that is
    /// not known here, and so whatever has six digits and no more.
    #[must_use]
    pub fn repeats_a_secret(&self, text: &str) -> bool {
        match &*lock(&self.0.state) {
            State::Saving(entry, ..) => may_show_a_pin(text, Some(entry)),
            _ => may_show_a_pin(text, None),
        }
    }
}

impl Run {
    fn now(&self) -> SystemTime {
        lock(&self.wall).unwrap_or_else(SystemTime::now)
    }

    fn tell(&self, tell: impl FnOnce(State, SystemTime) -> RotationStep) {
        let state = mem::replace(&mut *lock(&self.state), State::Over);
        let next = tell(state, self.now());
        *lock(&self.state) = state_of(&self.id, next);
    }

    pub(super) fn may_send(&self) -> bool {
        let State::Calling(_, _, window, _) = &*lock(&self.state) else { return false };
        let is_open = window.is_open(self.now());
        self.was_closed.fetch_or(!is_open, SeqCst);
        is_open
    }

    pub(super) fn called(&self, result: Result<SetTwoStepPinResponse, TwoStepError>) {
        self.tell(|state, now| match (state, result) {
            (State::Calling(.., calling), Err(error)) if self.was_closed.swap(false, SeqCst) => {
                calling.withheld(now, error)
            }
            (State::Calling(.., calling), result) => calling.ended(now, result),
            _ => internal(),
        });
    }
}

fn state_of(id: &PhoneNumberId, step: RotationStep) -> State {
    match step {
        RotationStep::Load { loading } => State::Loading(loading),
        RotationStep::Save { entry, expected, saving } => State::Saving(entry, expected, saving),
        RotationStep::Call { pin, timeout, window, calling } => {
            State::Calling(SetTwoStepPin::new(id.clone(), pin), timeout, window, calling)
        }
        RotationStep::Done(result) => State::Done(result),
    }
}

fn internal() -> RotationStep {
    RotationStep::Done(Err(RotationError::internal()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_may_be_a_pin_is_one() {
        let run = HostedRun::begin("1".parse().unwrap(), RotationSettings::default(), true);
        for text in ["735194", "bad row: {\"current\":\"735194\"}", "a735194b"] {
            assert!(run.repeats_a_secret(text), "{text}");
        }
        for text in ["", "port 5432", "106540352242922", "73519", "2026-11-25 12:47:11"] {
            assert!(!run.repeats_a_secret(text), "{text}");
        }
    }

    #[test]
    fn a_call_that_never_began_leaves_the_vault_settled() {
        let run = HostedRun::begin("1".parse().unwrap(), RotationSettings::default(), true);
        run.loaded(None);
        assert!(matches!(run.next(), HostedStep::Save(..)));
        run.saved(Version::from(1));
        let HostedStep::Call(call, _) = run.next() else { panic!("it calls") };
        call.whole.never_began(TwoStepError::invalid_configuration("client", "is closed")).unwrap();
        let HostedStep::Save(entry, _) = run.next() else { panic!("it saves") };
        assert!(entry.pending.is_none());
        let itself = HostedCall::from(SetTwoStepPin::parse("1", "012345").unwrap());
        assert!(itself.whole.never_began(TwoStepError::internal()).is_err());
    }
}
