use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::SeqCst},
    },
    time::Duration,
};

use http::{Request, Response};

use crate::{
    body::Body,
    call::{Sending, TransportError},
    operation::Operation,
};

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
/// - Give back any answer, whatever its status. Stop reading a body past [`Attempt::max_body_bytes`], counted after
///   decompression, and report [`TransportError::body_too_large`].
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
    max_body_bytes: usize,
    state: Arc<AtomicU8>,
    guard: Option<Guard>,
}

/// The request may have left.
const SENDING: u8 = 0;
/// Nothing has left.
const CONNECTING: u8 = 1;
/// Nothing has left, and nothing will.
const WITHDRAWN: u8 = 2;

/// Says whether a request may leave.
#[derive(Clone)]
pub(crate) struct Guard(Arc<dyn Fn() -> bool + Send + Sync>);

impl Guard {
    pub(crate) fn new(may_send: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(may_send))
    }

    pub(crate) fn may_send(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

impl Attempt {
    /// The limits of the request that a call wants sent.
    ///
    /// ```
    /// use whatsapp_two_step::{AccessToken, Attempt, Call, Endpoint, Limits, SetTwoStepPin, Step};
    ///
    /// let endpoint = Endpoint::new(AccessToken::parse("EAAG_example")?);
    /// let operation = SetTwoStepPin::new("106540352242922".parse()?, "012345".parse()?);
    /// let Step::Send { sending, .. } = Call::begin(&endpoint, Limits::default(), operation, 0) else { unreachable!() };
    /// assert_eq!(Attempt::new(&sending).number(), 1);
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn new<O: Operation>(sending: &Sending<O>) -> Self {
        Self {
            number: sending.number(),
            time_left: sending.time_left(),
            connect_timeout: sending.connect_timeout(),
            max_body_bytes: sending.max_body_bytes(),
            state: Arc::new(AtomicU8::new(SENDING)),
            guard: None,
        }
    }

    pub(crate) fn with_guard(self, guard: Option<Guard>) -> Self {
        Self { guard, ..self }
    }

    /// May the request leave? It is asked by the client before it hands the request to the transport. A transport that takes its time to
    /// connect asks again before the first byte of the body goes, and if not, fails with [`TransportError::withheld`].
    ///
    /// ```
    /// use whatsapp_two_step::{Attempt, Body, TransportError};
    ///
    /// fn before_the_body(request: &http::Request<Body>) -> Result<(), TransportError> {
    ///     let may_send = request.extensions().get::<Attempt>().is_none_or(Attempt::may_send);
    ///     if may_send { Ok(()) } else { Err(TransportError::withheld()) }
    /// }
    /// # assert!(before_the_body(&http::Request::new(Body::default())).is_ok());
    /// ```
    #[must_use]
    pub fn may_send(&self) -> bool {
        self.guard.as_ref().is_none_or(Guard::may_send)
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

    /// Past so many bytes, after decompression, the answer's body is [`TransportError::body_too_large`].
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// For a transport that can tell: nothing has left yet. If time runs out now, the outcome is `not_sent`.
    pub fn connecting(&self) {
        self.unless_withdrawn(CONNECTING);
    }

    /// For a transport that said [`connecting`](Self::connecting): from now on, the request may have left. To be said
    /// before the first byte of the body goes.
    pub fn sending(&self) {
        self.unless_withdrawn(SENDING);
    }

    fn unless_withdrawn(&self, state: u8) -> bool {
        self.state.fetch_update(SeqCst, SeqCst, |now| (now != WITHDRAWN).then_some(state)).is_ok()
    }

    /// [`sending`](Self::sending), for a body that another thread may ask for. If not, the attempt was withdrawn: nothing may leave.
    #[cfg(feature = "reqwest")]
    pub(crate) fn begins_to_send(&self) -> bool {
        self.unless_withdrawn(SENDING)
    }

    /// Gives the attempt up, if nothing has left: then nothing will.
    pub(crate) fn withdraw(&self) -> bool {
        let connecting = self.state.compare_exchange(CONNECTING, WITHDRAWN, SeqCst, SeqCst);
        matches!(connecting, Ok(_) | Err(WITHDRAWN))
    }

    pub(crate) fn may_have_left(&self) -> bool {
        self.state.load(SeqCst) == SENDING
    }
}
