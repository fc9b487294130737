//! A page of a list: `{"data": […], "paging": {"cursors": {"after": …}, "next": …}}`.

use serde::Deserialize;
use serde_json::Value;

use super::body::{Answer, read_body};

/// What an answer to a read says.
#[derive(Debug)]
pub(crate) enum ListAnswer {
    Page {
        entries: Vec<Value>,
        /// Where the next page begins, if the server says that there is one.
        after: Option<String>,
    },
    /// Anything else, as for any other operation.
    Other(Answer),
}

#[derive(Deserialize)]
struct Wire {
    data: Vec<Value>,
    paging: Option<Value>,
    error: Option<Value>,
}

pub(crate) fn read_list(body: &[u8]) -> ListAnswer {
    match serde_json::from_slice::<Wire>(body) {
        Ok(Wire { data, paging, error: None }) => match next(paging.as_ref()) {
            Ok(after) => ListAnswer::Page { entries: data, after },
            Err(problem) => ListAnswer::Other(Answer::Other(problem)),
        },
        _ => ListAnswer::Other(match read_body(body) {
            Answer::Error(error) => Answer::Error(error),
            Answer::Other(problem) if problem != "it has no \"success\"" => Answer::Other(problem),
            _ => Answer::Other("it has no \"data\" that is a list"),
        }),
    }
}

/// The last page has cursors too, but no `next`. That URL holds the token: it is looked for, and neither followed nor kept.
fn next(paging: Option<&Value>) -> Result<Option<String>, &'static str> {
    let has_next = paging.and_then(|paging| paging.get("next")).is_some_and(Value::is_string);
    if !has_next {
        return Ok(None);
    }
    let after = paging.and_then(|paging| paging.pointer("/cursors/after")).and_then(Value::as_str);
    match after.filter(|after| (1..=MAX_CURSOR).contains(&after.len())) {
        Some(after) => Ok(Some(after.to_owned())),
        None => Err("it says that there is more, but has no usable cursor"),
    }
}

/// Graph's cursors have some hundred characters.
const MAX_CURSOR: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    fn after(body: &str) -> Option<String> {
        match read_list(body.as_bytes()) {
            ListAnswer::Page { after, .. } => after,
            ListAnswer::Other(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn there_is_more_only_if_the_server_says_so() {
        assert_eq!(after(r#"{"data":[]}"#), None);
        assert_eq!(after(r#"{"data":[],"paging":{"cursors":{"before":"a","after":"b"}}}"#), None);
        let next = r#"{"data":[],"paging":{"cursors":{"after":"b"},"next":"https://x/?access_token=t"}}"#;
        assert_eq!(after(next).as_deref(), Some("b"));
    }

    #[test]
    fn what_is_no_list_is_told() {
        for (body, problem) in [
            (r#"{"data":{}}"#, "it has no \"data\" that is a list"),
            (r#"{"success":true}"#, "it has no \"data\" that is a list"),
            ("<html>", "its body is HTML or XML, not JSON"),
            (r#"{"data":[],"paging":{"next":"https://x"}}"#, "it says that there is more, but has no usable cursor"),
        ] {
            assert!(
                matches!(read_list(body.as_bytes()), ListAnswer::Other(Answer::Other(p)) if p == problem),
                "{body}"
            );
        }
        let error = read_list(br#"{"data":[],"error":{"code":190}}"#);
        assert!(matches!(error, ListAnswer::Other(Answer::Error(error)) if error.code == Some(190)));
    }
}
