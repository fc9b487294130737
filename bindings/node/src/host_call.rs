//! One call over a transport in JavaScript: the core's value, which TypeScript drives.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

use napi::bindgen_prelude::{Either, Uint8Array, Unknown};
use napi_derive::napi;
use whatsapp_two_step::{Call, Sending, SetTwoStepPin, Step, TwoStepError, Waiting};
use zeroize::Zeroizing;

use crate::{
    client::{NativeClient, values},
    failure::{Failure, Success},
    host_http::{Exception, HostRequest, answer, in_millis, millis, outgoing, unusable},
};

/// What to do next: one of the four is there.
#[napi(object, object_from_js = false)]
pub struct NativeStep {
    /// To send, once.
    pub request: Option<HostRequest>,
    /// To wait for.
    pub wait_ms: Option<f64>,
    pub success: Option<Success>,
    pub failure: Option<Failure>,
}

/// One call. Times are milliseconds since it began.
#[napi]
pub struct HostCall(State);

enum State {
    /// Not begun, or over.
    Idle,
    Sending(Sending<SetTwoStepPin>),
    Waiting(Waiting<SetTwoStepPin>),
}

#[napi]
impl HostCall {
    #[napi(constructor)]
    #[allow(clippy::new_without_default)] // JavaScript makes it
    pub fn new() -> Self {
        Self(State::Idle)
    }

    /// Begins it. The waits between attempts come from `seed`, any number.
    #[napi]
    pub fn begin(
        &mut self,
        client: &NativeClient,
        phone_number_id: Unknown<'_>,
        pin: Unknown<'_>,
        seed: f64,
    ) -> NativeStep {
        self.step(|_| {
            let (id, pin) = values(phone_number_id, pin)?;
            let (endpoint, limits) = (client.client.endpoint(), client.client.limits());
            Ok(Call::begin(endpoint, limits, SetTwoStepPin::new(id, pin), seed.to_bits()))
        })
    }

    /// Does a text have one of the call's secrets in it?
    #[napi(catch_unwind)]
    pub fn repeats_a_secret(&self, text: String) -> bool {
        let text = Zeroizing::new(text);
        matches!(&self.0, State::Sending(sending) if sending.repeats_a_secret(&text))
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
        self.sent(|sending| match answer(status, &headers, body) {
            Ok(response) => sending.answered(millis(elapsed_ms), &response),
            Err(problem) => sending.failed(millis(elapsed_ms), &problem),
        })
    }

    /// What came is no answer: its `status`, `headers` or `body` is unusable.
    #[napi]
    pub fn unusable(&mut self, elapsed_ms: f64, part: String) -> NativeStep {
        self.sent(|sending| sending.failed(millis(elapsed_ms), &unusable(&part)))
    }

    /// The transport threw.
    #[napi]
    pub fn failed(&mut self, elapsed_ms: f64, exception: Exception) -> NativeStep {
        self.sent(|sending| sending.failed(millis(elapsed_ms), &exception.into()))
    }

    /// The time is over, and there is no answer.
    #[napi]
    pub fn expired(&mut self, elapsed_ms: f64, may_have_left: bool) -> NativeStep {
        self.sent(|sending| sending.expired(millis(elapsed_ms), may_have_left))
    }

    /// The wait is over.
    #[napi]
    pub fn waited(&mut self, elapsed_ms: f64) -> NativeStep {
        self.step(|state| match state {
            State::Waiting(waiting) => Ok(waiting.waited(millis(elapsed_ms))),
            _ => Err(TwoStepError::internal()),
        })
    }

    fn sent(&mut self, tell: impl FnOnce(Sending<SetTwoStepPin>) -> Step<SetTwoStepPin>) -> NativeStep {
        self.step(|state| match state {
            State::Sending(sending) => Ok(tell(sending)),
            _ => Err(TwoStepError::internal()),
        })
    }

    /// A panic is an error of the call's, like any other.
    fn step(&mut self, next: impl FnOnce(State) -> Result<Step<SetTwoStepPin>, TwoStepError>) -> NativeStep {
        let state = mem::replace(&mut self.0, State::Idle);
        let next = catch_unwind(AssertUnwindSafe(|| next(state))).unwrap_or_else(|_| Err(TwoStepError::internal()));
        let mut step = NativeStep { request: None, wait_ms: None, success: None, failure: None };
        match next.unwrap_or_else(|error| Step::Done(Err(error))) {
            Step::Send { request, sending } => {
                step.request = Some(outgoing(&request, &sending));
                self.0 = State::Sending(sending);
            }
            Step::Wait { time, waiting } => {
                step.wait_ms = Some(in_millis(time));
                self.0 = State::Waiting(waiting);
            }
            Step::Done(Ok(response)) => step.success = Some(response.into()),
            Step::Done(Err(error)) => step.failure = Some(error.into()),
        }
        step
    }
}
