//! How an error shows itself: in one line, to a developer, and as data.

use std::{error::Error as StdError, fmt};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::TwoStepError;

impl fmt::Display for TwoStepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, outcome {}", self.message(), self.kind(), self.outcome())?;
        if let Some(code) = self.graph_code() {
            write!(f, ", Graph code {code}")?;
        }
        if let Some(subcode) = self.graph_subcode() {
            write!(f, ", subcode {subcode}")?;
        }
        if let Some(status) = self.http_status() {
            write!(f, ", HTTP {status}")?;
        }
        if let Some(trace_id) = self.trace_id() {
            write!(f, ", trace id {trace_id}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Debug for TwoStepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwoStepError")
            .field("kind", &self.kind())
            .field("outcome", &self.outcome())
            .field("message", &self.message())
            .field("attempts", &self.attempts())
            .field("reason", &self.reason())
            .field("server", &self.0.server)
            .field("cause", &self.0.cause)
            .finish_non_exhaustive()
    }
}

impl StdError for TwoStepError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &dyn StdError)
    }
}

impl Serialize for TwoStepError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("TwoStepError", 16)?;
        fields.serialize_field("kind", &self.kind())?;
        fields.serialize_field("message", self.message())?;
        fields.serialize_field("outcome", &self.outcome())?;
        fields.serialize_field("hint", self.hint())?;
        fields.serialize_field("http_status", &self.http_status())?;
        fields.serialize_field("graph_code", &self.graph_code())?;
        fields.serialize_field("graph_subcode", &self.graph_subcode())?;
        fields.serialize_field("graph_type", &self.graph_type())?;
        fields.serialize_field("details", &self.details())?;
        fields.serialize_field("user_title", &self.user_title())?;
        fields.serialize_field("user_message", &self.user_message())?;
        fields.serialize_field("trace_id", &self.trace_id())?;
        fields.serialize_field("retry_after", &self.retry_after().map(|wait| wait.as_secs()))?;
        fields.serialize_field("is_retryable", &self.is_retryable())?;
        fields.serialize_field("reason", &self.reason())?;
        fields.serialize_field("attempts", &self.attempts())?;
        fields.end()
    }
}
