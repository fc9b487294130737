use std::{
    fmt, process,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::failure::{too_late, unreachable};
use crate::error::{VaultError, VaultErrorKind};

type Job<S> = Box<dyn FnOnce(&mut Option<S>) + Send>;

/// A thread that owns something whose use blocks, and does one job after the other with it. It needs no executor.
///
/// The thing is made when it is first needed, and made anew after a failure, after some idle time, and in a forked process, which
/// must not touch its parent's.
pub(super) struct Worker<S> {
    name: &'static str,
    make: Arc<dyn Fn() -> Result<S, VaultError> + Send + Sync>,
    idle: Duration,
    queue: Mutex<Option<Queue<S>>>,
}

struct Queue<S> {
    process: u32,
    jobs: mpsc::Sender<Job<S>>,
}

impl<S: 'static> Worker<S> {
    pub(super) fn new(
        name: &'static str,
        idle: Duration,
        make: impl Fn() -> Result<S, VaultError> + Send + Sync + 'static,
    ) -> Self {
        Self { name, make: Arc::new(make), idle, queue: Mutex::new(None) }
    }

    /// Does a job, which has `limit` from now on, its turn in the queue among it. Dropping the future before its turn takes it
    /// back; after that it is done to the end.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        job: impl FnOnce(&mut S, Instant) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let until = Instant::now() + limit;
        let make = Arc::clone(&self.make);
        let (answer, answered) = oneshot::channel();
        self.hand_over(Box::new(move |state| {
            if answer.is_closed() {
                return;
            }
            let done = one(state, &*make, until, limit, job);
            if done.as_ref().is_err_and(|error: &VaultError| error.kind() != VaultErrorKind::Conflict) {
                *state = None;
            }
            let _ = answer.send(done);
        }))?;
        answered.await.unwrap_or_else(|_| Err(unreachable("its thread has ended")))
    }

    fn hand_over(&self, job: Job<S>) -> Result<(), VaultError> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let job = match &*queue {
            Some(queue) if queue.process == process::id() => match queue.jobs.send(job) {
                Ok(()) => return Ok(()),
                // The thread ended with a panic.
                Err(mpsc::SendError(job)) => job,
            },
            _ => job,
        };
        let (jobs, next) = mpsc::channel();
        let idle = self.idle;
        thread::Builder::new()
            .name(self.name.to_owned())
            .spawn(move || work(&next, idle))
            .map_err(|error| unreachable("the system gives no thread for it").with_source(error))?;
        let _ = jobs.send(job);
        *queue = Some(Queue { process: process::id(), jobs });
        Ok(())
    }
}

fn one<S, T>(
    state: &mut Option<S>,
    make: &dyn Fn() -> Result<S, VaultError>,
    until: Instant,
    limit: Duration,
    job: impl FnOnce(&mut S, Instant) -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    if Instant::now() >= until {
        return Err(too_late(limit));
    }
    let owned = match state {
        Some(owned) => owned,
        None => state.insert(make()?),
    };
    job(owned, until)
}

fn work<S>(jobs: &mpsc::Receiver<Job<S>>, idle: Duration) {
    while let Ok(first) = jobs.recv() {
        let mut state = None;
        first(&mut state);
        while let Ok(job) = jobs.recv_timeout(idle) {
            job(&mut state);
        }
    }
}

impl<S> fmt::Debug for Worker<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
