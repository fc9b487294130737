//! What holds for any weather: the deadline, the number of attempts, and that an outcome never claims more than is true.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use proptest::prelude::*;
use support::{TOKEN, set};
use whatsapp_two_step::{Attempt, Body, Client, Outcome, TransportError, http};

/// What happens to one attempt, and whether the server sets the PIN on it, which the client can't see.
#[derive(Clone, Debug)]
struct Weather {
    takes: Duration,
    event: Event,
    applies: bool,
}

#[derive(Clone, Debug)]
enum Event {
    /// Nothing left: nothing can be applied.
    NotSent,
    /// The deadline strikes while it connects.
    HangsConnecting,
    Reset,
    OwnTimeout,
    Hangs,
    /// The server's own faults: it may have applied the PIN before it failed.
    Fault(u16, String),
    Garbage(u16, &'static str),
    /// A refusal by code or status: nothing is applied, or the server lies.
    Refusal(u16, String),
    Success,
}

fn events() -> impl Strategy<Value = Event> {
    let faults = prop::sample::select(vec![1, 2, 131_000, 131_016, 131_057, 133_004]);
    let refusals = prop::sample::select(vec![190, 10, 100, 33, 4, 80_007, 133_005, 133_010, 133_016, 368]);
    let body = |code: u32| format!("{{\"error\":{{\"code\":{code}}}}}");
    prop_oneof![
        Just(Event::NotSent),
        Just(Event::HangsConnecting),
        Just(Event::Reset),
        Just(Event::OwnTimeout),
        Just(Event::Hangs),
        (prop::sample::select(vec![200, 400, 500, 503]), faults)
            .prop_map(move |(status, code)| Event::Fault(status, body(code))),
        (500_u16..600).prop_map(|status| Event::Fault(status, String::new())),
        prop::sample::select(vec![(200, "<html>"), (200, "{}"), (200, "{\"success\":1}"), (302, ""), (204, "")])
            .prop_map(|(status, body)| Event::Garbage(status, body)),
        (prop::sample::select(vec![200, 400, 401, 403, 429, 500]), refusals)
            .prop_map(move |(status, code)| Event::Refusal(status, body(code))),
        Just(Event::Refusal(200, "{\"success\":false}".to_owned())),
        Just(Event::Success),
    ]
}

fn weather() -> impl Strategy<Value = Weather> {
    (0_u64..8_000, events(), any::<bool>()).prop_map(|(millis, event, applies)| Weather {
        takes: Duration::from_millis(millis),
        event,
        applies,
    })
}

async fn meet(
    weather: Weather,
    request: http::Request<Body>,
    is_set: Arc<AtomicBool>,
) -> Result<http::Response<Body>, TransportError> {
    let attempt = request.extensions().get::<Attempt>().unwrap().clone();
    assert!(!attempt.time_left().is_zero(), "an attempt without time");
    attempt.connecting();
    if matches!(weather.event, Event::HangsConnecting) {
        std::future::pending::<()>().await;
    }
    if matches!(weather.event, Event::NotSent) {
        tokio::time::sleep(weather.takes).await;
        return Err(TransportError::connection("refused").before_sending());
    }
    attempt.sending();
    let apply = |applies: bool| is_set.fetch_or(applies, Ordering::Relaxed);
    match &weather.event {
        Event::Refusal(..) => {}
        Event::Success => _ = apply(true),
        _ => _ = apply(weather.applies),
    }
    tokio::time::sleep(weather.takes).await;
    let answer = |status: u16, body: &str| {
        let response = http::Response::builder().status(status).header("retry-after", "1");
        Ok(response.body(Body::from(body)).unwrap())
    };
    match &weather.event {
        Event::Reset => Err(TransportError::connection("reset")),
        Event::OwnTimeout => Err(TransportError::timeout("slow")),
        Event::Hangs => std::future::pending().await,
        Event::Fault(status, body) | Event::Refusal(status, body) => answer(*status, body),
        Event::Garbage(status, body) => answer(*status, body),
        _ => answer(200, "{\"success\":true}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn no_call_outlives_its_deadline_or_its_retries_or_claims_what_is_not_so(
        script in prop::collection::vec(weather(), 12),
        timeout in 1_u64..40_000,
        max_retries in 0_u32..10,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let timeout = Duration::from_millis(timeout);
        let is_set = Arc::new(AtomicBool::new(false));
        let met = Arc::new(Mutex::new(0));
        let (is_set_there, met_there) = (is_set.clone(), met.clone());
        let transport = move |request| {
            let mut met = met_there.lock().unwrap();
            let weather = script[*met].clone();
            *met += 1;
            meet(weather, request, is_set_there.clone())
        };
        let (result, took) = runtime.block_on(async {
            let client = Client::builder(TOKEN.parse().unwrap())
                .timeout(timeout)
                .max_retries(max_retries)
                .transport(Arc::new(transport))
                .build()
                .unwrap();
            let start = tokio::time::Instant::now();
            (set(&client, "1").await, start.elapsed())
        });
        // tokio's timer counts in milliseconds, rounded up.
        prop_assert!(took <= timeout + Duration::from_millis(1), "{took:?}");
        let attempts = *met.lock().unwrap();
        prop_assert!(attempts <= max_retries as usize + 1);
        let is_set = is_set.load(Ordering::Relaxed);
        match result {
            Ok(response) => {
                prop_assert_eq!(response.attempts as usize, attempts);
                prop_assert!(is_set);
            }
            Err(error) => {
                prop_assert_eq!(error.attempts() as usize, attempts);
                prop_assert!(error.outcome() == Outcome::Unknown || !is_set, "{}", error);
            }
        }
    }
}
