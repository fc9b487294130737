//! The PIN that a request asks to set.

use serde_json::Value;

use crate::request::Request;

const INVALID: &str = "(#100) Invalid PIN format. PIN must be exactly 6 digits";
const REQUIRED: &str = "(#100) The parameter pin is required.";

/// The PIN in the body of a request, JSON or a form, or the message of a code 100.
///
/// What the real call answers to a bad PIN is not known. The text for a missing one was recorded on `/register`, the other stands
/// in an example of Meta's `OpenAPI` file.
pub(crate) fn of(request: &Request) -> Result<[u8; 6], &'static str> {
    match request.form() {
        Some(form) => digits(&form.field(request.body(), "pin").ok_or(REQUIRED)?),
        None => parse(request.body()),
    }
}

/// A number for a PIN is refused on purpose, as its zeros are lost: whether the real call takes it is unverified.
fn parse(body: &[u8]) -> Result<[u8; 6], &'static str> {
    match serde_json::from_slice::<Value>(body).as_ref().ok().and_then(|body| body.get("pin")) {
        None | Some(Value::Null) => Err(REQUIRED),
        Some(Value::String(pin)) => digits(pin),
        Some(_) => Err(INVALID),
    }
}

fn digits(pin: &str) -> Result<[u8; 6], &'static str> {
    let digits: [u8; 6] = pin.as_bytes().try_into().map_err(|_| INVALID)?;
    if digits.iter().all(u8::is_ascii_digit) { Ok(digits) } else { Err(INVALID) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_of_six_digits() {
        assert_eq!(parse(br#"{"pin":"012345"}"#), Ok(*b"012345"));
        for bad in [
            r#"{"pin":12345}"#,
            r#"{"pin":"12345"}"#,
            r#"{"pin":"1234567"}"#,
            r#"{"pin":"12345a"}"#,
            r#"{"pin":"\u0661\u0662\u0663"}"#,
            r#"{"pin":""}"#,
        ] {
            assert!(parse(bad.as_bytes()).unwrap_err().contains("Invalid PIN"), "{bad}");
        }
        for none in ["", "{}", "[]", "pin=012345", r#"{"pin":null}"#] {
            assert!(parse(none.as_bytes()).unwrap_err().contains("required"), "{none}");
        }
    }
}
