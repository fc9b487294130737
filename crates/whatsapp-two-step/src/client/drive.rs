//! Drives a call over a transport and a clock.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use crate::{
    call::{Call, Limits, Step},
    clock::Clock,
    endpoint::Endpoint,
    error::TwoStepError,
    operation::Operation,
    transport::{Attempt, Transport},
};

pub(super) async fn drive<O: Operation>(
    endpoint: &Endpoint,
    limits: Limits,
    operation: O,
    transport: &dyn Transport,
    clock: &dyn Clock,
) -> Result<O::Response, TwoStepError> {
    if !clock.is_running() {
        return Err(TwoStepError::invalid_configuration(
            "transport",
            "needs a tokio runtime around the call; use the blocking client, or a transport and a clock of your own",
        ));
    }
    let start = clock.now();
    let elapsed = || clock.now().duration_since(start);
    let mut step = Call::begin(endpoint, limits, operation, fastrand::u64(..));
    loop {
        step = match step {
            Step::Send { mut request, sending } => {
                let attempt = Attempt::new(&sending);
                request.extensions_mut().insert(attempt.clone());
                match within(transport.send(request), clock.sleep(sending.time_left())).await {
                    Some(Ok(response)) => sending.answered(elapsed(), &response),
                    Some(Err(problem)) => sending.failed(elapsed(), &problem),
                    None => sending.expired(elapsed(), attempt.may_have_left()),
                }
            }
            Step::Wait { time, waiting } => {
                clock.sleep(time).await;
                waiting.waited(elapsed())
            }
            Step::Done(result) => return result,
        };
    }
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
