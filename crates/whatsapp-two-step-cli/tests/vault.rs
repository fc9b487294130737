//! `vault`: made, filled, listed, shown to a terminal only, and sealed anew.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use common::{
    End, ID, PIN, TOKEN, command, finish, private_file, run,
    terminal::{LONG, Terminal},
    vault::Place,
};

const OTHER: &str = "106540352242923";
const OLDER: &str = "00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100";

fn run_in(place: &Place, args: &[&str], stdin: &str) -> End {
    place.run(&[&["vault"], args].concat(), stdin)
}

fn list(place: &Place) -> String {
    let end = run_in(place, &["list"], "");
    assert_eq!(end.code, Some(0), "{}", end.err);
    end.out
}

#[test]
fn a_newcomer_is_told_how_to_make_one() {
    let place = Place::new();
    let end = run(&["vault", "list"], "");
    assert!(end.code == Some(2) && end.err.contains("--vault sqlite:PATH"), "{}", end.err);
    let end = run(&["vault", "init", "--vault", &place.url], "");
    assert!(end.code == Some(2) && end.err.contains("vault init --new-key-file PATH makes a key"), "{}", end.err);
    let end = run(&["vault", "init", "--vault", "other:x", "--new-key-file", &place.key], "");
    assert!(end.code == Some(2) && end.err.contains("must begin with sqlite:"), "{}", end.err);
    assert!(!Path::new(&place.key).exists(), "no key was made for nothing");
    let end = run(&["vault", "init", "--vault", &place.url, "--new-key-file", "-"], "");
    assert!(end.code == Some(2) && end.err.contains("must be the path of a file") && end.out.is_empty(), "{}", end.err);

    let place = Place::new().make();
    let key = fs::read_to_string(&place.key).unwrap();
    assert!(key.len() == 65 && fs::metadata(&place.key).unwrap().permissions().mode() & 0o777 == 0o600);
    // Again: the same key, and the vault as it is.
    let end = run(&["vault", "init", "--vault", &place.url, "--new-key-file", &place.key], "");
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    assert_eq!(fs::read_to_string(&place.key).unwrap(), key);
    // Both from the environment, as a container has them.
    let mut with = command(&["vault", "list"]);
    with.env("WHATSAPP_TWO_STEP_VAULT", &place.url).env("WHATSAPP_TWO_STEP_VAULT_KEY", key.trim());
    let end = finish(with, "");
    assert_eq!((end.code, end.out.as_str(), end.err.as_str()), (Some(0), "", "Numbers: 0. Unsettled: 0.\n"));
}

#[test]
fn a_key_that_others_can_read_brings_a_warning_and_is_in_no_output() {
    let place = Place::new().make();
    fs::set_permissions(&place.key, fs::Permissions::from_mode(0o644)).unwrap();
    let end = run_in(&place, &["list"], "");
    assert!(end.code == Some(0) && end.err.contains("others can read") && end.err.contains("mode 644"), "{}", end.err);
    for text in ["x".repeat(64), format!("{OLDER}0"), "0".repeat(64)] {
        let key = private_file(place.folder.path(), "wrong", &text);
        let end = run(&["vault", "list", "--vault", &place.url, "--vault-key-file", &key], "");
        assert!(end.code == Some(2) && end.err.contains("vault_key") && !end.err.contains(&text[..16]), "{}", end.err);
    }
}

#[test]
fn pins_that_hold_are_imported() {
    let place = Place::new().make();
    let csv = private_file(
        place.folder.path(),
        "pins.csv",
        &format!("phone_number_id,pin\r\n{ID},{PIN}\r\n\n{OTHER},012345\n"),
    );
    let end = run_in(&place, &["import", &csv], "");
    assert_eq!((end.code, end.out.as_str()), (Some(0), "Imported: 2. In the vault already: 0.\n"), "{}", end.err);
    assert_eq!(list(&place), format!("{ID}\tsettled\t-\n{OTHER}\tsettled\t-\n"));
    let end = run_in(&place, &["list", "--json"], "");
    assert_eq!(end.json_lines()[0]["vault_state"], "settled");
    // Again, from standard input.
    let end = run_in(&place, &["import", "-"], &format!("{ID},{PIN}\n{OTHER},012345\n"));
    assert_eq!((end.code, end.out.as_str()), (Some(0), "Imported: 0. In the vault already: 2.\n"));

    let end = run_in(&place, &["import", "-"], &format!("999,012345\n{ID},998877\n"));
    assert!(end.code == Some(2) && end.err.contains(ID) && end.err.contains("--overwrite"), "{}", end.err);
    assert!(!list(&place).contains("999"), "nothing half done");
    let end = run_in(&place, &["import", "-", "--overwrite"], &format!("999,012345\n{ID},998877\n"));
    assert_eq!((end.code, end.out.as_str()), (Some(0), "Imported: 2. In the vault already: 0.\n"));
}

#[test]
fn bad_lines_are_named_and_nothing_is_imported() {
    let place = Place::new().make();
    let end = run_in(&place, &["import", "-"], &format!("{ID},{PIN}\n{OTHER}\n+49 151,{PIN}\n7,73519\n{ID},{PIN}\n"));
    assert_eq!(end.code, Some(2));
    for words in ["line 2: no comma", "line 3: ", "line 4: ", "line 5: the number of line 1 again"] {
        assert!(end.err.contains(words), "{words}: {}", end.err);
    }
    assert!(!end.err.contains("73519") && list(&place).is_empty(), "{}", end.err);
    let end = run_in(&place, &["import", "-"], "phone_number_id,pin\n");
    assert!(end.code == Some(2) && end.err.contains("no line with a PIN"), "{}", end.err);
}

#[test]
fn pins_are_shown_to_a_terminal_only_and_after_a_question() {
    let place = Place::new().make();
    run_in(&place, &["import", "-"], &format!("{ID},012345\n"));
    let end = run_in(&place, &["show", ID], "y\n");
    assert!(
        end.code == Some(2) && !end.out.contains("012345") && end.err.contains("on a terminal only"),
        "{}",
        end.err
    );

    let args = ["vault", "show", ID, "--vault", &place.url, "--vault-key-file", &place.key];
    for (answer, code) in [("n\n", 5), ("\n", 5), ("\u{3}", 5), ("y\n", 0)] {
        let mut terminal = Terminal::of_command(&args);
        terminal.wait_for("Show the PIN of");
        assert!(terminal.shows("[y/N] ", LONG));
        terminal.enter(answer);
        let (end, shown) = terminal.end();
        assert_eq!(end, Some(code), "{shown}");
        assert_eq!(shown.contains("012345  imported"), code == 0, "{shown}");
    }
    let (code, shown) = Terminal::of_command(&["vault", "show", OTHER, args[3], args[4], args[5], args[6]]).end();
    assert!(code == Some(0) && shown.contains("The vault has no PIN"), "{shown}");
}

#[test]
fn a_key_is_changed() {
    let place = Place::new().make();
    run_in(&place, &["import", "-"], &format!("{ID},{PIN}\n{OTHER},012345\n"));
    // A new key for a vault that has entries opens none of them.
    let stray = place.folder.path().join("stray");
    let end = run(&["vault", "init", "--vault", &place.url, "--new-key-file", stray.to_str().unwrap()], "");
    assert!(end.code == Some(2) && end.err.contains("vault rekey") && !stray.exists(), "{}", end.err);

    let new = place.folder.path().join("new");
    let new = new.to_str().unwrap();
    let end = run_in(&place, &["rekey", "--new-key-file", new], "");
    assert_eq!((end.code, end.out.as_str()), (Some(0), "Sealed anew: 2. Sealed with this key already: 0.\n"));
    // Again, as after an interruption: with the same new key.
    let end = run_in(&place, &["rekey", "--new-key-file", new], "");
    assert_eq!((end.code, end.out.as_str()), (Some(0), "Sealed anew: 0. Sealed with this key already: 2.\n"));

    let end = run_in(&place, &["list"], "");
    assert!(end.code == Some(7) && end.out.contains(&format!("{ID}\tunreadable\t-")), "{}", end.out);
    assert!(end.err.contains("2 of 2 entries can't be read"), "{}", end.err);
    let end = run(&["vault", "list", "--vault", &place.url, "--vault-key-file", new], "");
    assert!(end.code == Some(0) && end.out.contains("settled"), "{}", end.err);
    let strange = private_file(place.folder.path(), "strange", OLDER);
    let end = run(&["vault", "rekey", "--vault", &place.url, "--vault-key-file", &strange], "");
    assert!(
        end.code == Some(7) && end.err.contains("keeps its old seal") && !end.err.contains(&OLDER[..16]),
        "{}",
        end.err
    );
}

#[test]
fn a_vault_that_fails_ends_with_7() {
    let place = Place::new().make();
    for url in [format!("sqlite:{}", place.folder.path().join("none").display()), "exec:/no/such/program".to_owned()] {
        let end = run(&["vault", "list", "--json", "--vault", &url, "--vault-key-file", &place.key], "");
        assert_eq!((end.code, &end.json()["error"]["kind"]), (Some(7), &"unreachable".into()), "{}", end.err);
    }
    let url = format!("postgres://me:{PIN}@127.0.0.1:1/{TOKEN}");
    let end = run(&["vault", "list", "--vault", &url, "--vault-key-file", &place.key], "");
    end.assert_no_secret("a URL with a password");
    assert_eq!(end.code, Some(7), "{}", end.err);
    let end = run(&["vault", "list", "--vault", &url], "");
    end.assert_no_secret("a URL with a password, without a key");
    assert!(end.code == Some(2) && end.err.contains("no vault key"), "{}", end.err);
}
