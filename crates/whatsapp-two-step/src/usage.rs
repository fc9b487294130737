use std::time::Duration;

use serde::Serialize;

/// How much of its call budget an app or account has used, as the server said with its answer.
///
/// Source: Meta's page on [rate limits](https://developers.facebook.com/docs/graph-api/overview/rate-limiting).
///
/// ```
/// # use whatsapp_two_step::{AccessToken, Body, Endpoint, Operation, Pin, PhoneNumberId, SetTwoStepPin};
/// # let endpoint = Endpoint::new(AccessToken::parse("EAAG_example")?);
/// # let operation = SetTwoStepPin::new(PhoneNumberId::parse("1")?, Pin::parse("012345")?);
/// let answer = http::Response::builder()
///     .header("x-app-usage", r#"{"call_count":28,"total_time":3,"total_cputime":91}"#)
///     .body(Body::from(r#"{"success":true}"#))
///     .expect("a valid response");
/// let usage = operation.read_response(&endpoint, &answer)?.usage.expect("the header says it");
/// assert_eq!(usage.highest_percentage, 91);
/// assert_eq!(usage.time_to_regain_access, None);
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Usage {
    /// The highest of the percentages given: calls, CPU time, total time. Past 100 calls are refused.
    pub highest_percentage: u32,
    /// How long until calls are taken again, when they are refused now. Serialised in seconds.
    #[serde(serialize_with = "as_seconds")]
    pub time_to_regain_access: Option<Duration>,
    /// The same for each account, type and app that the headers name, in their order, the first 32: for who paces calls. Not serialised.
    #[serde(skip)]
    pub entries: Vec<UsageEntry>,
}

/// How much of one budget has been used.
///
/// ```
/// # use whatsapp_two_step::{AccessToken, Body, Endpoint, Operation, Pin, PhoneNumberId, SetTwoStepPin};
/// use whatsapp_two_step::UsageType;
/// # let endpoint = Endpoint::new(AccessToken::parse("EAAG_example")?);
/// # let operation = SetTwoStepPin::new(PhoneNumberId::parse("1")?, Pin::parse("012345")?);
///
/// let usage = r#"{"102290129340398":[{"type":"whatsapp","call_count":28,"estimated_time_to_regain_access":0}]}"#;
/// let answer = http::Response::builder()
///     .header("x-business-use-case-usage", usage)
///     .body(Body::from(r#"{"success":true}"#))
///     .expect("a valid response");
/// let usage = operation.read_response(&endpoint, &answer)?.usage.expect("the header says it");
/// let entry = usage.entries[0];
/// assert_eq!((entry.account, entry.usage_type, entry.highest_percentage), (Some(102_290_129_340_398), UsageType::Whatsapp, 28));
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageEntry {
    /// The business account (WABA) that it counts for; none if it counts for the app.
    pub account: Option<u64>,
    /// What kind of calls it counts.
    pub usage_type: UsageType,
    /// The highest of its percentages.
    pub highest_percentage: u32,
    /// How long until calls are taken again, when they are refused now.
    pub time_to_regain_access: Option<Duration>,
}

/// What kind of calls a budget counts.
///
/// ```
/// assert_ne!(whatsapp_two_step::UsageType::Whatsapp, whatsapp_two_step::UsageType::Other);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UsageType {
    /// `whatsapp`: seen with messages, and with the registration of numbers.
    Whatsapp,
    /// `whatsapp_business_management`: seen with reads of numbers and templates.
    WhatsappBusinessManagement,
    /// Any other, or none.
    #[default]
    Other,
}

#[allow(clippy::ref_option)] // serde passes a reference to the field
fn as_seconds<S: serde::Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}
