//! A call as a value: `tests/vectors/calls.json`, step by step, and what holds for any answers.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use support::vectors::{self, list, text};
use whatsapp_two_step::{
    Body, Call, Endpoint, Limits, Outcome, Sending, SetTwoStepPin, SetTwoStepPinResponse, Step, TransportError,
    TwoStepError, Unprocessed, http,
};

type Next = Step<SetTwoStepPin>;

fn begin(limits: Limits, seed: u64) -> Next {
    let operation = SetTwoStepPin::new("1".parse().unwrap(), support::pin());
    Call::begin(&Endpoint::new(support::TOKEN.parse().unwrap()), limits, operation, seed)
}

fn seconds(value: &Value) -> Option<Duration> {
    value.as_f64().map(Duration::from_secs_f64)
}

#[track_caller]
fn sending(step: Next, case: &Value) -> Sending<SetTwoStepPin> {
    match step {
        Step::Send { sending, .. } => sending,
        step => panic!("{case}: {step:?}"),
    }
}

#[test]
fn scripts() {
    for case in list(&vectors::read("calls.json"), "cases") {
        let expect = &case["expect"];
        let (mut elapsed, waits) = (Duration::ZERO, list(expect, "waits"));
        let timeout = seconds(&case["settings"]["timeout"]).unwrap();
        let max_retries = case["settings"]["max_retries"].as_u64().unwrap().try_into().unwrap();
        let mut step = begin(Limits { timeout, max_retries, ..Limits::default() }, 7);
        for (number, event) in list(case, "steps").iter().enumerate() {
            let sending = sending(step, case);
            assert_eq!(sending.number() as usize, number + 1, "{case}");
            let left = timeout.saturating_sub(elapsed);
            assert_eq!(sending.time_left(), left, "{case}");
            assert_eq!(sending.connect_timeout(), Duration::from_secs(10).min(left), "{case}");
            elapsed = seconds(&event["after"]).map_or(timeout, |after| elapsed + after);
            step = tell(sending, elapsed, event);
            let Some(ceiling) = waits.get(number).and_then(seconds).filter(|wait| !wait.is_zero()) else { continue };
            let Step::Wait { time, waiting } = step else { panic!("{case}: {step:?}") };
            let named = event.to_string().contains("retry-after") || event.to_string().contains("regain");
            assert!(if named { time == ceiling } else { time <= ceiling }, "{case}: {time:?}");
            elapsed += ceiling + seconds(&expect["late"]).unwrap_or_default();
            step = waiting.waited(elapsed);
        }
        let Step::Done(result) = step else { panic!("{case}: {step:?}") };
        compare(&result, expect, case);
    }
}

fn tell(sending: Sending<SetTwoStepPin>, elapsed: Duration, event: &Value) -> Next {
    if event["hang"] == true {
        return sending.expired(elapsed, event["may_have_left"] != false);
    }
    let Some(failure) = event["fail"].as_str() else {
        let answer = &event["answer"];
        let mut response = http::Response::builder().status(u16::try_from(answer["status"].as_u64().unwrap()).unwrap());
        for (name, value) in answer["headers"].as_object().unwrap() {
            response = response.header(name, value.as_str().unwrap());
        }
        return sending.answered(elapsed, &response.body(Body::from(text(answer, "body"))).unwrap());
    };
    let mut problem = match failure {
        "connection" => TransportError::connection("gone"),
        "timeout" => TransportError::timeout("slow"),
        "malformed" => TransportError::malformed("no HTTP"),
        "body_too_large" => TransportError::body_too_large(200),
        "program_fault" => TransportError::program_fault("wrong type"),
        failure => panic!("{failure}"),
    };
    if event["before_sending"] == true {
        problem = problem.before_sending();
    }
    problem = match event["unprocessed"].as_str() {
        Some("connection_ended") => problem.unprocessed(Unprocessed::ConnectionEnded),
        Some("stream_refused") => problem.unprocessed(Unprocessed::StreamRefused),
        _ => problem,
    };
    sending.failed(elapsed, &problem)
}

fn compare(result: &Result<SetTwoStepPinResponse, TwoStepError>, expect: &Value, case: &Value) {
    let end = match result {
        Ok(response) => json!({"ok": true, "attempts": response.attempts}),
        Err(error) => serde_json::to_value(error).unwrap(),
    };
    for field in ["ok", "kind", "outcome", "attempts", "retry_after", "is_retryable"] {
        assert!(expect[field].is_null() || end[field] == expect[field], "{field} of {case}: {end}");
    }
}

#[test]
fn limits_are_checked_before_anything_else() {
    let step = begin(Limits { timeout: Duration::ZERO, ..Limits::default() }, 0);
    let Step::Done(Err(error)) = step else { panic!("{step:?}") };
    assert_eq!((error.kind().code(), error.attempts()), ("invalid_configuration", 0));
}

#[test]
fn an_unusable_answer_says_what_a_transport_must_return() {
    let sending = sending(begin(Limits::default(), 0), &Value::Null);
    let step = sending.failed(Duration::ZERO, &TransportError::unusable_answer("an object with a status"));
    let Step::Done(Err(error)) = step else { panic!("{step:?}") };
    assert_eq!(
        (error.kind().code(), error.outcome(), error.is_retryable()),
        ("unexpected_response", Outcome::Unknown, false)
    );
    assert!(error.message().contains("transport must return an object with a status"), "{error}");
}

#[test]
fn nothing_that_it_prints_has_a_secret_in_it() {
    let step = begin(Limits::default(), 0);
    let waiting = format!(
        "{:?}",
        sending(begin(Limits::default(), 0), &Value::Null).failed(
            Duration::ZERO,
            &TransportError::connection(format!("could not send {} with {}", support::PIN, support::TOKEN)),
        )
    );
    support::assert_hidden(&format!("{step:?} {step:#?} {waiting}"), &[support::PIN, support::TOKEN], "a step");
}

#[test]
fn it_knows_its_own_secrets_in_the_text_of_others() {
    let sending = sending(begin(Limits::default(), 0), &Value::Null);
    for text in [support::PIN, support::TOKEN, "its headers"] {
        let is_there = [support::PIN, support::TOKEN].iter().any(|secret| text.contains(secret));
        assert_eq!(sending.repeats_a_secret(&format!("could not send <{text}>")), is_there, "{text}");
    }
}

/// What happens to one attempt, and whether the server sets the PIN on it, which the call can't see.
#[derive(Clone, Debug)]
struct Weather {
    takes: u64,
    event: Event,
    applies: bool,
}

#[derive(Clone, Debug)]
enum Event {
    /// Nothing left, or the server says that it processed nothing.
    NotSent,
    Unprocessed(Unprocessed),
    HangsConnecting,
    Reset,
    ProgramFault,
    OwnTimeout,
    Hangs,
    /// The server's own faults: it may have applied the PIN before it failed.
    Fault(u16, String),
    Garbage(u16, &'static str),
    /// A refusal by code or status: nothing is applied, or the server lies.
    Refusal(u16, String),
    Success,
}

fn weather() -> impl Strategy<Value = Weather> {
    let faults = prop::sample::select(vec![1, 2, 131_000, 131_016, 131_057, 133_004]);
    let refusals = prop::sample::select(vec![190, 10, 100, 33, 4, 80_007, 133_005, 133_010, 133_016, 368]);
    let body = |code: u32| format!("{{\"error\":{{\"code\":{code}}}}}");
    let events = prop_oneof![
        Just(Event::NotSent),
        Just(Event::Unprocessed(Unprocessed::ConnectionEnded)),
        Just(Event::Unprocessed(Unprocessed::StreamRefused)),
        Just(Event::HangsConnecting),
        Just(Event::Reset),
        Just(Event::ProgramFault),
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
    ];
    (0_u64..8_000, events, any::<bool>()).prop_map(|(takes, event, applies)| Weather { takes, event, applies })
}

impl Weather {
    /// Can the server have got the request?
    fn applies(&self) -> bool {
        match &self.event {
            Event::NotSent | Event::Unprocessed(_) | Event::HangsConnecting | Event::Refusal(..) => false,
            Event::Success => true,
            _ => self.applies,
        }
    }

    fn tell(&self, sending: Sending<SetTwoStepPin>, elapsed: Duration) -> Next {
        let connection = || TransportError::connection("gone");
        let (status, body) = match &self.event {
            Event::NotSent => return sending.failed(elapsed, &connection().before_sending()),
            Event::Unprocessed(why) => return sending.failed(elapsed, &connection().unprocessed(*why)),
            Event::HangsConnecting => return sending.expired(elapsed, false),
            Event::Reset => return sending.failed(elapsed, &connection()),
            Event::ProgramFault => return sending.failed(elapsed, &TransportError::program_fault("wrong type")),
            Event::OwnTimeout => return sending.failed(elapsed, &TransportError::timeout("slow")),
            Event::Hangs => return sending.expired(elapsed, true),
            Event::Fault(status, body) | Event::Refusal(status, body) => (*status, body.as_str()),
            Event::Garbage(status, body) => (*status, *body),
            Event::Success => (200, "{\"success\":true}"),
        };
        let response = http::Response::builder().status(status).header("retry-after", "1");
        sending.answered(elapsed, &response.body(Body::from(body)).unwrap())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_048))]
    #[test]
    fn it_ends_in_time_sends_no_more_than_it_may_and_claims_only_what_is_so(
        script in prop::collection::vec(weather(), 1..12),
        timeout in 1_u64..40_000,
        max_retries in 0_u32..10,
        seed in any::<u64>(),
        late in 0_u64..200,
    ) {
        let timeout = Duration::from_millis(timeout);
        let limits = Limits { timeout, max_retries, ..Limits::default() };
        let (mut elapsed, mut is_set, mut repeats, mut attempts) = (Duration::ZERO, false, 0, 0);
        let (mut step, mut again) = (begin(limits, seed), begin(limits, seed));
        let result = loop {
            prop_assert_eq!(format!("{step:?}"), format!("{again:?}"), "the same answers give the same steps");
            (step, again) = match (step, again) {
                (Step::Send { sending, .. }, Step::Send { sending: twin, .. }) => {
                    prop_assert!(!sending.time_left().is_zero(), "an attempt without time");
                    let weather = &script[attempts % script.len()];
                    attempts += 1;
                    repeats += usize::from(matches!(weather.event, Event::Unprocessed(_)));
                    is_set |= weather.applies();
                    let hangs = matches!(weather.event, Event::Hangs | Event::HangsConnecting);
                    elapsed = if hangs { timeout } else { elapsed + Duration::from_millis(weather.takes) };
                    (weather.tell(sending, elapsed), weather.tell(twin, elapsed))
                }
                (Step::Wait { time, waiting }, Step::Wait { waiting: twin, .. }) => {
                    prop_assert!(elapsed + time < timeout, "a wait past the deadline");
                    elapsed += time + Duration::from_millis(late);
                    (waiting.waited(elapsed), twin.waited(elapsed))
                }
                (Step::Done(result), _) => break result,
                (step, _) => panic!("{step:?}"),
            };
            prop_assert!(attempts <= max_retries as usize + 1 + repeats.min(32), "{} attempts", attempts);
        };
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
