//! What the server saw, for a test to look at.

use std::fmt;

use crate::request::Request;

/// A request as the sandbox saw it.
///
/// Its accessors give the raw values; its `Debug` shows neither the `Authorization` header nor the query nor the body,
/// since the log of a test run is public.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl RecordedRequest {
    pub(crate) fn new(request: &Request) -> Self {
        let mut places = [httparse::EMPTY_HEADER; 100];
        let mut head = httparse::Request::new(&mut places);
        let _ = head.parse(request.head());
        let headers = head.headers.iter();
        Self {
            method: request.method().to_owned(),
            path: request.path().to_owned(),
            query: request.query().map(str::to_owned),
            headers: headers.map(|h| (h.name.to_owned(), String::from_utf8_lossy(h.value).into_owned())).collect(),
            body: request.body().to_vec(),
        }
    }

    /// The method, such as `POST`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What follows the `?`, if there was one. It may hold an `appsecret_proof`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The headers in their order and spelling, secrets included.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first value of a header, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body, PIN included.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The record with every value shown, for the loopback caller that asks.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": String::from_utf8_lossy(&self.body),
        })
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value): &(String, String)| {
            let secret = name.eq_ignore_ascii_case("authorization");
            (name.clone(), if secret { "[redacted]".to_owned() } else { value.clone() })
        };
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query.as_ref().map(|_| "[redacted]"))
            .field("headers", &self.headers.iter().map(shown).collect::<Vec<_>>())
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_masks_secrets() {
        let bytes = b"POST /v24.0/1?appsecret_proof=c0ffee HTTP/1.1\r\nAUTHORIZATION: Bearer EAAsecret\r\nX-a: b\r\n\r\n{\"pin\":\"012345\"}";
        let (mut request, _) = crate::request::parse(bytes).unwrap().unwrap();
        request.fill(bytes.to_vec());
        let record = RecordedRequest::new(&request);
        assert_eq!(record.headers()[0], ("AUTHORIZATION".to_owned(), "Bearer EAAsecret".to_owned()));
        assert_eq!(record.header("authorization"), Some("Bearer EAAsecret"));
        assert_eq!(record.query(), Some("appsecret_proof=c0ffee"));
        let shown = format!("{record:?} {record:#?}");
        for secret in ["EAAsecret", "012345", "c0ffee"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("X-a"));
    }
}
