//! Files and standard input: what they may be, and how long they may take.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use common::{End, ID, PIN, TOKEN, private_file, run};
use graph_sandbox::Sandbox;

fn sandboxed(more: &[&str], stdin: &str) -> End {
    let end = run(&[&["set", "--sandbox", "--phone-number-id", ID], more].concat(), stdin);
    end.assert_no_secret(&format!("{more:?}"));
    end
}

#[test]
fn pin_and_secrets_from_files() {
    let sandbox = Sandbox::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| private_file(folder.path(), name, content);
    let token = file("token", "EAAsandboxProofRequired\n");
    let secret = file("secret", &format!("{}\r\n", graph_sandbox::APP_SECRET));
    for (content, code) in [("012345", 0), ("012345\n", 0), ("012345\r\n", 0), ("012345\n\n", 2), ("012345\r", 2)] {
        let pin = file("pin", content);
        let base = sandbox.base_url();
        let args = ["set", "--base-url", base, "--phone-number-id", ID, "--pin-file", &pin];
        let end = run(&[&args[..], &["--token-file", &token, "--app-secret-file", &secret]].concat(), "");
        assert_eq!(end.code, Some(code), "{content:?}: {}", end.err);
        assert!(!end.err.contains("warning"), "{}", end.err);
    }
    assert_eq!(sandbox.pin(ID).as_deref(), Some("012345"));
    assert_eq!(sandboxed(&["--pin-file", "-"], "012345\n").code, Some(0));
    let end = sandboxed(&[], &PIN.repeat(1_000));
    assert_eq!(end.code, Some(2));
    assert!(end.err.contains("standard input has more than 4096 bytes"), "{}", end.err);
}

#[test]
fn nothing_at_all_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = private_file(folder.path(), "nothing", "");
    for (more, words) in [(&[][..], "standard input is empty"), (&["--pin-file", &nothing], "nothing is empty")] {
        let end = sandboxed(more, "");
        assert_eq!(end.code, Some(2));
        assert!(end.err.contains(words) && end.err.contains("--pin-file PATH"), "{}", end.err);
        let end = sandboxed(&[more, &["--json"]].concat(), "");
        assert_eq!((end.code, &end.json()["error"]["kind"]), (Some(2), &"invalid_pin".into()));
    }
    for flag in ["--token-file", "--app-secret-file"] {
        let end = sandboxed(&[flag, &nothing], PIN);
        assert!(end.code == Some(2) && end.err.contains(&format!("{flag}: ")) && end.err.contains("is empty"));
    }
}

#[cfg(unix)]
fn with_mode(folder: &Path, name: &str, content: &str, mode: u32) -> String {
    let path = private_file(folder, name, content);
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    path
}

#[cfg(unix)]
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

#[cfg(unix)]
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

#[cfg(unix)]
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
