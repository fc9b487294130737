//! Writes an answer with the headers of the recordings.

use std::borrow::Cow;
use std::io::Write as _;

use crate::errors::{self, ErrorBody};
use crate::fleet::ACCOUNT;
use crate::trace::Trace;
use crate::usage::{self, Counted, Usage};
use crate::version::Version;

/// How the end of the body is told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BodyEnd {
    Length(usize),
    Chunked,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Cow<'static, [u8]>,
    pub(crate) version: Version,
    pub(crate) trace: Trace,
    pub(crate) usage: Usage,
    /// What the limits say that the call was counted for.
    pub(crate) counted: Counted,
    pub(crate) usage_headers: bool,
    /// The WhatsApp business account that the usage is counted for.
    pub(crate) account: u64,
    /// Third word and text of `WWW-Authenticate`.
    pub(crate) challenge: Option<(&'static str, String)>,
    /// Sent in place of the header of that name, or added.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Without Graph's headers: what a proxy in between answers.
    pub(crate) bare: bool,
    pub(crate) close: bool,
}

impl Reply {
    /// `{"success":true}`.
    pub(crate) fn success(version: Version, trace: Trace) -> Self {
        Self {
            status: 200,
            body: Cow::Borrowed(b"{\"success\":true}"),
            version,
            trace,
            usage: Usage::Business { write: true, percent: 1, minutes: 0 },
            counted: Counted::default(),
            usage_headers: true,
            account: ACCOUNT,
            challenge: None,
            headers: Vec::new(),
            bare: false,
            close: false,
        }
    }

    /// Turns the answer into the error of this code and subcode.
    pub(crate) fn fail_with(&mut self, code: u32, subcode: Option<u32>) {
        let (status, error_type, message) = errors::says(code, subcode);
        self.fail(status, error_type, code, subcode, &message);
    }

    /// Turns the answer into a Graph error.
    pub(crate) fn fail(&mut self, status: u16, error_type: &str, code: u32, subcode: Option<u32>, message: &str) {
        let row = errors::find(code);
        let (code_text, subcode_text) = (code.to_string(), subcode.map(|subcode| subcode.to_string()));
        let user_facing =
            matches!(subcode, Some(2_388_000..=2_388_999 | 2_593_002)) || matches!(code, 136_024 | 136_025);
        let body = ErrorBody {
            message,
            error_type: Some(error_type),
            code: &code_text,
            subcode: subcode_text.as_deref(),
            // Recorded for code 2 and shown by Meta for 4 with this subcode; for the rest nobody knows.
            transient: (code == 2 || subcode == Some(2_446_079)).then_some(true),
            user_title: row.filter(|_| user_facing).map(|row| row.title),
            user_message: row.filter(|_| user_facing).map(|row| row.meaning),
            details: row.filter(|row| row.code >= 130_000).map(|row| row.meaning),
            trace_id: Some(self.trace.request_id()),
        };
        let body = body.render();
        let word = if code == 190 { "invalid_token" } else { "invalid_request" };
        self.error(status, body.into_bytes(), word, message.to_owned());
    }

    /// Turns the answer into an error with this body.
    pub(crate) fn error(&mut self, status: u16, body: Vec<u8>, word: &'static str, message: String) {
        self.status = status;
        self.body = Cow::Owned(body);
        self.challenge = Some((word, message));
        self.usage = Usage::App(1);
    }

    /// Turns the answer into one that did not come from Graph.
    pub(crate) fn foreign(&mut self, status: u16, content_type: &str, body: &'static str) {
        self.status = status;
        self.body = Cow::Borrowed(body.as_bytes());
        self.bare = true;
        if !content_type.is_empty() {
            self.headers.push(("Content-Type", content_type.to_owned()));
        }
    }

    /// Head and body.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.write_head(out, BodyEnd::Length(self.body.len()));
        out.extend_from_slice(&self.body);
    }

    /// The head with its empty line.
    pub(crate) fn write_head(&self, out: &mut Vec<u8>, end: BodyEnd) {
        out.reserve(1_536 + self.body.len());
        // Writing to a Vec can't fail.
        let _ = write!(out, "HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        if !self.bare {
            self.write_graph_headers(out);
        }
        for (name, value) in &self.headers {
            put(out, name, value);
        }
        match end {
            BodyEnd::Length(_) if self.status == 204 => {}
            BodyEnd::Length(length) => drop(write!(out, "Content-Length: {length}\r\n")),
            BodyEnd::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        }
        out.extend_from_slice(if self.close {
            b"Connection: close\r\n\r\n"
        } else {
            b"Connection: keep-alive\r\n\r\n"
        });
    }

    fn write_graph_headers(&self, out: &mut Vec<u8>) {
        let ours = |name: &str| !self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let failed = self.challenge.is_some();
        if ours("Content-Type") {
            out.extend_from_slice(b"Content-Type: application/json; charset=UTF-8\r\n");
        }
        out.extend_from_slice(
            b"Vary: Origin, Accept-Encoding\r\nAccess-Control-Allow-Origin: *\r\nStrict-Transport-Security: max-age=15552000; preload\r\n\
              Pragma: no-cache\r\nExpires: Sat, 01 Jan 2000 00:00:00 GMT\r\nX-FB-Debug: c2FuZGJveA==\r\n\
              X-FB-Connection-Quality: EXCELLENT; q=0.9, rtt=1\r\nAlt-Svc: clear\r\nx-fb-rev: 1017308921\r\n",
        );
        out.extend_from_slice(if failed {
            b"Cache-Control: no-store\r\nCross-Origin-Resource-Policy: cross-origin\r\nProxy-Status: http_request_error; e_proxy=\"sandbox\"\r\n"
        } else {
            b"Cache-Control: private, no-cache, no-store, must-revalidate\r\n"
        });
        if ours("facebook-api-version") {
            let _ = write!(out, "facebook-api-version: v{}.0\r\n", self.version.served);
        }
        if ours("x-fb-request-id") {
            put(out, "x-fb-request-id", self.trace.request_id());
        }
        put(out, "x-fb-trace-id", self.trace.trace_id());
        if let Some(expired) = self.version.expired {
            let served = self.version.served;
            let _ = write!(
                out,
                "X-Ad-Api-Version-Warning: The call has been auto-upgraded to v{served}.0 as v{expired}.0 has been deprecated.\r\n"
            );
        }
        if let Some((word, message)) = self.challenge.as_ref().filter(|_| ours("WWW-Authenticate")) {
            put(out, "WWW-Authenticate", &format!("OAuth \"Facebook Platform\" \"{word}\" \"{message}\""));
        }
        if self.usage_headers && ours("X-App-Usage") && ours("X-Business-Use-Case-Usage") {
            out.extend_from_slice(usage::headers(self.usage, self.counted, self.account).as_bytes());
        }
    }
}

/// A header whose value may hold anything: what can't stand in one becomes a space.
fn put(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend(value.bytes().map(|byte| if matches!(byte, b' '..=b'~') { byte } else { b' ' }));
    out.extend_from_slice(b"\r\n");
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        302 => "Found",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Traces;

    fn text(reply: &Reply) -> String {
        let mut out = Vec::new();
        reply.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn exactly_one_usage_header_and_no_header_can_be_injected() {
        let mut reply = Reply::success(Version::UNSTATED, Traces::new(1).next());
        let shown = text(&reply);
        assert!(shown.contains("X-Business-Use-Case-Usage") && !shown.contains("X-App-Usage"));
        assert!(shown.ends_with("Content-Length: 16\r\nConnection: keep-alive\r\n\r\n{\"success\":true}"));
        reply.fail(400, "OAuthException", 190, Some(463), "bad\r\nInjected: yes");
        let shown = text(&reply);
        assert!(!shown.contains("X-Business-Use-Case-Usage") && shown.contains("X-App-Usage"));
        assert!(shown.contains("\"invalid_token\" \"bad  Injected: yes\""));
    }
}
