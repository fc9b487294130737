use serde::Deserialize;
use serde_json::Value;

/// What an answer's body says.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A JSON object with a boolean `success` and no `error`.
    Success(bool),
    /// An `error` was in it, whatever else.
    Error(GraphError),
    /// Anything else; the words say what, and repeat nothing of it.
    Other(&'static str),
}

/// A Graph error, as far as it could be read. Not cleaned yet.
#[derive(Debug, Default)]
pub(crate) struct GraphError {
    pub(crate) message: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) code: Option<u32>,
    pub(crate) subcode: Option<u32>,
    pub(crate) is_transient: bool,
    pub(crate) details: Option<String>,
    pub(crate) user_title: Option<String>,
    pub(crate) user_message: Option<String>,
    pub(crate) trace_id: Option<String>,
}

/// The two keys that matter. A key given twice makes the whole unreadable: which one would hold?
#[derive(Deserialize)]
struct Wire {
    success: Option<Value>,
    error: Option<Value>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(crate) fn read_body(body: &[u8]) -> Answer {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let Ok(text) = std::str::from_utf8(body) else {
        // An error text with broken characters is still worth its code; a success must be whole.
        return match object(&String::from_utf8_lossy(body)) {
            Some(Wire { error: Some(error), .. }) => Answer::Error(read_error(&error)),
            _ => Answer::Other("its body is not UTF-8"),
        };
    };
    match object(text) {
        Some(Wire { error: Some(error), .. }) => Answer::Error(read_error(&error)),
        Some(Wire { success: Some(Value::Bool(success)), .. }) => Answer::Success(success),
        Some(Wire { success: Some(_), .. }) => Answer::Other("its \"success\" is not a boolean"),
        Some(_) => Answer::Other("it has no \"success\""),
        None => Answer::Other(describe(text)),
    }
}

/// serde would take an array for a struct too, so the brace is looked for.
fn object(text: &str) -> Option<Wire> {
    let is_object = text.trim_ascii_start().starts_with('{');
    is_object.then(|| serde_json::from_str(text).ok()).flatten()
}

fn describe(text: &str) -> &'static str {
    match text.trim_ascii_start().as_bytes().first() {
        None => "its body is empty",
        Some(b'<') => "its body is HTML or XML, not JSON",
        Some(_) => "its body is not a JSON object",
    }
}

/// Every field on its own: one that has an odd form is missing, and spoils no other.
fn read_error(error: &Value) -> GraphError {
    let text = |key: &str| error.get(key).and_then(Value::as_str).map(str::to_owned);
    GraphError {
        message: error.as_str().map(str::to_owned).or_else(|| text("message")),
        error_type: text("type"),
        code: error.get("code").and_then(number),
        subcode: error.get("error_subcode").and_then(number),
        is_transient: error.get("is_transient") == Some(&Value::Bool(true)),
        details: error.get("error_data").and_then(details),
        user_title: text("error_user_title"),
        user_message: text("error_user_msg"),
        trace_id: text("fbtrace_id"),
    }
}

/// A number, or a number in a string.
fn number(value: &Value) -> Option<u32> {
    match value {
        Value::String(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok(),
        value => value.as_u64()?.try_into().ok(),
    }
}

/// `error_data` is an object, or a string that holds one, or a string.
fn details(error_data: &Value) -> Option<String> {
    match error_data {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(inner)) => inner.get("details")?.as_str().map(str::to_owned),
            _ => Some(text.clone()),
        },
        value => value.get("details")?.as_str().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(body: &[u8]) -> GraphError {
        match read_body(body) {
            Answer::Error(error) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_a_whole_object_with_a_true_boolean_succeeds() {
        for body in
            ["{\"success\":true}", " {\"a\":[],\"success\": true} ", "\u{feff}{\"success\":true,\"error\":null}"]
        {
            assert!(matches!(read_body(body.as_bytes()), Answer::Success(true)), "{body}");
        }
        let deep = format!("{{\"success\":{}true", "[".repeat(20_000));
        for body in [
            "",
            "[true]",
            "[true,null]",
            "true",
            "null",
            "{}",
            "{\"success\":\"true\"}",
            "{\"success\":1}",
            "{\"success\":true",
            "{\"success\":true}x",
            "{\"success\":false,\"success\":true}",
            "<html>",
            "\"success\"",
            &deep,
        ] {
            assert!(matches!(read_body(body.as_bytes()), Answer::Other(_)), "{body}");
        }
        assert!(matches!(read_body(b"{\"success\":true,\"a\":\"\xff\"}"), Answer::Other(_)));
    }

    #[test]
    fn odd_forms_of_an_error_keep_what_can_be_read() {
        assert_eq!(error(b"{\"error\":\"boom\"}").message.as_deref(), Some("boom"));
        assert_eq!(error(b"{\"error\":{\"code\":\"190\"}}").code, Some(190));
        assert_eq!(error(b"{\"error\":{\"code\":99999999999999999999}}").code, None);
        assert_eq!(error(b"{\"error\":{\"code\":-1,\"error_subcode\":33}}").subcode, Some(33));
        assert_eq!(error(b"{\"success\":true,\"error\":{\"code\":2}}").code, Some(2));
        let lossy = error(b"{\"error\":{\"code\":4,\"message\":\"\xff\"}}");
        assert_eq!((lossy.code, lossy.message.as_deref()), (Some(4), Some("\u{fffd}")));
        for data in ["{\"details\":\"why\"}", "\"{\\\"details\\\":\\\"why\\\"}\"", "\"why\""] {
            let body = format!("{{\"error\":{{\"error_data\":{data}}}}}");
            assert_eq!(error(body.as_bytes()).details.as_deref(), Some("why"), "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            read_body(&body);
        }
    }
}
