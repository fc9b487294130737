//! The hidden prompt, on a terminal of the test's own.
#![cfg(unix)]

mod common;

use common::{COMMAND, ID, PIN, private_file, terminal::Terminal};

fn start(more: &[&str]) -> Terminal {
    Terminal::of_command(&[&["set", "--phone-number-id", ID], more].concat())
}

#[test]
fn asks_twice_and_shows_nothing() {
    let mut terminal = start(&["--sandbox"]);
    terminal.answer("not shown: ", "735194\n");
    terminal.answer("again: ", "735194\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("is set"), "{shown}");
}

#[test]
fn keys_that_edit_a_line_do_so() {
    let mut terminal = start(&["--sandbox"]);
    terminal.answer("not shown: ", "wrong\u{15}7351999\u{7f}\u{7f}4\n");
    terminal.answer("again: ", "735194\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn two_different_pins_send_nothing() {
    let sandbox = graph_sandbox::Sandbox::start().unwrap();
    let mut terminal = start(&["--base-url", sandbox.base_url()]);
    terminal.answer("not shown: ", "735194\n");
    terminal.answer("again: ", "735195\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(2));
    assert!(shown.starts_with("\r\nerror: The two PINs are not the same."), "{shown:?}");
    assert_eq!(sandbox.stats().connections, 0);
}

#[test]
fn a_bad_pin_is_told_before_it_is_asked_again_and_bad_settings_before_it_is_asked() {
    let mut terminal = start(&["--sandbox"]);
    terminal.answer("not shown: ", "73519\n");
    let (code, shown) = terminal.end();
    assert!(code == Some(2) && shown.contains("5 characters, 6 needed") && !shown.contains("again"), "{shown}");
    let (code, shown) = start(&["--timeout", "0"]).end();
    assert!(code == Some(2) && shown.contains("timeout") && !shown.contains("New PIN"), "{shown}");
}

#[test]
fn ctrl_c_and_ctrl_d_leave_it() {
    for (key, json) in [("735\u{3}", "--json"), ("\u{4}", "--json"), ("\u{3}", "--color=never")] {
        let mut terminal = start(&["--sandbox", json]);
        terminal.answer("not shown: ", key);
        terminal.wait_for(if json == "--json" { "\r\n{" } else { "\r\nerror: Interrupted before a request had left." });
        assert!(terminal.is_sane());
        let (code, shown) = terminal.end();
        assert_eq!(code, Some(5), "{shown}");
        assert!(
            json != "--json" || shown.contains("\"kind\":\"interrupted\"") && shown.contains("not_sent"),
            "{shown}"
        );
    }
}

#[test]
fn a_slow_call_says_a_word() {
    let sandbox = graph_sandbox::Sandbox::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pin = private_file(folder.path(), "pin", PIN);
    let args = ["set", "--base-url", sandbox.base_url(), "--phone-number-id", "910010000000000", "--timeout", "2.5"];
    let command = pty_process::blocking::Command::new(COMMAND).args(args).args(["--pin-file", &pin]);
    let (code, shown) = Terminal::start(command.env_remove("NO_COLOR"), 120).end();
    assert_eq!(code, Some(4), "{shown}");
    assert!(shown.contains("Setting the PIN of 910010000000000 (at most 2.5 s) ..."), "{shown}");
    assert!(shown.contains("\u{1b}[1;31merror:"), "coloured on a terminal: {shown:?}");
}
