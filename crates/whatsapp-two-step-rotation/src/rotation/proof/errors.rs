//! What a call can fail with, made by the core's own call.

use std::{sync::LazyLock, time::Duration};

use http::Response;
use whatsapp_two_step::{
    AccessToken, Body, Call, Endpoint, Limits, Outcome, SetTwoStepPin, Step, TransportError, TwoStepError,
};

const OUTCOMES: [Outcome; 3] = [Outcome::NotSent, Outcome::Rejected, Outcome::Unknown];
const MOST_ATTEMPTS: u32 = 3;

static ERRORS: LazyLock<Vec<TwoStepError>> = LazyLock::new(|| {
    OUTCOMES.iter().flat_map(|outcome| (1..=MOST_ATTEMPTS).map(|attempts| make(*outcome, attempts))).collect()
});

/// An error after so many attempts.
pub(super) fn error(outcome: Outcome, attempts: u32) -> TwoStepError {
    let found = ERRORS.iter().find(|error| error.outcome() == outcome && error.attempts() == attempts);
    found.unwrap_or_else(|| panic!("no error for {outcome} after {attempts}")).clone()
}

fn make(outcome: Outcome, attempts: u32) -> TwoStepError {
    let endpoint = Endpoint::new(AccessToken::parse("EAAG_example").unwrap());
    let operation = SetTwoStepPin::parse("1", "012345").unwrap();
    let limits = Limits { timeout: Duration::from_secs(3600), max_retries: attempts - 1, ..Limits::default() };
    let mut step = Call::begin(&endpoint, limits, operation, 0);
    loop {
        step = match step {
            Step::Send { sending, .. } if sending.number() == attempts && outcome == Outcome::Rejected => {
                let answer = Response::builder().status(401).body(Body::from(r#"{"error":{"code":190}}"#)).unwrap();
                sending.answered(Duration::ZERO, &answer)
            }
            Step::Send { sending, .. } if outcome == Outcome::Unknown => {
                sending.failed(Duration::ZERO, &TransportError::connection("gone"))
            }
            Step::Send { sending, .. } => {
                sending.failed(Duration::ZERO, &TransportError::connection("refused").before_sending())
            }
            Step::Wait { waiting, .. } => waiting.waited(Duration::ZERO),
            Step::Done(result) => break result.unwrap_err(),
        };
    }
}
