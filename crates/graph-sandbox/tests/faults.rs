//! Each scenario of the table, as bytes on the wire.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{ErrorKind, Read as _, Write as _};
use std::time::{Duration, Instant};

use common::*;
use graph_sandbox::{Sandbox, scenarios};

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(5);

#[test]
fn hangs_are_silent_and_count_as_aborted_when_the_client_leaves() {
    let sandbox = Sandbox::start().unwrap();
    for (aborted, (name, part)) in [
        ("hang", ""),
        ("hang-in-headers", "HTTP/1.1 200 OK\r\n"),
        ("hang-in-body", "\r\n\r\n{\"succes"),
        ("drip", "H"),
        ("never-reads", ""),
    ]
    .iter()
    .enumerate()
    {
        let mut stream = connect(&sandbox);
        stream.write_all(set_request(scenario(name).id, TOKEN).as_bytes()).unwrap();
        let (bytes, end) = read_all(&mut stream, SHORT);
        assert!(silent(end), "{name}: {end:?}");
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(part) && !text.contains("true") && text.is_empty() == part.is_empty(), "{name}: {text}");
        assert_eq!(sandbox.stats().aborted, aborted as u64, "{name}");
        drop(stream);
        eventually(name, || sandbox.stats().aborted == aborted as u64 + 1);
    }
    assert_eq!(sandbox.requests().len(), 5);
    eventually("open", || sandbox.stats().open_connections == 0);
}

#[test]
fn drips_a_byte_a_second() {
    let sandbox = Sandbox::start().unwrap();
    let mut stream = connect(&sandbox);
    stream.write_all(set_request(scenario("drip").id, TOKEN).as_bytes()).unwrap();
    let (start, mut two) = (Instant::now(), [0; 2]);
    stream.read_exact(&mut two).unwrap();
    assert_eq!(&two, b"HT");
    assert!(start.elapsed() >= Duration::from_millis(900));
}

#[test]
fn connections_end_as_named() {
    let sandbox = Sandbox::start().unwrap();
    assert_eq!(raw(&sandbox, "reset", LONG), (vec![], Some(ErrorKind::ConnectionReset)));
    assert_eq!(raw(&sandbox, "close", LONG), (vec![], None));
    let (bytes, end) = raw(&sandbox, "truncated-body", LONG);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("Content-Length: 100\r\n") && text.ends_with("\r\n\r\n{\"success\":true}") && end.is_none());
    let (bytes, end) = raw(&sandbox, "close-after-success", LONG);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("Connection: keep-alive") && text.ends_with("{\"success\":true}") && end.is_none());
    assert_eq!(raw(&sandbox, "no-headers", LONG), (b"{\"success\":true}".to_vec(), None));
    let (bytes, end) = raw(&sandbox, "not-http", LONG);
    assert!(!bytes.is_empty() && !bytes.starts_with(b"HTTP") && end.is_none());
    assert_eq!(sandbox.stats().aborted, 0);
}

#[test]
fn answers_before_the_body() {
    let sandbox = Sandbox::start().unwrap();
    let whole = set_request(scenario("answer-before-body").id, TOKEN);
    let mut stream = connect(&sandbox);
    let answer = ask(&mut stream, whole.split_once('{').unwrap().0);
    assert_eq!((answer.status, answer.error()["code"].as_u64()), (401, Some(190)));
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(sandbox.requests()[0].body(), b"");
}

#[test]
fn interim_and_slow_answers_succeed() {
    let sandbox = Sandbox::start().unwrap();
    let mut stream = connect(&sandbox);
    let request = set_request(scenario("interim-answers").id, TOKEN);
    assert_eq!(ask(&mut stream, &request).status, 103);
    assert_eq!(read_answer(&mut stream).status, 102);
    assert_eq!(read_answer(&mut stream).text(), "{\"success\":true}");
    let start = Instant::now();
    // The connection stays, as the answer says.
    for _ in 0..2 {
        assert_eq!(ask(&mut stream, &set_request(scenario("slow-success").id, TOKEN)).status, 200);
    }
    assert!(start.elapsed() >= SHORT);
}

#[test]
fn endless_answers_end_when_the_client_leaves() {
    let sandbox = Sandbox::start().unwrap();
    for (aborted, (name, start)) in
        [("endless-body", "\r\n4000\r\n    "), ("endless-headers", "\r\nX-Filler: a")].into_iter().enumerate()
    {
        let mut stream = connect(&sandbox);
        stream.write_all(set_request(scenario(name).id, TOKEN).as_bytes()).unwrap();
        let mut bytes = vec![0; 1 << 20];
        stream.read_exact(&mut bytes).unwrap();
        assert!(String::from_utf8_lossy(&bytes[..4096]).contains(start), "{name}");
        assert_eq!(bytes.windows(4).filter(|four| four == b"\r\n\r\n").count(), usize::from(name == "endless-body"));
        drop(stream);
        eventually(name, || sandbox.stats().aborted == aborted as u64 + 1);
    }
}

#[test]
fn sizes_are_exact() {
    let sandbox = Sandbox::start().unwrap();
    let (bytes, _) = raw(&sandbox, "20000-headers", SHORT);
    assert_eq!(bytes.windows(10).filter(|ten| ten == b"X-Filler: ").count(), 20_000);
    assert!(bytes.ends_with(b"\r\n\r\n{\"success\":true}"));
    assert_eq!(set(&sandbox, scenario("body-10-mib").id).body.len(), 10 << 20);
    for (name, size) in [("body-65537", 65_537), ("body-65536", 65_536)] {
        let answer = set(&sandbox, scenario(name).id);
        assert_eq!((answer.body.len(), answer.json()), (size, serde_json::json!({"success": true})));
    }
    let nested = set(&sandbox, scenario("nested-arrays").id);
    assert_eq!(nested.body.len(), 40_000);
    let long = set(&sandbox, scenario("long-message").id);
    assert!(long.body.len() > 60_000 && long.body.len() < 65_536 && long.head.len() < 4096);
}

#[test]
fn gzip_inflates() {
    let sandbox = Sandbox::start().unwrap();
    for (name, least) in [("gzip-bomb", 50 << 20), ("gzip-success", 16)] {
        let answer = set(&sandbox, scenario(name).id);
        assert_eq!(answer.header("content-encoding"), Some("gzip"));
        assert!(answer.body.len() < 65_536);
        let mut inflated = Vec::new();
        flate2::read::GzDecoder::new(&*answer.body).read_to_end(&mut inflated).unwrap();
        assert!(inflated.len() >= least && inflated.ends_with(b"{\"success\":true}"), "{name}");
    }
}

#[test]
fn foreign_answers() {
    let sandbox = Sandbox::start().unwrap();
    for (name, status, header, start) in [
        ("html-200", 200, Some(("content-type", "text/html")), "<!DOCTYPE"),
        ("html-404", 404, None, "<!DOCTYPE"),
        ("html-502", 502, None, "<!DOCTYPE"),
        ("empty-200", 200, Some(("content-length", "0")), ""),
        ("no-content", 204, None, ""),
        ("empty-503", 503, None, ""),
        ("redirect-302", 302, Some(("location", "https://example.invalid/v24.0/1")), ""),
        ("redirect-307", 307, Some(("location", "https://example.invalid/v24.0/1")), ""),
        ("429-bare", 429, Some(("content-length", "0")), ""),
        ("429-1-second", 429, Some(("retry-after", "1")), ""),
        ("429-date", 429, None, ""),
        ("429-1-hour", 429, Some(("retry-after", "3600")), ""),
        ("429-nonsense", 429, Some(("retry-after", "soon, -1")), ""),
        ("503-1-second", 503, Some(("retry-after", "1")), ""),
    ] {
        let answer = set(&sandbox, scenario(name).id);
        assert_eq!(answer.status, status, "{name}");
        assert!(answer.text().starts_with(start), "{name}");
        assert!(answer.header("x-fb-request-id").is_none(), "{name}");
        if let Some((header, value)) = header {
            assert_eq!(answer.header(header), Some(value), "{name}");
        }
    }
    assert!(set(&sandbox, scenario("no-content").id).header("content-length").is_none());
    assert!(set(&sandbox, scenario("429-bare").id).header("retry-after").is_none());
    let answer = set(&sandbox, scenario("429-date").id);
    let at = httpdate::parse_http_date(answer.header("retry-after").unwrap()).unwrap();
    let wait = at.duration_since(httpdate::parse_http_date(answer.header("date").unwrap()).unwrap()).unwrap();
    assert_eq!(wait, Duration::from_secs(2));
    assert!(set(&sandbox, scenario("regain-access").id).head.contains("\"estimated_time_to_regain_access\":7"));
}

#[test]
fn odd_bodies() {
    let sandbox = Sandbox::start().unwrap();
    for (name, status, part) in [
        ("success-false", 200, "{\"success\":false}"),
        ("success-string", 200, "{\"success\":\"true\"}"),
        ("success-one", 200, "{\"success\":1}"),
        ("empty-object", 200, "{}"),
        ("array", 200, "[true]"),
        ("null", 200, "null"),
        ("success-and-error", 200, "131000"),
        ("error-in-200", 200, "133005"),
        ("failure-with-error", 200, "{\"success\":false,\"error\":{"),
        ("duplicate-keys", 200, "{\"success\":false,\"success\":true}"),
        ("byte-order-mark", 200, "\u{feff}{\"success\":true}"),
        ("error-string", 400, "\"error\":\""),
        ("code-string", 401, "\"code\":\"190\""),
        ("code-huge", 400, "\"code\":100000000000000000000000000190"),
        ("error-data-string", 400, "\"error_data\":\"{"),
        ("few-fields", 400, "\"code\":133010}"),
        ("transient", 500, "\"is_transient\":true}"),
        ("applied-then-500", 500, "131000"),
    ] {
        let answer = set(&sandbox, scenario(name).id);
        assert_eq!(answer.status, status, "{name}");
        assert!(answer.text().contains(part), "{name}: {}", answer.text());
    }
    let utf16 = set(&sandbox, scenario("utf-16").id);
    assert!(utf16.body.starts_with(b"\xff\xfe{\0") && utf16.body.len() == 34);
    assert!(std::str::from_utf8(&set(&sandbox, scenario("not-utf-8").id).body).is_err());
    let odd = set(&sandbox, scenario("control-characters").id);
    assert!(odd.error()["error_user_msg"].as_str().unwrap().contains("\u{1b}[31m"));
    assert!(odd.header("set-cookie").is_none());
}

#[test]
fn echoes() {
    let sandbox = Sandbox::start().unwrap();
    let token = set(&sandbox, scenario("echo-token").id);
    assert!(token.text().contains(TOKEN) && token.header("www-authenticate").unwrap().contains(TOKEN));
    assert!(set(&sandbox, scenario("echo-pin").id).text().contains(PIN));
    let all = set(&sandbox, scenario("echo-request").id);
    for text in
        ["message", "type", "error_user_title", "error_user_msg", "fbtrace_id"].map(|key| all.error()[key].clone())
    {
        assert!(text.as_str().unwrap().contains(TOKEN) && text.as_str().unwrap().contains(PIN));
    }
    assert!(all.error()["error_data"]["details"].as_str().unwrap().contains(PIN));
    for name in ["x-fb-request-id", "facebook-api-version", "www-authenticate", "x-app-usage"] {
        assert!(all.header(name).unwrap().contains(TOKEN) && all.header(name).unwrap().contains(PIN), "{name}");
        let count = all.head.to_lowercase().matches(&format!("\n{name}: ")).count();
        assert_eq!(count, 1, "{name}");
    }
    let numbers = set(&sandbox, scenario("echo-pin-as-number").id);
    assert_eq!(
        (numbers.error()["code"].as_u64(), numbers.error()["error_subcode"].as_u64()),
        (Some(12_345), Some(12_345))
    );
    assert_eq!(numbers.header("retry-after"), Some("12345"));
    assert!(numbers.header("x-app-usage").unwrap().contains("\"call_count\":12345"));
    let encoded = set(&sandbox, scenario("echo-encoded").id);
    assert!(
        !encoded.text().contains(TOKEN) && encoded.text().contains("%45%41%41") && encoded.text().contains("\\u0045")
    );
    assert_eq!(encoded.error()["error_user_msg"], TOKEN);
    assert_eq!(encoded.error()["error_user_title"], PIN);
}

#[test]
fn scripts_step_by_id() {
    let sandbox = Sandbox::start().unwrap();
    let own = |name: &str| format!("{}00000042", &scenario(name).id[..7]);
    let statuses = |name: &str, count: usize| (0..count).map(|_| set(&sandbox, &own(name)).status).collect::<Vec<_>>();
    assert_eq!(statuses("fails-twice", 4), [503, 503, 200, 200]);
    assert_eq!(sandbox.pin(&own("fails-twice")).as_deref(), Some(PIN));
    assert_eq!(set(&sandbox, scenario("fails-twice").id).status, 503, "another ID is another script");
    assert_eq!(statuses("limited-once", 2), [429, 200]);
    assert_eq!(statuses("unavailable", 3), [503; 3]);
    assert_eq!(statuses("503-then-190", 3), [503, 401, 401]);
    assert_eq!(raw(&sandbox, "resets-once", LONG).1, Some(ErrorKind::ConnectionReset));
    assert_eq!(set(&sandbox, scenario("resets-once").id).status, 200);
    assert_eq!(raw(&sandbox, "closed-then-190", LONG), (vec![], None));
    assert_eq!(set(&sandbox, scenario("closed-then-190").id).status, 401);
}

/// Success in the table, and only that, means that the PIN is set; `lost-body` and the `applied-…` rows are there to break the rule.
#[test]
fn pins_are_set_where_the_table_says_so() {
    let sandbox = Sandbox::start().unwrap();
    for scenario in scenarios() {
        let mut stream = connect(&sandbox);
        stream.write_all(set_request(scenario.id, TOKEN).as_bytes()).unwrap();
        let wait = if scenario.kind == "success" { LONG } else { Duration::from_millis(50) };
        stream.set_read_timeout(Some(wait)).unwrap();
        let mut some = [0; 1024];
        let _ = stream.read(&mut some);
        let is_success = scenario.outcome == "applied" && scenario.name != "lost-body";
        let applied = is_success || scenario.name.starts_with("applied-");
        assert_eq!(sandbox.pin(scenario.id).is_some(), applied, "{}", scenario.name);
    }
    assert_eq!(sandbox.requests().len(), scenarios().len());
    let id = scenario("applied-then-close").id;
    let get = request("GET", &format!("/v24.0/{id}?fields=is_pin_enabled"), "Authorization: Bearer EAAx\r\n", "");
    assert_eq!(call(&sandbox, &get).json()["is_pin_enabled"], true);
}
