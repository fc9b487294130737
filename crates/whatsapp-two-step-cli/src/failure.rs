//! Every way to end but well.

use serde::{Serialize, Serializer};
use whatsapp_two_step::{ErrorKind, Outcome, TwoStepError};

pub(crate) const BAD_INPUT: u8 = 2;
const REJECTED: u8 = 3;
const UNKNOWN: u8 = 4;
const NOT_SENT: u8 = 5;

/// An error of the library's, or one that the command met outside of it.
pub(crate) enum Failure {
    /// From the library: bad values and failed calls.
    Call(TwoStepError),
    /// The command's own.
    Own(Own),
}

/// An error of the command's own, with the same fields in JSON as the library's.
#[derive(Serialize)]
pub(crate) struct Own {
    kind: &'static str,
    message: String,
    #[serde(serialize_with = "as_code")]
    outcome: Outcome,
    hint: &'static str,
    #[serde(flatten)]
    server: NoServer,
    is_retryable: bool,
    attempts: u32,
    #[serde(skip)]
    exit_code: u8,
}

/// What only an answer brings.
#[derive(Default, Serialize)]
struct NoServer {
    http_status: (),
    graph_code: (),
    graph_subcode: (),
    graph_type: (),
    details: (),
    user_title: (),
    user_message: (),
    trace_id: (),
    retry_after: (),
    reason: (),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn as_code<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.code())
}

impl Failure {
    /// Bad usage or input of the command's own.
    pub(crate) fn input(message: impl Into<String>, hint: &'static str) -> Self {
        let kind = ErrorKind::InvalidConfiguration.code();
        Self::own(kind, message.into(), Outcome::NotSent, hint, BAD_INPUT)
    }

    /// The machine didn't give what the command needs.
    pub(crate) fn machine(message: impl Into<String>) -> Self {
        let kind = ErrorKind::ConnectionFailed.code();
        Self::own(kind, message.into(), Outcome::NotSent, "Nothing was sent.", NOT_SENT)
    }

    /// Ctrl-C at the prompt.
    pub(crate) fn interrupted_before() -> Self {
        let message = "Interrupted before anything was sent.".to_owned();
        Self::own(ErrorKind::ConnectionFailed.code(), message, Outcome::NotSent, "Nothing was sent.", NOT_SENT)
    }

    /// Ctrl-C while a request may have been under way.
    pub(crate) fn interrupted_during() -> Self {
        let message = "Interrupted while a request was under way; the PIN may have been set.".to_owned();
        let hint = "Set the same PIN again until a call succeeds: that is safe, and settles which PIN holds.";
        let kind = ErrorKind::ConnectionFailed.code(); // closed early, by us
        let mut failure = Self::own(kind, message, Outcome::Unknown, hint, UNKNOWN);
        if let Self::Own(own) = &mut failure {
            (own.is_retryable, own.attempts) = (true, 1);
        }
        failure
    }

    fn own(kind: &'static str, message: String, outcome: Outcome, hint: &'static str, exit_code: u8) -> Self {
        let server = NoServer::default();
        Self::Own(Own { kind, message, outcome, hint, server, is_retryable: false, attempts: 0, exit_code })
    }

    pub(crate) fn exit_code(&self) -> u8 {
        use ErrorKind::{InvalidConfiguration, InvalidPhoneNumberId, InvalidPin};
        match self {
            Self::Own(own) => own.exit_code,
            Self::Call(error) => match (error.kind(), error.outcome()) {
                (InvalidPin | InvalidPhoneNumberId | InvalidConfiguration, _) => BAD_INPUT,
                (_, Outcome::Rejected) => REJECTED,
                (_, Outcome::Unknown) => UNKNOWN,
                (_, Outcome::NotSent) => NOT_SENT,
            },
        }
    }

    /// About the arguments and their files, before any value was looked at.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Own(own) if own.exit_code == BAD_INPUT)
    }

    /// From the library, where there may be an answer to tell of.
    pub(crate) fn call(&self) -> Option<&TwoStepError> {
        match self {
            Self::Call(error) => Some(error),
            Self::Own(_) => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Call(error) => error.kind().code(),
            Self::Own(own) => own.kind,
        }
    }

    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Call(error) => error.message(),
            Self::Own(own) => &own.message,
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Call(error) => error.outcome(),
            Self::Own(own) => own.outcome,
        }
    }

    pub(crate) fn hint(&self) -> &str {
        match self {
            Self::Call(error) => error.hint(),
            Self::Own(own) => own.hint,
        }
    }
}

impl From<TwoStepError> for Failure {
    fn from(error: TwoStepError) -> Self {
        Self::Call(error)
    }
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Call(error) => error.serialize(serializer),
            Self::Own(own) => own.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_have_the_same_fields() {
        let keys = |failure: Failure| -> Vec<String> {
            let json = serde_json::to_value(failure).unwrap();
            json.as_object().unwrap().keys().cloned().collect()
        };
        let call = whatsapp_two_step::Pin::not_text("int").into();
        assert_eq!(keys(Failure::input("", "")), keys(call));
    }
}
