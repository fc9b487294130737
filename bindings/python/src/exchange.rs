//! One request through a transport of the host's: what Python sees of it, and how it answers.

use std::{
    error::Error as StdError,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use pyo3::{prelude::*, sync::PyOnceLock, types::PyBytes};
use tokio::sync::oneshot;
use whatsapp_two_step::{Attempt, Body, MAX_BODY_BYTES, TransportError};

use crate::host_transport::Call;

type Answer = Result<Response<Body>, TransportError>;

/// A request that waits for its answer.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct Exchange {
    transport: Arc<Py<PyAny>>,
    request: Request<Body>,
    answer: Mutex<Option<oneshot::Sender<Answer>>>,
    call: Arc<Call>,
}

impl Exchange {
    pub(crate) fn new(
        transport: Arc<Py<PyAny>>,
        request: Request<Body>,
        answer: oneshot::Sender<Answer>,
        call: Arc<Call>,
    ) -> Self {
        Self { transport, request, answer: Mutex::new(Some(answer)), call }
    }

    /// For a blocking call: hands it to a thread, which may outlast the call's time.
    pub(crate) fn dispatch(self, py: Python<'_>) -> PyResult<()> {
        static DISPATCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        DISPATCH.import(py, "whatsapp_two_step._exchange", "dispatch")?.call1((self,))?;
        Ok(())
    }

    fn finish(&self, answer: Answer) {
        let sender = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            // Nobody listens once the call is over.
            let _ = sender.send(answer);
        }
    }
}

#[pymethods]
impl Exchange {
    /// The host's function.
    #[getter]
    fn transport(&self, py: Python<'_>) -> Py<PyAny> {
        self.transport.clone_ref(py)
    }

    /// Method, URL, headers, body, seconds left, seconds for connecting.
    #[allow(clippy::type_complexity)]
    fn request<'py>(
        &self,
        py: Python<'py>,
    ) -> (&str, String, Vec<(&str, String)>, Bound<'py, PyBytes>, Option<f64>, Option<f64>) {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let attempt = self.request.extensions().get::<Attempt>();
        (
            self.request.method().as_str(),
            self.request.uri().to_string(),
            self.request.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect(),
            PyBytes::new(py, self.request.body().as_bytes()),
            attempt.map(|attempt| attempt.time_left().as_secs_f64()),
            attempt.map(|attempt| attempt.connect_timeout().as_secs_f64()),
        )
    }

    /// An answer, checked as a server's is.
    fn answer(&self, status: i64, headers: Vec<(Vec<u8>, Vec<u8>)>, body: &Bound<'_, PyBytes>) {
        self.call.keep(None, &[]);
        self.finish(response(status, &headers, body.as_bytes()));
    }

    /// An exception, what it and its causes say, and what it means.
    fn fail(&self, exception: Py<PyAny>, texts: Vec<String>, timed_out: bool, before_sending: bool) {
        self.call.keep(Some(exception), &texts);
        let source = HostError::chain(texts);
        let error = if timed_out { TransportError::timeout(source) } else { TransportError::connection(source) };
        self.finish(Err(if before_sending { error.before_sending() } else { error }));
    }
}

fn response(status: i64, headers: &[(Vec<u8>, Vec<u8>)], body: &[u8]) -> Answer {
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| TransportError::malformed("the transport's status is none of 100 to 999"))?;
    if body.len() > MAX_BODY_BYTES {
        return Err(TransportError::body_too_large(status.as_u16()));
    }
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let (Ok(name), Ok(mut value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) else {
            return Err(TransportError::malformed("a header of the transport's has a character that none may have"));
        };
        value.set_sensitive(true);
        if map.try_append(name, value).is_err() {
            return Err(TransportError::malformed("the transport's answer has too many headers"));
        }
    }
    let mut response = Response::new(Body::from(body.to_vec()));
    *response.status_mut() = status;
    *response.headers_mut() = map;
    Ok(response)
}

/// A host's exception as text, which the core cleans of secrets.
struct HostError {
    text: String,
    source: Option<Box<HostError>>,
}

impl HostError {
    fn chain(texts: Vec<String>) -> Self {
        let mut chain: Option<Box<Self>> = None;
        for text in texts.into_iter().rev() {
            chain = Some(Box::new(Self { text, source: chain }));
        }
        chain.map_or_else(|| Self { text: String::new(), source: None }, |error| *error)
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostError")
    }
}

impl StdError for HostError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &dyn StdError)
    }
}
