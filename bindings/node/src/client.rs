//! The client that TypeScript wraps: its settings, checked.

use napi::bindgen_prelude::{Either, Object, Unknown};
use napi_derive::napi;
use whatsapp_two_step::{Client, Endpoint, PhoneNumberId, Pin, SetTwoStepPin, TwoStepError, WabaId};

use whatsapp_two_step_rotation::RotationSettings;

use crate::{
    fleet::{NativeAccounts, NativeFleet},
    given,
    host_http::millis,
    outcome::Failure,
    rotation::NativeRotation,
    settings,
    work::{NativeOperation, NativePages, phone_number_id},
};

/// What all calls of a client share.
#[napi]
pub struct NativeClient {
    /// Until it is closed.
    client: Option<Client>,
    endpoint: Endpoint,
    max_in_flight: u32,
}

/// Makes a client, or says why not. `variables` is the program's environment; with `is_from_env`, settings come from there too.
#[napi(catch_unwind)]
pub fn create_client(settings: Unknown<'_>, variables: Object<'_>, is_from_env: bool) -> Either<NativeClient, Failure> {
    match settings::make(settings, &variables, is_from_env) {
        Ok(client) => Either::A(NativeClient::new(client)),
        Err(error) => Either::B(error.into()),
    }
}

/// The error for a setting that only TypeScript sees.
#[napi]
pub fn invalid_setting(setting: String, problem: String) -> Failure {
    given::refused(&setting, &problem).into()
}

impl NativeClient {
    fn new(client: Client) -> Self {
        Self { endpoint: client.endpoint().clone(), max_in_flight: client.max_in_flight(), client: Some(client) }
    }

    pub(crate) fn open(&self) -> Result<&Client, TwoStepError> {
        self.client.as_ref().ok_or_else(|| given::refused("client", "is closed"))
    }
}

#[napi]
impl NativeClient {
    /// Where requests go.
    #[napi(getter)]
    pub fn base_url(&self) -> String {
        self.endpoint.base_url().to_string()
    }

    /// The version asked for.
    #[napi(getter)]
    pub fn api_version(&self) -> String {
        self.endpoint.api_version().to_string()
    }

    /// How many calls may be under way at once.
    #[napi(getter)]
    pub fn max_in_flight(&self) -> u32 {
        self.max_in_flight
    }

    /// The same client for another token, or what is wrong with that.
    #[napi(catch_unwind)]
    pub fn with_access_token(&self, access_token: Unknown<'_>) -> Either<NativeClient, Failure> {
        let derived = || self.open()?.with_access_token(given::required_text("accessToken", access_token)?.parse()?);
        match derived() {
            Ok(client) => Either::A(Self::new(client)),
            Err(error) => Either::B(settings::told(error).into()),
        }
    }

    /// Checks both, and this call's own limits; no I/O.
    #[napi(catch_unwind)]
    pub fn set_two_step_pin(
        &self,
        id: Unknown<'_>,
        pin: Unknown<'_>,
        options: Unknown<'_>,
    ) -> Either<NativeOperation, Failure> {
        let read = || {
            let limits = settings::limits(self.open()?.limits(), options)?;
            let not_id = || PhoneNumberId::not_text(given::type_name(&id));
            let not_pin = || Pin::not_text(given::type_name(&pin));
            let id = given::text(id).ok_or_else(not_id)?;
            let operation = SetTwoStepPin::parse(&id, &given::text(pin).ok_or_else(not_pin)?)?;
            Ok(NativeOperation::set_two_step_pin(operation, limits))
        };
        read().map_or_else(|error: TwoStepError| Either::B(error.into()), Either::A)
    }

    /// Checks the ID, and the limits of each page; no I/O.
    #[napi(catch_unwind)]
    pub fn phone_numbers(&self, waba_id: Unknown<'_>, options: Unknown<'_>) -> Either<NativePages, Failure> {
        let read = || {
            let limits = settings::limits(self.open()?.limits(), options)?;
            let not_id = || WabaId::not_text(given::type_name(&waba_id));
            let id = given::text(waba_id).ok_or_else(not_id).and_then(|id| WabaId::parse(&id));
            Ok(NativePages::new(id.map_err(settings::told)?, limits))
        };
        read().map_or_else(|error: TwoStepError| Either::B(error.into()), Either::A)
    }

    /// Begins a rotation, or only the settling of a pending PIN; its calls are this client's.
    #[napi(catch_unwind)]
    pub fn begin_rotation(
        &self,
        id: Unknown<'_>,
        quiet_margin_ms: f64,
        options: Unknown<'_>,
        draws: bool,
    ) -> Either<NativeRotation, Failure> {
        let begin = || {
            settings::rotation_call(&options)?;
            let (id, limits) = (phone_number_id(id)?, self.open()?.limits());
            Ok(NativeRotation::begin(id, limits, millis(quiet_margin_ms), draws))
        };
        begin().map_or_else(|error: TwoStepError| Either::B(error.into()), Either::A)
    }

    /// Begins many, whose calls are this client's, or those of clients for other tokens.
    #[napi(catch_unwind)]
    pub fn begin_fleet(
        &self,
        accounts: &NativeAccounts,
        quiet_margin_ms: f64,
        options: Unknown<'_>,
    ) -> Either<NativeFleet, Failure> {
        let begin = || {
            let limits = self.open()?.limits();
            let settings = RotationSettings { timeout: limits.timeout, quiet_margin: millis(quiet_margin_ms) };
            NativeFleet::new(accounts, options, settings, limits)
        };
        begin().map_or_else(|error: TwoStepError| Either::B(error.into()), Either::A)
    }

    /// No call begins any more; the connections are closed once those under way are over, and no other client shares them.
    #[napi]
    pub fn close(&mut self) {
        self.client = None;
    }

    /// Does the switch for test runs let it go where it goes? `switch` is what the program's environment has for it.
    #[napi]
    pub fn check_reach(&self, switch: String) -> Option<Failure> {
        let checked = self.endpoint.base_url().check_reach_among(|_| Some(switch.clone()));
        checked.err().map(|error| settings::told(error).into())
    }
}
