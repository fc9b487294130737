//! Requests that wait for nothing.
//!
//! An HTTP/2 connection that ends can lose a request. hyper hands requests to a connection through a channel of tokio's. Where its
//! receiver goes at the very moment at which another thread puts a request in, the request stays in there: nobody sends it, and nobody
//! is told. It shows under load, when a server ends connections all the time.

use std::{pin::pin, time::Duration};

use tokio::time::timeout;

use super::connects::Connects;
use crate::transport::Attempt;

/// So long a request may wait without a connection being made; twice as long the next time, as a server may also give it no room.
const PATIENCE: Duration = Duration::from_millis(500);
const DOUBLINGS: u32 = 3;
/// How often it is looked at again while connections are made.
const LOOK: Duration = Duration::from_millis(250);

/// The work's result; nothing if the request can't get away any more. Then nothing of its body has left.
pub(super) async fn unless_stuck<T>(
    work: impl Future<Output = T>,
    attempt: &Attempt,
    connects: &Connects,
) -> Option<T> {
    let mut work = pin!(work);
    let mut patience = PATIENCE * 2_u32.pow(attempt.number().saturating_sub(1).min(DOUBLINGS));
    loop {
        if let Ok(result) = timeout(patience, work.as_mut()).await {
            return Some(result);
        }
        if !attempt.may_have_left() && connects.are_made() {
            patience = LOOK;
        } else if attempt.withdraw() {
            return None;
        } else {
            return Some(work.await);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        io,
        task::{Context, Poll},
    };

    use tower_layer::Layer;
    use tower_service::Service;

    use super::*;
    use crate::{
        call::{Call, Limits, Step},
        endpoint::Endpoint,
        operation::SetTwoStepPin,
        transport::BoxFuture,
        values::AccessToken,
    };

    /// Connects after so long.
    #[derive(Clone)]
    struct After;

    impl Service<Duration> for After {
        type Response = ();
        type Error = io::Error;
        type Future = BoxFuture<'static, io::Result<()>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, time: Duration) -> Self::Future {
            Box::pin(async move {
                tokio::time::sleep(time).await;
                Ok(())
            })
        }
    }

    fn attempt() -> Attempt {
        let endpoint = Endpoint::new(AccessToken::parse("EAAG_example").unwrap());
        let operation = SetTwoStepPin::new("1".parse().unwrap(), "012345".parse().unwrap());
        let Step::Send { sending, .. } = Call::begin(&endpoint, Limits::default(), operation, 0) else {
            unreachable!()
        };
        Attempt::new(&sending)
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_waits_for_nothing_is_given_up() {
        let (attempt, connects, begun) = (attempt(), Connects::new(), tokio::time::Instant::now());
        attempt.connecting();
        assert_eq!(unless_stuck(ready(1), &attempt, &connects).await, Some(1));
        assert_eq!(unless_stuck(pending::<u8>(), &attempt, &connects).await, None);
        assert_eq!(begun.elapsed(), PATIENCE);
        assert!(!attempt.begins_to_send(), "a thread that asks for the body after that gets none");
    }

    #[tokio::test(start_paused = true)]
    async fn who_connects_or_has_left_is_waited_for() {
        let (attempt, connects) = (attempt(), Connects::new());
        attempt.connecting();
        let mut connector = connects.layer(After);
        let slow = connector.call(Duration::from_secs(9));
        let work = async {
            let connected = slow.await;
            attempt.sending();
            tokio::time::sleep(Duration::from_secs(9)).await;
            connected.is_ok()
        };
        assert_eq!(unless_stuck(work, &attempt, &connects).await, Some(true));
        assert!(!connects.are_made());
        drop(connector.call(Duration::ZERO));
        assert!(!connects.are_made(), "one that is dropped is made no more");
    }
}
