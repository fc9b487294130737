//! What is asked of the Graph API: values in, request out; answer in, result out.

mod set_two_step_pin;

pub use set_two_step_pin::{SetTwoStepPin, SetTwoStepPinResponse};

use http::{Request, Response};

use crate::{body::Body, endpoint::Endpoint, error::TwoStepError, values::Pin};

/// The largest body that is read of an answer.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The largest headers, all names and values together, that are taken of an answer.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// One operation of the Graph API. Pure in both directions: no I/O and no clock.
///
/// A [`Call`](crate::Call) adds attempts, a deadline and retries to it. Implemented by this crate alone.
///
/// ```
/// use whatsapp_two_step::{AccessToken, Body, Endpoint, Operation, PhoneNumberId, Pin, SetTwoStepPin};
///
/// let endpoint = Endpoint::new(AccessToken::parse("EAAG_example")?);
/// let operation = SetTwoStepPin::new(PhoneNumberId::parse("106540352242922")?, Pin::parse("012345")?);
///
/// let request = operation.to_request(&endpoint)?;
/// assert_eq!(request.uri(), "https://graph.facebook.com/v24.0/106540352242922");
/// assert_eq!(request.body().as_bytes(), br#"{"pin":"012345"}"#);
///
/// let answer = http::Response::new(Body::from(r#"{"success":true}"#));
/// assert!(operation.read_response(&endpoint, &answer).is_ok());
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
pub trait Operation: sealed::Sealed {
    /// What a success gives.
    type Response;

    /// The request: method, URL, the four headers that matter, and the body. Its `Debug` shows neither token nor PIN.
    ///
    /// # Errors
    /// `invalid_configuration` if the parts make no URL.
    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, TwoStepError>;

    /// Reads an answer. Text of the server's is cleaned of this call's secrets.
    ///
    /// # Errors
    /// Every kind that a server can bring about; see [`ErrorKind`](crate::ErrorKind).
    fn read_response(&self, endpoint: &Endpoint, response: &Response<Body>) -> Result<Self::Response, TwoStepError>;

    /// The response of a call that took so many requests.
    #[doc(hidden)]
    fn after(response: Self::Response, attempts: u32) -> Self::Response;

    /// Attempts and trace ID of a response.
    #[doc(hidden)]
    fn seen(response: &Self::Response) -> (u32, Option<&str>);

    /// The PIN in the request, which nothing may repeat.
    #[doc(hidden)]
    fn pin(&self) -> Option<&Pin>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::SetTwoStepPin {}
}
