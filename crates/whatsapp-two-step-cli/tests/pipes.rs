//! Files that others can read, and pipes without an end.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use common::{ID, PIN, TOKEN, private_file, run, sandboxed};

fn with_mode(folder: &Path, name: &str, content: &str, mode: u32) -> String {
    let path = private_file(folder, name, content);
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_file_that_others_can_read_brings_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, warns) in [(0o600, false), (0o400, false), (0o644, true), (0o640, true), (0o602, true)] {
        let pin = with_mode(folder.path(), "pin", PIN, mode);
        let token = with_mode(folder.path(), "token", TOKEN, mode);
        let end = sandboxed(&["--json", "--quiet", "--pin-file", &pin, "--token-file", &token], "");
        assert_eq!((end.code, &end.json()["success"]), (Some(0), &true.into()));
        let due = |flag: &str, path: &str| {
            format!("warning: {flag}: others can read {path} (mode {mode:o}); 600 is right.\n")
        };
        let due = due("--token-file", &token) + &due("--pin-file", &pin);
        assert_eq!(end.err, if warns { due } else { String::new() });
    }
}

#[test]
fn a_pipe_without_an_end_does_not_outlast_the_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe").to_str().unwrap().to_owned();
    assert!(std::process::Command::new("mkfifo").args(["-m", "600", &pipe]).status().unwrap().success());
    let start = Instant::now();
    for flag in ["--pin-file", "--token-file", "--app-secret-file", "--ca-certificates"] {
        let more = if flag == "--ca-certificates" { "--base-url=https://127.0.0.1:1" } else { "--sandbox" };
        let end = run(&["set", "--phone-number-id", ID, more, flag, &pipe, "--timeout", "1.2"], PIN);
        assert_eq!((end.code, end.out.as_str()), (Some(2), ""));
        let words = format!("{flag}: {pipe} did not come to its end within the 1.2 s of --timeout");
        assert!(end.err.contains(&words), "{}", end.err);
    }
    // Files get a second, also where the call itself may take less.
    let less = run(&["set", "--sandbox", "--phone-number-id", ID, "--token-file", &pipe, "--timeout", "0.2"], PIN);
    assert!(less.err.contains("within the 1 s of --timeout, the least that files get"), "{}", less.err);
    // Standard input that stays open.
    let mut child =
        common::command(&["set", "--sandbox", "--phone-number-id", ID, "--timeout", "1.2"]).spawn().unwrap();
    let open = child.stdin.take();
    let end = common::end_of(child);
    drop(open);
    assert!(end.code == Some(2) && end.err.contains("standard input did not come to its end"), "{}", end.err);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());

    // One that somebody writes to is as good as a file.
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, PIN)
    });
    assert_eq!(sandboxed(&["--pin-file", &pipe], "").code, Some(0));
    writer.join().unwrap().unwrap();
}

#[test]
fn ctrl_c_ends_the_waiting_for_a_file() {
    use rustix::process::{Pid, Signal, kill_process};

    let mut child = common::command(&["set", "--sandbox", "--phone-number-id", ID, "--json"]).spawn().unwrap();
    let open = child.stdin.take();
    std::thread::sleep(Duration::from_millis(500));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let end = common::end_of(child);
    drop(open);
    let object = end.json();
    assert_eq!((end.code, &object["error"]["kind"], &object["attempts"]), (Some(5), &"interrupted".into(), &0.into()));
}
