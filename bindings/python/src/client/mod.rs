//! The client: one call that blocks, and one that is started for an event loop.

mod blocking;
mod connections;
mod started;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connections::Connections;
use pyo3::{prelude::*, types::PyDict};
use started::End;
pub(crate) use started::StartedCall;
use whatsapp_two_step::{AccessToken, Client, ClientBuilder, Observer};
use whatsapp_two_step_rotation::{HostedCall, HostedEnd};

use crate::{
    call::NativeCall,
    fleet::{self, NativeFleet},
    inbox::{Inbox, What},
    outcome::Failure,
    process::{Inside, Process},
    rotation::NativeRotation,
    settings,
    work::{self, NativeOperation},
};

/// What `Client` and `AsyncClient` are both made of.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeClient {
    /// Taken by `close`.
    connections: Mutex<Option<Arc<Connections>>>,
    /// Another one than the settings'.
    access_token: Option<AccessToken>,
}

/// What one call is given, beside its operation.
#[derive(FromPyObject)]
struct Options<'py>(Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>);

#[pymethods]
impl NativeClient {
    #[new]
    fn new(
        py: Python<'_>,
        access_token: &Bound<'_, PyAny>,
        settings: &Bound<'_, PyDict>,
        has_transport: bool,
    ) -> PyResult<Self> {
        Self::open(py, || settings::read(access_token, settings, has_transport))
    }

    #[staticmethod]
    fn from_env(py: Python<'_>, settings: &Bound<'_, PyDict>, has_transport: bool) -> PyResult<Self> {
        Self::open(py, || settings::read_over_env(settings, has_transport))
    }

    /// Over the same connections.
    fn with_access_token(&self, py: Python<'_>, access_token: &Bound<'_, PyAny>) -> PyResult<Self> {
        let derive = || {
            let connections = self.lock().clone().ok_or(Failure::Closed)?;
            let access_token = Some(settings::token(access_token)?);
            Ok(Self { connections: Mutex::new(Some(connections)), access_token })
        };
        derive().map_err(|failure: Failure| failure.raise(py))
    }

    /// Blocks; lets other Python threads run meanwhile. Each attempt's end is told to `logs`, on this thread.
    fn call<'py>(
        &self,
        py: Python<'py>,
        operation: &NativeOperation,
        options: Options<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let inside = Inside::enter(py);
        let end = self.block(&inside, operation, &options);
        let end = end.or_else(|failure| never_began(operation, failure).map(|()| py.None().into_bound(py)));
        end.map_err(|failure| failure.raise(py))
    }

    /// Comes back at once; the inbox hears of the end, under this key, and of the attempts' ends before.
    fn start(
        &self,
        py: Python<'_>,
        inbox: &Inbox,
        key: u64,
        operation: &NativeOperation,
        options: Options<'_>,
    ) -> PyResult<StartedCall> {
        let inside = Inside::enter(py);
        let start = || {
            let (work, client) = self.prepare(inside.process, operation, &options)?;
            let outbox = inbox.outbox();
            let client = match options.2 {
                Some(_) => client.with_observer(Observer::new({
                    let outbox = outbox.clone();
                    move |end| outbox.put((key, What::Attempt(end.into())))
                })),
                None => client,
            };
            let end = End::new(outbox, key);
            let task = inside.process.runtime().map_err(PyErr::from)?.spawn(async move {
                let result = client.run(work.operation.clone()).await;
                end.with(work.whole.done(result));
            });
            Ok(StartedCall(Some(task.abort_handle())))
        };
        let started = start().or_else(|failure: Failure| {
            never_began(operation, failure)?;
            inbox.outbox().put((key, What::End(Ok(HostedEnd::Run))));
            Ok(StartedCall(None))
        });
        started.map_err(|failure: Failure| failure.raise(py))
    }

    /// Begins a call that Python drives, over a transport of the user's: the call, and its first step.
    #[pyo3(signature = (operation, options=Options(None, None, None), seed=None))]
    fn begin<'py>(
        &self,
        py: Python<'py>,
        operation: &NativeOperation,
        options: Options<'py>,
        seed: Option<u64>,
    ) -> PyResult<(NativeCall, Bound<'py, PyAny>)> {
        let inside = Inside::enter(py);
        let begin = || {
            let (work, client) = self.prepare(inside.process, operation, &options)?;
            client.endpoint().base_url().check_reach()?;
            let (seed, logs) = (seed.unwrap_or_else(|| fastrand::u64(..)), options.2.map(Bound::unbind));
            Ok(NativeCall::begin(py, &client, work, seed, logs)?)
        };
        let first = begin().or_else(|failure: Failure| {
            never_began(operation, failure)?;
            Ok((NativeCall::over(operation.call()), py.None().into_bound(py)))
        });
        first.map_err(|failure: Failure| failure.raise(py))
    }

    /// Begins a rotation, or only the settling of a pending PIN; its calls are this client's.
    fn begin_rotation(
        &self,
        py: Python<'_>,
        phone_number_id: &Bound<'_, PyAny>,
        quiet_margin: Option<&Bound<'_, PyAny>>,
        draws: bool,
    ) -> PyResult<NativeRotation> {
        let begin = || {
            let id = work::phone_number_id(phone_number_id)?;
            let settings = fleet::run_settings(self.client(Process::current(py))?.limits(), quiet_margin)?;
            Ok(NativeRotation::begin(id, settings, draws))
        };
        begin().map_err(|failure: Failure| failure.raise(py))
    }

    /// Begins many, whose calls are this client's, or those of clients for other tokens.
    fn begin_fleet(
        &self,
        py: Python<'_>,
        options: fleet::Options<'_>,
        quiet_margin: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeFleet> {
        let begin = || {
            let settings = fleet::run_settings(self.client(Process::current(py))?.limits(), quiet_margin)?;
            NativeFleet::new(&options, settings)
        };
        begin().map_err(|failure: Failure| failure.raise(py))
    }

    fn close(&self, py: Python<'_>) {
        let inside = Inside::enter(py);
        let connections = self.lock().take();
        drop(connections);
        inside.detach(|| inside.process.settle());
    }

    /// Base URL and version, for a `repr`.
    fn describe(&self, py: Python<'_>) -> Option<(String, String)> {
        let client = self.client(Process::current(py)).ok()?;
        Some((client.endpoint().base_url().to_string(), client.endpoint().api_version().to_string()))
    }
}

impl NativeClient {
    fn open(py: Python<'_>, read: impl FnOnce() -> Result<ClientBuilder, Failure>) -> PyResult<Self> {
        let inside = Inside::enter(py);
        let open = read().and_then(|settings| {
            let connections = Arc::new(Connections::open(settings, inside.process)?);
            Ok(Self { connections: Mutex::new(Some(connections)), access_token: None })
        });
        open.map_err(|failure| failure.raise(py))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Connections>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn client(&self, process: &'static Process) -> Result<Client, Failure> {
        let connections = self.lock().clone().ok_or(Failure::Closed)?;
        let client = connections.client(process)?;
        Ok(match &self.access_token {
            Some(access_token) => client.with_access_token(access_token.clone())?,
            None => client,
        })
    }

    /// What is to be sent, and by whom.
    fn prepare(
        &self,
        process: &'static Process,
        operation: &NativeOperation,
        Options(timeout, max_retries, _): &Options<'_>,
    ) -> Result<(HostedCall, Client), Failure> {
        let (work, client) = (operation.call(), self.client(process)?);
        let client = work.whole.guarded(client);
        if timeout.is_none() && max_retries.is_none() {
            return Ok((work, client));
        }
        let limits = settings::limits(client.limits(), timeout.as_ref(), max_retries.as_ref())?;
        Ok((work, client.with_limits(limits)))
    }

    fn block<'py>(
        &self,
        inside: &Inside<'py>,
        operation: &NativeOperation,
        options: &Options<'py>,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        let (work, client) = self.prepare(inside.process, operation, options)?;
        blocking::run(inside, &client, &work, options.2.as_ref())
    }
}

/// A rotation goes on from a call that can't begin, as from any other end.
fn never_began(operation: &NativeOperation, failure: Failure) -> Result<(), Failure> {
    let whole = operation.call().whole;
    match failure {
        Failure::Call(error) => Ok(whole.never_began(error)?),
        Failure::Closed => whole.never_began(Failure::closed()).map_err(|_| Failure::Closed),
        Failure::Python(error) => Err(Failure::Python(error)),
    }
}
