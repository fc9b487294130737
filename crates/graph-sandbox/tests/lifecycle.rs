//! Start, stop, and nothing left behind.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::*;
use graph_sandbox::Sandbox;

fn hanging(sandbox: &Sandbox, count: usize) -> Vec<TcpStream> {
    let id = scenario("hang").id;
    let open = |_| {
        let mut stream = connect(sandbox);
        stream.write_all(set_request(id, TOKEN).as_bytes()).unwrap();
        stream
    };
    let streams = (0..count).map(open).collect();
    eventually("all are there", || sandbox.stats().requests == count as u64);
    streams
}

#[test]
fn two_hundred_clients_hang_and_leave() {
    let sandbox = Sandbox::start().unwrap();
    let streams = hanging(&sandbox, 200);
    assert_eq!(sandbox.stats().open_connections, 200);
    drop(streams);
    eventually("all are gone", || sandbox.stats().open_connections == 0);
    assert_eq!(sandbox.stats().aborted, 200);
}

#[test]
fn drop_stops_at_once() {
    let sandbox = Sandbox::start().unwrap();
    let mut streams = hanging(&sandbox, 20);
    let port = sandbox.port();
    let start = Instant::now();
    drop(sandbox);
    assert!(start.elapsed() < Duration::from_secs(1));
    for stream in &mut streams {
        let (bytes, end) = read_all(stream, Duration::from_secs(1));
        assert!(bytes.is_empty() && !silent(end));
    }
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert_eq!(Sandbox::start_on(port).unwrap().port(), port);
}

#[test]
fn a_port_in_use_is_an_error() {
    let sandbox = Sandbox::start().unwrap();
    assert_eq!(sandbox.base_url(), format!("http://127.0.0.1:{}", sandbox.port()));
    assert_eq!(Sandbox::start_on(sandbox.port()).unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn runs_inside_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let sandbox = Sandbox::start().unwrap();
        assert_eq!(set(&sandbox, ID).status, 200);
        assert!(Sandbox::start_on(sandbox.port()).is_err());
    });
}

#[test]
fn wait_blocks_while_it_serves() {
    let sandbox = std::sync::Arc::new(Sandbox::start().unwrap());
    let waiting = std::sync::Arc::clone(&sandbox);
    let thread = std::thread::spawn(move || waiting.wait());
    assert_eq!(set(&sandbox, ID).status, 200);
    assert!(!thread.is_finished());
}

#[test]
fn keeps_a_connection() {
    let sandbox = Sandbox::start().unwrap();
    let mut stream = connect(&sandbox);
    for _ in 0..1_500 {
        assert_eq!(ask(&mut stream, &set_request(ID, TOKEN)).status, 200);
    }
    assert_eq!((sandbox.stats().connections, sandbox.stats().requests), (1, 1_500));
    assert_eq!(sandbox.requests().len(), 1_000);
    let last = set_request(ID, TOKEN).replace("Host:", "Connection: close\r\nHost:");
    assert_eq!(ask(&mut stream, &last).header("connection"), Some("close"));
    leave(&stream);
    eventually("closed", || sandbox.stats().open_connections == 0);
    assert_eq!(sandbox.stats().aborted, 0);
}
