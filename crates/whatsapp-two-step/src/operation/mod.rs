//! What is asked of the Graph API: values in, request out; answer in, result out.

mod any;
mod phone_numbers;
mod set_two_step_pin;

pub use any::{AnyOperation, AnyResponse};
pub use phone_numbers::{PhoneNumber, PhoneNumberPage, PhoneNumberPages, PinState, ReadPhoneNumbers};
pub use set_two_step_pin::{SetTwoStepPin, SetTwoStepPinResponse};

use http::{HeaderValue, Method, Request, Response, Uri, header};

use crate::{
    body::Body,
    endpoint::Endpoint,
    error::TwoStepError,
    graph::{body_too_large, headers_too_large},
    values::Pin,
};

/// The largest body that is read of an answer to [`SetTwoStepPin`].
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

    /// Past so many bytes, after decompression, an answer's body isn't read.
    fn max_body_bytes(&self) -> usize {
        MAX_BODY_BYTES
    }

    /// Does it set a PIN, so that an answer that got lost leaves a doubt?
    #[doc(hidden)]
    fn sets_a_pin(&self) -> bool;

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
    impl Sealed for super::ReadPhoneNumbers {}
    impl Sealed for super::AnyOperation {}
}

/// A request to a path below the version, with the headers that every request has.
fn request(
    endpoint: &Endpoint,
    method: &Method,
    path: &str,
    query: &str,
    body: Body,
) -> Result<Request<Body>, TwoStepError> {
    let base = endpoint.base_url();
    let mut target = format!("{}/{}/{path}", base.path(), endpoint.api_version());
    let proof = endpoint.proof().map(|proof| ("appsecret_proof=", proof));
    for (separator, (name, value)) in
        ["?", "&"].iter().zip([Some(("", query)).filter(|_| !query.is_empty()), proof].into_iter().flatten())
    {
        target.push_str(separator);
        target.push_str(name);
        target.push_str(value);
    }
    let url =
        Uri::builder().scheme(base.scheme().clone()).authority(base.authority().clone()).path_and_query(target).build();
    let json = HeaderValue::from_static("application/json");
    url.and_then(|url| {
        let mut request = Request::builder().method(method).uri(url);
        request = request.header(header::AUTHORIZATION, endpoint.access_token().header());
        if *method == Method::POST {
            request = request.header(header::CONTENT_TYPE, json.clone());
        }
        request
            .header(header::ACCEPT, json)
            .header(header::USER_AGENT, HeaderValue::from_static(endpoint.language().user_agent()))
            .body(body)
    })
    .map_err(|_| TwoStepError::invalid_configuration("base_url", "makes no URL with the version and the ID"))
}

/// Is the answer small enough to be looked at?
fn check_size(response: &Response<Body>, max_body_bytes: usize) -> Result<(), TwoStepError> {
    let status = response.status().as_u16();
    if response.body().as_bytes().len() > max_body_bytes {
        return Err(body_too_large(Some(status), max_body_bytes));
    }
    let headers = response.headers().iter();
    let header_bytes: usize = headers.map(|(name, value)| name.as_str().len() + value.len()).sum();
    if header_bytes > MAX_HEADER_BYTES {
        return Err(headers_too_large(status));
    }
    Ok(())
}
