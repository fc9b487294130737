//! One call: attempts under one deadline, and what they came to.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use super::{Inner, retry};
use crate::{
    Attempt, ErrorKind, Outcome, SetTwoStepPin, SetTwoStepPinResponse, TransportError, TwoStepError,
    error::{Cause, Later},
    operation::{body_too_large, unexpected},
    redact::Redactor,
    transport::Failure,
};

const AGAIN: &str = "Set the same PIN again: that is safe, and settles which PIN holds.";
const REACH: &str = "Check the network, the proxy and the server's certificate, then set the same PIN again.";

pub(super) async fn run(client: &Inner, operation: &SetTwoStepPin) -> Result<SetTwoStepPinResponse, TwoStepError> {
    if !client.clock.is_running() {
        return Err(crate::values::invalid_setting(
            "transport",
            "needs a tokio runtime around the call; use the blocking client, or a transport and a clock of your own",
        ));
    }
    let start = client.clock.now();
    let time_left = || client.timeout.saturating_sub(client.clock.now().duration_since(start));
    let mut outcome = Outcome::NotSent;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let error = match attempt(client, operation, attempts, time_left()).await {
            Ok(mut response) => {
                response.attempts = attempts;
                return Ok(response);
            }
            Err(error) => error.after(attempts, outcome),
        };
        outcome = error.outcome();
        let wait = retry::wait(&error, attempts - 1, client.max_retries, time_left(), &*client.clock);
        tracing::debug!(
            attempt = attempts,
            kind = error.kind().code(),
            outcome = outcome.code(),
            http_status = error.http_status(),
            graph_code = error.graph_code(),
            trace_id = error.trace_id(),
            wait_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            "attempt failed"
        );
        let Some(wait) = wait else { return Err(error) };
        client.clock.sleep(wait).await;
        // A busy machine may wake us late: no request shall leave without time for an answer.
        if time_left().is_zero() {
            return Err(error);
        }
    }
}

async fn attempt(
    client: &Inner,
    operation: &SetTwoStepPin,
    number: u32,
    left: Duration,
) -> Result<SetTwoStepPinResponse, TwoStepError> {
    let mut request = operation.to_request(&client.endpoint)?;
    let attempt = Attempt::new(number, left, client.connect_timeout);
    request.extensions_mut().insert(attempt.clone());
    match within(client.transport.send(request), client.clock.sleep(left)).await {
        Some(Ok(answer)) => {
            let response = operation.read_response(&client.endpoint, &answer)?;
            let http_status = answer.status().as_u16();
            tracing::debug!(attempt = number, http_status, trace_id = response.trace_id, "PIN set");
            Ok(response)
        }
        Some(Err(error)) => Err(failed(&error, &operation.redactor(&client.endpoint))),
        None if attempt.may_have_left() => Err(no_answer(client.timeout)),
        None => Err(TwoStepError::local(
            ErrorKind::TimedOut,
            Outcome::NotSent,
            format!("No connection within the timeout of {:?}.", client.timeout),
            REACH,
        )),
    }
}

fn no_answer(timeout: Duration) -> TwoStepError {
    let message = format!("No answer within the timeout of {timeout:?}; the PIN may have been set.");
    TwoStepError::local(ErrorKind::TimedOut, Outcome::Unknown, message, AGAIN)
}

/// What a transport's failure means.
fn failed(error: &TransportError, redactor: &Redactor<'_>) -> TwoStepError {
    let cause = error.source.as_deref().map(|source| Cause::of(source, redactor));
    let error = match (error.failure, error.before_sending) {
        (Failure::Connection, true) => TwoStepError::local(
            ErrorKind::ConnectionFailed,
            Outcome::NotSent,
            "Could not connect to the server; nothing was sent.",
            REACH,
        ),
        (Failure::Connection, false) => TwoStepError::local(
            ErrorKind::ConnectionFailed,
            Outcome::Unknown,
            "The connection failed before a whole answer came; the PIN may have been set.",
            AGAIN,
        ),
        (Failure::Timeout, true) => TwoStepError::local(
            ErrorKind::TimedOut,
            Outcome::NotSent,
            "The connection took too long; nothing was sent.",
            REACH,
        )
        .with_later(Later::Now),
        (Failure::Timeout, false) => TwoStepError::local(
            ErrorKind::TimedOut,
            Outcome::Unknown,
            "The transport's own time limit struck; the PIN may have been set.",
            AGAIN,
        ),
        (Failure::BodyTooLarge { http_status }, _) => body_too_large(Some(http_status)),
        (Failure::Malformed, _) => unexpected(None, "Unexpected answer: it is not HTTP."),
    };
    error.with_cause(cause)
}

/// The work's result, or nothing if the limit comes first. The work is polled first: an answer that is here counts.
async fn within<T>(work: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let (mut work, mut limit) = (pin!(work), pin!(limit));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}
