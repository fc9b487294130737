//! The client: one call that blocks, and one that is started for an event loop.

use std::{
    cell::Cell,
    future::{Future, pending},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin as Pinned, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use pyo3::{prelude::*, types::PyDict};
use tokio::{task::AbortHandle, time::sleep};
use whatsapp_two_step::{AccessToken, AnyResponse, Client, ClientBuilder, Observer, TwoStepError};
use whatsapp_two_step_outbox::Outbox;

use whatsapp_two_step_rotation::{HostedCall, HostedEnd};

use crate::{
    call::NativeCall,
    fleet::{self, NativeFleet},
    inbox::{Event, Inbox, What},
    outcome::{self, Failure},
    process::{Inside, Owned, Process, TICK},
    rotation::NativeRotation,
    settings,
    watch::Unheard,
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

/// What the clients for several tokens share. It goes with the last of them.
struct Connections {
    settings: ClientBuilder,
    made: Mutex<Owned<Client>>,
}

/// What one call is given, beside its operation.
#[derive(FromPyObject)]
struct Options<'py>(Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>);

/// A call on its way. To cancel it closes its request.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct StartedCall(Option<AbortHandle>);

#[pymethods]
impl StartedCall {
    fn cancel(&self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

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
            let end = End { outbox, key, result: None };
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
            let made = Mutex::new(Owned::new(inside.process, settings.clone().build()?));
            let connections = Mutex::new(Some(Arc::new(Connections { settings, made })));
            Ok(Self { connections, access_token: None })
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
        let driver = inside.process.driver().map_err(PyErr::from)?;
        let signals = hears_signals(inside)?;
        let watched = options.2.as_ref().map(|logs| (logs, Arc::new(Unheard::default())));
        let unheard = watched.as_ref().map(|(_, unheard)| &**unheard);
        let client = watched.as_ref().map_or(client.clone(), |(_, unheard)| unheard.watch(&client));
        let mut call = pin!(client.run(work.operation.clone()));
        loop {
            // Python runs between the waits and not within: a signal's handler may make a call of its own.
            let wait = || driver.block_on(|| next(call.as_mut(), signals, unheard));
            let panicked = |_| Some(Err(TwoStepError::internal()));
            let end = inside.detach(|| catch_unwind(AssertUnwindSafe(wait)).unwrap_or_else(panicked));
            if let Some((logs, unheard)) = &watched {
                unheard.tell(logs)?;
            }
            match end {
                Some(result) => return Ok(outcome::done(inside.py, &work.whole.done(result)?)?),
                None => inside.py.check_signals()?,
            }
        }
    }
}

/// Tells the loop of a call's end when it is dropped, and so of a panic too.
struct End {
    outbox: Arc<Outbox<Event>>,
    key: u64,
    /// None until it ends as it should: an error made here beforehand would be freed on another thread, which locks both.
    result: Option<Result<HostedEnd, TwoStepError>>,
}

impl End {
    fn with(mut self, result: Result<HostedEnd, TwoStepError>) {
        self.result = Some(result);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| Err(TwoStepError::internal()));
        self.outbox.put((self.key, What::End(result)));
    }
}

impl Connections {
    /// The client of this process: made anew after a fork.
    fn client(&self, process: &'static Process) -> Result<Client, TwoStepError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get_in(process) {
            return Ok(client.clone());
        }
        let client = self.settings.clone().build()?;
        *made = Owned::new(process, client.clone());
        Ok(client)
    }
}

/// The call's end, or nothing when it is time to look for Ctrl-C, or to log an attempt.
async fn next(
    work: Pinned<&mut impl Future<Output = Result<AnyResponse, TwoStepError>>>,
    ticks: bool,
    unheard: Option<&Unheard>,
) -> Option<Result<AnyResponse, TwoStepError>> {
    tokio::select! {
        biased;
        result = work => Some(result),
        () = heard_of(unheard) => None,
        () = sleep(TICK), if ticks => None,
    }
}

async fn heard_of(unheard: Option<&Unheard>) {
    match unheard {
        Some(unheard) => unheard.some().await,
        None => pending().await,
    }
}

/// Only the main thread does. Asked once a thread, and again after a fork, which makes any thread the main one.
fn hears_signals(inside: &Inside<'_>) -> PyResult<bool> {
    thread_local!(static KNOWN: Cell<Option<(u32, bool)>> = const { Cell::new(None) });
    let process = inside.process.id();
    if let Some((id, known)) = KNOWN.get()
        && id == process
    {
        return Ok(known);
    }
    let threading = inside.py.import("threading")?;
    let main = threading.call_method0("main_thread")?.getattr("ident")?;
    let is_main = main.eq(threading.call_method0("get_ident")?)?;
    KNOWN.set(Some((process, is_main)));
    Ok(is_main)
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
