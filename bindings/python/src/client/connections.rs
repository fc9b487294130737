//! What the clients for several tokens share.

use std::sync::{Mutex, PoisonError};

use whatsapp_two_step::{Client, ClientBuilder, TwoStepError};

use crate::process::{Owned, Process};

/// It goes with the last of the clients.
pub(super) struct Connections {
    settings: ClientBuilder,
    made: Mutex<Owned<Client>>,
}

impl Connections {
    pub(super) fn open(settings: ClientBuilder, process: &'static Process) -> Result<Self, TwoStepError> {
        let made = Mutex::new(Owned::new(process, settings.clone().build()?));
        Ok(Self { settings, made })
    }

    /// The client of this process: made anew after a fork.
    pub(super) fn client(&self, process: &'static Process) -> Result<Client, TwoStepError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get_in(process) {
            return Ok(client.clone());
        }
        let client = self.settings.clone().build()?;
        *made = Owned::new(process, client.clone());
        Ok(client)
    }
}
