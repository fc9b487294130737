//! Events on their way to a host's event loop.
//!
//! To wake such a loop costs about as much as a call does. So a runtime's thread wakes it once for several events: when the
//! thread has nothing else to do, or when there are [`MANY`]. A thread that is busy for [`LONG`] wakes it at once: a connection that
//! always has something to read would keep it from ever resting.

use std::{
    cell::{Cell, RefCell},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// So many events don't wait for more.
const MANY: usize = 16;

/// So long a thread may be busy before its events don't wait for its next rest.
const LONG: Duration = Duration::from_millis(5);

thread_local! {
    /// Whom to wake; no list on a thread that never comes to [`wake_all`].
    static TO_WAKE: RefCell<Option<Vec<Arc<dyn Wake>>>> = const { RefCell::new(None) };
    /// Since when this thread has had work.
    static BUSY_SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// For a runtime's threads, each time they have work again (tokio's `on_thread_unpark`).
pub(crate) fn begin_work() {
    BUSY_SINCE.set(Some(Instant::now()));
}

/// For a runtime's threads, each time they have nothing else to do (tokio's `on_thread_park`).
pub(crate) fn wake_all() {
    TO_WAKE.replace(Some(Vec::new())).into_iter().flatten().for_each(|outbox| outbox.wake());
}

/// Events for one loop, put in by any thread and taken out by the loop's.
pub struct Outbox<E> {
    queue: Mutex<Queue<E>>,
    /// Tells the loop that there is something to take.
    wake: Box<dyn Fn(&Self) + Send + Sync>,
}

struct Queue<E> {
    events: Vec<E>,
    /// The loop knows, or is being told.
    is_woken: bool,
}

trait Wake {
    fn wake(&self);
    fn is(&self, other: *const ()) -> bool;
}

impl<E: Send + 'static> Outbox<E> {
    /// `wake` is called with no lock held, on the thread that put the event in.
    pub fn new(wake: impl Fn(&Self) + Send + Sync + 'static) -> Arc<Self> {
        let queue = Mutex::new(Queue { events: Vec::new(), is_woken: false });
        Arc::new(Self { queue, wake: Box::new(wake) })
    }

    /// Puts an event in; the loop hears of it soon.
    pub fn put(self: &Arc<Self>, event: E) {
        let count = {
            let mut queue = self.queue();
            queue.events.push(event);
            queue.events.len()
        };
        if count == MANY || (count == 1 && !self.wake_later()) {
            self.wake();
        }
    }

    /// Takes all out, in the order in which they came.
    pub fn take(&self) -> Vec<E> {
        let mut queue = self.queue();
        queue.is_woken = false;
        std::mem::take(&mut queue.events)
    }

    /// True if this thread will come to [`wake_all`].
    fn wake_later(self: &Arc<Self>) -> bool {
        if BUSY_SINCE.get().is_some_and(|since| since.elapsed() > LONG) {
            return false;
        }
        TO_WAKE.with_borrow_mut(|outboxes| {
            let Some(outboxes) = outboxes else { return false };
            if !outboxes.iter().any(|outbox| outbox.is(Arc::as_ptr(self).cast())) {
                outboxes.push(self.clone());
            }
            true
        })
    }

    fn queue(&self) -> MutexGuard<'_, Queue<E>> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Send + 'static> Wake for Outbox<E> {
    fn wake(&self) {
        {
            let mut queue = self.queue();
            if queue.is_woken || queue.events.is_empty() {
                return;
            }
            queue.is_woken = true;
        }
        (self.wake)(self);
    }

    fn is(&self, other: *const ()) -> bool {
        std::ptr::eq(std::ptr::from_ref(self).cast(), other)
    }
}

impl<E> fmt::Debug for Outbox<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    };

    use super::{LONG, MANY, Outbox, begin_work, wake_all};

    fn counted() -> (Arc<Outbox<usize>>, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let there = count.clone();
        (Outbox::new(move |_| _ = there.fetch_add(1, SeqCst)), count)
    }

    #[test]
    fn another_thread_wakes_at_once_and_once_until_all_is_taken() {
        let (outbox, woken) = counted();
        outbox.put(1);
        outbox.put(2);
        assert_eq!(woken.load(SeqCst), 1);
        assert_eq!(outbox.take(), [1, 2]);
        outbox.put(3);
        assert_eq!((woken.load(SeqCst), outbox.take()), (2, vec![3]));
    }

    #[test]
    fn a_thread_that_never_rests_wakes_at_once() {
        wake_all(); // marks this thread
        begin_work();
        let (outbox, woken) = counted();
        std::thread::sleep(LONG * 2);
        outbox.put(0);
        assert_eq!(woken.load(SeqCst), 1);
        outbox.take();
        begin_work();
        outbox.put(1);
        assert_eq!(woken.load(SeqCst), 1);
    }

    #[test]
    fn a_runtimes_thread_wakes_when_it_has_nothing_else_to_do_or_there_are_many() {
        wake_all(); // marks this thread
        let (outbox, woken) = counted();
        outbox.put(0);
        assert_eq!(woken.load(SeqCst), 0);
        wake_all();
        assert_eq!(woken.load(SeqCst), 1);
        outbox.take();
        wake_all();
        assert_eq!(woken.load(SeqCst), 1);
        (0..MANY).for_each(|event| outbox.put(event));
        assert_eq!(woken.load(SeqCst), 2);
        wake_all();
        assert_eq!((woken.load(SeqCst), outbox.take().len()), (2, MANY));
    }
}
