//! What Meta's security webhook tells of a number's PIN.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::Mac;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    error::{ErrorKind, TwoStepError},
    redact::{MAX_TEXT, without},
    values::AppSecret,
};

/// A signature's bytes.
const SIGNATURE: usize = 32;

/// Something happened to the PIN of a number, as the webhook's field `security` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecurityEvent {
    /// The WhatsApp business account.
    pub waba_id: Option<String>,
    /// The number as people write it. The event has no phone number ID.
    pub display_phone_number: Option<String>,
    /// What happened.
    pub event: SecurityEventKind,
    /// Who asked for a reset: a user's ID.
    pub requester: Option<String>,
    /// When, in whole seconds.
    pub time: Option<SystemTime>,
}

/// What happened to a PIN. Meta documents these for changes in WhatsApp Manager; that a PIN set through the API fires one is not known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecurityEventKind {
    /// `PIN_CHANGED`
    PinChanged,
    /// `PIN_RESET_REQUEST`
    PinResetRequest,
    /// `PIN_RESET_SUCCESS`, which a copy of Meta's page spells `PIN_REQUEST_SUCCESS`.
    PinResetSuccess,
    /// Another, as the server spells it.
    Other(String),
}

impl SecurityEventKind {
    fn parse(text: String) -> Self {
        match text.as_str() {
            "PIN_CHANGED" => Self::PinChanged,
            "PIN_RESET_REQUEST" => Self::PinResetRequest,
            "PIN_RESET_SUCCESS" | "PIN_REQUEST_SUCCESS" => Self::PinResetSuccess,
            _ => Self::Other(text),
        }
    }

    /// Meta's spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::PinChanged => "PIN_CHANGED",
            Self::PinResetRequest => "PIN_RESET_REQUEST",
            Self::PinResetSuccess => "PIN_RESET_SUCCESS",
            Self::Other(text) => text,
        }
    }
}

#[derive(Deserialize)]
struct Delivery {
    object: String,
    entry: Vec<Value>,
}

/// Checks a webhook delivery's signature, then gives the events of its field `security`. Other fields are passed over.
///
/// `body` is the request's body as it came, byte for byte; `signature` its header `X-Hub-Signature-256`. A delivery has no ID: Meta
/// sends it again if it got no answer, so drop what you have seen. Source: Meta's page on the
/// [security webhook](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/security).
///
/// ```
/// use whatsapp_two_step::{AppSecret, SecurityEventKind, security_events};
///
/// let body = br#"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"security","value":{"event":"PIN_CHANGED"}}]}]}"#;
/// let signature = "sha256=ab95bcf7a1f47b3434b39ff76b004d1c41b62a1438233e2cbf91471406ce290d";
/// let events = security_events(body, signature, &AppSecret::parse("0123456789abcdef")?)?;
/// assert_eq!(events[0].event, SecurityEventKind::PinChanged);
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
///
/// # Errors
/// `invalid_webhook` if the signature is missing or wrong, or the body is no webhook's.
pub fn security_events<'a>(
    body: &[u8],
    signature: impl Into<Option<&'a str>>,
    app_secret: &AppSecret,
) -> Result<Vec<SecurityEvent>, TwoStepError> {
    let Some(signature) = signature.into().filter(|signature| !signature.is_empty()) else {
        return Err(invalid("the header X-Hub-Signature-256 is missing"));
    };
    let signature = signature_bytes(signature)
        .ok_or_else(|| invalid("the header X-Hub-Signature-256 is not \"sha256=\" and 64 hexadecimal digits"))?;
    // In constant time.
    app_secret.mac(body)?.verify_slice(&signature).map_err(|_| {
        invalid("the signature is wrong: another app secret, or not the body as it came, byte for byte")
    })?;
    let Ok(delivery) = serde_json::from_slice::<Delivery>(body) else {
        return Err(invalid("the body is not a webhook's: a JSON object with \"object\" and \"entry\""));
    };
    if delivery.object != "whatsapp_business_account" {
        return Ok(Vec::new());
    }
    Ok(delivery.entry.iter().flat_map(|entry| events(entry, app_secret)).collect())
}

/// Each field on its own: one of another type is absent, and spoils no other.
fn events(entry: &Value, app_secret: &AppSecret) -> Vec<SecurityEvent> {
    let text = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str).map(|text| without(app_secret, text, MAX_TEXT));
        text.filter(|text| !text.is_empty())
    };
    let time = entry.get("time").and_then(Value::as_u64);
    let time = time.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let changes = entry.get("changes").and_then(Value::as_array).into_iter().flatten();
    let security = changes.filter(|change| change.get("field").and_then(Value::as_str) == Some("security"));
    security
        .filter_map(|change| {
            let value = change.get("value")?;
            Some(SecurityEvent {
                waba_id: text(entry.get("id")),
                display_phone_number: text(value.get("display_phone_number")),
                event: SecurityEventKind::parse(text(value.get("event"))?),
                requester: text(value.get("requester")),
                time,
            })
        })
        .collect()
}

/// Meta writes small letters; capital ones are the same bytes.
fn signature_bytes(header: &str) -> Option<[u8; SIGNATURE]> {
    let digits = header.strip_prefix("sha256=")?.as_bytes();
    if digits.len() != 2 * SIGNATURE {
        return None;
    }
    let mut bytes = [0; SIGNATURE];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

impl SecurityEvent {
    /// The error for a body that came as something else than bytes. `found` is the type's name in that language.
    #[must_use]
    pub fn not_bytes(found: &str) -> TwoStepError {
        invalid(&format!("the body must be bytes, as they came, before anything parses or decodes them; not {found}"))
    }
}

fn invalid(problem: &str) -> TwoStepError {
    TwoStepError::invalid(ErrorKind::InvalidWebhook, format!("Invalid webhook: {problem}."))
}
