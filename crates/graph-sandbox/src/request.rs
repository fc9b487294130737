//! One request as bytes, with the places of its parts: nothing is copied out of it until someone asks.

use std::ops::Range;

/// A request: the head as it came, then the body.
#[derive(Default)]
pub(crate) struct Request {
    raw: Vec<u8>,
    method: Range<usize>,
    target: Range<usize>,
    authorization: Option<Range<usize>>,
    host: Option<Range<usize>>,
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
            framing.chunked = true;
        } else if is("connection") {
            framing.close |= header.value.eq_ignore_ascii_case(b"close");
        } else if is("expect") {
            framing.expects_continue = header.value.eq_ignore_ascii_case(b"100-continue");
        }
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
        self.parameter(name).map(decode)
    }

    pub(crate) fn host(&self) -> &str {
        self.host.as_ref().map_or("", |place| self.text(place))
    }

    /// The bearer token; of a `GET` also the one in the URL, since Graph's own `next` has it there.
    pub(crate) fn token(&self) -> Option<&str> {
        let Some(authorization) = &self.authorization else {
            return self.parameter("access_token").filter(|token| self.method() == "GET" && !token.is_empty());
        };
        let (scheme, token) = self.text(authorization).split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
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

/// `%2C` as a comma, `+` as a space.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*byte),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
        assert_eq!(request.token(), Some("EAA"));
        assert_eq!((request.body(), framing.content_length, framing.close), (&b"{}"[..], 2, false));
    }

    #[test]
    fn a_token_in_the_url_is_taken_of_a_get_alone() {
        let token = |method: &str| request(format!("{method} /1?access_token=EAAx HTTP/1.1\r\n\r\n").as_bytes()).0;
        assert_eq!((token("GET").token(), token("POST").token()), (Some("EAAx"), None));
    }

    #[test]
    fn percent_encoding() {
        assert_eq!(decode("id%2Cstatus+a%2fb%"), "id,status a/b%");
        assert_eq!(decode("%zz%2"), "%zz%2");
    }

    #[test]
    fn bad_heads() {
        assert_eq!(parse(b"POST / HTTP/1.1\r\nHo").unwrap().map(|_| ()), None);
        for bad in [
            "\u{1}\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        ] {
            assert_eq!(parse(bad.as_bytes()).map(|_| ()), Err(BadHead::Malformed), "{bad}");
        }
        let many = format!("POST / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(101));
        assert_eq!(parse(many.as_bytes()).map(|_| ()), Err(BadHead::TooManyHeaders));
        assert!(request(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").1.chunked);
        assert!(request(b"POST / HTTP/1.0\r\n\r\n").1.close);
    }
}
