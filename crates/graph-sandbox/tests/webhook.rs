//! The security webhook, as a program on this machine gets it.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use common::*;
use graph_sandbox::Sandbox;
use serde_json::{Value, json};

/// What a delivery looked like, and what the sandbox said of it.
fn deliver(parameters: &str, answer: &'static str) -> (String, Answer) {
    let sandbox = Sandbox::start().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http%3A%2F%2F127.0.0.1:{}/hooks?a=b", listener.local_addr().unwrap().port());
    let endpoint = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"]}") {
            let mut bytes = [0; 1024];
            let count = stream.read(&mut bytes).unwrap();
            request.extend_from_slice(&bytes[..count]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    let told = call(&sandbox, &request("POST", &format!("/_sandbox/webhook?url={url}{parameters}"), "", ""));
    assert_eq!(sandbox.stats().requests, 0, "it is no request of Graph's");
    (endpoint.join().unwrap(), told)
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

#[test]
fn the_delivery_is_as_meta_documents_it_and_signed() {
    let more = "&event=PIN_RESET_REQUEST&waba_id=102290129340398&time=1748811473&app_secret=s3cret%21";
    let (delivery, told) = deliver(more, OK);
    let (head, body) = delivery.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hooks?a=b HTTP/1.1\r\n"), "{head}");
    // printf '%s' "$body" | openssl dgst -sha256 -hmac 's3cret!'
    let due = "sha256=c43b7b0e1fb401d787c6c8c807cc52446579b9aaeafdd4e9b7cf467c8590c5f3";
    assert!(head.contains(&format!("\r\nX-Hub-Signature-256: {due}\r\n")), "{head}\n{body}");
    let due_body = r#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","time":1748811473,"changes":[{"field":"security","value":{"display_phone_number":"15550783881","event":"PIN_RESET_REQUEST","requester":"61555822107539"}}]}]}"#;
    assert_eq!(body, due_body);
    assert_eq!(told.json(), json!({"status": 200, "signature": due, "body": body}));
}

#[test]
fn an_event_has_a_requester_only_where_there_is_one() {
    let (delivery, told) = deliver("", "HTTP/1.1 401 Unauthorized\r\n\r\n");
    let body: Value = serde_json::from_str(delivery.split_once("\r\n\r\n").unwrap().1).unwrap();
    let value = &body["entry"][0]["changes"][0]["value"];
    assert_eq!((value["event"].as_str(), value.get("requester")), (Some("PIN_CHANGED"), None));
    assert_eq!((told.status, told.json()["status"].as_u64()), (200, Some(401)), "what the endpoint said");
}

#[test]
fn it_goes_to_this_machine_only_and_a_failure_is_told() {
    let sandbox = Sandbox::start().unwrap();
    let send = |url: &str| call(&sandbox, &request("POST", &format!("/_sandbox/webhook?url={url}"), "", ""));
    for url in ["", "http://example.com:80/", "https://127.0.0.1:1/", "http://127.0.0.1@example.com:80/"] {
        let told = send(url);
        assert!(told.status == 400 && told.text().contains("127.0.0.1"), "{url}: {}", told.text());
    }
    let told = send("http://127.0.0.1:1/");
    assert!(told.status == 502 && told.text().contains("not delivered"), "{}", told.text());
    let rebound = "POST /_sandbox/webhook?url=http://127.0.0.1:1/ HTTP/1.1\r\nHost: evil.example:80\r\n\r\n";
    assert_eq!(call(&sandbox, rebound).status, 403);
    assert_eq!(deliver("", "nonsense\n").1.status, 502);
}
