//! A check of a vault that Python drives: it says what to ask the vault, and hears what that gave.

use pyo3::{prelude::*, types::PyString};
use whatsapp_two_step_rotation::{
    HostedAsk, HostedCheck, HostedCheckStep, HostedWish, VaultError, VaultErrorKind, Version,
};

use crate::{
    entry::{Entry, stored},
    outcome::Failure,
    work,
};

/// One check. `next` gives what to ask the vault, or the end.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeCheck(HostedCheck);

/// One thing that the vault is asked.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeAsk(HostedAsk);

#[pymethods]
impl NativeCheck {
    #[new]
    fn new(phone_number_id: &Bound<'_, PyAny>) -> PyResult<Self> {
        let id = work::phone_number_id(phone_number_id);
        let id = id.map_err(|error| Failure::from(error).raise(phone_number_id.py()))?;
        Ok(Self(HostedCheck::begin(id)))
    }

    /// `("ask", asks)`: all of them at once; `("kept",)`; or `("broken", message, number)`, with that of the ask that failed.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self.0.next() {
            HostedCheckStep::Ask(asks) => {
                let asks: Vec<NativeAsk> = asks.into_iter().map(NativeAsk).collect();
                ("ask", asks).into_pyobject(py)?.into_any()
            }
            HostedCheckStep::Kept => ("kept",).into_pyobject(py)?.into_any(),
            HostedCheckStep::Broken(fault, of) => ("broken", fault.to_string(), of).into_pyobject(py)?.into_any(),
        })
    }
}

#[pymethods]
impl NativeAsk {
    #[getter]
    fn number(&self) -> usize {
        self.0.number()
    }

    /// `("load", id)` or `("save", id, entry, expected)`.
    fn wish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self.0.wish() {
            HostedWish::Load(id) => ("load", id.as_str()).into_pyobject(py)?.into_any(),
            HostedWish::Save(id, entry, expected) => {
                let expected = expected.as_ref().map(Version::as_str);
                ("save", id.as_str(), Entry::from(entry.clone()), expected).into_pyobject(py)?.into_any()
            }
        })
    }

    fn loaded(&self, entry: Option<Bound<'_, Entry>>, version: Option<&str>) {
        self.0.loaded(stored(entry, version));
    }

    fn saved(&self, version: &str) {
        self.0.saved(Version::new(version));
    }

    /// The vault raised something. `message` holds no PIN.
    fn failed(&self, kind: &Bound<'_, PyString>, message: &Bound<'_, PyString>) {
        let kind = VaultErrorKind::of_a_vault(&kind.to_string_lossy());
        self.0.failed(VaultError::new(kind, message.to_string_lossy()));
    }

    /// To be asked before the check hears of it: does what a vault raised show a PIN of the entry?
    fn repeats_a_secret(&self, text: &Bound<'_, PyString>) -> bool {
        self.0.repeats_a_secret(&text.to_string_lossy())
    }
}
