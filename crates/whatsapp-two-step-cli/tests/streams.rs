//! Standard output that can't be written to, or that nobody reads.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    fs::File,
    io::Write,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use common::{End, ID, PIN, command, end_of};
use graph_sandbox::Sandbox;

/// With this as standard output.
fn into(out: impl Into<Stdio>, args: &[&str]) -> End {
    let mut child = command(args).stdout(out).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(PIN.as_bytes());
    let end = end_of(child);
    end.assert_no_secret(&format!("{args:?}"));
    end
}

/// A disk that has no room. Elsewhere than on Linux and the BSDs there is none to try with.
fn full() -> Option<File> {
    File::options().write(true).open("/dev/full").ok()
}

/// A pipe whose reader has gone away, as that of `head` does.
fn closed() -> std::io::PipeWriter {
    std::io::pipe().unwrap().1
}

const SHOWN: [&[&str]; 14] = [
    &["--help"],
    &["--version"],
    &["set", "--help"],
    &["completions", "bash"],
    &["completions", "zsh"],
    &["man"],
    &["man", "set"],
    &["sandbox", "--table"],
    &["pin", "generate"],
    &["pin", "generate", "--json"],
    &["numbers", "--sandbox", "--waba-id", "930000000000001", "--quiet"],
    &["numbers", "--sandbox", "--waba-id", "930000000000001", "--json"],
    &["set", "--phone-number-id", ID, "--dry-run"],
    &["set", "--phone-number-id", ID, "--dry-run", "--json"],
];

#[test]
fn what_can_t_be_shown_has_failed() {
    for args in SHOWN {
        let Some(full) = full() else { return };
        let end = into(full, args);
        assert_eq!(end.code, Some(5), "{args:?}");
        assert!(end.err.starts_with("error: Standard output can't be written: No space left"), "{args:?}: {}", end.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for args in SHOWN {
        let end = into(closed(), args);
        assert_eq!((end.code, end.err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_pin_that_is_set_stays_a_success_and_the_loss_is_told() {
    let sandbox = Sandbox::start().unwrap();
    for form in [&[][..], &["--json"], &["--json", "--quiet"]] {
        let Some(full) = full() else { return };
        let set = ["set", "--base-url", sandbox.base_url(), "--phone-number-id", ID];
        let end = into(full, &[&set[..], form].concat());
        assert_eq!(end.code, Some(0));
        let due =
            format!("warning: the PIN of {ID} is set, but what says so is lost: standard output can't be written: No");
        assert!(end.err.starts_with(&due), "{}", end.err);
        let end = into(closed(), &[&set[..], form].concat());
        assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    }
}

#[test]
fn a_failure_keeps_its_code_and_is_told_elsewhere() {
    let sandbox = Sandbox::start().unwrap();
    let set = ["set", "--base-url", sandbox.base_url(), "--phone-number-id", "900001900000463", "--json"];
    let Some(full) = full() else { return };
    let end = into(full, &set);
    assert_eq!(end.code, Some(3));
    assert!(end.err.starts_with("error: The server refused the access token"), "{}", end.err);
    assert!(
        end.err.contains("warning: the JSON is lost: standard output can't be written: No space left"),
        "{}",
        end.err
    );
}

#[test]
fn a_sandbox_whose_url_nobody_got_ends() {
    let outs = [Some(Stdio::from(closed())), full().map(Stdio::from)];
    for out in outs.into_iter().flatten() {
        let mut child = command(&["sandbox"]).stdout(out).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > until {
                child.kill().unwrap();
            }
            sleep(Duration::from_millis(20));
        }
        let end = end_of(child);
        assert_eq!(end.code, Some(5));
        assert!(end.err.starts_with("error: Standard output can't be written: "), "{}", end.err);
    }
}
