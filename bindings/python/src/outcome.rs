//! What a call came to, as Python sees it.

use std::error::Error as _;

use pyo3::{
    exceptions::{PyKeyboardInterrupt, PySystemExit},
    prelude::*,
    sync::PyOnceLock,
    types::{IntoPyDict, PyDict},
};
use whatsapp_two_step::{SetTwoStepPinResponse, TwoStepError};

/// Why there is no response: the core's error, or an exception of Python's own.
pub(crate) enum Failure {
    Call(TwoStepError),
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
    pub(crate) fn raise(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Call(error) => raise(py, &error, None),
            Self::Python(error) => error,
        }
    }
}

/// The Python functions that make a response and an exception: found once, and then only called.
static FACTORIES: PyOnceLock<(Py<PyAny>, Py<PyAny>, Py<PyAny>)> = PyOnceLock::new();

fn factories(py: Python<'_>) -> PyResult<&(Py<PyAny>, Py<PyAny>, Py<PyAny>)> {
    FACTORIES.get_or_try_init(py, || {
        let found = |module: &str, name: &str| py.import(module)?.getattr(name).map(Bound::unbind);
        Ok((
            found("whatsapp_two_step._response", "make_response")?,
            found("whatsapp_two_step._errors", "make_error")?,
            found("whatsapp_two_step._http", "TransportError")?,
        ))
    })
}

pub(crate) fn response<'py>(py: Python<'py>, response: &SetTwoStepPinResponse) -> PyResult<Bound<'py, PyAny>> {
    let api_version = response.api_version.map(|version| version.to_string());
    let percentage = response.usage.as_ref().map(|usage| usage.highest_percentage);
    let regain = response.usage.as_ref().and_then(|usage| usage.time_to_regain_access).map(|time| time.as_secs_f64());
    let fields = (response.trace_id.as_deref(), api_version, response.attempts, percentage, regain);
    factories(py)?.0.bind(py).call1(fields)
}

/// The exception for an error; `original` is what a transport of the host's raised.
pub(crate) fn raise(py: Python<'_>, error: &TwoStepError, original: Option<Py<PyAny>>) -> PyErr {
    let original = original.map(|original| original.into_bound(py));
    if let Some(original) = &original
        && (original.is_instance_of::<PyKeyboardInterrupt>() || original.is_instance_of::<PySystemExit>())
    {
        return PyErr::from_value(original.clone());
    }
    let made = make(py, error).and_then(|exception| {
        let exception = PyErr::from_value(exception);
        exception.set_cause(py, cause(py, error, original)?);
        Ok(exception)
    });
    made.unwrap_or_else(|error| error)
}

fn make<'py>(py: Python<'py>, error: &TwoStepError) -> PyResult<Bound<'py, PyAny>> {
    let fields: Bound<'py, PyDict> = [
        ("message", error.message().into_pyobject(py)?.into_any()),
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
        ("attempts", error.attempts().into_pyobject(py)?.into_any()),
    ]
    .into_py_dict(py)?;
    factories(py)?.1.bind(py).call1((error.kind().code(), error.to_string(), fields))
}

/// The original; where the cause is Rust's, or the original repeats a secret, its cleaned text.
fn cause(py: Python<'_>, error: &TwoStepError, original: Option<Bound<'_, PyAny>>) -> PyResult<Option<PyErr>> {
    if let Some(original) = original {
        return Ok(Some(PyErr::from_value(original)));
    }
    let mut texts = Vec::new();
    let mut next = error.source();
    while let Some(source) = next {
        texts.push(source.to_string());
        next = source.source();
    }
    if texts.is_empty() {
        return Ok(None);
    }
    Ok(Some(PyErr::from_value(factories(py)?.2.bind(py).call1((texts.join(": "),))?)))
}
