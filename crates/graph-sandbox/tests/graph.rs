//! The ordinary behaviour: numbers, tokens, versions, Graph errors.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use graph_sandbox::{Sandbox, graph_errors};

#[test]
fn sets_and_reads_back() {
    let sandbox = Sandbox::start().unwrap();
    let mut stream = connect(&sandbox);
    let get = request("GET", &format!("/v24.0/{ID}?fields=is_pin_enabled"), "Authorization: Bearer EAAx\r\n", "");
    assert_eq!(ask(&mut stream, &get).text(), format!("{{\"is_pin_enabled\":false,\"id\":\"{ID}\"}}"));
    let answer = ask(&mut stream, &set_request(ID, TOKEN));
    assert_eq!((answer.status, answer.text().as_str()), (200, "{\"success\":true}"));
    assert_eq!(answer.header("content-type"), Some("application/json; charset=UTF-8"));
    assert_eq!(answer.header("facebook-api-version"), Some("v24.0"));
    assert_eq!(answer.header("cache-control"), Some("private, no-cache, no-store, must-revalidate"));
    assert!(answer.header("x-business-use-case-usage").unwrap().contains("\"whatsapp\""));
    assert!(answer.header("x-app-usage").is_none() && answer.header("www-authenticate").is_none());
    let answer = ask(&mut stream, &get);
    assert_eq!(answer.json()["is_pin_enabled"], true);
    assert!(answer.header("x-business-use-case-usage").unwrap().contains("whatsapp_business_management"));
    assert_eq!(sandbox.pin(ID).as_deref(), Some(PIN));
    assert_eq!((sandbox.stats().requests, sandbox.stats().connections), (3, 1));

    let seen = &sandbox.requests()[1];
    assert_eq!((seen.method(), seen.path(), seen.query()), ("POST", "/v24.0/106540352242922", None));
    assert_eq!(seen.body(), b"{\"pin\":\"012345\"}");
    assert_eq!(seen.headers()[0], ("Host".to_owned(), "127.0.0.1".to_owned()));
    let shown = format!("{:?}", sandbox.requests());
    assert!(!shown.contains(TOKEN) && !shown.contains(PIN), "{shown}");
}

#[test]
fn bad_requests() {
    let sandbox = Sandbox::start().unwrap();
    let auth = "Authorization: Bearer EAAx\r\n";
    for (body, text) in
        [("{}", "required"), ("", "required"), ("{\"pin\":\"12345\"}", "6 digits"), ("{\"pin\":12345}", "6 digits")]
    {
        let answer = call(&sandbox, &request("POST", &format!("/v24.0/{ID}/"), auth, body));
        assert_eq!((answer.status, answer.error()["code"].as_u64()), (400, Some(100)), "{body}");
        assert!(answer.error()["message"].as_str().unwrap().contains(text), "{body}");
    }
    for (method, id) in [("POST", "123123"), ("GET", "abc"), ("DELETE", ID), ("POST", "919990000000000")] {
        let answer = call(&sandbox, &request(method, &format!("/v24.0/{id}"), auth, ""));
        let error = answer.error();
        assert_eq!(
            (answer.status, error["code"].as_u64(), error["error_subcode"].as_u64()),
            (400, Some(100), Some(33))
        );
        assert_eq!(error["type"], "GraphMethodException");
        assert_eq!(error["fbtrace_id"], answer.header("x-fb-request-id").unwrap());
        assert!(answer.text().contains("https:\\/\\/developers.facebook.com\\/docs"), "{}", answer.text());
        assert!(answer.header("www-authenticate").unwrap().contains(error["message"].as_str().unwrap()));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.header("x-app-usage").is_some() && answer.header("x-business-use-case-usage").is_none());
    }
    assert_eq!(sandbox.pin(ID), None);
}

#[test]
fn limits() {
    let sandbox = Sandbox::start().unwrap();
    let big = "x".repeat(70_000);
    let long_header = format!("X-Big: {big}\r\n");
    for (request, status) in [
        (request("POST", "/1", "", &big), 413),
        (request("POST", "/1", &long_header, ""), 431),
        (request("POST", "/1", &"a: b\r\n".repeat(120), ""), 431),
        ("POST /1 HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n".to_owned(), 501),
        ("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n".to_owned(), 413),
        ("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\n".to_owned(), 400),
        ("\u{1}\u{2}\r\n\r\n".to_owned(), 400),
    ] {
        let mut stream = connect(&sandbox);
        let answer = ask(&mut stream, &request);
        assert_eq!((answer.status, answer.header("connection")), (status, Some("close")));
        assert_eq!(read_all(&mut stream, std::time::Duration::from_secs(3)), (vec![], None));
    }
}

#[test]
fn continues_when_asked() {
    let sandbox = Sandbox::start().unwrap();
    let whole = set_request(ID, TOKEN).replace("Host:", "Expect: 100-continue\r\nHost:");
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let mut stream = connect(&sandbox);
    assert_eq!(ask(&mut stream, &format!("{head}\r\n\r\n")).status, 100);
    assert_eq!(ask(&mut stream, body).status, 200);
}

#[test]
fn tokens() {
    let sandbox = Sandbox::start().unwrap();
    for (token, status, code, subcode) in [
        ("EAAsandboxExpired", 401, 190, Some(463)),
        ("EAAsandboxRevoked", 401, 190, Some(467)),
        ("EAAsandboxLoggedOut", 401, 190, Some(460)),
        ("EAAsandboxNoPermission", 403, 200, None),
        ("EAAsandboxProofRequired", 400, 100, None),
        ("wrong", 400, 190, None),
        ("", 400, 104, None),
    ] {
        let answer = call(&sandbox, &set_request(ID, token));
        let error = answer.error();
        assert_eq!(answer.status, status, "{token}");
        assert_eq!((error["code"].as_u64(), error["error_subcode"].as_u64()), (Some(code), subcode), "{token}");
    }
    let answer = call(&sandbox, &set_request(ID, "wrong"));
    assert_eq!(answer.error()["message"], "Malformed access token wrong");
    assert!(answer.header("www-authenticate").unwrap().ends_with("\"invalid_token\" \"Malformed access token wrong\""));
    assert_eq!(call(&sandbox, &request("POST", "/v24.0/1", "", "{}")).error()["code"], 104);
    assert_eq!(sandbox.pin(ID), None);
}

#[test]
fn proofs() {
    let sandbox = Sandbox::start().unwrap();
    let call = |token: &str, proof: &str| {
        let target = format!("/v24.0/{ID}?appsecret_proof={proof}");
        call(&sandbox, &request("POST", &target, &format!("Authorization: Bearer {token}\r\n"), "{\"pin\":\"012345\"}"))
    };
    // printf TOKEN | openssl dgst -sha256 -hmac sandbox-app-secret
    let of_required = "2d134581277f03b81737f18abae5c3876613d8df802aacb1e33bda0f57967aab";
    let of_test = "2da5fe84684009f4e236e7cf6e49cdee7d328ba1b756a8887cac6bf3582ee2bc";
    assert_eq!(call("EAAsandboxProofRequired", of_required).status, 200);
    assert_eq!(call("EAAtest", of_test).status, 200);
    for (token, proof) in [
        ("EAAsandboxProofRequired", of_test),
        ("EAAtest", of_required),
        ("EAAtest", &of_test.to_uppercase()),
        ("EAAtest", ""),
    ] {
        let error = call(token, proof).error();
        assert_eq!(error["message"], "Invalid appsecret_proof provided in the API argument");
        assert_eq!((error["type"].as_str(), error["error_subcode"].as_u64()), (Some("GraphMethodException"), None));
    }
    let missing = common::call(&sandbox, &set_request(ID, "EAAsandboxProofRequired")).error();
    assert_eq!(missing["message"], "API calls from the server require an appsecret_proof argument");
}

#[test]
fn versions() {
    let sandbox = Sandbox::start().unwrap();
    let get = |target: String| call(&sandbox, &request("GET", &target, "Authorization: Bearer EAAx\r\n", ""));
    let answer = get(format!("/v19.0/{ID}"));
    assert_eq!((answer.status, answer.header("facebook-api-version")), (200, Some("v21.0")));
    let warning = "The call has been auto-upgraded to v21.0 as v19.0 has been deprecated.";
    assert_eq!(answer.header("x-ad-api-version-warning"), Some(warning));
    assert!(get(format!("/v26.0/{ID}/")).header("x-ad-api-version-warning").is_none());
    assert_eq!(get(format!("/{ID}")).status, 200);
    let answer = get(format!("/v99.0/{ID}"));
    assert_eq!((answer.status, answer.error()["code"].as_u64()), (400, Some(2500)));
    assert!(answer.error()["message"].as_str().unwrap().starts_with("Unknown path components: /v99.0"));
}

#[test]
fn magic_errors() {
    let sandbox = Sandbox::start().unwrap();
    for row in graph_errors() {
        let answer = set(&sandbox, &format!("90{:06}0000000", row.code));
        let error = answer.error();
        assert_eq!(answer.status, row.http_status, "{row:?}");
        assert_eq!((error["code"].as_u64(), error["message"].as_str()), (Some(u64::from(row.code)), Some(row.message)));
        assert_eq!(error["type"], row.error_type);
        assert!(error["error_subcode"].is_null());
    }
    let error = set(&sandbox, "900001900000463").error();
    assert_eq!((error["code"].as_u64(), error["error_subcode"].as_u64()), (Some(190), Some(463)));
    let unknown = set(&sandbox, "909999990000000");
    assert_eq!((unknown.status, unknown.error()["code"].as_u64()), (400, Some(999_999)));
    assert_eq!(set(&sandbox, "900002500000000").error()["message"], "(#250) Permissions error");
    assert_eq!(set(&sandbox, "900001000000033").error()["type"], "GraphMethodException");
    let usage = set(&sandbox, "900800070000000");
    let usage: serde_json::Value = serde_json::from_str(usage.header("x-business-use-case-usage").unwrap()).unwrap();
    assert_eq!(usage["102290129340398"][0]["estimated_time_to_regain_access"], 5);
    assert!(set(&sandbox, "900000040000000").header("x-app-usage").unwrap().contains("\"call_count\":100"));
}

#[test]
fn control() {
    let sandbox = Sandbox::start().unwrap();
    set(&sandbox, ID);
    let control = |method: &str, place: &str| call(&sandbox, &request(method, &format!("/_sandbox/{place}"), "", ""));
    let seen = control("GET", "requests").json();
    assert_eq!(
        (seen[0]["path"].as_str(), seen[0]["body"].as_str()),
        (Some("/v24.0/106540352242922"), Some("{\"pin\":\"012345\"}"))
    );
    assert_eq!(control("GET", &format!("pins/{ID}")).json()["pin"], PIN);
    assert!(control("GET", "pins/1").json()["pin"].is_null());
    assert_eq!(control("GET", "stats").json()["requests"], 1);
    assert_eq!(control("GET", "scenarios").json().as_array().unwrap().len(), graph_sandbox::scenarios().len());
    assert_eq!(control("DELETE", "requests").status, 200);
    assert!(sandbox.requests().is_empty() && !sandbox.pins().is_empty());
    assert_eq!(control("POST", "reset").status, 200);
    assert!(sandbox.pins().is_empty());
    assert_eq!(control("GET", "nothing").status, 404);
    let rebound = "GET /_sandbox/requests HTTP/1.1\r\nHost: evil.example:80\r\n\r\n";
    assert_eq!(call(&sandbox, rebound).status, 403);
}

#[test]
fn a_code_and_its_subcode_say_one_thing_however_they_are_asked_for() {
    let sandbox = Sandbox::start().unwrap();
    let said = |reply: Answer| {
        let error = reply.json()["error"].clone();
        (reply.status, error["code"].clone(), error["error_subcode"].clone(), error["message"].clone())
    };
    for (id, token) in [
        ("900001900000463", "EAAsandboxExpired"),
        ("900001900000467", "EAAsandboxRevoked"),
        ("900001900000460", "EAAsandboxLoggedOut"),
        ("900002000000000", "EAAsandboxNoPermission"),
    ] {
        assert_eq!(
            said(call(&sandbox, &set_request(id, TOKEN))),
            said(call(&sandbox, &set_request(ID, token))),
            "{id}"
        );
    }
    let magic = said(call(&sandbox, &set_request("900001900000463", TOKEN)));
    sandbox.expire_token(TOKEN);
    assert_eq!(said(call(&sandbox, &set_request(ID, TOKEN))), magic);
    assert!(magic.3.as_str().unwrap().contains("expired"), "{magic:?}");
}
