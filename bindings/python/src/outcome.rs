//! What a call wants or came to, as Python sees it.

use std::time::UNIX_EPOCH;

use http::{HeaderValue, Request};
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{IntoPyDict, PyBytes, PyDict, PyList},
};
use whatsapp_two_step::{AnyOperation, Body, PhoneNumber, Sending, SetTwoStepPinResponse, TwoStepError};

use whatsapp_two_step_rotation::{HostedEnd, Rotation, VaultState};

/// Why there is no response: the core's error, a client that is closed, or an exception of Python's own.
pub(crate) enum Failure {
    Call(TwoStepError),
    Closed,
    Python(PyErr),
}

impl From<TwoStepError> for Failure {
    fn from(error: TwoStepError) -> Self {
        Self::Call(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl Failure {
    pub(crate) fn closed() -> TwoStepError {
        TwoStepError::invalid_configuration("client", "is closed; make a new one")
    }

    pub(crate) fn raise(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Call(error) => exception(py, &error).map_or_else(|error| error, PyErr::from_value),
            Self::Closed => {
                exception_of(py, "closed", &Self::closed(), None).map_or_else(|error| error, PyErr::from_value)
            }
            Self::Python(error) => error,
        }
    }
}

/// What the Python half makes the values with: found once, and then only called.
struct Factories {
    response: Py<PyAny>,
    error: Py<PyAny>,
    request: Py<PyAny>,
    number: Py<PyAny>,
    rotation: Py<PyAny>,
    transport_error: Py<PyAny>,
}

fn factories(py: Python<'_>) -> PyResult<&Factories> {
    static FACTORIES: PyOnceLock<Factories> = PyOnceLock::new();
    FACTORIES.get_or_try_init(py, || {
        let found = |module: &str, name: &str| py.import(module)?.getattr(name).map(Bound::unbind);
        Ok(Factories {
            response: found("whatsapp_two_step._response", "make_response")?,
            error: found("whatsapp_two_step._errors", "make_error")?,
            request: found("whatsapp_two_step._http", "HttpRequest")?,
            number: found("whatsapp_two_step._phone_number", "PhoneNumber")?,
            rotation: found("whatsapp_two_step._rotated", "Rotation")?,
            transport_error: found("whatsapp_two_step._http", "TransportError")?,
        })
    })
}

/// An `HttpRequest`.
pub(crate) fn request<'py>(
    py: Python<'py>,
    request: &Request<Body>,
    sending: &Sending<AnyOperation>,
) -> PyResult<Bound<'py, PyAny>> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), text(value))).into_py_dict(py)?;
    let body = PyBytes::new(py, request.body().as_bytes());
    let (time_left, connect_timeout) = (sending.time_left().as_secs_f64(), sending.connect_timeout().as_secs_f64());
    let (method, url, max_body_bytes) =
        (request.method().as_str(), request.uri().to_string(), sending.max_body_bytes());
    let fields = (method, url, headers, body, time_left, connect_timeout, max_body_bytes);
    factories(py)?.request.bind(py).call1(fields)
}

/// A `SetTwoStepPinResponse`, or a list of `PhoneNumber`.
pub(crate) fn done<'py>(py: Python<'py>, done: &HostedEnd) -> PyResult<Bound<'py, PyAny>> {
    match done {
        HostedEnd::Pin(it) => response(py, it),
        HostedEnd::Run => Ok(py.None().into_bound(py)),
        HostedEnd::Numbers(numbers) => {
            let numbers: Vec<_> = numbers.iter().map(|it| number(py, it)).collect::<PyResult<_>>()?;
            Ok(PyList::new(py, numbers)?.into_any())
        }
    }
}

/// A `Rotation`.
pub(crate) fn rotation<'py>(py: Python<'py>, rotation: &Rotation) -> PyResult<Bound<'py, PyAny>> {
    let id = rotation.phone_number_id.as_str();
    let at = rotation.rotated_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let fields = (id, at, rotation.resumed, rotation.attempts, rotation.trace_id.as_deref());
    factories(py)?.rotation.bind(py).call1(fields)
}

fn number<'py>(py: Python<'py>, number: &PhoneNumber) -> PyResult<Bound<'py, PyAny>> {
    let fields = (
        number.id.as_str(),
        number.display_phone_number.as_deref(),
        number.verified_name.as_deref(),
        number.pin.code(),
        number.status.as_deref(),
        number.code_verification_status.as_deref(),
        number.name_status.as_deref(),
        number.platform_type.as_deref(),
    );
    factories(py)?.number.bind(py).call1(fields)
}

fn response<'py>(py: Python<'py>, response: &SetTwoStepPinResponse) -> PyResult<Bound<'py, PyAny>> {
    let api_version = response.api_version.map(|version| version.to_string());
    let percentage = response.usage.as_ref().map(|usage| usage.highest_percentage);
    let regain = response.usage.as_ref().and_then(|usage| usage.time_to_regain_access).map(|time| time.as_secs_f64());
    let fields = (response.trace_id.as_deref(), api_version, response.attempts, percentage, regain);
    factories(py)?.response.bind(py).call1(fields)
}

/// The exception for an error. Its cause is what an HTTP stack said, cleaned.
pub(crate) fn exception<'py>(py: Python<'py>, error: &TwoStepError) -> PyResult<Bound<'py, PyAny>> {
    exception_of(py, error.kind().code(), error, None)
}

/// The same with other words, and with what the vault holds now, of a rotation.
pub(crate) fn exception_with<'py>(
    py: Python<'py>,
    error: &TwoStepError,
    message: &str,
    state: VaultState,
) -> PyResult<Bound<'py, PyAny>> {
    exception_of(py, error.kind().code(), error, Some((message, state)))
}

fn exception_of<'py>(
    py: Python<'py>,
    class: &str,
    error: &TwoStepError,
    rotation: Option<(&str, VaultState)>,
) -> PyResult<Bound<'py, PyAny>> {
    let fields: Bound<'py, PyDict> = [
        ("outcome", error.outcome().code().into_pyobject(py)?.into_any()),
        ("hint", error.hint().into_pyobject(py)?.into_any()),
        ("http_status", error.http_status().into_pyobject(py)?),
        ("graph_code", error.graph_code().into_pyobject(py)?),
        ("graph_subcode", error.graph_subcode().into_pyobject(py)?),
        ("graph_type", error.graph_type().into_pyobject(py)?),
        ("details", error.details().into_pyobject(py)?),
        ("user_title", error.user_title().into_pyobject(py)?),
        ("user_message", error.user_message().into_pyobject(py)?),
        ("trace_id", error.trace_id().into_pyobject(py)?),
        ("retry_after", error.retry_after().map(|wait| wait.as_secs_f64()).into_pyobject(py)?),
        ("is_retryable", error.is_retryable().into_pyobject(py)?.to_owned().into_any()),
        ("reason", error.reason().map(whatsapp_two_step::Reason::code).into_pyobject(py)?),
        ("attempts", error.attempts().into_pyobject(py)?.into_any()),
        ("vault_state", rotation.map(|(_, state)| state.code()).into_pyobject(py)?),
    ]
    .into_py_dict(py)?;
    let exception = factories(py)?.error.bind(py).call1((
        class,
        rotation.map_or(error.message(), |(message, _)| message),
        fields,
    ))?;
    let cause = error.causes().collect::<Vec<_>>().join(": ");
    if !cause.is_empty() {
        exception.setattr("__cause__", factories(py)?.transport_error.bind(py).call1((cause,))?)?;
    }
    Ok(exception)
}
