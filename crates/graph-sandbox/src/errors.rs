//! The Graph error codes that the sandbox knows, and the JSON of an error answer.

use std::fmt::Write as _;

use crate::json::push_string;

/// One Graph error code, as the sandbox answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphError {
    /// The `code`; the first one where a row stands for a range.
    pub code: u32,
    /// The last `code` of the row: above [`code`](Self::code) only for the range 200-299.
    pub last_code: u32,
    /// The HTTP status of the answer.
    pub http_status: u16,
    /// The `type`.
    pub error_type: &'static str,
    /// What Meta's documentation calls it.
    pub title: &'static str,
    /// The `message`.
    pub message: &'static str,
    /// What it means; `error_data.details` of the WhatsApp codes repeats it.
    pub meaning: &'static str,
}

macro_rules! graph_errors {
    ($($first:literal ..= $last:literal $status:literal $title:literal, $message:literal, $meaning:literal;)+) => {
        pub(super) static ROWS: &[GraphError] = &[$(GraphError {
            code: $first,
            last_code: $last,
            http_status: $status,
            error_type: "OAuthException",
            title: $title,
            message: $message,
            meaning: $meaning,
        }),+];
    };
}

#[path = "error_rows.rs"]
mod rows;

/// Every Graph error code that the sandbox knows, in the order of the codes.
///
/// ```
/// let expired = graph_sandbox::graph_errors().iter().find(|error| error.code == 190).unwrap();
/// assert_eq!(expired.http_status, 401);
/// ```
#[must_use]
pub fn graph_errors() -> &'static [GraphError] {
    rows::ROWS
}

/// The row of `code`, if the table has one.
pub(crate) fn find(code: u32) -> Option<&'static GraphError> {
    rows::ROWS.iter().find(|row| (row.code..=row.last_code).contains(&code))
}

/// What a code says with this subcode, if it says something of its own. The meanings are documented, the words are ours.
fn of_subcode(code: u32, subcode: u32) -> Option<&'static str> {
    Some(match (code, subcode) {
        (190, 458) => "Error validating access token: The user has not authorized the app.",
        (190, 459) => "Error validating access token: The user has to pass a checkpoint first.",
        (190, 460) => {
            "Error validating access token: The session has been invalidated because the password was changed."
        }
        (190, 463) => "Error validating access token: Session has expired.",
        (190, 464) => "Error validating access token: The user is not confirmed.",
        (190, 467) => "Error validating access token: The token has been invalidated.",
        (190, 492) => "Error validating access token: The session is not valid any more.",
        _ => return None,
    })
}

/// Status, type and message of a code and its subcode: the same whichever way a test has asked for it.
pub(crate) fn says(code: u32, subcode: Option<u32>) -> (u16, &'static str, String) {
    let (status, error_type, message) =
        find(code).map_or((400, "OAuthException", ""), |row| (row.http_status, row.error_type, row.message));
    let message = match (subcode.and_then(|subcode| of_subcode(code, subcode)), message) {
        (Some(message), _) => message.to_owned(),
        (None, "") => format!("(#{code}) An error that this sandbox has no text for"),
        // A row for a range has the first code's text.
        (None, message) => message.replacen("(#200)", &format!("(#{code})"), 1),
    };
    (status, error_type, message)
}

/// The `error` object of an answer; what is `None` is left out.
#[derive(Debug, Default)]
pub(crate) struct ErrorBody<'a> {
    pub(crate) message: &'a str,
    pub(crate) error_type: Option<&'a str>,
    /// JSON as it stands: a number for most, text where a scenario sends an odd one.
    pub(crate) code: &'a str,
    pub(crate) subcode: Option<&'a str>,
    pub(crate) transient: Option<bool>,
    pub(crate) user_title: Option<&'a str>,
    pub(crate) user_message: Option<&'a str>,
    pub(crate) details: Option<&'a str>,
    pub(crate) trace_id: Option<&'a str>,
}

impl ErrorBody<'_> {
    /// `{"error":{…}}`, keys in the order of the recordings.
    pub(crate) fn render(&self) -> String {
        let mut out = String::with_capacity(256 + self.message.len());
        out.push_str("{\"error\":{\"message\":");
        push_string(&mut out, self.message);
        let text = |out: &mut String, key: &str, value: Option<&str>| {
            if let Some(value) = value {
                let _ = write!(out, ",\"{key}\":");
                push_string(out, value);
            }
        };
        text(&mut out, "type", self.error_type);
        let _ = write!(out, ",\"code\":{}", self.code);
        if let Some(subcode) = self.subcode {
            let _ = write!(out, ",\"error_subcode\":{subcode}");
        }
        if let Some(transient) = self.transient {
            let _ = write!(out, ",\"is_transient\":{transient}");
        }
        text(&mut out, "error_user_title", self.user_title);
        text(&mut out, "error_user_msg", self.user_message);
        if let Some(details) = self.details {
            out.push_str(",\"error_data\":{\"messaging_product\":\"whatsapp\",\"details\":");
            push_string(&mut out, details);
            out.push('}');
        }
        text(&mut out, "fbtrace_id", self.trace_id);
        out.push_str("}}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_are_found() {
        let rows = graph_errors();
        assert!(rows.windows(2).all(|pair| pair[0].last_code < pair[1].code));
        assert_eq!(find(250).unwrap().code, 200);
        assert_eq!(find(133_005).unwrap().http_status, 400);
        assert!(find(7).is_none());
    }

    #[test]
    fn error_body_is_json() {
        let body =
            ErrorBody { message: "see https://x/\"y\"\n", code: "100", details: Some("d"), ..ErrorBody::default() }
                .render();
        assert!(body.contains("https:\\/\\/x\\/"), "{body}");
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(value["error"]["message"], "see https://x/\"y\"\n");
        assert_eq!(value["error"]["error_data"]["details"], "d");
    }
}
