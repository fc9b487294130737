//! A rotation that TypeScript drives: it says what to do next, and hears what came of it.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use napi_derive::napi;
use whatsapp_two_step::{Limits, PhoneNumberId, SetTwoStepPin, SetTwoStepPinResponse, TwoStepError};
use whatsapp_two_step_rotation::{
    Calling, Entry, Loading, Rotation, RotationError, RotationRun, RotationSettings, RotationStep, Saving, SendWindow,
    Stored, VaultError, VaultErrorKind, Version,
};
use zeroize::Zeroizing;

use crate::{
    entry::{NativeEntry, VaultFailure},
    host_http::{millis, since_1970},
    outcome::Failure,
    settings,
    work::{NativeOperation, Rotates},
};

/// One run. `next` gives what to do: to load, to save an entry, to make a call; or the end.
#[napi]
pub struct NativeRotation {
    run: Arc<Run>,
    /// Of its calls, but for their time.
    limits: Limits,
}

/// The rotation of a call hears of its end where the call does.
pub(crate) struct Run {
    id: PhoneNumberId,
    state: Mutex<State>,
    /// Was a request withheld, since it would have left too late?
    was_closed: AtomicBool,
    /// The time, where a test says it.
    wall: Mutex<Option<SystemTime>>,
}

#[allow(clippy::large_enum_variant)] // there is one
enum State {
    Loading(Loading),
    /// With what is to be saved.
    Saving(Entry, Option<Version>, Saving),
    Calling(SetTwoStepPin, Duration, SendWindow, Calling),
    Done(Result<Option<Rotation>, RotationError>),
    Over,
}

/// What to do next. `kind` is `load`, `save`, `call`, `done` or `failed`.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct NativeRotationStep {
    pub kind: &'static str,
    /// To save, if the vault still has the expected version.
    pub entry: Option<NativeEntry>,
    pub expected: Option<String>,
    /// To call.
    pub operation: Option<NativeOperation>,
    /// How long the call may take.
    pub timeout_ms: Option<f64>,
    /// What was done; absent where nothing had to be settled.
    pub rotation: Option<RotationEnd>,
    /// One of the two, where it has failed.
    pub failure: Option<Failure>,
    pub vault_failure: Option<VaultFailure>,
}

/// A number has a new PIN.
#[napi(object, object_from_js = false)]
pub struct RotationEnd {
    pub phone_number_id: String,
    /// Since 1970.
    pub rotated_at_ms: f64,
    pub resumed: bool,
    pub attempts: u32,
    pub trace_id: Option<String>,
}

impl NativeRotation {
    pub(crate) fn begin(id: PhoneNumberId, limits: Limits, quiet_margin: Duration, draws: bool) -> Self {
        let begin = if draws { RotationRun::rotate } else { RotationRun::settle };
        let step = begin(id.clone(), RotationSettings { timeout: limits.timeout, quiet_margin });
        let state = Mutex::new(state_of(&id, step));
        Self { run: Arc::new(Run { id, state, was_closed: AtomicBool::new(false), wall: Mutex::default() }), limits }
    }
}

#[napi]
impl NativeRotation {
    /// For tests: what time it is on the wall, since 1970, until told again.
    #[napi]
    pub fn set_wall(&self, ms: f64) {
        *lock(&self.run.wall) = Some(UNIX_EPOCH + millis(ms));
    }

    /// What to do next. The end comes once.
    #[napi(catch_unwind)]
    pub fn next(&self) -> NativeRotationStep {
        let mut state = lock(&self.run.state);
        let step = NativeRotationStep::default();
        match &*state {
            State::Loading(_) => NativeRotationStep { kind: "load", ..step },
            State::Saving(entry, expected, _) => {
                let expected = expected.as_ref().map(|version| version.as_str().to_owned());
                NativeRotationStep { kind: "save", entry: Some(entry.clone().into()), expected, ..step }
            }
            State::Calling(operation, timeout, ..) => {
                let limits = Limits { timeout: *timeout, ..self.limits };
                let operation = Some(NativeOperation::of_rotation(operation.clone(), limits, self.run.clone()));
                let timeout_ms = Some(crate::host_http::in_millis(*timeout));
                NativeRotationStep { kind: "call", operation, timeout_ms, ..step }
            }
            State::Done(_) | State::Over => match mem::replace(&mut *state, State::Over) {
                State::Done(Ok(rotation)) => {
                    NativeRotationStep { kind: "done", rotation: rotation.map(RotationEnd::from), ..step }
                }
                State::Done(Err(error)) => failed(&error),
                _ => failed(&RotationError::internal()),
            },
        }
    }

    /// The vault has an entry.
    #[napi(catch_unwind)]
    pub fn loaded(&self, entry: &NativeEntry, version: String) {
        self.was_loaded(Some(Stored { entry: entry.core().clone(), version: Version::new(version) }));
    }

    /// The vault has none.
    #[napi(catch_unwind)]
    pub fn loaded_nothing(&self) {
        self.was_loaded(None);
    }

    fn was_loaded(&self, stored: Option<Stored>) {
        self.run.tell(|state, now| match state {
            State::Loading(loading) => loading.loaded(now, Ok(stored)),
            _ => internal(),
        });
    }

    /// The vault has saved the entry, and this is its version now.
    #[napi(catch_unwind)]
    pub fn saved(&self, version: String) {
        self.run.tell(|state, now| match state {
            State::Saving(_, _, saving) => saving.saved(now, Ok(Version::new(version))),
            _ => internal(),
        });
    }

    /// The vault threw something. `message` holds no PIN.
    #[napi(catch_unwind)]
    pub fn failed(&self, kind: String, message: String) {
        let kind = match kind.as_str() {
            "conflict" => VaultErrorKind::Conflict,
            "unreadable" => VaultErrorKind::Unreadable,
            _ => VaultErrorKind::Unreachable,
        };
        let error = VaultError::new(kind, message);
        self.run.tell(|state, now| match state {
            State::Loading(loading) => loading.loaded(now, Err(error)),
            State::Saving(_, _, saving) => saving.saved(now, Err(error)),
            _ => internal(),
        });
    }

    /// To be asked before the rotation hears of it: does what a vault threw show a PIN of the entry?
    #[napi(catch_unwind)]
    pub fn repeats_a_secret(&self, text: String) -> bool {
        let text = Zeroizing::new(text);
        match &*lock(&self.run.state) {
            State::Saving(entry, ..) => entry.may_hold().iter().any(|pin| text.contains(pin.expose())),
            _ => false,
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
}

impl Rotates for Run {
    fn may_send(&self) -> bool {
        let State::Calling(_, _, window, _) = &*lock(&self.state) else { return false };
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

/// The call's error or the vault's, with what the vault holds now.
fn failed(error: &RotationError) -> NativeRotationStep {
    let (message, state) = (error.message(), error.vault_state());
    let failure = error.call_error().map(|error| Failure {
        vault_state: Some(state.code()),
        message: message.clone(),
        ..settings::told(error.clone()).into()
    });
    let vault_failure = error.vault_error().map(|error| VaultFailure::new(error, message, Some(state)));
    NativeRotationStep { kind: "failed", failure, vault_failure, ..NativeRotationStep::default() }
}

impl From<Rotation> for RotationEnd {
    fn from(rotation: Rotation) -> Self {
        Self {
            phone_number_id: rotation.phone_number_id.as_str().to_owned(),
            rotated_at_ms: since_1970(rotation.rotated_at).unwrap_or_default(),
            resumed: rotation.resumed,
            attempts: rotation.attempts,
            trace_id: rotation.trace_id,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
