//! A client for programs without an executor: the same rules, one call at a time on the caller's thread.

mod driver;

use std::sync::Arc;

pub use driver::Driver;

use crate::{
    client::ClientBuilder,
    error::TwoStepError,
    operation::SetTwoStepPinResponse,
    values::{AccessToken, PhoneNumberId, Pin},
};

/// Sets PINs and blocks until it is done. Cheap to clone, and safe to share between threads.
///
/// ```no_run
/// use whatsapp_two_step::{TwoStepError, blocking};
///
/// # fn run() -> Result<(), TwoStepError> {
/// let client = blocking::Client::from_env()?; // WHATSAPP_ACCESS_TOKEN
/// let response = client.set_two_step_pin(&"106540352242922".parse()?, &"012345".parse()?)?;
/// println!("set, trace id {:?}", response.trace_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    inner: crate::client::Client,
    driver: Arc<Driver>,
}

impl Client {
    /// A client with every setting at its default.
    ///
    /// # Errors
    /// `invalid_configuration` if the TLS roots or the thread for connections can't be set up.
    pub fn new(access_token: AccessToken) -> Result<Self, TwoStepError> {
        Self::build(crate::client::Client::builder(access_token))
    }

    /// A client with the settings of the environment; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// `invalid_configuration` if a variable is missing or unusable.
    pub fn from_env() -> Result<Self, TwoStepError> {
        Self::build(ClientBuilder::from_env()?)
    }

    /// A client with other settings.
    ///
    /// ```
    /// use whatsapp_two_step::{AccessToken, blocking};
    ///
    /// let settings = whatsapp_two_step::Client::builder(AccessToken::parse("EAAG_example")?).max_retries(0);
    /// let client = blocking::Client::build(settings)?;
    /// # drop(client);
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration`, with the setting's name.
    pub fn build(settings: ClientBuilder) -> Result<Self, TwoStepError> {
        let inner = settings.build()?;
        let driver = Driver::new()
            .map_err(|_| TwoStepError::invalid_configuration("transport", "could not start its thread"))?;
        Ok(Self { inner, driver: Arc::new(driver) })
    }

    /// Sets the number's two-step verification PIN; see [`crate::Client::set_two_step_pin`].
    ///
    /// # Errors
    /// [`TwoStepError`]: its `kind` says what happened, its `outcome` which PIN holds now.
    pub fn set_two_step_pin(
        &self,
        phone_number_id: &PhoneNumberId,
        pin: &Pin,
    ) -> Result<SetTwoStepPinResponse, TwoStepError> {
        self.driver.block_on(|| self.inner.set_two_step_pin(phone_number_id, pin))
    }
}
