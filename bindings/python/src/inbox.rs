//! What an event loop is told. Rust's threads put events in and wake the loop by a byte on a socket; Python takes them out on
//! the loop's own thread. So no thread of Rust's attaches to the interpreter.
//!
//! To wake a loop costs about as much as a call does, so the runtime's thread wakes it for several events at once: when it has
//! nothing else to do, or has so many.

use std::{
    cell::RefCell,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use pyo3::{prelude::*, types::PyList};
use whatsapp_two_step::{SetTwoStepPinResponse, TwoStepError};

use crate::{exchange::Exchange, host_transport::Call, outcome, process::Inside};

/// One per event loop.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct Inbox(Sender);

/// The end that Rust's threads hold.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Shared>);

/// So many events don't wait for more.
const MANY: usize = 16;

thread_local! {
    /// The inboxes whose loops are to be woken; no list on a thread that never comes to [`wake_all`].
    static TO_WAKE: RefCell<Option<Vec<Sender>>> = const { RefCell::new(None) };
}

/// For the runtime's thread, when it has nothing else to do.
pub(crate) fn wake_all() {
    TO_WAKE.replace(Some(Vec::new())).into_iter().flatten().for_each(|sender| sender.wake());
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
    #[cfg(unix)]
    bell: Bell,
}

#[derive(Default)]
struct Queue {
    events: Vec<(u64, Event)>,
    /// The loop knows, or is being told.
    told: bool,
    /// A thread waits that stands in for the socket.
    waited_for: bool,
}

enum Event {
    Done(Result<SetTwoStepPinResponse, TwoStepError>, Arc<Call>),
    Exchange(Box<Exchange>),
    Abandon,
}

impl Sender {
    pub(crate) fn done(&self, key: u64, result: Result<SetTwoStepPinResponse, TwoStepError>, call: Arc<Call>) {
        self.put(key, Event::Done(result, call));
    }

    pub(crate) fn send(&self, key: u64, exchange: Box<Exchange>) {
        self.put(key, Event::Exchange(exchange));
    }

    pub(crate) fn abandon(&self, key: u64) {
        self.put(key, Event::Abandon);
    }

    fn put(&self, key: u64, event: Event) {
        let count = {
            let mut queue = self.queue();
            queue.events.push((key, event));
            queue.events.len()
        };
        if count == MANY || (count == 1 && !self.wake_later()) {
            self.wake();
        }
    }

    /// When the runtime's thread has nothing else to do, if this is that thread.
    fn wake_later(&self) -> bool {
        TO_WAKE.with_borrow_mut(|senders| {
            let Some(senders) = senders else { return false };
            if !senders.iter().any(|sender| Arc::ptr_eq(&sender.0, &self.0)) {
                senders.push(self.clone());
            }
            true
        })
    }

    /// Wakes the loop, unless it is awake or has nothing to take; and not with the lock held, which the loop would run into.
    fn wake(&self) {
        let waited_for = {
            let mut queue = self.queue();
            if queue.told || queue.events.is_empty() {
                return;
            }
            queue.told = true;
            queue.waited_for
        };
        if waited_for {
            self.0.arrived.notify_one();
        }
        #[cfg(unix)]
        self.0.bell.ring();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    pub(crate) fn sender(&self) -> Sender {
        self.0.clone()
    }
}

#[pymethods]
impl Inbox {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self(Sender(Arc::new(Shared {
            queue: Mutex::default(),
            arrived: Condvar::new(),
            #[cfg(unix)]
            bell: Bell::new()?,
        }))))
    }

    /// Readable when there is something in it.
    #[allow(clippy::unused_self)]
    fn fileno(&self) -> i32 {
        #[cfg(unix)]
        return self.0.0.bell.fileno();
        #[cfg(not(unix))]
        -1 // asked for by nobody: the loop there takes no sockets
    }

    /// Ends a `wait`.
    fn rouse(&self) {
        self.0.abandon(0);
    }

    /// Blocks until there is something in it: for a thread that stands in for the socket.
    fn wait(&self, py: Python<'_>) {
        Inside::enter(py).detach(|| {
            let mut queue = self.0.queue();
            queue.waited_for = true;
            drop(self.0.0.arrived.wait_while(queue, |queue| queue.events.is_empty()));
        });
    }

    /// Takes all out: the call's key, and a response, an exception, an exchange to carry out, or none to break one off.
    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let _inside = Inside::enter(py);
        // First the bell: what comes in between rings for nothing, but isn't missed.
        #[cfg(unix)]
        self.0.0.bell.silence();
        let events = {
            let mut queue = self.0.queue();
            queue.told = false;
            std::mem::take(&mut queue.events)
        };
        let drained = PyList::empty(py);
        for (key, event) in events {
            let event = match event {
                Event::Done(Ok(response), _) => outcome::response(py, &response)?,
                Event::Done(Err(error), call) => {
                    outcome::raise(py, &error, call.original()).into_value(py).into_bound(py).into_any()
                }
                Event::Exchange(exchange) => Bound::new(py, *exchange)?.into_any(),
                Event::Abandon => py.None().into_bound(py),
            };
            drained.append((key, event))?;
        }
        Ok(drained)
    }
}

#[cfg(unix)]
use bell::Bell;

#[cfg(unix)]
mod bell {
    use std::{
        io::{self, Read, Write},
        os::{fd::AsRawFd, unix::net::UnixStream},
    };

    pub(super) struct Bell {
        rope: UnixStream,
        ear: UnixStream,
    }

    impl Bell {
        pub(super) fn new() -> io::Result<Self> {
            let (rope, ear) = UnixStream::pair()?;
            rope.set_nonblocking(true)?;
            ear.set_nonblocking(true)?;
            Ok(Self { rope, ear })
        }

        pub(super) fn fileno(&self) -> i32 {
            self.ear.as_raw_fd()
        }

        pub(super) fn ring(&self) {
            // A full buffer rings as well.
            let _ = (&self.rope).write(&[1]);
        }

        pub(super) fn silence(&self) {
            let mut bytes = [0; 64];
            while matches!((&self.ear).read(&mut bytes), Ok(64)) {}
        }
    }
}
