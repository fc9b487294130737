//! One request as bytes, with the places of its parts: nothing is copied out of it until someone asks.

use std::borrow::Cow;
use std::ops::Range;

use crate::form::{self, Form};

/// A request: the head as it came, then the body.
#[derive(Default)]
pub(crate) struct Request {
    raw: Vec<u8>,
    method: Range<usize>,
    target: Range<usize>,
    authorization: Option<Range<usize>>,
    host: Option<Range<usize>>,
    content_type: Option<Range<usize>>,
    head_length: usize,
}

/// What the head says about the body and the connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Framing {
    pub(crate) head_length: usize,
    pub(crate) content_length: usize,
    pub(crate) chunked: bool,
    pub(crate) close: bool,
    pub(crate) expects_continue: bool,
}

/// Why a head can't be served.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadHead {
    Malformed,
    TooManyHeaders,
    /// A transfer coding other than chunked.
    UnknownCoding,
}

/// Reads the head at the start of `bytes`; `None` while it is incomplete.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Request, Framing)>, BadHead> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut head = httparse::Request::new(&mut headers);
    let head_length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(BadHead::TooManyHeaders),
        Err(_) => return Err(BadHead::Malformed),
    };
    let place = |part: &[u8]| {
        let start = part.as_ptr().addr() - bytes.as_ptr().addr();
        start..start + part.len()
    };
    let mut request = Request {
        method: place(head.method.unwrap_or_default().as_bytes()),
        target: place(head.path.unwrap_or_default().as_bytes()),
        head_length,
        ..Request::default()
    };
    let mut framing = Framing { head_length, close: head.version == Some(0), ..Framing::default() };
    let mut length = None;
    for header in head.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("authorization") {
            request.authorization = Some(place(header.value));
        } else if is("host") {
            request.host = Some(place(header.value));
        } else if is("content-type") {
            request.content_type = Some(place(header.value));
        } else if is("content-length") {
            let value = std::str::from_utf8(header.value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            // A number too long for usize is above every cap.
            let value = value.filter(|text| !text.is_empty()).map(|text| text.parse().unwrap_or(usize::MAX));
            match (value, length) {
                (Some(value), None) => length = Some(value),
                (Some(value), Some(before)) if value == before => {}
                _ => return Err(BadHead::Malformed),
            }
        } else if is("transfer-encoding") {
            if !header.value.eq_ignore_ascii_case(b"chunked") {
                return Err(BadHead::UnknownCoding);
            }
            framing.chunked = true;
        } else if is("connection") {
            framing.close |= header.value.eq_ignore_ascii_case(b"close");
        } else if is("expect") {
            framing.expects_continue = header.value.eq_ignore_ascii_case(b"100-continue");
        }
    }
    if framing.chunked && length.is_some() {
        return Err(BadHead::Malformed);
    }
    framing.content_length = length.unwrap_or(0);
    Ok(Some((request, framing)))
}

impl Request {
    /// The bytes that [`parse`] saw, then the body.
    pub(crate) fn fill(&mut self, raw: Vec<u8>) {
        self.raw = raw;
    }

    /// Gives them back.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.raw)
    }

    fn text(&self, place: &Range<usize>) -> &str {
        self.raw.get(place.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub(crate) fn method(&self) -> &str {
        self.text(&self.method)
    }

    pub(crate) fn path(&self) -> &str {
        let target = self.text(&self.target);
        target.split_once('?').map_or(target, |(path, _)| path)
    }

    pub(crate) fn query(&self) -> Option<&str> {
        self.text(&self.target).split_once('?').map(|(_, query)| query)
    }

    /// The value of one query parameter, as it stands.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    }

    /// The same without its percent-encoding.
    pub(crate) fn decoded(&self, name: &str) -> Option<String> {
        self.parameter(name).map(|value| form::decode(value).into_owned())
    }

    pub(crate) fn host(&self) -> &str {
        self.host.as_ref().map_or("", |place| self.text(place))
    }

    /// The form that the body is, unless it is JSON.
    pub(crate) fn form(&self) -> Option<Form<'_>> {
        Form::of(self.text(self.content_type.as_ref()?))
    }

    /// A parameter of the query, or else a field of a form body.
    pub(crate) fn argument(&self, name: &str) -> Option<String> {
        self.decoded(name).or_else(|| self.form()?.field(self.body(), name))
    }

    /// The bearer token, or else the `access_token` of the query or of a form body.
    pub(crate) fn token(&self) -> Option<Cow<'_, str>> {
        let Some(authorization) = &self.authorization else {
            return self.argument("access_token").filter(|token| !token.is_empty()).map(Cow::Owned);
        };
        let (scheme, token) = self.text(authorization).split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(Cow::Borrowed(token))
    }

    /// The whole request as text, for the scenarios that echo it.
    pub(crate) fn lossy(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    pub(crate) fn head(&self) -> &[u8] {
        &self.raw[..self.head_length.min(self.raw.len())]
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.raw.get(self.head_length..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(bytes: &[u8]) -> (Request, Framing) {
        let (mut request, framing) = parse(bytes).unwrap().unwrap();
        request.fill(bytes.to_vec());
        (request, framing)
    }

    #[test]
    fn parts() {
        let (request, framing) = request(
            b"POST /v24.0/1?a=b&appsecret_proof=00 HTTP/1.1\r\nHost: h\r\nauthorization: bearer  EAA \r\nContent-Length: 2\r\n\r\n{}",
        );
        assert_eq!((request.method(), request.path(), request.host()), ("POST", "/v24.0/1", "h"));
        assert_eq!(request.parameter("appsecret_proof"), Some("00"));
        assert_eq!(request.parameter("proof"), None);
        assert_eq!(request.token().as_deref(), Some("EAA"));
        assert_eq!((request.body(), framing.content_length, framing.close), (&b"{}"[..], 2, false));
    }

    #[test]
    fn a_token_of_the_header_the_query_or_a_form() {
        let token = |rest: &str| request(format!("POST /1{rest}").as_bytes()).0.token().map(Cow::into_owned);
        let form = "Content-Type: application/x-www-form-urlencoded\r\n\r\naccess_token=EAAform";
        assert_eq!(token("?access_token=EAA%78 HTTP/1.1\r\n\r\n").as_deref(), Some("EAAx"));
        assert_eq!(token(&format!(" HTTP/1.1\r\n{form}")).as_deref(), Some("EAAform"));
        assert_eq!(token(&format!("?access_token=EAAx HTTP/1.1\r\n{form}")).as_deref(), Some("EAAx"));
        let header = "Authorization: Bearer EAAhead\r\n";
        assert_eq!(token(&format!("?access_token=EAAx HTTP/1.1\r\n{header}{form}")).as_deref(), Some("EAAhead"));
        assert_eq!(token("?access_token= HTTP/1.1\r\n\r\naccess_token=EAAx"), None);
    }

    #[test]
    fn bad_heads() {
        assert_eq!(parse(b"POST / HTTP/1.1\r\nHo").unwrap().map(|_| ()), None);
        for bad in [
            "\u{1}\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(parse(bad.as_bytes()).map(|_| ()), Err(BadHead::Malformed), "{bad}");
        }
        let many = format!("POST / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(101));
        assert_eq!(parse(many.as_bytes()).map(|_| ()), Err(BadHead::TooManyHeaders));
        let gzip = b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n";
        assert_eq!(parse(gzip).map(|_| ()), Err(BadHead::UnknownCoding));
        assert!(request(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").1.chunked);
        assert!(request(b"POST / HTTP/1.0\r\n\r\n").1.close);
    }
}
