//! Every way to end but well.

use std::io;

use serde::{Serialize, Serializer};
use whatsapp_two_step::{ErrorKind, Outcome, TwoStepError};
use whatsapp_two_step_rotation::{VaultError, VaultErrorKind};

pub(crate) const BAD_INPUT: u8 = 2;
pub(crate) const REJECTED: u8 = 3;
pub(crate) const UNKNOWN: u8 = 4;
pub(crate) const NOT_SENT: u8 = 5;
pub(crate) const LEFT: u8 = 6;
pub(crate) const VAULT: u8 = 7;

const INTERRUPTED: &str = "interrupted";
/// Never in JSON: it is what can't be written.
const OUTPUT_LOST: &str = "output_lost";

/// An error of the library's, or one that the command met outside of it.
pub(crate) enum Failure {
    /// From the library: bad values and failed calls.
    Call(TwoStepError),
    /// The command's own.
    Own(Own),
    /// Of the vault, before anything was sent.
    Vault(Own),
}

/// An error of the command's own, with the same fields in JSON as the library's.
#[derive(Serialize)]
pub(crate) struct Own {
    kind: &'static str,
    message: String,
    outcome: Outcome,
    hint: &'static str,
    #[serde(flatten)]
    server: NoServer,
    retry_after: Option<u64>,
    is_retryable: bool,
    attempts: u32,
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
    reason: (),
}

impl Failure {
    /// Bad usage or input of the command's own.
    pub(crate) fn input(message: impl Into<String>, hint: &'static str) -> Self {
        Self::Own(Own::not_sent(ErrorKind::InvalidConfiguration.code(), message.into(), hint))
    }

    /// There is no PIN where one was to be read.
    pub(crate) fn no_pin(message: impl Into<String>, hint: &'static str) -> Self {
        Self::Own(Own::not_sent(ErrorKind::InvalidPin.code(), message.into(), hint))
    }

    /// The machine didn't give what the command needs.
    pub(crate) fn machine(message: impl Into<String>) -> Self {
        Self::Own(Own::not_sent(ErrorKind::ConnectionFailed.code(), message.into(), "Nothing was sent."))
    }

    /// What was asked for could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        let message = format!("Standard output can't be written: {error}.");
        Self::Own(Own::not_sent(OUTPUT_LOST, message, "Write it to another place."))
    }

    /// Ctrl-C, or another end that was asked for, after so many attempts that came to this.
    pub(crate) fn interrupted(attempts: u32, outcome: Outcome) -> Self {
        let message = match outcome {
            Outcome::NotSent => "Interrupted before a request had left.",
            Outcome::Rejected => "Interrupted before the next attempt; the server changed nothing in those before.",
            Outcome::Unknown => "Interrupted after a request had left; the PIN may have been set.",
        };
        let own = Own::not_sent(INTERRUPTED, message.to_owned(), outcome.hint());
        Self::Own(Own { outcome, attempts, is_retryable: true, ..own })
    }

    /// The same, of a read: no PIN is in doubt.
    pub(crate) fn interrupted_read(attempts: u32) -> Self {
        let own =
            Own::not_sent(INTERRUPTED, "Interrupted before the last number was read.".to_owned(), "Run it again.");
        Self::Own(Own { attempts, is_retryable: true, ..own })
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self.outcome() {
            _ if matches!(self, Self::Vault(_)) => VAULT,
            Outcome::Rejected => REJECTED,
            Outcome::Unknown => UNKNOWN,
            // Of a read, the server's own invalid_request is not_sent too.
            Outcome::NotSent if self.attempts() == 0 && self.kind().starts_with("invalid_") => BAD_INPUT,
            Outcome::NotSent => NOT_SENT,
        }
    }

    /// It is not about the arguments, their files, or the output.
    pub(crate) fn is_of_a_call(&self) -> bool {
        match self {
            Self::Call(_) | Self::Vault(_) => true,
            Self::Own(own) => own.kind != OUTPUT_LOST && own.kind != ErrorKind::InvalidConfiguration.code(),
        }
    }

    /// From the library, where there may be an answer to tell of.
    pub(crate) fn call(&self) -> Option<&TwoStepError> {
        match self {
            Self::Call(error) => Some(error),
            Self::Own(_) | Self::Vault(_) => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Call(error) => error.kind().code(),
            Self::Own(own) | Self::Vault(own) => own.kind,
        }
    }

    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Call(error) => error.message(),
            Self::Own(own) | Self::Vault(own) => &own.message,
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Call(error) => error.outcome(),
            Self::Own(own) | Self::Vault(own) => own.outcome,
        }
    }

    pub(crate) fn hint(&self) -> &str {
        match self {
            Self::Call(error) => error.hint(),
            Self::Own(own) | Self::Vault(own) => own.hint,
        }
    }

    pub(crate) fn attempts(&self) -> u32 {
        match self {
            Self::Call(error) => error.attempts(),
            Self::Own(own) | Self::Vault(own) => own.attempts,
        }
    }
}

impl Own {
    fn not_sent(kind: &'static str, message: String, hint: &'static str) -> Self {
        let server = NoServer::default();
        let outcome = Outcome::NotSent;
        Self { kind, message, outcome, hint, server, retry_after: None, is_retryable: false, attempts: 0 }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::from(&error)
    }
}

impl From<&VaultError> for Failure {
    fn from(error: &VaultError) -> Self {
        let (hint, is_retryable) = match error.kind() {
            VaultErrorKind::Conflict | VaultErrorKind::Busy => ("Run it again later.", true),
            VaultErrorKind::Unreachable => ("See to the vault, then run it again.", true),
            _ => ("See to the vault and its key.", false),
        };
        let retry_after = error.retry_after().map(|time| time.as_secs());
        let own = Own::not_sent(error.kind().code(), error.message().to_owned(), hint);
        Self::Vault(Own { retry_after, is_retryable, ..own })
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
            Self::Own(own) | Self::Vault(own) => own.serialize(serializer),
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
        let call = whatsapp_two_step::Pin::not_text("int").into();
        assert_eq!(keys(VaultError::new(VaultErrorKind::Busy, "").into()), keys(call));
    }

    #[test]
    fn an_interrupted_call_ends_by_what_it_had_come_to() {
        let code = |outcome| Failure::interrupted(1, outcome).exit_code();
        assert_eq!([Outcome::NotSent, Outcome::Rejected, Outcome::Unknown].map(code), [5, 3, 4]);
    }
}
