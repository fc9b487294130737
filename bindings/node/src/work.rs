//! What a call is asked to do, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::Either;
use napi_derive::napi;
use whatsapp_two_step::{AnyOperation, AnyResponse, Limits, PhoneNumberPages, SetTwoStepPin, TwoStepError, WabaId};

use crate::outcome::{NativeNumber, PinSet};

/// An operation whose values are checked, for one call. It holds a PIN perhaps, until then, and shows none.
#[napi]
pub struct NativeOperation(Option<Work>);

pub(crate) struct Work {
    pub(crate) operation: AnyOperation,
    pub(crate) limits: Limits,
    pub(crate) way: Way,
}

/// The way from page to page on which an operation is a step, if it is one.
pub(crate) struct Way(Option<Arc<Mutex<PhoneNumberPages>>>);

impl NativeOperation {
    pub(crate) fn set_two_step_pin(operation: SetTwoStepPin, limits: Limits) -> Self {
        Self(Some(Work { operation: operation.into(), limits, way: Way(None) }))
    }

    pub(crate) fn take(&mut self) -> Result<Work, TwoStepError> {
        self.0.take().ok_or_else(TwoStepError::internal)
    }
}

impl Way {
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Has to be told of each result: it goes on from there.
    pub(crate) fn done(
        &self,
        result: Result<AnyResponse, TwoStepError>,
    ) -> Result<Either<PinSet, Vec<NativeNumber>>, TwoStepError> {
        let Some(pages) = &self.0 else {
            return match result? {
                AnyResponse::SetTwoStepPin(response) => Ok(Either::A(response.into())),
                _ => Err(TwoStepError::internal()),
            };
        };
        let page = result.and_then(|response| match response {
            AnyResponse::PhoneNumberPage(page) => Ok(page),
            _ => Err(TwoStepError::internal()),
        });
        let numbers = lock(pages).read(page)?;
        Ok(Either::B(numbers.into_iter().map(NativeNumber::from).collect()))
    }
}

/// The pages of an account's numbers.
#[napi]
pub struct NativePages {
    pages: Arc<Mutex<PhoneNumberPages>>,
    limits: Limits,
}

impl NativePages {
    pub(crate) fn new(waba_id: WabaId, limits: Limits) -> Self {
        Self { pages: Arc::new(Mutex::new(PhoneNumberPages::new(waba_id))), limits }
    }
}

#[napi]
impl NativePages {
    /// The read of the next page; none after the last one, and after an error.
    #[napi(catch_unwind)]
    pub fn next(&self) -> Option<NativeOperation> {
        let operation = lock(&self.pages).next()?.into();
        Some(NativeOperation(Some(Work { operation, limits: self.limits, way: Way(Some(self.pages.clone())) })))
    }
}

fn lock(pages: &Mutex<PhoneNumberPages>) -> MutexGuard<'_, PhoneNumberPages> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}
