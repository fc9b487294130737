//! The hidden prompt, on a terminal of the test's own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    io::{Read, Write},
    process::Child,
    thread::sleep,
    time::{Duration, Instant},
};

use common::{COMMAND, ID, PIN, TOKEN};
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

struct Session {
    terminal: Pty,
    child: Child,
    shown: String,
}

impl Session {
    fn start(more: &[&str]) -> Self {
        let (terminal, end) = open().unwrap();
        let command = Command::new(COMMAND).args(["set", "--phone-number-id", ID]).args(more);
        let child = command.env("WHATSAPP_ACCESS_TOKEN", TOKEN).env("NO_COLOR", "1").spawn(end).unwrap();
        Self { terminal, child, shown: String::new() }
    }

    fn echoes(&self) -> bool {
        tcgetattr(&self.terminal).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Reads until the text is there; false at the end of all.
    fn wait_for(&mut self, text: &str) -> bool {
        let mut buffer = [0; 1024];
        while !self.shown.contains(text) {
            match self.terminal.read(&mut buffer) {
                Ok(count) if count > 0 => self.shown.push_str(&String::from_utf8_lossy(&buffer[..count])),
                _ => return false,
            }
        }
        true
    }

    /// Types once the prompt is there and hides what is typed.
    fn answer(&mut self, prompt: &str, typed: &str) {
        assert!(self.wait_for(prompt), "no {prompt:?} in {:?}", self.shown);
        let start = Instant::now();
        while self.echoes() {
            assert!(start.elapsed() < Duration::from_secs(10), "the prompt shows what is typed");
            sleep(Duration::from_millis(5));
        }
        self.shown.clear();
        self.terminal.write_all(typed.as_bytes()).unwrap();
    }

    /// The exit code, and all that was shown since the last answer.
    fn end(mut self) -> (Option<i32>, String) {
        self.wait_for("\0");
        let code = self.child.wait().unwrap().code();
        assert!(!self.shown.contains(PIN) && !self.shown.contains(TOKEN), "{}", self.shown);
        (code, self.shown)
    }
}

#[test]
fn asks_twice_and_shows_nothing() {
    let mut session = Session::start(&["--sandbox"]);
    session.answer("not shown: ", "735194\n");
    session.answer("again: ", "735194\n");
    let (code, shown) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("is set"), "{shown}");
}

#[test]
fn two_different_pins_send_nothing() {
    let sandbox = graph_sandbox::Sandbox::start().unwrap();
    let mut session = Session::start(&["--base-url", sandbox.base_url()]);
    session.answer("not shown: ", "735194\n");
    session.answer("again: ", "735195\n");
    let (code, shown) = session.end();
    assert_eq!(code, Some(2));
    assert!(shown.contains("not the same"), "{shown}");
    assert_eq!(sandbox.stats().connections, 0);
}

#[test]
fn a_bad_pin_is_told_before_it_is_asked_again_and_bad_settings_before_it_is_asked() {
    let mut session = Session::start(&["--sandbox"]);
    session.answer("not shown: ", "73519\n");
    let (code, shown) = session.end();
    assert!(code == Some(2) && shown.contains("5 characters, 6 needed") && !shown.contains("again"), "{shown}");
    let (code, shown) = Session::start(&["--timeout", "0"]).end();
    assert!(code == Some(2) && !shown.contains("New PIN"), "{shown}");
}

#[test]
fn ctrl_c_at_the_prompt_turns_the_echo_on_again() {
    let mut session = Session::start(&["--sandbox", "--json"]);
    session.answer("not shown: ", "735\u{3}");
    assert!(session.wait_for("connection_failed"), "{}", session.shown);
    assert!(session.echoes());
    let (code, shown) = session.end();
    assert!(code == Some(5) && shown.contains("not_sent"), "{shown}");
}

#[test]
fn a_slow_call_says_a_word() {
    let sandbox = graph_sandbox::Sandbox::start().unwrap();
    let (terminal, end) = open().unwrap();
    let args = ["set", "--base-url", sandbox.base_url(), "--phone-number-id", "910010000000000", "--timeout", "2.5"];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), PIN).unwrap();
    let command = Command::new(COMMAND).args(args).arg("--pin-file").arg(file.path());
    let child = command.env("WHATSAPP_ACCESS_TOKEN", TOKEN).spawn(end).unwrap();
    let (code, shown) = Session { terminal, child, shown: String::new() }.end();
    assert_eq!(code, Some(4), "{shown}");
    assert!(shown.contains("Setting the PIN of 910010000000000 (at most 2.5 s) ..."), "{shown}");
    assert!(shown.contains("\u{1b}[1;31merror:"), "coloured on a terminal: {shown:?}");
}
