//! A client whose requests may leave for a while only.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use graph_sandbox::{Sandbox, scenarios};
use support::{client, set};
use whatsapp_two_step::{ErrorKind, Outcome};

const NUMBER: &str = "106540352242922";

/// Says yes so many times.
fn yes(times: u32) -> (Arc<AtomicU32>, impl Fn() -> bool + Send + Sync + 'static) {
    let asked = Arc::new(AtomicU32::new(0));
    (asked.clone(), move || asked.fetch_add(1, SeqCst) < times)
}

#[tokio::test]
async fn nothing_leaves_once_it_may_not() {
    let sandbox = Sandbox::start().unwrap();
    // At the hand-over, and when the connection stands.
    for times in [0, 1] {
        let (asked, may_send) = yes(times);
        let error = set(&client(&sandbox).with_guard(may_send), NUMBER).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome(), error.attempts()),
            (ErrorKind::TimedOut, Outcome::NotSent, 1),
            "{error}"
        );
        assert!(error.message().contains("it was not sent"), "{error}");
        assert!(asked.load(SeqCst) > times);
        assert_eq!(sandbox.pin(NUMBER), None);
    }
    // An earlier guard is asked first.
    let (asked, may_send) = yes(9);
    let guarded = client(&sandbox).with_guard(|| false).with_guard(may_send);
    assert_eq!(set(&guarded, NUMBER).await.unwrap_err().outcome(), Outcome::NotSent);
    assert_eq!(asked.load(SeqCst), 0);
    let (_, may_send) = yes(2);
    set(&client(&sandbox).with_guard(may_send), NUMBER).await.unwrap();
}

#[tokio::test]
async fn a_retry_is_asked_for_too_and_the_doubt_stays() {
    let sandbox = Sandbox::start().unwrap();
    let unavailable = scenarios().iter().find(|scenario| scenario.name == "unavailable").unwrap();
    let (_, may_send) = yes(2);
    let error = set(&client(&sandbox).with_guard(may_send), unavailable.id).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome(), error.attempts()),
        (ErrorKind::TimedOut, Outcome::Unknown, 2),
        "{error}"
    );
    assert_eq!(sandbox.stats().requests, 1);
}
