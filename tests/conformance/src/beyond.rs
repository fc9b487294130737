//! What there is beside the call: reading an account's numbers, drawing a PIN, and the security webhook.

use std::{collections::BTreeSet, time::Duration};

use graph_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{
    case::TOKEN,
    cases::{list, text, vectors},
    command,
    compare::Verdict,
    driver::Driver,
};

const FLEET: u32 = 250;
const DRAWN: u32 = 1_000;

/// Group and name of each case, and how it went.
pub(crate) fn check(driver: &mut Driver) -> Vec<(&'static str, String, Verdict)> {
    let mut verdicts = numbers(driver);
    verdicts.push(("drawing", "a PIN".to_owned(), verdict(drawing(driver))));
    verdicts.push(("webhooks", "the vectors".to_owned(), webhooks(driver)));
    verdicts
}

fn verdict(differences: Vec<String>) -> Verdict {
    if differences.is_empty() { Verdict::Pass(0) } else { Verdict::Differs(differences) }
}

fn numbers(driver: &mut Driver) -> Vec<(&'static str, String, Verdict)> {
    let sandbox = Sandbox::builder().numbers(FLEET).start().expect("a free port");
    let mut read = |waba: &str| {
        // Short where the time limit has to strike, and long enough for a busy machine where it must not.
        let timeout = if waba.starts_with("93") { 20 } else { 3 };
        let settings =
            json!({"access_token": TOKEN, "base_url": sandbox.base_url(), "max_retries": 0, "timeout": timeout});
        let question = json!({"numbers": waba, "settings": settings, "on_a_loop": driver.on_a_loop});
        match driver.name.as_str() {
            "command" => command::numbers(driver.command(), &question, None),
            _ => driver.ask(&question, Duration::from_secs(60))["numbers"].take(),
        }
    };
    let mut verdicts = vec![("numbers", "a fleet".to_owned(), verdict(fleet(&read("930000000000001"), &sandbox)))];
    for row in graph_sandbox::waba_scenarios() {
        let answer = read(row.id);
        let mut differences = Vec::new();
        let kind = answer["error"]["kind"].as_str().unwrap_or("success");
        let (count, due) = (answer["count"].as_u64(), row.numbers as u64);
        if (kind, count) != (row.kind, Some(due)) {
            differences.push(format!("{kind} after {count:?} numbers instead of {} after {due}", row.kind));
        }
        if answer["error"].is_object() && answer["error"]["outcome"] != "not_sent" {
            differences.push(format!("outcome is {}", answer["error"]["outcome"]));
        }
        if answer.to_string().contains(TOKEN) {
            differences.push("the token shows".to_owned());
        }
        verdicts.push(("numbers", row.name.to_owned(), verdict(differences)));
    }
    verdicts
}

/// Every number once, with all fields; and each page was asked for by its cursor, a hundred at a time.
fn fleet(answer: &Value, sandbox: &Sandbox) -> Vec<String> {
    let mut differences = Vec::new();
    if answer["count"] != FLEET || !answer["error"].is_null() {
        differences.push(format!("{} numbers instead of {FLEET}, {}", answer["count"], answer["error"]));
    }
    let fields: BTreeSet<&str> =
        answer["first"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let due = vectors("kinds.json");
    let due: BTreeSet<&str> = list(&due, "phone_number_fields").iter().filter_map(Value::as_str).collect();
    if fields != due {
        differences.push(format!("a number has {fields:?} instead of {due:?}"));
    }
    if answer["first"]["id"] != "106540352242922" || answer["first"]["pin"] != "not_set" {
        differences.push(format!("the first one is {}", answer["first"]));
    }
    let pages = sandbox.requests();
    let queries: Vec<_> = pages.iter().filter_map(|page| page.query()).collect();
    let asked =
        |query: &&str| query.contains("limit=100") && query.contains("is_pin_enabled") && !query.contains(TOKEN);
    if queries.len() != 3 || !queries.iter().all(asked) || pages.iter().any(|page| page.method() != "GET") {
        differences.push(format!("asked for {queries:?}"));
    }
    differences
}

fn drawing(driver: &mut Driver) -> Vec<String> {
    let weak = ["111111", "234567", "987654", "735194", "012346"];
    let answer = match driver.name.as_str() {
        "command" => command::draw(driver.command()),
        _ => driver.ask(&json!({"draw": DRAWN, "weak": weak}), Duration::from_secs(60))["draw"].take(),
    };
    let pins: Vec<_> = answer["pins"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut differences = Vec::new();
    let is_pin = |pin: &&str| pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit());
    if pins.is_empty() || !pins.iter().all(is_pin) || pins.iter().collect::<BTreeSet<_>>().len() * 10 < pins.len() * 9 {
        differences.push(format!("drew {} PINs, which are none or the same", pins.len()));
    }
    if driver.name != "command" && answer["weak"] != json!([true, true, true, false, false]) {
        differences.push(format!("weak are {} of {weak:?}", answer["weak"]));
    }
    differences
}

fn webhooks(driver: &mut Driver) -> Verdict {
    if ["command", "swift"].contains(&driver.name.as_str()) {
        return Verdict::Skip("webhooks come to servers: Rust, Python, Node and Kotlin".to_owned());
    }
    let vectors = vectors("webhooks.json");
    let mut differences = Vec::new();
    for case in list(&vectors, "good").iter().chain(list(&vectors, "bad")) {
        let question = json!({"webhook": case, "app_secret": vectors["app_secret"]});
        let answer = driver.ask(&question, Duration::from_secs(30))["webhook"].take();
        let is_right = match case.get("events") {
            Some(events) => answer["events"] == *events,
            None => answer["error"]["kind"] == "invalid_webhook" && answer["error"]["outcome"] == "not_sent",
        };
        if !is_right || answer.to_string().contains(text(&vectors, "app_secret")) {
            differences.push(format!("{}: {answer}", case["name"]));
        }
    }
    verdict(differences)
}
