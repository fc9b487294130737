//! `POST /_sandbox/webhook`: a security webhook, signed, to a program on this machine.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::json::string;
use crate::request::Request;
use crate::token::{APP_SECRET, hmac};

const LIMIT: Duration = Duration::from_secs(10);
/// Enough for a status line.
const ANSWER_MAX: u64 = 4_096;

/// Where a webhook goes: the host as it was written, port and path.
#[derive(Debug, PartialEq, Eq)]
struct Target<'a> {
    host: &'a str,
    port: u16,
    path: &'a str,
}

/// Status and body of the answer: what was sent, and the HTTP status that came back.
pub(crate) async fn send(request: &Request) -> (u16, Value) {
    let url = request.decoded("url").unwrap_or_default();
    let Some(target) = target(&url) else {
        let message = "the parameter url must be http://127.0.0.1:PORT/PATH, or with localhost or [::1] as the host";
        return (400, json!({"error": message}));
    };
    let body = body(request);
    let secret = request.decoded("app_secret");
    let signature = format!("sha256={}", hmac(secret.as_deref().unwrap_or(APP_SECRET), body.as_bytes()));
    match timeout(LIMIT, deliver(&target, &body, &signature)).await {
        Ok(Ok(status)) => (200, json!({"status": status, "signature": signature, "body": body})),
        Ok(Err(error)) => (502, json!({"error": format!("the webhook was not delivered: {error}")})),
        Err(_) => (502, json!({"error": "the webhook was not answered within 10 seconds"})),
    }
}

/// As documented, keys in that order too. Who asked is there for a reset that is asked for, and in no other event.
fn body(request: &Request) -> String {
    let given = |name: &str, usual: &str| request.decoded(name).unwrap_or_else(|| usual.to_owned());
    let event = given("event", "PIN_CHANGED");
    let requester = match event.as_str() {
        "PIN_RESET_REQUEST" => format!(",\"requester\":{}", string(&given("requester", "61555822107539"))),
        _ => String::new(),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let time: u64 = request.decoded("time").and_then(|time| time.parse().ok()).unwrap_or(now);
    format!(
        "{{\"object\":\"whatsapp_business_account\",\"entry\":[{{\"id\":{},\"time\":{time},\"changes\":[{{\"field\":\"security\",\
         \"value\":{{\"display_phone_number\":{},\"event\":{}{requester}}}}}]}}]}}",
        string(&given("waba_id", "930000000000001")),
        string(&given("display_phone_number", "15550783881")),
        string(&event),
    )
}

/// Only a program on this machine: nobody else's gets a post from a sandbox.
fn target(url: &str) -> Option<Target<'_>> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.rsplit_once(':')?;
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let is_loopback = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    let path = if path.is_empty() { "/" } else { path };
    Some(Target { host, port: port.parse().ok()?, path }).filter(|_| is_loopback && is_plain)
}

async fn deliver(target: &Target<'_>, body: &str, signature: &str) -> io::Result<u16> {
    let Target { host, port, path } = target;
    let v4 = TcpStream::connect((Ipv4Addr::LOCALHOST, *port));
    let v6 = TcpStream::connect((Ipv6Addr::LOCALHOST, *port));
    let mut stream = match *host {
        "[::1]" => v6.await?,
        "localhost" => match v4.await {
            Ok(stream) => stream,
            Err(_) => v6.await?,
        },
        _ => v4.await?,
    };
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nX-Hub-Signature-256: {signature}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut reader = stream.take(ANSWER_MAX);
    while !answer.contains(&b'\n') && reader.read_buf(&mut answer).await? > 0 {}
    let status =
        answer.strip_prefix(b"HTTP/1.").and_then(|rest| std::str::from_utf8(rest.get(2..5)?).ok()?.parse().ok());
    status.ok_or_else(|| io::Error::other("the answer is not HTTP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_this_machine_only() {
        assert_eq!(target("http://127.0.0.1:80/a?b=c"), Some(Target { host: "127.0.0.1", port: 80, path: "/a?b=c" }));
        assert_eq!(target("http://[::1]:8080").map(|target| target.path), Some("/"));
        assert!(target("http://localhost:1/").is_some());
        for not in [
            "",
            "https://127.0.0.1:1/",
            "http://127.0.0.1/",
            "http://127.0.0.2:1/",
            "http://example.com:80/",
            "http://127.0.0.1@example.com:80/",
            "http://127.0.0.1.example.com:80/",
            "http://localhost:1/\r\nX: y",
            "http://localhost:1x/",
        ] {
            assert_eq!(target(not), None, "{not:?}");
        }
    }

    #[test]
    fn the_signature_is_that_of_the_documentation() {
        assert_eq!(hmac("secret", b"test"), "0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914");
    }
}
