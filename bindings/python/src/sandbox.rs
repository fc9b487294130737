//! The embedded sandbox, for the tests of the package's users.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use graph_sandbox::{RecordedRequest, Sandbox};
use pyo3::{exceptions::PyRuntimeError, prelude::*};

use crate::process::{Inside, Owned, Process};

type Recorded = (String, String, Option<String>, Vec<(String, String)>, Cow<'static, [u8]>);

fn recorded(request: &RecordedRequest) -> Recorded {
    (
        request.method().to_owned(),
        request.path().to_owned(),
        request.query().map(str::to_owned),
        request.headers().to_vec(),
        request.body().to_vec().into(),
    )
}

#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeSandbox {
    base_url: String,
    running: Mutex<Option<Owned<Sandbox>>>,
}

impl NativeSandbox {
    fn running(&self) -> MutexGuard<'_, Option<Owned<Sandbox>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, read: impl FnOnce(&Sandbox) -> T) -> PyResult<T> {
        let running = self.running();
        let stopped = || PyRuntimeError::new_err("the sandbox is stopped, or the parent's of this process");
        running.as_ref().and_then(Owned::get).map(read).ok_or_else(stopped)
    }
}

#[pymethods]
impl NativeSandbox {
    #[new]
    fn new(py: Python<'_>, port: u16, numbers: u32, wabas: u32) -> PyResult<Self> {
        let sandbox = Sandbox::builder().port(port).numbers(numbers).wabas(wabas).start()?;
        let base_url = sandbox.base_url().to_owned();
        Ok(Self { base_url, running: Mutex::new(Some(Owned::new(Process::current(py), sandbox))) })
    }

    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn pin(&self, phone_number_id: &str) -> PyResult<Option<String>> {
        self.with(|sandbox| sandbox.pin(phone_number_id))
    }

    /// Method, path, query, headers and body of each.
    fn requests(&self) -> PyResult<Vec<Recorded>> {
        self.with(|sandbox| sandbox.requests().iter().map(recorded).collect())
    }

    /// Requests, connections, open connections, and requests whose client went away.
    fn stats(&self) -> PyResult<(u64, u64, u64, u64)> {
        self.with(|sandbox| {
            let stats = sandbox.stats();
            (stats.requests, stats.connections, stats.open_connections, stats.aborted)
        })
    }

    fn reset(&self) -> PyResult<()> {
        self.with(Sandbox::reset)
    }

    fn stop(&self, py: Python<'_>) {
        let sandbox = self.running().take();
        Inside::enter(py).detach(|| drop(sandbox));
    }
}
