//! One call over a transport in JavaScript: the core's value, which TypeScript drives.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use napi::bindgen_prelude::{Either, Uint8Array};
use napi_derive::napi;
use whatsapp_two_step::{AnyOperation, AttemptEnd, Call, Sending, Step, TwoStepError, Waiting};
use zeroize::Zeroizing;

use whatsapp_two_step_rotation::{HostedCall, HostedWhole};

use crate::{
    client::NativeClient,
    host_http::{Exception, HostRequest, answer, in_millis, millis, outgoing, unusable},
    outcome::{Failure, NativeNumber, PinSet},
    settings,
    watch::Attempt,
    work::{self, NativeOperation},
};

/// What to do next: one of the first four is there.
#[napi(object, object_from_js = false)]
pub struct NativeStep {
    /// To send, once.
    pub request: Option<HostRequest>,
    /// To wait for.
    pub wait_ms: Option<f64>,
    pub success: Option<Either<PinSet, Vec<NativeNumber>>>,
    pub failure: Option<Failure>,
    /// How the attempt ended that led to it, for a call that is watched.
    pub attempt: Option<Attempt>,
}

/// One call. Times are milliseconds since it began.
#[napi]
pub struct HostCall {
    state: State,
    whole: HostedWhole,
    is_watched: bool,
    /// When the attempt under way began.
    began: Duration,
}

enum State {
    /// Not begun, or over.
    Idle,
    Sending(Sending<AnyOperation>),
    Waiting(Waiting<AnyOperation>),
}

#[napi]
impl HostCall {
    #[napi(constructor)]
    #[allow(clippy::new_without_default)] // JavaScript makes it
    pub fn new() -> Self {
        Self { state: State::Idle, whole: HostedWhole::default(), is_watched: false, began: Duration::ZERO }
    }

    /// Begins it. The waits between attempts come from `seed`, any number.
    #[napi]
    pub fn begin(
        &mut self,
        client: &NativeClient,
        operation: &mut NativeOperation,
        seed: f64,
        is_watched: bool,
    ) -> NativeStep {
        self.is_watched = is_watched;
        let taken = operation.take();
        self.step(|call, _| {
            let (HostedCall { operation, whole }, limits) = taken?;
            call.whole = whole; // it hears of whatever comes
            let client = client.open()?;
            client.endpoint().base_url().check_reach().map_err(settings::told)?;
            Ok(Call::begin(client.endpoint(), limits, operation, seed.to_bits()))
        })
    }

    /// To be asked right before a request is handed to the transport: it may be too late for it.
    #[napi(catch_unwind)]
    pub fn may_send(&self) -> bool {
        self.whole.may_send()
    }

    /// Does a text have one of the call's secrets in it?
    #[napi(catch_unwind)]
    pub fn repeats_a_secret(&self, text: String) -> bool {
        let text = Zeroizing::new(text);
        matches!(&self.state, State::Sending(sending) if sending.repeats_a_secret(&text))
    }

    /// An answer came; `headers` has names and values by turns.
    #[napi]
    pub fn answered(
        &mut self,
        elapsed_ms: f64,
        status: f64,
        headers: Vec<String>,
        body: Either<String, Uint8Array>,
    ) -> NativeStep {
        self.sent(elapsed_ms, |sending, elapsed| match answer(status, &headers, body) {
            Ok(response) => (Some(response.status().as_u16()), sending.answered(elapsed, &response)),
            Err(problem) => (None, sending.failed(elapsed, &problem)),
        })
    }

    /// What came is no answer: its `status`, `headers` or `body` is unusable.
    #[napi]
    pub fn unusable(&mut self, elapsed_ms: f64, part: String) -> NativeStep {
        self.sent(elapsed_ms, |sending, elapsed| (None, sending.failed(elapsed, &unusable(&part))))
    }

    /// The transport threw.
    #[napi]
    pub fn failed(&mut self, elapsed_ms: f64, exception: Exception) -> NativeStep {
        self.sent(elapsed_ms, |sending, elapsed| (None, sending.failed(elapsed, &exception.into())))
    }

    /// The time is over, and there is no answer.
    #[napi]
    pub fn expired(&mut self, elapsed_ms: f64, may_have_left: bool) -> NativeStep {
        self.sent(elapsed_ms, |sending, elapsed| (None, sending.expired(elapsed, may_have_left)))
    }

    /// The wait is over.
    #[napi]
    pub fn waited(&mut self, elapsed_ms: f64) -> NativeStep {
        self.began = millis(elapsed_ms);
        self.step(|_, state| match state {
            State::Waiting(waiting) => Ok(waiting.waited(millis(elapsed_ms))),
            _ => Err(TwoStepError::internal()),
        })
    }

    /// `tell` gives the answer's status, if one came, and the next step.
    fn sent(
        &mut self,
        elapsed_ms: f64,
        tell: impl FnOnce(Sending<AnyOperation>, Duration) -> (Option<u16>, Step<AnyOperation>),
    ) -> NativeStep {
        let elapsed = millis(elapsed_ms);
        let took = elapsed.saturating_sub(mem::replace(&mut self.began, elapsed));
        let is_watched = self.is_watched;
        let mut attempt = None;
        let mut step = self.step(|_, state| match state {
            State::Sending(sending) => {
                let (http_status, next) = tell(sending, elapsed);
                if is_watched {
                    attempt = AttemptEnd::of(&next, http_status, took).as_ref().map(Attempt::from);
                }
                Ok(next)
            }
            _ => Err(TwoStepError::internal()),
        });
        step.attempt = attempt;
        step
    }

    /// A panic is an error of the call's, like any other.
    fn step(&mut self, next: impl FnOnce(&mut Self, State) -> Result<Step<AnyOperation>, TwoStepError>) -> NativeStep {
        let state = mem::replace(&mut self.state, State::Idle);
        let next =
            catch_unwind(AssertUnwindSafe(|| next(self, state))).unwrap_or_else(|_| Err(TwoStepError::internal()));
        let mut step = NativeStep { request: None, wait_ms: None, success: None, failure: None, attempt: None };
        match next.unwrap_or_else(|error| Step::Done(Err(error))) {
            Step::Send { request, sending } => {
                step.request = Some(outgoing(&request, &sending));
                self.state = State::Sending(sending);
            }
            Step::Wait { time, waiting } => {
                step.wait_ms = Some(in_millis(time));
                self.state = State::Waiting(waiting);
            }
            Step::Done(result) => match work::done(&self.whole, result) {
                Ok(success) => step.success = Some(success),
                Err(error) => step.failure = Some(error.into()),
            },
        }
        step
    }
}
