//! A call that Python drives over a transport of the user's: it says what to do next, and hears what came of it.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pyo3::{
    prelude::*,
    types::{PyFloat, PyString},
};
use whatsapp_two_step::{
    AnyOperation, AttemptEnd, Call, Client, Reason, Sending, Step, TransportError, TwoStepError, Unprocessed, Waiting,
};

use whatsapp_two_step_rotation::HostedCall;

use crate::{answer, outcome, process::Inside, watch::Attempt};

/// Its methods take the seconds since the call began, and give the next step: an `HttpRequest` to send, a number of seconds to
/// wait, or the end, which is a response or an exception.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeCall {
    work: HostedCall,
    state: Mutex<State>,
    /// When the request was handed out that is under way.
    handed_out: Mutex<Duration>,
    /// Hears of each attempt's end.
    logs: Option<Py<PyAny>>,
}

enum State {
    Sending(Sending<AnyOperation>),
    Waiting(Waiting<AnyOperation>),
    Over,
}

impl NativeCall {
    /// One that couldn't begin.
    pub(crate) fn over(work: HostedCall) -> Self {
        Self { work, state: Mutex::new(State::Over), handed_out: Mutex::default(), logs: None }
    }

    /// With its first step. The waits come from the seed.
    pub(crate) fn begin<'py>(
        py: Python<'py>,
        client: &Client,
        work: HostedCall,
        seed: u64,
        logs: Option<Py<PyAny>>,
    ) -> PyResult<(Self, Bound<'py, PyAny>)> {
        let operation = work.operation.clone();
        let call = Self { work, state: Mutex::new(State::Over), handed_out: Mutex::default(), logs };
        let step = call.tell(py, 0.0, |_, _| Call::begin(client.endpoint(), client.limits(), operation, seed))?;
        Ok((call, step))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handed_out(&self) -> MutexGuard<'_, Duration> {
        self.handed_out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it on, and keeps where it is then. A panic in the core ends it with an error, as it does everywhere.
    fn tell<'py>(
        &self,
        py: Python<'py>,
        elapsed: f64,
        tell: impl FnOnce(State, Duration) -> Step<AnyOperation>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let _inside = Inside::enter(py);
        let state = mem::replace(&mut *self.lock(), State::Over);
        let elapsed = seconds(elapsed);
        match catch_unwind(AssertUnwindSafe(|| tell(state, elapsed))).unwrap_or_else(|_| internal()) {
            Step::Send { request, sending } => {
                let request = outcome::request(py, &request, &sending)?;
                *self.handed_out() = elapsed;
                *self.lock() = State::Sending(sending);
                Ok(request)
            }
            Step::Wait { time, waiting } => {
                *self.lock() = State::Waiting(waiting);
                Ok(PyFloat::new(py, time.as_secs_f64()).into_any())
            }
            Step::Done(result) => match self.work.whole.done(result) {
                Ok(done) => outcome::done(py, &done),
                Err(error) => outcome::exception(py, &error),
            },
        }
    }

    /// What came of a request.
    fn sent<'py>(
        &self,
        py: Python<'py>,
        elapsed: f64,
        http_status: Option<u16>,
        tell: impl FnOnce(Sending<AnyOperation>, Duration) -> Step<AnyOperation>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut ended = None;
        let handed_out = *self.handed_out();
        let next = self.tell(py, elapsed, |state, elapsed| match state {
            State::Sending(sending) => {
                let step = tell(sending, elapsed);
                if self.logs.is_some() {
                    let end = AttemptEnd::of(&step, http_status, elapsed.saturating_sub(handed_out));
                    ended = end.as_ref().map(Attempt::from);
                }
                step
            }
            _ => internal(),
        })?;
        if let (Some(logs), Some(attempt)) = (&self.logs, ended) {
            logs.bind(py).call1(attempt.fields(py)?)?;
        }
        Ok(next)
    }
}

#[pymethods]
impl NativeCall {
    /// What the transport gave back, whatever it is.
    fn answered<'py>(&self, py: Python<'py>, elapsed: f64, answer: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let max_body_bytes = match &*self.lock() {
            State::Sending(sending) => sending.max_body_bytes(),
            _ => 0,
        };
        let read = answer::read(answer, max_body_bytes);
        let http_status = read.as_ref().ok().map(|response| response.status().as_u16());
        self.sent(py, elapsed, http_status, |sending, elapsed| match read {
            Ok(response) => sending.answered(elapsed, &response),
            Err(problem) => sending.failed(elapsed, &problem),
        })
    }

    /// The transport raised something. `problem` is what that means, `connection`, `timeout` or `program_fault`; `texts` is what it
    /// and its causes say.
    #[pyo3(signature = (elapsed, problem, texts, before_sending=false, unprocessed=None, reason=None, lasting=false))]
    #[allow(clippy::too_many_arguments)] // Python gives most of them by name
    fn failed<'py>(
        &self,
        py: Python<'py>,
        elapsed: f64,
        problem: &str,
        texts: Vec<Bound<'py, PyString>>,
        before_sending: bool,
        unprocessed: Option<&str>,
        reason: Option<&str>,
        lasting: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let source = TransportError::causes(texts.iter().map(|text| text.to_string_lossy().into_owned()).collect());
        let problem = match problem {
            "timeout" => TransportError::timeout(source),
            "program_fault" => TransportError::program_fault(source),
            _ => TransportError::connection(source),
        };
        let problem = if before_sending { problem.before_sending() } else { problem };
        let problem = match unprocessed {
            Some("connection_ended") => problem.unprocessed(Unprocessed::ConnectionEnded),
            Some("stream_refused") => problem.unprocessed(Unprocessed::StreamRefused),
            _ => problem,
        };
        let reason = reason.and_then(|code| Reason::ALL.iter().find(|reason| reason.code() == code));
        let problem = match reason {
            Some(&reason) => problem.because(reason),
            None => problem,
        };
        let problem = if lasting { problem.lasting() } else { problem };
        self.sent(py, elapsed, None, |sending, elapsed| sending.failed(elapsed, &problem))
    }

    /// The time is over, and no answer came.
    fn expired<'py>(&self, py: Python<'py>, elapsed: f64, may_have_left: bool) -> PyResult<Bound<'py, PyAny>> {
        self.sent(py, elapsed, None, |sending, elapsed| sending.expired(elapsed, may_have_left))
    }

    /// The wait is over.
    fn waited<'py>(&self, py: Python<'py>, elapsed: f64) -> PyResult<Bound<'py, PyAny>> {
        self.tell(py, elapsed, |state, elapsed| match state {
            State::Waiting(waiting) => waiting.waited(elapsed),
            _ => internal(),
        })
    }

    /// To be asked right before a request is handed to the transport.
    fn may_send(&self) -> bool {
        self.work.whole.may_send()
    }

    /// To be asked before the call hears of it: does what a transport raised show the PIN, the token or the app secret?
    fn repeats_a_secret(&self, text: &Bound<'_, PyString>) -> bool {
        match &*self.lock() {
            State::Sending(sending) => sending.repeats_a_secret(&text.to_string_lossy()),
            _ => true,
        }
    }
}

/// What is no time passes for none.
fn seconds(elapsed: f64) -> Duration {
    Duration::try_from_secs_f64(elapsed).unwrap_or_default()
}

fn internal() -> Step<AnyOperation> {
    Step::Done(Err(TwoStepError::internal()))
}
