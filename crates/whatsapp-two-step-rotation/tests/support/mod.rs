//! What the tests share.
#![allow(dead_code)] // each test file uses its own part

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use graph_sandbox::{Sandbox, scenarios};
use whatsapp_two_step::{Client, ClientBuilder, PhoneNumberId};

pub(crate) const TOKEN: &str = "EAAG_secret_token_123";

pub(crate) fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder(TOKEN.parse().unwrap())
        .base_url(sandbox.base_url().parse().unwrap())
        .timeout(Duration::from_millis(900))
        .max_retries(0)
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

pub(crate) fn id(text: &str) -> PhoneNumberId {
    text.parse().unwrap()
}

/// A number that brings out a fault of the sandbox.
pub(crate) fn faulty(name: &str) -> PhoneNumberId {
    id(scenarios().iter().find(|scenario| scenario.name == name).unwrap().id)
}

/// A clock on the wall that a test can set ahead.
#[derive(Clone, Default)]
pub(crate) struct Wall(Arc<AtomicU64>);

impl Wall {
    pub(crate) fn ahead(&self, seconds: u64) {
        self.0.fetch_add(seconds, SeqCst);
    }

    pub(crate) fn now(&self) -> SystemTime {
        SystemTime::now() + Duration::from_secs(self.0.load(SeqCst))
    }
}
