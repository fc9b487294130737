mod builder;
mod call;
mod retry;

pub use builder::ClientBuilder;

use std::{fmt, sync::Arc, time::Duration};

use tracing::Instrument;

use crate::{
    AccessToken, Clock, Endpoint, PhoneNumberId, Pin, SetTwoStepPin, SetTwoStepPinResponse, Transport, TwoStepError,
    redact::Redactor,
};

/// Sets PINs: a transport, a deadline over the whole call, and retries.
///
/// Cheap to clone, and safe to share between threads and tasks: clones use the same connections. Dropping the future of a
/// call stops it and closes its request. Needs a tokio runtime, unless it has a transport and a clock of its own.
///
/// ```no_run
/// use whatsapp_two_step::{Client, TwoStepError};
///
/// # async fn run() -> Result<(), TwoStepError> {
/// let client = Client::from_env()?; // WHATSAPP_ACCESS_TOKEN
/// let response = client.set_two_step_pin(&"106540352242922".parse()?, &"012345".parse()?).await?;
/// println!("set, trace id {:?}", response.trace_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    timeout: Duration,
    connect_timeout: Duration,
    max_retries: u32,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
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

    /// Sets the number's two-step verification PIN. Setting the same PIN again is safe.
    ///
    /// # Errors
    /// [`TwoStepError`]: its `kind` says what happened, its `outcome` which PIN holds now.
    pub async fn set_two_step_pin(
        &self,
        phone_number_id: &PhoneNumberId,
        pin: &Pin,
    ) -> Result<SetTwoStepPinResponse, TwoStepError> {
        let operation = SetTwoStepPin::new(phone_number_id.clone(), pin.clone());
        let span = tracing::info_span!(
            "set_two_step_pin",
            phone_number_id = phone_number_id.as_str(),
            api_version = %self.0.endpoint.api_version(),
        );
        call::run(&self.0, &operation).instrument(span).await
    }

    /// For bindings: does a text have this PIN, the token or the app secret in it? A host's own exception may.
    ///
    /// ```
    /// use whatsapp_two_step::{AccessToken, Client};
    ///
    /// let client = Client::new(AccessToken::parse("EAAG_example")?)?;
    /// let pin = "012345".parse()?;
    /// assert!(client.repeats_a_secret(&pin, "could not POST {\"pin\":\"012345\"}"));
    /// assert!(!client.repeats_a_secret(&pin, "connection refused"));
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn repeats_a_secret(&self, pin: &Pin, text: &str) -> bool {
        Redactor::new(&self.0.endpoint, pin).finds_in(text)
    }

    /// Where requests go.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.0.endpoint)
            .field("timeout", &self.0.timeout)
            .field("connect_timeout", &self.0.connect_timeout)
            .field("max_retries", &self.0.max_retries)
            .finish_non_exhaustive()
    }
}
