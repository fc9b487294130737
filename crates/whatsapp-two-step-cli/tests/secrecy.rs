//! Whatever the server does: no secret comes out, and nothing that drives a terminal.

mod common;

use std::{collections::VecDeque, sync::Mutex, thread};

use common::{run, set};
use graph_sandbox::{Sandbox, WabaScenario, scenarios, waba_scenarios};

#[test]
fn no_scenario_brings_a_secret_or_an_escape_out() {
    let sandbox = Sandbox::start().unwrap();
    let forms: [&[&str]; 3] = [&["--verbose"], &["--json"], &["--json", "--verbose"]];
    let jobs: VecDeque<_> =
        scenarios().iter().flat_map(|scenario| forms.iter().map(move |form| (scenario, *form))).collect();
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().unwrap().pop_front();
    let worker = || {
        while let Some((scenario, form)) = next() {
            let limits = ["--timeout", "0.5", "--max-retries", "0"];
            let end = set(sandbox.base_url(), scenario.id, &[&limits[..], form].concat());
            let what = format!("{} {form:?}", scenario.name);
            end.assert_no_secret(&what);
            assert!(matches!(end.code, Some(0 | 3 | 4 | 5)), "{what}: {:?}\n{}", end.code, end.err);
            let drives = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
            assert!(!end.err.contains(drives) && !end.out.contains(drives), "{what}: {:?}", end.err);
            if form.contains(&"--json") {
                assert_eq!(end.json()["success"], end.code == Some(0), "{what}");
            }
        }
    };
    thread::scope(|scope| (0..6).for_each(|_| drop(scope.spawn(worker))));
}

#[test]
fn nor_does_a_list_of_numbers() {
    thread::scope(|scope| waba_scenarios().iter().for_each(|scenario| drop(scope.spawn(|| list(scenario)))));
}

fn list(scenario: &WabaScenario) {
    for form in [&["--verbose"][..], &["--json", "--verbose"]] {
        // One each: a script of the sandbox's goes on from call to call.
        let sandbox = Sandbox::start().expect("a free port");
        let args = ["numbers", "--base-url", sandbox.base_url(), "--timeout", "5", "--max-retries", "0"];
        let end = run(&[&args[..], &["--waba-id", scenario.id], form].concat(), "");
        let what = format!("{} {form:?}", scenario.name);
        end.assert_no_secret(&what);
        let due = if scenario.kind == "success" { 0 } else { 5 };
        assert_eq!(end.code, Some(due), "{what}: {}", end.err);
        let drives = |c: char| !matches!(c, '\n' | '\t') && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!end.err.contains(drives) && !end.out.contains(drives), "{what}: {:?}", end.err);
        if form.contains(&"--json") {
            let lines = end.json_lines();
            let numbers = lines.iter().filter(|line| line.get("id").is_some()).count();
            assert_eq!((numbers, lines.len() - numbers), (scenario.numbers, usize::from(due > 0)), "{what}");
            let last = lines.last().and_then(|line| line["error"]["kind"].as_str());
            assert_eq!(last.unwrap_or("success"), scenario.kind, "{what}");
        } else {
            assert_eq!(end.out.lines().count(), scenario.numbers, "{what}");
        }
    }
}
