//! What needs no client: a PIN that is drawn, and what a webhook tells.

use napi::bindgen_prelude::{Either, FromNapiValue, Uint8Array, Unknown};
use napi_derive::napi;
use whatsapp_two_step::{AppSecret, Pin, SecurityEvent};

use crate::{given, outcome::Failure, secret::Secret, settings};

/// Something happened to the PIN of a number.
#[napi(object, object_from_js = false)]
pub struct NativeEvent {
    pub event: String,
    pub waba_id: Option<String>,
    pub display_phone_number: Option<String>,
    pub requester: Option<String>,
    /// Since 1970.
    pub time_ms: Option<f64>,
}

/// Draws a PIN.
#[napi(catch_unwind)]
pub fn generate_pin() -> Either<Secret, Failure> {
    match Pin::generate() {
        Ok(pin) => Either::A(pin.expose().to_owned().into()),
        Err(error) => Either::B(error.into()),
    }
}

/// Is it one that people try first?
#[napi(catch_unwind)]
pub fn is_weak_pin(pin: Unknown<'_>) -> Either<bool, Failure> {
    let read = || Pin::parse(&given::text(pin).ok_or_else(|| Pin::not_text(given::type_name(&pin)))?);
    read().map_or_else(|error| Either::B(error.into()), |pin| Either::A(pin.is_weak()))
}

/// The events of a delivery.
#[napi(catch_unwind)]
pub fn security_events(
    body: Unknown<'_>,
    signature: Unknown<'_>,
    app_secret: Unknown<'_>,
) -> Either<Vec<NativeEvent>, Failure> {
    let read = || {
        let secret = given::required_text("appSecret", app_secret)?;
        let secret = AppSecret::parse(&secret).map_err(settings::told)?;
        let body = Uint8Array::from_unknown(body).map_err(|_| SecurityEvent::not_bytes(given::type_name(&body)))?;
        // What is no text is no signature.
        let signature = given::text(signature);
        whatsapp_two_step::security_events(&body, signature.as_ref().map(|text| text.as_str()), &secret)
    };
    match read() {
        Ok(events) => Either::A(events.into_iter().map(NativeEvent::from).collect()),
        Err(error) => Either::B(error.into()),
    }
}

impl From<SecurityEvent> for NativeEvent {
    fn from(event: SecurityEvent) -> Self {
        Self {
            event: event.event.as_str().to_owned(),
            waba_id: event.waba_id,
            display_phone_number: event.display_phone_number,
            requester: event.requester,
            time_ms: event.time.and_then(crate::host_http::since_1970),
        }
    }
}
