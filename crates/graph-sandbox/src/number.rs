//! A phone number as Graph tells of it: the fields that were asked for, in that order.

use std::fmt::Write as _;

use crate::json::string;
use crate::state::State;

/// The fields that the sandbox knows. That Graph has them is documented, but for `is_pin_enabled`, which was recorded.
const KNOWN: [&str; 9] = [
    "id",
    "display_phone_number",
    "verified_name",
    "quality_rating",
    "status",
    "code_verification_status",
    "name_status",
    "platform_type",
    PIN_FIELD,
];

pub(crate) const PIN_FIELD: &str = "is_pin_enabled";

/// What an answer has if no fields are asked for. Graph has some more, by version.
const DEFAULT: &str = "id,display_phone_number,verified_name,quality_rating";

/// What the values of an answer are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Values<'a> {
    #[default]
    Usual,
    /// The ID alone.
    Absent,
    /// `null`, but for the ID.
    Null,
    /// Of another type, but for the ID.
    OfAnotherType,
    /// Texts that Graph is not known to send.
    Unknown,
    /// A name of so many bytes.
    LongName(usize),
    /// The ID as a JSON number.
    NumericId,
    /// This text in every field that holds text, but for the ID.
    Text(&'a str),
}

/// The fields of a request, or the message of a code 100.
pub(crate) fn fields(asked: Option<&str>) -> Result<Vec<&str>, String> {
    let asked = asked.filter(|asked| !asked.is_empty()).unwrap_or(DEFAULT);
    asked.split(',').map(|field| if KNOWN.contains(&field) { Ok(field) } else { Err(refusal(field)) }).collect()
}

/// Recorded for other objects, at times with the object's type behind it.
pub(crate) fn refusal(field: &str) -> String {
    format!("(#100) Tried accessing nonexisting field ({field})")
}

/// The JSON of a number. The ID is always there: at its place if it was asked for, else last.
pub(crate) fn render(id: u64, fields: &[&str], values: Values<'_>, state: &State) -> String {
    let mut out = String::from("{");
    let last = if fields.contains(&"id") { None } else { Some(&"id") };
    for field in fields.iter().chain(last) {
        if values == Values::Absent && *field != "id" {
            continue;
        }
        if out.len() > 1 {
            out.push(',');
        }
        let _ = write!(out, "\"{field}\":{}", value(id, field, values, state));
    }
    out.push('}');
    out
}

/// The JSON of a field.
fn value(id: u64, field: &str, values: Values<'_>, state: &State) -> String {
    // So that a fleet has some of everything.
    let last_digit = id % 10;
    let text = match (field, values) {
        ("id", Values::NumericId) => return id.to_string(),
        ("id", _) => return string(&id.to_string()),
        (_, Values::Null) => return "null".to_owned(),
        (_, Values::OfAnotherType) => return r#"{"of":["another","type"]}"#.to_owned(),
        (PIN_FIELD, _) => return state.pin(&id.to_string()).is_some().to_string(),
        (_, Values::Text(text)) => return string(text),
        ("status" | "code_verification_status" | "name_status" | "platform_type", Values::Unknown) => "SOMETHING_NEW",
        ("verified_name", Values::LongName(size)) => return string(&"x".repeat(size)),
        // Numbers with 555 and 01 in them are nobody's.
        ("display_phone_number", _) => {
            return string(&format!("+1 {:03}-555-01{:02}", 200 + id / 100 % 800, id % 100));
        }
        ("verified_name", _) => return string(&format!("Shop {:04}", id % 10_000)),
        ("quality_rating", _) => "GREEN",
        ("status", _) if last_digit == 9 => "DISCONNECTED",
        ("status", _) => "CONNECTED",
        ("code_verification_status", _) if last_digit == 9 => "NOT_VERIFIED",
        ("code_verification_status", _) if last_digit == 8 => "EXPIRED",
        ("code_verification_status", _) => "VERIFIED",
        ("name_status", _) => "APPROVED",
        _ => "CLOUD_API",
    };
    string(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_that_are_asked_for_in_their_order() {
        let state = State::default();
        let shown = |asked: &str, values| render(106_540_352_242_922, &fields(Some(asked)).unwrap(), values, &state);
        let usual = |asked: &str| shown(asked, Values::Usual);
        assert_eq!(usual("is_pin_enabled"), r#"{"is_pin_enabled":false,"id":"106540352242922"}"#);
        assert_eq!(usual("id,status"), r#"{"id":"106540352242922","status":"CONNECTED"}"#);
        assert!(usual("").contains("verified_name") && !usual("").contains("is_pin_enabled"));
        assert_eq!(
            fields(Some("id,throughpu")),
            Err("(#100) Tried accessing nonexisting field (throughpu)".to_owned())
        );
        assert_eq!(shown("id,status", Values::Absent), r#"{"id":"106540352242922"}"#);
        assert_eq!(shown("status", Values::NumericId), r#"{"status":"CONNECTED","id":106540352242922}"#);
        for values in [Values::Null, Values::OfAnotherType, Values::Unknown, Values::LongName(9)] {
            serde_json::from_str::<serde_json::Value>(&shown(&KNOWN.join(","), values)).unwrap();
        }
        state.set_pin("106540352242922", *b"012345");
        assert!(usual("is_pin_enabled").contains("true"));
    }
}
