use std::time::{Duration, Instant};

use crate::transport::BoxFuture;

/// Time, so that a test of waits and deadlines needs no waiting.
///
/// The default is tokio's clock; on another executor, hand in its own.
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
/// # let _: std::sync::Arc<dyn Clock> = std::sync::Arc::new(Sleepy);
/// ```
pub trait Clock: Send + Sync {
    /// A point in time that only goes forward.
    fn now(&self) -> Instant;

    /// Resolves after that time.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;

    /// Can it work here, where a call is being made? Asked before any I/O.
    fn is_running(&self) -> bool {
        true
    }
}

pub(crate) struct TokioClock;

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
