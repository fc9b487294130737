//! What a call is asked to do, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::{prelude::*, types::PyString};
use whatsapp_two_step::{
    AnyOperation, AnyResponse, PhoneNumber, PhoneNumberId, PhoneNumberPages, Pin, SetTwoStepPin, SetTwoStepPinResponse,
    TwoStepError, WabaId,
};

use crate::{outcome::Failure, settings::type_name};

/// An operation. It holds a PIN perhaps, and shows none.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeOperation(Work);

#[derive(Clone)]
pub(crate) struct Work {
    pub(crate) operation: AnyOperation,
    /// The way on which it is a step.
    pages: Option<Arc<Mutex<PhoneNumberPages>>>,
}

/// What a call came to.
pub(crate) enum Done {
    Pin(SetTwoStepPinResponse),
    Numbers(Vec<PhoneNumber>),
}

impl Work {
    /// Has to be told of each result: the way from page to page goes on from it.
    pub(crate) fn done(&self, result: Result<AnyResponse, TwoStepError>) -> Result<Done, TwoStepError> {
        let page = match (result, &self.pages) {
            (Ok(AnyResponse::SetTwoStepPin(response)), _) => return Ok(Done::Pin(response)),
            (Ok(AnyResponse::PhoneNumberPage(page)), _) => Ok(page),
            (Err(error), Some(_)) => Err(error),
            (Err(error), None) => return Err(error),
            (Ok(_), _) => return Err(TwoStepError::internal()),
        };
        self.pages
            .as_ref()
            .map_or_else(|| Err(TwoStepError::internal()), |pages| lock(pages).read(page).map(Done::Numbers))
    }
}

impl NativeOperation {
    pub(crate) fn work(&self) -> Work {
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
        Ok(Self(Work { operation: operation.into(), pages: None }))
    }
}

/// The way through the pages of an account's numbers.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativePages(Arc<Mutex<PhoneNumberPages>>);

#[pymethods]
impl NativePages {
    #[new]
    fn new(waba_id: &Bound<'_, PyAny>) -> PyResult<Self> {
        let read = || Ok(WabaId::parse(&text(waba_id, WabaId::not_text)?.to_string_lossy())?);
        let id = read().map_err(|failure: Failure| failure.raise(waba_id.py()))?;
        Ok(Self(Arc::new(Mutex::new(PhoneNumberPages::new(id)))))
    }

    /// The read of the next page; None after the last one, and after an error.
    fn next(&self) -> Option<NativeOperation> {
        let operation = lock(&self.0).next()?.into();
        Some(NativeOperation(Work { operation, pages: Some(self.0.clone()) }))
    }
}

fn lock(pages: &Mutex<PhoneNumberPages>) -> MutexGuard<'_, PhoneNumberPages> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text<'a, 'py>(
    given: &'a Bound<'py, PyAny>,
    not_text: impl FnOnce(&str) -> TwoStepError,
) -> Result<&'a Bound<'py, PyString>, TwoStepError> {
    given.cast::<PyString>().map_err(|_| not_text(&type_name(&given.get_type())))
}
