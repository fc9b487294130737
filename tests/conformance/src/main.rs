//! Drives each language's built package as a process of its own:
//!
//! - `conformance cases [WORDS] NAME=COMMAND…` through the same cases, all or those with these words in group or name, and prints
//!   who differs where;
//! - `conformance secrets NAME=COMMAND…` through them with everything logged and shown, and searches that for secrets;
//! - `conformance soak CALLS NAME=COMMAND…` through so many calls, and prints what they took;
//! - `conformance servers CALLS NAME=COMMAND…` through so many calls behind nginx and `HAProxy`, and prints which failed.
//!
//! NAME is the language as the `User-Agent` has it, or `command` for the command line. See the README beside this crate.
#![allow(clippy::print_stdout, clippy::expect_used)] // a report, and a test that may panic

mod beyond;
mod case;
mod cases;
#[path = "../../../crates/whatsapp-two-step/tests/support/certificates.rs"]
#[allow(dead_code, clippy::unwrap_used)]
mod certificates;
mod command;
mod compare;
mod contract;
mod driver;
mod expected;
mod h2;
mod hostile;
mod lanes;
mod memory;
mod record;
mod secrets;
mod server;
mod servers;
mod soak;
mod table;
mod tls;

use case::Case;
use compare::Verdict;
use driver::Driver;
use lanes::Lane;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let (languages, mode): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|of| of.contains('='));
    let languages: Vec<_> = languages.iter().filter_map(|of| of.split_once('=')).collect();
    let is_good = match mode[..] {
        ["cases"] => compared(&lanes::all(&languages), ""),
        ["cases", words] => compared(&lanes::all(&languages), words),
        ["secrets"] => secrets::run(&lanes::all(&languages)),
        ["soak", calls] => soak::run(&lanes::all(&languages), calls.parse().expect("a number of calls")),
        ["servers", calls] => servers::run(&lanes::all(&languages), calls.parse().expect("a number of calls")),
        _ => panic!("cases [WORDS], secrets, soak CALLS or servers CALLS, and NAME=COMMAND for each language"),
    };
    tls::ROOT.remove();
    std::process::exit(i32::from(!is_good));
}

fn compared(lanes: &[Lane<'_>], words: &str) -> bool {
    let mut cases = cases::all();
    cases.retain(|of| format!("{}: {}", of.group, of.name).contains(words));
    let mut table = table::Table::default();
    // Most of the time is spent waiting for time limits: a thread a language.
    std::thread::scope(|scope| {
        let cases = &cases;
        let run = |lane| scope.spawn(move || verdicts(&mut Driver::start(lane), cases, words));
        let threads: Vec<_> = lanes.iter().map(run).collect();
        for (lane, thread) in lanes.iter().zip(threads) {
            let verdicts = thread.join().expect("a language's thread");
            for (group, case, verdict) in verdicts {
                table.add(&lane.title(), group, &case, verdict);
            }
        }
    });
    print!("{table}");
    let failed = table.failures();
    println!("{} passed, {failed} failed, {} skipped", table.passes(), table.skips());
    failed == 0 && table.passes() > 0
}

/// Group, name and verdict of each case.
fn verdicts(driver: &mut Driver, cases: &[Case], words: &str) -> Vec<(&'static str, String, Verdict)> {
    let contract = contract::check(driver).into_iter().map(|(part, differences)| {
        let verdict = if differences.is_empty() { Verdict::Pass(0) } else { Verdict::Differs(differences) };
        ("contract", part.to_owned(), verdict)
    });
    let mut verdicts: Vec<_> = contract.collect();
    let beyond = beyond::check(driver);
    verdicts.extend(beyond.into_iter().filter(|(group, name, _)| format!("{group}: {name}").contains(words)));
    // Its server ends a case later: on Linux Foundation ends the process if a connection closes just when its request is cancelled.
    let mut peer = None;
    verdicts.extend(cases.iter().map(|case| (case.group, case.name.clone(), compare::run(driver, case, &mut peer))));
    verdicts
}
