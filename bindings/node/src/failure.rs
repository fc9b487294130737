//! Results on their way out: plain objects, from which TypeScript makes responses and errors.

use napi_derive::napi;
use whatsapp_two_step::{Reason, SetTwoStepPinResponse, TwoStepError};

use crate::host_http::in_millis;

/// The server set the PIN.
#[napi(object, object_from_js = false)]
pub struct Success {
    pub trace_id: Option<String>,
    pub api_version: Option<String>,
    pub attempts: u32,
    pub usage: Option<SuccessUsage>,
}

/// How much of the call budget is used.
#[napi(object, object_from_js = false)]
pub struct SuccessUsage {
    pub highest_percentage: u32,
    pub time_to_regain_access_ms: Option<f64>,
}

/// What an error says.
#[napi(object, object_from_js = false)]
pub struct Failure {
    pub kind: &'static str,
    pub message: String,
    pub outcome: &'static str,
    pub hint: String,
    pub http_status: Option<u16>,
    pub graph_code: Option<u32>,
    pub graph_subcode: Option<u32>,
    pub graph_type: Option<String>,
    pub details: Option<String>,
    pub user_title: Option<String>,
    pub user_message: Option<String>,
    pub trace_id: Option<String>,
    pub retry_after_ms: Option<f64>,
    pub is_retryable: bool,
    pub reason: Option<&'static str>,
    pub attempts: u32,
    /// The texts of its cause, of that one's cause, and so on.
    pub causes: Vec<String>,
}

impl From<SetTwoStepPinResponse> for Success {
    fn from(response: SetTwoStepPinResponse) -> Self {
        Self {
            trace_id: response.trace_id,
            api_version: response.api_version.map(|version| version.to_string()),
            attempts: response.attempts,
            usage: response.usage.map(|usage| SuccessUsage {
                highest_percentage: usage.highest_percentage,
                time_to_regain_access_ms: usage.time_to_regain_access.map(in_millis),
            }),
        }
    }
}

impl From<TwoStepError> for Failure {
    fn from(error: TwoStepError) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            kind: error.kind().code(),
            message: error.message().to_owned(),
            outcome: error.outcome().code(),
            hint: error.hint().to_owned(),
            http_status: error.http_status(),
            graph_code: error.graph_code(),
            graph_subcode: error.graph_subcode(),
            graph_type: owned(error.graph_type()),
            details: owned(error.details()),
            user_title: owned(error.user_title()),
            user_message: owned(error.user_message()),
            trace_id: owned(error.trace_id()),
            retry_after_ms: error.retry_after().map(in_millis),
            is_retryable: error.is_retryable(),
            reason: error.reason().map(Reason::code),
            attempts: error.attempts(),
            causes: error.causes().collect(),
        }
    }
}
