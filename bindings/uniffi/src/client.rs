use std::time::Duration;

use whatsapp_two_step::{AccessToken, ApiVersion, AppSecret, BaseUrl, Endpoint, Limits, TwoStepError};
use zeroize::Zeroizing;

use crate::{error::Failure, table::Table};

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

/// What came of the settings.
#[derive(Debug, uniffi::Enum)]
pub enum Opening {
    /// A client.
    Open {
        /// Its number.
        client: u64,
    },
    /// No client can be made of them.
    Refused {
        /// Why.
        failure: Failure,
    },
}

/// What every call of a client has in common.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) endpoint: Endpoint,
    pub(crate) limits: Limits,
}

impl Client {
    fn new(settings: Settings) -> Result<Self, TwoStepError> {
        let limits = limits(Limits::default(), settings.timeout, settings.connect_timeout, settings.max_retries)?;
        limits.check()?;
        Ok(Self { endpoint: endpoint(settings)?, limits })
    }
}

static CLIENTS: Table<Client> = Table::new();

/// Checks the settings and makes a client, which is there until [`close_client`].
#[uniffi::export]
pub fn open_client(settings: Settings) -> Opening {
    match Client::new(settings) {
        Ok(client) => Opening::Open { client: CLIENTS.put(client) },
        Err(error) => Opening::Refused { failure: Failure::new(&error, false) },
    }
}

/// Forgets a client and its secrets. Its calls that are under way go on.
#[uniffi::export]
pub fn close_client(client: u64) {
    CLIENTS.take(client);
}

pub(crate) fn client(number: u64) -> Result<Client, TwoStepError> {
    CLIENTS.get(number).ok_or_else(|| TwoStepError::invalid_configuration("client", "is closed; make a new one"))
}

fn endpoint(settings: Settings) -> Result<Endpoint, TwoStepError> {
    let token = AccessToken::parse(&Zeroizing::new(settings.access_token))?;
    let mut endpoint = Endpoint::new(token).with_language(match settings.language {
        Language::Kotlin => whatsapp_two_step::Language::Kotlin,
        Language::Swift => whatsapp_two_step::Language::Swift,
    });
    if let Some(url) = settings.base_url {
        endpoint = endpoint.with_base_url(BaseUrl::parse(&url)?);
    }
    if let Some(version) = settings.api_version {
        endpoint = endpoint.with_api_version(ApiVersion::parse(&version)?);
    }
    match settings.app_secret {
        Some(secret) => endpoint.with_app_secret(AppSecret::parse(&Zeroizing::new(secret))?),
        None => Ok(endpoint),
    }
}

/// The default limits, but for those that the host sets.
pub(crate) fn limits(
    defaults: Limits,
    timeout: Option<f64>,
    connect_timeout: Option<f64>,
    max_retries: Option<i64>,
) -> Result<Limits, TwoStepError> {
    let max_retries = max_retries.map(u32::try_from).transpose().map_err(|_| {
        TwoStepError::invalid_configuration("max_retries", "must be a whole number from 0 to 4294967295")
    })?;
    Ok(Limits {
        timeout: timeout.map_or(defaults.timeout, duration),
        connect_timeout: connect_timeout.map_or(defaults.connect_timeout, duration),
        max_retries: max_retries.unwrap_or(defaults.max_retries),
    })
}

/// What no duration can hold becomes one that the core refuses.
fn duration(seconds: f64) -> Duration {
    let beyond = if seconds > 0.0 { Duration::MAX } else { Duration::ZERO };
    Duration::try_from_secs_f64(seconds).unwrap_or(beyond)
}
