use std::time::{Duration, Instant};

use futures_timer::Delay;
use whatsapp_two_step::{BoxFuture, Clock};

/// Waits on one timer thread for the whole process: the hosts' executors can't be asked from here, and a runtime of our
/// own would be a large thing for a few waits.
pub(crate) struct ThreadClock;

impl Clock for ThreadClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(Delay::new(time))
    }
}
