//! Many calls, 64 at once and without retries, through real servers that end their connections all the time: after seven requests,
//! after a second of silence, and ten times because they are reloaded. No call may fail, and no more connections may be made than are
//! needed: their handshakes are what it costs.

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
const SHORT: Limits = Limits { requests: REQUESTS, idle: Duration::from_secs(1) };
/// In milliseconds: the next calls come just when the server gives up the idle connections, a little before or after.
const PAUSES: RangeFrom<u64> = 975..;
/// Nothing but the number of its requests ends a connection.
const FEW: Limits = Limits { requests: REQUESTS, idle: IDLE };
/// Nothing ends a connection.
const LONG: Limits = Limits { requests: 1_000_000, idle: IDLE };
const REQUESTS: u32 = 7;
const IDLE: Duration = Duration::from_secs(60);

/// Runs every language through each server, one after the other so that they can be timed, and says whether all is well.
pub(crate) fn run(lanes: &[Lane<'_>], calls: usize) -> bool {
    let command = lanes.iter().find(|lane| lane.name == "command").expect("the command serves the sandbox").command;
    let calls = calls / BATCHES * BATCHES;
    println!(
        "{:10}{:17}{:>8}{:>8}{:>9}{:>9}{:>8}{:>13}",
        "", "", "calls", "ok", "seconds", "limited", "ratio", "connections"
    );
    let mut is_good = true;
    for program in [Program::Nginx, Program::HaProxy] {
        if !program.is_here() {
            println!("skipped: {program} is not on this machine");
            continue;
        }
        for lane in lanes.iter().filter(|lane| lane.name != "command") {
            // The first of a new process is slower.
            let mut driver = Driver::start(lane);
            let mut run = |limits, calls| ends(&mut driver, lane, program, limits, calls, command);
            let _ = run(LONG, calls / BATCHES);
            let (without, few, short) = (run(LONG, calls), run(FEW, calls), run(SHORT, calls));
            is_good &= reported(
                program,
                lane,
                calls,
                &[("without limits", without), ("with few requests", few), ("reloaded", short)],
            );
        }
    }
    is_good
}

/// What the calls came to, how often, how long they took, and how many connections.
struct Ends {
    counted: BTreeMap<String, u64>,
    took: Duration,
    connections: Option<u64>,
}

fn reported(program: Program, lane: &Lane<'_>, calls: usize, runs: &[(&str, Ends); 3]) -> bool {
    let title = lane.title();
    let ok = runs.iter().map(|(_, ends)| ends.counted.get("ok").copied().unwrap_or_default());
    let least = ok.min().unwrap_or_default();
    let [without, few] = [&runs[0].1, &runs[1].1];
    let (base, seconds) = (without.took.as_secs_f64(), few.took.as_secs_f64());
    let connections = few.connections.map_or_else(String::new, |count| count.to_string());
    let ratio = seconds / base;
    println!(
        "{:10}{title:17}{calls:>8}{least:>8}{base:>9.1}{seconds:>9.1}{ratio:>8.1}{connections:>13}",
        program.to_string()
    );
    // On Linux `URLSession` tells the end of a request that was left out from no other, and opens its connections as it likes.
    let is_untold = lane.name == "swift" && cfg!(target_os = "linux");
    let mut is_good = least > 0; // else nothing was tested
    for (which, ends) in runs {
        for (end, count) in ends.counted.iter().filter(|(end, _)| *end != "ok") {
            println!("{program}: {title}: {which}: {count} calls came to {end}");
            is_good &= is_untold && end == "connection_failed unknown";
        }
    }
    // A fifth more than are needed, and those that the first calls make at once, before the client knows that one serves all.
    let most = calls as u64 / u64::from(REQUESTS) * 6 / 5 + AT_ONCE as u64;
    if few.connections.is_some_and(|count| count > most) && !is_untold {
        println!("{program}: {title}: {connections} connections, where {most} are enough");
        is_good = false;
    }
    is_good
}

fn ends(driver: &mut Driver, lane: &Lane<'_>, program: Program, limits: Limits, calls: usize, command: &str) -> Ends {
    let sandbox = Sandbox::start(command);
    let front = Front::start(program, limits, sandbox.url.trim_start_matches("http://"));
    let mut ends = Ends { counted: BTreeMap::new(), took: Duration::ZERO, connections: None };
    let is_reloaded = limits.idle == SHORT.idle;
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
            if is_reloaded {
                std::thread::sleep(RELOAD);
                front.reload();
            }
            timed.join().expect("the driver's thread")
        });
        ends.took += took;
        add(&mut ends.counted, &answer);
        if is_reloaded {
            std::thread::sleep(Duration::from_millis(pause));
        }
    }
    ends.connections = front.connections();
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
