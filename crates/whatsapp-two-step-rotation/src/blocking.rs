//! A rotator for programs without an executor: the same rules, on the caller's thread.

use std::time::Duration;

use whatsapp_two_step::{Client, PhoneNumberId, Pin, TwoStepError, blocking::Driver};

use crate::{
    error::VaultError,
    rotation::{Rotation, RotationError},
    vault::Vault,
};

/// Gives numbers new PINs, and blocks until it is done. Safe to share between threads.
///
/// ```
/// use whatsapp_two_step::{AccessToken, Client};
/// use whatsapp_two_step_rotation::{MemoryVault, blocking::Rotator};
///
/// # let sandbox = graph_sandbox::Sandbox::start()?;
/// # let base_url = sandbox.base_url();
/// let client = Client::builder(AccessToken::parse("EAAG_example")?).base_url(base_url.parse()?).build()?;
/// let rotator = Rotator::new(client, MemoryVault::new())?;
/// let rotation = rotator.rotate(&"106540352242922".parse()?)?;
/// assert_eq!(rotation.attempts, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Rotator<V> {
    inner: crate::Rotator<V>,
    driver: Driver,
}

impl<V: Vault> Rotator<V> {
    /// See [`crate::Rotator::new`]. It needs the asynchronous client, and runs it itself.
    ///
    /// # Errors
    /// `invalid_configuration` if the thread for connections can't be started.
    pub fn new(client: Client, vault: V) -> Result<Self, TwoStepError> {
        let driver = Driver::new()
            .map_err(|_| TwoStepError::invalid_configuration("transport", "could not start its thread"))?;
        Ok(Self { inner: crate::Rotator::new(client, vault), driver })
    }

    /// See [`crate::Rotator::quiet_margin`].
    #[must_use]
    pub fn quiet_margin(self, quiet_margin: Duration) -> Self {
        Self { inner: self.inner.quiet_margin(quiet_margin), ..self }
    }

    /// See [`crate::Rotator::rotate`].
    ///
    /// # Errors
    /// The call's error or the vault's, with what the vault holds now.
    pub fn rotate(&self, id: &PhoneNumberId) -> Result<Rotation, RotationError> {
        self.driver.block_on(|| self.inner.rotate(id))
    }

    /// See [`crate::Rotator::settle`].
    ///
    /// # Errors
    /// The call's error or the vault's, with what the vault holds now.
    pub fn settle(&self, id: &PhoneNumberId) -> Result<Option<Rotation>, RotationError> {
        self.driver.block_on(|| self.inner.settle(id))
    }

    /// See [`crate::Rotator::may_hold`].
    ///
    /// # Errors
    /// `unreachable` or `unreadable`.
    pub fn may_hold(&self, id: &PhoneNumberId) -> Result<Vec<Pin>, VaultError> {
        self.driver.block_on(|| self.inner.may_hold(id))
    }
}
