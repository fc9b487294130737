//! nginx or `HAProxy` with TLS and HTTP/2 before the sandbox: an ordinary process, with all that is its own in a temporary directory.

use std::{
    fmt, fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{certificates::Flaw, tls::ROOT};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Program {
    Nginx,
    HaProxy,
}

impl Program {
    fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
        }
    }

    /// The one that is not on this machine can't be asked.
    pub(super) fn is_here(self) -> bool {
        Command::new(self.name()).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What ends a connection.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Requests over one connection; only nginx counts them.
    pub(super) requests: u32,
    pub(super) idle: Duration,
}

pub(super) struct Front {
    program: Program,
    directory: TempDir,
    port: u16,
    /// Where nginx tells how many connections it has accepted.
    status: u16,
    process: Child,
}

impl Front {
    /// Before the server at this address, `host:port`.
    pub(super) fn start(program: Program, limits: Limits, sandbox: &str) -> Self {
        let directory = TempDir::new().expect("a directory");
        let (port, status) = (free_port(), free_port());
        let path = directory.path().to_str().expect("a path of text").to_owned();
        let (chain, key) = ROOT.server_pem(Flaw::None);
        fs::write(directory.path().join("server.pem"), chain + &key).expect("a file");
        let config = match program {
            Program::Nginx => nginx(&path, [port, status], limits, sandbox),
            Program::HaProxy => haproxy(&path, port, limits, sandbox),
        };
        fs::write(directory.path().join("config"), config).expect("a file");
        let process = start(program, &path);
        let front = Self { program, directory, port, status, process };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < START, "{program} doesn't listen: {}", front.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        front
    }

    pub(super) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// New processes take the new connections; the old ones end theirs when what is under way is answered.
    pub(super) fn reload(&self) {
        self.signal(if self.program == Program::Nginx { "HUP" } else { "USR2" });
    }

    /// How many connections have come; only nginx tells.
    pub(super) fn connections(&self) -> Option<u64> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.status)).ok()?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (_, numbers) = answer.split_once("server accepts handled requests\n")?;
        let accepted: u64 = numbers.split_whitespace().next()?.parse().ok()?;
        Some(accepted - 2) // this one, and the one that waited for its start
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status();
        assert!(status.is_ok_and(|status| status.success()), "{} has gone: {}", self.program, self.log());
    }
}

impl Drop for Front {
    /// The first process ends the others.
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.signal("TERM");
        }
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn start(program: Program, directory: &str) -> Child {
    let (config, log) = (format!("{directory}/config"), format!("{directory}/log"));
    let log = fs::File::create(log).expect("a file");
    let mut command = Command::new(program.name());
    match program {
        Program::Nginx => command.args(["-p", directory, "-e", "stderr", "-c", &config]),
        Program::HaProxy => command.args(["-W", "-f", &config]),
    };
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("the server")
}

fn nginx(directory: &str, [port, status]: [u16; 2], limits: Limits, sandbox: &str) -> String {
    let Limits { requests, idle } = limits;
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|name| format!("{name}_temp_path {directory}/{name};")).concat();
    format!(
        "daemon off; user root; worker_processes 2; pid {directory}/pid; error_log stderr warn;
        events {{ worker_connections 2048; }}
        http {{
            access_log off; {temporary}
            keepalive_requests {requests}; keepalive_timeout {}ms;
            upstream sandbox {{ server {sandbox}; keepalive 64; keepalive_requests 1000000; }}
            server {{ listen 127.0.0.1:{status}; location / {{ stub_status; }} }}
            server {{
                listen 127.0.0.1:{port} ssl http2;
                ssl_certificate {directory}/server.pem; ssl_certificate_key {directory}/server.pem;
                location / {{ proxy_pass http://sandbox; proxy_http_version 1.1; proxy_set_header Connection \"\"; }}
            }}
        }}\n",
        idle.as_millis()
    )
}

fn haproxy(directory: &str, port: u16, limits: Limits, sandbox: &str) -> String {
    let idle = limits.idle.as_millis();
    // With its listening sockets handed over, a new process loses no connection of the old one's.
    format!(
        "global
            maxconn 2048
            stats socket {directory}/socket mode 600 level admin expose-fd listeners
        defaults
            mode http
            timeout connect 10s
            timeout server 30s
            timeout client {idle}ms
            timeout http-keep-alive {idle}ms
        frontend front
            bind 127.0.0.1:{port} ssl crt {directory}/server.pem alpn h2,http/1.1
            default_backend sandbox
        backend sandbox
            server sandbox {sandbox}\n"
    )
}
