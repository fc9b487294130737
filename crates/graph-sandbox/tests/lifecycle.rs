//! Start, stop, and nothing left behind.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::Write as _;
use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
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

/// The address by which other machines would reach this one, if it has any.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // Sends nothing: it only asks for the way there. The address is one for documentation.
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_loopback())
}

#[test]
fn it_listens_on_both_addresses_of_localhost_and_on_no_other() {
    let sandbox = Sandbox::start().unwrap();
    if TcpListener::bind("[::1]:0").is_ok() {
        TcpStream::connect(("::1", sandbox.port())).unwrap();
        // One that another program has there can't be localhost's port.
        let taken = TcpListener::bind("[::1]:0").unwrap();
        let error = Sandbox::start_on(taken.local_addr().unwrap().port()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    }
    if let Some(address) = own_address() {
        assert!(TcpStream::connect((address, sandbox.port())).is_err());
    }
}

#[test]
fn it_listens_where_it_is_told_to() {
    let everywhere = Sandbox::builder().listen([0, 0, 0, 0].into()).start().unwrap();
    assert_eq!(everywhere.base_url(), format!("http://127.0.0.1:{}", everywhere.port()));
    TcpStream::connect(("127.0.0.1", everywhere.port())).unwrap();
    if let Some(address) = own_address() {
        TcpStream::connect((address, everywhere.port())).unwrap();
        let one = Sandbox::builder().listen(address).start().unwrap();
        assert!(one.base_url().contains(&address.to_string()), "{}", one.base_url());
        assert!(TcpStream::connect(("127.0.0.1", one.port())).is_err());
    }
    // 192.0.2.1 is no machine's.
    Sandbox::builder().listen([192, 0, 2, 1].into()).start().unwrap_err();
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
