//! `rotate` over accounts and files of numbers: which numbers, with which token, what ends it, and what it says.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{fs, thread, time::Duration};

use common::{
    End, ID, TOKEN, command, end_of, private_file,
    terminal::{LONG, Terminal},
    vault::Place,
};
use graph_sandbox::{Sandbox, SandboxBuilder};
use rustix::process::{Pid, Signal, kill_process};

const A: &str = "930000000000001";
const B: &str = "930000000000002";
/// Answers code 190.
const REFUSED: &str = "900001900000463";
const NO_PIN: &str = "900001000000000";

fn start(builder: SandboxBuilder) -> (Place, Sandbox) {
    (Place::new().make(), builder.start().unwrap())
}

fn fleet(place: &Place, sandbox: &Sandbox, args: &[&str]) -> End {
    let base = ["rotate", "--yes", "--base-url", sandbox.base_url(), "--timeout", "2", "--quiet-margin", "1"];
    place.run(&[&base[..], args].concat(), "")
}

/// The row of the table at the end.
#[track_caller]
fn count(end: &End, row: &str) -> u32 {
    let line = end.err.lines().find_map(|line| line.trim_start().strip_prefix(row));
    let line = line.unwrap_or_else(|| panic!("no {row} in {}", end.err));
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn whole_accounts_get_new_pins_and_again_only_what_is_left() {
    let (place, sandbox) = start(Sandbox::builder().numbers(60).wabas(2));
    let end = fleet(&place, &sandbox, &["--waba-id", A, B, "--dry-run"]);
    assert!(end.code == Some(0) && end.out.contains("60 numbers of 2 accounts:"), "{}", end.out);
    assert!(end.out.contains("60  new to the vault") && sandbox.pins().is_empty(), "{}", end.out);

    let end = fleet(&place, &sandbox, &["--waba-id", A, B]);
    assert_eq!((end.code, count(&end, "rotated"), end.out.as_str()), (Some(0), 60, ""), "{}", end.err);
    let pins = sandbox.pins();
    assert_eq!(pins.len(), 60);
    for (id, pin) in &pins {
        assert_eq!(&place.may_hold(id), &[pin.as_str()]);
    }
    // With a time, what has a PIN since is left alone; without, all get new ones.
    let end = fleet(&place, &sandbox, &["--waba-id", A, B, "--older-than", "1d"]);
    assert_eq!((end.code, count(&end, "rotated"), count(&end, "left alone")), (Some(0), 0, 60), "{}", end.err);
    assert_eq!(sandbox.pins(), pins);
    let end = fleet(&place, &sandbox, &["--waba-id", A, "--json", "--since", "2020-01-01T00:00:00Z"]);
    assert_eq!((end.code, end.out.as_str()), (Some(0), ""), "{}", end.err);
    thread::sleep(Duration::from_secs(1)); // the vault keeps whole seconds
    let end = fleet(&place, &sandbox, &["--waba-id", A, "--json"]);
    let lines = end.json_lines();
    assert!(end.code == Some(0) && lines.len() == 30 && lines.iter().all(|line| line["waba_id"] == A), "{}", end.err);
    assert!(sandbox.pins().iter().filter(|(id, pin)| pins[*id] != **pin).count() >= 29, "a few may be drawn alike");
}

#[test]
fn lists_of_several_accounts_are_read_at_once_and_shown_in_their_order() {
    let (place, sandbox) = start(Sandbox::builder().numbers(40).wabas(20).latency(Duration::from_millis(50)));
    let accounts: Vec<String> = (1..=20).map(|n| format!("9300000000000{n:02}")).collect();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let end = fleet(&place, &sandbox, &[&["--dry-run", "--json", "--waba-id"], &accounts[..]].concat());
    assert_eq!(end.code, Some(0), "{}", end.err);
    let shown: Vec<String> = end.json_lines().iter().map(|line| line["waba_id"].as_str().unwrap().to_owned()).collect();
    assert!(shown.len() == 40 && shown.is_sorted(), "{shown:?}");
    let connections = sandbox.stats().connections;
    assert!((2..=8).contains(&connections), "{connections}");
}

#[test]
fn numbers_come_from_a_file_and_wrong_ones_are_named() {
    let (place, sandbox) = start(Sandbox::builder());
    let file = private_file(place.folder.path(), "numbers", &format!("phone_number_id\n{ID}\n\n{NO_PIN}\n{ID}\n"));
    let end = fleet(&place, &sandbox, &["--numbers-file", &file]);
    assert_eq!((end.code, count(&end, "rotated"), count(&end, "failed")), (Some(3), 1, 1), "{}", end.err);
    assert!(end.err.contains("invalid_request") && end.err.contains("run it again with --since 20"), "{}", end.err);
    fs::write(&file, "1\nEAAsecret\n").unwrap();
    let end = fleet(&place, &sandbox, &["--numbers-file", &file]);
    assert!(end.code == Some(2) && end.err.contains("line 2: Invalid phone number ID"), "{}", end.err);
    let end = fleet(&place, &sandbox, &["--only", "not-set"]);
    assert!(end.code == Some(2) && end.err.contains("needs --waba-id"), "{}", end.err);
    for (flag, value) in [("--since", "yesterday"), ("--older-than", "90"), ("--canary", "0"), ("--concurrency", "0")] {
        let end = fleet(&place, &sandbox, &["--numbers-file", &file, flag, value]);
        assert!(end.code == Some(2) && end.err.contains(flag), "{}", end.err);
    }
}

#[test]
fn only_those_without_a_pin() {
    let (place, sandbox) = start(Sandbox::builder().numbers(6));
    let end = fleet(&place, &sandbox, &["--phone-number-id", ID]);
    assert_eq!(end.code, Some(0), "{}", end.err);
    for only in ["not-set", "never-rotated"] {
        let end = fleet(&place, &sandbox, &["--waba-id", A, "--only", only, "--dry-run", "--json"]);
        assert_eq!((end.code, end.json_lines().len()), (Some(0), 5), "{only}: {}", end.err);
    }
}

#[test]
fn a_refused_token_ends_its_accounts_alone() {
    let (place, sandbox) = start(Sandbox::builder().numbers(40).wabas(2));
    let tokens = private_file(place.folder.path(), "tokens", &format!("{A},EAA_first\n{B},EAA_second\n"));
    sandbox.expire_token("EAA_second");
    let end = fleet(&place, &sandbox, &["--tokens-file", &tokens]);
    assert_eq!((end.code, count(&end, "rotated")), (Some(6), 20), "{}", end.err);
    assert!(end.err.contains(&format!("the numbers of account {B} can't be read")), "{}", end.err);
    // Neither token of the file shows, refused or not, in words or in JSON.
    let told = fleet(&place, &sandbox, &["--tokens-file", &tokens, "--json", "--verbose"]);
    for text in [&end.out, &end.err, &told.out, &told.err] {
        assert!(!text.contains("EAA_"), "a token shows: {text}");
    }
    // The only one: it is the run's.
    let end = fleet(&place, &sandbox, &["--tokens-file", &tokens, "--waba-id", B]);
    assert!(end.code == Some(5) && end.err.contains("refused the access token"), "{}", end.err);
    // In the middle of the run: the numbers are named, and so no list is read.
    let file = private_file(place.folder.path(), "numbers", &format!("{REFUSED}\n{ID}\n"));
    let end = fleet(&place, &sandbox, &["--numbers-file", &file, "--concurrency", "1"]);
    assert!([3, 6].contains(&end.code.unwrap()) && count(&end, "failed") == 1, "{}", end.err);
    // What is wrong with the file says nothing of what is in it.
    fs::write(&tokens, format!("{A};EAA_first\n")).unwrap();
    let end = fleet(&place, &sandbox, &["--tokens-file", &tokens]);
    assert!(end.code == Some(2) && end.err.contains("line 1: no comma") && !end.err.contains("first"), "{}", end.err);
}

#[test]
fn failures_and_canaries_end_it() {
    let (place, sandbox) = start(Sandbox::builder());
    let ids = (10..40).map(|n| format!("9000010000000{n}")).collect::<Vec<_>>().join("\n");
    let file = private_file(place.folder.path(), "numbers", &ids);
    let end = fleet(&place, &sandbox, &["--numbers-file", &file, "--max-failures", "3", "--concurrency", "1"]);
    assert_eq!((end.code, count(&end, "failed"), count(&end, "left")), (Some(6), 3, 27), "{}", end.err);
    assert!(end.err.contains("as many have failed as --max-failures allows"), "{}", end.err);
    let end = fleet(&place, &sandbox, &["--numbers-file", &file, "--canary", "2", "--concurrency", "1"]);
    assert_eq!((end.code, count(&end, "failed"), count(&end, "left")), (Some(6), 1, 29), "{}", end.err);

    let (place, sandbox) = start(Sandbox::builder().numbers(10));
    let end = fleet(&place, &sandbox, &["--waba-id", A, "--canary", "2"]);
    assert_eq!((end.code, count(&end, "rotated")), (Some(0), 10), "{}", end.err);
}

#[test]
fn ctrl_c_lets_those_under_way_end_and_twice_ends_them() {
    for signals in [1, 2] {
        let (place, sandbox) = start(Sandbox::builder().numbers(100).latency(Duration::from_millis(400)));
        let args = ["rotate", "--yes", "--json", "--base-url", sandbox.base_url(), "--waba-id", A];
        let child = command(&[&args[..], &place.flags()].concat()).spawn().unwrap();
        while sandbox.pins().len() < 4 {
            thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..signals {
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
            thread::sleep(Duration::from_millis(50));
        }
        let end = end_of(child);
        let lines = end.json_lines();
        assert_eq!(end.code, Some(if signals == 1 { 6 } else { 4 }), "{}", end.err);
        assert!(end.err.contains("Ending after the numbers under way") && count(&end, "left") > 0, "{}", end.err);
        let interrupted = lines.iter().filter(|line| line["error"]["kind"] == "interrupted").count();
        assert_eq!(interrupted > 0, signals == 2, "{}", end.err);
        assert!(lines.len() < 60);
        end.assert_no_secret(TOKEN);
        for (id, pin) in sandbox.pins() {
            assert!(place.may_hold(&id).contains(&pin), "the vault has not the PIN of {id}");
        }
    }
}

#[test]
fn a_terminal_shows_how_far_it_is_and_why_it_waits() {
    let (place, sandbox) = start(Sandbox::builder().numbers(60).calls_per_hour(30).hour(Duration::from_secs(4)));
    let args = ["rotate", "--base-url", sandbox.base_url(), "--waba-id", A, "--hour", "4"];
    let mut terminal = Terminal::of_command(&[&args[..], &place.flags()].concat());
    terminal.wait_for("60 numbers:");
    assert!(terminal.shows("Go on? [y/N] ", LONG));
    terminal.enter("y\n");
    terminal.wait_for("/60");
    terminal.wait_for("near the limit of its calls");
    let (end, shown) = terminal.end();
    assert!(end == Some(0) && shown.contains("rotated           60"), "{shown}");
}
