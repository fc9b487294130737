use std::{sync::Arc, time::Duration};

use http::Request;
use whatsapp_two_step::{
    AccessToken, ApiVersion, AppSecret, BaseUrl, Body, Client, ClientBuilder, PhoneNumberId, Pin,
    SetTwoStepPinResponse, TransportError, TwoStepError,
};
use zeroize::Zeroizing;

use crate::{Call, CallError, HostTransport, clock::ThreadClock, host::Host};

/// The settings; what is absent has the core's default. No `Debug`: it holds the token.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct Settings {
    /// For the `User-Agent`.
    pub language: Language,
    /// The access token.
    pub access_token: String,
    /// The app secret.
    pub app_secret: Option<String>,
    /// Where the Graph API is.
    pub base_url: Option<String>,
    /// The API's version.
    pub api_version: Option<String>,
    /// In seconds, as the hosts have times that a duration can't hold.
    pub timeout: Option<f64>,
    /// In seconds.
    pub connect_timeout: Option<f64>,
    /// As wide as the hosts' integers.
    pub max_retries: Option<i64>,
}

/// The host's language.
#[derive(Clone, Copy, Debug, uniffi::Enum)]
pub enum Language {
    /// Kotlin and Java.
    Kotlin,
    /// Swift.
    Swift,
}

/// The server set the PIN.
#[derive(Debug, uniffi::Record)]
pub struct Response {
    /// The server's ID of the request.
    pub trace_id: Option<String>,
    /// The version that served the call.
    pub api_version: Option<String>,
    /// How many requests it took.
    pub attempts: u32,
    /// How much of the call budget is used.
    pub usage: Option<Usage>,
}

/// How much of the call budget is used.
#[derive(Debug, uniffi::Record)]
pub struct Usage {
    /// The highest percentage.
    pub highest_percentage: u32,
    /// How long until calls are taken again.
    pub time_to_regain_access: Option<Duration>,
}

impl From<SetTwoStepPinResponse> for Response {
    fn from(response: SetTwoStepPinResponse) -> Self {
        Self {
            trace_id: response.trace_id,
            api_version: response.api_version.map(|version| version.to_string()),
            attempts: response.attempts,
            usage: response.usage.map(|usage| Usage {
                highest_percentage: usage.highest_percentage,
                time_to_regain_access: usage.time_to_regain_access,
            }),
        }
    }
}

/// Sets PINs, through the transport that comes with each call.
#[derive(Debug, uniffi::Object)]
pub struct TwoStepClient(ClientBuilder);

#[uniffi::export]
impl TwoStepClient {
    /// Checks the settings.
    #[uniffi::constructor]
    pub fn new(settings: Settings) -> Result<Arc<Self>, CallError> {
        let no_transport =
            |_: Request<Body>| async { Err(TransportError::connection("no transport").before_sending()) };
        let builder = builder(settings)?.clock(Arc::new(ThreadClock)).transport(Arc::new(no_transport));
        builder.clone().build()?;
        Ok(Arc::new(Self(builder)))
    }

    /// Sets the number's PIN. A host whose generated code cancels by itself gives no `call`.
    pub async fn set_two_step_pin(
        &self,
        phone_number_id: String,
        pin: String,
        transport: Arc<dyn HostTransport>,
        call: Option<Arc<Call>>,
    ) -> Result<Response, CallError> {
        let pin = Pin::parse(&Zeroizing::new(pin))?;
        let phone_number_id = PhoneNumberId::parse(&phone_number_id)?;
        let client = self.0.clone().transport(Arc::new(Host(transport))).build()?;
        Call::watch(call.as_deref(), async { Ok(client.set_two_step_pin(&phone_number_id, &pin).await?.into()) }).await
    }

    /// Does the text have the PIN, the token or the app secret in it? What a host threw is a cause only if not.
    pub fn repeats_a_secret(&self, pin: String, text: String) -> Result<bool, CallError> {
        let pin = Pin::parse(&Zeroizing::new(pin))?;
        Ok(self.0.clone().build()?.repeats_a_secret(&pin, &Zeroizing::new(text)))
    }
}

fn builder(settings: Settings) -> Result<ClientBuilder, TwoStepError> {
    let mut builder = Client::builder(AccessToken::parse(&Zeroizing::new(settings.access_token))?);
    builder = builder.language(match settings.language {
        Language::Kotlin => whatsapp_two_step::Language::Kotlin,
        Language::Swift => whatsapp_two_step::Language::Swift,
    });
    if let Some(secret) = settings.app_secret {
        builder = builder.app_secret(AppSecret::parse(&Zeroizing::new(secret))?);
    }
    if let Some(url) = settings.base_url {
        builder = builder.base_url(BaseUrl::parse(&url)?);
    }
    if let Some(version) = settings.api_version {
        builder = builder.api_version(ApiVersion::parse(&version)?);
    }
    if let Some(seconds) = settings.timeout {
        builder = builder.timeout(duration(seconds));
    }
    if let Some(seconds) = settings.connect_timeout {
        builder = builder.connect_timeout(duration(seconds));
    }
    if let Some(number) = settings.max_retries {
        let number = u32::try_from(number).map_err(|_| {
            TwoStepError::invalid_configuration("max_retries", "must be a whole number from 0 to 4294967295")
        })?;
        builder = builder.max_retries(number);
    }
    Ok(builder)
}

/// What no duration can hold becomes one that the core refuses.
fn duration(seconds: f64) -> Duration {
    let beyond = if seconds > 0.0 { Duration::MAX } else { Duration::ZERO };
    Duration::try_from_secs_f64(seconds).unwrap_or(beyond)
}
