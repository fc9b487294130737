//! `numbers`: what a program, and a person at a terminal, get of it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
    thread,
    time::Duration,
};

use common::{
    COMMAND, End, ID, TOKEN, command, end_of, finish, private_file, run, set,
    terminal::Terminal,
    vault::{Place, block_on},
};
use graph_sandbox::Sandbox;
use rustix::process::{Pid, Signal, kill_process};
use whatsapp_two_step::{PhoneNumberId, Pin};
use whatsapp_two_step_rotation::{Entry, Vault};

const WABA: &str = "930000000000001";
/// Each of its three pages comes after 300 ms.
const SLOW: &str = "940650000000000";
/// Two of its pages: the second one never comes.
const HANGS: &str = "940630000000000";

fn numbers(sandbox: &Sandbox, more: &[&str]) -> End {
    let end = run(&[&["numbers", "--base-url", sandbox.base_url(), "--waba-id"], more].concat(), "");
    end.assert_no_secret(&format!("{more:?}"));
    end
}

/// With so many columns, all that is shown.
fn on_a_terminal(sandbox: &Sandbox, columns: u16, more: &[&str]) -> (Option<i32>, String) {
    let args = ["numbers", "--base-url", sandbox.base_url(), "--waba-id"];
    let command = pty_process::blocking::Command::new(COMMAND).args(args).args(more).env("NO_COLOR", "1");
    Terminal::start(command, columns).end()
}

#[test]
fn off_a_terminal_one_line_a_number() {
    let sandbox = Sandbox::start().unwrap();
    set(sandbox.base_url(), "106540352242924", &[]);
    let end = numbers(&sandbox, &[WABA]);
    assert_eq!((end.code, end.err.as_str()), (Some(0), "4 of 5 numbers have no PIN.\n"));
    let lines: Vec<Vec<&str>> = end.out.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines[0], [ID, "+1 229-555-0122", "Shop 2922", "not_set", "CONNECTED"]);
    assert_eq!(
        lines.iter().map(|line| line[3]).collect::<Vec<_>>(),
        ["not_set", "not_set", "set", "not_set", "not_set"]
    );
    let absent = numbers(&sandbox, &["940010000000000", "--quiet"]);
    assert_eq!((absent.out.lines().next(), absent.err.as_str()), (Some("107000000000000\t-\t-\tunknown\t-"), ""));
    let unknown = numbers(&sandbox, &["940010000000000"]).err;
    assert_eq!(unknown, "0 of 3 numbers have no PIN. Of 3 the server doesn't say.\n");
}

#[test]
fn json_is_one_object_a_line() {
    let sandbox = Sandbox::start().unwrap();
    let end = numbers(&sandbox, &[WABA, "940010000000000", "--json"]);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    let lines = end.json_lines();
    assert_eq!((lines.len(), &lines[0]["id"], &lines[0]["pin"]), (8, &ID.into(), &"not_set".into()));
    assert_eq!((&lines[7]["waba_id"], &lines[7]["status"]), (&"940010000000000".into(), &serde_json::Value::Null));
    // What came before a failure stays.
    let end = numbers(&sandbox, &["940600000000000", "--json"]);
    let lines = end.json_lines();
    assert_eq!((end.code, lines.len(), end.err.as_str()), (Some(5), 101, ""));
    let error = &lines[100]["error"];
    assert_eq!((&error["kind"], &error["outcome"]), (&"authentication".into(), &"not_sent".into()));
}

#[test]
fn a_failure_says_nothing_of_a_pin_and_which_account_it_was() {
    let sandbox = Sandbox::start().unwrap();
    let end = numbers(&sandbox, &[WABA, "900001000000000", "--waba-id", WABA]);
    // The server's invalid_request is no bad usage.
    assert_eq!((end.code, end.out.lines().count()), (Some(5), 5), "{}", end.err);
    assert!(end.err.starts_with("warning: the list of account 900001000000000 isn't whole.\nerror: "), "{}", end.err);
    assert!(end.err.contains("invalid_request") && !end.err.contains("PIN that holds"), "{}", end.err);
    let end = run(&["numbers", "--base-url", "http://127.0.0.1:1", "--max-retries", "0", "--waba-id", WABA], "");
    assert!(end.code == Some(5) && end.err.contains("then ask again") && !end.err.contains("same PIN"), "{}", end.err);
}

#[test]
fn settings_are_those_of_set() {
    let sandbox = Sandbox::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let token = private_file(folder.path(), "token", "EAAsandboxProofRequired\n");
    let secret = private_file(folder.path(), "secret", graph_sandbox::APP_SECRET);
    let files = [WABA, "--token-file", &token, "--app-secret-file", &secret, "--api-version", "v25.0", "--verbose"];
    let end = numbers(&sandbox, &files);
    assert_eq!((end.code, end.out.lines().count()), (Some(0), 5), "{}", end.err);
    assert!(end.err.contains("/v25.0/930000000000001/phone_numbers?fields=id,"), "{}", end.err);
    assert!(end.err.contains("appsecret_proof=******** (at most 30 s)\nattempt 1: page read, HTTP 200"), "{}", end.err);
    let mut embedded = command(&["numbers", "--sandbox", "--waba-id", WABA]);
    embedded.env_remove("WHATSAPP_ACCESS_TOKEN").env("WHATSAPP_APP_SECRET", "of a real app");
    let end = finish(embedded, "");
    assert_eq!((end.code, end.out.lines().count()), (Some(0), 5), "{}", end.err);
    assert!(end.err.starts_with("Embedded sandbox at http://127.0.0.1:"), "{}", end.err);
}

#[test]
fn on_a_terminal_it_is_a_table_that_fits() {
    let sandbox = Sandbox::start().unwrap();
    set(sandbox.base_url(), ID, &[]);
    let (code, shown) = on_a_terminal(&sandbox, 80, &[WABA]);
    assert_eq!(code, Some(0), "{shown}");
    let due = "ID               NUMBER           NAME       PIN      STATUS\r\n\
               106540352242922  +1 229-555-0122  Shop 2922  set      CONNECTED\r\n\
               106540352242923  +1 229-555-0123  Shop 2923  not set  CONNECTED\r\n";
    assert!(shown.contains(due) && shown.ends_with("4 of 5 numbers have no PIN.\r\n"), "{shown}");
    for columns in [26, 40, 60, 80, 120] {
        let (code, shown) = on_a_terminal(&sandbox, columns, &["940400000000000", WABA]);
        assert_eq!(code, Some(0), "{shown}");
        let lines = shown.rsplit('\u{1b}').next().unwrap().trim_start_matches("[K").lines();
        let lines: Vec<&str> =
            lines.filter(|line| !line.contains("numbers have") && !line.contains("have no")).collect();
        assert!(lines.len() >= 256, "{columns}: {}", lines.len());
        for line in lines {
            assert!(line.chars().count() <= columns.into(), "{columns}: {line:?}");
        }
    }
    // A list that breaks off shows what there is, and sums nothing up.
    let (code, shown) = on_a_terminal(&sandbox, 100, &["940600000000000"]);
    assert!(code == Some(5) && shown.contains("107000000000099") && !shown.contains("have no PIN"), "{shown}");
}

#[test]
fn a_count_stands_on_the_terminal_while_pages_come() {
    let sandbox = Sandbox::start().unwrap();
    let (code, shown) = on_a_terminal(&sandbox, 100, &[SLOW]);
    assert_eq!(code, Some(0));
    for count in ["\r| 0 numbers\u{1b}[K", " 100 numbers\u{1b}[K", " 200 numbers\u{1b}[K"] {
        assert!(shown.contains(count), "{count:?} in {shown:?}");
    }
    let after = shown.rsplit_once("numbers\u{1b}[K").unwrap().1;
    assert!(after.starts_with("\r\u{1b}[KID "), "it is gone when the table comes: {:?}", &after[..40]);
    for quiet in ["--quiet", "--json", "--verbose"] {
        let (_, shown) = on_a_terminal(&sandbox, 100, &[SLOW, quiet]);
        assert!(!shown.contains(" numbers\u{1b}[K"), "{quiet}: {shown:?}");
    }
}

#[test]
fn lines_come_with_their_page_and_ctrl_c_ends_it() {
    let sandbox = Sandbox::start().unwrap();
    let mut child = command(&["numbers", "--base-url", sandbox.base_url(), "--waba-id", HANGS]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..100 {
        lines.next().unwrap().unwrap();
    }
    // The second page is under way now, and never comes.
    while sandbox.stats().requests < 2 {
        thread::sleep(Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert!(lines.next().is_none());
    let end = end_of(child);
    assert_eq!(end.code, Some(5));
    assert!(end.err.starts_with("error: Interrupted before the last number was read.\n"), "{}", end.err);
    assert!(!end.err.contains("PIN"), "{}", end.err);
    while sandbox.stats().open_connections > 0 {
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_reading() {
    let sandbox = Sandbox::builder().numbers(2_500).start().unwrap();
    let mut child = command(&["numbers", "--base-url", sandbox.base_url(), "--waba-id", WABA])
        .stdout(Stdio::from(std::io::pipe().unwrap().1))
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    let end = end_of(child);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    assert_eq!(sandbox.stats().requests, 1, "no page is read for nobody");
    assert!(sandbox.requests()[0].header("authorization").unwrap().contains(TOKEN));
}

#[test]
fn with_a_vault_it_says_what_that_has_of_each_number() {
    let sandbox = Sandbox::start().unwrap();
    let place = Place::new().make();
    let end = place.rotate(&sandbox, &[ID], &[]);
    assert_eq!(end.code, Some(0), "{}", end.err);
    let mut pending = Entry::default();
    pending.pending = Some(Pin::parse("735194").unwrap());
    block_on(place.vault().save(&PhoneNumberId::parse("106540352242923").unwrap(), &pending, None)).unwrap();
    let args = ["numbers", "--base-url", sandbox.base_url(), "--waba-id", WABA];

    let end = place.run(&args, "");
    assert_eq!((end.code, end.err.as_str()), (Some(0), "4 of 5 numbers have no PIN. Unsettled in the vault: 1.\n"));
    let lines: Vec<Vec<&str>> = end.out.lines().map(|line| line.split('\t').collect()).collect();
    assert!(lines[0][3] == "set" && lines[0][5] == "settled" && lines[0][6].ends_with('Z'), "{}", end.out);
    assert_eq!(
        (&lines[1][3..], &lines[2][3..]),
        (&["not_set", "CONNECTED", "unsettled", "-"][..], &["not_set", "CONNECTED", "nothing", "-"][..])
    );
    let objects = place.run(&[&args[..], &["--json"]].concat(), "").json_lines();
    assert_eq!((&objects[0]["vault_state"], &objects[2]["rotated_at"]), (&"settled".into(), &serde_json::Value::Null));

    // The vault of the variables, where a password stands in no argument.
    let mut with = command(&[&args[..], &["--vault"]].concat());
    with.env("WHATSAPP_TWO_STEP_VAULT", &place.url);
    with.env("WHATSAPP_TWO_STEP_VAULT_KEY", fs::read_to_string(&place.key).unwrap().trim());
    assert_eq!(finish(with, "").out, end.out);
    let (code, shown) = on_a_terminal(&sandbox, 120, &[&[WABA][..], &place.flags()].concat());
    assert!(code == Some(0) && shown.contains("VAULT") && shown.contains("unsettled"), "{shown}");
    assert!(shown.ends_with("Unsettled in the vault: 1.\r\n"), "{shown}");

    // What another key has sealed is named, and is the vault's failure; so is a vault that isn't there.
    fs::write(&place.key, format!("{}\n", "0123456789abcdef".repeat(4))).unwrap();
    let end = place.run(&args, "");
    assert_eq!((end.code, end.out.lines().count()), (Some(7), 5), "{}", end.err);
    assert!(end.err.contains("2 of 5 entries can't be read") && end.out.contains("\tunreadable\t-\n"), "{}", end.err);
    let end = run(&[&args[..], &["--vault-key-file", &place.key]].concat(), "");
    assert!(end.code == Some(2) && end.err.contains("--vault"), "{}", end.err);
    let nowhere = format!("{}-nowhere", place.url);
    let end = run(&[&args[..], &["--vault", &nowhere, "--vault-key-file", &place.key]].concat(), "");
    assert_eq!(end.code, Some(7), "{}", end.err);
}
