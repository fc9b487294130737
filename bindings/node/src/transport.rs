//! A transport in JavaScript: its request goes out as an event, its answer comes back by the call's number.

use std::{error::Error as StdError, fmt, sync::Arc};

use whatsapp_two_step::{Attempt, Body, BoxFuture, Transport, TransportError, http};

use crate::{
    calls::{Answer, Calls},
    event::{Event, Events, HostRequest},
};

tokio::task_local! {
    /// The number of the call that a task carries.
    pub(crate) static CALL: u32;
}

pub(crate) struct HostTransport {
    pub(crate) calls: Arc<Calls>,
    pub(crate) events: Arc<Events>,
}

impl Transport for HostTransport {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let call = CALL.get();
            let answer = self.calls.wait_for_answer(call);
            self.events.send(Event { call, success: None, failure: None, request: Some(outgoing(&request)) });
            answer.await.unwrap_or_else(|gone| Err(TransportError::connection(gone)))
        })
    }
}

fn outgoing(request: &http::Request<Body>) -> HostRequest {
    let attempt = request.extensions().get::<Attempt>();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let millis = |time: Option<std::time::Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    HostRequest {
        method: request.method().to_string(),
        url: request.uri().to_string().into(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes()).into()))
            .collect(),
        body: text(request.body().as_bytes()).into(),
        attempt: attempt.map_or(1, Attempt::number),
        timeout_ms: millis(attempt.map(Attempt::time_left)),
        connect_timeout_ms: millis(attempt.map(Attempt::connect_timeout)),
    }
}

/// What a JavaScript transport gave as an answer; `headers` has names and values by turns.
pub(crate) fn answer(status: u16, headers: &[String], body: Vec<u8>) -> Answer {
    let mut response = http::Response::builder().status(status);
    for pair in headers.chunks_exact(2) {
        response = response.header(&pair[0], &pair[1]);
    }
    response.body(Body::from(body)).map_err(TransportError::malformed)
}

/// An exception's text, and those of its causes.
pub(crate) struct Exception {
    text: String,
    cause: Option<Box<Exception>>,
}

impl Exception {
    pub(crate) fn new(texts: Vec<String>) -> Self {
        let chain = texts.into_iter().rev().fold(None, |cause, text| Some(Box::new(Self { text, cause })));
        chain.map_or_else(|| Self { text: String::new(), cause: None }, |chain| *chain)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exception").finish_non_exhaustive()
    }
}

impl StdError for Exception {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
