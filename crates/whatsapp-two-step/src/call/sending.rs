//! What a call is told of the request that is under way.

use std::time::Duration;

use http::Response;

use super::{
    Sending, Step, TransportError,
    problem::{AGAIN, doubt},
    reason,
};
use crate::{
    body::Body,
    error::{ErrorKind, Outcome, Reason, TwoStepError},
    operation::Operation,
};

impl<O: Operation> Sending<O> {
    /// 1 for the first request of a call.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.0.attempts
    }

    /// How long this attempt may take, its answer's body included.
    #[must_use]
    pub fn time_left(&self) -> Duration {
        self.0.time_left()
    }

    /// How long connecting may take: TCP and TLS.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        self.0.limits.connect_timeout.min(self.time_left())
    }

    /// What the attempt before came to, if there was one: for whoever watches.
    #[must_use]
    pub fn previous(&self) -> Option<&TwoStepError> {
        self.0.last.as_ref()
    }

    /// Past so many bytes, after decompression, the answer's body needn't be read.
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        self.0.operation.max_body_bytes()
    }

    /// Does a text have this call's PIN, the token or the app secret in it? The text of an HTTP stack's own error may.
    #[must_use]
    pub fn repeats_a_secret(&self, text: &str) -> bool {
        self.0.redactor().finds_in(text)
    }

    /// An answer came, whatever its status. It counts also when it is late.
    #[must_use]
    pub fn answered(mut self, elapsed: Duration, response: &Response<Body>) -> Step<O> {
        self.0.is_at(elapsed);
        match self.0.operation.read_response(&self.0.endpoint, response) {
            Ok(answer) => {
                let http_status = response.status().as_u16();
                tracing::debug!(attempt = self.0.attempts, http_status, "attempt succeeded");
                Step::Done(Ok(O::after(answer, self.0.attempts)))
            }
            Err(error) => self.0.failed(error, None),
        }
    }

    /// There is no answer, and there will be none.
    #[must_use]
    pub fn failed(mut self, elapsed: Duration, problem: &TransportError) -> Step<O> {
        self.0.is_at(elapsed);
        let cause = problem.source.as_deref().map(|source| self.0.redactor().cause(source));
        let error = problem.explain(self.0.operation.sets_a_pin(), self.0.operation.max_body_bytes()).with_cause(cause);
        self.0.failed(error, problem.unprocessed)
    }

    /// The time is over, and no answer came. `may_have_left` is false only if it is certain that no request left.
    #[must_use]
    pub fn expired(mut self, elapsed: Duration, may_have_left: bool) -> Step<O> {
        let timeout = self.0.limits.timeout;
        let shown = in_milliseconds(timeout);
        // Whoever gives up a little early by his own clock has no time left either.
        self.0.is_at(elapsed.max(timeout));
        let error = if may_have_left {
            let message = format!("No answer within the timeout of {shown:?}{}.", doubt(self.0.operation.sets_a_pin()));
            TwoStepError::local(ErrorKind::TimedOut, Outcome::Unknown, message, AGAIN).because(Reason::Waiting)
        } else {
            let message = format!("No connection within the timeout of {shown:?}.");
            let hint = reason::hint(Reason::Connecting, false);
            TwoStepError::local(ErrorKind::TimedOut, Outcome::NotSent, message, hint).because(Reason::Connecting)
        };
        self.0.failed(error, None)
    }
}

/// As it is shown: a rotation gives a call what a save has left of the time, to the nanosecond.
fn in_milliseconds(time: Duration) -> Duration {
    let rest = Duration::from_nanos(u64::from(time.subsec_nanos() % 1_000_000));
    if time > Duration::from_millis(1) { time.saturating_sub(rest) } else { time }
}
