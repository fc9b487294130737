//! Settings on their way in: of any type that JavaScript has, until they are looked at here.

use std::{sync::Arc, time::Duration};

use napi::{
    JsValue, ValueType,
    bindgen_prelude::{FromNapiValue, JsObjectValue, Object, Uint8Array, Unknown},
};
use whatsapp_two_step::{Client, ClientBuilder, ErrorKind, Language, TransportError, TwoStepError};
use zeroize::Zeroizing;

/// A setting's name here and in the core.
const NAMES: &[(&str, &str)] = &[
    ("accessToken", "access_token"),
    ("appSecret", "app_secret"),
    ("baseUrl", "base_url"),
    ("apiVersion", "api_version"),
    ("connectTimeoutMs", "connect_timeout"),
    ("timeoutMs", "timeout"),
    ("maxRetries", "max_retries"),
    ("proxy", "proxy"),
    ("rootCertificates", "root_certificates"),
    ("transport", "transport"),
];

/// The settings as the user gave them; `variables` are the environment's, if the token may come from there.
pub(crate) fn read(settings: Unknown<'_>, variables: Option<&Object<'_>>) -> Result<ClientBuilder, TwoStepError> {
    if !matches!(settings.get_type(), Ok(ValueType::Object)) {
        return Err(wrong("options", "an object such as { accessToken }", &settings));
    }
    let settings = Object::from_unknown(settings).map_err(|_| refused("options", "can't be read"))?;
    for name in Object::keys(&settings).map_err(|_| refused("options", "can't be read"))? {
        if !NAMES.iter().any(|(known, _)| *known == name) {
            return Err(unknown(&name));
        }
    }
    let read = Settings(&settings);
    let mut builder = match (variables, read.text("accessToken")?) {
        (_, Some(token)) => Client::builder(token.parse()?),
        (Some(variables), None) => ClientBuilder::from_variables(|name| variables.get::<String>(name).ok().flatten())?,
        (None, None) => return Err(refused("accessToken", "is missing")),
    };
    if let Some(secret) = read.text("appSecret")? {
        builder = builder.app_secret(secret.parse()?);
    }
    if let Some(url) = read.text("baseUrl")? {
        builder = builder.base_url(url.parse()?);
    }
    if let Some(version) = read.text("apiVersion")? {
        builder = builder.api_version(version.parse()?);
    }
    if let Some(time) = read.time("timeoutMs")? {
        builder = builder.timeout(time);
    }
    if let Some(time) = read.time("connectTimeoutMs")? {
        builder = builder.connect_timeout(time);
    }
    if let Some(retries) = read.count("maxRetries")? {
        builder = builder.max_retries(retries);
    }
    if let Some(url) = read.text("proxy")? {
        builder = builder.proxy(&url);
    }
    for pem in read.certificates("rootCertificates")? {
        builder = builder.root_certificates(&pem);
    }
    if read.has_function("transport")? {
        // A call over it is driven in TypeScript, and never comes here.
        builder = builder.transport(Arc::new(|_| async { Err(TransportError::program_fault("driven elsewhere")) }));
    }
    Ok(builder.language(Language::Node))
}

/// The message of an error, with the setting named as it is named here.
pub(crate) fn in_camel_case(error: &TwoStepError) -> String {
    const START: &str = "Invalid configuration: ";
    let message = error.message();
    let spell = |rest: &str| {
        let (here, core) = NAMES.iter().find(|(_, core)| rest.split(' ').next() == Some(core))?;
        Some(format!("{START}{here}{}", rest.strip_prefix(core)?))
    };
    let named = message.strip_prefix(START).filter(|_| error.kind() == ErrorKind::InvalidConfiguration).and_then(spell);
    named.unwrap_or_else(|| message.to_owned()).replace("proxy or root_certificates", "proxy or rootCertificates")
}

/// The type's name, as a message needs it.
pub(crate) fn type_name(value: &Unknown<'_>) -> &'static str {
    match value.get_type() {
        Ok(ValueType::Undefined) => "undefined",
        Ok(ValueType::Null) => "null",
        Ok(ValueType::Boolean) => "a boolean",
        Ok(ValueType::Number) => "a number",
        Ok(ValueType::BigInt) => "a bigint",
        Ok(ValueType::String) => "a string",
        Ok(ValueType::Symbol) => "a symbol",
        Ok(ValueType::Function) => "a function",
        _ => "an object",
    }
}

/// The text of a string, or nothing if it is none.
pub(crate) fn text(value: Unknown<'_>) -> Option<Zeroizing<String>> {
    let is_text = matches!(value.get_type(), Ok(ValueType::String));
    is_text.then(|| String::from_unknown(value).ok().map(Zeroizing::new)).flatten()
}

pub(crate) fn refused(setting: &str, problem: &str) -> TwoStepError {
    TwoStepError::invalid_configuration(setting, problem)
}

fn unknown(name: &str) -> TwoStepError {
    let hint = match name {
        "timeout" | "connectTimeout" => "; times are in milliseconds and named so: timeoutMs, connectTimeoutMs",
        "token" | "access_token" => "; the token is accessToken",
        _ => "",
    };
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
    refused(&format!("option {name}"), &format!("is unknown{hint}"))
}

struct Settings<'a>(&'a Object<'a>);

impl<'a> Settings<'a> {
    /// What stands there, unless nothing does or it is undefined.
    fn get(&self, name: &str) -> Result<Option<Unknown<'a>>, TwoStepError> {
        let value = self.0.get_named_property::<Unknown<'a>>(name).map_err(|_| refused(name, "can't be read"))?;
        Ok(if matches!(value.get_type(), Ok(ValueType::Undefined)) { None } else { Some(value) })
    }

    fn text(&self, name: &str) -> Result<Option<Zeroizing<String>>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        text(value).map(Some).ok_or_else(|| wrong(name, "a string", &value))
    }

    /// What is no time at all becomes one that the core refuses, so that its rule is the only one.
    fn time(&self, name: &str) -> Result<Option<Duration>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        let millis = number(value).ok_or_else(|| wrong(name, "a number of milliseconds", &value))?;
        let too_much = if millis > 0.0 { Duration::MAX } else { Duration::ZERO };
        Ok(Some(Duration::try_from_secs_f64(millis / 1000.0).unwrap_or(too_much)))
    }

    fn count(&self, name: &str) -> Result<Option<u32>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        let number = number(value).filter(|n| n.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(n));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // just checked
        number.map(|n| Some(n as u32)).ok_or_else(|| refused(name, "must be a whole number from 0"))
    }

    fn has_function(&self, name: &str) -> Result<bool, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(false) };
        let is_function = matches!(value.get_type(), Ok(ValueType::Function));
        if is_function { Ok(true) } else { Err(wrong(name, "a function", &value)) }
    }

    /// PEM as text or bytes, or a list of such.
    fn certificates(&self, name: &str) -> Result<Vec<Vec<u8>>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(Vec::new()) };
        let list = if is_array(value) {
            Vec::<Unknown<'_>>::from_unknown(value).map_err(|_| refused(name, "can't be read"))?
        } else {
            vec![value]
        };
        let pem = |value: Unknown<'_>| {
            let bytes = || Uint8Array::from_unknown(value).ok().map(|bytes| bytes.to_vec());
            text(value)
                .map(|text| text.as_bytes().to_vec())
                .or_else(bytes)
                .ok_or_else(|| wrong(name, "PEM as a string or a Uint8Array, or an array of such", &value))
        };
        list.into_iter().map(pem).collect()
    }
}

fn number(value: Unknown<'_>) -> Option<f64> {
    let is_number = matches!(value.get_type(), Ok(ValueType::Number));
    is_number.then(|| f64::from_unknown(value).ok()).flatten()
}

fn is_array(value: Unknown<'_>) -> bool {
    Object::from_unknown(value).and_then(|object| object.is_array()).unwrap_or(false)
}

fn wrong(name: &str, wanted: &str, found: &Unknown<'_>) -> TwoStepError {
    refused(name, &format!("must be {wanted}, not {}", type_name(found)))
}
