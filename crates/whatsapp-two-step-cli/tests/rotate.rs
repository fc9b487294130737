//! `rotate`: what it asks, what it says, what it ends with, and that the vault has the PIN that the sandbox holds.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{fs, thread, time::Duration};

use common::{
    ID, TOKEN, command, end_of, run,
    terminal::{LONG, Terminal},
    vault::Place,
};
use graph_sandbox::Sandbox;
use rustix::process::{Pid, Signal, kill_process};

const OTHER: &str = "106540352242923";
/// Sets the PIN and closes without an answer once, then works.
const LOST_ONCE: &str = "920070000000000";
const HANGS: &str = "910010000000000";

fn start() -> (Place, Sandbox) {
    (Place::new().make(), Sandbox::start().unwrap())
}

#[track_caller]
fn assert_held(place: &Place, sandbox: &Sandbox, id: &str) {
    let pin = sandbox.pin(id).unwrap();
    assert!(place.may_hold(id).contains(&pin), "the vault has not the PIN of {id}");
}

#[test]
fn a_number_gets_a_new_pin_each_time() {
    let (place, sandbox) = start();
    let end = place.rotate(&sandbox, &[ID], &[]);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    assert!(end.out.starts_with(&format!("{ID}: a new PIN holds since 20")), "{}", end.out);
    assert!(end.out.ends_with("The vault is settled.\n") && end.out.contains("trace id"), "{}", end.out);
    let first = sandbox.pin(ID).unwrap();
    assert_eq!(place.may_hold(ID), [first.as_str()]);
    let end = place.rotate(&sandbox, &[ID, OTHER, ID], &["--json"]);
    let lines = end.json_lines();
    assert_eq!((end.code, lines.len()), (Some(0), 2), "{}", end.err);
    assert!(lines[0]["vault_state"] == "settled" && lines[0]["resumed"] == false && lines[0]["attempts"] == 1);
    assert_ne!(sandbox.pin(ID).unwrap(), first);
    assert_held(&place, &sandbox, ID);
    assert_held(&place, &sandbox, OTHER);
}

#[test]
fn a_lost_answer_leaves_two_pins_and_the_next_run_settles_it() {
    let (place, sandbox) = start();
    fs::write(place.folder.path().join("pins.csv"), format!("{LOST_ONCE},012345\n")).unwrap();
    let csv = place.folder.path().join("pins.csv");
    assert_eq!(place.run(&["vault", "import", csv.to_str().unwrap()], "").code, Some(0));

    let end = place.rotate(&sandbox, &[LOST_ONCE], &["--max-retries", "0", "--json"]);
    let line = &end.json_lines()[0];
    assert_eq!((end.code, &line["vault_state"]), (Some(4), &"unsettled".into()), "{}", end.out);
    assert!(line["error"]["message"].as_str().unwrap().contains("two PINs, of which either may hold"), "{}", end.out);
    assert!(line["error"]["hint"].as_str().unwrap().starts_with("Run it again"));
    let held = place.may_hold(LOST_ONCE);
    assert!(held.len() == 2 && held[1] == "012345" && sandbox.pin(LOST_ONCE).unwrap() == held[0]);
    let list = place.run(&["vault", "list"], "");
    assert!(list.out.starts_with(&format!("{LOST_ONCE}\tunsettled\t")), "{}", list.out);

    // Without its ID: all that are unsettled. The settled one is left alone.
    let only = ["--yes", "--base-url", sandbox.base_url(), "--only", "unsettled"];
    place.rotate(&sandbox, &[ID], &[]);
    let before = sandbox.pin(ID);
    let end = place.run(&[&["rotate"], &only[..]].concat(), "");
    assert!(end.code == Some(0) && end.out.contains("the PIN that was pending holds"), "{}{}", end.out, end.err);
    assert_eq!(place.may_hold(LOST_ONCE), [held[0].as_str()]);
    assert_eq!(sandbox.pin(ID), before);
    // The first request may still be under way, for all that the vault knows.
    let end = place.rotate(&sandbox, &[LOST_ONCE], &["--json"]);
    let line = &end.json_lines()[0];
    assert_eq!((end.code, &line["error"]["kind"]), (Some(6), &"busy".into()), "{}", end.out);
    assert!(line["error"]["retry_after"].as_u64().is_some() && line["vault_state"] == "settled");
    let end = place.run(&[&["rotate"], &only[..]].concat(), "");
    assert_eq!((end.code, end.out.as_str(), end.err.as_str()), (Some(0), "", "Rotated: 0 of 0.\n"));
}

#[test]
fn each_end_has_its_code_and_the_weakest_wins() {
    let (place, sandbox) = start();
    let (rejected, lost, offline) = ("900001000000000", "914010000000000", "http://127.0.0.1:1");
    let code = |ids: &[&str]| place.rotate(&sandbox, ids, &["--max-retries", "0"]).code;
    assert_eq!(code(&[rejected]), Some(3));
    assert_eq!(place.may_hold(rejected), [""; 0], "a refusal clears it");
    assert_eq!(code(&[rejected, ID]), Some(3));
    assert_eq!(code(&[lost, rejected]), Some(4));
    assert_held(&place, &sandbox, lost);
    let end = place.run(&["rotate", "--yes", "--base-url", offline, "--phone-number-id", OTHER], "");
    assert!(end.code == Some(5) && end.err.contains("The vault is settled"), "{}", end.err);
    // No connection, but a pending PIN: either may hold.
    let end = place.run(&["rotate", "--yes", "--base-url", offline, "--phone-number-id", lost], "");
    assert!(end.code == Some(4) && end.err.contains("two PINs"), "{}", end.err);
    // A vault that isn't there, a wrong key, a margin that is too short.
    let strange = Place::new().make();
    let mixed = ["--vault", &place.url, "--vault-key-file", &strange.key];
    let args = ["rotate", "--yes", "--json", "--base-url", sandbox.base_url(), "--phone-number-id", lost];
    let end = run(&[&args[..], &mixed].concat(), "");
    assert_eq!((end.code, &end.json_lines()[0]["error"]["kind"]), (Some(7), &"unreadable".into()));
    let end = run(&[&args[..], &["--vault", "sqlite:/no/such", "--vault-key-file", &place.key]].concat(), "");
    assert_eq!((end.code, &end.json()["error"]["kind"]), (Some(7), &"unreachable".into()));
    let end = place.run(&[&args[..], &["--quiet-margin", "0.5"]].concat(), "");
    assert!(end.code == Some(2) && end.out.contains("quiet_margin must be at least 1 s"), "{}", end.out);
    assert_eq!(place.run(&["rotate", "--yes"], "").code, Some(2));
    // Its PINs would be in the vault in the place of those that hold.
    let end = place.run(&["rotate", "--yes", "--sandbox", "--phone-number-id", ID], "");
    assert!(end.code == Some(2) && end.err.contains("takes no --sandbox"), "{}", end.err);
}

#[test]
fn a_refused_token_ends_it() {
    let (place, sandbox) = start();
    let refused = "900001900000463";
    let end = place.rotate(&sandbox, &[refused, ID, OTHER], &[]);
    assert!(end.code == Some(6) && end.err.contains("2 of 3 numbers are left as they were"), "{}", end.err);
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn a_vault_that_loses_the_last_save_hides_no_call() {
    let sandbox = Sandbox::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let first_save_only = r#"while read -r line; do case $line in
        *'"op":"save"'*) [ "$saved" ] && exit 1; saved=1; echo '{"ok":{"version":"1"}}' ;;
        *) echo '{"ok":null}' ;;
    esac; done"#;
    fs::write(&program, first_save_only).unwrap();
    let vault = format!("exec:sh {}", program.display());
    let args = ["rotate", "--yes", "--json", "--vault", &vault, "--phone-number-id", ID];
    let end = run(&[&args[..], &["--base-url", sandbox.base_url()]].concat(), "");
    let line = &end.json_lines()[0];
    assert_eq!((end.code, &line["vault_state"], &line["attempts"]), (Some(7), &"confirmed".into(), &1.into()));
    assert_eq!((&line["error"]["kind"], &line["error"]["outcome"]), (&"unreachable".into(), &"unknown".into()));
}

#[test]
fn it_asks_on_a_terminal_and_needs_yes_elsewhere() {
    let (place, sandbox) = start();
    let base = ["rotate", "--base-url", sandbox.base_url(), "--phone-number-id", ID, OTHER];
    let end = place.run(&base, "y\n");
    assert!(end.code == Some(2) && end.err.contains("--yes") && end.err.contains("--dry-run"), "{}", end.err);
    for (answer, code) in [("n\n", 5), ("\u{3}", 5), ("yes\n", 0)] {
        let mut terminal = Terminal::of_command(&[&base[..], &place.flags()].concat());
        terminal.wait_for("2 numbers:");
        terminal.wait_for("new to the vault: a PIN is drawn");
        assert!(terminal.shows("Go on? [y/N] ", LONG));
        assert!(sandbox.requests().is_empty());
        terminal.enter(answer);
        let (end, shown) = terminal.end();
        assert_eq!(end, Some(code), "{shown}");
    }
    assert_eq!(sandbox.requests().len(), 2);
}

#[test]
fn a_dry_run_shows_and_does_nothing() {
    let (place, sandbox) = start();
    place.rotate(&sandbox, &[ID], &[]);
    place.rotate(&sandbox, &[HANGS], &["--max-retries", "0"]);
    let sent = sandbox.requests().len();
    let base = ["rotate", "--base-url", sandbox.base_url(), "--dry-run", "--phone-number-id", ID, HANGS, OTHER];
    let end = place.run(&base, "");
    assert_eq!(end.code, Some(0), "{}", end.err);
    for words in ["a new PIN is drawn", "its pending PIN is sent again", "new to the vault"] {
        assert!(end.out.contains(words), "{words}: {}", end.out);
    }
    let lines = place.run(&[&base[..], &["--json"]].concat(), "").json_lines();
    let actions: Vec<_> = lines.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["send_pending", "draw", "draw"], "the unsettled one comes first");
    assert_eq!(sandbox.requests().len(), sent);
    assert_eq!(place.may_hold(OTHER), [""; 0]);
}

#[test]
fn the_first_ctrl_c_begins_no_other_and_the_second_ends_it() {
    for (signals, code) in [(1, 6), (2, 4)] {
        let (place, sandbox) = start();
        let slow = if signals == 1 { "910060000000000" } else { HANGS };
        let args = ["rotate", "--yes", "--json", "--base-url", sandbox.base_url(), "--phone-number-id", slow, ID];
        let child = command(&[&args[..], &place.flags()].concat()).spawn().unwrap();
        while sandbox.requests().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..signals {
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
            thread::sleep(Duration::from_millis(100));
        }
        let end = end_of(child);
        let lines = end.json_lines();
        assert_eq!((end.code, lines.len()), (Some(code), 1), "{}", end.err);
        assert!(
            end.err.contains("Ending after this number") && end.err.contains("1 of 2 numbers are left"),
            "{}",
            end.err
        );
        assert_eq!(lines[0]["success"], signals == 1);
        assert_eq!(sandbox.requests().len(), 1);
        end.assert_no_secret(TOKEN);
        if signals == 1 {
            assert_held(&place, &sandbox, slow);
        } else {
            assert_eq!(
                (lines[0]["error"]["kind"].as_str(), &lines[0]["vault_state"]),
                (Some("interrupted"), &"unsettled".into())
            );
        }
    }
}
