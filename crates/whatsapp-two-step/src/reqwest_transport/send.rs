use std::error::Error as StdError;

use http::{Request, Response};
use reqwest::Url;

use super::sending_body::SendingBody;
use crate::{
    body::Body,
    call::TransportError,
    operation::MAX_BODY_BYTES,
    transport::{Attempt, BoxFuture, Transport},
};

pub(crate) struct ReqwestTransport {
    pub(super) client: reqwest::Client,
    /// Parsed once: with each request's own path it is the request's URL, and parsing is a tenth of what a call costs.
    pub(super) base: Url,
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let attempt = request.extensions().get::<Attempt>().cloned();
            if let Some(attempt) = &attempt {
                attempt.connecting();
            }
            let (parts, body) = request.into_parts();
            let body = reqwest::Body::wrap(SendingBody::new(body.into_bytes(), attempt.clone()));
            let failed = |error| failure(error, attempt.as_ref());
            let mut url = self.base.clone();
            url.set_path(parts.uri.path());
            url.set_query(parts.uri.query());
            let mut request = reqwest::Request::new(parts.method, url);
            *request.headers_mut() = parts.headers;
            *request.body_mut() = Some(body);
            let answer = self.client.execute(request).await.map_err(failed)?;
            read(answer, failed).await
        })
    }
}

/// Reads the body, and no more of it than may be.
async fn read(
    mut answer: reqwest::Response,
    failed: impl Fn(reqwest::Error) -> TransportError,
) -> Result<Response<Body>, TransportError> {
    let status = answer.status();
    let announced = answer.content_length().unwrap_or(0);
    if announced > MAX_BODY_BYTES as u64 {
        return Err(TransportError::body_too_large(status.as_u16()));
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = answer.chunk().await.map_err(&failed)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(TransportError::body_too_large(status.as_u16()));
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    // A server may send a secret back; so the answer's headers print no more than the request's.
    response.headers_mut().values_mut().for_each(|value| value.set_sensitive(true));
    Ok(response)
}

fn failure(error: reqwest::Error, attempt: Option<&Attempt>) -> TransportError {
    let error = error.without_url();
    let nothing_left = attempt.is_some_and(|attempt| !attempt.may_have_left());
    if nothing_left {
        let timed_out = error.is_timeout();
        let error = if timed_out { TransportError::timeout(error) } else { TransportError::connection(error) };
        return error.before_sending();
    }
    if is_malformed(&error) { TransportError::malformed(error) } else { TransportError::connection(error) }
}

/// Did something come that is not HTTP? A broken TLS record also reads as invalid data, but is the connection's fault.
fn is_malformed(error: &(dyn StdError + 'static)) -> bool {
    let chain = || std::iter::successors(Some(error), |&error| error.source());
    let is_tls = chain().any(<dyn StdError>::is::<rustls::Error>);
    !is_tls
        && chain().any(|error| {
            let parse = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
            let chunk = error.downcast_ref::<std::io::Error>().is_some_and(|error| {
                matches!(error.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData)
            });
            parse || chunk
        })
}
