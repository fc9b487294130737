//! `pin generate`, and the warning of a weak PIN.

mod common;

use common::{ID, PIN, command, finish, run, sandboxed};
use graph_sandbox::Sandbox;

#[test]
fn one_pin_and_nothing_else() {
    let end = run(&["pin", "generate"], "");
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    let pin = end.out.strip_suffix('\n').unwrap();
    assert!(pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()), "{:?}", end.out);
    assert_ne!(run(&["pin", "generate"], "").out, run(&["pin", "generate"], "").out, "once in a million runs");
    let end = run(&["pin", "generate", "--json"], "");
    let object = end.json();
    assert_eq!((end.code, object.as_object().unwrap().len()), (Some(0), 1));
    assert_eq!(object["pin"].as_str().unwrap().len(), 6);
    // It is what set takes.
    let sandbox = Sandbox::start().unwrap();
    let end =
        run(&["set", "--base-url", sandbox.base_url(), "--phone-number-id", ID], &run(&["pin", "generate"], "").out);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn to_a_terminal_only_when_told_so() {
    use common::terminal::Terminal;

    let (code, shown) = Terminal::of_command(&["pin", "generate"]).end();
    assert!(code == Some(2) && shown.contains("error: A PIN is not shown") && shown.contains("--yes"), "{shown}");
    assert!(!shown.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 6), "{shown}");
    let (code, shown) = Terminal::of_command(&["pin", "generate", "--json"]).end();
    assert!(code == Some(2) && shown.starts_with("{\"success\":false"), "{shown}");
    let (code, shown) = Terminal::of_command(&["pin", "generate", "--yes"]).end();
    assert!(code == Some(0) && shown.trim_end().len() == 6, "{shown}");
}

#[test]
fn a_weak_pin_brings_a_warning_and_is_set_all_the_same() {
    let sandbox = Sandbox::start().unwrap();
    for weak in ["012345", "111111", "987654"] {
        for form in [&[][..], &["--json"], &["--quiet"], &["--dry-run"]] {
            let args = ["set", "--base-url", sandbox.base_url(), "--phone-number-id", ID];
            let end = finish(command(&[&args[..], form].concat()), weak);
            assert_eq!(end.code, Some(0), "{}", end.err);
            assert!(end.err.starts_with("warning: this PIN is one of those that people try first"), "{}", end.err);
            assert!(!end.err.contains(weak) && !end.out.contains(weak));
            if form == ["--json"] {
                assert_eq!(end.json()["success"], true);
            }
        }
        assert_eq!(sandbox.pin(ID).as_deref(), Some(weak));
    }
    assert!(!sandboxed(&["--quiet"], PIN).err.contains("warning"));
}
