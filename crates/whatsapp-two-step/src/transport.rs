use std::{
    error::Error as StdError,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::{Request, Response};

use crate::Body;

/// A boxed future, so that traits with async methods can be used as objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Moves one request to the server and its answer back: any HTTP stack, or a stand-in for one in a test.
///
/// A function from request to future is a transport, so a test needs no server:
///
/// ```
/// use std::sync::Arc;
/// use whatsapp_two_step::{AccessToken, Body, Client, TransportError};
///
/// let client = Client::builder(AccessToken::parse("EAAG_example")?)
///     .transport(Arc::new(|request: http::Request<Body>| async move {
///         assert_eq!(request.uri().path(), "/v24.0/106540352242922");
///         Ok::<_, TransportError>(http::Response::new(Body::from(r#"{"success":true}"#)))
///     }))
///     .build()?;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let response = client.set_two_step_pin(&"106540352242922".parse()?, &"012345".parse()?).await?;
/// assert_eq!(response.attempts, 1);
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// # })?;
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
///
/// # Contract for implementers
///
/// - Send the request as it is, once. No redirects, no retries: a request that is repeated unseen makes the outcome a lie.
/// - Log nothing, and put neither the request nor the answer into an error: they hold the token and the PIN.
/// - Give back any answer, whatever its status. Stop reading a body past [`MAX_BODY_BYTES`](crate::MAX_BODY_BYTES),
///   counted after decompression, and report [`TransportError::body_too_large`].
/// - Give up by the time that [`Attempt::time_left`] allows; the client drops the future then, and dropping it must close
///   the request.
/// - Say [`TransportError::before_sending`] when it is certain that no request left. Otherwise it counts as sent.
pub trait Transport: Send + Sync {
    /// Sends the request and gives the answer back.
    ///
    /// # Errors
    /// [`TransportError`], if there is no whole answer.
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>>;
}

impl<F, Answer> Transport for F
where
    F: Fn(Request<Body>) -> Answer + Send + Sync,
    Answer: Future<Output = Result<Response<Body>, TransportError>> + Send + 'static,
{
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(self(request))
    }
}

/// One attempt's limits, which the client puts into the request's extensions, and its way of hearing whether the request left.
///
/// ```
/// use whatsapp_two_step::{Attempt, Body};
///
/// fn limits(request: &http::Request<Body>) -> Option<std::time::Duration> {
///     request.extensions().get::<Attempt>().map(Attempt::time_left)
/// }
/// # assert_eq!(limits(&http::Request::new(Body::default())), None);
/// ```
#[derive(Clone, Debug)]
pub struct Attempt {
    number: u32,
    time_left: Duration,
    connect_timeout: Duration,
    may_have_left: Arc<AtomicBool>,
}

impl Attempt {
    pub(crate) fn new(number: u32, time_left: Duration, connect_timeout: Duration) -> Self {
        Self {
            number,
            time_left,
            connect_timeout: connect_timeout.min(time_left),
            may_have_left: Arc::new(AtomicBool::new(true)),
        }
    }

    /// 1 for the first request of a call.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// How long this attempt may take, its answer's body included.
    #[must_use]
    pub fn time_left(&self) -> Duration {
        self.time_left
    }

    /// How long connecting may take: TCP and TLS.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// For a transport that can tell: nothing has left yet. If time runs out now, the outcome is `not_sent`.
    pub fn connecting(&self) {
        self.may_have_left.store(false, Ordering::Release);
    }

    /// For a transport that said [`connecting`](Self::connecting): from now on, the request may have left. To be said
    /// before the first byte of the body goes.
    pub fn sending(&self) {
        self.may_have_left.store(true, Ordering::Release);
    }

    pub(crate) fn may_have_left(&self) -> bool {
        self.may_have_left.load(Ordering::Acquire)
    }
}

/// Why a transport has no answer to give.
///
/// ```
/// use whatsapp_two_step::TransportError;
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::connection(refused).before_sending();
/// assert_eq!(format!("{error:?}"), "TransportError { failure: Connection, before_sending: true, .. }");
/// ```
pub struct TransportError {
    pub(crate) failure: Failure,
    pub(crate) before_sending: bool,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Connection,
    Timeout,
    BodyTooLarge { http_status: u16 },
    Malformed,
}

impl TransportError {
    /// DNS, refused, TLS, reset, closed early, and everything that fits nowhere else: `connection_failed`.
    pub fn connection(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::Connection, Some(source.into()))
    }

    /// The transport's own time limit struck: `timed_out`.
    pub fn timeout(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::Timeout, Some(source.into()))
    }

    /// The answer's body passed [`MAX_BODY_BYTES`](crate::MAX_BODY_BYTES): `unexpected_response`.
    #[must_use]
    pub fn body_too_large(http_status: u16) -> Self {
        Self::new(Failure::BodyTooLarge { http_status }, None)
    }

    /// What came is no HTTP: `unexpected_response`.
    pub fn malformed(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::Malformed, Some(source.into()))
    }

    /// It is certain that no request left, so the outcome is `not_sent`.
    #[must_use]
    pub fn before_sending(mut self) -> Self {
        self.before_sending = true;
        self
    }

    fn new(failure: Failure, source: Option<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { failure, before_sending: false, source }
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the source: an HTTP stack's error may hold the request.
        f.debug_struct("TransportError")
            .field("failure", &self.failure)
            .field("before_sending", &self.before_sending)
            .finish_non_exhaustive()
    }
}
