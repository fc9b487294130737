use http::{Request, Response};

use super::{Operation, PhoneNumberPage, ReadPhoneNumbers, SetTwoStepPin, SetTwoStepPinResponse};
use crate::{body::Body, endpoint::Endpoint, error::TwoStepError, values::Pin};

/// Any of the operations, for a binding that has one way for all of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyOperation {
    /// Sets a PIN.
    SetTwoStepPin(SetTwoStepPin),
    /// Reads a page of an account's numbers.
    ReadPhoneNumbers(ReadPhoneNumbers),
}

/// What [`AnyOperation`] gives.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyResponse {
    /// The PIN was set.
    SetTwoStepPin(SetTwoStepPinResponse),
    /// A page was read.
    PhoneNumberPage(PhoneNumberPage),
}

impl From<SetTwoStepPin> for AnyOperation {
    fn from(operation: SetTwoStepPin) -> Self {
        Self::SetTwoStepPin(operation)
    }
}

impl From<ReadPhoneNumbers> for AnyOperation {
    fn from(operation: ReadPhoneNumbers) -> Self {
        Self::ReadPhoneNumbers(operation)
    }
}

impl Operation for AnyOperation {
    type Response = AnyResponse;

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, TwoStepError> {
        match self {
            Self::SetTwoStepPin(operation) => operation.to_request(endpoint),
            Self::ReadPhoneNumbers(operation) => operation.to_request(endpoint),
        }
    }

    fn read_response(&self, endpoint: &Endpoint, response: &Response<Body>) -> Result<AnyResponse, TwoStepError> {
        match self {
            Self::SetTwoStepPin(operation) => {
                operation.read_response(endpoint, response).map(AnyResponse::SetTwoStepPin)
            }
            Self::ReadPhoneNumbers(operation) => {
                operation.read_response(endpoint, response).map(AnyResponse::PhoneNumberPage)
            }
        }
    }

    fn max_body_bytes(&self) -> usize {
        match self {
            Self::SetTwoStepPin(operation) => operation.max_body_bytes(),
            Self::ReadPhoneNumbers(operation) => operation.max_body_bytes(),
        }
    }

    fn sets_a_pin(&self) -> bool {
        matches!(self, Self::SetTwoStepPin(_))
    }

    fn after(response: AnyResponse, attempts: u32) -> AnyResponse {
        match response {
            AnyResponse::SetTwoStepPin(response) => {
                AnyResponse::SetTwoStepPin(SetTwoStepPin::after(response, attempts))
            }
            AnyResponse::PhoneNumberPage(page) => AnyResponse::PhoneNumberPage(ReadPhoneNumbers::after(page, attempts)),
        }
    }

    fn seen(response: &AnyResponse) -> (u32, Option<&str>) {
        match response {
            AnyResponse::SetTwoStepPin(response) => SetTwoStepPin::seen(response),
            AnyResponse::PhoneNumberPage(page) => ReadPhoneNumbers::seen(page),
        }
    }

    fn pin(&self) -> Option<&Pin> {
        match self {
            Self::SetTwoStepPin(operation) => Operation::pin(operation),
            Self::ReadPhoneNumbers(operation) => operation.pin(),
        }
    }
}
