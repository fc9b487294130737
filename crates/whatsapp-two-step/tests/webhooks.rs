//! The security webhook: the shared vectors, and deliveries that were changed at random.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use serde_json::{Value, json};
use support::vectors::{self, list, text};
use whatsapp_two_step::{AppSecret, ErrorKind, Outcome, SecurityEvent, security_events};

fn body(case: &Value) -> Vec<u8> {
    let mut body = text(case, "body").as_bytes().to_vec();
    if let Some(length) = case["padded_to"].as_u64() {
        body.resize(usize::try_from(length).unwrap(), b' ');
    }
    body
}

fn plain(event: &SecurityEvent) -> Value {
    json!({
        "waba_id": event.waba_id,
        "display_phone_number": event.display_phone_number,
        "event": event.event.as_str(),
        "requester": event.requester,
        "time": event.time.map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs()),
    })
}

#[test]
fn vectors() {
    let vectors = vectors::read("webhooks.json");
    let secret_text = text(&vectors, "app_secret");
    let secret = AppSecret::parse(secret_text).unwrap();
    for case in list(&vectors, "good") {
        let events = security_events(&body(case), case["signature"].as_str(), &secret).unwrap();
        assert_eq!(json!(events.iter().map(plain).collect::<Vec<_>>()), case["events"], "{}", case["name"]);
        assert!(!format!("{events:?}").contains(secret_text));
    }
    for case in list(&vectors, "bad") {
        let error = security_events(&body(case), case["signature"].as_str(), &secret).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::InvalidWebhook, Outcome::NotSent), "{}", case["name"]);
        for word in list(case, "words") {
            assert!(error.message().contains(word.as_str().unwrap()), "{}: {error}", case["name"]);
        }
        assert!(!format!("{error:?} {error}").contains(secret_text));
    }
}

proptest! {
    #[test]
    fn a_changed_byte_is_seen(at in 0_usize..200, by in 1_u8..=255) {
        let vectors = vectors::read("webhooks.json");
        let secret = AppSecret::parse(text(&vectors, "app_secret")).unwrap();
        let case = &list(&vectors, "good")[0];
        let mut changed = body(case);
        changed[at] ^= by;
        prop_assert!(security_events(&changed, text(case, "signature"), &secret).is_err());
    }
}
