//! A rotation that Python drives: it says what to do next, and hears what came of it.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use pyo3::{prelude::*, types::PyString};
use whatsapp_two_step::{PhoneNumberId, SetTwoStepPin, SetTwoStepPinResponse, TwoStepError};
use whatsapp_two_step_rotation::{
    Calling, Loading, Rotation, RotationError, RotationRun, RotationSettings, RotationStep, Saving, SendWindow, Stored,
    VaultError, VaultErrorKind, Version,
};

use crate::{
    entry::{Entry, vault_error},
    outcome,
    work::{NativeOperation, Rotates},
};

/// Its methods take the time on the wall, in seconds since 1970. `next` gives what to do: to load, to save an entry, to make a call;
/// or the end.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeRotation(Arc<Run>);

/// The rotation of a call hears of its end where the call does.
pub(crate) struct Run {
    id: PhoneNumberId,
    state: Mutex<State>,
    /// Was a request withheld, since it would have left too late?
    was_closed: AtomicBool,
    /// The time, where a test says it.
    wall: Mutex<Option<f64>>,
}

enum State {
    Loading(Loading),
    /// With what is to be saved, until that is asked for.
    Saving(Entry, Option<Version>, Saving),
    Calling(SetTwoStepPin, Duration, SendWindow, Calling),
    Done(Result<Option<Rotation>, RotationError>),
    Over,
}

fn state_of(id: &PhoneNumberId, step: RotationStep) -> State {
    match step {
        RotationStep::Load { loading } => State::Loading(loading),
        RotationStep::Save { entry, expected, saving } => State::Saving(entry.into(), expected, saving),
        RotationStep::Call { pin, timeout, window, calling } => {
            State::Calling(SetTwoStepPin::new(id.clone(), pin), timeout, window, calling)
        }
        RotationStep::Done(result) => State::Done(result),
    }
}

impl Run {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> SystemTime {
        let told = *self.wall.lock().unwrap_or_else(PoisonError::into_inner);
        told.map_or_else(SystemTime::now, at)
    }

    fn tell(&self, tell: impl FnOnce(State, SystemTime) -> RotationStep) {
        let state = mem::replace(&mut *self.lock(), State::Over);
        let next = tell(state, self.now());
        *self.lock() = state_of(&self.id, next);
    }
}

impl Rotates for Run {
    fn may_send(&self) -> bool {
        let State::Calling(_, _, window, _) = &*self.lock() else { return false };
        let is_open = window.is_open(self.now());
        self.was_closed.fetch_or(!is_open, SeqCst);
        is_open
    }

    fn called(&self, result: Result<SetTwoStepPinResponse, TwoStepError>) {
        self.tell(|state, now| match (state, result) {
            (State::Calling(_, _, _, calling), Err(error)) if self.was_closed.swap(false, SeqCst) => {
                calling.withheld(now, error)
            }
            (State::Calling(_, _, _, calling), result) => calling.ended(now, result),
            _ => internal(),
        });
    }
}

fn at(seconds: f64) -> SystemTime {
    UNIX_EPOCH + Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

impl NativeRotation {
    pub(crate) fn begin(id: PhoneNumberId, settings: RotationSettings, draws: bool) -> Self {
        let begin = if draws { RotationRun::rotate } else { RotationRun::settle };
        let state = Mutex::new(state_of(&id, begin(id.clone(), settings)));
        Self(Arc::new(Run { id, state, was_closed: AtomicBool::new(false), wall: Mutex::default() }))
    }
}

#[pymethods]
impl NativeRotation {
    /// For tests: what time it is on the wall, until told again.
    fn set_wall(&self, now: f64) {
        *self.0.wall.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// `("load",)`, `("save", entry, expected)`, `("call", operation, timeout)` or `("done", rotation)`; raises at a bad end.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut state = self.0.lock();
        let next = match &*state {
            State::Loading(_) => ("load",).into_pyobject(py)?.into_any(),
            State::Saving(entry, expected, _) => {
                ("save", entry.clone(), expected.as_ref().map(Version::as_str)).into_pyobject(py)?.into_any()
            }
            State::Calling(operation, timeout, ..) => {
                let operation = NativeOperation::of_rotation(operation.clone(), self.0.clone());
                ("call", operation, timeout.as_secs_f64()).into_pyobject(py)?.into_any()
            }
            State::Done(_) | State::Over => {
                let end = mem::replace(&mut *state, State::Over);
                drop(state);
                let rotation = match end {
                    State::Done(Ok(rotation)) => rotation,
                    State::Done(Err(error)) => return Err(raised(py, &error)),
                    _ => return Err(raised(py, &RotationError::internal())),
                };
                let rotation = rotation.map(|rotation| outcome::rotation(py, &rotation)).transpose()?;
                return Ok(("done", rotation).into_pyobject(py)?.into_any());
            }
        };
        Ok(next)
    }

    fn loaded(&self, entry: Option<Bound<'_, Entry>>, version: Option<&str>) {
        let stored = entry
            .zip(version)
            .map(|(entry, version)| Stored { entry: entry.get().core().clone(), version: Version::new(version) });
        self.0.tell(|state, now| match state {
            State::Loading(loading) => loading.loaded(now, Ok(stored)),
            _ => internal(),
        });
    }

    fn saved(&self, version: &str) {
        self.0.tell(|state, now| match state {
            State::Saving(_, _, saving) => saving.saved(now, Ok(Version::new(version))),
            _ => internal(),
        });
    }

    /// The vault raised something. `message` holds no PIN.
    fn failed(&self, kind: &str, message: &str) {
        let kind = match kind {
            "conflict" => VaultErrorKind::Conflict,
            "unreadable" => VaultErrorKind::Unreadable,
            _ => VaultErrorKind::Unreachable,
        };
        let error = VaultError::new(kind, message);
        self.0.tell(|state, now| match state {
            State::Loading(loading) => loading.loaded(now, Err(error)),
            State::Saving(_, _, saving) => saving.saved(now, Err(error)),
            _ => internal(),
        });
    }

    /// To be asked before the rotation hears of it: does what a vault raised show a PIN of the entry?
    fn repeats_a_secret(&self, text: &Bound<'_, PyString>) -> bool {
        let text = text.to_string_lossy();
        match &*self.0.lock() {
            State::Saving(entry, ..) => entry.core().may_hold().iter().any(|pin| text.contains(pin.expose())),
            _ => false,
        }
    }

    fn phone_number_id(&self) -> &str {
        self.0.id.as_str()
    }
}

fn internal() -> RotationStep {
    RotationStep::Done(Err(RotationError::internal()))
}

/// The call's exception, or a `VaultError`, with what the vault holds now.
fn raised(py: Python<'_>, error: &RotationError) -> PyErr {
    let made = || {
        let exception = match error.call_error() {
            Some(error) => outcome::exception(py, error)?,
            None => error.vault_error().map_or_else(
                || py.None().into_bound(py),
                |error| vault_error(py, error).into_value(py).into_bound(py).into_any(),
            ),
        };
        let state = error.vault_state();
        py.import("whatsapp_two_step._vault_error")?.getattr("tell")?.call1((exception, state.code(), state.words()))
    };
    made().map_or_else(|error| error, PyErr::from_value)
}
