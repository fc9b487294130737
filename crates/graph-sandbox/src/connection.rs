//! One connection: reads requests, answers them in turn.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use crate::chunked::{self, BadBody};
use crate::control;
use crate::decide::decide;
use crate::fault::{self, End};
use crate::graph::{self, Place};
use crate::reply::Reply;
use crate::request::{self, BadHead, Framing, Request};
use crate::scenario::{self, Act, Scenario};
use crate::state::State;
use crate::version::Version;

/// The cap of a request's head, and that of its body.
const CAP: usize = 64 * 1024;
/// How long a client may take for a request, and for its first byte after it has connected.
const PATIENCE: Duration = Duration::from_secs(10);

/// Counts a connection as open until it is dropped.
struct Open(Arc<State>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

struct Connection {
    stream: TcpStream,
    state: Arc<State>,
    /// Bytes received and not yet part of a request.
    buffer: Vec<u8>,
    out: Vec<u8>,
    /// When the request must be there; none between two requests, as clients keep connections for later.
    due: Option<Instant>,
}

/// A refusal's status and message.
type Refusal = (u16, &'static str);

/// Serves a connection to its end.
pub(crate) async fn serve(stream: TcpStream, state: Arc<State>) {
    state.connections.fetch_add(1, Relaxed);
    state.open.fetch_add(1, Relaxed);
    // Dropped after the socket, so that the count never runs ahead of the close.
    let _open = Open(Arc::clone(&state));
    let due = Some(Instant::now() + PATIENCE);
    let mut connection = Connection { stream, state, buffer: Vec::new(), out: Vec::new(), due };
    loop {
        match connection.serve_one().await {
            Ok(End::Next) => {}
            Ok(End::Aborted) => {
                connection.state.aborted.fetch_add(1, Relaxed);
                break;
            }
            Ok(End::Close) | Err(_) => break,
        }
    }
}

impl Connection {
    async fn serve_one(&mut self) -> io::Result<End> {
        let (mut request, framing) = match self.read_head().await? {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(End::Close),
            Err((status, message)) => return self.refuse(status, message).await,
        };
        // The parts can be asked for while the request holds the bytes.
        request.fill(std::mem::take(&mut self.buffer));
        let is_control = control::is_control(request.path());
        let scenario = match graph::route(request.path()).place {
            Place::Object(id) if request.method() == "POST" && !is_control => scenario::find(id),
            _ => None,
        };
        if let Some(Scenario { act: Act::Wire(fault), .. }) = scenario
            && fault.is_early()
        {
            let version = graph::route(request.path()).version;
            self.state.record(&Arc::new(request));
            let mut reply = self.success(version);
            reply.fail_with(190, None);
            reply.close = true;
            let end = fault.play(&mut self.stream, &reply).await;
            self.drain().await;
            return Ok(end);
        }
        if framing.content_length > CAP {
            self.note(request, is_control);
            return self.refuse(413, BODY_TOO_LONG).await;
        }
        self.buffer = request.take();
        match self.read_body(&mut request, &framing).await? {
            Ok(true) => self.due = None,
            Ok(false) => return Ok(End::Close),
            Err((status, message)) => {
                self.buffer.truncate(framing.head_length);
                request.fill(std::mem::take(&mut self.buffer));
                self.note(request, is_control);
                return self.refuse(status, message).await;
            }
        }
        if is_control {
            let reply = control::answer(&request, &self.state).await;
            return self.send(reply, framing.close).await;
        }
        let request = Arc::new(request);
        self.state.record(&request);
        self.answer(&request, scenario, framing.close).await
    }

    /// Records a request that is refused before its body is read.
    fn note(&self, request: Request, is_control: bool) {
        if !is_control {
            self.state.record(&Arc::new(request));
        }
    }

    async fn answer(&mut self, request: &Request, scenario: Option<&'static Scenario>, close: bool) -> io::Result<End> {
        let mut reply = self.success(graph::route(request.path()).version);
        let fault = decide(request, scenario, &self.state, &mut reply);
        let latency = self.state.settings.latency;
        if !latency.is_zero()
            && let Some(end) = fault::left_unread_within(&self.stream, latency).await
        {
            return Ok(end);
        }
        match fault {
            Some(fault) => Ok(fault.play(&mut self.stream, &reply).await),
            None => self.send(reply, close).await,
        }
    }

    fn success(&self, version: Version) -> Reply {
        let reply = Reply::success(version, self.state.traces.next());
        Reply { usage_headers: self.state.settings.usage_headers, ..reply }
    }

    async fn send(&mut self, mut reply: Reply, close: bool) -> io::Result<End> {
        reply.close |= close;
        self.out.clear();
        reply.write(&mut self.out);
        if self.stream.write_all(&self.out).await.is_err() {
            return Ok(End::Aborted);
        }
        Ok(if reply.close { End::Close } else { End::Next })
    }

    async fn refuse(&mut self, status: u16, message: &str) -> io::Result<End> {
        let mut reply = self.success(Version::UNSTATED);
        reply.fail(status, "OAuthException", 100, None, message);
        let end = self.send(reply, true).await?;
        self.drain().await;
        Ok(end)
    }

    /// Takes what the client still sends, for a moment: closing with unread bytes would reset the answer away.
    async fn drain(&mut self) {
        let _ = self.stream.shutdown().await;
        let mut sink = [0; 4096];
        let rest = async { while matches!(self.stream.read(&mut sink).await, Ok(count) if count > 0) {} };
        let _ = timeout(Duration::from_secs(1), rest).await;
    }

    /// How much came; 0 at the end of the connection, or of the patience.
    async fn receive(&mut self) -> io::Result<usize> {
        self.buffer.reserve(4096);
        let read = self.stream.read_buf(&mut self.buffer);
        match self.due {
            Some(due) => timeout_at(due, read).await.unwrap_or(Ok(0)),
            None => read.await,
        }
    }

    /// `None` at the end of the connection; `Err` holds status and message of a refusal.
    async fn read_head(&mut self) -> io::Result<Result<Option<(Request, Framing)>, Refusal>> {
        loop {
            if !self.buffer.is_empty() {
                self.due.get_or_insert_with(|| Instant::now() + PATIENCE);
                match request::parse(&self.buffer) {
                    Ok(Some((_, framing))) if framing.head_length > CAP => return Ok(Err((431, TOO_LONG))),
                    Ok(Some(head)) => return Ok(Ok(Some(head))),
                    Ok(None) if self.buffer.len() > CAP => return Ok(Err((431, TOO_LONG))),
                    Ok(None) => {}
                    Err(BadHead::TooManyHeaders) => return Ok(Err((431, "(#100) More than 100 request headers"))),
                    Err(BadHead::UnknownCoding) => return Ok(Err((501, "(#100) No transfer coding but chunked"))),
                    Err(BadHead::Malformed) => return Ok(Err((400, "(#100) This is not an HTTP/1.1 request"))),
                }
            }
            if self.receive().await? == 0 {
                return Ok(Ok(None));
            }
        }
    }

    /// False if the client leaves before its body is complete.
    async fn read_body(&mut self, request: &mut Request, framing: &Framing) -> io::Result<Result<bool, Refusal>> {
        let mut continues = framing.expects_continue;
        loop {
            let end = if framing.chunked {
                match chunked::decode(&self.buffer[framing.head_length..], CAP) {
                    Ok(None) => None,
                    Ok(Some((body, taken))) => {
                        // The record holds the body itself, not its chunks.
                        let rest = self.buffer.split_off(framing.head_length + taken);
                        self.buffer.truncate(framing.head_length);
                        self.buffer.extend_from_slice(&body);
                        Some(rest)
                    }
                    Err(BadBody::TooLong) => return Ok(Err((413, BODY_TOO_LONG))),
                    Err(BadBody::Malformed) => return Ok(Err((400, "(#100) This is no chunked body"))),
                }
            } else {
                let total = framing.head_length + framing.content_length;
                // The buffer of an ordinary request becomes its record; only what is left over is copied.
                (self.buffer.len() >= total).then(|| self.buffer.split_off(total))
            };
            if let Some(rest) = end {
                request.fill(std::mem::replace(&mut self.buffer, rest));
                return Ok(Ok(true));
            }
            if std::mem::take(&mut continues) {
                self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            }
            if self.receive().await? == 0 {
                return Ok(Ok(false));
            }
        }
    }
}

const BODY_TOO_LONG: &str = "(#100) The request body is longer than 64 KiB";
const TOO_LONG: &str = "(#100) The request head is longer than 64 KiB";
