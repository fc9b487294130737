//! The forms that a request may have: where its token and its PIN are, how the end of its body is told, how long it may take.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::Write as _;
use std::time::{Duration, Instant};

use common::*;
use graph_sandbox::Sandbox;

const URL_ENCODED: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

fn multipart(fields: &[(&str, &str)]) -> (String, String) {
    let part = |(name, value): &(&str, &str)| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = fields.iter().map(part).collect::<String>() + "--xyz--\r\n";
    ("Content-Type: multipart/form-data; boundary=xyz\r\n".to_owned(), body)
}

#[test]
fn the_token_may_be_in_the_url() {
    let sandbox = Sandbox::start().unwrap();
    let with = |query: &str| request("POST", &format!("/v24.0/{ID}?{query}"), "", "{\"pin\":\"012345\"}");
    assert_eq!(call(&sandbox, &with("access_token=EAAsandboxExpired")).error()["error_subcode"], 463);
    assert_eq!(call(&sandbox, &with("access_token=")).error()["code"], 104);
    assert_eq!(sandbox.pin(ID), None);
    assert_eq!(call(&sandbox, &with("access_token=EAA%78")).status, 200);
    assert_eq!(sandbox.pin(ID).as_deref(), Some(PIN));
    sandbox.expire_token("EAAx");
    assert_eq!(call(&sandbox, &with("access_token=EAAx")).status, 401);
}

#[test]
fn form_bodies() {
    let sandbox = Sandbox::start().unwrap();
    let target = format!("/v24.0/{ID}");
    let bearer = format!("Authorization: Bearer {TOKEN}\r\n");
    let (form, whole) = multipart(&[("access_token", TOKEN), ("pin", "735194")]);
    let (_, no_pin) = multipart(&[("access_token", TOKEN)]);
    for (headers, body, held) in [
        (URL_ENCODED, "access_token=EAAx&pin=012345", Some("012345")),
        (URL_ENCODED, "pin=%30%31%32%33%34%36&access_token=EAAx", Some("012346")),
        (&(URL_ENCODED.to_owned() + &bearer), "pin=000007", Some("000007")),
        (&form, &whole, Some("735194")),
        (URL_ENCODED, "pin=012345", None),
        (URL_ENCODED, "access_token=EAAx&pin=12345", None),
        (URL_ENCODED, "access_token=EAAx&pin=+12345", None),
        (&(URL_ENCODED.to_owned() + &bearer), "{\"pin\":\"012345\"}", None),
        (&form, &no_pin, None),
        (&bearer, "pin=012345", None),
    ] {
        let answer = call(&sandbox, &request("POST", &target, headers, body));
        assert_eq!(answer.status, if held.is_some() { 200 } else { 400 }, "{headers}{body}");
        assert_eq!(sandbox.pin(ID).as_deref(), held, "{headers}{body}");
        sandbox.reset();
    }
    let shown = call(&sandbox, &request("POST", &format!("/{}", scenario("echo-pin").id), URL_ENCODED, "pin=735194"));
    assert!(shown.text().contains("735194"));
}

#[test]
fn a_proof_may_be_in_a_form() {
    let sandbox = Sandbox::start().unwrap();
    // printf EAAsandboxProofRequired | openssl dgst -sha256 -hmac sandbox-app-secret
    let proof = "2d134581277f03b81737f18abae5c3876613d8df802aacb1e33bda0f57967aab";
    for (proof, status) in [(proof, 200), ("00", 400)] {
        let body = format!("access_token=EAAsandboxProofRequired&pin={PIN}&appsecret_proof={proof}");
        assert_eq!(call(&sandbox, &request("POST", &format!("/{ID}"), URL_ENCODED, &body)).status, status);
    }
}

#[test]
fn chunked_bodies() {
    let sandbox = Sandbox::start().unwrap();
    let mut stream = connect(&sandbox);
    let head = format!(
        "POST /v24.0/{ID} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    for piece in ["6\r\n{\"pin\"\r\n", "A;x\r\n:\"012345\"}", "\r\n0\r\n"] {
        stream.write_all(piece.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(ask(&mut stream, "\r\n").status, 200);
    assert_eq!(sandbox.pin(ID).as_deref(), Some(PIN));
    assert_eq!(sandbox.requests()[0].body(), b"{\"pin\":\"012345\"}");
    // The connection goes on, and so does what came together with the last chunk.
    let two = format!("{head}10\r\n{{\"pin\":\"735194\"}}\r\n0\r\nX: y\r\n\r\n{}", set_request(ID, "wrong"));
    assert_eq!(ask(&mut stream, &two).status, 200);
    assert_eq!(read_answer(&mut stream).error()["code"], 190);
    assert_eq!((sandbox.pin(ID).as_deref(), sandbox.stats().connections), (Some("735194"), 1));
}

/// Ten seconds, and not from the last byte on. A connection that has had its answer stays for the next call.
#[test]
fn silence_and_half_requests_end() {
    let sandbox = Sandbox::start().unwrap();
    let whole = set_request(ID, TOKEN);
    let mut kept = connect(&sandbox);
    assert_eq!(ask(&mut kept, &whole).status, 200);
    let mut second = connect(&sandbox);
    assert_eq!(ask(&mut second, &whole).status, 200);
    let start = Instant::now();
    let mut ends: Vec<_> =
        ["", "POST /v2", &whole[..whole.len() - 1], "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5"]
            .iter()
            .map(|part| (connect(&sandbox), *part))
            .collect();
    ends.push((second, "GET /v24.0/"));
    for (stream, part) in &mut ends {
        stream.write_all(part.as_bytes()).unwrap();
    }
    std::thread::sleep(Duration::from_secs(4));
    ends[1].0.write_all(b"4").unwrap();
    for (stream, part) in &mut ends {
        assert_eq!(read_all(stream, Duration::from_secs(15)), (vec![], None), "{part}");
        let took = start.elapsed();
        assert!((Duration::from_secs(9)..Duration::from_secs(20)).contains(&took), "{part}: {took:?}");
    }
    assert_eq!((sandbox.stats().aborted, ask(&mut kept, &whole).status), (0, 200));
}
