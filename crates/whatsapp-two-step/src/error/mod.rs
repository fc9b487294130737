//! The one error: what went wrong, which PIN holds now, and what to do next.

mod cause;
mod fields;
mod kind;
mod meaning;
mod show;

pub use kind::{ErrorKind, Outcome, Reason};

use std::{borrow::Cow, sync::Arc, time::Duration};

pub(crate) use cause::Cause;
pub(crate) use meaning::{Later, Meaning};

use crate::usage::Usage;

/// Why a PIN was not set, and which PIN holds now.
///
/// `Display` says what happened in one line; [`source`](std::error::Error::source) says the rest, where there is more.
/// Neither, nor `Debug` nor the serialised form, ever has a PIN, a token or an app secret in it, also where the server
/// sent one back. Text from the server is stripped of control characters and shortened.
///
/// Serialised, it has the fields of the accessors below, by their names, times in seconds, `null` where there is nothing.
///
/// ```
/// use whatsapp_two_step::{ErrorKind, Outcome, Pin};
///
/// let error = Pin::parse("12345").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidPin);
/// assert_eq!(error.outcome(), Outcome::NotSent);
/// assert_eq!(error.attempts(), 0);
/// assert_eq!(error.to_string(), "Invalid PIN: 5 characters, 6 needed. (invalid_pin, outcome not_sent)");
/// ```
#[derive(Clone)]
pub struct TwoStepError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    outcome: Outcome,
    hint: Cow<'static, str>,
    later: Later,
    attempts: u32,
    reason: Option<Reason>,
    server: ServerSaid,
    cause: Option<Arc<Cause>>,
}

/// What an error has from the server: cleaned of secrets and control characters before it comes here.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerSaid {
    pub(crate) http_status: Option<u16>,
    pub(crate) graph_code: Option<u32>,
    pub(crate) graph_subcode: Option<u32>,
    pub(crate) graph_type: Option<String>,
    pub(crate) details: Option<String>,
    pub(crate) user_title: Option<String>,
    pub(crate) user_message: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) usage: Option<Usage>,
}

impl TwoStepError {
    /// An error of the server's making.
    pub(crate) fn answered(meaning: Meaning, message: impl Into<Cow<'static, str>>, server: ServerSaid) -> Self {
        Self(Box::new(Inner {
            kind: meaning.kind,
            message: message.into(),
            outcome: meaning.outcome,
            hint: meaning.hint.into(),
            later: meaning.later,
            attempts: 0,
            reason: None,
            server,
            cause: None,
        }))
    }

    /// An error without the server's part in it.
    pub(crate) fn local(
        kind: ErrorKind,
        outcome: Outcome,
        message: impl Into<Cow<'static, str>>,
        hint: &'static str,
    ) -> Self {
        let later = match kind {
            ErrorKind::ConnectionFailed => Later::Now,
            ErrorKind::TimedOut => Later::Wait,
            _ => Later::Hopeless,
        };
        let meaning = Meaning { kind, outcome, later, hint };
        Self::answered(meaning, message, ServerSaid::default())
    }

    /// Bad input: before any I/O.
    pub(crate) fn invalid(kind: ErrorKind, message: String) -> Self {
        let hint = match kind {
            ErrorKind::InvalidPin => "Give the PIN as text of exactly six digits, such as \"012345\".",
            ErrorKind::InvalidPhoneNumberId => {
                "Take the ID from GET /{WABA_ID}/phone_numbers, or from API Setup in the app's dashboard."
            }
            ErrorKind::InvalidWebhook => {
                "Answer 401 and do nothing. If it did come from Meta: check the app secret, and give the body before anything parses it."
            }
            _ => "Correct the setting; nothing was sent.",
        };
        Self::local(kind, Outcome::NotSent, message, hint)
    }

    /// The error for a setting that is missing, of the wrong type or out of its range.
    ///
    /// The text never repeats the value: a token often lands in the wrong setting.
    ///
    /// ```
    /// use whatsapp_two_step::TwoStepError;
    ///
    /// let error = TwoStepError::invalid_configuration("max_retries", "must be a whole number, not a string");
    /// assert_eq!(error.message(), "Invalid configuration: max_retries must be a whole number, not a string.");
    /// ```
    #[must_use]
    pub fn invalid_configuration(setting: &str, problem: &str) -> Self {
        Self::invalid(ErrorKind::InvalidConfiguration, format!("Invalid configuration: {setting} {problem}."))
    }

    /// For bindings: the error for a call that ended in a panic, so that its caller gets an answer all the same.
    ///
    /// ```
    /// use whatsapp_two_step::{Outcome, TwoStepError};
    ///
    /// assert_eq!(TwoStepError::internal().outcome(), Outcome::Unknown);
    /// ```
    #[must_use]
    pub fn internal() -> Self {
        Self::local(
            ErrorKind::UnexpectedResponse,
            Outcome::Unknown,
            "The library failed inside; the PIN may have been set.",
            "Set the same PIN again, which is safe, and report this.",
        )
    }

    /// The same with other words: the message of a wrong setting, and the hint.
    pub(crate) fn in_words(mut self, words: impl Fn(&str) -> String) -> Self {
        if self.kind() == ErrorKind::InvalidConfiguration {
            self.0.message = words(&self.0.message).into();
        }
        self.0.hint = words(&self.0.hint).into();
        self
    }

    /// One sentence more.
    pub(crate) fn and(mut self, sentence: &str) -> Self {
        self.0.message = format!("{} {sentence}", self.0.message).into();
        self
    }

    pub(crate) fn with_cause(mut self, cause: Option<Cause>) -> Self {
        self.0.cause = cause.map(Arc::new);
        self
    }

    pub(crate) fn because(mut self, reason: Reason) -> Self {
        self.0.reason = Some(reason);
        self
    }

    pub(crate) fn with_later(mut self, later: Later) -> Self {
        self.0.later = later;
        self
    }

    /// The same error, of a whole that came to so many attempts, and to this outcome or a weaker one: of a call, or of several calls
    /// with one PIN.
    ///
    /// ```
    /// use whatsapp_two_step::{Outcome, Pin};
    ///
    /// let error = Pin::parse("").unwrap_err().after(2, Outcome::Unknown);
    /// assert_eq!((error.attempts(), error.outcome()), (2, Outcome::Unknown));
    /// ```
    #[must_use]
    pub fn after(mut self, attempts: u32, outcome: Outcome) -> Self {
        self.0.attempts = attempts;
        self.0.outcome = self.0.outcome.max(outcome);
        self
    }

    /// Reading changes nothing, so there is no doubt about a PIN, and asking again is all that there is to do.
    pub(crate) fn of_a_read(mut self) -> Self {
        if self.0.hint.starts_with("Set the same PIN") {
            self.0.hint = "Ask again in a while: reading changes nothing.".into();
        } else {
            self.0.hint = self.0.hint.replace("set the same PIN again", "ask again").into();
        }
        self.0.outcome = Outcome::NotSent;
        self
    }

    pub(crate) fn later(&self) -> Later {
        self.0.later
    }
}
