//! The records as bytes. The Kotlin package writes and reads them by hand (Record.kt, Step.kt), and its `RecordsTest` holds it to the
//! same bytes: so a change here that Kotlin doesn't know fails here, without a JVM.

use std::{fmt::Write, time::Duration};

use uniffi::{Lift, Lower};

use super::{LONGEST, RECORDS};
use crate::*;

const CHANGED: &str = "a record has another form now: change Record.kt and whoever writes or reads it, records.txt to the line \
                       below, and RECORDS here and in Core.kt";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn written(name: &str) -> &'static str {
    let lines = include_str!("../../records.txt").lines().filter_map(|line| line.split_once(' '));
    lines.filter(|(line, _)| *line == name).map(|(_, hex)| hex).next().expect(name)
}

fn out<T: Lower<UniFfiTag>>(name: &str, record: T) {
    let mut bytes = Vec::new();
    T::write(record, &mut bytes);
    assert_eq!(hex(&bytes), written(name), "{CHANGED}: {name}");
}

/// Bytes that Kotlin writes are read to their end, and mean the same.
fn both<T: Lower<UniFfiTag> + Lift<UniFfiTag>>(name: &str, record: T) {
    out(name, record);
    let text = written(name);
    let bytes: Vec<u8> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect();
    let mut rest = bytes.as_slice();
    let read = T::try_read(&mut rest).expect(name);
    assert!(rest.is_empty(), "{CHANGED}: {name}");
    out(name, read);
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn failure() -> Failure {
    Failure {
        kind: ErrorKind::RateLimited,
        sentence: "sentence".into(),
        text: "text".into(),
        outcome: Outcome::Rejected,
        hint: "hint".into(),
        http_status: Some(65_535),
        graph_code: Some(4),
        graph_subcode: Some(5),
        graph_type: Some(text("type")),
        details: Some(text("details")),
        user_title: Some(text("title")),
        user_message: Some(text("message")),
        trace_id: Some(text("trace")),
        retry_after: Some(Duration::new(6, 7)),
        is_retryable: true,
        reason: Some(Reason::Waiting),
        attempts: 8,
        cause: Some(text("cause")),
        cause_is_clean: true,
    }
}

#[test]
fn what_kotlin_writes() {
    assert_eq!(format!("RECORDS {RECORDS}"), format!("RECORDS {}", written("RECORDS")));
    let settings = Settings {
        language: Language::Kotlin,
        access_token: Some(text("token")),
        app_secret: Some(text("secret")),
        base_url: Some(text("url")),
        allow_http: true,
        api_version: Some(text("version")),
        timeout: Some(1.5),
        connect_timeout: Some(2.5),
        max_retries: Some(3),
        max_in_flight: Some(4),
    };
    both("Settings", settings);
    let beginning = Beginning {
        client: 1,
        work: Work::SetTwoStepPin { phone_number_id: "2".into(), pin: "3".into() },
        timeout: Some(4.5),
        max_retries: Some(5),
        seed: 6,
    };
    both("Beginning", beginning);
    let read = Beginning {
        client: 1,
        work: Work::ReadPhoneNumbers { waba_id: "2".into(), from: Some(text("there")) },
        timeout: None,
        max_retries: None,
        seed: 3,
    };
    both("ReadOn", read);
    let delivery = Delivery {
        language: Language::Kotlin,
        body: b"body".to_vec(),
        signature: Some(text("signature")),
        app_secret: "secret".into(),
    };
    both("Delivery", delivery);
    both("Answer", Answer { status: 200, headers: vec!["name".into(), "value".into()], body: b"body".to_vec() });
    let no_answer = NoAnswer {
        problem: Problem::BodyTooLarge { http_status: 200 },
        before_sending: true,
        unprocessed: Some(Unprocessed::StreamRefused),
        reason: Some(Reason::Proxy),
        is_lasting: true,
        text: "text".into(),
        shown: "shown".into(),
    };
    both("NoAnswer", no_answer);
}

#[test]
fn the_longest_token_has_room() {
    let settings = Settings {
        language: Language::Kotlin,
        access_token: Some("t".repeat(8_192)),
        app_secret: Some("s".repeat(8_192)),
        base_url: None,
        allow_http: false,
        api_version: None,
        timeout: None,
        connect_timeout: None,
        max_retries: None,
        max_in_flight: None,
    };
    let Opening::Open { client, .. } = open_client(settings) else { panic!("no client") };
    let beginning = Beginning {
        client,
        work: Work::SetTwoStepPin { phone_number_id: "1".repeat(32), pin: "012345".into() },
        timeout: None,
        max_retries: None,
        seed: 1,
    };
    let mut bytes = Vec::new();
    <Step as Lower<UniFfiTag>>::write(begin(beginning), &mut bytes);
    assert!((8_192..LONGEST).contains(&bytes.len()), "{} bytes", bytes.len());
}

#[test]
fn what_kotlin_reads() {
    out("Open", Opening::Open { client: 1, max_in_flight: 2 });
    out("Refused", Opening::Refused { failure: failure() });
    let request = Outgoing {
        call: 1,
        attempt: 2,
        method: "POST".into(),
        url: "url".into(),
        headers: vec!["name".into(), "value".into()],
        body: b"body".to_vec(),
        max_body_bytes: 3,
        time_left: Duration::new(4, 5),
        connect_timeout: Duration::new(6, 7),
        previous: Some(failure()),
    };
    out("Send", Step::Send { request });
    out("Wait", Step::Wait { call: 1, time: Duration::new(2, 3), previous: failure() });
    let usage = Usage { highest_percentage: 2, time_to_regain_access: Some(Duration::new(3, 4)) };
    let response =
        Response { trace_id: Some(text("trace")), api_version: Some(text("version")), attempts: 1, usage: Some(usage) };
    out("Succeeded", Step::Succeeded { response });
    let number = PhoneNumber {
        id: "1".into(),
        display_phone_number: Some(text("display")),
        verified_name: Some(text("name")),
        pin: PinState::NotSet,
        status: Some(text("status")),
        code_verification_status: Some(text("verification")),
        name_status: Some(text("name status")),
        platform_type: Some(text("platform")),
    };
    let page = Page {
        numbers: vec![number],
        next: Some(text("there")),
        attempts: 2,
        trace_id: Some(text("trace")),
        refused: Some(failure()),
    };
    out("Read", Step::Read { page });
    out("Failed", Step::Failed { failure: failure() });
    out("Drawn", Drawing::Drawn { pin: "012345".into() });
    out("Weighed", Weighing::Weighed { is_weak: true });
    let event = SecurityEvent {
        event: "event".into(),
        waba_id: Some(text("waba")),
        display_phone_number: Some(text("display")),
        requester: Some(text("requester")),
        time: Some(7),
    };
    out("Told", Tidings::Told { events: vec![event] });
}
