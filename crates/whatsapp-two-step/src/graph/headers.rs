use std::time::Duration;

use http::{HeaderMap, header};
use serde::Serialize;
use serde_json::Value;

use crate::{ApiVersion, redact::Redactor};

/// How much of its call budget an app or account has used, as the server said with its answer.
///
/// Source: Meta's page on [rate limits](https://developers.facebook.com/docs/graph-api/overview/rate-limiting).
///
/// ```
/// # use whatsapp_two_step::{AccessToken, Body, Endpoint, Pin, PhoneNumberId, SetTwoStepPin};
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
}

#[allow(clippy::ref_option)] // serde hands it over so
fn as_seconds<S: serde::Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}

/// From the header that the answer has of the two.
pub(crate) fn usage(headers: &HeaderMap, redactor: &Redactor<'_>) -> Option<Usage> {
    let json = |name: &str| serde_json::from_slice::<Value>(headers.get(name)?.as_bytes()).ok();
    let entries: Vec<Value> = match json("x-business-use-case-usage") {
        Some(Value::Object(by_account)) => by_account
            .into_iter()
            .flat_map(|(_, list)| match list {
                Value::Array(entries) => entries,
                _ => Vec::new(),
            })
            .collect(),
        _ => vec![json("x-app-usage")?],
    };
    let number = |entry: &Value, key: &str| {
        let number = entry.get(key)?.as_u64().filter(|number| !redactor.is_echo(*number))?;
        u32::try_from(number).ok()
    };
    let highest = |keys: &[&str]| {
        let all = entries.iter().flat_map(|entry| keys.iter().filter_map(|key| number(entry, key)));
        all.max()
    };
    let minutes = highest(&["estimated_time_to_regain_access"]).filter(|minutes| *minutes > 0);
    Some(Usage {
        highest_percentage: highest(&["call_count", "total_cputime", "total_time"])?,
        time_to_regain_access: minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
    })
}

/// `Retry-After`: seconds, or a date, which is taken against the answer's own `Date`, so that no clock of ours is asked.
pub(crate) fn retry_after(headers: &HeaderMap, redactor: &Redactor<'_>) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let value = text(header::RETRY_AFTER)?;
    let wait = if value.bytes().all(|b| b.is_ascii_digit()) {
        Duration::from_secs(value.parse::<u32>().ok()?.into())
    } else {
        let until = httpdate::parse_http_date(value).ok()?;
        let now = httpdate::parse_http_date(text(header::DATE)?).ok()?;
        until.duration_since(now).unwrap_or_default()
    };
    (!redactor.is_echo(wait.as_secs())).then_some(wait)
}

/// The version that served the call.
pub(crate) fn api_version(headers: &HeaderMap) -> Option<ApiVersion> {
    ApiVersion::parse(headers.get("facebook-api-version")?.to_str().ok()?).ok()
}

/// The request's ID, which in Graph's answers equals `fbtrace_id`.
pub(crate) fn request_id(headers: &HeaderMap, redactor: &Redactor<'_>) -> Option<String> {
    redactor.clean_id(&String::from_utf8_lossy(headers.get("x-fb-request-id")?.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccessToken, Endpoint, Pin};

    fn with<T>(pairs: &[(&'static str, &'static str)], read: impl Fn(&HeaderMap, &Redactor<'_>) -> T) -> T {
        let endpoint = Endpoint::new(AccessToken::parse("EAAG").unwrap());
        let pin = Pin::parse("735194").unwrap();
        let headers = pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)));
        read(&headers.collect(), &Redactor::new(&endpoint, &pin))
    }

    #[test]
    fn retry_after_as_seconds_or_date() {
        let of = |value| {
            let date = ("date", "Sun, 22 Nov 2026 10:00:00 GMT");
            with(&[("retry-after", value), date], retry_after)
        };
        assert_eq!(of("7"), Some(Duration::from_secs(7)));
        assert_eq!(of("Sun, 22 Nov 2026 10:01:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(of("Sun, 22 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        for odd in ["", "-1", "1.5", "soon", "99999999999999999999", "735194"] {
            assert_eq!(of(odd), None, "{odd}");
        }
        assert_eq!(with(&[("retry-after", "Sun, 22 Nov 2026 10:01:30 GMT")], retry_after), None);
    }

    #[test]
    fn usage_takes_the_highest_and_minutes_become_seconds() {
        let business = r#"{"1":[{"type":"whatsapp","call_count":100,"total_cputime":25,"total_time":7,"estimated_time_to_regain_access":2},{"call_count":3}],"2":"odd"}"#;
        let read = with(&[("x-business-use-case-usage", business)], usage).unwrap();
        assert_eq!((read.highest_percentage, read.time_to_regain_access), (100, Some(Duration::from_secs(120))));
        for odd in ["", "[]", "{}", "{\"call_count\":\"many\"}", "{\"call_count\":735194}", "nonsense"] {
            assert_eq!(with(&[("x-app-usage", odd)], usage), None, "{odd}");
        }
    }

    #[test]
    fn ids_and_versions_are_checked() {
        assert_eq!(with(&[("x-fb-request-id", "A735194")], request_id), None);
        assert_eq!(with(&[("x-fb-request-id", "AbC-_1")], request_id).as_deref(), Some("AbC-_1"));
        assert_eq!(with(&[("facebook-api-version", "v735194.0")], |headers, _| api_version(headers)), None);
        assert!(with(&[("facebook-api-version", "v25.0")], |headers, _| api_version(headers)).is_some());
    }
}
