//! What a call is asked to do.

use pyo3::{prelude::*, types::PyString};
use whatsapp_two_step::{PhoneNumberId, Pin, SetTwoStepPin, TwoStepError, WabaId};
use whatsapp_two_step_rotation::{HostedCall, HostedPages};

use crate::{outcome::Failure, settings::type_name};

/// An operation. It holds a PIN perhaps, and shows none.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeOperation(HostedCall);

impl From<HostedCall> for NativeOperation {
    fn from(call: HostedCall) -> Self {
        Self(call)
    }
}

impl NativeOperation {
    pub(crate) fn call(&self) -> HostedCall {
        self.0.clone()
    }
}

#[pymethods]
impl NativeOperation {
    /// Checks both; no I/O.
    #[staticmethod]
    fn set_two_step_pin(phone_number_id: &Bound<'_, PyAny>, pin: &Bound<'_, PyAny>) -> PyResult<Self> {
        let read = || {
            let id = text(phone_number_id, PhoneNumberId::not_text)?;
            let pin = text(pin, Pin::not_text)?;
            Ok(SetTwoStepPin::parse(&id.to_string_lossy(), &pin.to_string_lossy())?)
        };
        let operation = read().map_err(|failure: Failure| failure.raise(phone_number_id.py()))?;
        Ok(Self(operation.into()))
    }
}

/// The way through the pages of an account's numbers.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativePages(HostedPages);

#[pymethods]
impl NativePages {
    #[new]
    fn new(waba_id: &Bound<'_, PyAny>) -> PyResult<Self> {
        let id = self::waba_id(waba_id).map_err(|error| Failure::from(error).raise(waba_id.py()))?;
        Ok(Self(HostedPages::new(id)))
    }

    /// The read of the next page; None after the last one, and after an error.
    fn next(&self) -> Option<NativeOperation> {
        self.0.next().map(NativeOperation)
    }
}

pub(crate) fn phone_number_id(given: &Bound<'_, PyAny>) -> Result<PhoneNumberId, TwoStepError> {
    PhoneNumberId::parse(&text(given, PhoneNumberId::not_text)?.to_string_lossy())
}

pub(crate) fn waba_id(given: &Bound<'_, PyAny>) -> Result<WabaId, TwoStepError> {
    WabaId::parse(&text(given, WabaId::not_text)?.to_string_lossy())
}

fn text<'a, 'py>(
    given: &'a Bound<'py, PyAny>,
    not_text: impl FnOnce(&str) -> TwoStepError,
) -> Result<&'a Bound<'py, PyString>, TwoStepError> {
    given.cast::<PyString>().map_err(|_| not_text(&type_name(&given.get_type())))
}
