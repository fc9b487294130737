//! What the tests share.
#![allow(dead_code)] // each test file uses its own part

pub(crate) mod certificates;
pub(crate) mod tls;
pub(crate) mod vectors;

use std::time::Duration;

use graph_sandbox::Sandbox;
use whatsapp_two_step::{BaseUrl, Client, ClientBuilder, Pin, SetTwoStepPinResponse, TwoStepError};

/// None of the secrets is in the text, which itself is not printed.
#[track_caller]
pub(crate) fn assert_hidden(text: &str, secrets: &[&str], of: &str) {
    for (number, secret) in secrets.iter().enumerate() {
        assert!(!text.contains(secret), "secret {number} shows in {of}");
    }
}

pub(crate) const TOKEN: &str = "EAAG_secret_token_123";
pub(crate) const PIN: &str = "735194";

pub(crate) fn pin() -> Pin {
    PIN.parse().unwrap()
}

pub(crate) fn builder_for(base_url: BaseUrl) -> ClientBuilder {
    Client::builder(TOKEN.parse().unwrap()).base_url(base_url)
}

pub(crate) fn builder(sandbox: &Sandbox) -> ClientBuilder {
    builder_for(sandbox.base_url().parse().unwrap())
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

pub(crate) async fn set(client: &Client, id: &str) -> Result<SetTwoStepPinResponse, TwoStepError> {
    client.set_two_step_pin(&id.parse().unwrap(), &pin()).await
}

/// Waits until it is so, five seconds at most.
pub(crate) async fn eventually(is_so: impl Fn() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to be so");
}
