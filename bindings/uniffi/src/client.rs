use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use whatsapp_two_step::{
    AccessToken, ApiVersion, AppSecret, BaseUrl, Endpoint, Language as CoreLanguage, Limits, MAX_IN_FLIGHT,
    TwoStepError,
};
use zeroize::Zeroizing;

use crate::{
    error::{Failure, unpanicked},
    table::Table,
};

/// The settings; what is absent has the core's default. No `Debug`: it holds the token.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct Settings {
    /// For the `User-Agent`.
    pub language: Language,
    /// The access token; absent, the environment's: with the app secret, base URL and version that stand there too.
    pub access_token: Option<String>,
    /// The app secret.
    pub app_secret: Option<String>,
    /// Where the Graph API is.
    pub base_url: Option<String>,
    /// May the base URL be plain http to a network of the user's own?
    pub allow_http: bool,
    /// The API's version.
    pub api_version: Option<String>,
    /// In seconds, as the hosts have times that a duration can't hold.
    pub timeout: Option<f64>,
    /// In seconds.
    pub connect_timeout: Option<f64>,
    /// As wide as the hosts' integers.
    pub max_retries: Option<i64>,
    /// As wide as the hosts' integers.
    pub max_in_flight: Option<i64>,
}

/// The host's language.
#[derive(Clone, Copy, Debug, uniffi::Enum)]
pub enum Language {
    /// Kotlin and Java.
    Kotlin,
    /// Swift.
    Swift,
}

impl From<Language> for CoreLanguage {
    fn from(language: Language) -> Self {
        match language {
            Language::Kotlin => Self::Kotlin,
            Language::Swift => Self::Swift,
        }
    }
}

/// What came of the settings.
#[derive(Debug, uniffi::Enum)]
pub enum Opening {
    /// A client.
    Open {
        /// Its number.
        client: u64,
        /// So many of its calls may be under way at once: the host keeps to it.
        max_in_flight: u32,
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
    max_in_flight: u32,
}

static CLIENTS: Table<Client> = Table::new();

/// Checks the settings and makes a client, which is there until [`close_client`].
#[uniffi::export]
pub fn open_client(settings: Settings) -> Opening {
    let language = settings.language.into();
    opened(language, || Client::new(settings))
}

/// A client with the settings of another, but for its token.
#[uniffi::export]
pub fn with_access_token(client: u64, access_token: String) -> Opening {
    let found = self::client(client);
    let language = found.as_ref().map_or(CoreLanguage::Rust, |client| client.endpoint.language());
    let access_token = Zeroizing::new(access_token);
    opened(language, || {
        let client = found?;
        let endpoint = client.endpoint.with_access_token(AccessToken::parse(&access_token)?)?;
        Ok(Client { endpoint, ..client })
    })
}

fn opened(language: CoreLanguage, make: impl FnOnce() -> Result<Client, TwoStepError>) -> Opening {
    match unpanicked(make) {
        Ok(client) => {
            let max_in_flight = client.max_in_flight;
            Opening::Open { client: CLIENTS.put(client), max_in_flight }
        }
        Err(error) => Opening::Refused { failure: Failure::new(&language.tell(error), false) },
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

impl Client {
    fn new(settings: Settings) -> Result<Self, TwoStepError> {
        let limits = limits(Limits::default(), settings.timeout, settings.connect_timeout, settings.max_retries)?;
        limits.check()?;
        let max_in_flight = whole_number("max_in_flight", settings.max_in_flight, 1)?.unwrap_or(MAX_IN_FLIGHT);
        Ok(Self { endpoint: endpoint(settings)?, limits, max_in_flight })
    }
}

fn endpoint(settings: Settings) -> Result<Endpoint, TwoStepError> {
    let is_from_environment = settings.access_token.is_none();
    // What is not text has characters that no setting may have, and is refused for them.
    let variable = |name| {
        let value = std::env::var_os(name).filter(|_| is_from_environment);
        value.map(|value| Zeroizing::new(value.to_string_lossy().into_owned()))
    };
    let or_else = |given: Option<String>, name| given.map(Zeroizing::new).or_else(|| variable(name));
    let token = or_else(settings.access_token, "WHATSAPP_ACCESS_TOKEN")
        .ok_or_else(|| TwoStepError::invalid_configuration("access_token", "is missing: set WHATSAPP_ACCESS_TOKEN"))?;
    let mut endpoint = Endpoint::new(AccessToken::parse(&token)?).with_language(settings.language.into());
    if let Some(url) = or_else(settings.base_url, "WHATSAPP_BASE_URL") {
        let parse = if settings.allow_http { BaseUrl::parse_allowing_http } else { BaseUrl::parse };
        endpoint = endpoint.with_base_url(parse(&url)?);
    }
    check_reach(endpoint.base_url())?;
    if let Some(version) = or_else(settings.api_version, "WHATSAPP_API_VERSION") {
        endpoint = endpoint.with_api_version(ApiVersion::parse(&version)?);
    }
    match or_else(settings.app_secret, "WHATSAPP_APP_SECRET") {
        Some(secret) => endpoint.with_app_secret(AppSecret::parse(&secret)?),
        None => Ok(endpoint),
    }
}

/// The switch for test runs, where the host itself has turned it on: a JVM can't change its environment.
static LOOPBACK_ONLY: AtomicBool = AtomicBool::new(false);

/// Turns that switch on or off, for every client. For a JVM: others set the variable.
pub fn set_loopback_only(is_on: bool) {
    LOOPBACK_ONLY.store(is_on, Ordering::Relaxed);
}

pub(crate) fn check_reach(url: &BaseUrl) -> Result<(), TwoStepError> {
    if LOOPBACK_ONLY.load(Ordering::Relaxed) { url.check_reach_among(|_| Some("1".into())) } else { url.check_reach() }
}

/// The default limits, but for those that the host sets.
pub(crate) fn limits(
    defaults: Limits,
    timeout: Option<f64>,
    connect_timeout: Option<f64>,
    max_retries: Option<i64>,
) -> Result<Limits, TwoStepError> {
    let max_retries = whole_number("max_retries", max_retries, 0)?;
    Ok(Limits {
        timeout: timeout.map_or(defaults.timeout, duration),
        connect_timeout: connect_timeout.map_or(defaults.connect_timeout, duration),
        max_retries: max_retries.unwrap_or(defaults.max_retries),
    })
}

fn whole_number(setting: &str, number: Option<i64>, least: u32) -> Result<Option<u32>, TwoStepError> {
    let Some(number) = number else { return Ok(None) };
    let number = u32::try_from(number).ok().filter(|number| *number >= least);
    let problem = format!("must be {least} or more, and at most 4294967295");
    number.map(Some).ok_or_else(|| TwoStepError::invalid_configuration(setting, &problem))
}

/// What no duration can hold becomes one that the core refuses.
fn duration(seconds: f64) -> Duration {
    let beyond = if seconds > 0.0 { Duration::MAX } else { Duration::ZERO };
    Duration::try_from_secs_f64(seconds).unwrap_or(beyond)
}
