//! The host's HTTP stack, as a transport of the core.

use std::{fmt, sync::Arc, time::Duration};

use http::{Request, Response, StatusCode};
use whatsapp_two_step::{Body, BoxFuture, MAX_BODY_BYTES, Transport, TransportError};

/// Moves one request. Implemented by the host for each call, so that it can remember what was thrown.
#[uniffi::export(foreign)]
#[async_trait::async_trait]
pub trait HostTransport: Send + Sync {
    /// Sends the request and gives the answer back.
    async fn send(&self, request: HostRequest) -> Result<HostResponse, HostError>;
}

/// What to send. No `Debug`: it holds the token and the PIN.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct HostRequest {
    /// `POST`.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
    /// Past this many bytes, after decompression, an answer's body is [`Problem::BodyTooLarge`].
    pub max_body_bytes: u32,
    /// 1 for the first request of a call.
    pub attempt_number: u32,
    /// How long this attempt may take, its answer's body included.
    pub time_left: Duration,
    /// How long connecting may take: TCP and TLS.
    pub connect_timeout: Duration,
    /// The way of saying whether the request left.
    pub attempt: Arc<Attempt>,
}

/// One header.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What came back.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct HostResponse {
    /// The HTTP status. Wider than it is, so that a host's odd number arrives here and not in an exception.
    pub status: i64,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, uniffi::Error)]
pub enum HostError {
    /// The one case there is; an enum, since errors must be one.
    Failed {
        /// What went wrong.
        problem: Problem,
        /// Is it certain that no request left?
        before_sending: bool,
        /// What the host says of it.
        text: String,
    },
}

/// See [`TransportError`].
#[derive(Clone, Copy, Debug, uniffi::Enum)]
pub enum Problem {
    /// DNS, refused, TLS, reset, closed early, and all that fits nowhere else.
    Connection,
    /// The transport's own time limit.
    Timeout,
    /// The answer's body is too large.
    BodyTooLarge {
        /// Its HTTP status.
        http_status: u16,
    },
    /// What came is no HTTP.
    Malformed,
}

/// A host's exception past its adapter, which should let none through.
impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { problem: Problem::Connection, before_sending: false, text: error.reason }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Failed { text, .. } = self;
        f.write_str(text)
    }
}

impl std::error::Error for HostError {}

impl From<HostError> for TransportError {
    fn from(error: HostError) -> Self {
        let HostError::Failed { problem, before_sending, .. } = error;
        let error = match problem {
            Problem::Connection => Self::connection(error),
            Problem::Timeout => Self::timeout(error),
            Problem::BodyTooLarge { http_status } => Self::body_too_large(http_status),
            Problem::Malformed => Self::malformed(error),
        };
        if before_sending { error.before_sending() } else { error }
    }
}

/// A host's way of saying whether the request left. All else of an attempt comes with the request: in Kotlin each crossing costs
/// as much as a call does in Rust.
#[derive(Debug, uniffi::Object)]
pub struct Attempt(whatsapp_two_step::Attempt);

#[uniffi::export]
impl Attempt {
    /// For a transport that can tell: nothing has left yet.
    pub fn connecting(&self) {
        self.0.connecting();
    }

    /// From now on the request may have left.
    pub fn sending(&self) {
        self.0.sending();
    }
}

pub(crate) struct Host(pub(crate) Arc<dyn HostTransport>);

impl Transport for Host {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move { answer(self.0.send(outward(request)?).await?) })
    }
}

fn outward(request: Request<Body>) -> Result<HostRequest, TransportError> {
    let (parts, body) = request.into_parts();
    let attempt = parts.extensions.get::<whatsapp_two_step::Attempt>().cloned();
    let attempt = attempt.ok_or_else(|| TransportError::connection("a request without limits").before_sending())?;
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| Header {
        name: name.to_string(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    Ok(HostRequest {
        method: parts.method.to_string(),
        url: parts.uri.to_string(),
        headers: parts.headers.iter().map(header).collect(),
        body: body.as_bytes().to_vec(),
        max_body_bytes: u32::try_from(MAX_BODY_BYTES).unwrap_or(u32::MAX),
        attempt_number: attempt.number(),
        time_left: attempt.time_left(),
        connect_timeout: attempt.connect_timeout(),
        attempt: Arc::new(Attempt(attempt)),
    })
}

fn answer(answer: HostResponse) -> Result<Response<Body>, TransportError> {
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| TransportError::malformed(format!("{} is no HTTP status", answer.status)))?;
    let mut response = Response::builder().status(status);
    for Header { name, value } in answer.headers {
        response = response.header(name, value);
    }
    // Not the error itself: it may tell of a header's text, which a server could have made from a secret.
    response.body(Body::from(answer.body)).map_err(|_| TransportError::malformed("a header is no HTTP header"))
}
