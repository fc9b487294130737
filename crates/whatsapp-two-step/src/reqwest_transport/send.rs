use http::{Request, Response, Version};
use reqwest::Url;

use super::{
    connects::Connects,
    failure::{no_answer, no_body},
    sending_body::SendingBody,
    stuck::unless_stuck,
};
use crate::{
    body::Body,
    call::{TransportError, Unprocessed},
    error::Reason,
    operation::MAX_BODY_BYTES,
    transport::{Attempt, BoxFuture, Transport},
};

pub(crate) struct ReqwestTransport {
    pub(super) client: reqwest::Client,
    pub(super) connects: Connects,
    /// Parsed once: with each request's own path it is the request's URL, and parsing is a tenth of what a call costs.
    pub(super) base: Url,
    pub(super) is_proxied: bool,
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let attempt = request.extensions().get::<Attempt>().cloned();
            if let Some(attempt) = &attempt {
                attempt.connecting();
            }
            let (parts, body) = request.into_parts();
            let bytes = body.into_bytes();
            // Nobody asks for a body that is empty, so nobody hears that such a request leaves.
            let is_heard = !bytes.is_empty();
            let body = reqwest::Body::wrap(SendingBody::new(bytes, attempt.clone()));
            let mut url = self.base.clone();
            url.set_path(parts.uri.path());
            url.set_query(parts.uri.query());
            let mut request = reqwest::Request::new(parts.method, url);
            *request.headers_mut() = parts.headers;
            *request.body_mut() = Some(body);
            let work = self.client.execute(request);
            let answer = match &attempt {
                Some(attempt) if is_heard => unless_stuck(work, attempt, &self.connects).await.ok_or_else(lost)?,
                _ => work.await,
            };
            let answer = answer.map_err(|error| no_answer(error, attempt.as_ref(), self.is_proxied))?;
            self.connects.share(answer.version() == Version::HTTP_2);
            read(answer, attempt.map_or(MAX_BODY_BYTES, |attempt| attempt.max_body_bytes())).await
        })
    }
}

fn lost() -> TransportError {
    let problem = TransportError::connection("the connection ended before the request could leave");
    problem.unprocessed(Unprocessed::ConnectionEnded).because(Reason::Closed)
}

/// Reads the body, and no more of it than may be.
async fn read(mut answer: reqwest::Response, max_body_bytes: usize) -> Result<Response<Body>, TransportError> {
    let status = answer.status();
    let announced = answer.content_length().unwrap_or(0);
    if announced > max_body_bytes as u64 {
        return Err(TransportError::body_too_large(status.as_u16()));
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = answer.chunk().await.map_err(no_body)? {
        if body.len() + chunk.len() > max_body_bytes {
            return Err(TransportError::body_too_large(status.as_u16()));
        }
        body.extend_from_slice(&chunk);
    }
    // HTTP/2's stack takes a stream that is reset without an error for one that ended.
    if (body.len() as u64) < announced {
        return Err(TransportError::connection("the body ended early").because(Reason::Closed));
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    // A server may send a secret back; so the answer's headers print no more than the request's.
    response.headers_mut().values_mut().for_each(|value| value.set_sensitive(true));
    Ok(response)
}
