//! What needs no client: a PIN that is drawn, and what a webhook tells.

use std::time::UNIX_EPOCH;

use pyo3::{
    prelude::*,
    types::{PyBytes, PyString},
};
use whatsapp_two_step::{AppSecret, Pin, SecurityEvent, TwoStepError};

use crate::{outcome::Failure, settings::type_name};

/// A PIN's text: Python has no type that is wiped.
#[pyfunction]
pub(crate) fn generate_pin(py: Python<'_>) -> PyResult<Bound<'_, PyString>> {
    let pin = Pin::generate().map_err(|error| Failure::from(error).raise(py))?;
    Ok(PyString::new(py, pin.expose()))
}

#[pyfunction]
pub(crate) fn is_weak_pin(pin: &Bound<'_, PyAny>) -> PyResult<bool> {
    let read = || -> Result<bool, TwoStepError> {
        let text = pin.cast::<PyString>().map_err(|_| Pin::not_text(&type_name(&pin.get_type())))?;
        Ok(Pin::parse(&text.to_string_lossy())?.is_weak())
    };
    read().map_err(|error| Failure::from(error).raise(pin.py()))
}

type Event = (Option<String>, Option<String>, String, Option<String>, Option<u64>);

/// The fields of each event.
#[pyfunction]
pub(crate) fn security_events(
    body: &Bound<'_, PyAny>,
    signature: Option<&Bound<'_, PyAny>>,
    app_secret: &Bound<'_, PyAny>,
) -> PyResult<Vec<Event>> {
    let read = || -> Result<Vec<Event>, TwoStepError> {
        let body = body.cast::<PyBytes>().map_err(|_| SecurityEvent::not_bytes(&type_name(&body.get_type())))?;
        let signature = signature.map(|signature| signature.cast::<PyString>()).transpose();
        // What is no text is no signature.
        let signature = signature.ok().flatten().map(|text| text.to_string_lossy());
        let secret = app_secret.cast::<PyString>().map_err(|_| {
            let problem = format!("must be a string, not {}", type_name(&app_secret.get_type()));
            TwoStepError::invalid_configuration("app_secret", &problem)
        })?;
        let secret = AppSecret::parse(&secret.to_string_lossy())?;
        let events = whatsapp_two_step::security_events(body.as_bytes(), signature.as_deref(), &secret)?;
        Ok(events.into_iter().map(fields).collect())
    };
    read().map_err(|error| Failure::from(error).raise(body.py()))
}

fn fields(event: SecurityEvent) -> Event {
    let time = event.time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map(|since| since.as_secs());
    (event.waba_id, event.display_phone_number, event.event.as_str().to_owned(), event.requester, time)
}
