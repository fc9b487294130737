//! Results on their way out: plain objects, from which TypeScript makes responses and errors.

use napi_derive::napi;
use whatsapp_two_step::{PhoneNumber, Reason, SetTwoStepPinResponse, TwoStepError};

use crate::host_http::in_millis;

/// The server set the PIN.
#[napi(object, object_from_js = false)]
pub struct PinSet {
    pub trace_id: Option<String>,
    pub api_version: Option<String>,
    pub attempts: u32,
    pub usage: Option<PinSetUsage>,
}

/// How much of the call budget is used.
#[napi(object, object_from_js = false)]
pub struct PinSetUsage {
    pub highest_percentage: u32,
    pub time_to_regain_access_ms: Option<f64>,
}

/// A number of an account.
#[napi(object, object_from_js = false)]
pub struct NativeNumber {
    pub id: String,
    pub display_phone_number: Option<String>,
    pub verified_name: Option<String>,
    pub pin: &'static str,
    pub status: Option<String>,
    pub code_verification_status: Option<String>,
    pub name_status: Option<String>,
    pub platform_type: Option<String>,
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
    /// After a rotation: what the vault holds.
    pub vault_state: Option<&'static str>,
    /// The texts of its cause, of that one's cause, and so on.
    pub causes: Vec<String>,
}

impl From<SetTwoStepPinResponse> for PinSet {
    fn from(response: SetTwoStepPinResponse) -> Self {
        Self {
            trace_id: response.trace_id,
            api_version: response.api_version.map(|version| version.to_string()),
            attempts: response.attempts,
            usage: response.usage.map(|usage| PinSetUsage {
                highest_percentage: usage.highest_percentage,
                time_to_regain_access_ms: usage.time_to_regain_access.map(in_millis),
            }),
        }
    }
}

impl From<PhoneNumber> for NativeNumber {
    fn from(number: PhoneNumber) -> Self {
        Self {
            id: number.id.as_str().to_owned(),
            display_phone_number: number.display_phone_number,
            verified_name: number.verified_name,
            pin: number.pin.code(),
            status: number.status,
            code_verification_status: number.code_verification_status,
            name_status: number.name_status,
            platform_type: number.platform_type,
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
            vault_state: None,
            causes: error.causes().collect(),
        }
    }
}
