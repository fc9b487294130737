//! What an event loop is told. Rust's threads put events in and wake the loop by a byte on a socket; Python takes them out on
//! the loop's own thread. So no thread of Rust's attaches to the interpreter.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use pyo3::{prelude::*, types::PyList};
use whatsapp_two_step::{SetTwoStepPinResponse, TwoStepError};

use crate::{exchange::Exchange, host_transport::Call, outcome, process::Inside};

/// One per event loop.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct Inbox(Sender);

/// The end that Rust's threads hold.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Shared>);

struct Shared {
    events: Mutex<Vec<(u64, Event)>>,
    arrived: Condvar,
    #[cfg(unix)]
    bell: Bell,
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
        let mut events = self.events();
        events.push((key, event));
        // One ring for all that comes until the loop looks.
        if events.len() == 1 {
            self.0.arrived.notify_one();
            #[cfg(unix)]
            self.0.bell.ring();
        }
    }

    fn events(&self) -> MutexGuard<'_, Vec<(u64, Event)>> {
        self.0.events.lock().unwrap_or_else(PoisonError::into_inner)
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
            events: Mutex::default(),
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
            let events = self.0.events();
            drop(self.0.0.arrived.wait_while(events, |events| events.is_empty()));
        });
    }

    /// Takes all out: the call's key, and a response, an exception, an exchange to carry out, or none to break one off.
    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let _inside = Inside::enter(py);
        let events = {
            let mut events = self.0.events();
            #[cfg(unix)]
            self.0.0.bell.silence();
            std::mem::take(&mut *events)
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
