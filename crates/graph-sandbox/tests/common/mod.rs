//! A client of a few lines on a std socket, which shows an answer byte by byte. Every read has an end.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use graph_sandbox::{Sandbox, Scenario, scenarios};

pub const ID: &str = "106540352242922";
pub const PIN: &str = "012345";
pub const TOKEN: &str = "EAAtestToken";

/// One parsed answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn error(&self) -> serde_json::Value {
        self.json()["error"].clone()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub fn connect(sandbox: &Sandbox) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", sandbox.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
    stream
}

/// The request that every client sends.
pub fn set_request(id: &str, token: &str) -> String {
    request("POST", &format!("/v24.0/{id}"), &format!("Authorization: Bearer {token}\r\n"), "{\"pin\":\"012345\"}")
}

pub fn request(method: &str, target: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

/// Sends it and reads one answer that has a `Content-Length`.
pub fn ask(stream: &mut TcpStream, request: &str) -> Answer {
    stream.write_all(request.as_bytes()).unwrap();
    read_answer(stream)
}

pub fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut answer = Answer { status: head[9..12].parse().unwrap(), head, body: Vec::new() };
    let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    answer.body.resize(length, 0);
    stream.read_exact(&mut answer.body).unwrap();
    answer
}

/// One call on a connection of its own.
pub fn call(sandbox: &Sandbox, request: &str) -> Answer {
    ask(&mut connect(sandbox), request)
}

/// Sets the PIN of `id` with a good token.
pub fn set(sandbox: &Sandbox, id: &str) -> Answer {
    call(sandbox, &set_request(id, TOKEN))
}

/// Everything until the server closes, fails or is silent for `wait`.
pub fn read_all(stream: &mut TcpStream, wait: Duration) -> (Vec<u8>, Option<ErrorKind>) {
    stream.set_read_timeout(Some(wait)).unwrap();
    let mut out = Vec::new();
    let mut buffer = vec![0; 65_536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (out, None),
            Ok(count) => out.extend_from_slice(&buffer[..count]),
            Err(error) => return (out, Some(error.kind())),
        }
        if out.len() > 20 << 20 {
            return (out, None);
        }
    }
}

/// Sends the PIN to a scenario and reads what comes.
pub fn raw(sandbox: &Sandbox, name: &str, wait: Duration) -> (Vec<u8>, Option<ErrorKind>) {
    let mut stream = connect(sandbox);
    stream.write_all(set_request(scenario(name).id, TOKEN).as_bytes()).unwrap();
    read_all(&mut stream, wait)
}

pub fn scenario(name: &str) -> &'static Scenario {
    scenarios().iter().find(|scenario| scenario.name == name).unwrap()
}

pub fn silent(error: Option<ErrorKind>) -> bool {
    matches!(error, Some(ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

/// Waits until the counters fit.
pub fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(5), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn leave(stream: &TcpStream) {
    stream.shutdown(Shutdown::Both).unwrap();
}
