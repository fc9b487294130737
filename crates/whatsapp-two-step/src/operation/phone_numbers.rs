use http::{Method, Request, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Operation, check_size, request};
use crate::{
    body::Body,
    endpoint::Endpoint,
    error::TwoStepError,
    graph::{self, Answer, ListAnswer},
    redact::{MAX_TEXT, Redactor},
    usage::Usage,
    values::{PhoneNumberId, Pin, WabaId},
};

/// The largest body that is read of a page: a hundred numbers need more than an answer to a call does.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

const PIN_FIELD: &str = "is_pin_enabled";
const FIELDS: &str = "id,display_phone_number,verified_name,status,code_verification_status,name_status,platform_type";

/// `GET /{version}/{waba_id}/phone_numbers`: one page of a WhatsApp business account's numbers, a hundred at most.
///
/// Source: Meta's page on [phone numbers](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers).
/// [`PhoneNumberPages`] goes from page to page.
#[derive(Clone, Debug)]
pub struct ReadPhoneNumbers {
    waba_id: WabaId,
    after: Option<String>,
    with_pin: bool,
}

/// One page, and where the next one begins.
#[derive(Debug)]
#[non_exhaustive]
pub struct PhoneNumberPage {
    /// The numbers on it, perhaps none.
    pub numbers: Vec<PhoneNumber>,
    /// How much of the call budget is used.
    pub usage: Option<Usage>,
    after: Option<String>,
    trace_id: Option<String>,
    attempts: u32,
}

/// A business phone number, as the server tells of it. What it didn't say is absent; a value that isn't known here is kept as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PhoneNumber {
    /// The ID that [`SetTwoStepPin`](super::SetTwoStepPin) wants.
    #[serde(serialize_with = "as_text")]
    pub id: PhoneNumberId,
    /// The number as people write it.
    pub display_phone_number: Option<String>,
    /// The name that users see.
    pub verified_name: Option<String>,
    /// Does it have a PIN?
    pub pin: PinState,
    /// Such as `CONNECTED`.
    pub status: Option<String>,
    /// Was the number's owner checked: `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`. It says nothing about the PIN.
    pub code_verification_status: Option<String>,
    /// Such as `APPROVED`.
    pub name_status: Option<String>,
    /// Such as `CLOUD_API`.
    pub platform_type: Option<String>,
}

/// Does a number have a two-step verification PIN? The field is undocumented, so where it is missing nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PinState {
    /// It has one; which, the server never says.
    Set,
    /// It has none.
    NotSet,
    /// The server didn't say.
    Unknown,
}

impl PinState {
    /// The stable spelling: `set`, `not_set` or `unknown`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::NotSet => "not_set",
            Self::Unknown => "unknown",
        }
    }
}

fn as_text<S: Serializer>(id: &PhoneNumberId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_str())
}

impl Operation for ReadPhoneNumbers {
    type Response = PhoneNumberPage;

    fn sets_a_pin(&self) -> bool {
        false
    }

    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, TwoStepError> {
        let mut query = format!("fields={FIELDS}");
        if self.with_pin {
            query.push(',');
            query.push_str(PIN_FIELD);
        }
        query.push_str("&limit=100");
        if let Some(after) = &self.after {
            query.push_str("&after=");
            query.extend(utf8_percent_encode(after, NON_ALPHANUMERIC));
        }
        request(endpoint, &Method::GET, &format!("{}/phone_numbers", self.waba_id), &query, Body::default())
    }

    fn read_response(&self, endpoint: &Endpoint, response: &Response<Body>) -> Result<PhoneNumberPage, TwoStepError> {
        let redactor = Redactor::new(endpoint, None);
        check_size(response, self.max_body_bytes())?;
        let (entries, after) = match graph::read_list(response.body().as_bytes()) {
            ListAnswer::Page { entries, after } if response.status().is_success() => (entries, after),
            ListAnswer::Other(Answer::Error(error)) => return Err(graph::graph_error(response, error, &redactor)),
            ListAnswer::Other(Answer::Other(problem)) => {
                return Err(graph::no_graph_error(response, problem, &redactor));
            }
            _ => return Err(graph::no_graph_error(response, "it has no \"error\"", &redactor)),
        };
        // It goes into the next page's URL, which gateways log.
        if after.as_deref().is_some_and(|after| redactor.finds_own_in(after)) {
            return Err(graph::no_graph_error(response, "its cursor repeats a secret", &redactor));
        }
        let numbers: Option<Vec<_>> = entries.iter().map(|entry| number(entry, &redactor)).collect();
        let Some(numbers) = numbers else {
            return Err(graph::no_graph_error(response, "one of its numbers has no usable \"id\"", &redactor));
        };
        Ok(PhoneNumberPage {
            numbers,
            usage: graph::usage(response.headers(), &redactor),
            after,
            trace_id: graph::request_id(response.headers(), &redactor),
            attempts: 1,
        })
    }

    fn max_body_bytes(&self) -> usize {
        MAX_PAGE_BYTES
    }

    fn after(response: PhoneNumberPage, attempts: u32) -> PhoneNumberPage {
        PhoneNumberPage { attempts, ..response }
    }

    fn seen(response: &PhoneNumberPage) -> (u32, Option<&str>) {
        (response.attempts, response.trace_id.as_deref())
    }

    fn pin(&self) -> Option<&Pin> {
        None
    }
}

/// Each field on its own: one of another type is absent, and spoils no other.
fn number(entry: &Value, redactor: &Redactor<'_>) -> Option<PhoneNumber> {
    let text = |name: &str| {
        let text = entry.get(name).and_then(Value::as_str).map(|text| redactor.clean(text, MAX_TEXT));
        text.filter(|text| !text.is_empty())
    };
    Some(PhoneNumber {
        id: PhoneNumberId::parse(entry.get("id")?.as_str()?).ok()?,
        display_phone_number: text("display_phone_number"),
        verified_name: text("verified_name"),
        pin: match entry.get(PIN_FIELD) {
            Some(Value::Bool(true)) => PinState::Set,
            Some(Value::Bool(false)) => PinState::NotSet,
            _ => PinState::Unknown,
        },
        status: text("status"),
        code_verification_status: text("code_verification_status"),
        name_status: text("name_status"),
        platform_type: text("platform_type"),
    })
}

/// The way from page to page, as a value without I/O: which page to read next, and whether that goes on well.
///
/// Its memory doesn't grow with the pages: of the cursors it keeps one, and moves it on (Brent's search for a cycle).
#[derive(Clone, Debug)]
pub struct PhoneNumberPages {
    /// None after the last page.
    next: Option<ReadPhoneNumbers>,
    kept: Option<String>,
    since: u64,
    until: u64,
}

impl PhoneNumberPages {
    /// From the first page on.
    #[must_use]
    pub fn new(waba_id: WabaId) -> Self {
        Self { next: Some(ReadPhoneNumbers { waba_id, after: None, with_pin: true }), kept: None, since: 0, until: 1 }
    }

    /// All of it but the account, for a binding whose host keeps it between two pages; none after the last one.
    #[doc(hidden)]
    #[must_use]
    pub fn save(&self) -> Option<String> {
        let next = self.next.as_ref()?;
        serde_json::to_string(&(&next.after, next.with_pin, &self.kept, self.since, self.until)).ok()
    }

    /// From where [`save`](Self::save) was asked.
    ///
    /// # Errors
    /// `unexpected_response` for a text that it didn't give.
    #[doc(hidden)]
    pub fn restore(waba_id: WabaId, saved: &str) -> Result<Self, TwoStepError> {
        let (after, with_pin, kept, since, until) =
            serde_json::from_str(saved).map_err(|_| TwoStepError::internal())?;
        Ok(Self { next: Some(ReadPhoneNumbers { waba_id, after, with_pin }), kept, since, until })
    }

    /// The page to read next; none after the last one, and after an error.
    #[must_use]
    pub fn next(&self) -> Option<ReadPhoneNumbers> {
        self.next.clone()
    }

    /// What came of it: the numbers of the page, perhaps none.
    ///
    /// # Errors
    /// That of the read; or `unexpected_response` if the server leads in a circle.
    pub fn read(&mut self, page: Result<PhoneNumberPage, TwoStepError>) -> Result<Vec<PhoneNumber>, TwoStepError> {
        let Some(mut next) = self.next.take() else { return Ok(Vec::new()) };
        let page = match page {
            Ok(page) => page,
            Err(error) if next.with_pin && is_refused_field(&error) => {
                next.with_pin = false;
                self.next = Some(next);
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        if let Some(after) = page.after {
            if self.kept.as_deref() == Some(after.as_str()) {
                return Err(graph::circle().of_a_read());
            }
            self.since += 1;
            if self.since == self.until {
                (self.kept, self.since, self.until) = (Some(after.clone()), 0, self.until * 2);
            }
            self.next = Some(ReadPhoneNumbers { after: Some(after), ..next });
        }
        Ok(page.numbers)
    }
}

/// "Tried accessing nonexisting field": asked for again without it.
fn is_refused_field(error: &TwoStepError) -> bool {
    error.graph_code() == Some(100)
        && error.message().contains(PIN_FIELD)
        && error.message().contains("nonexisting field")
}
