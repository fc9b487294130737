//! What a call is asked to do, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::{prelude::*, types::PyString};
use whatsapp_two_step::{
    AnyOperation, AnyResponse, Client, PhoneNumber, PhoneNumberId, PhoneNumberPage, PhoneNumberPages, Pin,
    SetTwoStepPin, SetTwoStepPinResponse, TwoStepError, WabaId,
};

use crate::{outcome::Failure, settings::type_name};

/// An operation. It holds a PIN perhaps, and shows none.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeOperation(Work);

#[derive(Clone)]
pub(crate) struct Work {
    pub(crate) operation: AnyOperation,
    whole: Whole,
}

/// Of what a call is a part: that has to be told of its end.
#[derive(Clone)]
enum Whole {
    Itself,
    /// The way from page to page.
    Pages(Arc<Mutex<PhoneNumberPages>>),
    Rotation(Arc<dyn Rotates>),
}

/// A rotation, of which a call is a step.
pub(crate) trait Rotates: Send + Sync {
    /// Asked right before each request of the call.
    fn may_send(&self) -> bool;
    /// What came of the call.
    fn called(&self, result: Result<SetTwoStepPinResponse, TwoStepError>);
}

/// What a call came to.
pub(crate) enum Done {
    Pin(SetTwoStepPinResponse),
    Numbers(Vec<PhoneNumber>),
    /// The rotation has it.
    Step,
}

impl Work {
    /// Has to be told of each result: the way from page to page goes on from it.
    pub(crate) fn done(&self, result: Result<AnyResponse, TwoStepError>) -> Result<Done, TwoStepError> {
        let result = match (&self.whole, result) {
            (Whole::Rotation(run), result) => {
                run.called(result.and_then(set_pin));
                return Ok(Done::Step);
            }
            (Whole::Pages(pages), result) => return lock(pages).read(result.and_then(page)).map(Done::Numbers),
            (Whole::Itself, result) => result,
        };
        result.and_then(set_pin).map(Done::Pin)
    }

    /// To be asked right before each request: it may be too late for it.
    pub(crate) fn may_send(&self) -> bool {
        match &self.whole {
            Whole::Rotation(run) => run.may_send(),
            _ => true,
        }
    }

    /// The same client, which asks so.
    pub(crate) fn guarded(&self, client: Client) -> Client {
        match &self.whole {
            Whole::Rotation(run) => {
                let run = run.clone();
                client.with_guard(move || run.may_send())
            }
            _ => client,
        }
    }
}

fn set_pin(response: AnyResponse) -> Result<SetTwoStepPinResponse, TwoStepError> {
    match response {
        AnyResponse::SetTwoStepPin(response) => Ok(response),
        _ => Err(TwoStepError::internal()),
    }
}

fn page(response: AnyResponse) -> Result<PhoneNumberPage, TwoStepError> {
    match response {
        AnyResponse::PhoneNumberPage(page) => Ok(page),
        _ => Err(TwoStepError::internal()),
    }
}

impl NativeOperation {
    pub(crate) fn of_rotation(operation: SetTwoStepPin, run: Arc<dyn Rotates>) -> Self {
        Self(Work { operation: operation.into(), whole: Whole::Rotation(run) })
    }

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
        Ok(Self(Work { operation: operation.into(), whole: Whole::Itself }))
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
        Some(NativeOperation(Work { operation, whole: Whole::Pages(self.0.clone()) }))
    }
}

fn lock(pages: &Mutex<PhoneNumberPages>) -> MutexGuard<'_, PhoneNumberPages> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn phone_number_id(given: &Bound<'_, PyAny>) -> Result<PhoneNumberId, TwoStepError> {
    PhoneNumberId::parse(&text(given, PhoneNumberId::not_text)?.to_string_lossy())
}

fn text<'a, 'py>(
    given: &'a Bound<'py, PyAny>,
    not_text: impl FnOnce(&str) -> TwoStepError,
) -> Result<&'a Bound<'py, PyString>, TwoStepError> {
    given.cast::<PyString>().map_err(|_| not_text(&type_name(&given.get_type())))
}
