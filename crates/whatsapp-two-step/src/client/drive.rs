//! Drives a call over a transport and a clock.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use super::{
    Inner,
    turns::{Turn, Turns},
};
use crate::{
    call::{Call, Step, TransportError, Unprocessed},
    clock::Clock,
    error::TwoStepError,
    operation::Operation,
    transport::Attempt,
};

pub(super) async fn drive<O: Operation>(client: &Inner, operation: O) -> Result<O::Response, TwoStepError> {
    let Inner { endpoint, limits, transport, clock, turns, observer, progress, guard, .. } = client;
    endpoint.base_url().check_reach().map_err(|error| endpoint.language().tell(error))?;
    if !clock.is_running() {
        return Err(TwoStepError::invalid_configuration(
            "transport",
            "needs a tokio runtime around the call; use the blocking client, or a transport and a clock of your own",
        ));
    }
    let start = clock.now();
    let elapsed = || clock.now().duration_since(start);
    let mut step = Call::begin(endpoint, *limits, operation, fastrand::u64(..));
    let mut turn = None;
    loop {
        step = match step {
            Step::Send { mut request, sending } => {
                let (limit, began) = (clock.sleep(sending.time_left()), elapsed());
                let attempt = Attempt::new(&sending).with_guard(guard.clone());
                if let Some(progress) = progress {
                    progress.begins(&attempt);
                }
                request.extensions_mut().insert(attempt.clone());
                let mut connection = 0;
                let work = async {
                    if turn.is_none() {
                        attempt.connecting();
                        turn = Some(take_turn(turns, &**clock).await);
                        attempt.sending();
                    }
                    if !attempt.may_send() {
                        return Err(TransportError::withheld());
                    }
                    connection = turns.sends();
                    transport.send(request).await
                };
                let end = within(work, limit, grace(&elapsed, limits.timeout)).await;
                let http_status = end.as_ref().and_then(|end| Some(end.as_ref().ok()?.status().as_u16()));
                let next = match end {
                    Some(Ok(response)) => {
                        turns.answered();
                        sending.answered(elapsed(), &response)
                    }
                    Some(Err(problem)) => {
                        if problem.is_unprocessed(Unprocessed::ConnectionEnded) {
                            turns.left_out(connection, clock.now());
                        }
                        sending.failed(elapsed(), &problem)
                    }
                    None => sending.expired(elapsed(), !attempt.withdraw()),
                };
                if let Some(progress) = progress {
                    progress.ends(&next);
                }
                if let Some(observer) = observer {
                    observer.tell(&next, http_status, elapsed().saturating_sub(began));
                }
                next
            }
            Step::Wait { time, waiting } => {
                clock.sleep(time).await;
                waiting.waited(elapsed())
            }
            Step::Done(result) => return result,
        };
    }
}

async fn take_turn<'a>(turns: &'a Turns, clock: &dyn Clock) -> Turn<'a> {
    let mut turn = pin!(turns.take());
    loop {
        turns.look(clock.now());
        if let Some(turn) = within(turn.as_mut(), clock.sleep(Turns::LOOK), || false).await {
            return turn;
        }
    }
}

/// A limit that strikes so much too late: the process was frozen, or had no processor.
const LATE: Duration = Duration::from_millis(50);
/// So long, and so often, other tasks have their turn then.
const GRACE: Duration = Duration::from_millis(50);
const TURNS: u32 = 256; // a tokio worker that is busy looks at its sockets in each 61st turn

/// After a process was frozen, limit and answer are there at the same moment, but the answer is still on its way through the tasks
/// that carry it. They get their turns before the work is given up.
fn grace(elapsed: impl Fn() -> Duration, deadline: Duration) -> impl FnMut() -> bool {
    let (mut struck, mut turns) = (None, 0);
    move || {
        let now = elapsed();
        let struck = *struck.get_or_insert(now);
        turns += 1;
        struck > deadline + LATE && now < struck + GRACE && turns <= TURNS
    }
}

/// The work's result, or nothing if the limit comes first. An answer that is here counts.
async fn within<T>(
    work: impl Future<Output = T>,
    limit: impl Future<Output = ()>,
    mut goes_on: impl FnMut() -> bool,
) -> Option<T> {
    let (mut work, mut limit) = (pin!(work), pin!(limit));
    let mut has_struck = false;
    poll_fn(|context| {
        if let Poll::Ready(result) = work.as_mut().poll(context) {
            return Poll::Ready(Some(result));
        }
        has_struck = has_struck || limit.as_mut().poll(context).is_ready();
        if has_struck && !goes_on() {
            return Poll::Ready(None);
        }
        if has_struck {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await
}
