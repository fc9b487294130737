use std::time::Duration;

use http::{HeaderMap, header};

use crate::{redact::Redactor, values::ApiVersion};

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
    use crate::{
        endpoint::Endpoint,
        values::{AccessToken, Pin},
    };

    fn with<T>(pairs: &[(&'static str, &'static str)], read: impl Fn(&HeaderMap, &Redactor<'_>) -> T) -> T {
        let endpoint = Endpoint::new(AccessToken::parse("EAAG").unwrap());
        let pin = Pin::parse("735194").unwrap();
        let headers = pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)));
        read(&headers.collect(), &Redactor::new(&endpoint, Some(&pin)))
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
    fn ids_and_versions_are_checked() {
        assert_eq!(with(&[("x-fb-request-id", "A735194")], request_id), None);
        assert_eq!(with(&[("x-fb-request-id", "AbC-_1")], request_id).as_deref(), Some("AbC-_1"));
        assert_eq!(with(&[("facebook-api-version", "v735194.0")], |headers, _| api_version(headers)), None);
        assert!(with(&[("facebook-api-version", "v25.0")], |headers, _| api_version(headers)).is_some());
    }
}
