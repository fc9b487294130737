//! What a call is asked to do, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::{Either, Unknown};
use napi_derive::napi;
use whatsapp_two_step::{
    AnyOperation, AnyResponse, Client, Limits, PhoneNumberId, PhoneNumberPage, PhoneNumberPages, SetTwoStepPin,
    SetTwoStepPinResponse, TwoStepError, WabaId,
};

use crate::{
    given,
    outcome::{NativeNumber, PinSet},
};

/// An operation whose values are checked, for one call. It holds a PIN perhaps, until then, and shows none.
#[napi]
pub struct NativeOperation(Option<Work>);

pub(crate) struct Work {
    pub(crate) operation: AnyOperation,
    pub(crate) limits: Limits,
    pub(crate) way: Way,
}

/// The way on which an operation is a step, if it is one: that has to be told of the call's end.
pub(crate) enum Way {
    None,
    /// From page to page.
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

impl NativeOperation {
    pub(crate) fn set_two_step_pin(operation: SetTwoStepPin, limits: Limits) -> Self {
        Self(Some(Work { operation: operation.into(), limits, way: Way::None }))
    }

    pub(crate) fn of_rotation(operation: SetTwoStepPin, limits: Limits, run: Arc<dyn Rotates>) -> Self {
        Self(Some(Work { operation: operation.into(), limits, way: Way::Rotation(run) }))
    }

    pub(crate) fn take(&mut self) -> Result<Work, TwoStepError> {
        self.0.take().ok_or_else(TwoStepError::internal)
    }
}

impl Way {
    /// Has to be told of each result: it goes on from there. A rotation keeps what came of its call, and gives no numbers.
    pub(crate) fn done(
        &self,
        result: Result<AnyResponse, TwoStepError>,
    ) -> Result<Either<PinSet, Vec<NativeNumber>>, TwoStepError> {
        match self {
            Self::None => result.and_then(set_pin).map(|response| Either::A(response.into())),
            Self::Pages(pages) => {
                let numbers = lock(pages).read(result.and_then(page))?;
                Ok(Either::B(numbers.into_iter().map(NativeNumber::from).collect()))
            }
            Self::Rotation(run) => {
                run.called(result.and_then(set_pin));
                Ok(Either::B(Vec::new()))
            }
        }
    }

    /// To be asked right before each request: it may be too late for it.
    pub(crate) fn may_send(&self) -> bool {
        match self {
            Self::Rotation(run) => run.may_send(),
            _ => true,
        }
    }

    /// The same client, which asks so.
    pub(crate) fn guarded(&self, client: Client) -> Client {
        match self {
            Self::Rotation(run) => {
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

/// Of any type, until it is looked at here.
pub(crate) fn phone_number_id(given: Unknown<'_>) -> Result<PhoneNumberId, TwoStepError> {
    let not_text = || PhoneNumberId::not_text(given::type_name(&given));
    PhoneNumberId::parse(&given::text(given).ok_or_else(not_text)?)
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
        Some(NativeOperation(Some(Work { operation, limits: self.limits, way: Way::Pages(self.pages.clone()) })))
    }
}

fn lock(pages: &Mutex<PhoneNumberPages>) -> MutexGuard<'_, PhoneNumberPages> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}
