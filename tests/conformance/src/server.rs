//! A server that plays a script: one step a request, over real sockets, and keeps what it saw.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use serde_json::Value;

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Step {
    /// Status, headers, body; nothing else is added but `Content-Length`.
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    /// Reads the request, then closes the connection.
    Close,
    /// A success that promises to keep the connection, which is then closed all the same; how, [`close`] says.
    AnswerThenClose(Duration),
}

impl Step {
    /// A plain success.
    pub(crate) fn succeed() -> Self {
        Self::Answer(200, Vec::new(), b"{\"success\":true}".to_vec())
    }

    /// From a vector's `{status, headers, body}`.
    pub(crate) fn answer(of: &Value) -> Self {
        let status = of["status"].as_u64().and_then(|status| status.try_into().ok()).expect("a status");
        let headers = of["headers"].as_object().expect("headers").iter();
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned())).collect();
        let body = match of["body"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => {
                data_encoding::BASE64.decode(of["body_base64"].as_str().expect("a body").as_bytes()).expect("base64")
            }
        };
        Self::Answer(status, headers, body)
    }
}

/// A request, to the byte.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    is_over: Arc<AtomicBool>,
    closed: Mutex<Receiver<()>>,
}

impl Server {
    pub(crate) fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (seen, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (seen_there, is_over_there) = (seen.clone(), is_over.clone());
        let (sender, closed) = channel();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                if is_over_there.load(Ordering::Relaxed) {
                    return;
                }
                let (script, seen, sender) = (script.clone(), seen_there.clone(), sender.clone());
                std::thread::spawn(move || {
                    let wait = serve(&mut stream, &script, &seen);
                    close(stream, wait);
                    let _ = sender.send(());
                });
            }
        });
        Self { port, seen, is_over, closed: Mutex::new(closed) }
    }

    /// Waits until a connection is closed.
    pub(crate) fn wait_for_close(&self) {
        let _ = self.closed.lock().expect("no panic there").recv_timeout(Duration::from_secs(10));
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic there").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // wakes it
    }
}

/// Plays the script to a connection's end, and says how it is to be closed.
pub(crate) fn serve(stream: &mut (impl Read + Write), script: &[Step], seen: &Mutex<Vec<Seen>>) -> Duration {
    let at_once = Duration::ZERO;
    while let Some(request) = read(stream) {
        let number = {
            let mut seen = seen.lock().expect("no panic there");
            seen.push(request);
            seen.len() - 1
        };
        let (status, headers, body): (&u16, &[_], &[u8]) = match script.get(number) {
            Some(Step::Answer(status, headers, body)) => (status, headers, body),
            Some(Step::AnswerThenClose(_)) => (&200, &[], b"{\"success\":true}"),
            Some(Step::Close) | None => return at_once,
        };
        let mut answer = format!("HTTP/1.1 {status} X\r\n").into_bytes();
        for (name, value) in headers {
            answer.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        // These have no body, and no length of one.
        if !matches!(status, 204 | 304) {
            answer.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
        }
        answer.extend_from_slice(b"\r\n");
        answer.extend_from_slice(body);
        if stream.write_all(&answer).is_err() {
            return at_once;
        }
        if let Some(Step::AnswerThenClose(wait)) = script.get(number) {
            return *wait;
        }
    }
    at_once
}

/// Closes half of it first, for so long at most, or until the client has seen it and closes too.
fn close(mut stream: TcpStream, wait: Duration) {
    if !wait.is_zero() && stream.shutdown(Shutdown::Write).is_ok() {
        let _ = stream.set_read_timeout(Some(wait));
        let _ = stream.read(&mut [0]);
    }
}

fn read(stream: &mut impl Read) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        if let Ok(httparse::Status::Complete(length)) = head.parse(&bytes) {
            let mut request = Seen {
                method: head.method?.to_owned(),
                target: head.path?.to_owned(),
                headers: head
                    .headers
                    .iter()
                    .map(|header| {
                        (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
                    })
                    .collect(),
                body: Vec::new(),
            };
            let due: usize = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            if bytes.len() >= length + due {
                request.body = bytes.split_off(length);
                return Some(request);
            }
        }
        let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    }
}
