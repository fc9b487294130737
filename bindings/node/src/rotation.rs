//! A rotation that TypeScript drives: it says what to do next, and hears what came of it.

use std::time::{Duration, UNIX_EPOCH};

use napi_derive::napi;
use whatsapp_two_step::{Limits, PhoneNumberId};
use whatsapp_two_step_rotation::{
    HostedRun, HostedStep, Rotation, RotationError, RotationSettings, Stored, VaultError, VaultErrorKind, Version,
};
use zeroize::Zeroizing;

use crate::{
    entry::{NativeEntry, VaultFailure},
    host_http::{in_millis, millis, since_1970},
    outcome::Failure,
    settings,
    work::NativeOperation,
};

/// One run. `next` gives what to do: to load, to save an entry, to make a call; or the end.
#[napi]
pub struct NativeRotation {
    run: HostedRun,
    /// Of its calls, but for their time.
    limits: Limits,
    /// Then the fleet has its end.
    is_of_fleet: bool,
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
        let settings = RotationSettings { timeout: limits.timeout, quiet_margin };
        Self { run: HostedRun::begin(id, settings, draws), limits, is_of_fleet: false }
    }

    pub(crate) fn of_fleet(run: HostedRun, limits: Limits) -> Self {
        Self { run, limits, is_of_fleet: true }
    }
}

#[napi]
impl NativeRotation {
    /// For tests: what time it is on the wall, since 1970, until told again.
    #[napi]
    pub fn set_wall(&self, ms: f64) {
        self.run.set_wall(UNIX_EPOCH + millis(ms));
    }

    /// What to do next. The end comes once; of a fleet, any end is `done`.
    #[napi(catch_unwind)]
    pub fn next(&self) -> NativeRotationStep {
        let step = NativeRotationStep::default();
        if self.is_of_fleet && self.run.is_over() {
            return NativeRotationStep { kind: "done", ..step };
        }
        match self.run.next() {
            HostedStep::Load => NativeRotationStep { kind: "load", ..step },
            HostedStep::Save(entry, expected) => {
                let expected = expected.map(|version| version.as_str().to_owned());
                NativeRotationStep { kind: "save", entry: Some(entry.into()), expected, ..step }
            }
            HostedStep::Call(call, timeout) => {
                let operation = Some(NativeOperation::new(call, Limits { timeout, ..self.limits }));
                NativeRotationStep { kind: "call", operation, timeout_ms: Some(in_millis(timeout)), ..step }
            }
            HostedStep::Done(Ok(rotation)) => {
                NativeRotationStep { kind: "done", rotation: rotation.map(RotationEnd::from), ..step }
            }
            HostedStep::Done(Err(error)) => {
                let (failure, vault_failure) = failures(&error);
                NativeRotationStep { kind: "failed", failure, vault_failure, ..step }
            }
        }
    }

    /// The vault has an entry.
    #[napi(catch_unwind)]
    pub fn loaded(&self, entry: &NativeEntry, version: String) {
        self.run.loaded(Some(Stored { entry: entry.core().clone(), version: Version::new(version) }));
    }

    /// The vault has none.
    #[napi(catch_unwind)]
    pub fn loaded_nothing(&self) {
        self.run.loaded(None);
    }

    /// The vault has saved the entry, and this is its version now.
    #[napi(catch_unwind)]
    pub fn saved(&self, version: String) {
        self.run.saved(Version::new(version));
    }

    /// The vault threw something. `message` holds no PIN.
    #[napi(catch_unwind)]
    pub fn failed(&self, kind: String, message: String) {
        self.run.failed(VaultError::new(VaultErrorKind::of_a_vault(&kind), message));
    }

    /// To be asked before the rotation hears of it: does what a vault threw show a PIN of the entry?
    #[napi(catch_unwind)]
    pub fn repeats_a_secret(&self, text: String) -> bool {
        self.run.repeats_a_secret(&Zeroizing::new(text))
    }
}

/// The call's error or the vault's, with what the vault holds now.
pub(crate) fn failures(error: &RotationError) -> (Option<Failure>, Option<VaultFailure>) {
    let (message, state) = (error.message(), error.vault_state());
    let failure = error.call_error().map(|error| Failure {
        vault_state: Some(state.code()),
        message: message.clone(),
        ..settings::told(error.clone()).into()
    });
    let vault_failure = error.vault_error().map(|error| VaultFailure::new(error, message, Some(state)));
    (failure, vault_failure)
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
