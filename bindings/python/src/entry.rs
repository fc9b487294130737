//! What a vault keeps of a number, and the vaults that ship.

use std::{
    pin::pin,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use pyo3::{exceptions::PyTypeError, prelude::*, types::PyString};
use tokio::time::timeout;
use whatsapp_two_step::{PhoneNumberId, TwoStepError};
use whatsapp_two_step_rotation::{AnyVault, Keyring, Stored, Vault, VaultError, VaultKey, VaultState, Version};

use crate::{
    outcome::Failure,
    process::{Inside, TICK},
};

/// What a vault keeps of one number: which PIN holds, or which two may. Nothing prints its PINs.
#[pyclass(frozen, module = "whatsapp_two_step")]
#[derive(Clone)]
pub(crate) struct Entry(whatsapp_two_step_rotation::Entry);

impl From<whatsapp_two_step_rotation::Entry> for Entry {
    fn from(entry: whatsapp_two_step_rotation::Entry) -> Self {
        Self(entry)
    }
}

/// What Python says that a vault holds.
pub(crate) fn stored(entry: Option<Bound<'_, Entry>>, version: Option<&str>) -> Option<Stored> {
    let (entry, version) = entry.zip(version)?;
    Some(Stored { entry: entry.get().0.clone(), version: Version::new(version) })
}

#[pymethods]
impl Entry {
    /// Reads what `to_json` wrote; raises `VaultError("unreadable")` at anything else.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        whatsapp_two_step_rotation::Entry::from_json(text).map(Self).map_err(|error| vault_error(py, &error))
    }

    /// One line of JSON with the PINs in it, for a vault of your own.
    fn to_json<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &self.0.to_json())
    }

    /// Is it known which PIN holds?
    #[getter]
    fn is_settled(&self) -> bool {
        self.0.is_settled()
    }

    /// When the server confirmed the current PIN: seconds since 1970.
    #[getter]
    fn rotated_at(&self) -> Option<f64> {
        self.0.rotated_at.map(seconds)
    }

    /// Until then an earlier request may still arrive: seconds since 1970.
    #[getter]
    fn quiet_until(&self) -> Option<f64> {
        self.0.quiet_until.map(seconds)
    }

    /// The PINs as text.
    fn _may_hold<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyString>> {
        self.0.may_hold().iter().map(|pin| PyString::new(py, pin.expose())).collect()
    }

    fn __repr__(&self) -> String {
        format!("Entry(is_settled={})", if self.0.is_settled() { "True" } else { "False" })
    }

    #[allow(clippy::unused_self)] // Python hands it over
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("an Entry holds PINs and can't be pickled; to_json() has them in its text"))
    }
}

/// Since 1970.
fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A vault of Rust's, by its URL.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeVault(AnyVault);

#[pymethods]
impl NativeVault {
    #[new]
    fn new(py: Python<'_>, is_file: bool, place: &str, keys: &str) -> PyResult<Self> {
        let open = || {
            let keys = Keyring::parse(keys)?;
            if is_file { Ok(AnyVault::sqlite(place, keys)) } else { AnyVault::postgres(place, keys) }
        };
        open().map(Self).map_err(|error: TwoStepError| Failure::from(error).raise(py))
    }

    fn init(&self, py: Python<'_>) -> PyResult<()> {
        block(py, || self.0.init())
    }

    fn ids(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let ids = block(py, || self.0.ids())?;
        Ok(ids.iter().map(|id| id.as_str().to_owned()).collect())
    }

    fn load(&self, py: Python<'_>, phone_number_id: &str) -> PyResult<Option<(Entry, String)>> {
        let id = id(py, phone_number_id)?;
        let stored = block(py, || self.0.load(&id))?;
        Ok(stored.map(|stored| (Entry(stored.entry), stored.version.as_str().to_owned())))
    }

    fn save(
        &self,
        py: Python<'_>,
        phone_number_id: &str,
        entry: &Bound<'_, Entry>,
        expected: Option<&str>,
    ) -> PyResult<String> {
        let (id, expected, entry) = (id(py, phone_number_id)?, expected.map(Version::new), &entry.get().0);
        let version = block(py, || self.0.save(&id, entry, expected.as_ref()))?;
        Ok(version.as_str().to_owned())
    }
}

fn id(py: Python<'_>, text: &str) -> PyResult<PhoneNumberId> {
    PhoneNumberId::from_str(text).map_err(|error| Failure::from(error).raise(py))
}

/// Blocks; lets other Python threads run meanwhile, and looks for Ctrl-C.
fn block<T: Send, F: Future<Output = Result<T, VaultError>> + Send>(
    py: Python<'_>,
    work: impl FnOnce() -> F + Send,
) -> PyResult<T> {
    let inside = Inside::enter(py);
    let driver = inside.process.driver()?;
    let mut work = pin!(work());
    loop {
        let wait = || driver.block_on(|| async { timeout(TICK, work.as_mut()).await.ok() });
        match inside.detach(wait) {
            Some(end) => return end.map_err(|error| vault_error(py, &error)),
            None => py.check_signals()?,
        }
    }
}

pub(crate) fn vault_error(py: Python<'_>, error: &VaultError) -> PyErr {
    told(py, error, error.message(), None)
}

/// With what the vault holds now, of a rotation.
pub(crate) fn told(py: Python<'_>, error: &VaultError, message: &str, state: Option<VaultState>) -> PyErr {
    let made = || {
        let class = py.import("whatsapp_two_step._vault_error")?.getattr("VaultError")?;
        let wait = error.retry_after().map(|wait| wait.as_secs_f64());
        class.call1((error.kind().code(), message, wait, state.map(VaultState::code)))
    };
    made().map_or_else(|error| error, PyErr::from_value)
}

#[pyfunction]
pub(crate) fn generate_vault_key(py: Python<'_>) -> PyResult<Bound<'_, PyString>> {
    let key = VaultKey::generate().map_err(|error| Failure::from(error).raise(py))?;
    Ok(PyString::new(py, &key.to_text()))
}
