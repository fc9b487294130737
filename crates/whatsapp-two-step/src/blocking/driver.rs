use std::{
    future::Future,
    io,
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicU64, AtomicUsize,
            Ordering::{Relaxed, SeqCst},
        },
    },
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::Notify,
    task::yield_now,
};

use crate::reqwest_transport::EVENT_INTERVAL;

/// How long nobody has called when the keeper takes over.
const REST: Duration = Duration::from_millis(100);

/// For bindings: runs calls on their callers' threads, their connections' work included.
///
/// With a thread of their own for the connections, each call would wait for two threads to wake each other, twice: that is most
/// of what a call to a near server costs. Between the calls, somebody has to see that a server has closed a connection, or that
/// one has idled for too long: a thread, the keeper, which sleeps as long as calls follow on each other.
///
/// ```
/// use whatsapp_two_step::blocking::Driver;
///
/// let driver = Driver::new()?;
/// assert_eq!(driver.block_on(|| async { 6 * 7 }), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Driver {
    shared: Arc<Shared>,
    keeper: thread::Thread,
}

#[derive(Debug)]
struct Shared {
    /// Taken by drop alone.
    runtime: Option<Runtime>,
    calls: AtomicU64,
    inside: AtomicUsize,
    keeper_is_at_it: AtomicBool,
    is_over: AtomicBool,
    /// Tells the keeper to make room.
    call: Notify,
}

impl Driver {
    /// Starts the keeper.
    ///
    /// # Errors
    /// The system's, if it gives no thread or no event queue.
    pub fn new() -> io::Result<Self> {
        let shared = Arc::new(Shared {
            runtime: Some(
                Builder::new_current_thread().event_interval(EVENT_INTERVAL).enable_io().enable_time().build()?,
            ),
            calls: AtomicU64::new(0),
            inside: AtomicUsize::new(0),
            keeper_is_at_it: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            call: Notify::new(),
        });
        let kept = shared.clone();
        let keeper = thread::Builder::new().name("whatsapp-two-step".to_owned()).spawn(move || kept.keep())?;
        Ok(Self { shared, keeper: keeper.thread().clone() })
    }

    /// Runs a future to its end; many threads may do so at once. Works inside another runtime too, where tokio's own panics.
    pub fn block_on<F: Future>(&self, work: impl FnOnce() -> F + Send) -> F::Output
    where
        F::Output: Send,
    {
        if Handle::try_current().is_err() {
            return self.shared.block_on(work);
        }
        thread::scope(|scope| match scope.spawn(|| self.shared.block_on(work)).join() {
            Ok(output) => output,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    }

    /// Does what is due: closes what a dropped client has left open.
    pub fn settle(&self) {
        self.block_on(|| async {});
    }
}

impl Shared {
    fn runtime(&self) -> &Runtime {
        match &self.runtime {
            Some(runtime) => runtime,
            None => unreachable!("the runtime is taken by drop alone"),
        }
    }

    fn block_on<F: Future>(&self, work: impl FnOnce() -> F) -> F::Output {
        self.inside.fetch_add(1, SeqCst);
        let _gone = Defer(|| _ = self.inside.fetch_sub(1, SeqCst));
        self.calls.fetch_add(1, Relaxed);
        if self.keeper_is_at_it.load(SeqCst) {
            self.call.notify_one();
        }
        self.runtime().block_on(async {
            // What came while nobody looked comes first, such as the end of a connection that this call would take: the first
            // turn hears of it, the second lets the connection act on it.
            yield_now().await;
            yield_now().await;
            work().await
        })
    }

    /// Until the end: drives the connections whenever nobody calls.
    fn keep(&self) {
        let mut known = 0;
        while !self.is_over.load(SeqCst) {
            thread::park_timeout(REST);
            let calls = self.calls.load(Relaxed);
            if std::mem::replace(&mut known, calls) != calls {
                continue;
            }
            self.keeper_is_at_it.store(true, SeqCst);
            // Whoever comes after this look sees the mark, and says so.
            if self.inside.load(SeqCst) == 0 && !self.is_over.load(SeqCst) {
                self.runtime().block_on(self.call.notified());
            }
            self.keeper_is_at_it.store(false, SeqCst);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.is_over.store(true, SeqCst);
        self.shared.call.notify_one();
        self.keeper.unpark();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Drops the connections, and waits for no thread: the last owner may be inside another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

struct Defer<F: FnMut()>(F);

impl<F: FnMut()> Drop for Defer<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::Driver;

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn what_a_call_leaves_behind_goes_on_between_the_calls() {
        let driver = Driver::new().unwrap();
        let (sender, receiver) = mpsc::channel();
        driver.block_on(|| async {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                sender.send(()).unwrap();
            });
        });
        assert_eq!(receiver.recv_timeout(LONG), Ok(()));
        // The keeper is at it now, and makes room.
        assert_eq!(driver.block_on(|| async { 1 }), 1);
    }

    #[test]
    fn many_threads_wait_for_each_other_in_it() {
        let driver = Driver::new().unwrap();
        let barrier = tokio::sync::Barrier::new(8);
        thread::scope(|scope| {
            let wait = || driver.block_on(|| barrier.wait()).is_leader();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(wait)).collect();
            let leaders = threads.into_iter().map(|thread| thread.join().unwrap());
            assert_eq!(leaders.filter(|leads| *leads).count(), 1);
        });
    }

    #[tokio::test]
    async fn another_runtime_may_be_around_it() {
        let driver = Driver::new().unwrap();
        assert_eq!(driver.block_on(|| async { 2 }), 2);
        drop(driver);
    }
}
