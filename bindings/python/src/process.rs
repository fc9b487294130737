//! What each process has of its own: a runtime, and a gate that stops its threads when the interpreter ends.
//!
//! A forked child inherits memory, but none of the threads behind it. So everything that lives on threads hangs on the
//! process's ID, and what belongs to the parent is left alone in the child: not used, not dropped.

use std::{
    mem, process, ptr,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use pyo3::prelude::*;
use tokio::runtime::Handle;
use whatsapp_two_step::blocking::Driver;
use whatsapp_two_step_outbox::start_runtime;

/// How often whoever blocks looks for Ctrl-C.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// One per process that ever made a call here; a child appends its own to the list that it inherits.
pub(crate) struct Process {
    id: u32,
    runtime: OnceLock<Handle>,
    driver: OnceLock<Driver>,
    /// Threads that are in native code and attached, or about to be.
    inside: AtomicUsize,
    closing: AtomicBool,
    closer: OnceLock<ThreadId>,
    next: OnceLock<Box<Process>>,
}

static FIRST: OnceLock<Process> = OnceLock::new();

impl Process {
    fn new(id: u32) -> Self {
        Self {
            id,
            runtime: OnceLock::new(),
            driver: OnceLock::new(),
            inside: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            closer: OnceLock::new(),
            next: OnceLock::new(),
        }
    }

    /// This process's. To be asked for while attached only: Python forks attached, so no other thread is half-way in here then.
    pub(crate) fn current(_: Python<'_>) -> &'static Self {
        let id = process::id();
        let mut process = FIRST.get_or_init(|| Self::new(id));
        loop {
            match process.next.get() {
                Some(next) => process = next,
                None if process.id == id => return process,
                None => {
                    // A child shall not wait between attempts as long as its parent does.
                    fastrand::seed(fastrand::u64(..) ^ u64::from(id));
                    process = process.next.get_or_init(|| Box::new(Self::new(id)));
                }
            }
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    fn is_current(&self) -> bool {
        self.id == process::id()
    }

    /// For blocking calls, which run on their callers' threads.
    pub(crate) fn driver(&self) -> std::io::Result<&Driver> {
        if let Some(driver) = self.driver.get() {
            return Ok(driver);
        }
        let driver = Driver::new()?;
        Ok(self.driver.get_or_init(|| driver))
    }

    /// Closes what a client that is gone has left open.
    pub(crate) fn settle(&self) {
        self.driver.get().inspect(|driver| driver.settle());
    }

    /// For event loops: one thread for their calls and connections.
    pub(crate) fn runtime(&self) -> std::io::Result<&Handle> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let runtime = start_runtime("whatsapp-two-step")?;
        Ok(self.runtime.get_or_init(|| runtime))
    }

    fn must_stop(&self) -> bool {
        self.closing.load(SeqCst) && self.closer.get() != Some(&thread::current().id())
    }

    /// Back from waiting, before attaching; where the interpreter is ending, the thread stays here for good.
    ///
    /// Before 3.14 Python ends such a thread with `pthread_exit`, which unwinds through Rust's frames and so aborts the process.
    fn come_back(&self) {
        self.inside.fetch_add(1, SeqCst);
        if self.must_stop() {
            self.inside.fetch_sub(1, SeqCst);
            loop {
                thread::park();
            }
        }
    }

    fn go_away(&self) {
        self.inside.fetch_sub(1, SeqCst);
    }
}

/// What lives on threads of the process that made it. A forked child leaves it alone, also when it goes: its sockets and its
/// threads are the parent's.
pub(crate) struct Owned<T> {
    process: &'static Process,
    value: Option<T>,
}

impl<T> Owned<T> {
    pub(crate) fn new(process: &'static Process, value: T) -> Self {
        Self { process, value: Some(value) }
    }

    /// Nothing in another process.
    pub(crate) fn get(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| self.process.is_current())
    }

    /// The same, for who knows which process this is: each question of the system costs a call a hundredth of its time.
    pub(crate) fn get_in(&self, current: &'static Process) -> Option<&T> {
        self.value.as_ref().filter(|_| ptr::eq(self.process, current))
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if !self.process.is_current() {
            mem::forget(self.value.take());
        }
    }
}

/// A thread's stay in native code, from its call to its return.
pub(crate) struct Inside<'py> {
    pub(crate) py: Python<'py>,
    pub(crate) process: &'static Process,
}

impl<'py> Inside<'py> {
    pub(crate) fn enter(py: Python<'py>) -> Self {
        let process = Process::current(py);
        process.inside.fetch_add(1, SeqCst);
        let inside = Self { py, process };
        if process.must_stop() {
            inside.detach(|| ());
        }
        inside
    }

    /// Lets other Python threads run meanwhile.
    pub(crate) fn detach<T: Send>(&self, wait: impl FnOnce() -> T + Send) -> T {
        let process = self.process;
        self.py.detach(|| {
            process.go_away();
            let _back = Defer(|| process.come_back());
            wait()
        })
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.process.go_away();
    }
}

struct Defer<F: FnMut()>(F);

impl<F: FnMut()> Drop for Defer<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// For `atexit`: from here on no other thread comes back into Python from native code, and those on their way are awaited.
#[pyfunction]
pub(crate) fn close(py: Python<'_>) {
    let process = Process::current(py);
    let _ = process.closer.set(thread::current().id());
    process.closing.store(true, SeqCst);
    py.detach(|| {
        let until = Instant::now() + Duration::from_secs(1);
        while process.inside.load(SeqCst) > 0 && Instant::now() < until {
            thread::sleep(Duration::from_micros(100));
        }
    });
}
