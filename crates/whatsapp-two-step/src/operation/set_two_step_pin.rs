use http::{Method, Request, Response};
use serde::Serialize;

use super::{Operation, check_size, request};
use crate::{
    body::Body,
    endpoint::Endpoint,
    error::TwoStepError,
    graph::{self, Answer},
    redact::Redactor,
    usage::Usage,
    values::{ApiVersion, PhoneNumberId, Pin},
};

/// `POST /{version}/{phone_number_id}` with `{"pin":"012345"}`: sets a number's two-step verification PIN.
///
/// Source: Meta's page on [two-step verification](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/two-step-verification).
///
/// ```
/// use whatsapp_two_step::{PhoneNumberId, Pin, SetTwoStepPin};
///
/// let operation = SetTwoStepPin::new(PhoneNumberId::parse("106540352242922")?, Pin::parse("012345")?);
/// assert!(!format!("{operation:?}").contains("012345"));
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SetTwoStepPin {
    phone_number_id: PhoneNumberId,
    pin: Pin,
}

/// The server set the PIN.
///
/// Serialised, its fields go by their names, `null` where the server didn't say.
///
/// ```
/// # use whatsapp_two_step::{AccessToken, Body, Endpoint, Operation, PhoneNumberId, Pin, SetTwoStepPin};
/// # let endpoint = Endpoint::new(AccessToken::parse("EAAG_example")?);
/// # let operation = SetTwoStepPin::new(PhoneNumberId::parse("1")?, Pin::parse("012345")?);
/// let answer = http::Response::builder()
///     .header("x-fb-request-id", "AsINUN3wXWCUKt1M4Uyn7Pc")
///     .header("facebook-api-version", "v25.0")
///     .body(Body::from(r#"{"success":true}"#))
///     .expect("a valid response");
/// let response = operation.read_response(&endpoint, &answer)?;
/// assert_eq!(response.trace_id.as_deref(), Some("AsINUN3wXWCUKt1M4Uyn7Pc"));
/// assert_eq!(response.api_version, Some("v25.0".parse()?));
/// assert_eq!(response.attempts, 1);
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SetTwoStepPinResponse {
    /// The ID that Meta's support asks for (`x-fb-request-id`).
    pub trace_id: Option<String>,
    /// The version that served the call (`facebook-api-version`). It can be above the one asked for.
    pub api_version: Option<ApiVersion>,
    /// How many requests it took.
    pub attempts: u32,
    /// How much of the call budget is used.
    pub usage: Option<Usage>,
}

impl SetTwoStepPin {
    /// The operation for one number and one PIN.
    #[must_use]
    pub fn new(phone_number_id: PhoneNumberId, pin: Pin) -> Self {
        Self { phone_number_id, pin }
    }

    /// The same, from text: knows when the two were swapped.
    ///
    /// ```
    /// use whatsapp_two_step::SetTwoStepPin;
    ///
    /// let error = SetTwoStepPin::parse("012345", "106540352242922").unwrap_err();
    /// assert_eq!(error.message(), "Invalid PIN: 15 characters, 6 needed. Are PIN and phone number ID swapped?");
    /// ```
    ///
    /// # Errors
    /// `invalid_phone_number_id` or `invalid_pin`.
    pub fn parse(phone_number_id: &str, pin: &str) -> Result<Self, TwoStepError> {
        let id = PhoneNumberId::parse(phone_number_id);
        let pin = Pin::parse(pin).map_err(|error| {
            let are_swapped = Pin::parse(phone_number_id).is_ok() && PhoneNumberId::parse(pin).is_ok();
            if are_swapped { error.and("Are PIN and phone number ID swapped?") } else { error }
        });
        Ok(Self::new(id?, pin?))
    }

    /// The number whose PIN it sets.
    #[must_use]
    pub fn phone_number_id(&self) -> &PhoneNumberId {
        &self.phone_number_id
    }

    /// The PIN that it sets.
    #[must_use]
    pub fn pin(&self) -> &Pin {
        &self.pin
    }

    /// Written by hand, byte by byte: a serialiser would leave a copy of the PIN in a buffer that it outgrew.
    fn body(&self) -> Body {
        let mut json = Vec::with_capacity(16);
        json.extend_from_slice(b"{\"pin\":\"");
        json.extend_from_slice(self.pin.digits());
        json.extend_from_slice(b"\"}");
        json.into()
    }
}

impl Operation for SetTwoStepPin {
    type Response = SetTwoStepPinResponse;

    fn sets_a_pin(&self) -> bool {
        true
    }

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, TwoStepError> {
        request(endpoint, &Method::POST, self.phone_number_id.as_str(), "", self.body())
    }

    /// Success only on a 2xx whose JSON object has `"success": true`.
    fn read_response(
        &self,
        endpoint: &Endpoint,
        response: &Response<Body>,
    ) -> Result<SetTwoStepPinResponse, TwoStepError> {
        let redactor = Redactor::new(endpoint, Some(&self.pin));
        let (status, headers) = (response.status(), response.headers());
        check_size(response, self.max_body_bytes())?;
        match graph::read_body(response.body().as_bytes()) {
            Answer::Error(error) => Err(graph::graph_error(response, error, &redactor)),
            Answer::Success(true) if status.is_success() => Ok(SetTwoStepPinResponse {
                trace_id: graph::request_id(headers, &redactor),
                api_version: graph::api_version(headers),
                attempts: 1,
                usage: graph::usage(headers, &redactor),
            }),
            Answer::Success(false) if status.is_success() => Err(graph::not_applied(response, &redactor)),
            Answer::Success(_) => Err(graph::no_graph_error(response, "it has no \"error\"", &redactor)),
            Answer::Other(problem) => Err(graph::no_graph_error(response, problem, &redactor)),
        }
    }

    fn after(response: SetTwoStepPinResponse, attempts: u32) -> SetTwoStepPinResponse {
        SetTwoStepPinResponse { attempts, ..response }
    }

    fn seen(response: &SetTwoStepPinResponse) -> (u32, Option<&str>) {
        (response.attempts, response.trace_id.as_deref())
    }

    fn pin(&self) -> Option<&Pin> {
        Some(&self.pin)
    }
}
