//! The one table from a Graph error to what it means here: kind, outcome and next step.
//!
//! Sources: Meta's [error codes](https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes),
//! [handling errors](https://developers.facebook.com/docs/graph-api/guides/error-handling) and
//! [rate limits](https://developers.facebook.com/docs/graph-api/overview/rate-limiting).

use std::ops::RangeInclusive;

use super::body::GraphError;
use crate::error::{
    ErrorKind,
    Later::{self, Hopeless, Now, Wait},
    Meaning, Outcome,
};

struct Row {
    codes: RangeInclusive<u32>,
    /// Only with this subcode.
    subcode: Option<u32>,
    /// Only if the message has these words, in whatever case: where Meta gives no subcode to tell by.
    words: Option<&'static str>,
    kind: ErrorKind,
    later: Later,
    hint: &'static str,
}

const fn row(codes: RangeInclusive<u32>, kind: ErrorKind, later: Later, hint: &'static str) -> Row {
    Row { codes, subcode: None, words: None, kind, later, hint }
}

const fn one(code: u32, kind: ErrorKind, later: Later, hint: &'static str) -> Row {
    row(code..=code, kind, later, hint)
}

impl Row {
    const fn with_subcode(self, subcode: u32) -> Self {
        Self { subcode: Some(subcode), ..self }
    }

    const fn with_words(self, words: &'static str) -> Self {
        Self { words: Some(words), ..self }
    }

    fn fits(&self, code: u32, subcode: Option<u32>, message: &str) -> bool {
        self.codes.contains(&code)
            && self.subcode.is_none_or(|wanted| subcode == Some(wanted))
            && self.words.is_none_or(|words| has_words(message, words))
    }
}

const NEW_TOKEN: &str = "Use a new access token; the old one has expired, was revoked or is not whole.";
const PERMISSION: &str =
    "Grant the token whatsapp_business_management and whatsapp_business_messaging for this account.";
const SLOW_DOWN: &str = "Wait before the next call, and call less often.";
const BUSY: &str =
    "Set the same PIN again in a while, until a call succeeds: that is safe, and settles which PIN holds.";
const FIX: &str = "Correct the request as the message says; the same one would fail again.";
/// Where the base URL leads to something else than Meta.
const NOT_GRAPH: &str =
    "Check the base URL, and what stands between: a proxy, a captive portal or a gateway may have answered.";
const REGISTER: &str = "Register the phone number first.";
const READ: &str = "Do what the server's message to the user says; then look at the number in WhatsApp Manager.";
const OTHER_PIN: &str = "Choose another PIN of six digits: the server doesn't take this one.";
const ID: &str =
    "Check the phone number ID, and that the token may see it: GET /{WABA_ID}/phone_numbers lists the IDs.";

/// First match wins.
static TABLE: &[Row] = {
    use ErrorKind::{
        AccountRestricted, Authentication, InvalidRequest, NotFound, NumberNotReady, PermissionDenied, PinRejected,
        RateLimited, ServiceUnavailable,
    };
    use Later::RetryAfter;
    &[
        one(0, Authentication, Hopeless, NEW_TOKEN),
        one(1, ServiceUnavailable, Now, BUSY),
        one(2, ServiceUnavailable, Now, BUSY),
        one(3, PermissionDenied, Hopeless, PERMISSION),
        one(4, RateLimited, RetryAfter, SLOW_DOWN),
        one(10, PermissionDenied, Hopeless, PERMISSION),
        one(
            12,
            NotFound,
            Hopeless,
            "That looks like a phone number and not an ID; GET /{WABA_ID}/phone_numbers lists the IDs.",
        ),
        one(17, RateLimited, RetryAfter, SLOW_DOWN),
        one(32, RateLimited, RetryAfter, SLOW_DOWN),
        one(33, NotFound, Hopeless, "The phone number was deleted; use the ID of a live one."),
        one(100, NotFound, Hopeless, ID).with_subcode(33),
        one(100, Authentication, Hopeless, "Set the app secret of the app that the token belongs to.")
            .with_words("appsecret_proof"),
        one(100, NumberNotReady, Hopeless, READ).with_subcode(2_388_001),
        one(100, PinRejected, Hopeless, OTHER_PIN).with_subcode(2_388_092),
        one(100, NumberNotReady, Hopeless, REGISTER).with_words("not registered"),
        one(100, PinRejected, Hopeless, OTHER_PIN).with_words("pin must be"),
        one(100, PinRejected, Hopeless, OTHER_PIN).with_words("invalid pin"),
        one(100, InvalidRequest, Hopeless, FIX),
        one(102, Authentication, Hopeless, NEW_TOKEN),
        one(104, Authentication, Hopeless, "Check the app secret: it must belong to the token's app."),
        one(190, Authentication, Hopeless, NEW_TOKEN),
        row(200..=299, PermissionDenied, Hopeless, PERMISSION),
        one(341, RateLimited, RetryAfter, SLOW_DOWN),
        one(
            368,
            AccountRestricted,
            Hopeless,
            "Read the policy notice in WhatsApp Manager; trying again doesn't lift a block.",
        ),
        one(613, RateLimited, RetryAfter, SLOW_DOWN),
        one(803, NotFound, Hopeless, ID),
        one(2500, Authentication, Hopeless, NEW_TOKEN).with_words("access token"),
        one(2500, NotFound, Hopeless, "Check the API version and the base URL."),
        row(80_007..=80_008, RateLimited, RetryAfter, SLOW_DOWN),
        one(130_429, RateLimited, RetryAfter, SLOW_DOWN),
        one(131_000, ServiceUnavailable, Now, BUSY),
        one(131_005, PermissionDenied, Hopeless, PERMISSION),
        one(131_008, InvalidRequest, Hopeless, FIX),
        one(131_009, InvalidRequest, Hopeless, FIX),
        one(131_016, ServiceUnavailable, Now, BUSY),
        one(131_031, AccountRestricted, Hopeless, "Check the account's health and policy notices in WhatsApp Manager."),
        one(131_045, NumberNotReady, Hopeless, "Register the phone number again."),
        one(131_057, ServiceUnavailable, Now, "The account is in maintenance: set the same PIN again in some minutes."),
        one(133_000, NumberNotReady, Hopeless, "Deregister the number again, then register it."),
        one(133_004, ServiceUnavailable, Now, BUSY),
        one(
            133_005,
            PinRejected,
            Hopeless,
            "Don't send this PIN again; give the right one, or change it in WhatsApp Manager.",
        ),
        one(
            133_006,
            NumberNotReady,
            Hopeless,
            "Verify the number with request_code and verify_code, then register it.",
        ),
        row(133_008..=133_009, PinRejected, Wait, "Stop, wait as long as the details say, then decide on the PIN."),
        one(133_010, NumberNotReady, Hopeless, REGISTER),
        one(133_015, NumberNotReady, Wait, "Wait five minutes: the number's deletion isn't finished."),
        one(133_016, RateLimited, Wait, "Stop: the number is locked for 72 hours after too many registrations."),
        one(135_000, InvalidRequest, Hopeless, FIX),
    ]
};

/// Some endpoints give the Cloud API's own code as a subcode of 100.
const REGISTRATION: RangeInclusive<u32> = 133_000..=133_016;

/// By code, then subcode, then HTTP status.
pub(super) fn meaning(status: u16, error: &GraphError) -> Meaning {
    let code = match (error.code, error.subcode) {
        (Some(100), Some(subcode)) if REGISTRATION.contains(&subcode) => Some(subcode),
        (code, _) => code,
    };
    let message = error.message.as_deref().unwrap_or_default();
    let listed = code.and_then(|code| TABLE.iter().find(|row| row.fits(code, error.subcode, message)));
    match listed {
        Some(row) => Meaning { kind: row.kind, outcome: outcome(row.kind), later: row.later, hint: row.hint },
        None if error.is_transient => by_status(503),
        None => by_status(status),
    }
}

fn has_words(text: &str, words: &str) -> bool {
    text.as_bytes().windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}

/// Is it a code of Meta's that we know, and so no number that a server made up?
pub(super) fn is_listed(code: u32) -> bool {
    TABLE.iter().any(|row| row.codes.contains(&code))
}

/// What an answer without a known code means.
fn by_status(status: u16) -> Meaning {
    let (kind, later, hint) = match status {
        401 => (ErrorKind::Authentication, Hopeless, NEW_TOKEN),
        403 => (ErrorKind::PermissionDenied, Hopeless, PERMISSION),
        429 => (ErrorKind::RateLimited, Later::RetryAfter, SLOW_DOWN),
        400..=499 => (ErrorKind::InvalidRequest, Hopeless, FIX),
        500..=599 => (ErrorKind::ServiceUnavailable, Now, BUSY),
        _ => (ErrorKind::UnexpectedResponse, Hopeless, NOT_GRAPH),
    };
    Meaning { kind, outcome: outcome(kind), later, hint }
}

/// An error that the server names means that nothing changed, except where it doesn't know itself.
fn outcome(kind: ErrorKind) -> Outcome {
    match kind {
        ErrorKind::ServiceUnavailable | ErrorKind::UnexpectedResponse => Outcome::Unknown,
        _ => Outcome::Rejected,
    }
}
