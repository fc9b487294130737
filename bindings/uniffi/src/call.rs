use std::time::Duration;

use http::StatusCode;
use whatsapp_two_step::{
    AnyOperation, AnyResponse, Body, Call, PhoneNumberPages, Sending, SetTwoStepPin, Step as CoreStep, TransportError,
    TwoStepError, Unprocessed as CoreUnprocessed, WabaId, Waiting,
};
use zeroize::Zeroizing;

use crate::{
    client::{check_reach, client, limits},
    error::{Failure, unpanicked},
    phone_number::Pages,
    records::{Answer, Beginning, NoAnswer, Outgoing, Problem, Step, Unprocessed, Work},
    table::Table,
};

struct Row {
    state: State,
    /// The way on which a read is a step.
    pages: Option<Pages>,
    /// Does the last exception of the host's repeat no secret?
    cause_is_clean: bool,
}

enum State {
    Sending(Sending<AnyOperation>),
    Waiting(Waiting<AnyOperation>),
}

static CALLS: Table<Row> = Table::new();

/// Begins a call: its time starts now, on the host's own clock.
#[uniffi::export]
pub fn begin(beginning: Beginning) -> Step {
    step(|| {
        let client = client(beginning.client)?;
        let tell = |error| client.endpoint.language().tell(error);
        let (operation, pages) = operation(beginning.work).map_err(tell)?;
        check_reach(client.endpoint.base_url())?;
        let limits = limits(client.limits, beginning.timeout, None, beginning.max_retries).map_err(tell)?;
        let step = Call::begin(&client.endpoint, limits, operation, beginning.seed);
        Ok(outward(None, step, pages, false))
    })
}

fn operation(work: Work) -> Result<(AnyOperation, Option<Pages>), TwoStepError> {
    match work {
        Work::SetTwoStepPin { phone_number_id, pin } => {
            Ok((SetTwoStepPin::parse(&phone_number_id, &Zeroizing::new(pin))?.into(), None))
        }
        Work::ReadPhoneNumbers { waba_id, from } => {
            let id = WabaId::parse(&waba_id)?;
            let pages = match from {
                None => PhoneNumberPages::new(id),
                Some(from) => PhoneNumberPages::restore(id, &from)?,
            };
            let page = pages.next().ok_or_else(TwoStepError::internal)?;
            Ok((page.into(), Some(Pages(pages))))
        }
    }
}

/// An answer came, `elapsed` nanoseconds after the call began.
#[uniffi::export]
pub fn answered(call: u64, elapsed: u64, answer: Answer) -> Step {
    sent(call, |sending, _| match response(answer) {
        Ok(response) => sending.answered(Duration::from_nanos(elapsed), &response),
        Err(problem) => sending.failed(Duration::from_nanos(elapsed), &problem),
    })
}

/// There is no answer, and there will be none.
#[uniffi::export]
pub fn failed(call: u64, elapsed: u64, no_answer: NoAnswer) -> Step {
    sent(call, |sending, cause_is_clean| {
        *cause_is_clean = !sending.repeats_a_secret(&Zeroizing::new(no_answer.shown));
        let problem = match no_answer.problem {
            Problem::Connection => TransportError::connection(no_answer.text),
            Problem::Timeout => TransportError::timeout(no_answer.text),
            Problem::BodyTooLarge { http_status } => TransportError::body_too_large(http_status),
            Problem::Malformed => TransportError::malformed(no_answer.text),
            Problem::ProgramFault => TransportError::program_fault(no_answer.text),
            Problem::UnusableAnswer => {
                TransportError::unusable_answer("a TransportResponse, with no null among its headers")
            }
        };
        let problem = if no_answer.before_sending { problem.before_sending() } else { problem };
        let problem = if no_answer.is_lasting { problem.lasting() } else { problem };
        let problem = match no_answer.reason {
            Some(reason) => problem.because(reason.into()),
            None => problem,
        };
        let problem = match no_answer.unprocessed {
            Some(Unprocessed::ConnectionEnded) => problem.unprocessed(CoreUnprocessed::ConnectionEnded),
            Some(Unprocessed::StreamRefused) => problem.unprocessed(CoreUnprocessed::StreamRefused),
            None => problem,
        };
        sending.failed(Duration::from_nanos(elapsed), &problem)
    })
}

/// The time is over, and no answer came.
#[uniffi::export]
pub fn expired(call: u64, elapsed: u64, may_have_left: bool) -> Step {
    sent(call, |sending, _| sending.expired(Duration::from_nanos(elapsed), may_have_left))
}

/// The wait is over.
#[uniffi::export]
pub fn waited(call: u64, elapsed: u64) -> Step {
    step(|| match CALLS.take(call) {
        Some(Row { state: State::Waiting(waiting), pages, cause_is_clean }) => {
            Ok(outward(Some(call), waiting.waited(Duration::from_nanos(elapsed)), pages, cause_is_clean))
        }
        _ => Err(TwoStepError::internal()),
    })
}

/// Forgets a call: its host has given it up, and has closed its request.
#[uniffi::export]
pub fn cancel(call: u64) {
    CALLS.take(call);
}

fn sent(call: u64, tell: impl FnOnce(Sending<AnyOperation>, &mut bool) -> CoreStep<AnyOperation>) -> Step {
    step(|| match CALLS.take(call) {
        Some(Row { state: State::Sending(sending), pages, mut cause_is_clean }) => {
            let step = tell(sending, &mut cause_is_clean);
            Ok(outward(Some(call), step, pages, cause_is_clean))
        }
        _ => Err(TwoStepError::internal()),
    })
}

fn step(work: impl FnOnce() -> Result<Step, TwoStepError>) -> Step {
    unpanicked(work).unwrap_or_else(|error| Step::Failed { failure: Failure::new(&error, false) })
}

fn outward(call: Option<u64>, step: CoreStep<AnyOperation>, pages: Option<Pages>, cause_is_clean: bool) -> Step {
    let keep = |state, pages| {
        let row = Row { state, pages, cause_is_clean };
        match call {
            Some(call) => {
                CALLS.put_back(call, row);
                call
            }
            None => CALLS.put(row),
        }
    };
    match step {
        CoreStep::Send { request, sending } => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers = request.headers().iter();
            Step::Send {
                request: Outgoing {
                    attempt: sending.number(),
                    method: request.method().to_string(),
                    url: request.uri().to_string(),
                    headers: headers.flat_map(|(name, value)| [name.to_string(), text(value.as_bytes())]).collect(),
                    body: request.body().as_bytes().to_vec(),
                    max_body_bytes: u32::try_from(sending.max_body_bytes()).unwrap_or(u32::MAX),
                    time_left: sending.time_left(),
                    connect_timeout: sending.connect_timeout(),
                    previous: sending.previous().map(|error| Failure::new(error, false)),
                    call: keep(State::Sending(sending), pages),
                },
            }
        }
        CoreStep::Wait { time, waiting } => {
            let previous = Failure::new(waiting.previous(), false);
            Step::Wait { call: keep(State::Waiting(waiting), pages), time, previous }
        }
        CoreStep::Done(result) => {
            over(result, pages).unwrap_or_else(|error| Step::Failed { failure: Failure::new(&error, cause_is_clean) })
        }
    }
}

fn over(result: Result<AnyResponse, TwoStepError>, pages: Option<Pages>) -> Result<Step, TwoStepError> {
    let page = match (result, pages) {
        (Ok(AnyResponse::SetTwoStepPin(response)), _) => return Ok(Step::Succeeded { response: response.into() }),
        (Ok(AnyResponse::PhoneNumberPage(page)), Some(pages)) => pages.read(Ok(page)),
        (Err(error), Some(pages)) => pages.read(Err(error)),
        (Err(error), None) => Err(error),
        (Ok(_), _) => Err(TwoStepError::internal()),
    };
    page.map(|page| Step::Read { page })
}

fn response(answer: Answer) -> Result<http::Response<Body>, TransportError> {
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| TransportError::malformed(format!("{} is no HTTP status", answer.status)))?;
    let mut response = http::Response::builder().status(status);
    for pair in answer.headers.chunks_exact(2) {
        response = response.header(&pair[0], &pair[1]);
    }
    // Not the error itself: it may tell of a header's text, which a server could have made from a secret.
    response.body(Body::from(answer.body)).map_err(|_| TransportError::malformed("a header is no HTTP header"))
}
