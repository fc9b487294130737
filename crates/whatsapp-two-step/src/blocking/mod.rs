//! A client for programs without an executor: the same rules, one call at a time on the caller's thread.

mod driver;

use std::{sync::Arc, vec};

pub use driver::Driver;

use crate::{
    client::ClientBuilder,
    error::TwoStepError,
    operation::{PhoneNumber, PhoneNumberPages, SetTwoStepPinResponse},
    values::{AccessToken, PhoneNumberId, Pin, WabaId},
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

    /// Reads an account's numbers, page after page as they are asked for. The iterator ends after an error.
    ///
    /// ```no_run
    /// use whatsapp_two_step::{PinState, blocking};
    ///
    /// # fn run(client: blocking::Client) -> Result<(), whatsapp_two_step::TwoStepError> {
    /// for number in client.phone_numbers("102290129340398".parse()?) {
    ///     let number = number?;
    ///     if number.pin == PinState::NotSet {
    ///         println!("{} has no PIN", number.id);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn phone_numbers(&self, waba_id: WabaId) -> PhoneNumbers {
        PhoneNumbers { client: self.clone(), pages: PhoneNumberPages::new(waba_id), ready: Vec::new().into_iter() }
    }
}

/// An account's numbers; see [`Client::phone_numbers`].
#[derive(Debug)]
#[must_use]
pub struct PhoneNumbers {
    client: Client,
    pages: PhoneNumberPages,
    ready: vec::IntoIter<PhoneNumber>,
}

impl Iterator for PhoneNumbers {
    type Item = Result<PhoneNumber, TwoStepError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(number) = self.ready.next() {
                return Some(Ok(number));
            }
            let page = self.pages.next()?;
            let page = self.client.driver.block_on(|| self.client.inner.clone().read_page(page));
            match self.pages.read(page) {
                Ok(numbers) => self.ready = numbers.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
