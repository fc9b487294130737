//! The client that TypeScript wraps: its settings, checked.

use napi::bindgen_prelude::{Either, Object, Unknown};
use napi_derive::napi;
use whatsapp_two_step::{Client, ClientBuilder, PhoneNumberId, Pin, TwoStepError};

use crate::{failure::Failure, settings};

/// What all calls of a client share.
#[napi]
pub struct NativeClient {
    pub(crate) client: Client,
}

/// Makes a client, or says why not. `variables` is the environment, if the token shall come from there.
#[napi(catch_unwind)]
pub fn create_client(settings: Unknown<'_>, variables: Option<Object<'_>>) -> Either<NativeClient, Failure> {
    match settings::read(settings, variables.as_ref()).and_then(ClientBuilder::build) {
        Ok(client) => Either::A(NativeClient { client }),
        Err(error) => Either::B(error.into()),
    }
}

/// The error for a setting that only TypeScript sees.
#[napi]
pub fn invalid_setting(setting: String, problem: String) -> Failure {
    settings::refused(&setting, &problem).into()
}

#[napi]
impl NativeClient {
    /// Where requests go.
    #[napi(getter)]
    pub fn base_url(&self) -> String {
        self.client.endpoint().base_url().to_string()
    }

    /// The version asked for.
    #[napi(getter)]
    pub fn api_version(&self) -> String {
        self.client.endpoint().api_version().to_string()
    }
}

/// What a user gave a call, which may be of any type.
pub(crate) fn values(phone_number_id: Unknown<'_>, pin: Unknown<'_>) -> Result<(PhoneNumberId, Pin), TwoStepError> {
    let not_id = || PhoneNumberId::not_text(settings::type_name(&phone_number_id));
    let not_pin = || Pin::not_text(settings::type_name(&pin));
    let id = settings::text(phone_number_id).ok_or_else(not_id)?.parse()?;
    Ok((id, settings::text(pin).ok_or_else(not_pin)?.parse()?))
}
