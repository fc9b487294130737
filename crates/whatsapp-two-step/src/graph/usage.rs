use std::{fmt, time::Duration};

use http::HeaderMap;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use crate::redact::Redactor;

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
}

#[allow(clippy::ref_option)] // serde hands it over so
fn as_seconds<S: serde::Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}

/// From the header that the answer has of the two.
pub(crate) fn usage(headers: &HeaderMap, redactor: &Redactor<'_>) -> Option<Usage> {
    let read = |name| {
        let json = headers.get(name)?.as_bytes();
        let mut figures = Figures::default();
        let mut source = serde_json::Deserializer::from_slice(json);
        Reader { name: Name::Other, figures: &mut figures, redactor }.deserialize(&mut source).ok()?;
        source.end().ok().map(|()| figures)
    };
    let figures = read("x-business-use-case-usage").filter(|figures| figures.in_object);
    let figures = figures.or_else(|| read("x-app-usage"))?;
    let minutes = figures.minutes.filter(|minutes| *minutes > 0);
    Some(Usage {
        highest_percentage: figures.percentage?,
        time_to_regain_access: minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
    })
}

/// The highest of each, wherever in the JSON it stands: by account in one header, alone in the other.
#[derive(Default)]
struct Figures {
    in_object: bool,
    percentage: Option<u32>,
    minutes: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Name {
    CallCount,
    TotalCputime,
    TotalTime,
    EstimatedTimeToRegainAccess,
    #[serde(other)]
    Other,
}

/// Picks the figures out without building the rest: every good answer has this header. What has an odd form is passed over.
struct Reader<'a> {
    name: Name,
    figures: &'a mut Figures,
    redactor: &'a Redactor<'a>,
}

impl Reader<'_> {
    fn under(&mut self, name: Name) -> Reader<'_> {
        Reader { name, figures: self.figures, redactor: self.redactor }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.figures.in_object = true;
        while let Some(name) = map.next_key()? {
            map.next_value_seed(self.under(name))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self.under(Name::Other))?.is_some() {}
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        let highest = match self.name {
            Name::CallCount | Name::TotalCputime | Name::TotalTime => &mut self.figures.percentage,
            Name::EstimatedTimeToRegainAccess => &mut self.figures.minutes,
            Name::Other => return Ok(()),
        };
        if let Ok(figure) = u32::try_from(number)
            && !self.redactor.is_echo(number)
        {
            *highest = Some(highest.map_or(figure, |known| known.max(figure)));
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        endpoint::Endpoint,
        values::{AccessToken, Pin},
    };

    fn read(name: &'static str, value: &'static str) -> Option<Usage> {
        let endpoint = Endpoint::new(AccessToken::parse("EAAG").unwrap());
        let pin = Pin::parse("735194").unwrap();
        let headers = [(http::HeaderName::from_static(name), http::HeaderValue::from_static(value))];
        usage(&headers.into_iter().collect(), &Redactor::new(&endpoint, Some(&pin)))
    }

    #[test]
    fn usage_takes_the_highest_and_minutes_become_seconds() {
        let business = r#"{"1":[{"type":"whatsapp","call_count":100,"total_cputime":25,"total_time":7,"estimated_time_to_regain_access":2},{"call_count":3}],"2":"odd","3":[null,true,-1,0.5]}"#;
        let read_one = read("x-business-use-case-usage", business).unwrap();
        assert_eq!(
            (read_one.highest_percentage, read_one.time_to_regain_access),
            (100, Some(Duration::from_secs(120)))
        );
        let escaped = r#"{"\u0063all_count":5,"total_time":-1}"#;
        assert_eq!(read("x-app-usage", escaped).map(|usage| usage.highest_percentage), Some(5));
        for odd in
            ["", "[]", "{}", "{\"call_count\":\"many\"}", "{\"call_count\":735194}", "nonsense", "{\"call_count\":5}x"]
        {
            assert_eq!(read("x-app-usage", odd), None, "{odd}");
        }
    }
}
