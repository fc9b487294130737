//! What an observer hears of a call's attempts, how far a call has come that is stopped, and that an answer which is there counts
//! after the process stood still.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use support::{PIN, TOKEN, assert_hidden, builder_for, set};
use tokio::sync::oneshot;
use whatsapp_two_step::{Attempt, Body, CallProgress, Observer, Outcome, TransportError, http};

fn answer(status: u16, body: &str) -> http::Response<Body> {
    let response = http::Response::builder().status(status).header("x-fb-request-id", "AbC1");
    response.body(Body::from(body)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_observer_hears_of_each_attempt_and_of_no_secret() {
    let script = Mutex::new(vec![
        Ok(answer(200, r#"{"success":true}"#)),
        Ok(answer(503, &format!("no {PIN}, no {TOKEN}"))),
        Err(TransportError::connection(format!("could not send {PIN} with {TOKEN}"))),
    ]);
    let transport = move |_: http::Request<Body>| {
        let answer = script.lock().unwrap().pop().unwrap();
        async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            answer
        }
    };
    let heard = Arc::new(Mutex::new(Vec::new()));
    let there = heard.clone();
    let client = builder_for("http://127.0.0.1:1".parse().unwrap()).transport(Arc::new(transport)).build().unwrap();
    let watched = client.with_observer(Observer::new(move |end| {
        let error = end.error.map(|error| (error.kind().code(), error.outcome().code()));
        let trace_id = end.trace_id.map(str::to_owned);
        there.lock().unwrap().push((end.number, error, end.http_status, trace_id, end.took, end.wait.is_some()));
        assert_hidden(&format!("{end:?}"), &[PIN, TOKEN], "an attempt's end");
    }));
    assert_eq!(set(&watched, "1").await.unwrap().attempts, 3);
    let took = Duration::from_millis(20);
    let trace_id = Some("AbC1".to_owned());
    assert_eq!(
        *heard.lock().unwrap(),
        [
            (1, Some(("connection_failed", "unknown")), None, None, took, true),
            (2, Some(("service_unavailable", "unknown")), Some(503), trace_id.clone(), took, true),
            (3, None, Some(200), trace_id, took, false),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_stopped_says_how_far_it_has_come() {
    // One second of connecting and one of sending each; the first two attempts get no connection, the third is refused.
    let transport = |request: http::Request<Body>| async move {
        let attempt = request.extensions().get::<Attempt>().unwrap().clone();
        attempt.connecting();
        tokio::time::sleep(Duration::from_secs(1)).await;
        if attempt.number() < 3 {
            return Err(TransportError::connection("refused").before_sending());
        }
        attempt.sending();
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(answer(if attempt.number() == 3 { 503 } else { 200 }, r#"{"error":{"code":2}}"#))
    };
    let settings = builder_for("http://127.0.0.1:1".parse().unwrap()).max_retries(3);
    let client = settings.transport(Arc::new(transport)).build().unwrap();
    let progress = CallProgress::default();
    assert_eq!((progress.attempts(), progress.outcome()), (0, Outcome::NotSent));
    let client = client.with_progress(&progress);
    let mut seen = Vec::new();
    let look = async {
        loop {
            let now = (progress.attempts(), progress.outcome().code());
            if seen.last() != Some(&now) {
                seen.push(now);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        biased;
        () = look => {}
        _ = set(&client, "1") => {}
    }
    // Unknown since the third request left; the fourth one's connecting doesn't change that.
    assert_eq!(
        seen,
        [(0, "not_sent"), (1, "not_sent"), (2, "not_sent"), (3, "not_sent"), (3, "unknown"), (4, "unknown")]
    );
}

#[tokio::test]
async fn an_answer_that_is_there_counts_after_the_process_stood_still() {
    let transport = |_: http::Request<Body>| async {
        let (sender, mut receiver) = oneshot::channel();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let _ = sender.send(answer(200, r#"{"success":true}"#));
        });
        // Through some tasks, as an HTTP stack's answers come.
        for _ in 0..5 {
            let (sender, next) = oneshot::channel();
            tokio::spawn(async move { sender.send(receiver.await.unwrap()) });
            receiver = next;
        }
        // Nobody else has a turn until long after the deadline.
        tokio::spawn(async { std::thread::sleep(Duration::from_millis(400)) });
        Ok::<_, TransportError>(receiver.await.unwrap())
    };
    let settings = builder_for("http://127.0.0.1:1".parse().unwrap()).timeout(Duration::from_millis(100));
    let client = settings.transport(Arc::new(transport)).build().unwrap();
    // A task among the others, which has its turn only when they have had theirs.
    let call = tokio::spawn(async move { set(&client, "1").await });
    assert_eq!(call.await.unwrap().unwrap().attempts, 1);
}
