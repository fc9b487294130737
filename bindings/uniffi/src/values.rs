//! What needs no client: a PIN that is drawn, and what a webhook tells.

use std::time::UNIX_EPOCH;

use whatsapp_two_step::{AppSecret, Pin, SecurityEvent as CoreEvent};
use zeroize::Zeroizing;

use crate::{
    client::Language,
    error::{Failure, unpanicked},
};

/// A PIN that was drawn. No `Debug`: it holds the PIN.
#[derive(uniffi::Enum)]
#[allow(missing_debug_implementations)]
pub enum Drawing {
    /// Here it is.
    Drawn {
        /// Six digits.
        pin: String,
    },
    /// The system has no random source.
    Refused {
        /// Why.
        failure: Failure,
    },
}

/// Draws a PIN.
#[uniffi::export]
pub fn generate_pin() -> Drawing {
    match unpanicked(Pin::generate) {
        Ok(pin) => Drawing::Drawn { pin: pin.expose().to_owned() },
        Err(error) => Drawing::Refused { failure: Failure::new(&error, false) },
    }
}

/// What there is to say of a PIN.
#[derive(Debug, uniffi::Enum)]
pub enum Weighing {
    /// It is one.
    Weighed {
        /// Is it one that people try first?
        is_weak: bool,
    },
    /// It is none.
    Refused {
        /// Why.
        failure: Failure,
    },
}

/// Weighs a PIN.
#[uniffi::export]
pub fn is_weak_pin(pin: String) -> Weighing {
    let pin = Zeroizing::new(pin);
    match unpanicked(|| Pin::parse(&pin)) {
        Ok(pin) => Weighing::Weighed { is_weak: pin.is_weak() },
        Err(error) => Weighing::Refused { failure: Failure::new(&error, false) },
    }
}

/// A webhook's delivery. No `Debug`: it holds the app secret.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct Delivery {
    /// The host's.
    pub language: Language,
    /// As it came.
    pub body: Vec<u8>,
    /// The header `X-Hub-Signature-256`.
    pub signature: Option<String>,
    /// The app's.
    pub app_secret: String,
}

/// What a delivery tells.
#[derive(Debug, uniffi::Enum)]
pub enum Tidings {
    /// It is Meta's.
    Told {
        /// Perhaps none.
        events: Vec<SecurityEvent>,
    },
    /// It isn't.
    Refused {
        /// Why.
        failure: Failure,
    },
}

/// Something happened to a number's PIN.
#[derive(Debug, uniffi::Record)]
#[allow(missing_docs)] // as in the core
pub struct SecurityEvent {
    pub event: String,
    pub waba_id: Option<String>,
    pub display_phone_number: Option<String>,
    pub requester: Option<String>,
    /// In seconds since 1970.
    pub time: Option<u64>,
}

impl From<CoreEvent> for SecurityEvent {
    fn from(event: CoreEvent) -> Self {
        Self {
            event: event.event.as_str().to_owned(),
            waba_id: event.waba_id,
            display_phone_number: event.display_phone_number,
            requester: event.requester,
            time: event.time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map(|since| since.as_secs()),
        }
    }
}

/// Checks a delivery's signature, and gives its events.
#[uniffi::export]
pub fn security_events(delivery: Delivery) -> Tidings {
    let secret = Zeroizing::new(delivery.app_secret);
    let read = || {
        whatsapp_two_step::security_events(&delivery.body, delivery.signature.as_deref(), &AppSecret::parse(&secret)?)
    };
    match unpanicked(read) {
        Ok(events) => Tidings::Told { events: events.into_iter().map(Into::into).collect() },
        Err(error) => {
            let error = whatsapp_two_step::Language::from(delivery.language).tell(error);
            Tidings::Refused { failure: Failure::new(&error, false) }
        }
    }
}
