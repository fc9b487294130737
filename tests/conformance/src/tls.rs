//! A TLS server with a flaw, which keeps every byte that it got.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use crate::{
    certificates::{Authority, Flaw},
    server::{Seen, Step, serve},
};

/// What is wrong with the server.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    Certificate(Flaw),
    /// It speaks no newer version.
    OldVersion,
    PlainHttp,
}

/// One authority for a run: its certificate is a file too, for those who take nothing else.
pub(crate) struct Root {
    authority: Authority,
    directory: TempDir,
}

pub(crate) static ROOT: LazyLock<Root> = LazyLock::new(|| {
    let root = Root { authority: Authority::new(), directory: TempDir::new().expect("a directory") };
    fs::write(root.file(), root.pem()).expect("a file");
    root
});

impl Root {
    pub(crate) fn pem(&self) -> String {
        self.authority.pem()
    }

    /// Of a server at `localhost`.
    pub(crate) fn server(&self, flaw: Flaw, protocols: &[&str]) -> ServerConfig {
        self.authority.server(flaw, protocols)
    }

    /// At the end of the program: a static is never dropped.
    pub(crate) fn remove(&self) {
        let _ = fs::remove_dir_all(self.directory.path());
    }

    /// The chain and the key of one.
    pub(crate) fn server_pem(&self, flaw: Flaw) -> (String, String) {
        self.authority.server_pem(flaw)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("root.pem")
    }
}

/// What came over the wire, and what it meant.
#[derive(Clone, Default)]
struct Record {
    bytes: Arc<Mutex<Vec<u8>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

pub(crate) struct Server {
    port: u16,
    record: Record,
}

impl Server {
    pub(crate) fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let config = match fault {
            Fault::Certificate(flaw) => Some(Arc::new(ROOT.server(flaw, &["http/1.1"]))),
            _ => None,
        };
        let record = Record::default();
        let record_there = record.clone();
        // It ends with the program: a few threads that wait cost nothing.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (config, record) = (config.clone(), record_there.clone());
                std::thread::spawn(move || match config {
                    Some(config) => tls(stream, config, &record),
                    None if fault == Fault::PlainHttp => {
                        raw(stream, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", &record);
                    }
                    None => raw(stream, &old_hello(), &record),
                });
            }
        });
        Self { port, record }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.record.seen.lock().expect("no panic there").clone()
    }

    /// Every byte of every connection, as it came over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.record.bytes.lock().expect("no panic there").clone()
    }
}

/// A stream that keeps what is read.
struct Kept<'a> {
    stream: TcpStream,
    bytes: &'a Mutex<Vec<u8>>,
}

impl Read for Kept<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.bytes.lock().expect("no panic there").extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

impl Write for Kept<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

fn tls(stream: TcpStream, config: Arc<ServerConfig>, record: &Record) {
    let connection = ServerConnection::new(config).expect("a configuration that works");
    let kept = Kept { stream, bytes: &record.bytes };
    serve(&mut StreamOwned::new(connection, kept), &[Step::succeed()], &record.seen);
}

/// Answers the first bytes, and takes what else comes until the client goes.
fn raw(stream: TcpStream, answer: &[u8], record: &Record) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let mut kept = Kept { stream, bytes: &record.bytes };
    let mut buffer = [0; 4096];
    if kept.read(&mut buffer).is_ok() && kept.write_all(answer).is_ok() {
        while matches!(kept.read(&mut buffer), Ok(count) if count > 0) {}
    }
    let _ = kept.stream.shutdown(Shutdown::Both);
}

/// A `ServerHello` of TLS 1.0, with a cipher suite of its time: ECDHE-RSA with AES-128 and SHA-1.
fn old_hello() -> Vec<u8> {
    const VERSION: [u8; 2] = [3, 1];
    let random = [0x5a; 32];
    let hello = [&VERSION[..], &random, &[0], &[0xc0, 0x13], &[0]].concat();
    let length = |of: usize| u8::try_from(of).expect("short");
    let handshake = [&[2, 0, 0, length(hello.len())][..], &hello].concat();
    [&[22][..], &VERSION, &[0, length(handshake.len())], &handshake].concat()
}
