use std::time::{Duration, Instant};

use crate::BoxFuture;

/// Time and chance, so that a test of waits and deadlines needs no waiting.
///
/// The default is tokio's clock (feature `tokio`); on another executor, hand in its own.
///
/// ```
/// use std::time::{Duration, Instant};
/// use whatsapp_two_step::{BoxFuture, Clock};
///
/// /// A clock for a thread per call.
/// struct Sleepy;
///
/// impl Clock for Sleepy {
///     fn now(&self) -> Instant {
///         Instant::now()
///     }
///     fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
///         Box::pin(async move { std::thread::sleep(time) })
///     }
/// }
/// assert!(Sleepy.jitter(Duration::from_secs(1)) <= Duration::from_secs(1));
/// ```
pub trait Clock: Send + Sync {
    /// A point in time that only goes forward.
    fn now(&self) -> Instant;

    /// Resolves after that time.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;

    /// A random time from zero to `ceiling`.
    fn jitter(&self, ceiling: Duration) -> Duration {
        ceiling.mul_f64(fastrand::f64())
    }

    /// Can it work here, where a call is being made? Asked before any I/O.
    fn is_running(&self) -> bool {
        true
    }
}

#[cfg(feature = "tokio")]
pub(crate) struct TokioClock;

#[cfg(feature = "tokio")]
impl Clock for TokioClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }

    fn is_running(&self) -> bool {
        tokio::runtime::Handle::try_current().is_ok()
    }
}
