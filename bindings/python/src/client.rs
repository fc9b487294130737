//! The client: one call that blocks, and one that is started for an event loop.

use std::{
    cell::Cell,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin as Pinned, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pyo3::{
    prelude::*,
    types::{PyDict, PyString},
};
use tokio::{task::AbortHandle, time::sleep};
use whatsapp_two_step::{Client, ClientBuilder, PhoneNumberId, Pin, SetTwoStepPinResponse, TwoStepError};
use whatsapp_two_step_outbox::Outbox;

use crate::{
    call::NativeCall,
    inbox::{Ended, Inbox},
    outcome::{self, Failure},
    process::{Inside, Owned, Process},
    settings,
};

/// How often a blocking call looks for Ctrl-C.
const TICK: Duration = Duration::from_millis(50);

/// What `Client` and `AsyncClient` are both made of.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeClient(Mutex<Option<Open>>);

struct Open {
    settings: ClientBuilder,
    made: Owned<Client>,
}

/// A call on its way. To cancel it closes its request.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct StartedCall(AbortHandle);

#[pymethods]
impl StartedCall {
    fn cancel(&self) {
        self.0.abort();
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
        let inside = Inside::enter(py);
        let open = settings::read(access_token, settings, has_transport).and_then(|settings| {
            let made = Owned::new(inside.process, settings.clone().build()?);
            Ok(Self(Mutex::new(Some(Open { settings, made }))))
        });
        open.map_err(|failure| failure.raise(py))
    }

    /// Blocks; lets other Python threads run meanwhile.
    fn call<'py>(
        &self,
        py: Python<'py>,
        phone_number_id: &Bound<'py, PyAny>,
        pin: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let inside = Inside::enter(py);
        self.block(&inside, phone_number_id, pin).map_err(|failure| failure.raise(py))
    }

    /// Comes back at once; the inbox hears of the end, under this key.
    fn start(
        &self,
        py: Python<'_>,
        inbox: &Inbox,
        key: u64,
        phone_number_id: &Bound<'_, PyAny>,
        pin: &Bound<'_, PyAny>,
    ) -> PyResult<StartedCall> {
        let inside = Inside::enter(py);
        let start = || {
            let (id, pin, client) = (read_id(phone_number_id)?, read_pin(pin)?, self.client(inside.process)?);
            let end = End { outbox: inbox.outbox(), key, result: None };
            let task = inside.process.runtime().map_err(PyErr::from)?.spawn(async move {
                let result = client.set_two_step_pin(&id, &pin).await;
                end.with(result);
            });
            Ok(StartedCall(task.abort_handle()))
        };
        start().map_err(|failure: Failure| failure.raise(py))
    }

    /// Begins a call that Python drives, over a transport of the user's: the call, and its first step.
    #[pyo3(signature = (phone_number_id, pin, seed=None))]
    fn begin<'py>(
        &self,
        py: Python<'py>,
        phone_number_id: &Bound<'py, PyAny>,
        pin: &Bound<'py, PyAny>,
        seed: Option<u64>,
    ) -> PyResult<(NativeCall, Bound<'py, PyAny>)> {
        let inside = Inside::enter(py);
        let begin = || {
            let (id, pin, client) = (read_id(phone_number_id)?, read_pin(pin)?, self.client(inside.process)?);
            Ok(NativeCall::begin(py, &client, id, pin, seed.unwrap_or_else(|| fastrand::u64(..)))?)
        };
        begin().map_err(|failure: Failure| failure.raise(py))
    }

    fn close(&self, py: Python<'_>) {
        let inside = Inside::enter(py);
        let open = self.lock().take();
        drop(open);
        inside.detach(|| inside.process.settle());
    }

    /// Base URL and version, for a `repr`.
    fn describe(&self, py: Python<'_>) -> Option<(String, String)> {
        let client = self.client(Process::current(py)).ok()?;
        Some((client.endpoint().base_url().to_string(), client.endpoint().api_version().to_string()))
    }
}

impl NativeClient {
    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client of this process: made anew after a fork.
    fn client(&self, process: &'static Process) -> Result<Client, TwoStepError> {
        let mut open = self.lock();
        let open =
            open.as_mut().ok_or_else(|| TwoStepError::invalid_configuration("client", "is closed; make a new one"))?;
        if let Some(client) = open.made.get_in(process) {
            return Ok(client.clone());
        }
        let client = open.settings.clone().build()?;
        open.made = Owned::new(process, client.clone());
        Ok(client)
    }

    fn block<'py>(
        &self,
        inside: &Inside<'py>,
        phone_number_id: &Bound<'py, PyAny>,
        pin: &Bound<'py, PyAny>,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        let (id, pin, client) = (read_id(phone_number_id)?, read_pin(pin)?, self.client(inside.process)?);
        let driver = inside.process.driver().map_err(PyErr::from)?;
        let signals = hears_signals(inside)?;
        let mut work = pin!(client.set_two_step_pin(&id, &pin));
        loop {
            // Python runs between the waits and not within: a signal's handler may make a call of its own.
            let wait = || driver.block_on(|| next(work.as_mut(), signals));
            let panicked = |_| Some(Err(TwoStepError::internal()));
            match inside.detach(|| catch_unwind(AssertUnwindSafe(wait)).unwrap_or_else(panicked)) {
                Some(Ok(response)) => return Ok(outcome::response(inside.py, &response)?),
                Some(Err(error)) => return Err(error.into()),
                None => inside.py.check_signals()?,
            }
        }
    }
}

/// Tells the loop of a call's end when it is dropped, and so of a panic too.
struct End {
    outbox: Arc<Outbox<Ended>>,
    key: u64,
    /// None until it ends as it should: an error made here beforehand would be freed on another thread, which locks both.
    result: Option<Result<SetTwoStepPinResponse, TwoStepError>>,
}

impl End {
    fn with(mut self, result: Result<SetTwoStepPinResponse, TwoStepError>) {
        self.result = Some(result);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| Err(TwoStepError::internal()));
        self.outbox.put((self.key, result));
    }
}

/// The call's end, or nothing when it is time to look for Ctrl-C.
async fn next(
    work: Pinned<&mut impl Future<Output = Result<SetTwoStepPinResponse, TwoStepError>>>,
    ticks: bool,
) -> Option<Result<SetTwoStepPinResponse, TwoStepError>> {
    tokio::select! {
        biased;
        result = work => Some(result),
        () = sleep(TICK), if ticks => None,
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

fn read_id(value: &Bound<'_, PyAny>) -> Result<PhoneNumberId, Failure> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(PhoneNumberId::parse(&text.to_string_lossy())?),
        Err(_) => Err(PhoneNumberId::not_text(&settings::type_name(&value.get_type())).into()),
    }
}

fn read_pin(value: &Bound<'_, PyAny>) -> Result<Pin, Failure> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(Pin::parse(&text.to_string_lossy())?),
        Err(_) => Err(Pin::not_text(&settings::type_name(&value.get_type())).into()),
    }
}
