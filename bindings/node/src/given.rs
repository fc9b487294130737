//! Values on their way in: of any type that JavaScript has, until they are looked at here.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use napi::{
    JsDate, JsValue, ValueType,
    bindgen_prelude::{FromNapiValue, JsObjectValue, Object, Uint8Array, Unknown},
};
use whatsapp_two_step::TwoStepError;
use zeroize::Zeroizing;

/// A setting that can't be what was given.
pub(crate) fn refused(setting: &str, problem: &str) -> TwoStepError {
    TwoStepError::invalid_configuration(setting, problem)
}

/// Options as a user gave them.
pub(crate) struct Given<'a>(Object<'a>);

/// Certificate authorities, as a user gave them.
pub(crate) enum Roots {
    Pem(Vec<u8>),
    /// The path of a file.
    Path(String),
}

impl<'a> Given<'a> {
    /// An object that has these options and no other. `example` says what is wanted, `hint` more of an option that isn't known.
    pub(crate) fn of(
        options: &Unknown<'a>,
        example: &str,
        known: &[&str],
        hint: impl Fn(&str) -> &'static str,
    ) -> Result<Self, TwoStepError> {
        if !matches!(options.get_type(), Ok(ValueType::Object)) {
            return Err(wrong("options", &format!("an object such as {example}"), options));
        }
        let unreadable = |_| refused("options", "can't be read");
        let options = Object::from_unknown(*options).map_err(unreadable)?;
        if let Some(name) =
            Object::keys(&options).map_err(unreadable)?.iter().find(|name| !known.contains(&name.as_str()))
        {
            let shown: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
            return Err(refused(&format!("option {shown}"), &format!("is unknown{}", hint(name))));
        }
        Ok(Self(options))
    }

    /// What stands there, unless nothing does or it is undefined.
    fn get(&self, name: &str) -> Result<Option<Unknown<'a>>, TwoStepError> {
        let value = self.0.get_named_property::<Unknown<'a>>(name).map_err(|_| refused(name, "can't be read"))?;
        Ok(if matches!(value.get_type(), Ok(ValueType::Undefined)) { None } else { Some(value) })
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<Zeroizing<String>>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        required_text(name, value).map(Some)
    }

    /// What is no time at all becomes one that the core refuses, so that its rule is the only one.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Duration>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        let millis = number(value).ok_or_else(|| wrong(name, "a number of milliseconds", &value))?;
        let too_much = if millis > 0.0 { Duration::MAX } else { Duration::ZERO };
        Ok(Some(Duration::try_from_secs_f64(millis / 1000.0).unwrap_or(too_much)))
    }

    /// A `Date`.
    pub(crate) fn date(&self, name: &str) -> Result<Option<SystemTime>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        let wrong = || wrong(name, "a Date, and not before 1970", &value);
        let millis = JsDate::from_unknown(value).and_then(|date| date.value_of()).map_err(|_| wrong())?;
        let since = Duration::try_from_secs_f64(millis / 1000.0).ok();
        since.and_then(|since| UNIX_EPOCH.checked_add(since)).map(Some).ok_or_else(wrong)
    }

    pub(crate) fn count(&self, name: &str) -> Result<Option<u32>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        let number = number(value).filter(|n| n.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(n));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // just checked
        number.map(|n| Some(n as u32)).ok_or_else(|| refused(name, "must be a whole number from 0"))
    }

    pub(crate) fn has_function(&self, name: &str) -> Result<bool, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(false) };
        let is_function = matches!(value.get_type(), Ok(ValueType::Function));
        if is_function { Ok(true) } else { Err(wrong(name, "a function", &value)) }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(false) };
        let is_flag = matches!(value.get_type(), Ok(ValueType::Boolean));
        is_flag.then(|| bool::from_unknown(value).ok()).flatten().ok_or_else(|| wrong(name, "true or false", &value))
    }

    /// PEM as text or bytes, a path, or a list of such. A text without a line break is no PEM.
    pub(crate) fn roots(&self, name: &str) -> Result<Vec<Roots>, TwoStepError> {
        let Some(value) = self.get(name)? else { return Ok(Vec::new()) };
        let list = if is_array(value) {
            Vec::<Unknown<'_>>::from_unknown(value).map_err(|_| refused(name, "can't be read"))?
        } else {
            vec![value]
        };
        let read = |value: Unknown<'_>| match (text(value), Uint8Array::from_unknown(value)) {
            (Some(text), _) if text.contains('\n') => Ok(Roots::Pem(text.as_bytes().to_vec())),
            (Some(path), _) => Ok(Roots::Path(path.to_string())),
            (None, Ok(bytes)) => Ok(Roots::Pem(bytes.to_vec())),
            (None, Err(_)) => {
                Err(wrong(name, "PEM (a string or a Uint8Array), the path of a file, or an array of such", &value))
            }
        };
        list.into_iter().map(read).collect()
    }
}

pub(crate) fn required_text(name: &str, value: Unknown<'_>) -> Result<Zeroizing<String>, TwoStepError> {
    text(value).ok_or_else(|| wrong(name, "a string", &value))
}

/// Is nothing there?
pub(crate) fn is_absent(value: &Unknown<'_>) -> bool {
    matches!(value.get_type(), Ok(ValueType::Undefined | ValueType::Null))
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
