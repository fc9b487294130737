//! `POST /{id}/register`.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use graph_sandbox::Sandbox;

fn register(sandbox: &Sandbox, id: &str, body: &str) -> Answer {
    let headers = format!("Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n");
    call(sandbox, &request("POST", &format!("/v24.0/{id}/register"), &headers, body))
}

fn with(pin: &str) -> String {
    format!("{{\"messaging_product\":\"whatsapp\",\"pin\":\"{pin}\"}}")
}

#[test]
fn takes_the_first_pin_and_then_that_one_alone() {
    let sandbox = Sandbox::start().unwrap();
    let answer = register(&sandbox, ID, &with(PIN));
    assert_eq!((answer.status, answer.text().as_str()), (200, "{\"success\":true}"));
    assert!(answer.header("x-business-use-case-usage").unwrap().contains("\"whatsapp\""));
    let answer = register(&sandbox, ID, &with("735194"));
    assert_eq!((answer.status, answer.error()["code"].as_u64()), (400, Some(133_005)));
    assert_eq!(register(&sandbox, ID, &with(PIN)).status, 200);
    assert_eq!((sandbox.pin(ID).as_deref(), sandbox.pin_changes(ID)), (Some(PIN), 1));
    // A forgotten PIN: the call that sets one, then this one.
    let other = set_request(ID, TOKEN).replace(PIN, "735194");
    assert_eq!(call(&sandbox, &other).status, 200);
    assert_eq!(register(&sandbox, ID, &with(PIN)).error()["code"], 133_005);
    assert_eq!(register(&sandbox, ID, &with("735194")).status, 200);
    assert_eq!(sandbox.pin_changes(ID), 2);
}

#[test]
fn ten_calls_of_a_number_and_no_more() {
    let sandbox = Sandbox::start().unwrap();
    // A call without a PIN is refused before it counts.
    assert_eq!(register(&sandbox, ID, "{\"messaging_product\":\"whatsapp\"}").error()["code"], 100);
    for nth in 0..10 {
        let due = if nth % 2 == 0 { 200 } else { 400 };
        assert_eq!(register(&sandbox, ID, &with(if due == 200 { PIN } else { "735194" })).status, due);
    }
    for _ in 0..2 {
        assert_eq!(register(&sandbox, ID, &with(PIN)).error()["code"], 133_016);
    }
    // The lock is the number's own, and of registering alone.
    assert_eq!(register(&sandbox, "106540352242923", &with(PIN)).status, 200);
    assert_eq!(set(&sandbox, ID).status, 200);
    sandbox.reset();
    assert_eq!(register(&sandbox, ID, &with("735194")).status, 200);
}

#[test]
fn forms_errors_and_what_is_no_number() {
    let sandbox = Sandbox::start().unwrap();
    let target = format!("/v24.0/{ID}/register/");
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let body = "messaging_product=whatsapp&pin=012345&access_token=EAAx";
    assert_eq!(call(&sandbox, &request("POST", &target, form, body)).status, 200);
    assert_eq!(call(&sandbox, &request("POST", &target, form, "pin=012345")).error()["code"], 104);
    assert_eq!(register(&sandbox, ID, &with("12345")).error()["code"], 100);
    assert_eq!(register(&sandbox, "901330080000000", &with(PIN)).error()["code"], 133_008);
    let get = request("GET", &target, "Authorization: Bearer EAAx\r\n", "");
    for answer in [
        call(&sandbox, &get),
        register(&sandbox, "123", &with(PIN)),
        register(&sandbox, scenario("hang").id, &with(PIN)),
    ] {
        assert_eq!((answer.status, answer.error()["error_subcode"].as_u64()), (400, Some(33)));
    }
}

#[test]
fn counts_for_the_account_s_limit() {
    let sandbox = Sandbox::builder().calls_per_hour(2).start().unwrap();
    assert_eq!(register(&sandbox, ID, &with(PIN)).status, 200);
    assert_eq!(set(&sandbox, ID).status, 200);
    assert_eq!(register(&sandbox, ID, &with(PIN)).error()["code"], 80_007);
}
