//! The ends of attempts, for whoever watches.

use napi_derive::napi;
use whatsapp_two_step::{AttemptEnd, TwoStepError};

use crate::host_http::in_millis;

/// How one attempt ended. No kind is success.
#[napi(object, object_from_js = false)]
pub struct Attempt {
    pub number: u32,
    pub kind: Option<&'static str>,
    pub outcome: Option<&'static str>,
    pub http_status: Option<u16>,
    pub graph_code: Option<u32>,
    pub trace_id: Option<String>,
    pub took_ms: f64,
    pub wait_ms: Option<f64>,
}

impl From<&AttemptEnd<'_>> for Attempt {
    fn from(end: &AttemptEnd<'_>) -> Self {
        Self {
            number: end.number,
            kind: end.error.map(|error| error.kind().code()),
            outcome: end.error.map(|error| error.outcome().code()),
            http_status: end.http_status,
            graph_code: end.error.and_then(TwoStepError::graph_code),
            trace_id: end.trace_id.map(str::to_owned),
            took_ms: in_millis(end.took),
            wait_ms: end.wait.map(in_millis),
        }
    }
}
