use std::{fmt, time::Duration};

use http::HeaderMap;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use crate::{
    redact::Redactor,
    usage::{Usage, UsageEntry, UsageType},
};

/// So many are kept.
const ENTRIES: usize = 32;

/// From the header that the answer has of the two; the entries from both.
pub(crate) fn usage(headers: &HeaderMap, redactor: &Redactor<'_>) -> Option<Usage> {
    let read = |name, is_app| {
        let json = headers.get(name)?.as_bytes();
        let mut figures = Figures { is_app, ..Figures::default() };
        let mut source = serde_json::Deserializer::from_slice(json);
        Reader { name: Name::Other, figures: &mut figures, redactor }.deserialize(&mut source).ok()?;
        source.end().ok().and_then(|()| figures.all())
    };
    match (read("x-business-use-case-usage", false), read("x-app-usage", true)) {
        (Some(mut business), Some(app)) => {
            business.entries.extend(app.entries);
            business.entries.truncate(ENTRIES);
            Some(business)
        }
        (business, app) => business.or(app),
    }
}

/// What was read so far.
#[derive(Default)]
struct Figures {
    is_app: bool,
    account: Option<u64>,
    /// Of the object that is being read.
    one: Budget,
    entries: Vec<UsageEntry>,
    all: Budget,
}

/// The highest of each.
#[derive(Clone, Copy, Default)]
struct Budget {
    usage_type: UsageType,
    percentage: Option<u32>,
    minutes: Option<u32>,
}

impl Budget {
    fn take(&mut self, other: Self) {
        self.percentage = self.percentage.max(other.percentage);
        self.minutes = self.minutes.max(other.minutes);
    }

    fn time(self) -> Option<Duration> {
        let minutes = self.minutes.filter(|minutes| *minutes > 0);
        minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60))
    }
}

impl Figures {
    fn all(self) -> Option<Usage> {
        Some(Usage {
            highest_percentage: self.all.percentage?,
            time_to_regain_access: self.all.time(),
            entries: self.entries,
        })
    }

    /// An object has been read.
    fn end_of_object(&mut self) {
        let one = self.one;
        self.all.take(one);
        if let Some(highest_percentage) = one.percentage
            && (self.is_app || self.account.is_some())
            && self.entries.len() < ENTRIES
        {
            let (account, time_to_regain_access) = (self.account, one.time());
            self.entries.push(UsageEntry {
                account,
                usage_type: one.usage_type,
                highest_percentage,
                time_to_regain_access,
            });
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Name {
    CallCount,
    TotalCputime,
    TotalTime,
    EstimatedTimeToRegainAccess,
    Type,
    Account(u64),
    Other,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(match name {
                    "call_count" => Name::CallCount,
                    "total_cputime" => Name::TotalCputime,
                    "total_time" => Name::TotalTime,
                    "estimated_time_to_regain_access" => Name::EstimatedTimeToRegainAccess,
                    "type" => Name::Type,
                    other => other.parse().map_or(Name::Other, Name::Account),
                })
            }
        }
        deserializer.deserialize_identifier(Text)
    }
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
        let outer = std::mem::take(&mut self.figures.one);
        while let Some(name) = map.next_key()? {
            let outer = self.figures.account;
            if let Name::Account(id) = name {
                self.figures.account = Some(id).filter(|id| !self.figures.is_app && !self.redactor.is_echo(*id));
            }
            map.next_value_seed(self.under(name))?;
            self.figures.account = outer;
        }
        self.figures.end_of_object();
        self.figures.one = outer;
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self.under(Name::Other))?.is_some() {}
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        let highest = match self.name {
            Name::CallCount | Name::TotalCputime | Name::TotalTime => &mut self.figures.one.percentage,
            Name::EstimatedTimeToRegainAccess => &mut self.figures.one.minutes,
            _ => return Ok(()),
        };
        if let Ok(figure) = u32::try_from(number)
            && !self.redactor.is_echo(number)
        {
            *highest = (*highest).max(Some(figure));
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.name == Name::Type {
            self.figures.one.usage_type = match text {
                "whatsapp" => UsageType::Whatsapp,
                "whatsapp_business_management" => UsageType::WhatsappBusinessManagement,
                _ => UsageType::Other,
            };
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        endpoint::Endpoint,
        values::{AccessToken, Pin},
    };

    fn read(name: &'static str, value: &'static str) -> Option<Usage> {
        read_all(&[(name, value)])
    }

    fn read_all(headers: &[(&'static str, &'static str)]) -> Option<Usage> {
        let endpoint = Endpoint::new(AccessToken::parse("EAAG").unwrap());
        let pin = Pin::parse("735194").unwrap();
        let header = |(name, value): &(&'static str, &'static str)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
        };
        usage(&headers.iter().map(header).collect(), &Redactor::new(&endpoint, Some(&pin)))
    }

    #[test]
    fn each_entry_has_its_account_and_type() {
        let business = r#"{"11":[{"type":"whatsapp","call_count":9,"total_time":10},{"estimated_time_to_regain_access":3,"call_count":100,"type":"whatsapp_business_management"}],"735194":[{"type":"odd","total_time":7}],"odd":[{"total_time":8}]}"#;
        // The PIN is no account, and text is none.
        let app = r#"{"call_count":28,"total_time":3}"#;
        let all = read_all(&[("x-business-use-case-usage", business), ("x-app-usage", app)]).unwrap();
        let entries = all.entries.iter().map(|entry| {
            let UsageEntry { account, usage_type, highest_percentage, time_to_regain_access } = *entry;
            (account, usage_type, highest_percentage, time_to_regain_access.map_or(0, |time| time.as_secs()))
        });
        let due = [
            (Some(11), UsageType::Whatsapp, 10, 0),
            (Some(11), UsageType::WhatsappBusinessManagement, 100, 180),
            (None, UsageType::Other, 28, 0),
        ];
        assert_eq!(entries.collect::<Vec<_>>(), due);
        assert_eq!((all.highest_percentage, all.time_to_regain_access), (100, Some(Duration::from_secs(180))));
        let many = format!("{{\"1\":[{}{{}}]}}", "{\"call_count\":1},".repeat(1000));
        assert_eq!(read("x-business-use-case-usage", many.leak()).unwrap().entries.len(), ENTRIES);
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
