use std::{error::Error as StdError, fmt};

use super::reason::{hint, words};
use crate::{
    error::{Cause, ErrorKind, Later, Outcome, Reason, TwoStepError},
    graph,
};

pub(super) const AGAIN: &str = Outcome::Unknown.hint();
const REPAIR: &str = "Correct the program's own transport, then set the same PIN again: that is safe.";

/// Why a transport has no answer to give.
///
/// ```
/// use whatsapp_two_step::TransportError;
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::connection(refused).before_sending();
/// assert_eq!(format!("{error:?}"), "TransportError { failure: Connection, before_sending: true, unprocessed: None, .. }");
/// ```
pub struct TransportError {
    pub(super) failure: Failure,
    pub(super) before_sending: bool,
    pub(super) unprocessed: Option<Unprocessed>,
    reason: Option<Reason>,
    detail: Option<&'static str>,
    is_lasting: bool,
    pub(super) source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Why a server processed nothing of a request that it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unprocessed {
    /// It ended the connection before it looked at the request: an HTTP/2 GOAWAY whose last stream is below the request's, or an
    /// idle HTTP/1.1 connection that was closed before a byte of the request was read. Sent again at once.
    ConnectionEnded,
    /// It refused the request's stream: HTTP/2's `REFUSED_STREAM`. Sent again at once, and with a growing wait from the second on.
    StreamRefused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Connection,
    Timeout,
    BodyTooLarge { http_status: u16 },
    Malformed,
    Withheld,
    Program,
    Unusable { wanted: &'static str },
}

impl TransportError {
    #[cfg(feature = "client")]
    pub(crate) fn is_unprocessed(&self, why: Unprocessed) -> bool {
        self.unprocessed == Some(why)
    }

    /// DNS, refused, TLS, reset, closed early, and everything that fits nowhere else: `connection_failed`.
    pub fn connection(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::Connection, Some(source.into()))
    }

    /// The transport's own time limit struck: `timed_out`.
    pub fn timeout(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::Timeout, Some(source.into()))
    }

    /// The answer's body passed [`MAX_BODY_BYTES`](crate::MAX_BODY_BYTES): `unexpected_response`.
    #[must_use]
    pub fn body_too_large(http_status: u16) -> Self {
        Self::new(Failure::BodyTooLarge { http_status }, None)
    }

    /// What came is no HTTP: `unexpected_response`.
    pub fn malformed(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::Malformed, Some(source.into()))
    }

    /// The program's own transport has a fault, such as a null pointer or a wrong type: `connection_failed`, but it isn't tried
    /// again and isn't retryable, since the next attempt would meet the same fault.
    ///
    /// ```
    /// let error = whatsapp_two_step::TransportError::program_fault("index out of bounds");
    /// assert!(format!("{error:?}").contains("Program"));
    /// ```
    pub fn program_fault(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::Program, Some(source.into()))
    }

    /// The program's own transport gave back what is no answer: `unexpected_response`, never tried again. `wanted` ends the
    /// sentence "the program's own transport must return …".
    ///
    /// ```
    /// let error = whatsapp_two_step::TransportError::unusable_answer("an object with a status");
    /// assert!(format!("{error:?}").contains("Unusable"));
    /// ```
    #[must_use]
    pub fn unusable_answer(wanted: &'static str) -> Self {
        Self::new(Failure::Unusable { wanted }, None)
    }

    /// The request wasn't sent, since it may not leave any more: `timed_out`, `not_sent`, and never tried again by this call.
    ///
    /// ```
    /// let error = whatsapp_two_step::TransportError::withheld();
    /// assert!(format!("{error:?}").contains("Withheld"));
    /// ```
    #[must_use]
    pub fn withheld() -> Self {
        Self::new(Failure::Withheld, None)
    }

    /// For bindings: the source of a problem that the host threw, from its text and those of its causes, the outermost first.
    ///
    /// ```
    /// use whatsapp_two_step::TransportError;
    ///
    /// let causes = TransportError::causes(vec!["no route".into(), "the cable is out".into()]);
    /// assert_eq!(causes.source().map(ToString::to_string).as_deref(), Some("the cable is out"));
    /// let error = TransportError::connection(causes);
    /// # drop(error);
    /// ```
    #[must_use]
    pub fn causes(texts: Vec<String>) -> Box<dyn StdError + Send + Sync> {
        Box::new(Cause::chain(texts))
    }

    /// It is certain that no request left, so the outcome is `not_sent`.
    #[must_use]
    pub fn before_sending(mut self) -> Self {
        self.before_sending = true;
        self
    }

    /// The request left, but the server says that it processed none of it (RFC 9113, 8.7). The outcome is `not_sent`, and the
    /// request goes out again on another connection without counting as a retry: at most 32 times, while there is time.
    ///
    /// ```
    /// use whatsapp_two_step::{TransportError, Unprocessed};
    ///
    /// let error = TransportError::connection("GOAWAY").unprocessed(Unprocessed::ConnectionEnded);
    /// # drop(error);
    /// ```
    #[must_use]
    pub fn unprocessed(mut self, why: Unprocessed) -> Self {
        self.unprocessed = Some(why);
        self
    }

    /// Why: it stands in the error, and its message says it in words.
    ///
    /// ```
    /// use whatsapp_two_step::{Reason, TransportError};
    ///
    /// let error = TransportError::connection("ECONNREFUSED").before_sending().because(Reason::Refused);
    /// # drop(error);
    /// ```
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// It won't pass by itself, so it isn't tried again and isn't retryable: a certificate that isn't trusted
    /// ([`Reason::Tls`]), a proxy that wants another password ([`Reason::Proxy`]).
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.is_lasting = true;
        self
    }

    /// What more is known of the reason.
    #[cfg(feature = "reqwest")]
    pub(crate) fn detailed(mut self, detail: Option<&'static str>) -> Self {
        self.detail = detail;
        self
    }

    /// What it means for the call; its cause is not in it yet.
    pub(super) fn explain(&self, sets_a_pin: bool, max_body_bytes: usize) -> TwoStepError {
        let nothing_left = self.before_sending || self.unprocessed.is_some();
        let kind = match self.failure {
            Failure::BodyTooLarge { http_status } => return graph::body_too_large(Some(http_status), max_body_bytes),
            Failure::Malformed => return graph::not_http(),
            Failure::Withheld => return withheld(),
            Failure::Program => return program_fault(nothing_left, sets_a_pin),
            Failure::Unusable { wanted } => return unusable_answer(wanted, sets_a_pin),
            Failure::Connection => ErrorKind::ConnectionFailed,
            Failure::Timeout => ErrorKind::TimedOut,
        };
        let default = match (self.failure, nothing_left) {
            (Failure::Timeout, true) => Reason::Connecting,
            (Failure::Timeout, false) => Reason::Waiting,
            _ => Reason::Other,
        };
        let reason = self.reason.unwrap_or(default);
        let words = words(reason, self.is_lasting, self.detail);
        let error = if self.unprocessed.is_some() {
            let message = "The server closed the connection before it processed the request.";
            TwoStepError::local(kind, Outcome::NotSent, message, AGAIN).with_later(Later::Now)
        } else if nothing_left {
            let message = format!("Could not connect: {words}; nothing was sent.");
            // Connecting may go well the next time.
            TwoStepError::local(kind, Outcome::NotSent, message, hint(reason, self.is_lasting)).with_later(Later::Now)
        } else {
            let message = format!("No whole answer came: {words}{}.", doubt(sets_a_pin));
            TwoStepError::local(kind, Outcome::Unknown, message, AGAIN)
        };
        let error = if self.is_lasting { error.with_later(Later::Hopeless) } else { error };
        error.because(reason)
    }

    fn new(failure: Failure, source: Option<Box<dyn StdError + Send + Sync>>) -> Self {
        let (reason, detail) = (None, None);
        Self { failure, before_sending: false, unprocessed: None, reason, detail, is_lasting: false, source }
    }
}

/// What a message goes on with where a request may have left.
pub(super) fn doubt(sets_a_pin: bool) -> &'static str {
    if sets_a_pin { "; the PIN may have been set" } else { "" }
}

fn withheld() -> TwoStepError {
    let message = "The time in which the request might leave was over; it was not sent.";
    TwoStepError::local(ErrorKind::TimedOut, Outcome::NotSent, message, AGAIN).because(Reason::Connecting)
}

fn program_fault(nothing_left: bool, sets_a_pin: bool) -> TwoStepError {
    let (outcome, message) = if nothing_left {
        (Outcome::NotSent, "The program's own transport failed; nothing was sent.".to_owned())
    } else {
        (Outcome::Unknown, format!("The program's own transport failed{}.", doubt(sets_a_pin)))
    };
    TwoStepError::local(ErrorKind::ConnectionFailed, outcome, message, REPAIR)
        .with_later(Later::Hopeless)
        .because(Reason::Other)
}

fn unusable_answer(wanted: &str, sets_a_pin: bool) -> TwoStepError {
    let message = format!("Unexpected answer: the program's own transport must return {wanted}{}.", doubt(sets_a_pin));
    TwoStepError::local(ErrorKind::UnexpectedResponse, Outcome::Unknown, message, REPAIR)
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the source: an HTTP stack's error may hold the request.
        f.debug_struct("TransportError")
            .field("failure", &self.failure)
            .field("before_sending", &self.before_sending)
            .field("unprocessed", &self.unprocessed)
            .finish_non_exhaustive()
    }
}
