use std::{fmt, sync::Arc, time::Duration};

use super::{Client, Inner, turns::Turns};
use crate::{
    call::{Limits, MAX_IN_FLIGHT},
    clock::{Clock, TokioClock},
    endpoint::{Endpoint, Language},
    error::TwoStepError,
    transport::Transport,
    values::{AccessToken, ApiVersion, AppSecret, BaseUrl},
};

/// The settings of a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use whatsapp_two_step::{AccessToken, Client};
///
/// let client = Client::builder(AccessToken::parse("EAAG_example")?)
///     .base_url("http://127.0.0.1:8080".parse()?)
///     .timeout(Duration::from_secs(10))
///     .max_retries(0)
///     .build()?;
///
/// let error = Client::builder(AccessToken::parse("EAAG_example")?).timeout(Duration::ZERO).build().unwrap_err();
/// assert!(error.message().contains("timeout must be more than 0 s"));
/// # drop(client);
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    access_token: AccessToken,
    base_url: BaseUrl,
    api_version: ApiVersion,
    app_secret: Option<AppSecret>,
    language: Language,
    limits: Limits,
    max_in_flight: u32,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    #[cfg(feature = "reqwest")]
    network: crate::reqwest_transport::Network,
}

impl Client {
    /// A client with every setting at its default.
    ///
    /// ```
    /// use whatsapp_two_step::{AccessToken, Client};
    ///
    /// let client = Client::new(AccessToken::parse("EAAG_example")?)?;
    /// # drop(client);
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration` if the TLS roots can't be set up.
    #[cfg(feature = "reqwest")]
    pub fn new(access_token: AccessToken) -> Result<Self, TwoStepError> {
        Self::builder(access_token).build()
    }

    /// A client with the settings of the environment; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// `invalid_configuration` if a variable is missing or unusable.
    #[cfg(feature = "reqwest")]
    pub fn from_env() -> Result<Self, TwoStepError> {
        ClientBuilder::from_env()?.build()
    }

    /// For other settings than the defaults.
    pub fn builder(access_token: AccessToken) -> ClientBuilder {
        ClientBuilder::new(access_token)
    }
}

impl ClientBuilder {
    fn new(access_token: AccessToken) -> Self {
        Self {
            access_token,
            base_url: BaseUrl::default(),
            api_version: ApiVersion::default(),
            app_secret: None,
            language: Language::default(),
            limits: Limits::default(),
            max_in_flight: MAX_IN_FLIGHT,
            transport: None,
            clock: None,
            #[cfg(feature = "reqwest")]
            network: crate::reqwest_transport::Network::default(),
        }
    }

    /// Takes the token from `WHATSAPP_ACCESS_TOKEN` and, where they are set, the app secret from `WHATSAPP_APP_SECRET`, the base
    /// URL from `WHATSAPP_BASE_URL` and the version from `WHATSAPP_API_VERSION`.
    ///
    /// # Errors
    /// `invalid_configuration` if the first is missing, or one of them is unusable.
    pub fn from_env() -> Result<Self, TwoStepError> {
        // What is not text has characters that no secret may have, and is refused for them.
        Self::from_variables(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// The same, for a program whose variables are not the process's own: a worker thread in a host language, a test.
    ///
    /// ```
    /// use whatsapp_two_step::ClientBuilder;
    ///
    /// let settings = ClientBuilder::from_variables(|name| {
    ///     (name == "WHATSAPP_ACCESS_TOKEN").then(|| "EAAG_example".to_owned())
    /// })?;
    /// # drop(settings);
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration` if the first is missing, or one of them is unusable.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, TwoStepError> {
        let variable = |name| variable(name).map(zeroize::Zeroizing::new);
        let token = variable("WHATSAPP_ACCESS_TOKEN").ok_or_else(|| {
            TwoStepError::invalid_configuration("access_token", "is missing: set WHATSAPP_ACCESS_TOKEN")
        })?;
        let mut builder = Self::new(AccessToken::parse(&token)?);
        if let Some(secret) = variable("WHATSAPP_APP_SECRET") {
            builder = builder.app_secret(AppSecret::parse(&secret)?);
        }
        if let Some(url) = variable("WHATSAPP_BASE_URL") {
            builder = builder.base_url(BaseUrl::parse(&url)?);
        }
        if let Some(version) = variable("WHATSAPP_API_VERSION") {
            builder = builder.api_version(ApiVersion::parse(&version)?);
        }
        Ok(builder)
    }

    /// Where the Graph API is. Default `https://graph.facebook.com`.
    pub fn base_url(mut self, base_url: BaseUrl) -> Self {
        self.base_url = base_url;
        self
    }

    /// The API's version. Default `v24.0`.
    pub fn api_version(mut self, api_version: ApiVersion) -> Self {
        self.api_version = api_version;
        self
    }

    /// Adds `appsecret_proof` to each request. Default none.
    pub fn app_secret(mut self, app_secret: AppSecret) -> Self {
        self.app_secret = Some(app_secret);
        self
    }

    /// How long the whole call may take: every attempt and every wait between them. Default 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long connecting may take, TCP and TLS, in one attempt. Default 10 s.
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.limits.connect_timeout = connect_timeout;
        self
    }

    /// How many calls of the client may be under way at once; more wait their turn, within their own timeout. Default 256.
    pub fn max_in_flight(mut self, calls: u32) -> Self {
        self.max_in_flight = calls;
        self
    }

    /// How many times a call is repeated at most. Default 2; 0 turns retries off.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.limits.max_retries = max_retries;
        self
    }

    /// Another way to the server than reqwest. Proxy and roots are that transport's own then.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Another clock than tokio's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// For bindings: the language in the `User-Agent`.
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// A proxy's URL, `http` or `https`, with user and password if it wants them. Default: `HTTPS_PROXY` and `NO_PROXY`,
    /// which a loopback `base_url` passes by.
    #[cfg(feature = "reqwest")]
    pub fn proxy(mut self, url: &str) -> Self {
        self.network.set_proxy(url);
        self
    }

    /// For bindings: where the proxies' variables are looked up, if not in the process's own environment.
    #[cfg(feature = "reqwest")]
    pub fn environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        self.network.set_environment(variable);
        self
    }

    /// The same as [`root_certificates`](Self::root_certificates), from a file.
    ///
    /// # Errors
    /// `invalid_configuration` if the file can't be read.
    #[cfg(feature = "reqwest")]
    pub fn root_certificates_file(self, path: impl AsRef<std::path::Path>) -> Result<Self, TwoStepError> {
        let pem = std::fs::read(path).map_err(|error| {
            TwoStepError::invalid_configuration("root_certificates", &format!("is a file that can't be read: {error}"))
        })?;
        Ok(self.root_certificates(&pem))
    }

    /// Adds certificate authorities, as PEM, to the platform's and Mozilla's bundled ones. May be called again.
    #[cfg(feature = "reqwest")]
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.network.add_roots(pem);
        self
    }

    /// Checks the settings and makes the client. No I/O but reading the platform's CA files.
    ///
    /// # Errors
    /// `invalid_configuration`, with the setting's name.
    pub fn build(self) -> Result<Client, TwoStepError> {
        self.limits.check()?;
        self.base_url.check_reach()?;
        if self.max_in_flight == 0 {
            return Err(TwoStepError::invalid_configuration("max_in_flight", "must be 1 or more"));
        }
        let transport = self.make_transport()?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock));
        let mut endpoint = Endpoint::new(self.access_token)
            .with_base_url(self.base_url)
            .with_api_version(self.api_version)
            .with_language(self.language);
        if let Some(app_secret) = self.app_secret {
            endpoint = endpoint.with_app_secret(app_secret)?;
        }
        Ok(Client(Arc::new(Inner {
            endpoint,
            limits: self.limits,
            transport,
            clock,
            max_in_flight: self.max_in_flight,
            turns: Arc::new(Turns::new(self.max_in_flight)),
            observer: None,
            progress: None,
            guard: None,
        })))
    }

    #[cfg(feature = "reqwest")]
    fn make_transport(&self) -> Result<Arc<dyn Transport>, TwoStepError> {
        match &self.transport {
            None => Ok(Arc::new(self.network.connect(&self.base_url, self.limits.connect_timeout)?)),
            Some(_) if !self.network.is_default() => Err(TwoStepError::invalid_configuration(
                "proxy or root_certificates",
                "has no effect beside a transport of your own; set it there",
            )),
            Some(transport) => Ok(transport.clone()),
        }
    }

    #[cfg(not(feature = "reqwest"))]
    fn make_transport(&self) -> Result<Arc<dyn Transport>, TwoStepError> {
        self.transport.clone().ok_or_else(|| {
            TwoStepError::invalid_configuration(
                "transport",
                "is missing: give one, or build with the feature \"reqwest\"",
            )
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base_url", &self.base_url)
            .field("api_version", &self.api_version)
            .field("timeout", &self.limits.timeout)
            .field("connect_timeout", &self.limits.connect_timeout)
            .field("max_retries", &self.limits.max_retries)
            .finish_non_exhaustive()
    }
}
