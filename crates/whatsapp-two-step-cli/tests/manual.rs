//! Help and manual, as a terminal shows them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]
#![allow(clippy::print_stdout, reason = "a test that skips something says so")]

mod common;

use std::{
    io::Write,
    process::{Command, Stdio},
};

use common::{COMMAND, ID, run, terminal::Terminal};

/// What a terminal of so many columns shows of it, line by line.
fn shown(columns: u16, args: &[&str]) -> Vec<String> {
    let command = pty_process::blocking::Command::new(COMMAND).args(args).env("NO_COLOR", "1");
    let (_, shown) = Terminal::start(command, columns).end();
    shown.lines().map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

#[test]
fn no_word_is_broken_in_a_narrow_terminal() {
    let calls: [&[&str]; 15] = [
        &["--help"],
        &["set", "--help"],
        &["completions", "--help"],
        &["set"],
        &["numbers", "--help"],
        &["pin", "generate", "--help"],
        &["rotate", "--help"],
        &["vault", "import", "--help"],
        &["vault", "list"],
        &["pin", "generate"],
        &["numbers", "--waba-id", "x"],
        &["set", "--phone-number-id", "+49 151"],
        &["set", "--phone-number-id", ID, "--timeout", "x"],
        &["set", "--phone-number-id", ID, "--dry-run", "--token-file", "/no/such/file"],
        &["set", "--phone-number-id", "900001900000463", "--sandbox", "--pin-file", "/no/such/file"],
    ];
    for args in calls {
        for line in shown(40, args) {
            // A word that is longer than the terminal, as an address is, has a line of its own.
            let fits = line.chars().count() <= 40 || !line.trim().contains(' ');
            assert!(fits, "{args:?}: {line:?}");
        }
    }
    // With room, a line stays one.
    assert!(shown(200, &["set"]).contains(&"error: --phone-number-id <ID> is needed.".to_owned()));
}

#[test]
fn help_says_where_the_documentation_is() {
    for args in [&["--help"][..], &["set", "--help"], &["set", "-h"]] {
        let end = run(args, "");
        assert!(end.out.contains("Documentation:\n  https://"), "{}", end.out);
        for variable in ["WHATSAPP_ACCESS_TOKEN", "WHATSAPP_BASE_URL", "WHATSAPP_TWO_STEP_LOOPBACK_ONLY"] {
            assert!(end.out.contains(variable), "{variable}");
        }
    }
}

#[test]
fn errors_and_help_obey_color() {
    let is_coloured = |args: &[&str]| {
        let end = run(args, "");
        assert_eq!(end.code, Some(2), "{args:?}");
        end.err.contains("\u{1b}[1;31merror:")
    };
    assert!(is_coloured(&["set", "--color", "always"]));
    assert!(is_coloured(&["set", "--nonsense", "--color=always"]));
    assert!(!is_coloured(&["set", "--color=always", "--color", "never"]));
    assert!(!is_coloured(&["set", "--color", "sometimes"]));
    assert!(!is_coloured(&["set"]));
    assert!(run(&["set", "--help", "--color=always"], "").out.contains('\u{1b}'));
    let coloured = |args: &[&str]| {
        let (_, shown) =
            Terminal::start(pty_process::blocking::Command::new(COMMAND).args(args).env_remove("NO_COLOR"), 80).end();
        shown.contains('\u{1b}')
    };
    assert!(coloured(&["set"]) && coloured(&["set", "--help"]) && coloured(&["--help"]));
    for args in [&["set", "--color", "never"][..], &["set", "--color=never", "--help"], &["--help", "--color=never"]] {
        assert!(!coloured(args), "{args:?}");
    }
}

#[test]
fn the_manual_has_a_page_for_each_command_and_every_flag() {
    let commands = run(&["--help"], "").out;
    let (_, commands) = commands.split_once("Commands:\n").unwrap();
    let commands = commands.lines().map_while(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    for command in commands.chain(["pin generate", "vault init", "vault rekey"]) {
        let name = command.replace(' ', "-");
        let page = rendered(&["man", &name]);
        let help = run(&[&command.split(' ').collect::<Vec<_>>()[..], &["--help"]].concat(), "").out;
        let flags = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        for flag in flags.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--"))) {
            assert!(page.contains(flag), "{command}: {flag}\n{page}");
        }
        assert!(page.contains(&format!("whatsapp-two-step-{name}(1)")), "{page}");
    }
    let page = rendered(&["man"]);
    for title in ["NAME", "SYNOPSIS", "EXAMPLES", "ENVIRONMENT", "EXIT CODES", "DOCUMENTATION"] {
        assert!(page.lines().any(|line| line == title), "{title}\n{page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
}

/// As `man` shows it; as it is, where there is no `man`.
fn rendered(args: &[&str]) -> String {
    let page = run(args, "");
    assert_eq!((page.code, page.err.as_str()), (Some(0), ""));
    let mut man = Command::new("man");
    man.args(["--warnings", "-E", "ascii", "-l", "-"]).env("MANWIDTH", "80").stdin(Stdio::piped());
    let Ok(mut man) = man.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() else {
        assert!(std::env::var_os("CI").is_none_or(|value| value.is_empty()), "man is not on this machine");
        println!("skipped: man is not on this machine");
        return page.out.replace("\\-", "-");
    };
    man.stdin.take().unwrap().write_all(page.out.as_bytes()).unwrap();
    let output = man.wait_with_output().unwrap();
    let warnings = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && warnings.is_empty(), "{warnings}");
    String::from_utf8(output.stdout).unwrap()
}
