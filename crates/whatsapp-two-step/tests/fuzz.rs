//! The checks of `tests/fuzz` without a nightly toolchain: each over its seeds, then over mutations of them for `FUZZ_SECONDS`.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may panic, and say how far it came

#[path = "../../../tests/fuzz/checks/headers.rs"]
mod headers;
#[path = "../../../tests/fuzz/checks/page.rs"]
mod page;
#[path = "../../../tests/fuzz/checks/response.rs"]
mod response;
mod support;
#[path = "../../../tests/fuzz/checks/values.rs"]
mod values;
#[path = "../../../tests/fuzz/checks/webhook.rs"]
mod webhook;

use std::{
    env, fs,
    time::{Duration, Instant},
};

use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use support::vectors;

/// What parsers have trouble with, and what they look for.
const WORDS: [&[u8]; 16] = [
    b"{\"error\":",
    b"{\"success\":true}",
    b"\"code\":190",
    b"EAAG_secret_token_123",
    b"735194",
    b"\\u0000",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"1e999",
    b"-1",
    b"99999999999999999999",
    b"[[[[",
    b"}}",
    b"https://",
    b"\xe2\x80\xae",
];
const LONGEST: usize = 4096;

/// One change of the bytes, at a place that is a share of their length.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    /// What follows the place is another seed's.
    Cross(Index, Vec<u8>),
}

fn changes(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    let word = prop_oneof![select(&WORDS[..]).prop_map(<[u8]>::to_vec), prop::collection::vec(any::<u8>(), 1..8)];
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (place(), word).prop_map(|(at, word)| Change::Insert(at, word)),
        (place(), 1_usize..32).prop_map(|(at, count)| Change::Remove(at, count)),
        (place(), select(seeds)).prop_map(|(at, other)| Change::Cross(at, other)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        match change {
            Change::Set(at, byte) if !bytes.is_empty() => *at.get_mut(&mut bytes) = *byte,
            Change::Set(..) => {}
            Change::Insert(at, word) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, word.iter().copied());
            }
            Change::Remove(at, count) => {
                let at = at.index(bytes.len() + 1);
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Change::Cross(at, other) => {
                bytes.truncate(at.index(bytes.len() + 1));
                let from = at.index(other.len() + 1);
                bytes.extend_from_slice(&other[from..]);
            }
        }
        bytes.truncate(LONGEST);
    }
    bytes
}

/// The corpus of the repository, as cargo-fuzz's too.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/../../tests/fuzz/seeds/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(&folder).expect(&folder);
    let seeds: Vec<_> = files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!seeds.is_empty(), "{folder} is empty");
    seeds
}

fn fuzz(target: &str, mut seeds: Vec<Vec<u8>>, check: fn(&[u8])) {
    for seed in &seeds {
        check(seed);
    }
    seeds.push(Vec::new());
    let inputs = (select(seeds.clone()), prop::collection::vec(changes(seeds), 1..8));
    let limit = env::var("FUZZ_SECONDS").map_or(1.0, |text| text.parse().unwrap());
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_secs_f64(limit) {
        let config = Config { cases: 512, failure_persistence: None, ..Config::default() };
        count += u64::from(config.cases);
        let run = |(seed, changes): (Vec<u8>, Vec<Change>)| {
            check(&changed(seed, &changes));
            Ok(())
        };
        if let Err(failure) = TestRunner::new(config).run(&inputs, run) {
            panic!("{target}: {failure}");
        }
    }
    println!("{target}: {count} inputs");
}

/// The vectors as well: a status in two bytes, then the body.
#[test]
fn response() {
    let vectors = vectors::read("responses.json");
    let cases = vectors::list(&vectors, "cases").iter().map(|case| {
        let status = u16::try_from(case["status"].as_u64().unwrap() - 100).unwrap();
        [&status.to_le_bytes()[..], &vectors::decoded_body(case)].concat()
    });
    fuzz("response", seeds("response").into_iter().chain(cases).collect(), response::check);
}

#[test]
fn headers() {
    fuzz("headers", seeds("headers"), headers::check);
}

#[test]
fn values() {
    fuzz("values", seeds("values"), values::check);
}

#[test]
fn page() {
    fuzz("page", seeds("page"), page::check);
}

#[test]
fn webhook() {
    fuzz("webhook", seeds("webhook"), webhook::check);
}
