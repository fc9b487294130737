//! The PIN that a request asks to set.

use serde_json::Value;

/// The PIN in a request body, or the message of a code 100.
///
/// What the real call answers to a bad PIN is not known. The first text was recorded on `/register`, the second stands in an
/// example of Meta's `OpenAPI` file. A number for a PIN is refused on purpose (its zeros are lost), and so is a form body:
/// whether the real call takes them is unverified.
pub(crate) fn parse(body: &[u8]) -> Result<[u8; 6], &'static str> {
    const INVALID: &str = "(#100) Invalid PIN format. PIN must be exactly 6 digits";
    match serde_json::from_slice::<Value>(body).as_ref().ok().and_then(|body| body.get("pin")) {
        None | Some(Value::Null) => Err("(#100) The parameter pin is required."),
        Some(Value::String(pin)) => {
            let digits: [u8; 6] = pin.as_bytes().try_into().map_err(|_| INVALID)?;
            if digits.iter().all(u8::is_ascii_digit) { Ok(digits) } else { Err(INVALID) }
        }
        Some(_) => Err(INVALID),
    }
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
