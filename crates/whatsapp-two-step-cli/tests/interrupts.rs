//! A call that is interrupted: which PIN holds, and how many requests had left.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use common::{COMMAND, PIN, TOKEN, command, end_of};
use graph_sandbox::Sandbox;
use rustix::process::{Pid, Signal, kill_process};

fn start(base_url: &str, id: &str, more: &[&str]) -> Child {
    let args = ["set", "--base-url", base_url, "--phone-number-id", id];
    let mut child = command(&[&args[..], more].concat()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(PIN.as_bytes()).unwrap();
    child
}

#[track_caller]
fn interrupted(child: Child, signal: Signal, code: i32, outcome: &str, attempts: u32) {
    kill_process(Pid::from_child(&child), signal).unwrap();
    let end = end_of(child);
    let object = end.json();
    let error = &object["error"];
    assert_eq!(
        (end.code, error["kind"].as_str(), error["outcome"].as_str()),
        (Some(code), Some("interrupted"), Some(outcome))
    );
    assert_eq!((&error["attempts"], &object["outcome"]), (&attempts.into(), &outcome.into()));
    assert!(error["is_retryable"] == true && error["message"].as_str().unwrap().starts_with("Interrupted"));
}

fn wait_for_requests(sandbox: &Sandbox, count: usize) {
    while sandbox.requests().len() < count {
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn after_a_request_has_left_either_pin_may_hold() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
        if signal == Signal::HUP && (!cfg!(target_os = "linux") || hangup_is_ignored()) {
            continue; // elsewhere it keeps what it does; and under nohup it is to do nothing
        }
        let sandbox = Sandbox::start().unwrap();
        let child = start(sandbox.base_url(), "910010000000000", &["--json"]);
        wait_for_requests(&sandbox, 1);
        interrupted(child, signal, 4, "unknown", 1);
    }
    let sandbox = Sandbox::start().unwrap();
    let child = start(sandbox.base_url(), "910010000000000", &[]);
    wait_for_requests(&sandbox, 1);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let end = end_of(child);
    assert_eq!(end.code, Some(4));
    assert!(
        end.err.starts_with("error: Interrupted after a request had left; the PIN may have been set."),
        "{}",
        end.err
    );
}

#[test]
fn every_attempt_counts() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = start(&format!("http://{}", listener.local_addr().unwrap()), "1", &["--json"]);
    let mut connections = listener.incoming().map(|connection| {
        let mut connection = connection.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            let mut bytes = [0; 1024];
            let count = connection.read(&mut bytes).unwrap();
            request.extend_from_slice(&bytes[..count]);
        }
        connection
    });
    for _ in 0..2 {
        let answer = b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        connections.next().unwrap().write_all(answer).unwrap();
    }
    let _third = connections.next();
    interrupted(child, Signal::INT, 4, "unknown", 3);
}

#[test]
fn in_a_wait_after_a_refusal_the_old_pin_holds() {
    let sandbox = Sandbox::start().unwrap();
    // HTTP 429 with Retry-After: 1.
    let child = start(sandbox.base_url(), "911210000000000", &["--json"]);
    wait_for_requests(&sandbox, 1);
    std::thread::sleep(Duration::from_millis(300));
    interrupted(child, Signal::INT, 3, "rejected", 1);
}

#[test]
fn before_the_handshake_is_through_nothing_has_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let child = start(&url, "1", &["--json"]);
    let _connection = listener.accept().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    interrupted(child, Signal::INT, 5, "not_sent", 1);
}

/// The tests themselves may run under `nohup`, and what they start inherits that.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// As a program under `nohup` does: it goes on when the terminal is closed.
#[cfg(target_os = "linux")]
#[test]
fn nohup_is_respected() {
    let sandbox = Sandbox::start().unwrap();
    let args =
        ["set", "--base-url", sandbox.base_url(), "--phone-number-id", "910010000000000", "--timeout", "2", "--json"];
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$@\"", "sh", COMMAND]).args(args).env("WHATSAPP_ACCESS_TOKEN", TOKEN);
    let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(PIN.as_bytes()).unwrap();
    wait_for_requests(&sandbox, 1);
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    assert_eq!(end_of(child).json()["error"]["kind"], "timed_out");
}
