//! An HTTP/2 server over TLS that can do anything, since it writes its frames by hand; and what it does, a case each.

mod answers;
mod connection;
mod endings;
mod floods;
mod frame;
mod settings;

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use connection::{Asked, Connection, Request};
pub(crate) use floods::GROUP as FLOODS;
use serde_json::Value;

use crate::{
    case::{self, Case, case},
    certificates::Flaw,
    tls::ROOT,
};

/// Ample for what ends by itself.
const AMPLE: Duration = Duration::from_secs(10);
/// For what takes all of it.
const SHORT: Duration = Duration::from_millis(1500);
/// More would be a client that connects again and again by itself: the request and its 32 repeats, and one to spare.
const CONNECTIONS: usize = 34;

/// What a server does with each connection.
pub(crate) type Behaviour = Arc<dyn Fn(&mut Connection) -> io::Result<()> + Send + Sync>;

pub(crate) fn cases() -> Vec<Case> {
    [endings::cases(), settings::cases(), answers::cases(), floods::cases()].into_iter().flatten().collect()
}

/// A call that may end in one of these ways.
fn plays(
    name: impl Into<String>,
    ends: &[&'static str],
    behaviour: impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
) -> Case {
    let server = case::Server::Http2(Arc::new(behaviour));
    timed(AMPLE, Case { server, ends: ends.to_vec(), ..case("HTTP/2", name) })
}

fn timed(timeout: Duration, mut of: Case) -> Case {
    of.settings.insert("timeout".to_owned(), timeout.as_secs_f64().into());
    of.within = Some(timeout);
    of
}

/// A call that has no other end than its time's.
fn endless(of: Case) -> Case {
    timed(SHORT, of)
}

/// The same, for a server that does something with each request.
fn answers(
    name: impl Into<String>,
    ends: &[&'static str],
    each: impl Fn(&mut Connection, Asked) -> io::Result<()> + Send + Sync + 'static,
) -> Case {
    plays(name, ends, move |peer| {
        peer.greet(&[])?;
        loop {
            let asked = peer.request()?;
            each(peer, asked)?;
        }
    })
}

/// `URLSession` on Linux tells the end that a request was left out from no other.
fn untold(of: Case) -> Case {
    of.except("swift", "connection_failed unknown 1")
}

/// To end a connection from within.
fn closed() -> io::Result<()> {
    Err(io::ErrorKind::ConnectionAborted.into())
}

pub(crate) struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    /// Nothing, when the case is over.
    connections: Arc<Mutex<Option<Vec<TcpStream>>>>,
}

impl Server {
    pub(crate) fn start(behaviour: &Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let tls = Arc::new(ROOT.server(Flaw::None, &["h2"]));
        let (requests, connections) = (Arc::default(), Arc::new(Mutex::new(Some(Vec::new()))));
        let server = Self { port, requests, connections };
        let (behaviour, requests, connections) =
            (behaviour.clone(), server.requests.clone(), server.connections.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(open) = &mut *connections.lock().expect("no panic there") else { return };
                let _ = stream.set_nodelay(true);
                open.push(stream.try_clone().expect("a descriptor"));
                let mut connection = Connection::new(stream, tls.clone(), open.len() - 1, requests.clone());
                let behaviour = behaviour.clone();
                std::thread::spawn(move || {
                    let _ = behaviour(&mut connection);
                    connection.close();
                });
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// How many have come.
    pub(crate) fn requests(&self) -> usize {
        self.requests.lock().expect("no panic there").len()
    }

    /// What the client says of its call, and the server knows better; `before` is the number of requests before it.
    pub(crate) fn contradictions(&self, answer: &Value, before: usize) -> Vec<String> {
        let requests = self.requests.lock().expect("no panic there");
        let of_call = requests.get(before..).unwrap_or_default();
        let mut contradictions = Vec::new();
        let attempts = answer["ok"]["attempts"].as_u64().or(answer["error"]["attempts"].as_u64());
        if let Some(attempts) = attempts.filter(|attempts| of_call.len() as u64 > *attempts) {
            contradictions.push(format!("{} requests for {attempts} attempts", of_call.len()));
        }
        let is_there = of_call.iter().any(|request| request.is_whole && !request.is_disclaimed);
        if answer["error"]["outcome"] == "not_sent" && is_there {
            contradictions.push("not_sent, and the server has the whole request".to_owned());
        }
        let connections = self.connections.lock().expect("no panic there").as_ref().map_or(0, Vec::len);
        if connections > CONNECTIONS {
            contradictions.push(format!("{connections} connections for a call"));
        }
        contradictions
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for connection in self.connections.lock().expect("no panic there").take().into_iter().flatten() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // wakes it
    }
}
