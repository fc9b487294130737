//! The completion scripts, in the shells themselves.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use common::{
    run,
    shell::{interactive, is_there, path},
    terminal::{LONG, Terminal},
};
use tempfile::TempDir;

/// Candidates after each line that somebody has typed so far; and what must be none.
const DUE: [(&str, &[&str], &[&str]); 18] = [
    ("", &["set", "numbers", "rotate", "vault", "pin", "sandbox", "completions", "man"], &["a-file"]),
    (
        "set --",
        &["--phone-number-id", "--pin-file", "--timeout", "--root-certificates", "--json"],
        &["--port", "a-file"],
    ),
    ("set --pin", &["--pin-file"], &["--json"]),
    ("set --json --to", &["--token-file"], &["--json"]),
    ("set --color ", &["auto", "always", "never"], &["a-file", "--json"]),
    ("set --token-file ", &["a-file"], &["--json"]),
    ("set --base-url ", &[], &["a-file"]),
    ("set --phone-number-id ", &[], &["a-file"]),
    (
        "sandbox --",
        &["--port", "--table", "--numbers", "--wabas", "--calls-per-hour", "--faults"],
        &["--json", "a-file"],
    ),
    (
        "numbers --",
        &["--waba-id", "--token-file", "--timeout", "--sandbox", "--json", "--quiet"],
        &["--pin-file", "a-file"],
    ),
    ("numbers --waba-id ", &[], &["a-file"]),
    ("numbers --token-file ", &["a-file"], &["--json"]),
    (
        "rotate --",
        &["--phone-number-id", "--vault", "--vault-key-file", "--only", "--quiet-margin", "--dry-run", "--yes"],
        &["--pin-file", "a-file"],
    ),
    ("rotate --only ", &["unsettled"], &["a-file"]),
    ("vault ", &["init", "list", "show", "import", "rekey"], &["a-file", "set"]),
    ("vault init --new-key-file ", &["a-file"], &["--json"]),
    ("pin ", &["generate"], &["a-file", "set"]),
    ("pin generate --", &["--yes", "--json"], &["--waba-id", "a-file"]),
];

/// A folder with the script, under the name by which the shell looks for it, and a file to be offered.
fn folder(shell: &str, name: &str) -> TempDir {
    let end = run(&["completions", shell], "");
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), end.out).unwrap();
    fs::write(folder.path().join("a-file"), "").unwrap();
    folder
}

#[track_caller]
fn assert_offered(line: &str, offered: &[String], due: &[&str], none: &[&str]) {
    for word in due {
        assert!(offered.iter().any(|offered| offered == word), "{line:?}: no {word} in {offered:?}");
    }
    for word in none {
        assert!(!offered.iter().any(|offered| offered == word), "{line:?}: {word} in {offered:?}");
    }
}

/// The words that the terminal shows after the line and a tab, once those that are due are there, or it has had its time. A single
/// candidate is typed to its end: it shows the rest.
fn offered(terminal: &mut Terminal, line: &str, due: &[&str]) -> Vec<String> {
    let begun = line.rsplit(' ').next().unwrap_or_default();
    let line = format!("whatsapp-two-step {line}");
    terminal.enter(&format!("{line}\t"));
    let until = Instant::now() + LONG;
    let words = loop {
        let shown = plain(terminal.settle()).replace(&line, " ");
        let words = shown.split([' ', '\r', '\n', '=']);
        let words: Vec<_> = words.flat_map(|word| [word.to_owned(), format!("{begun}{word}")]).collect();
        if due.iter().all(|due| words.iter().any(|word| word == due)) || Instant::now() > until {
            break words;
        }
    };
    // Ctrl-C drops the line; while a slow shell still looks for candidates, it ends no more than that.
    loop {
        terminal.enter("\u{3}");
        if terminal.shows("ready> ", Duration::from_secs(2)) {
            return words;
        }
        assert!(Instant::now() < until + LONG, "no prompt after Ctrl-C: {:?}", terminal.shown);
    }
}

/// A space for what moves, colours or rings.
fn plain(shown: &str) -> String {
    let mut parts = shown.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest));
    rest.fold(first, |text, part| text + " " + part).replace(['\u{7}', '\u{8}'], " ")
}

#[test]
fn bash_offers_what_fits() {
    if !is_there("bash") {
        return;
    }
    let folder = folder("bash", "script");
    let mut terminal = interactive("bash", &["--norc", "--noprofile", "-i"], folder.path());
    terminal.wait_for("ready> ");
    terminal.enter(
        "bind 'set show-all-if-ambiguous on'; bind 'set enable-bracketed-paste off'; . ./script; echo sour''ced\n",
    );
    terminal.wait_for("sourced");
    terminal.wait_for("ready> ");
    for (line, due, none) in DUE {
        assert_offered(line, &offered(&mut terminal, line, due), due, none);
    }
}

#[test]
fn zsh_offers_what_fits() {
    if !is_there("zsh") {
        return;
    }
    let folder = folder("zsh", "_whatsapp-two-step");
    let mut terminal = interactive("zsh", &["-f", "-i"], folder.path());
    terminal.wait_for("ready> ");
    terminal
        .enter("unsetopt list_ambiguous; fpath=($PWD $fpath); autoload -U compinit; compinit -D -u; echo load''ed\n");
    terminal.wait_for("loaded");
    terminal.wait_for("ready> ");
    for (line, due, none) in DUE {
        assert_offered(line, &offered(&mut terminal, line, due), due, none);
    }
}

#[test]
fn fish_offers_what_fits() {
    if !is_there("fish") {
        return;
    }
    let folder = folder("fish", "script.fish");
    for (line, due, none) in DUE {
        let ask = format!("source script.fish; complete --do-complete 'whatsapp-two-step {line}'");
        let mut fish = Command::new("fish");
        fish.args(["--no-config", "-c", &ask])
            .current_dir(folder.path())
            .env("PATH", path())
            .env("HOME", folder.path());
        let output = fish.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let offered = String::from_utf8(output.stdout).unwrap();
        let words: Vec<String> = offered.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect();
        assert_offered(line, &words, due, none);
    }
}
