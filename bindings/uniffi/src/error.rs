use std::{
    error::Error as _,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use whatsapp_two_step::{ErrorKind as Kind, Outcome as CoreOutcome, Reason as CoreReason, TwoStepError};

/// The fields of an error, and the words for it. Not `message`: Kotlin's `Throwable` has one.
#[derive(Debug, uniffi::Record)]
pub struct Failure {
    /// What went wrong.
    pub kind: ErrorKind,
    /// One sentence.
    pub sentence: String,
    /// One line for a log: the sentence, kind, outcome and codes.
    pub text: String,
    /// Which PIN holds now?
    pub outcome: Outcome,
    /// What to do next.
    pub hint: String,
    /// The answer's HTTP status.
    pub http_status: Option<u16>,
    /// The Graph error's `code`.
    pub graph_code: Option<u32>,
    /// The Graph error's `error_subcode`.
    pub graph_subcode: Option<u32>,
    /// The Graph error's `type`.
    pub graph_type: Option<String>,
    /// The Graph error's `error_data.details`.
    pub details: Option<String>,
    /// The Graph error's `error_user_title`.
    pub user_title: Option<String>,
    /// The Graph error's `error_user_msg`.
    pub user_message: Option<String>,
    /// The ID that Meta's support asks for.
    pub trace_id: Option<String>,
    /// How long to wait, if the server said.
    pub retry_after: Option<Duration>,
    /// Would the same call, later, have a chance?
    pub is_retryable: bool,
    /// Why the connection failed, or for what the call waited.
    pub reason: Option<Reason>,
    /// How many requests went out.
    pub attempts: u32,
    /// A transport's failure in clean words; present if the transport failed.
    pub cause: Option<String>,
    /// Does the host's own exception repeat no secret, so that it can be the cause itself?
    pub cause_is_clean: bool,
}

impl Failure {
    pub(crate) fn new(error: &TwoStepError, cause_is_clean: bool) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            kind: error.kind().into(),
            sentence: error.message().to_owned(),
            text: error.to_string(),
            outcome: error.outcome().into(),
            hint: error.hint().to_owned(),
            http_status: error.http_status(),
            graph_code: error.graph_code(),
            graph_subcode: error.graph_subcode(),
            graph_type: owned(error.graph_type()),
            details: owned(error.details()),
            user_title: owned(error.user_title()),
            user_message: owned(error.user_message()),
            trace_id: owned(error.trace_id()),
            retry_after: error.retry_after(),
            is_retryable: error.is_retryable(),
            reason: error.reason().map(Into::into),
            attempts: error.attempts(),
            cause: error.source().map(ToString::to_string),
            cause_is_clean,
        }
    }
}

/// A panic would reach the host as an exception of the generated code's, with a path of this machine in it.
pub(crate) fn unpanicked<T>(work: impl FnOnce() -> Result<T, TwoStepError>) -> Result<T, TwoStepError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(TwoStepError::internal()))
}

/// Mirrors an enum of the core: a derive of UniFFI's can't be put on another crate's type.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident of $core:ident, $else:ident: $($variant:ident)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
        #[allow(missing_docs)] // as in the core
        pub enum $name { $($variant,)+ }

        impl From<$core> for $name {
            fn from(value: $core) -> Self {
                #[allow(unreachable_patterns)] // the core's may be non_exhaustive
                match value { $($core::$variant => Self::$variant,)+ _ => Self::$else }
            }
        }
    };
}

pub(crate) use mirror;

mirror! {
    /// What went wrong.
    ErrorKind of Kind, UnexpectedResponse:
    InvalidPin InvalidPhoneNumberId InvalidConfiguration Authentication PermissionDenied NotFound InvalidRequest PinRejected
    NumberNotReady AccountRestricted RateLimited ServiceUnavailable NotApplied ConnectionFailed TimedOut InvalidWebhook
    UnexpectedResponse
}

mirror! {
    /// Why a connection failed.
    Reason of CoreReason, Other:
    Dns Refused Unreachable Tls Proxy Reset Closed NoDescriptors Connecting Waiting Other
}

impl From<Reason> for CoreReason {
    fn from(reason: Reason) -> Self {
        Self::ALL.iter().copied().find(|core| Reason::from(*core) == reason).unwrap_or(Self::Other)
    }
}

mirror! {
    /// Which PIN holds now?
    Outcome of CoreOutcome, Unknown: NotSent Rejected Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_without_its_words() {
        let error = unpanicked(|| -> Result<(), _> { panic!("012345") }).expect_err("a panic");
        assert!(!format!("{error} {error:?}").contains("012345"), "{error:?}");
    }

    #[test]
    fn every_kind_of_the_core_has_its_own_here() {
        let snake = |name: &str| {
            name.char_indices().fold(String::new(), |mut text, (at, letter)| {
                if at > 0 && letter.is_uppercase() {
                    text.push('_');
                }
                text.extend(letter.to_lowercase());
                text
            })
        };
        for kind in Kind::ALL {
            assert_eq!(snake(&format!("{:?}", ErrorKind::from(*kind))), kind.code());
        }
        for reason in CoreReason::ALL {
            assert_eq!(snake(&format!("{:?}", Reason::from(*reason))), reason.code());
            assert_eq!(CoreReason::from(Reason::from(*reason)), *reason);
        }
        for outcome in CoreOutcome::ALL {
            assert_eq!(snake(&format!("{:?}", Outcome::from(*outcome))), outcome.code());
        }
    }
}
