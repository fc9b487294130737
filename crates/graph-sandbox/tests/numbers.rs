//! Lists of numbers: a fleet, pages, fields, and the accounts whose lists go wrong.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use common::*;
use graph_sandbox::{Sandbox, waba_scenarios};
use serde_json::Value;

const FIELDS: &str = "limit=100&fields=id,verified_name,is_pin_enabled";

fn get(sandbox: &Sandbox, target: &str) -> Answer {
    call(sandbox, &request("GET", &format!("/v24.0/{target}"), "Authorization: Bearer EAAx\r\n", ""))
}

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|number| number["id"].as_str().unwrap().to_owned()).collect()
}

/// By the cursor, as a client goes; at most ten pages.
fn all(sandbox: &Sandbox, waba: &str, query: &str) -> Vec<Value> {
    let mut pages = vec![get(sandbox, &format!("{waba}/phone_numbers?{query}")).json()];
    while pages.len() < 10
        && let (Some(after), true) = (pages.last().unwrap()["paging"]["cursors"]["after"].as_str(), has_next(&pages))
    {
        let page = get(sandbox, &format!("{waba}/phone_numbers?{query}&after={after}")).json();
        pages.push(page);
    }
    pages
}

fn has_next(pages: &[Value]) -> bool {
    pages.last().unwrap()["paging"]["next"].is_string()
}

#[test]
fn a_fleet_is_spread_over_its_accounts() {
    let sandbox = Sandbox::builder().numbers(250).wabas(3).start().unwrap();
    let of = |waba: &str| all(&sandbox, waba, FIELDS).iter().flat_map(ids).collect::<Vec<_>>();
    let accounts = ["930000000000001", "930000000000002", "930000000000003"].map(of);
    assert_eq!(accounts.each_ref().map(Vec::len), [83, 83, 84]);
    let mut every = accounts.concat();
    every.dedup();
    assert_eq!((every.len(), every[0].as_str()), (250, ID));
    for nobody in ["930000000000004", "102290129340398", "x"] {
        let error = get(&sandbox, &format!("{nobody}/phone_numbers")).error();
        assert_eq!((error["code"].as_u64(), error["error_subcode"].as_u64()), (Some(100), Some(33)), "{nobody}");
    }
    assert_eq!(ids(&get(&Sandbox::start().unwrap(), "930000000000001/phone_numbers").json()).len(), 5);
    let empty = Sandbox::builder().numbers(0).start().unwrap();
    assert_eq!(get(&empty, "930000000000001/phone_numbers").text(), "{\"data\":[]}");
}

#[test]
fn pages_forth_and_back_and_the_token_in_the_url_of_the_next() {
    let sandbox = Sandbox::builder().numbers(60).start().unwrap();
    let waba = "930000000000001/phone_numbers";
    let pages = all(&sandbox, "930000000000001", "");
    assert_eq!(pages.iter().map(|page| ids(page).len()).collect::<Vec<_>>(), [25, 25, 10]);
    let next = pages[0]["paging"]["next"].as_str().unwrap();
    let start = format!("http://127.0.0.1/v24.0/{waba}?access_token=EAAx&limit=25&after=");
    assert!(next.starts_with(&start), "{next}");
    // Who follows it gets the page, as with Graph.
    let path = next.strip_prefix("http://127.0.0.1").unwrap();
    assert_eq!(call(&sandbox, &request("GET", path, "", "")).json()["data"], pages[1]["data"]);
    let before = pages[2]["paging"]["cursors"]["before"].as_str().unwrap();
    assert_eq!(get(&sandbox, &format!("{waba}?before={before}")).json()["data"], pages[1]["data"]);
    assert!(pages[0]["paging"]["previous"].is_null() && pages[2]["paging"]["previous"].is_string());
    for query in ["limit=0", "limit=x", "after=x", "before="] {
        assert_eq!(get(&sandbox, &format!("{waba}?{query}")).error()["code"], 100, "{query}");
    }
    let usage = get(&sandbox, waba);
    let usage: Value = serde_json::from_str(usage.header("x-business-use-case-usage").unwrap()).unwrap();
    assert_eq!(usage["930000000000001"][0]["type"], "whatsapp_business_management");
}

#[test]
fn fields_are_those_that_were_asked_for_and_an_unknown_one_is_refused() {
    let sandbox = Sandbox::start().unwrap();
    for target in [ID, "930000000000001/phone_numbers"] {
        let answer = get(&sandbox, &format!("{target}?fields=id%2Cnope,status"));
        assert_eq!((answer.status, answer.error()["code"].as_u64()), (400, Some(100)));
        assert_eq!(answer.error()["message"], "(#100) Tried accessing nonexisting field (nope)");
        let entry = get(&sandbox, &format!("{target}?limit=1&fields=platform_type%2Cid")).text();
        assert!(entry.contains(&format!("{{\"platform_type\":\"CLOUD_API\",\"id\":\"{ID}\"}}")), "{entry}");
    }
    let usual = get(&sandbox, ID).json();
    let keys: Vec<_> = usual.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["display_phone_number", "id", "quality_rating", "verified_name"]);
}

#[test]
fn the_list_follows_the_pins_that_were_set() {
    let sandbox = Sandbox::start().unwrap();
    let enabled = || -> Vec<bool> {
        let page = get(&sandbox, &format!("930000000000001/phone_numbers?{FIELDS}")).json();
        page["data"].as_array().unwrap().iter().map(|number| number["is_pin_enabled"] == true).collect()
    };
    assert_eq!(enabled(), [false; 5]);
    let answer = set(&sandbox, "106540352242924");
    assert!(answer.header("x-business-use-case-usage").unwrap().contains("\"930000000000001\""));
    set(&sandbox, "100000000000001");
    assert_eq!(enabled(), [false, false, true, false, false]);
    let pins = call(&sandbox, &request("GET", "/_sandbox/pins", "", "")).json();
    assert_eq!(pins, serde_json::json!({"100000000000001": PIN, "106540352242924": PIN}));
    assert_eq!(sandbox.pins().into_keys().collect::<Vec<_>>(), ["100000000000001", "106540352242924"]);
    sandbox.reset();
    assert_eq!((enabled(), sandbox.pins().len()), (vec![false; 5], 0));
}

#[test]
fn tokens_and_codes_are_as_for_any_other_call() {
    let sandbox = Sandbox::start().unwrap();
    let with = |token: &str| {
        call(
            &sandbox,
            &request("GET", "/v24.0/930000000000001/phone_numbers", &format!("Authorization: Bearer {token}\r\n"), ""),
        )
    };
    assert_eq!(with("EAAsandboxExpired").error()["error_subcode"], 463);
    assert_eq!(with("EAAsandboxNoPermission").status, 403);
    assert_eq!(get(&sandbox, "900000100000000/phone_numbers").error()["code"], 10);
    assert_eq!(get(&sandbox, "930000000000001/phone_numbers/x").error()["code"], 2500);
    let post = request("POST", "/v24.0/930000000000001/phone_numbers", "Authorization: Bearer EAAx\r\n", "{}");
    assert_eq!(call(&sandbox, &post).error()["error_subcode"], 33);
}

fn waba(name: &str) -> &'static str {
    waba_scenarios().iter().find(|scenario| scenario.name == name).unwrap().id
}

#[test]
fn odd_fields() {
    let sandbox = Sandbox::start().unwrap();
    let entry =
        |name: &str| get(&sandbox, &format!("{}/phone_numbers?{FIELDS},status", waba(name))).json()["data"][1].clone();
    let id = "107000000000001";
    assert_eq!(entry("absent-fields"), serde_json::json!({"id": id}));
    assert!(entry("null-fields")["status"].is_null() && entry("null-fields")["id"] == id);
    assert!(entry("fields-of-another-type")["is_pin_enabled"].is_object());
    assert_eq!(entry("unknown-values")["status"], "SOMETHING_NEW");
    assert_eq!(entry("numeric-id")["id"], 107_000_000_000_001_u64);
    assert!(entry("echo-token-in-fields")["verified_name"].as_str().unwrap().starts_with("EAAx\u{1b}[31m"));
    let refused = |fields: &str| get(&sandbox, &format!("{}/phone_numbers?fields={fields}", waba("refused-field")));
    assert_eq!(
        refused("id,is_pin_enabled").error()["message"],
        "(#100) Tried accessing nonexisting field (is_pin_enabled)"
    );
    assert_eq!(refused("id").status, 200);
}

#[test]
fn odd_pages() {
    let sandbox = Sandbox::start().unwrap();
    let pages = |name: &str| all(&sandbox, waba(name), FIELDS);
    let counts = |name: &str| pages(name).iter().map(|page| ids(page).len()).collect::<Vec<_>>();
    assert_eq!(counts("empty-page"), [100, 0, 50]);
    assert!(pages("no-paging")[0].get("paging").is_none());
    let cursors = |name: &str| {
        let after = |page: &Value| page["paging"]["cursors"]["after"].as_str().unwrap().to_owned();
        pages(name).iter().map(after).collect::<Vec<_>>()
    };
    let same = cursors("same-cursor");
    assert!(same.len() == 10 && same.iter().all(|cursor| *cursor == same[0]));
    let circle = cursors("circle");
    assert!(circle[0] != circle[1] && circle[..2] == circle[2..4]);
    let without = &pages("next-without-cursor")[0]["paging"];
    assert!(without["next"].is_string() && without.get("cursors").is_none());
    let cursor = &pages("token-in-cursor")[0]["paging"]["cursors"]["after"];
    assert!(cursor.as_str().unwrap().contains("EAAx"));
    assert_eq!(get(&sandbox, &format!("{}/phone_numbers", waba("no-data"))).text(), "{}");
    let size = |name: &str| get(&sandbox, &format!("{}/phone_numbers?{FIELDS}", waba(name))).body.len();
    assert!((64 << 10..1 << 20).contains(&size("page-200-kb")) && size("page-1200-kb") > 1 << 20);
}

#[test]
fn what_happens_in_the_middle() {
    let sandbox = Sandbox::start().unwrap();
    let second = |id: &str| {
        let first = get(&sandbox, &format!("{id}/phone_numbers?{FIELDS}")).json();
        let after = first["paging"]["cursors"]["after"].as_str().unwrap().to_owned();
        request(
            "GET",
            &format!("/v24.0/{id}/phone_numbers?{FIELDS}&after={after}"),
            "Authorization: Bearer EAAx\r\n",
            "",
        )
    };
    let answer = call(&sandbox, &second(waba("token-expires")));
    assert_eq!((answer.status, answer.error()["error_subcode"].as_u64()), (401, Some(463)));
    let answer = call(&sandbox, &second(waba("rate-limited")));
    assert_eq!((answer.status, answer.error()["code"].as_u64()), (400, Some(80_008)));
    assert!(answer.header("x-business-use-case-usage").unwrap().contains("\"estimated_time_to_regain_access\":5"));
    for id in ["940620000000000", "940620000000042"] {
        let request = second(id);
        let (once, twice) = (call(&sandbox, &request), call(&sandbox, &request));
        assert_eq!((once.status, once.header("retry-after"), twice.status), (429, Some("1"), 200));
    }
    for (name, is_silent) in [("hang", true), ("reset", false)] {
        let mut stream = connect(&sandbox);
        std::io::Write::write_all(&mut stream, second(waba(name)).as_bytes()).unwrap();
        let (bytes, end) = read_all(&mut stream, Duration::from_millis(200));
        assert!(bytes.is_empty() && silent(end) == is_silent, "{name}");
    }
    let start = Instant::now();
    assert_eq!(all(&sandbox, waba("slow"), FIELDS).len(), 3);
    assert!(start.elapsed() >= Duration::from_millis(900));
}

#[test]
fn the_accounts_can_be_asked_for() {
    let sandbox = Sandbox::start().unwrap();
    let listed = call(&sandbox, &request("GET", "/_sandbox/waba_scenarios", "", "")).json();
    assert_eq!(listed.as_array().unwrap().len(), waba_scenarios().len());
    let first = &listed[0];
    assert_eq!(
        (first["id"].as_str(), first["kind"].as_str(), first["numbers"].as_u64()),
        (Some("940010000000000"), Some("success"), Some(3))
    );
}
