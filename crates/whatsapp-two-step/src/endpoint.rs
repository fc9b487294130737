use std::{fmt, sync::Arc};

use zeroize::Zeroizing;

use crate::{
    error::TwoStepError,
    values::{AccessToken, ApiVersion, AppSecret, BaseUrl},
};

/// Where requests go, and as whom: base URL, version, token, and the proof made with the app secret. Cheap to clone.
///
/// ```
/// use whatsapp_two_step::{AccessToken, ApiVersion, Endpoint};
///
/// let endpoint = Endpoint::new(AccessToken::parse("EAAG_example")?).with_api_version(ApiVersion::parse("v25.0")?);
/// assert_eq!(
///     format!("{endpoint:?}"),
///     "Endpoint { base_url: https://graph.facebook.com, api_version: v25.0, app_secret: false, .. }"
/// );
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    base_url: BaseUrl,
    api_version: ApiVersion,
    access_token: AccessToken,
    app_secret: Option<(AppSecret, Zeroizing<String>)>,
    language: Language,
}

/// The language that a call is made from: part of the `User-Agent`. For bindings.
///
/// ```
/// use whatsapp_two_step::Language;
///
/// assert_eq!(Language::Python.user_agent(), concat!("whatsapp-two-step/", env!("CARGO_PKG_VERSION"), ";lang=python"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// Rust, and the command.
    #[default]
    Rust,
    /// Python.
    Python,
    /// Node.js.
    Node,
    /// Kotlin and Java.
    Kotlin,
    /// Swift.
    Swift,
}

impl Language {
    /// The whole header.
    #[must_use]
    pub const fn user_agent(self) -> &'static str {
        macro_rules! user_agent {
            ($language:literal) => {
                concat!("whatsapp-two-step/", env!("CARGO_PKG_VERSION"), ";lang=", $language)
            };
        }
        match self {
            Self::Rust => user_agent!("rust"),
            Self::Python => user_agent!("python"),
            Self::Node => user_agent!("node"),
            Self::Kotlin => user_agent!("kotlin"),
            Self::Swift => user_agent!("swift"),
        }
    }

    /// For bindings: an error whose message and hint name the settings as the language does.
    ///
    /// ```
    /// use whatsapp_two_step::{BaseUrl, Language};
    ///
    /// let error = BaseUrl::parse("").unwrap_err();
    /// assert_eq!(Language::Kotlin.tell(error.clone()).message(), "Invalid configuration: baseUrl is empty.");
    /// assert_eq!(Language::Swift.tell(error.clone()).message(), "Invalid configuration: baseURL is empty.");
    /// assert_eq!(Language::Python.tell(error).message(), "Invalid configuration: base_url is empty.");
    /// let plain = BaseUrl::parse("http://mock").unwrap_err();
    /// assert!(Language::Swift.tell(plain).message().contains("allowHTTP"));
    /// let id = whatsapp_two_step::WabaId::parse("me").unwrap_err();
    /// assert!(Language::Node.tell(id).message().starts_with("Invalid configuration: wabaId is not"));
    /// ```
    #[must_use]
    pub fn tell(self, error: TwoStepError) -> TwoStepError {
        if matches!(self, Self::Rust | Self::Python) {
            return error;
        }
        error.in_words(|text| self.spell(text))
    }

    fn spell(self, text: &str) -> String {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut spelled = String::with_capacity(text.len() + 8);
        for part in text.split_inclusive(|c| !is_of_name(c)) {
            let name = part.trim_end_matches(|c| !is_of_name(c));
            if SETTINGS.contains(&name) {
                self.push_setting(name, &mut spelled);
            } else {
                spelled.push_str(name);
            }
            spelled.push_str(&part[name.len()..]);
        }
        spelled
    }

    fn push_setting(self, name: &str, out: &mut String) {
        let mut words = name.split('_');
        out.push_str(words.next().unwrap_or_default());
        for word in words {
            match word {
                "url" if self == Self::Swift => out.push_str("URL"),
                "http" if self == Self::Swift => out.push_str("HTTP"),
                "id" if self == Self::Swift => out.push_str("ID"),
                word => {
                    out.extend(word.chars().take(1).map(|first| first.to_ascii_uppercase()));
                    out.extend(word.chars().skip(1));
                }
            }
        }
        if self == Self::Node && (name.ends_with("timeout") || name == "quiet_margin") {
            out.push_str("Ms");
        }
    }
}

/// The settings, as this crate names them.
const SETTINGS: [&str; 14] = [
    "access_token",
    "app_secret",
    "base_url",
    "api_version",
    "allow_http",
    "timeout",
    "connect_timeout",
    "max_retries",
    "max_in_flight",
    "root_certificates",
    "phone_number_id",
    "waba_id",
    "quiet_margin",
    "vault_key",
];

impl Endpoint {
    /// Meta's own server, in the default version.
    #[must_use]
    pub fn new(access_token: AccessToken) -> Self {
        Self(Arc::new(Inner {
            base_url: BaseUrl::default(),
            api_version: ApiVersion::default(),
            access_token,
            app_secret: None,
            language: Language::default(),
        }))
    }

    /// Another server.
    #[must_use]
    pub fn with_base_url(mut self, base_url: BaseUrl) -> Self {
        Arc::make_mut(&mut self.0).base_url = base_url;
        self
    }

    /// Another version.
    #[must_use]
    pub fn with_api_version(mut self, api_version: ApiVersion) -> Self {
        Arc::make_mut(&mut self.0).api_version = api_version;
        self
    }

    /// Adds `appsecret_proof` to each request.
    ///
    /// # Errors
    /// `invalid_configuration` if no proof can be made.
    pub fn with_app_secret(mut self, app_secret: AppSecret) -> Result<Self, TwoStepError> {
        let proof = app_secret.proof(self.access_token())?;
        Arc::make_mut(&mut self.0).app_secret = Some((app_secret, proof));
        Ok(self)
    }

    /// Another token, with a proof of its own where there is an app secret.
    ///
    /// # Errors
    /// `invalid_configuration` if no proof can be made.
    pub fn with_access_token(mut self, access_token: AccessToken) -> Result<Self, TwoStepError> {
        let app_secret = self.app_secret().cloned();
        Arc::make_mut(&mut self.0).access_token = access_token;
        match app_secret {
            Some(app_secret) => self.with_app_secret(app_secret),
            None => Ok(self),
        }
    }

    /// Another language in the `User-Agent`.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        Arc::make_mut(&mut self.0).language = language;
        self
    }

    /// Where requests go.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base_url
    }

    /// The version asked for.
    #[must_use]
    pub fn api_version(&self) -> ApiVersion {
        self.0.api_version
    }

    pub(crate) fn access_token(&self) -> &AccessToken {
        &self.0.access_token
    }

    pub(crate) fn app_secret(&self) -> Option<&AppSecret> {
        self.0.app_secret.as_ref().map(|(secret, _)| secret)
    }

    pub(crate) fn proof(&self) -> Option<&str> {
        self.0.app_secret.as_ref().map(|(_, proof)| proof.as_str())
    }

    /// The language that calls are made from.
    #[must_use]
    pub fn language(&self) -> Language {
        self.0.language
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("base_url", &format_args!("{}", self.base_url()))
            .field("api_version", &format_args!("{}", self.api_version()))
            .field("app_secret", &self.app_secret().is_some())
            .finish_non_exhaustive()
    }
}
