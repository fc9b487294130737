//! Which calls are made, and what each has to come to by the sandbox's own table.

use std::collections::BTreeMap;

use serde_json::Value;

/// One call of so many meets a fault,
const FAULT_EACH: usize = 5;
/// and one of so many silence; each of these at least once a batch.
const SILENCE_EACH: usize = 200;

const APART: [&str; 9] = [
    // The next call over that connection may rightly fail, which is a case of its own.
    "close-after-success",
    // A retry would wait for a second or two.
    "429-1-second",
    "429-date",
    "503-1-second",
    // Megabytes an answer, of which the client reads a little: the server would be what is measured.
    "endless-body",
    "endless-headers",
    "20000-headers",
    "body-10-mib",
    "gzip-bomb",
];

/// What a batch may meet beside the table.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Weather {
    Fair,
    /// The server is killed during it.
    Killed,
}

pub(crate) struct Mix {
    numbers: Vec<String>,
    faults: Vec<&'static str>,
    /// The server doesn't end these: they come first, since a batch waits for their timeout.
    silent: Vec<&'static str>,
    ends: BTreeMap<String, String>,
    is_swift: bool,
}

impl Mix {
    pub(crate) fn new(language: &str) -> Self {
        let numbers: Vec<_> = (0..10).map(|last| format!("10654035224292{last}")).collect();
        let mut ends: BTreeMap<_, _> = numbers.iter().map(|id| (id.clone(), "ok".to_owned())).collect();
        let (mut faults, mut silent) = (Vec::new(), Vec::new());
        for scenario in graph_sandbox::scenarios() {
            // The next call of the same ID meets something else.
            let is_script = scenario.id.starts_with("92");
            // On Linux Foundation ends the whole process when a server goes away in the middle of the headers.
            let ends_swift = language == "swift" && ["hang-in-headers", "drip"].contains(&scenario.name);
            let is_apart = is_script || ends_swift || APART.contains(&scenario.name);
            let list = if scenario.kind == "timed_out" { &mut silent } else { &mut faults };
            if !is_apart {
                list.push(scenario.id);
                let end = match scenario.kind {
                    "success" => "ok".to_owned(),
                    kind => format!("{kind} {}", scenario.outcome),
                };
                ends.insert(scenario.id.to_owned(), end);
            }
        }
        Self { numbers, faults, silent, ends, is_swift: language == "swift" }
    }

    /// The IDs of a batch, all in one order.
    pub(crate) fn batch(&self, calls: usize) -> Vec<&str> {
        let one = |number: usize| match number % FAULT_EACH {
            0 => self.faults[number / FAULT_EACH % self.faults.len()],
            _ => self.numbers[number % self.numbers.len()].as_str(),
        };
        let silent = self.silent.len().max(calls / SILENCE_EACH);
        self.silent.iter().copied().cycle().take(silent).chain((0..).map(one)).take(calls).collect()
    }

    /// On Linux `URLSession` takes what is no HTTP for a broken connection, if the connection served another call before.
    fn is_also(&self, id: &str, end: &str) -> bool {
        let is_no_http = |name| graph_sandbox::scenarios().iter().any(|it| it.id == id && it.name == name);
        self.is_swift && end == "connection_failed unknown" && (is_no_http("not-http") || is_no_http("no-headers"))
    }

    /// How the ends of a batch, counted by `"ID end"`, differ from the table.
    pub(crate) fn differences(&self, batch: &[&str], counted: &Value, weather: Weather) -> Vec<String> {
        let Some(counted) = counted.as_object() else { return vec![format!("no counts, but {counted}")] };
        let mut missing: BTreeMap<&str, u64> = BTreeMap::new();
        for id in batch {
            *missing.entry(id).or_default() += 1;
        }
        let mut differences = Vec::new();
        let mut are_cut_off = 0;
        for (end, count) in counted {
            let (id, end) = end.split_once(' ').unwrap_or_default();
            let count = count.as_u64().unwrap_or_default();
            let due = self.ends.get(id).map_or("no call", String::as_str);
            // Half an answer is no answer to some, and no HTTP to others.
            let cut_off = ["connection_failed unknown", "connection_failed not_sent", "unexpected_response unknown"];
            if end == due || self.is_also(id, end) {
                // As it should be.
            } else if weather == Weather::Killed && cut_off.contains(&end) {
                are_cut_off += count;
            } else {
                differences.push(format!("{count} calls of {id} came to {end} instead of {due}"));
            }
            match missing.get_mut(id) {
                Some(left) if *left >= count => *left -= count,
                _ => differences.push(format!("{id} ended more often than it was called")),
            }
        }
        let lost: u64 = missing.values().sum();
        if lost > 0 {
            differences.push(format!("{lost} calls have no end"));
        }
        // The silent ones at least were under way.
        if weather == Weather::Killed && are_cut_off == 0 {
            differences.push("the server was killed, and no call failed".to_owned());
        }
        differences
    }
}
