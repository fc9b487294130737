//! The connections that a client is making: over HTTP/2, one at a time.
//!
//! When a server ends an HTTP/2 connection under many calls, the HTTP stack opens a connection for each of them, and then keeps one.
//! The handshakes cost both sides more than all else. So where the server speaks HTTP/2, the first opens one, and the others wait for it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicUsize,
            Ordering::{Relaxed, SeqCst},
        },
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{sleep, timeout},
};
use tower_layer::Layer;
use tower_service::Service;

use crate::transport::BoxFuture;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// So long another's connection is waited for: its packets may have got lost.
const PATIENCE: Duration = Duration::from_secs(1);
/// More than the HTTP stack takes to hand a new connection to all who wait for one.
const HANDOVER: Duration = Duration::from_millis(2);

/// One for all connections of a client, which go to one server.
#[derive(Clone, Debug)]
pub(super) struct Connects(Arc<State>);

#[derive(Debug)]
struct State {
    under_way: AtomicUsize,
    /// How many were made so far.
    made: AtomicUsize,
    is_shared: AtomicBool,
    turn: Semaphore,
}

impl Connects {
    pub(super) fn new() -> Self {
        let is_shared = AtomicBool::new(false); // as long as it isn't known
        let (under_way, made) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self(Arc::new(State { under_way, made, is_shared, turn: Semaphore::new(1) }))
    }

    pub(super) fn are_made(&self) -> bool {
        self.0.under_way.load(Relaxed) > 0
    }

    /// Does one connection serve all calls, as the last answer tells?
    pub(super) fn share(&self, is_http2: bool) {
        if self.is_shared() != is_http2 {
            self.0.is_shared.store(is_http2, SeqCst);
        }
    }

    fn is_shared(&self) -> bool {
        self.0.is_shared.load(SeqCst)
    }

    async fn connect<T, E>(&self, connection: impl Future<Output = Result<T, E>>) -> Result<T, BoxError>
    where
        E: Into<BoxError>,
    {
        let _turn = match self.turn().await {
            Ok(turn) => turn,
            Err(superseded) => {
                // Whoever waits has the other connection by then, and nobody hears of this.
                sleep(HANDOVER).await;
                return Err(superseded.into());
            }
        };
        let connection = connection.await;
        match &connection {
            Ok(_) => _ = self.0.made.fetch_add(1, SeqCst),
            // Nobody should wait for the next one to try.
            Err(_) => self.share(false),
        }
        connection.map_err(Into::into)
    }

    /// The turn to make a connection; nothing, where nobody has to wait for this one.
    async fn turn(&self) -> Result<Option<SemaphorePermit<'_>>, Superseded> {
        let before = self.0.made.load(SeqCst);
        if !self.is_shared() {
            return Ok(None);
        }
        match timeout(PATIENCE, self.0.turn.acquire()).await {
            Ok(Ok(_)) if self.0.made.load(SeqCst) != before => Err(Superseded),
            Ok(turn) => Ok(turn.ok().filter(|_| self.is_shared())),
            Err(_) => Ok(None),
        }
    }
}

impl<S> Layer<S> for Connects {
    type Service = Shared<S>;

    fn layer(&self, connector: S) -> Shared<S> {
        Shared { connector, connects: self.clone() }
    }
}

/// A connector whose connections are counted as long as they are made, and made one at a time if one serves all.
#[derive(Clone)]
pub(super) struct Shared<S> {
    connector: S,
    connects: Connects,
}

impl<S, R> Service<R> for Shared<S>
where
    S: Service<R>,
    S::Response: Send,
    S::Error: Into<BoxError> + Send,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connection = self.connector.call(request);
        let one = One::of(&self.connects);
        Box::pin(async move { one.0.connect(connection).await })
    }
}

/// Another request's connection is there. Whoever waits for one gets that one.
#[derive(Debug)]
pub(super) struct Superseded;

impl fmt::Display for Superseded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another connection was made in the meantime")
    }
}

impl std::error::Error for Superseded {}

/// A connection that is under way.
struct One(Connects);

impl One {
    fn of(connects: &Connects) -> Self {
        connects.0.under_way.fetch_add(1, Relaxed);
        Self(connects.clone())
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.0.under_way.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tokio::time::Instant;

    use super::*;

    /// How many connections are made for so many at once, each of which takes so long, and how long all of it takes.
    async fn made(connects: &Connects, at_once: usize, time: Duration, works: bool) -> (usize, Duration) {
        let (begun, tried) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
        let tasks = (0..at_once).map(|_| {
            let (connects, tried) = (connects.clone(), tried.clone());
            tokio::spawn(async move {
                let connection = async {
                    tried.fetch_add(1, SeqCst);
                    sleep(time).await;
                    if works { Ok(()) } else { Err(io::Error::from(io::ErrorKind::ConnectionRefused)) }
                };
                connects.connect(connection).await
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            let problem = task.await.unwrap().err();
            assert!(problem.is_none_or(|problem| works == problem.is::<Superseded>()));
        }
        (tried.load(SeqCst), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn one_is_made_for_all_where_it_serves_all() {
        let (connects, short) = (Connects::new(), Duration::from_millis(100));
        assert_eq!(made(&connects, 64, short, true).await, (64, short), "nothing is known of the server yet");
        connects.share(true);
        assert_eq!(made(&connects, 64, short, true).await, (1, short + HANDOVER));
        assert_eq!(made(&connects, 64, short, true).await, (1, short + HANDOVER), "what was made before is over");
        connects.share(false);
        assert_eq!(made(&connects, 64, short, true).await, (64, short));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_long_for_one_that_does_not_come() {
        let connects = Connects::new();
        connects.share(true);
        let long = Duration::from_secs(60);
        assert_eq!(made(&connects, 64, long, true).await, (64, PATIENCE + long));
        let short = Duration::from_millis(100);
        assert_eq!(made(&connects, 64, short, false).await, (64, short * 2), "one after the other would take 6.4 s");
    }

    #[tokio::test(start_paused = true)]
    async fn another_goes_on_where_one_is_given_up() {
        let connects = Connects::new();
        connects.share(true);
        let given_up = connects.connect(std::future::pending::<Result<(), BoxError>>());
        assert!(timeout(Duration::from_millis(50), given_up).await.is_err());
        assert_eq!(made(&connects, 1, Duration::ZERO, true).await, (1, Duration::ZERO));
    }
}
