//! Many calls, 64 at once and without retries, through real servers that end their connections all the time: after seven requests,
//! after a second of silence, and ten times because they are reloaded. No call may fail, and none may wait long.

mod front;

use std::{
    collections::BTreeMap,
    ops::RangeFrom,
    time::{Duration, Instant},
};

use front::{Front, Limits, Program};
use serde_json::{Value, json};

use crate::{
    case::{PIN, TOKEN},
    driver::Driver,
    lanes::Lane,
    soak::server::Server as Sandbox,
};

const ID: &str = "106540352242922";
const AT_ONCE: usize = 64;
/// In each of these, the server is reloaded once.
const BATCHES: usize = 10;
const A_BATCH: Duration = Duration::from_secs(300);
/// So long after a batch has begun, the server is reloaded: in the middle of it.
const RELOAD: Duration = Duration::from_millis(50);
const SHORT: Limits = Limits { requests: 7, idle: Duration::from_secs(1) };
/// In milliseconds: the next calls come just when the server gives up the idle connections, a little before or after.
const PAUSES: RangeFrom<u64> = 975..;
/// Nothing ends a connection, to compare with.
const LONG: Limits = Limits { requests: 1_000_000, idle: Duration::from_secs(60) };
/// How many times as long the calls may take with the limits as without.
const SLOWER: f64 = 3.0;

/// Runs every language through each server, one after the other so that they can be timed, and says whether all is well.
pub(crate) fn run(lanes: &[Lane<'_>], calls: usize) -> bool {
    let command = lanes.iter().find(|lane| lane.name == "command").expect("the command serves the sandbox").command;
    let calls = calls / BATCHES * BATCHES;
    println!("{:10}{:17}{:>8}{:>8}{:>9}{:>15}", "", "", "calls", "ok", "seconds", "without limits");
    let mut is_good = true;
    for program in [Program::Nginx, Program::HaProxy] {
        if !program.is_here() {
            println!("skipped: {program} is not on this machine");
            continue;
        }
        for lane in lanes.iter().filter(|lane| lane.name != "command") {
            // The first of a new process is slower.
            let mut driver = Driver::start(lane);
            let _ = ends(&mut driver, lane, program, LONG, calls / BATCHES, command);
            let without = ends(&mut driver, lane, program, LONG, calls, command);
            let with = ends(&mut driver, lane, program, SHORT, calls, command);
            is_good &= reported(program, lane, calls, &with, &without);
        }
    }
    is_good
}

/// What the calls came to, how often, and how long they took.
struct Ends {
    counted: BTreeMap<String, u64>,
    took: Duration,
}

fn reported(program: Program, lane: &Lane<'_>, calls: usize, with: &Ends, without: &Ends) -> bool {
    let title = lane.title();
    let ok = |ends: &Ends| ends.counted.get("ok").copied().unwrap_or_default();
    let (seconds, base) = (with.took.as_secs_f64(), without.took.as_secs_f64());
    println!("{:10}{title:17}{calls:>8}{:>8}{seconds:>9.1}{base:>15.1}", program.to_string(), ok(with));
    // On Linux `URLSession` tells the end of a request that was left out from no other.
    let untold = with
        .counted
        .get("connection_failed unknown")
        .filter(|_| lane.name == "swift" && cfg!(target_os = "linux"))
        .copied()
        .unwrap_or_default();
    for (ends, which) in [(with, "with the limits"), (without, "without limits")] {
        for (end, count) in ends.counted.iter().filter(|(end, _)| *end != "ok") {
            println!("{program}: {title}: {which}: {count} calls came to {end}");
        }
    }
    if seconds > base * SLOWER {
        println!("{program}: {title}: the limits made it {:.1} times as long", seconds / base);
    }
    // Without one success nothing was tested.
    ok(with) > 0 && ok(with) + untold == calls as u64 && ok(without) == calls as u64 && seconds <= base * SLOWER
}

fn ends(driver: &mut Driver, lane: &Lane<'_>, program: Program, limits: Limits, calls: usize, command: &str) -> Ends {
    let sandbox = Sandbox::start(command);
    let front = Front::start(program, limits, sandbox.url.trim_start_matches("http://"));
    let mut ends = Ends { counted: BTreeMap::new(), took: Duration::ZERO };
    let is_limited = limits.requests == SHORT.requests;
    for pause in PAUSES.step_by(5).take(BATCHES) {
        let batch = json!({
            "soak": vec![ID; calls / BATCHES], "at_once": AT_ONCE, "on_a_loop": lane.on_a_loop, "pin": PIN,
            "settings": {
                "access_token": TOKEN, "base_url": front.url(), "max_retries": 0, "root_certificates": crate::tls::ROOT.pem(),
            },
        });
        let (answer, took) = std::thread::scope(|scope| {
            let timed = scope.spawn(|| {
                let start = Instant::now();
                (driver.ask(&batch, A_BATCH), start.elapsed())
            });
            if is_limited {
                std::thread::sleep(RELOAD);
                front.reload();
            }
            timed.join().expect("the driver's thread")
        });
        ends.took += took;
        add(&mut ends.counted, &answer);
        if is_limited {
            std::thread::sleep(Duration::from_millis(pause));
        }
    }
    ends
}

fn add(counted: &mut BTreeMap<String, u64>, answer: &Value) {
    let Some(batch) = answer["soak"].as_object() else {
        *counted.entry(format!("no counts, but {answer}")).or_default() += 1;
        return;
    };
    for (end, count) in batch {
        let end = end.split_once(' ').map_or(end.as_str(), |(_, end)| end);
        *counted.entry(end.to_owned()).or_default() += count.as_u64().unwrap_or_default();
    }
}
