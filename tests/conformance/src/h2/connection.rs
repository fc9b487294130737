//! The server's end of one connection: it sends what a behaviour tells it to, and knows where a request ends.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex},
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::frame::{Code, Frame, PREFACE, block, flag, frame, kind, settings};

/// The most that a frame may have unless the client says otherwise.
pub(super) const MOST: usize = 16 << 10;
/// The highest stream there can be: a server that begins to shut down names it before it knows the real one.
pub(super) const ANY_STREAM: u32 = u32::MAX >> 1;
const SUCCESS: &[u8] = b"{\"success\":true}";

/// A request of the case, on any of its connections, and whether the server has it.
pub(super) struct Request {
    connection: usize,
    stream: u32,
    pub(super) is_whole: bool,
    /// The server says that it processed none of it.
    pub(super) is_disclaimed: bool,
}

/// Where a request is.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) stream: u32,
    /// 0 for the first of the case, over all connections.
    pub(super) number: usize,
}

/// What a client did.
pub(super) enum Event {
    /// The headers of a request are there.
    Head(Asked),
    /// The whole request is there.
    Whole(Asked),
    Other,
}

pub(crate) struct Connection {
    stream: StreamOwned<ServerConnection, TcpStream>,
    /// 0 for the first of the case.
    pub(super) number: usize,
    requests: Arc<Mutex<Vec<Request>>>,
    /// The stream of the last GOAWAY: what is above it isn't processed.
    last: u32,
    /// Answers SETTINGS and PING.
    pub(super) acknowledges: bool,
}

impl Connection {
    pub(super) fn new(
        stream: TcpStream,
        tls: Arc<ServerConfig>,
        number: usize,
        requests: Arc<Mutex<Vec<Request>>>,
    ) -> Self {
        let tls = ServerConnection::new(tls).expect("a configuration that works");
        let stream = StreamOwned::new(tls, stream);
        Self { stream, number, requests, last: ANY_STREAM, acknowledges: true }
    }

    /// What is due before anything else, from both.
    pub(super) fn greet(&mut self, of: &[(u16, u32)]) -> io::Result<()> {
        self.write(&settings(of))?;
        let mut preface = [0; PREFACE.len()];
        self.stream.read_exact(&mut preface)?;
        if preface == PREFACE { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// The next request, when all of it is there.
    pub(super) fn request(&mut self) -> io::Result<Asked> {
        loop {
            if let Event::Whole(asked) = self.next()? {
                return Ok(asked);
            }
        }
    }

    /// The next request, when its headers are there.
    pub(super) fn head(&mut self) -> io::Result<Asked> {
        loop {
            if let Event::Head(asked) = self.next()? {
                return Ok(asked);
            }
        }
    }

    /// Reads a frame. An error is the connection's end, most often the client's wish.
    pub(super) fn next(&mut self) -> io::Result<Event> {
        let read = Frame::read(&mut self.stream)?;
        match read.kind {
            kind::SETTINGS | kind::PING if self.acknowledges && !read.has(flag::ACK) => {
                let payload = if read.kind == kind::PING { &read.payload[..] } else { &[] };
                self.write(&frame(read.kind, flag::ACK, 0, payload))?;
                Ok(Event::Other)
            }
            kind::HEADERS => {
                let is_disclaimed = read.stream > self.last;
                let request = Request { connection: self.number, stream: read.stream, is_whole: false, is_disclaimed };
                let mut requests = self.requests.lock().expect("no panic there");
                requests.push(request);
                Ok(Event::Head(Asked { stream: read.stream, number: requests.len() - 1 }))
            }
            kind::DATA if read.has(flag::END_STREAM) => Ok(self.find(read.stream).map_or(Event::Other, |number| {
                self.requests.lock().expect("no panic there")[number].is_whole = true;
                Event::Whole(Asked { stream: read.stream, number })
            })),
            _ => Ok(Event::Other),
        }
    }

    fn find(&self, stream: u32) -> Option<usize> {
        let requests = self.requests.lock().expect("no panic there");
        requests.iter().position(|of| (of.connection, of.stream) == (self.number, stream))
    }

    /// Anything.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    pub(super) fn head_of_success(&mut self, stream: u32) -> io::Result<()> {
        let length = SUCCESS.len().to_string();
        let fields = [(":status", "200"), ("content-type", "application/json"), ("content-length", &length)];
        self.write(&frame(kind::HEADERS, flag::END_HEADERS, stream, &block(&fields)))
    }

    pub(super) fn succeed(&mut self, stream: u32) -> io::Result<()> {
        self.head_of_success(stream)?;
        self.write(&frame(kind::DATA, flag::END_STREAM, stream, SUCCESS))
    }

    pub(super) fn reset(&mut self, stream: u32, code: Code) -> io::Result<()> {
        if let Some(number) = self.find(stream).filter(|_| code == Code::RefusedStream) {
            self.requests.lock().expect("no panic there")[number].is_disclaimed = true;
        }
        self.write(&frame(kind::RST_STREAM, flag::NONE, stream, &(code as u32).to_be_bytes()))
    }

    pub(super) fn go_away(&mut self, last: u32, code: Code) -> io::Result<()> {
        self.last = last;
        for of in self.requests.lock().expect("no panic there").iter_mut() {
            of.is_disclaimed |= of.connection == self.number && of.stream > last;
        }
        let payload = [last.to_be_bytes(), (code as u32).to_be_bytes()].concat();
        self.write(&frame(kind::GOAWAY, flag::NONE, 0, &payload))
    }

    /// The same bytes again and again, until the client or the case ends it. What the client says meanwhile is read, so that it
    /// never waits for this end; and not understood.
    pub(super) fn flood(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut from_client = self.stream.sock.try_clone()?;
        std::thread::spawn(move || io::copy(&mut from_client, &mut io::sink()));
        let bytes = bytes.repeat(MOST.div_ceil(bytes.len()));
        loop {
            self.write(&bytes)?;
        }
    }

    /// Ends its own half, and takes what the client still had under way: a reset would take away what was sent before it.
    pub(super) fn close(&mut self) {
        self.stream.conn.send_close_notify();
        let _ = self.stream.flush();
        let _ = self.stream.sock.shutdown(Shutdown::Write);
        self.acknowledges = false;
        while self.next().is_ok() {}
    }
}
