//! Keyword arguments into the core's settings. What a value may be, the core says; here is only of what type it must be.

use std::{path::PathBuf, sync::Arc, time::Duration};

use http::{Request, Response};
use pyo3::{
    prelude::*,
    types::{PyBool, PyBytes, PyDelta, PyDeltaAccess, PyDict, PyFloat, PyInt, PyString, PyType},
};
use whatsapp_two_step::{
    AccessToken, BaseUrl, Body, Client, ClientBuilder, Language, Limits, TransportError, TwoStepError,
};

use crate::outcome::{self, Failure};

/// Settings by name; those that are `None` stay at the core's defaults.
pub(crate) fn read(
    access_token: &Bound<'_, PyAny>,
    settings: &Bound<'_, PyDict>,
    has_transport: bool,
) -> Result<ClientBuilder, Failure> {
    with(Client::builder(token(access_token)?), settings, has_transport)
}

/// The same, over what the environment says.
pub(crate) fn read_over_env(settings: &Bound<'_, PyDict>, has_transport: bool) -> Result<ClientBuilder, Failure> {
    const BASE_URL: &str = "WHATSAPP_BASE_URL";
    let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    // Not the base URL: whether it may be plain HTTP, a setting says.
    let builder = ClientBuilder::from_variables(|name| variable(name).filter(|_| name != BASE_URL))?;
    let builder = match variable(BASE_URL) {
        Some(url) => builder.base_url(base_url(&url, settings)?),
        None => builder,
    };
    with(builder, settings, has_transport)
}

pub(crate) fn token(value: &Bound<'_, PyAny>) -> Result<AccessToken, Failure> {
    Ok(AccessToken::parse(&text("access_token", value)?)?)
}

/// A client's limits, but for those that one call has of its own.
pub(crate) fn limits(
    of_client: Limits,
    timeout: Option<&Bound<'_, PyAny>>,
    max_retries: Option<&Bound<'_, PyAny>>,
) -> Result<Limits, Failure> {
    Ok(Limits {
        timeout: timeout.map_or(Ok(of_client.timeout), |value| seconds("timeout", value))?,
        max_retries: max_retries.map_or(Ok(of_client.max_retries), |value| count("max_retries", value))?,
        ..of_client
    })
}

fn with(
    mut builder: ClientBuilder,
    settings: &Bound<'_, PyDict>,
    has_transport: bool,
) -> Result<ClientBuilder, Failure> {
    for (name, value) in settings {
        if value.is_none() {
            continue;
        }
        let name = name.extract::<String>()?;
        builder = match name.as_str() {
            "base_url" => builder.base_url(base_url(&text(&name, &value)?, settings)?),
            "allow_http" => allows_http(settings).map(|_| builder)?, // said with the base URL
            "api_version" => builder.api_version(text(&name, &value)?.parse()?),
            "app_secret" => builder.app_secret(text(&name, &value)?.parse()?),
            "timeout" => builder.timeout(seconds(&name, &value)?),
            "connect_timeout" => builder.connect_timeout(seconds(&name, &value)?),
            "max_retries" => builder.max_retries(count(&name, &value)?),
            "max_in_flight" => builder.max_in_flight(count(&name, &value)?),
            "proxy" => builder.proxy(&text(&name, &value)?),
            "root_certificates" => root_certificates(builder, &name, &value)?,
            _ => return Err(TwoStepError::invalid_configuration(&name, "is no setting").into()),
        };
    }
    if has_transport {
        builder = builder.transport(Arc::new(pythons_own));
    }
    Ok(builder.language(Language::Python))
}

/// Stands in for a transport of the user's, which Python drives itself.
async fn pythons_own(_: Request<Body>) -> Result<Response<Body>, TransportError> {
    Err(TransportError::program_fault("it is driven by Python"))
}

fn base_url(text: &str, settings: &Bound<'_, PyDict>) -> Result<BaseUrl, Failure> {
    Ok(if allows_http(settings)? { BaseUrl::parse_allowing_http(text) } else { BaseUrl::parse(text) }?)
}

fn allows_http(settings: &Bound<'_, PyDict>) -> Result<bool, Failure> {
    let Some(value) = settings.get_item("allow_http")?.filter(|value| !value.is_none()) else { return Ok(false) };
    Ok(value.cast::<PyBool>().map_err(|_| wrong_type("allow_http", "True or False", &value))?.is_true())
}

/// A string that is wiped when it goes.
type Text = zeroize::Zeroizing<String>;

fn text(name: &str, value: &Bound<'_, PyAny>) -> Result<Text, Failure> {
    let value = value.cast::<PyString>().map_err(|_| wrong_type(name, "a string", value))?;
    Ok(Text::new(value.to_string_lossy().into_owned()))
}

pub(crate) fn seconds(name: &str, value: &Bound<'_, PyAny>) -> Result<Duration, Failure> {
    let seconds = if let Ok(delta) = value.cast::<PyDelta>() {
        f64::from(delta.get_days()) * 86_400.0
            + f64::from(delta.get_seconds())
            + f64::from(delta.get_microseconds()) / 1e6
    } else if (value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>())
        && !value.is_instance_of::<PyBool>()
    {
        value.extract().unwrap_or(f64::INFINITY) // an int beyond any float
    } else {
        return Err(wrong_type(name, "a number of seconds or a timedelta", value));
    };
    // What is no duration at all becomes one that the core refuses.
    let beyond = if seconds > 0.0 { Duration::MAX } else { Duration::ZERO };
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(beyond))
}

pub(crate) fn count(name: &str, value: &Bound<'_, PyAny>) -> Result<u32, Failure> {
    if !value.is_instance_of::<PyInt>() || value.is_instance_of::<PyBool>() {
        return Err(wrong_type(name, "a whole number", value));
    }
    value.extract().map_err(|_| TwoStepError::invalid_configuration(name, "must be 0 or more, and below 2^32").into())
}

/// PEM as text or bytes, or the path of a file that holds it: text without a begin is one.
fn root_certificates(builder: ClientBuilder, name: &str, value: &Bound<'_, PyAny>) -> Result<ClientBuilder, Failure> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(builder.root_certificates(bytes.as_bytes()));
    }
    if let Ok(text) = value.cast::<PyString>().map(|text| text.to_string_lossy())
        && text.contains("-----BEGIN")
    {
        return Ok(builder.root_certificates(text.as_bytes()));
    }
    let path: PathBuf =
        value.extract().map_err(|_| wrong_type(name, "PEM as text or bytes, or the path of such a file", value))?;
    Ok(builder.root_certificates_file(path)?)
}

fn wrong_type(name: &str, wanted: &str, found: &Bound<'_, PyAny>) -> Failure {
    TwoStepError::invalid_configuration(name, &format!("must be {wanted}, not {}", type_name(&found.get_type()))).into()
}

pub(crate) fn type_name(of: &Bound<'_, PyType>) -> String {
    of.name().map_or_else(|_| "something else".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// For what Python itself finds wrong with a setting.
#[pyfunction]
pub(crate) fn invalid_configuration<'py>(py: Python<'py>, setting: &str, problem: &str) -> PyResult<Bound<'py, PyAny>> {
    outcome::exception(py, &TwoStepError::invalid_configuration(setting, problem))
}
