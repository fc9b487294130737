//! A call as a value: it decides, and whoever has the sockets drives it.

mod limits;
mod problem;
mod reason;
mod retry;
mod sending;

pub use limits::{Limits, MAX_IN_FLIGHT};
pub use problem::{TransportError, Unprocessed};

use std::{fmt, time::Duration};

use http::Request;

use crate::{
    body::Body,
    endpoint::Endpoint,
    error::{Outcome, TwoStepError},
    operation::Operation,
    redact::Redactor,
};
use retry::Retries;

/// A call: attempts under one deadline, retries, and what they came to over all.
///
/// A value without I/O, clock, executor, thread or lock. It says what to do next; whoever has an HTTP stack does it, and says
/// what came of it and how much time has passed since the call began, on a clock that only goes forward. The same answers in the
/// same order give the same steps. [`Client`](crate::Client) is one driver of it; with an HTTP stack of your own, write another:
///
/// ```
/// use std::time::{Duration, Instant};
/// use whatsapp_two_step::{
///     AccessToken, Body, Call, Endpoint, Limits, SetTwoStepPin, SetTwoStepPinResponse, Step, TransportError, TwoStepError,
/// };
///
/// /// Any HTTP stack: sends one request within a time limit, once, without redirects.
/// fn post(request: &http::Request<Body>, time_left: Duration) -> std::io::Result<http::Response<Body>> {
///     // …
/// #   Ok(http::Response::new(Body::from(r#"{"success":true}"#)))
/// }
///
/// fn set_two_step_pin(endpoint: &Endpoint, operation: SetTwoStepPin) -> Result<SetTwoStepPinResponse, TwoStepError> {
///     let start = Instant::now();
///     let seed = 0x5eed; // a random number: clients shall not try again all at the same moment
///     let mut step = Call::begin(endpoint, Limits::default(), operation, seed);
///     loop {
///         step = match step {
///             Step::Send { request, sending } => match post(&request, sending.time_left()) {
///                 Ok(response) => sending.answered(start.elapsed(), &response),
///                 Err(error) => match error.kind() {
///                     std::io::ErrorKind::TimedOut => sending.expired(start.elapsed(), true),
///                     std::io::ErrorKind::ConnectionRefused => {
///                         sending.failed(start.elapsed(), &TransportError::connection(error).before_sending())
///                     }
///                     _ => sending.failed(start.elapsed(), &TransportError::connection(error)),
///                 },
///             },
///             Step::Wait { time, waiting } => {
///                 std::thread::sleep(time);
///                 waiting.waited(start.elapsed())
///             }
///             Step::Done(result) => return result,
///         }
///     }
/// }
///
/// let endpoint = Endpoint::new(AccessToken::parse("EAAG_example")?);
/// let operation = SetTwoStepPin::new("106540352242922".parse()?, "012345".parse()?);
/// assert_eq!(set_two_step_pin(&endpoint, operation)?.attempts, 1);
/// # Ok::<(), TwoStepError>(())
/// ```
///
/// To stop a call, drop it and close its request.
pub struct Call<O> {
    endpoint: Endpoint,
    limits: Limits,
    operation: O,
    retries: Retries,
    elapsed: Duration,
    attempts: u32,
    outcome: Outcome,
    /// What the last attempt came to.
    last: Option<TwoStepError>,
}

/// What a call wants next. Each state can be told only what fits it, and only once.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // it is moved once; a box would be one more allocation a request
pub enum Step<O: Operation> {
    /// Send the request, once, and say what came of it.
    Send {
        /// Holds the token and the PIN; prints neither.
        request: Request<Body>,
        /// To be told what came of it.
        sending: Sending<O>,
    },
    /// Send nothing for so long, and come back.
    Wait {
        /// How long.
        time: Duration,
        /// To be told when it is over.
        waiting: Waiting<O>,
    },
    /// It is over.
    Done(Result<O::Response, TwoStepError>),
}

/// A call with a request under way.
pub struct Sending<O>(Box<Call<O>>);

/// A call between two attempts.
pub struct Waiting<O> {
    call: Box<Call<O>>,
    /// What the call comes to if there is no time for another attempt.
    error: TwoStepError,
}

impl<O: Operation> Call<O> {
    /// Begins a call: its time starts now.
    ///
    /// The waits between attempts are random, from `seed`.
    pub fn begin(endpoint: &Endpoint, limits: Limits, operation: O, seed: u64) -> Step<O> {
        if let Err(error) = limits.check() {
            return Step::Done(Err(error));
        }
        let retries = Retries::new(limits.max_retries, seed);
        let endpoint = endpoint.clone();
        let (elapsed, outcome) = (Duration::ZERO, Outcome::NotSent);
        Box::new(Self { endpoint, limits, operation, retries, elapsed, attempts: 0, outcome, last: None }).send()
    }

    fn send(mut self: Box<Self>) -> Step<O> {
        match self.operation.to_request(&self.endpoint) {
            Ok(request) => {
                self.attempts += 1;
                Step::Send { request, sending: Sending(self) }
            }
            Err(error) => Step::Done(Err(error.after(self.attempts, self.outcome))),
        }
    }

    fn failed(mut self: Box<Self>, error: TwoStepError, unprocessed: Option<Unprocessed>) -> Step<O> {
        let error = if self.operation.sets_a_pin() { error } else { error.of_a_read() };
        let error = self.endpoint.language().tell(error);
        let error = error.after(self.attempts, self.outcome);
        self.outcome = error.outcome();
        let left = self.time_left();
        let wait = self.retries.wait(&error, unprocessed, left);
        tracing::debug!(
            attempt = self.attempts,
            kind = error.kind().code(),
            outcome = error.outcome().code(),
            http_status = error.http_status(),
            graph_code = error.graph_code(),
            trace_id = error.trace_id(),
            wait_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            "attempt failed"
        );
        match wait {
            None => Step::Done(Err(error)),
            Some(Duration::ZERO) => {
                self.last = Some(error);
                self.send()
            }
            Some(time) => Step::Wait { time, waiting: Waiting { call: self, error } },
        }
    }

    /// A clock that goes back changes nothing.
    fn is_at(&mut self, elapsed: Duration) {
        self.elapsed = self.elapsed.max(elapsed);
    }

    fn time_left(&self) -> Duration {
        self.limits.timeout.saturating_sub(self.elapsed)
    }

    fn redactor(&self) -> Redactor<'_> {
        Redactor::new(&self.endpoint, self.operation.pin())
    }
}

impl<O: Operation> Waiting<O> {
    /// What the attempt before came to: for whoever watches.
    #[must_use]
    pub fn previous(&self) -> &TwoStepError {
        &self.error
    }

    /// The wait is over. Whoever comes late finds the call over: no request leaves without time for an answer.
    #[must_use]
    pub fn waited(mut self, elapsed: Duration) -> Step<O> {
        self.call.is_at(elapsed);
        if self.call.time_left().is_zero() {
            return Step::Done(Err(self.error));
        }
        self.call.last = Some(self.error);
        self.call.send()
    }
}

impl<O> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("limits", &self.limits)
            .field("elapsed", &self.elapsed)
            .field("attempts", &self.attempts)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

impl<O> fmt::Debug for Sending<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sending").field(&self.0).finish()
    }
}

impl<O> fmt::Debug for Waiting<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").field("call", &self.call).field("error", &self.error).finish()
    }
}
