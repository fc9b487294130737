//! Any body with the right signature: events or a typed error, and never the app secret in it.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use whatsapp_two_step::{AppSecret, ErrorKind, security_events};

const APP_SECRET: &str = "app_secret_0123456789";

pub(crate) fn check(body: &[u8]) {
    let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).expect("a key");
    mac.update(body);
    let mut signature = "sha256=".to_owned();
    for byte in mac.finalize().into_bytes() {
        write!(signature, "{byte:02x}").expect("it is text");
    }
    let secret = AppSecret::parse(APP_SECRET).expect("an app secret");
    match security_events(body, signature.as_str(), &secret) {
        Ok(events) => {
            let shown = format!("{events:?}");
            assert!(!shown.contains(APP_SECRET) && !shown.contains(char::is_control));
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidWebhook);
            assert!(!format!("{error} {error:?}").contains(APP_SECRET));
        }
    }
}
