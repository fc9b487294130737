//! `conformance NAME=COMMAND…`: drives each language's built package through the same cases and prints who differs where.
//!
//! NAME is the language as the `User-Agent` has it, or `command` for the command line. See the README beside this crate.
#![allow(clippy::print_stdout, clippy::expect_used)] // a report, and a test that may panic

mod cases;
mod compare;
mod contract;
mod driver;
mod server;
mod table;

use compare::Verdict;
use driver::Driver;

fn main() {
    let mut table = table::Table::default();
    let cases = cases::all();
    for argument in std::env::args().skip(1) {
        let (name, command) = argument.split_once('=').expect("NAME=COMMAND");
        let mut driver = Driver::start(name, command);
        for (part, differences) in contract::check(&mut driver) {
            let verdict = if differences.is_empty() { Verdict::Pass } else { Verdict::Differs(differences) };
            table.add(name, &cases::case("contract", part), verdict);
        }
        for case in &cases {
            table.add(name, case, compare::run(&mut driver, case));
        }
    }
    print!("{table}");
    let failed = table.failures();
    println!("{} passed, {failed} failed, {} skipped", table.passes(), table.skips());
    std::process::exit(i32::from(failed > 0 || table.passes() == 0));
}
