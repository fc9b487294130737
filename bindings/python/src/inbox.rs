//! The ends of an event loop's calls. Rust's threads put them in and wake the loop; Python takes them out on the loop's own
//! thread. So no thread of Rust's attaches to the interpreter.

use std::sync::Arc;

use pyo3::{exceptions::PyNotImplementedError, prelude::*, types::PyList};
use whatsapp_two_step::TwoStepError;
use whatsapp_two_step_outbox::Outbox;
use whatsapp_two_step_rotation::HostedEnd;

use crate::{outcome, process::Inside, wakeup::Wakeup, watch::Attempt};

/// A call's key, and what happened to it. An attempt ends before the call does.
pub(crate) type Event = (u64, What);

pub(crate) enum What {
    Attempt(Attempt),
    End(Result<HostedEnd, TwoStepError>),
}

/// One per event loop.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct Inbox {
    outbox: Arc<Outbox<Event>>,
    wakeup: Arc<Wakeup>,
}

impl Inbox {
    fn over(wakeup: Wakeup) -> Self {
        let wakeup = Arc::new(wakeup);
        let wakes = wakeup.clone();
        Self { outbox: Outbox::new(move |_| wakes.wake()), wakeup }
    }

    /// The end that Rust's threads hold.
    pub(crate) fn outbox(&self) -> Arc<Outbox<Event>> {
        self.outbox.clone()
    }
}

#[pymethods]
impl Inbox {
    /// For a loop that watches sockets.
    #[staticmethod]
    fn with_socket() -> PyResult<Self> {
        #[cfg(unix)]
        return Ok(Self::over(Wakeup::with_socket()?));
        #[cfg(not(unix))]
        Err(PyNotImplementedError::new_err("only on Unix"))
    }

    /// For a thread that waits in place of a loop.
    #[staticmethod]
    fn with_thread() -> Self {
        Self::over(Wakeup::with_thread())
    }

    /// Readable when there is something in it.
    fn fileno(&self) -> PyResult<i32> {
        match &*self.wakeup {
            #[cfg(unix)]
            Wakeup::Socket(socket) => Ok(socket.fileno()),
            Wakeup::Thread(..) => Err(PyNotImplementedError::new_err("there is no socket")),
        }
    }

    /// For the thread: blocks until there is something in it, or `end_wait`.
    fn wait(&self, py: Python<'_>) {
        Inside::enter(py).detach(|| self.wakeup.wait());
    }

    fn end_wait(&self) {
        self.wakeup.wake();
    }

    /// Takes all out: each call's key, with its response or exception, or with a tuple of what its log hears of an attempt.
    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let _inside = Inside::enter(py);
        self.wakeup.clear();
        let drained = PyList::empty(py);
        for (key, what) in self.outbox.take() {
            let what = match what {
                What::Attempt(attempt) => attempt.fields(py)?.into_any(),
                What::End(Ok(done)) => outcome::done(py, &done)?,
                What::End(Err(error)) => outcome::exception(py, &error)?,
            };
            drained.append((key, what))?;
        }
        Ok(drained)
    }
}
