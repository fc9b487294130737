//! Limits that count and recover.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::*;
use graph_sandbox::Sandbox;
use serde_json::Value;

const WABA: &str = "930000000000001";
const OTHER_WABA: &str = "930000000000002";
/// The first number of the other account, with ten numbers in two.
const OTHER: &str = "106540352242927";
const BUSINESS: &str = "x-business-use-case-usage";
const APP: &str = "x-app-usage";

fn get(sandbox: &Sandbox, target: &str) -> Answer {
    call(sandbox, &request("GET", &format!("/v24.0/{target}"), "Authorization: Bearer EAAx\r\n", ""))
}

fn list(sandbox: &Sandbox, waba: &str) -> Answer {
    get(sandbox, &format!("{waba}/phone_numbers"))
}

/// The entries of an account in the header.
fn entries(answer: &Answer, waba: &str) -> Vec<Value> {
    let usage: Value = serde_json::from_str(answer.header(BUSINESS).unwrap()).unwrap();
    assert_eq!(usage.as_object().unwrap().len(), 1);
    usage[waba].as_array().unwrap().clone()
}

/// Percent and minutes of the entry of this type.
fn of(answer: &Answer, waba: &str, kind: &str) -> (u64, u64) {
    let entry = entries(answer, waba).into_iter().find(|entry| entry["type"] == kind).unwrap();
    (entry["call_count"].as_u64().unwrap(), entry["estimated_time_to_regain_access"].as_u64().unwrap())
}

#[test]
fn an_account_takes_so_many_calls_an_hour_and_the_next_one_is_not_held() {
    let sandbox = Sandbox::builder().numbers(10).wabas(2).calls_per_hour(5).start().unwrap();
    for percent in [20, 40, 60, 80] {
        assert_eq!(of(&set(&sandbox, ID), WABA, "whatsapp"), (percent, 0));
    }
    // The last one that passes tells the wait.
    let (percent, minutes) = of(&set(&sandbox, ID), WABA, "whatsapp");
    assert!(percent == 100 && (1..=60).contains(&minutes), "{percent} {minutes}");
    let refused = call(&sandbox, &set_request(ID, TOKEN).replace(PIN, "999999"));
    assert_eq!((refused.status, refused.error()["code"].as_u64()), (400, Some(80_007)));
    assert_eq!(of(&refused, WABA, "whatsapp").0, 100);
    assert!(refused.header(APP).is_none() && refused.header("retry-after").is_none());
    assert_eq!(sandbox.pin(ID).as_deref(), Some(PIN));

    assert_eq!(of(&set(&sandbox, OTHER), OTHER_WABA, "whatsapp"), (20, 0));
    // Reads count apart, those of a number with those of the list.
    for percent in [20, 60] {
        assert_eq!(of(&list(&sandbox, WABA), WABA, "whatsapp_business_management").0, percent);
        assert_eq!(of(&get(&sandbox, ID), WABA, "whatsapp_business_management").0, percent + 20);
    }
    assert_eq!(list(&sandbox, WABA).status, 200);
    for refused in [list(&sandbox, WABA), get(&sandbox, ID)] {
        assert_eq!((refused.status, refused.error()["code"].as_u64()), (400, Some(80_008)));
        assert_eq!(of(&refused, WABA, "whatsapp_business_management").0, 100);
    }
    assert_eq!(list(&sandbox, OTHER_WABA).status, 200);
    sandbox.reset();
    assert_eq!((set(&sandbox, ID).status, list(&sandbox, WABA).status), (200, 200));
}

#[test]
fn an_hour_can_be_short_and_calls_are_taken_again_after_it() {
    let sandbox = Sandbox::builder().calls_per_hour(4).hour(Duration::from_secs(2)).start().unwrap();
    let statuses = [(); 6].map(|()| set(&sandbox, ID).status);
    assert_eq!(statuses, [200, 200, 200, 200, 400, 400]);
    eventually("there is room again", || set(&sandbox, ID).status == 200);
    // Asking in vain cost nothing.
    eventually("and all of it later", || of(&list(&sandbox, WABA), WABA, "whatsapp_business_management").0 <= 25);
}

#[test]
fn now_and_then_an_entry_of_the_other_type_goes_first() {
    let sandbox = Sandbox::builder().calls_per_hour(100).start().unwrap();
    let mut stream = connect(&sandbox);
    for sets in 1..=20 {
        let answer = ask(&mut stream, &set_request(ID, TOKEN));
        assert_eq!(of(&answer, WABA, "whatsapp"), (sets, 0));
        let types: Vec<_> = entries(&answer, WABA).iter().map(|entry| entry["type"].clone()).collect();
        let due: &[&str] = if sets % 4 == 0 { &["whatsapp_business_management", "whatsapp"] } else { &["whatsapp"] };
        assert_eq!(types, due);
        if sets % 4 == 0 {
            assert_eq!(of(&answer, WABA, "whatsapp_business_management").0, 0);
        }
    }
}

#[test]
fn the_app_s_limit_is_one_for_all_accounts() {
    let sandbox = Sandbox::builder().numbers(10).wabas(2).calls_per_hour(100).app_calls_per_hour(4).start().unwrap();
    let answers = [set(&sandbox, ID), set(&sandbox, OTHER), list(&sandbox, WABA), get(&sandbox, OTHER)];
    for (answer, percent) in answers.iter().zip([25, 50, 75, 100]) {
        assert_eq!(answer.status, 200);
        let usage: Value = serde_json::from_str(answer.header(APP).unwrap()).unwrap();
        assert_eq!(usage["call_count"], percent);
        assert!(answer.header(BUSINESS).is_some());
    }
    for refused in [set(&sandbox, ID), list(&sandbox, OTHER_WABA)] {
        assert_eq!((refused.status, refused.error()["code"].as_u64()), (400, Some(4)));
        assert!(refused.header(APP).unwrap().contains("\"call_count\":100") && refused.header(BUSINESS).is_none());
    }
    assert_eq!(sandbox.all_pin_changes().len(), 2);
}

#[test]
fn what_no_account_answers_for_counts_for_none() {
    let sandbox = Sandbox::builder().calls_per_hour(2).app_calls_per_hour(2).start().unwrap();
    for _ in 0..3 {
        assert_eq!(call(&sandbox, &set_request(ID, "EAAsandboxExpired")).status, 401);
        assert_eq!(set(&sandbox, "900001900000463").status, 401);
        assert_eq!(set(&sandbox, "123123").error()["error_subcode"], 33);
        assert_eq!(set(&sandbox, scenario("byte-order-mark").id).status, 200);
        assert_eq!(list(&sandbox, "940010000000000").status, 200);
        assert_eq!(get(&sandbox, scenario("hang").id).status, 200);
    }
    // A bad PIN is a call of the account's all the same, and so says its answer.
    let bad = call(&sandbox, &set_request(ID, TOKEN).replace(PIN, "01234x"));
    assert_eq!((bad.status, of(&bad, WABA, "whatsapp").0), (400, 50));
    assert_eq!(set(&sandbox, ID).status, 200);
    assert_eq!(set(&sandbox, ID).error()["code"], 4);
}

#[test]
fn limits_without_headers() {
    let sandbox = Sandbox::builder().calls_per_hour(2).app_calls_per_hour(9).usage_headers(false).start().unwrap();
    let answers = [set(&sandbox, ID), set(&sandbox, ID), set(&sandbox, ID), set(&sandbox, "123123")];
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 200, 400, 400]);
    assert_eq!(answers[2].error()["code"], 80_007);
    assert!(answers.iter().all(|answer| answer.header(APP).is_none() && answer.header(BUSINESS).is_none()));
}
