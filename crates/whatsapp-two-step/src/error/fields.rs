//! What an error tells, field by field.

use std::{error::Error as _, time::Duration};

use super::{ErrorKind, Later, Outcome, Reason, TwoStepError};
use crate::usage::Usage;

impl TwoStepError {
    /// What went wrong, as a code.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, in one English sentence that is safe to log and to show.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Which PIN holds now?
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// What to do next, in one sentence.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.0.hint
    }

    /// The answer's HTTP status, if one came.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.server.http_status
    }

    /// The Graph error's `code`.
    #[must_use]
    pub fn graph_code(&self) -> Option<u32> {
        self.0.server.graph_code
    }

    /// The Graph error's `error_subcode`.
    #[must_use]
    pub fn graph_subcode(&self) -> Option<u32> {
        self.0.server.graph_subcode
    }

    /// The Graph error's `type`, such as `OAuthException`.
    #[must_use]
    pub fn graph_type(&self) -> Option<&str> {
        self.0.server.graph_type.as_deref()
    }

    /// The Graph error's `error_data.details`.
    #[must_use]
    pub fn details(&self) -> Option<&str> {
        self.0.server.details.as_deref()
    }

    /// The Graph error's `error_user_title`.
    #[must_use]
    pub fn user_title(&self) -> Option<&str> {
        self.0.server.user_title.as_deref()
    }

    /// The Graph error's `error_user_msg`.
    #[must_use]
    pub fn user_message(&self) -> Option<&str> {
        self.0.server.user_message.as_deref()
    }

    /// The ID that Meta's support asks for: `fbtrace_id`, else the header `x-fb-request-id`.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.server.trace_id.as_deref()
    }

    /// How long to wait before the next call, if the server said.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.server.retry_after
    }

    /// How much of its call budget is used, if the answer said: for who paces calls. Not serialised.
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        self.0.server.usage.as_ref()
    }

    /// Would the same call, later, have a chance?
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.later != Later::Hopeless
    }

    /// Why the connection failed, or for what the call waited when its time was over: of `connection_failed` and `timed_out`.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.0.reason
    }

    /// The texts of what [`source`](std::error::Error::source) leads to, the outermost first.
    ///
    /// ```
    /// let error = whatsapp_two_step::Pin::parse("12345").unwrap_err();
    /// assert_eq!(error.causes().count(), 0);
    /// ```
    pub fn causes(&self) -> impl Iterator<Item = String> + '_ {
        std::iter::successors(self.source(), |&cause| cause.source()).map(ToString::to_string)
    }

    /// How many requests were handed to the transport: 0 for bad input.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}
