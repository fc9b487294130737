//! A few connections: the server makes what is saved on several of them durable together, with one sync of its disk.

use std::{
    array,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::Mutex;

use super::{address::Address, session::Session};
use crate::error::VaultError;

/// At most so many. A server takes 100 from all of its clients, if nobody has told it otherwise.
const MOST: usize = 8;

#[derive(Default)]
struct Slot {
    session: Mutex<Option<Arc<Session>>>,
    in_use: AtomicUsize,
}

pub(super) struct Sessions {
    address: Address,
    slots: [Slot; MOST],
}

/// A place among the connections, for one load or save.
pub(super) struct Place<'a> {
    sessions: &'a Sessions,
    slot: &'a Slot,
}

impl Sessions {
    pub(super) fn new(address: Address) -> Self {
        Self { address, slots: array::from_fn(|_| Slot::default()) }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The first one that nobody uses, else the one that the fewest use: who works alone has one connection.
    pub(super) fn place(&self) -> Place<'_> {
        let slot = self.slots.iter().min_by_key(|slot| slot.in_use.load(Relaxed)).unwrap_or(&self.slots[0]);
        slot.in_use.fetch_add(1, Relaxed);
        Place { sessions: self, slot }
    }
}

impl Place<'_> {
    pub(super) async fn session(&self, limit: Duration) -> Result<Arc<Session>, VaultError> {
        let first = &self.sessions.slots[0];
        match self.of(self.slot, limit).await {
            // The server may take no more: then one connection will do.
            Err(error) if !std::ptr::eq(self.slot, first) => self.of(first, limit).await.map_err(|_| error),
            session => session,
        }
    }

    async fn of(&self, slot: &Slot, limit: Duration) -> Result<Arc<Session>, VaultError> {
        let mut held = slot.session.lock().await;
        if let Some(session) = held.as_ref().filter(|session| session.is_usable()) {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(Session::begin(&self.sessions.address, limit).await?);
        session.check().await?;
        *held = Some(Arc::clone(&session));
        Ok(session)
    }

    /// It has ended, or hangs: the next one begins another. Not where somebody is just beginning one.
    pub(super) fn forget(&self) {
        if let Ok(mut held) = self.slot.session.try_lock() {
            *held = None;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.slot.in_use.fetch_sub(1, Relaxed);
    }
}
