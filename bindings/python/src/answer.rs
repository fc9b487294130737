//! What a transport of the user's gave back, checked as a server's answer is.

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use pyo3::prelude::*;
use whatsapp_two_step::{Body, TransportError};

const WANTED: &str = "an HttpResponse: a status of 100 to 999, headers of Latin-1 text or bytes, a body of bytes";

/// Its attributes, if they are of the right types.
#[derive(FromPyObject)]
struct HttpResponse {
    status: u16,
    headers: Vec<(Text, Text)>,
    body: Vec<u8>,
}

#[derive(FromPyObject)]
enum Text {
    Bytes(Vec<u8>),
    Latin1(String),
}

pub(crate) fn read(answer: &Bound<'_, PyAny>, max_body_bytes: usize) -> Result<Response<Body>, TransportError> {
    let unusable = || TransportError::unusable_answer(WANTED);
    if answer.hasattr("__await__").unwrap_or(false) {
        return Err(TransportError::unusable_answer("an HttpResponse at once; an async one is for AsyncClient"));
    }
    let HttpResponse { status, headers, body } = answer.extract().map_err(|_| unusable())?;
    let status = StatusCode::from_u16(status).map_err(|_| unusable())?;
    if body.len() > max_body_bytes {
        return Err(TransportError::body_too_large(status.as_u16()));
    }
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let (name, value) = (name.bytes().ok_or_else(unusable)?, value.bytes().ok_or_else(unusable)?);
        let (Ok(name), Ok(mut value)) = (HeaderName::from_bytes(&name), HeaderValue::from_bytes(&value)) else {
            return Err(TransportError::malformed("a header has a character that none may have"));
        };
        value.set_sensitive(true);
        map.try_append(name, value).map_err(|_| TransportError::malformed("there are too many headers"))?;
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = map;
    Ok(response)
}

impl Text {
    fn bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Latin1(text) => text.chars().map(|character| character.try_into().ok()).collect(),
        }
    }
}
