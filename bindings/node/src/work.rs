//! What a call is asked to do, and what came of it.

use napi::bindgen_prelude::{Either, Unknown};
use napi_derive::napi;
use whatsapp_two_step::{AnyResponse, Limits, PhoneNumberId, SetTwoStepPin, TwoStepError, WabaId};
use whatsapp_two_step_rotation::{HostedCall, HostedEnd, HostedPages, HostedWhole};

use crate::{
    given,
    outcome::{NativeNumber, PinSet},
};

/// An operation whose values are checked, for one call. It holds a PIN perhaps, until then, and shows none.
#[napi]
pub struct NativeOperation(Option<(HostedCall, Limits)>);

impl NativeOperation {
    pub(crate) fn new(call: HostedCall, limits: Limits) -> Self {
        Self(Some((call, limits)))
    }

    pub(crate) fn set_two_step_pin(operation: SetTwoStepPin, limits: Limits) -> Self {
        Self::new(operation.into(), limits)
    }

    pub(crate) fn take(&mut self) -> Result<(HostedCall, Limits), TwoStepError> {
        self.0.take().ok_or_else(TwoStepError::internal)
    }
}

/// A rotation keeps what came of its call, and gives no numbers.
pub(crate) fn done(
    whole: &HostedWhole,
    result: Result<AnyResponse, TwoStepError>,
) -> Result<Either<PinSet, Vec<NativeNumber>>, TwoStepError> {
    Ok(match whole.done(result)? {
        HostedEnd::Pin(response) => Either::A(response.into()),
        HostedEnd::Numbers(numbers) => Either::B(numbers.into_iter().map(NativeNumber::from).collect()),
        HostedEnd::Run => Either::B(Vec::new()),
    })
}

/// Of any type, until it is looked at here.
pub(crate) fn phone_number_id(given: Unknown<'_>) -> Result<PhoneNumberId, TwoStepError> {
    let not_text = || PhoneNumberId::not_text(given::type_name(&given));
    PhoneNumberId::parse(&given::text(given).ok_or_else(not_text)?)
}

/// The pages of an account's numbers.
#[napi]
pub struct NativePages {
    pages: HostedPages,
    limits: Limits,
}

impl NativePages {
    pub(crate) fn new(waba_id: WabaId, limits: Limits) -> Self {
        Self { pages: HostedPages::new(waba_id), limits }
    }
}

#[napi]
impl NativePages {
    /// The read of the next page; none after the last one, and after an error.
    #[napi(catch_unwind)]
    pub fn next(&self) -> Option<NativeOperation> {
        Some(NativeOperation::new(self.pages.next()?, self.limits))
    }
}
