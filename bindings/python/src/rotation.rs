//! A rotation that Python drives: it says what to do next, and hears what came of it.

use std::time::{Duration, UNIX_EPOCH};

use pyo3::{prelude::*, types::PyString};
use whatsapp_two_step::{PhoneNumberId, TwoStepError};
use whatsapp_two_step_rotation::{
    HostedRun, HostedStep, RotationError, RotationSettings, VaultError, VaultErrorKind, Version,
};

use crate::{
    entry::{Entry, stored, told},
    outcome,
    work::NativeOperation,
};

/// One run. `next` gives what to do: to load, to save an entry, to make a call; or the end.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeRotation {
    run: HostedRun,
    /// Then the fleet has its end.
    is_of_fleet: bool,
}

impl NativeRotation {
    pub(crate) fn begin(id: PhoneNumberId, settings: RotationSettings, draws: bool) -> Self {
        Self { run: HostedRun::begin(id, settings, draws), is_of_fleet: false }
    }

    pub(crate) fn of_fleet(run: HostedRun) -> Self {
        Self { run, is_of_fleet: true }
    }
}

#[pymethods]
impl NativeRotation {
    /// For tests: what time it is on the wall, in seconds since 1970, until told again.
    fn set_wall(&self, now: f64) {
        self.run.set_wall(UNIX_EPOCH + Duration::try_from_secs_f64(now).unwrap_or_default());
    }

    /// `("load",)`, `("save", entry, expected)`, `("call", operation, timeout)` or `("done", rotation)`; raises at a bad end. Of a
    /// fleet, any end is `("done", None)`.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.is_of_fleet && self.run.is_over() {
            return Ok(("done", py.None()).into_pyobject(py)?.into_any());
        }
        Ok(match self.run.next() {
            HostedStep::Load => ("load",).into_pyobject(py)?.into_any(),
            HostedStep::Save(entry, expected) => {
                ("save", Entry::from(entry), expected.as_ref().map(Version::as_str)).into_pyobject(py)?.into_any()
            }
            HostedStep::Call(call, timeout) => {
                ("call", NativeOperation::from(call), timeout.as_secs_f64()).into_pyobject(py)?.into_any()
            }
            HostedStep::Done(Ok(rotation)) => {
                let rotation = rotation.map(|rotation| outcome::rotation(py, &rotation)).transpose()?;
                ("done", rotation).into_pyobject(py)?.into_any()
            }
            HostedStep::Done(Err(error)) => return Err(error_of(py, &error)),
        })
    }

    fn loaded(&self, entry: Option<Bound<'_, Entry>>, version: Option<&str>) {
        self.run.loaded(stored(entry, version));
    }

    fn saved(&self, version: &str) {
        self.run.saved(Version::new(version));
    }

    /// The vault raised something. `message` holds no PIN.
    fn failed(&self, kind: &Bound<'_, PyString>, message: &Bound<'_, PyString>) {
        let kind = VaultErrorKind::of_a_vault(&kind.to_string_lossy());
        self.run.failed(VaultError::new(kind, message.to_string_lossy()));
    }

    /// To be asked before the rotation hears of it: does what a vault raised show a PIN of the entry?
    fn repeats_a_secret(&self, text: &Bound<'_, PyString>) -> bool {
        self.run.repeats_a_secret(&text.to_string_lossy())
    }
}

/// The call's exception, or a `VaultError`, with what the vault holds now.
pub(crate) fn error_of(py: Python<'_>, error: &RotationError) -> PyErr {
    let (message, state) = (error.message(), error.vault_state());
    match (error.call_error(), error.vault_error()) {
        (None, Some(error)) => told(py, error, &message, Some(state)),
        (of_call, _) => {
            let internal = TwoStepError::internal();
            let error = of_call.unwrap_or(&internal);
            outcome::exception_with(py, error, &message, state).map_or_else(|error| error, PyErr::from_value)
        }
    }
}
