//! Every case with everything logged, and every result shown in every way that a language has: nothing printed may hold a
//! secret, nor a URL that a server saw. A leak that is planted has to be found, through each channel, or nothing is proved.

mod spelling;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use data_encoding::{BASE64, HEXLOWER};
use graph_sandbox::Sandbox;
use serde_json::{Value, json};
pub(crate) use spelling::Secrets;
use whatsapp_two_step::{Endpoint, Operation, SetTwoStepPin};

use crate::{
    case::{Case, PIN, Server, TOKEN, case},
    cases, command, compare,
    driver::Driver,
    h2,
    lanes::Lane,
    record::Record,
};

/// The one that is leaked on purpose.
const PLANTED: &str = "planted_leak_4711";
/// What is printed may come a little after the answer.
const LATE: Duration = Duration::from_secs(5);
/// Of a language's leaks; most often they are one.
const SHOWN: usize = 20;
const ANSWER: Duration = Duration::from_secs(60);

/// By language, each way in which its driver shows what there is.
fn channels(language: &str) -> &'static [&'static str] {
    match language {
        "rust" => &["log", "debug", "serialised"],
        "python" => &["log", "locals", "pickle", "repr"],
        "node" => &["debuglog", "inspect", "console", "json", "clone"],
        "kotlin" => &["log", "string", "stack", "serialised"],
        "swift" => &["log", "dump", "reflecting", "described"],
        "command" => &["standard error", "standard output"],
        _ => &[],
    }
}

/// Runs every language, and says whether all is well.
pub(crate) fn run(lanes: &[Lane<'_>]) -> bool {
    let is_apart = |of: &Case| ["calls", h2::FLOODS].contains(&of.group);
    let cases: Vec<_> = cases::all().into_iter().filter(|of| !is_apart(of)).map(marked).collect();
    let reports: Vec<_> = std::thread::scope(|scope| {
        let cases = &cases;
        let threads: Vec<_> = lanes.iter().map(|lane| scope.spawn(move || Search::new(lane).run(cases))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a language's thread")).collect()
    });
    println!("{:17}{:>8}{:>16}{:>17}{:>10}", "", "calls", "searched, kB", "planted leaks", "secrets");
    let mut is_good = true;
    for (lane, report) in lanes.iter().zip(&reports) {
        let Report { calls, bytes, planted, leaks } = report;
        println!("{:17}{calls:>8}{:>16}{planted:>11} found{:>10}", lane.title(), bytes >> 10, leaks.len());
        is_good &= leaks.is_empty();
    }
    for (lane, report) in lanes.iter().zip(&reports) {
        for leak in report.leaks.iter().take(SHOWN) {
            println!("{}: {leak}", lane.title());
        }
        if report.leaks.len() > SHOWN {
            println!("{}: and {} more", lane.title(), report.leaks.len() - SHOWN);
        }
    }
    is_good
}

/// With an app secret too, where the case has none of its own.
fn marked(mut of: Case) -> Case {
    if of.settings.get("access_token").is_some_and(|token| token == TOKEN) {
        of.settings.entry("app_secret").or_insert_with(|| graph_sandbox::APP_SECRET.into());
    }
    of
}

/// What the app secret is for: a secret of its own, except in the URL.
fn proof() -> String {
    let endpoint = Endpoint::new(TOKEN.parse().expect("a token"));
    let endpoint = endpoint.with_app_secret(graph_sandbox::APP_SECRET.parse().expect("a secret")).expect("a proof");
    let operation = SetTwoStepPin::new("1".parse().expect("an ID"), PIN.parse().expect("a PIN"));
    let request = operation.to_request(&endpoint).expect("a request");
    request.uri().query().and_then(|query| query.split_once('=')).expect("a proof").1.to_owned()
}

#[derive(Default)]
struct Report {
    calls: usize,
    bytes: usize,
    planted: usize,
    leaks: BTreeSet<String>,
}

struct Search {
    driver: Driver,
    record: Record,
    /// Those of no URL, and with them those of no output.
    in_url: Secrets,
    in_output: Secrets,
    report: Report,
    /// How much of the record was searched.
    searched: usize,
}

impl Search {
    fn new(lane: &Lane<'_>) -> Self {
        let record = Record::default();
        let secrets = [("token", TOKEN), ("PIN", PIN), ("app secret", graph_sandbox::APP_SECRET)];
        let proof = proof();
        Self {
            driver: Driver::recorded(lane, record.clone()),
            record,
            in_url: Secrets::new(&secrets),
            in_output: Secrets::new(&[&secrets[..], &[("proof", &proof)]].concat()),
            report: Report::default(),
            searched: 0,
        }
    }

    fn run(mut self, cases: &[Case]) -> Report {
        for of in cases {
            self.shown(of);
        }
        self.numbers();
        self.planted();
        // What came late is searched with the last ones.
        self.search("after all");
        self.report
    }

    fn shown(&mut self, of: &Case) {
        if of.why_not(&self.driver.name).is_some() {
            return;
        }
        let (peer, mut call) = compare::prepared(of);
        call["show"] = true.into();
        call["on_a_loop"] = self.driver.on_a_loop.into();
        let mut answer = self.driver.show(&call, ANSWER);
        // On Linux Foundation ends the process now and then, when a client goes away that was made for one call. A new process is asked.
        if self.driver.name == "swift" && answer["driver"].is_string() {
            answer = self.driver.show(&call, ANSWER);
        }
        if answer["show"] == true {
            self.report.calls += 1;
        } else if answer["skip"].is_null() {
            self.report.leaks.insert(format!("{}: {}: the driver shows nothing: {answer}", of.group, of.name));
        }
        // The PIN of another case is no secret here.
        for secret in peer.seen().iter().flat_map(|request| self.in_url.in_text(&request.target)) {
            self.report.leaks.insert(format!("{}: {}: the {secret} is in the URL", of.group, of.name));
        }
        self.search(&format!("{}: {}", of.group, of.name));
    }

    /// Lists of numbers, with the token in their texts, in a cursor and in the next page's URL.
    fn numbers(&mut self) {
        let sandbox = Sandbox::builder().numbers(250).start().expect("a free port");
        let fleet = ["930000000000001"].into_iter();
        for id in graph_sandbox::waba_scenarios().iter().map(|row| row.id).chain(fleet) {
            let settings = json!({
                "access_token": TOKEN, "app_secret": graph_sandbox::APP_SECRET, "base_url": sandbox.base_url(),
                "max_retries": 0, "timeout": 3,
            });
            let question = json!({"numbers": id, "settings": settings, "on_a_loop": self.driver.on_a_loop});
            let answer = match self.driver.name.as_str() {
                "command" => command::numbers(self.driver.command(), &question, Some(&self.record)),
                // On Linux Foundation may end the process where a connection closes. A new one is asked.
                _ => (0..2)
                    .map(|_| self.driver.ask(&question, ANSWER)["numbers"].take())
                    .find(Value::is_object)
                    .unwrap_or_default(),
            };
            if answer["count"].is_u64() {
                self.report.calls += 1;
            } else {
                self.report.leaks.insert(format!("numbers: {id}: the driver reads nothing: {answer}"));
            }
            self.search(&format!("numbers: {id}"));
        }
        for request in sandbox.requests() {
            for secret in self.in_url.in_text(request.query().unwrap_or_default()) {
                self.report.leaks.insert(format!("numbers: the {secret} is in the URL"));
            }
        }
    }

    /// What is new in the record, and a little before it: a secret may have come in two pieces.
    fn search(&mut self, when: &str) {
        let text = self.record.text(self.searched.saturating_sub(256));
        for secret in self.in_output.in_text(&text) {
            self.report.leaks.insert(format!("{when}: the {secret} is in what was printed"));
        }
        self.searched = self.record.length();
        self.report.bytes = self.searched;
    }

    /// Through each channel in each spelling, and in the URL.
    fn planted(&mut self) {
        let finder = Secrets::new(&[("planted one", PLANTED)]);
        let bytes = PLANTED.as_bytes();
        let spelled =
            [PLANTED.to_owned(), spelling::percent(bytes)[0].clone(), BASE64.encode(bytes), HEXLOWER.encode(bytes)];
        for channel in channels(&self.driver.name) {
            for text in &spelled {
                let from = self.record.length();
                self.driver.plant(channel, text, ANSWER);
                let start = Instant::now();
                while finder.in_text(&self.record.text(from)).is_empty() && start.elapsed() < LATE {
                    std::thread::sleep(Duration::from_millis(10));
                }
                self.count(!finder.in_text(&self.record.text(from)).is_empty(), channel);
            }
        }
        let mut of = Case { server: Server::Sandbox, ..case("planted", "a URL") };
        of.settings.insert("base_url_path".to_owned(), format!("/{PLANTED}").into());
        let (peer, mut call) = compare::prepared(&of);
        call["show"] = true.into();
        call["on_a_loop"] = self.driver.on_a_loop.into();
        let _: Value = self.driver.show(&call, ANSWER);
        self.count(peer.seen().iter().any(|request| !finder.in_text(&request.target).is_empty()), "URL");
    }

    fn count(&mut self, is_found: bool, channel: &str) {
        if is_found {
            self.report.planted += 1;
        } else {
            self.report.leaks.insert(format!("a leak that was planted in the {channel} was not found"));
        }
    }
}

/// The call with its secrets spelled backwards: a log of the driver's own input shows none then.
pub(crate) fn backwards(mut call: Value) -> Value {
    for place in ["/pin", "/text", "/settings/access_token", "/settings/app_secret"] {
        if let Some(text) = call.pointer_mut(place).filter(|text| text.is_string()) {
            *text = json!(text.as_str().unwrap_or_default().chars().rev().collect::<String>());
        }
    }
    call
}
