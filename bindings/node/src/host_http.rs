//! Requests and answers of a transport in JavaScript, and what it throws, as they cross.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use napi::bindgen_prelude::{Either, Uint8Array};
use napi_derive::napi;
use whatsapp_two_step::{AnyOperation, Body, Reason, Sending, TransportError, Unprocessed, http};

use crate::secret::Secret;

/// A request for the JavaScript transport.
#[napi(object, object_from_js = false)]
pub struct HostRequest {
    pub method: String,
    pub url: Secret,
    pub headers: HashMap<String, Secret>,
    /// Absent where the request has none: no `fetch` sends a GET with one.
    pub body: Option<Secret>,
    pub attempt: u32,
    pub timeout_ms: f64,
    pub connect_timeout_ms: f64,
    /// Past so many bytes the answer's body is too large.
    pub max_body_bytes: u32,
}

/// What a JavaScript transport threw.
#[napi(object, object_to_js = false)]
#[allow(clippy::struct_excessive_bools)] // each is a thing that JavaScript says or doesn't
pub struct Exception {
    /// Its text and those of its causes.
    pub texts: Vec<String>,
    pub timed_out: bool,
    pub before_sending: bool,
    pub unprocessed: Option<String>,
    pub reason: Option<String>,
    /// It won't pass by itself.
    pub lasting: bool,
    pub program_fault: bool,
}

pub(crate) fn outgoing(request: &http::Request<Body>, sending: &Sending<AnyOperation>) -> HostRequest {
    let text = |bytes: &[u8]| Secret::from(String::from_utf8_lossy(bytes).into_owned());
    let headers = request.headers().iter();
    HostRequest {
        method: request.method().to_string(),
        url: request.uri().to_string().into(),
        headers: headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body: Some(request.body().as_bytes()).filter(|body| !body.is_empty()).map(text),
        attempt: sending.number(),
        timeout_ms: in_millis(sending.time_left()),
        connect_timeout_ms: in_millis(sending.connect_timeout()),
        max_body_bytes: u32::try_from(sending.max_body_bytes()).unwrap_or(u32::MAX),
    }
}

pub(crate) fn answer(
    status: f64,
    headers: &[String],
    body: Either<String, Uint8Array>,
) -> Result<http::Response<Body>, TransportError> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // what is out of range stays so
    let code = http::StatusCode::from_u16(status as u16).ok().filter(|_| status.fract() == 0.0);
    let mut response = http::Response::builder().status(code.ok_or_else(|| unusable("status"))?);
    for pair in headers.chunks_exact(2) {
        response = response.header(&pair[0], &pair[1]);
    }
    let body = match body {
        Either::A(text) => text.into_bytes(),
        Either::B(bytes) => bytes.to_vec(),
    };
    response.body(Body::from(body)).map_err(|_| unusable("headers"))
}

pub(crate) fn unusable(part: &str) -> TransportError {
    TransportError::unusable_answer(match part {
        "headers" => {
            "headers as a Headers object, as pairs or as a plain object, with names and values that HTTP allows"
        }
        "body" => "a body that is a string, a Uint8Array, an ArrayBuffer or a stream of bytes",
        _ => "an object such as { status: 200, headers, body }, with a status from 100 to 999",
    })
}

pub(crate) fn millis(time: f64) -> Duration {
    Duration::try_from_secs_f64(time / 1000.0).unwrap_or_default()
}

pub(crate) fn in_millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// None before 1970.
pub(crate) fn since_1970(time: SystemTime) -> Option<f64> {
    time.duration_since(UNIX_EPOCH).ok().map(in_millis)
}

impl From<Exception> for TransportError {
    fn from(exception: Exception) -> Self {
        let Exception { texts, timed_out, before_sending, unprocessed, reason, lasting, program_fault } = exception;
        let cause = Self::causes(texts);
        let error = match (timed_out, program_fault) {
            (true, _) => Self::timeout(cause),
            (false, true) => Self::program_fault(cause),
            (false, false) => Self::connection(cause),
        };
        let error = if before_sending { error.before_sending() } else { error };
        let error = if lasting { error.lasting() } else { error };
        let reason = reason.and_then(|code| Reason::ALL.iter().find(|reason| reason.code() == code));
        let error = if let Some(reason) = reason { error.because(*reason) } else { error };
        match unprocessed.as_deref() {
            Some("connectionEnded") => error.unprocessed(Unprocessed::ConnectionEnded),
            Some("streamRefused") => error.unprocessed(Unprocessed::StreamRefused),
            _ => error,
        }
    }
}
