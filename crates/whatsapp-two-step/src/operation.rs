use http::{HeaderValue, Method, Request, Response, Uri, header};
use serde::Serialize;

use crate::{
    ApiVersion, Body, Endpoint, ErrorKind, Outcome, PhoneNumberId, Pin, TwoStepError, Usage,
    error::{Later, ServerSaid, is_listed, meaning},
    graph::{self, Answer, GraphError},
    redact::Redactor,
};

/// The largest body that is read of an answer.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The largest headers, all names and values together, that are taken of an answer.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// `POST /{version}/{phone_number_id}` with `{"pin":"012345"}`: sets a number's two-step verification PIN.
///
/// Pure in both directions, no I/O and no clock: with an HTTP stack of your own, this is all that you need.
/// Source: Meta's page on [two-step verification](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/two-step-verification).
///
/// ```
/// use whatsapp_two_step::{AccessToken, Body, Endpoint, PhoneNumberId, Pin, SetTwoStepPin};
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
/// # use whatsapp_two_step::{AccessToken, Body, Endpoint, PhoneNumberId, Pin, SetTwoStepPin};
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

    /// The request: method, URL, the four headers that matter, and the body. Its `Debug` shows neither token nor PIN.
    ///
    /// # Errors
    /// `invalid_configuration` if the parts make no URL.
    pub fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, TwoStepError> {
        let base = endpoint.base_url();
        let mut target = format!("{}/{}/{}", base.path(), endpoint.api_version(), self.phone_number_id);
        if let Some(proof) = endpoint.proof() {
            target.push_str("?appsecret_proof=");
            target.push_str(proof);
        }
        let url = Uri::builder()
            .scheme(base.scheme().clone())
            .authority(base.authority().clone())
            .path_and_query(target)
            .build();
        let json = HeaderValue::from_static("application/json");
        url.and_then(|url| {
            Request::builder()
                .method(Method::POST)
                .uri(url)
                .header(header::AUTHORIZATION, endpoint.access_token().header())
                .header(header::CONTENT_TYPE, json.clone())
                .header(header::ACCEPT, json)
                .header(header::USER_AGENT, HeaderValue::from_static(endpoint.language().user_agent()))
                .body(self.body())
        })
        .map_err(|_| crate::values::invalid_setting("base_url", "makes no URL with the version and the ID"))
    }

    /// Written by hand, byte by byte: a serialiser would leave a copy of the PIN in a buffer that it outgrew.
    fn body(&self) -> Body {
        let mut json = Vec::with_capacity(16);
        json.extend_from_slice(b"{\"pin\":\"");
        json.extend_from_slice(self.pin.expose());
        json.extend_from_slice(b"\"}");
        json.into()
    }

    /// Reads the answer: success only on a 2xx whose JSON object has `"success": true`.
    ///
    /// # Errors
    /// Every kind that a server can bring about; see [`ErrorKind`]. Text of the server's is cleaned of this call's secrets.
    pub fn read_response(
        &self,
        endpoint: &Endpoint,
        response: &Response<Body>,
    ) -> Result<SetTwoStepPinResponse, TwoStepError> {
        let redactor = self.redactor(endpoint);
        let (status, headers) = (response.status(), response.headers());
        if response.body().as_bytes().len() > MAX_BODY_BYTES {
            return Err(body_too_large(Some(status.as_u16())));
        }
        let header_bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if header_bytes > MAX_HEADER_BYTES {
            return Err(unexpected(Some(status.as_u16()), "Unexpected answer: its headers are larger than 64 KiB."));
        }
        match graph::read_body(response.body().as_bytes()) {
            Answer::Error(error) => Err(graph_error(response, error, &redactor)),
            Answer::Success(true) if status.is_success() => Ok(SetTwoStepPinResponse {
                trace_id: graph::request_id(headers, &redactor),
                api_version: graph::api_version(headers),
                attempts: 1,
                usage: graph::usage(headers, &redactor),
            }),
            Answer::Success(false) if status.is_success() => Err(not_applied(response, &redactor)),
            Answer::Success(_) => Err(no_graph_error(response, "it has no \"error\"", &redactor)),
            Answer::Other(problem) => Err(no_graph_error(response, problem, &redactor)),
        }
    }

    pub(crate) fn redactor<'a>(&'a self, endpoint: &'a Endpoint) -> Redactor<'a> {
        Redactor::new(endpoint, &self.pin)
    }
}

pub(crate) fn body_too_large(status: Option<u16>) -> TwoStepError {
    unexpected(status, "Unexpected answer: its body is larger than 64 KiB.")
}

pub(crate) fn unexpected(status: Option<u16>, message: &'static str) -> TwoStepError {
    let meaning = meaning(0, &GraphError::default());
    let server = ServerSaid { http_status: status, ..ServerSaid::default() };
    TwoStepError::answered(meaning, message, server)
}

/// What the headers say of an error.
fn server_said(response: &Response<Body>, redactor: &Redactor<'_>) -> ServerSaid {
    ServerSaid {
        http_status: Some(response.status().as_u16()),
        trace_id: graph::request_id(response.headers(), redactor),
        retry_after: graph::retry_after(response.headers(), redactor),
        ..ServerSaid::default()
    }
}

fn not_applied(response: &Response<Body>, redactor: &Redactor<'_>) -> TwoStepError {
    let meaning = crate::error::Meaning {
        kind: ErrorKind::NotApplied,
        outcome: Outcome::Rejected,
        later: Later::Hopeless,
        hint: "Read the number's state in WhatsApp Manager before you try again; the server gave no reason.",
    };
    let message = "The server answered \"success\": false: the PIN was not set.";
    TwoStepError::answered(meaning, message, server_said(response, redactor))
}

/// An answer without a Graph error in it: only the status tells.
fn no_graph_error(response: &Response<Body>, problem: &str, redactor: &Redactor<'_>) -> TwoStepError {
    let status = response.status();
    let mut server = server_said(response, redactor);
    let meaning = meaning(status.as_u16(), &GraphError::default());
    if meaning.kind == ErrorKind::RateLimited {
        server.retry_after = server.retry_after.or_else(|| regain_access(response, redactor));
    }
    let message = if status.is_redirection() {
        "Unexpected answer: a redirect, which is never followed with a token.".to_owned()
    } else {
        format!("{}: HTTP {}, and {problem}.", sentence(meaning.kind), status.as_u16())
    };
    TwoStepError::answered(meaning, message, server)
}

fn graph_error(response: &Response<Body>, error: GraphError, redactor: &Redactor<'_>) -> TwoStepError {
    let meaning = meaning(response.status().as_u16(), &error);
    let clean = |text: Option<String>| text.map(|text| redactor.clean(&text, 300)).filter(|text| !text.is_empty());
    // A code of Meta's that happens to equal the PIN is no echo of it.
    let not_echoed = |number: &u32| is_listed(*number) || !redactor.is_echo((*number).into());
    let mut server = server_said(response, redactor);
    if meaning.kind == ErrorKind::RateLimited {
        server.retry_after = server.retry_after.or_else(|| regain_access(response, redactor));
    }
    server.trace_id = error.trace_id.and_then(|id| redactor.clean_id(&id)).or(server.trace_id);
    server.graph_code = error.code.filter(not_echoed);
    server.graph_subcode = error.subcode.filter(not_echoed);
    server.graph_type = clean(error.error_type);
    server.details = clean(error.details);
    server.user_title = clean(error.user_title);
    server.user_message = clean(error.user_message);
    let message = match clean(error.message) {
        Some(text) => format!("{}: {}.", sentence(meaning.kind), text.trim_end_matches('.')),
        None => format!("{}: the server gave no reason.", sentence(meaning.kind)),
    };
    TwoStepError::answered(meaning, message, server)
}

fn regain_access(response: &Response<Body>, redactor: &Redactor<'_>) -> Option<std::time::Duration> {
    graph::usage(response.headers(), redactor)?.time_to_regain_access
}

/// How a message begins.
fn sentence(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Authentication => "The server refused the access token",
        ErrorKind::PermissionDenied => "The access token lacks a permission",
        ErrorKind::NotFound => "The server has no such phone number for this token",
        ErrorKind::PinRejected => "The server refused the PIN",
        ErrorKind::NumberNotReady => "The phone number is not ready",
        ErrorKind::AccountRestricted => "The business account is restricted",
        ErrorKind::RateLimited => "Too many calls",
        ErrorKind::ServiceUnavailable => "The server failed",
        ErrorKind::InvalidRequest => "The server refused the request",
        _ => "Unexpected answer",
    }
}
