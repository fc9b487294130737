//! The prompt under real shells: whatever ends or suspends the command, the terminal is as it was.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use common::{
    ID,
    shell::{interactive, is_there},
    terminal::Terminal,
};
use rustix::process::Signal;

const ASKED: &str = "not shown: ";

/// dash lets the terminal be as a program left it; bash and zsh mend it.
fn at_the_prompt(shell: &str, args: &[&str]) -> Option<Terminal> {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = is_there(shell).then(|| interactive(shell, args, folder.path()))?;
    terminal.wait_for("ready> ");
    terminal.enter(&format!("whatsapp-two-step set --sandbox --phone-number-id {ID}\n"));
    terminal.wait_for_prompt(ASKED);
    Some(terminal)
}

#[test]
fn whatever_ends_it_gives_the_terminal_back() {
    let by_key = [("\u{3}", None), ("\u{1c}", None)];
    let by_signal = [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT, Signal::USR1, Signal::ALARM];
    for (key, signal) in by_key.into_iter().chain(by_signal.map(|signal| ("735", Some(signal)))) {
        if signal == Some(Signal::HUP) && !cfg!(target_os = "linux") {
            continue; // keeps what it does there
        }
        let Some(mut terminal) = at_the_prompt("dash", &["-i"]) else { return };
        terminal.enter(key);
        if let Some(signal) = signal {
            terminal.signal(signal);
        }
        terminal.wait_for("ready> ");
        assert!(terminal.is_sane(), "{key:?} {signal:?}");
        assert!(terminal.shown.starts_with("\r\nerror: Interrupted before a request had left."), "{}", terminal.shown);
        terminal.enter("echo \"code $?\"\n");
        terminal.wait_for("code 5");
    }
}

#[test]
fn ctrl_z_suspends_it_and_it_asks_again_when_it_is_back() {
    for (shell, args) in [("dash", &["-i"][..]), ("bash", &["--norc", "-i"]), ("zsh", &["-f", "-i"])] {
        let Some(mut terminal) = at_the_prompt(shell, args) else { continue };
        for _ in 0..2 {
            terminal.enter("73\u{1a}");
            terminal.wait_for("ready> ");
            assert!(shell != "dash" || terminal.is_sane());
            assert!(terminal.shown.to_lowercase().contains("stopped") || terminal.shown.contains("suspended"));
            terminal.enter("fg\n");
            terminal.wait_for_prompt(ASKED);
        }
        terminal.enter("735194\n");
        terminal.answer("again: ", "735194\n");
        terminal.wait_for("is set");
        terminal.wait_for("ready> ");
        assert!(shell != "dash" || terminal.is_sane());
    }
}

#[test]
fn ctrl_z_suspends_a_call_too() {
    let Some(mut terminal) = at_the_prompt("dash", &["-i"]) else { return };
    let sandbox = graph_sandbox::Sandbox::start().unwrap();
    terminal.enter("\u{3}");
    terminal.wait_for("ready> ");
    let url = sandbox.base_url();
    terminal.enter(&format!("whatsapp-two-step set --base-url {url} --phone-number-id 910010000000000 --timeout 3\n"));
    terminal.answer(ASKED, "735194\n");
    terminal.answer("again: ", "735194\n");
    terminal.wait_for("(at most 3 s)");
    terminal.enter("\u{1a}");
    terminal.wait_for("topped");
    terminal.wait_for("ready> ");
    terminal.enter("fg\n");
    terminal.wait_for("error: No answer within the timeout of 3s");
}
