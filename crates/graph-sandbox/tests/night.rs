//! A night of a fleet: faults by a seed, a token that expires, slow answers, many numbers.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use common::*;
use graph_sandbox::Sandbox;
use serde_json::json;

const FIRST: u64 = 106_540_352_242_922;
/// What takes longer is a hang.
const LONG: Duration = Duration::from_secs(1);

/// What one PIN call meets: the answer without its headers, or the end of the connection; and its trace ID, if there is one.
fn met(sandbox: &Sandbox, id: &str, wait: Duration) -> (String, String) {
    let mut stream = connect(sandbox);
    stream.write_all(set_request(id, TOKEN).replace("Host:", "Connection: close\r\nHost:").as_bytes()).unwrap();
    let (bytes, end) = read_all(&mut stream, wait);
    let text = String::from_utf8(bytes).unwrap();
    let trace = text.lines().find_map(|line| line.strip_prefix("x-fb-request-id: ")).unwrap_or_default().to_owned();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let what = match (text.get(9..12), end) {
        (Some(status), _) => format!("{status} {body}"),
        (None, Some(ErrorKind::ConnectionReset)) => "reset".to_owned(),
        (None, end) if silent(end) => "hang".to_owned(),
        (None, _) => "close".to_owned(),
    };
    (what, trace)
}

/// What each of three calls of sixty numbers meets, and how often a PIN has changed before it; so many numbers side by side.
fn night(seed: u64, side_by_side: usize) -> BTreeMap<(u64, usize), (String, String, u32)> {
    let sandbox = Sandbox::builder().numbers(60).faults(500, seed).start().unwrap();
    let of = |id: u64| {
        let id_text = id.to_string();
        let call = |nth| {
            let changes = sandbox.pin_changes(&id_text);
            let (what, trace) = met(&sandbox, &id_text, LONG);
            ((id, nth), (what, trace, changes))
        };
        [0, 1, 2].map(call)
    };
    thread::scope(|scope| {
        // Each thread has every so-many-th number, so the order of numbers is another one for each count of threads.
        let part =
            |first: usize| (FIRST..FIRST + 60).skip(first).step_by(side_by_side).flat_map(of).collect::<Vec<_>>();
        let threads: Vec<_> = (0..side_by_side).map(|first| scope.spawn(move || part(first))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn a_seed_brings_the_same_faults_in_whatever_order() {
    let nights =
        [(7, 20), (7, 7), (8, 20)].map(|(seed, side_by_side)| thread::spawn(move || night(seed, side_by_side)));
    let [due, same, another] = nights.map(|night| night.join().unwrap());
    assert_eq!(due, same);
    assert_ne!(due, another);

    let kinds: BTreeSet<_> = due.values().map(|(what, ..)| what.get(..5).unwrap_or(what)).collect();
    assert_eq!(kinds, BTreeSet::from(["200 {", "500 {", "503 <", "close", "hang", "reset"]));
    // Whether the first call has set the PIN is seen before the second one; after a 500 it may be or not.
    let after = |kind: &str| -> BTreeSet<u32> {
        let first = due.iter().filter(|((_, nth), (what, ..))| *nth == 0 && what.starts_with(kind));
        first.map(|((id, _), _)| due[&(*id, 1)].2).collect()
    };
    for (kind, changes) in
        [("200", &[1][..]), ("close", &[1]), ("hang", &[1]), ("503", &[0]), ("reset", &[0]), ("500", &[0, 1])]
    {
        assert_eq!(after(kind), changes.iter().copied().collect(), "{kind}");
    }
    assert!(due.values().any(|(what, ..)| what.contains("\"is_transient\":true")));
}

#[test]
fn every_number_gets_through_and_was_rotated_once() {
    let sandbox = Sandbox::builder().numbers(200).wabas(4).faults(200, 3).start().unwrap();
    let mut attempts = 0;
    for id in FIRST..FIRST + 200 {
        attempts +=
            (1..=10).find(|_| met(&sandbox, &id.to_string(), Duration::from_millis(100)).0.starts_with("200")).unwrap();
    }
    assert!((220..290).contains(&attempts), "{attempts}");
    let changes = sandbox.all_pin_changes();
    assert!(changes.len() == 200 && changes.values().all(|times| *times == 1));
    assert_eq!(call(&sandbox, &request("GET", "/_sandbox/pin_changes", "", "")).json(), json!(changes));
}

#[test]
fn a_change_is_another_pin() {
    let sandbox = Sandbox::start().unwrap();
    let put = |pin: &str| call(&sandbox, &set_request(ID, TOKEN).replace(PIN, pin));
    for (pin, due) in [("000000", 1), ("000000", 1), ("111111", 2), ("000000", 3), ("00000x", 3)] {
        put(pin);
        assert_eq!(sandbox.pin_changes(ID), due, "{pin}");
    }
    let shown = call(&sandbox, &request("GET", &format!("/_sandbox/pin_changes/{ID}"), "", "")).json();
    assert_eq!(shown, json!({"id": ID, "pin_changes": 3}));
    assert_eq!((sandbox.pin_changes("1"), sandbox.pin_changes("x")), (0, 0));
    sandbox.reset();
    assert!(sandbox.pin_changes(ID) == 0 && sandbox.all_pin_changes().is_empty());
}

#[test]
fn a_reset_begins_the_night_again() {
    let sandbox = Sandbox::builder().faults(500, 5).start().unwrap();
    let get = request("GET", &format!("/v24.0/{ID}"), "Authorization: Bearer EAAx\r\n", "");
    let run = || {
        let calls = [(); 6].map(|()| met(&sandbox, ID, LONG));
        (calls, call(&sandbox, &get).header("x-fb-request-id").unwrap().to_owned())
    };
    let first = run();
    assert_ne!(run(), first);
    sandbox.reset();
    // A look inside is none of the night.
    assert_eq!(call(&sandbox, &request("GET", "/_sandbox/pins", "", "")).json(), json!({}));
    assert_eq!(run(), first);
}

#[test]
fn a_token_expires_half_way() {
    let sandbox = Sandbox::start().unwrap();
    let list = |token: &str| {
        let headers = format!("Authorization: Bearer {token}\r\n");
        call(&sandbox, &request("GET", "/v24.0/930000000000001/phone_numbers", &headers, "")).status
    };
    assert_eq!((set(&sandbox, ID).status, list(TOKEN)), (200, 200));
    sandbox.expire_token(TOKEN);
    for id in [ID, "123123", scenario("byte-order-mark").id] {
        let answer = set(&sandbox, id);
        assert_eq!((answer.status, answer.error()["code"].as_u64()), (401, Some(190)), "{id}");
        assert_eq!(answer.error()["error_subcode"], 463);
    }
    assert_eq!((list(TOKEN), list("EAAother")), (401, 200));

    let expire = |target: &str| call(&sandbox, &request("POST", &format!("/_sandbox/{target}"), "", ""));
    let answer = expire("expire?token=EAAother%7C");
    assert_eq!((answer.json(), list("EAAother")), (json!({"success": true}), 200));
    assert_eq!((expire("expire?token=EAAother").status, list("EAAother")), (200, 401));
    for nothing in ["expire", "expire?token="] {
        assert_eq!(expire(nothing).status, 400);
    }
    assert!(!format!("{sandbox:?}").contains("EAA"));
    sandbox.reset();
    assert_eq!((set(&sandbox, ID).status, list("EAAother")), (200, 200));
}

#[test]
fn answers_can_be_slow_side_by_side() {
    let latency = Duration::from_millis(300);
    let sandbox = Sandbox::builder().latency(latency).start().unwrap();
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(set(&sandbox, ID).status, 200));
        }
    });
    assert!(start.elapsed() >= latency && start.elapsed() < latency * 10, "{:?}", start.elapsed());

    // The PIN is set by the time that the answer is waited for; who leaves is counted.
    let mut stream = connect(&sandbox);
    stream.write_all(set_request("106540352242923", TOKEN).as_bytes()).unwrap();
    eventually("it is set", || sandbox.pin("106540352242923").is_some());
    drop(stream);
    eventually("it is gone", || sandbox.stats().aborted == 1);
    let start = Instant::now();
    call(&sandbox, &request("GET", "/_sandbox/stats", "", ""));
    assert!(start.elapsed() < latency);
}

#[test]
fn a_hundred_thousand_numbers_are_light() {
    let sandbox = Sandbox::builder().numbers(100_000).wabas(20).start().unwrap();
    let mut stream = connect(&sandbox);
    let start = Instant::now();
    let mut seen = 0;
    for waba in 930_000_000_000_001_u64..=930_000_000_000_020 {
        let mut after = String::new();
        loop {
            let target = format!("/v24.0/{waba}/phone_numbers?limit=100&fields=id,verified_name,is_pin_enabled{after}");
            let page = ask(&mut stream, &request("GET", &target, "Authorization: Bearer EAAx\r\n", "")).json();
            seen += page["data"].as_array().unwrap().len();
            if page["paging"]["next"].is_null() {
                break;
            }
            after = format!("&after={}", page["paging"]["cursors"]["after"].as_str().unwrap());
        }
    }
    assert_eq!(seen, 100_000);
    // A thousand pages; about a millisecond each without optimisation.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(sandbox.requests().len(), 1_000);
}
