//! Calls over real sockets: exit codes, what is printed, and where the PIN comes from.

mod common;

use std::{fs, time::Duration};

use common::{ID, PIN, command, end_of, finish, run, set};
use graph_sandbox::Sandbox;

#[test]
fn success() {
    let sandbox = Sandbox::start().unwrap();
    let end = set(sandbox.base_url(), ID, &[]);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    assert!(end.out.starts_with(&format!("The PIN of {ID} is set.\n")), "{}", end.out);
    assert!(end.out.contains("the new one") && end.out.contains("trace id"));
    assert_eq!(sandbox.pin(ID).as_deref(), Some(PIN));

    let end = set(sandbox.base_url(), ID, &["--json", "--api-version", "v25.0"]);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    let object = end.json();
    let keys: Vec<_> = object.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["api_version", "attempts", "success", "trace_id", "usage"]);
    assert!(end.out.starts_with("{\"success\":true,"));
    assert_eq!((&object["api_version"], &object["attempts"]), (&"v25.0".into(), &1.into()));
}

#[test]
fn the_embedded_sandbox_reads_back() {
    let mut command = command(&["set", "--sandbox", "--phone-number-id", ID]);
    command.env_remove("WHATSAPP_ACCESS_TOKEN").env("WHATSAPP_APP_SECRET", "of a real app");
    let end = finish(command, PIN);
    end.assert_no_secret("--sandbox");
    assert_eq!(end.code, Some(0), "{}", end.err);
    assert!(
        end.out.contains("the sandbox now holds ******") && end.err.contains("Embedded sandbox at http://127.0.0.1:")
    );
    let end = run(&["set", "--sandbox", "--phone-number-id", ID, "--json"], PIN);
    assert_eq!((end.code, end.err.as_str(), &end.json()["success"]), (Some(0), "", &true.into()));
}

#[test]
fn each_end_has_its_exit_code() {
    let sandbox = Sandbox::start().unwrap();
    for (id, code, words) in [
        ("900001900000463", 3, "the old one: the server changed nothing"),
        ("912000000000000", 3, "the server gave no reason"),
        ("910010000000000", 4, "set the same PIN again until it succeeds"),
        ("910200000000000", 4, "set the same PIN again until it succeeds"),
        ("911000000000000", 4, "HTTP status"),
    ] {
        let timeout = if id == "910010000000000" { "0.5" } else { "30" };
        let end = set(sandbox.base_url(), id, &["--max-retries", "0", "--timeout", timeout]);
        assert_eq!((end.code, end.out.as_str()), (Some(code), ""), "{id}: {}", end.err);
        assert!(end.err.starts_with("error: ") && end.err.contains(words), "{id}: {}", end.err);
    }
    // A port on which nobody listens, and which no other test can get.
    let end = set("http://127.0.0.1:1", ID, &["--max-retries", "1", "--verbose"]);
    assert_eq!(end.code, Some(5));
    assert!(end.err.contains("the old one: nothing was sent") && end.err.contains("attempt 2: failed"), "{}", end.err);
}

#[test]
fn an_error_in_json_has_every_field() {
    let sandbox = Sandbox::start().unwrap();
    let end = set(sandbox.base_url(), "900001900000463", &["--json"]);
    assert_eq!((end.code, end.err.as_str()), (Some(3), ""));
    let mut object = end.json();
    let error = object["error"].as_object_mut().unwrap();
    assert!(error.remove("message").is_some_and(|text| text.is_string()));
    assert!(error.remove("hint").is_some_and(|text| text.is_string()));
    assert!(error.remove("trace_id").is_some_and(|text| text.is_string()));
    assert_eq!(
        object,
        serde_json::json!({"success": false, "error": {
            "kind": "authentication", "outcome": "rejected", "http_status": 401, "graph_code": 190,
            "graph_subcode": 463, "graph_type": "OAuthException", "details": null, "user_title": null,
            "user_message": null, "retry_after": null, "is_retryable": false, "reason": null, "attempts": 1,
        }})
    );
}

#[test]
fn verbose_shows_the_attempts() {
    let sandbox = Sandbox::start().unwrap();
    let end = set(sandbox.base_url(), "920010000000000", &["--verbose"]);
    assert_eq!(end.code, Some(0), "{}", end.err);
    let lines: Vec<&str> = end.err.lines().collect();
    assert_eq!(lines.len(), 4, "{}", end.err);
    assert!(lines[1].starts_with("attempt 1: failed, service_unavailable, outcome unknown, HTTP 503, Graph code 2"));
    assert!(lines[1].contains("; the next one in ") && lines[3].starts_with("attempt 3: PIN set, HTTP 200, trace id "));
    assert!(end.out.contains("attempts            3"));
}

#[test]
fn pin_and_secrets_from_files() {
    let sandbox = Sandbox::start().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let token = file("token", "EAAsandboxProofRequired\n");
    let secret = file("secret", &format!("{}\r\n", graph_sandbox::APP_SECRET));
    for (content, code) in [("012345", 0), ("012345\n", 0), ("012345\r\n", 0), ("012345\n\n", 2), ("012345\r", 2)] {
        let pin = file("pin", content);
        let base = sandbox.base_url();
        let args = ["set", "--base-url", base, "--phone-number-id", ID, "--pin-file", &pin];
        let end = run(&[&args[..], &["--token-file", &token, "--app-secret-file", &secret]].concat(), "");
        assert_eq!(end.code, Some(code), "{content:?}: {}", end.err);
    }
    assert_eq!(sandbox.pin(ID).as_deref(), Some("012345"));
    let end = run(&["set", "--sandbox", "--phone-number-id", ID, "--pin-file", "-"], "012345\n");
    assert_eq!(end.code, Some(0));
    let end = run(&["set", "--sandbox", "--phone-number-id", ID], &PIN.repeat(1_000));
    assert_eq!(end.code, Some(2));
    assert!(end.err.contains("standard input has more than 4096 bytes"), "{}", end.err);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut command = command(&["sandbox", "--table"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let end = end_of(command.stdout(writer).spawn().unwrap());
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn ctrl_c_during_the_call_leaves_the_outcome_unknown() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::io::Write;

    for (signal, json) in [(Signal::INT, "--json"), (Signal::TERM, "--color=never")] {
        let sandbox = Sandbox::start().unwrap();
        let args = ["set", "--base-url", sandbox.base_url(), "--phone-number-id", "910010000000000", json];
        let mut child = command(&args).spawn().unwrap();
        child.stdin.take().unwrap().write_all(PIN.as_bytes()).unwrap();
        while sandbox.requests().is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        let end = end_of(child);
        assert_eq!(end.code, Some(4));
        if json == "--json" {
            let error = end.json()["error"].clone();
            assert_eq!((&error["kind"], &error["outcome"]), (&"connection_failed".into(), &"unknown".into()));
        } else {
            assert!(end.err.contains("Interrupted while a request was under way"), "{}", end.err);
        }
    }
}
