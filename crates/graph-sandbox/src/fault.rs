//! The faults of the network, played on the raw socket.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::reply::{BodyEnd, Reply};

/// No fault lasts longer, whatever the client does.
const LIMIT: Duration = Duration::from_secs(600);
/// Endless answers pause so long after each piece, so that they don't starve the others: about 10 MB a second.
const PACE: Duration = Duration::from_millis(1);
const PIECE: usize = 16 * 1024;

/// A fault of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Hang,
    AppliedHang,
    HangInHeaders,
    HangInBody,
    Drip,
    NeverReads,
    Slow,
    Reset,
    Close,
    AppliedClose,
    Truncated,
    CloseAfter,
    AnswerEarly,
    Interim,
    Garbage,
    Http09,
    EndlessBody,
    EndlessHeaders,
    ManyHeaders,
    HugeBody,
}

/// What becomes of the connection after an answer, or after none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It takes the next request.
    Next,
    /// The server closes it.
    Close,
    /// The client closed it while an answer was owed.
    Aborted,
}

impl Fault {
    /// Whether it strikes before the body of the request is read.
    pub(crate) fn is_early(self) -> bool {
        matches!(self, Self::NeverReads | Self::AnswerEarly)
    }

    /// Whether the PIN is set.
    pub(crate) fn applies(self) -> bool {
        matches!(self, Self::Slow | Self::CloseAfter | Self::Interim | Self::AppliedClose | Self::AppliedHang)
    }

    /// Plays it; `reply` is a success, or for [`Fault::AnswerEarly`] the error.
    pub(crate) async fn play(self, stream: &mut TcpStream, reply: &Reply) -> End {
        match timeout(LIMIT, Box::pin(self.act(stream, reply))).await {
            Ok(Ok(end)) => end,
            // Only a write can fail here, and it does when the client has gone.
            Ok(Err(_)) => End::Aborted,
            Err(_) => End::Close,
        }
    }

    async fn act(self, stream: &mut TcpStream, reply: &Reply) -> io::Result<End> {
        let mut whole = Vec::new();
        reply.write(&mut whole);
        match self {
            Self::Hang | Self::AppliedHang => return Ok(left(stream).await),
            Self::HangInHeaders => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/js").await?;
                return Ok(left(stream).await);
            }
            Self::HangInBody => {
                stream.write_all(&whole[..whole.len() - reply.body.len() / 2]).await?;
                return Ok(left(stream).await);
            }
            Self::Drip => {
                for byte in whole {
                    stream.write_all(&[byte]).await?;
                    if let Some(end) = left_within(stream, Duration::from_secs(1)).await {
                        return Ok(end);
                    }
                }
            }
            Self::NeverReads => return Ok(left_unread(stream).await),
            Self::Slow => {
                if let Some(end) = left_within(stream, Duration::from_millis(300)).await {
                    return Ok(end);
                }
                stream.write_all(&whole).await?;
                return Ok(End::Next);
            }
            Self::Reset => stream.set_zero_linger()?,
            Self::Close | Self::AppliedClose => {}
            Self::Truncated => {
                let mut out = Vec::new();
                reply.write_head(&mut out, BodyEnd::Length(100));
                out.extend_from_slice(&reply.body);
                stream.write_all(&out).await?;
            }
            Self::CloseAfter | Self::AnswerEarly => stream.write_all(&whole).await?,
            Self::Interim => {
                let interim = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n";
                stream.write_all(&[interim, &*whole].concat()).await?;
                return Ok(End::Next);
            }
            Self::Garbage => stream.write_all(b"\x16\x03\x03\0\x02\x02\x28\xff\xfenot HTTP at all\r\n\r\n").await?,
            Self::Http09 => stream.write_all(&reply.body).await?,
            Self::EndlessBody => {
                let mut head = Vec::new();
                reply.write_head(&mut head, BodyEnd::Chunked);
                stream.write_all(&head).await?;
                let piece = format!("{PIECE:x}\r\n{}\r\n", " ".repeat(PIECE));
                return endless(stream, piece.as_bytes()).await;
            }
            Self::EndlessHeaders => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
                return endless(stream, "X-Filler: aaaaaaaaaaaaaaaaaaaa\r\n".repeat(PIECE / 32).as_bytes()).await;
            }
            Self::ManyHeaders => {
                let many = "X-Filler: aaaaaaaaaaaaa\r\n".repeat(20_000);
                let line = whole.windows(2).position(|pair| pair == b"\r\n").map_or(0, |at| at + 2);
                stream.write_all(&[&whole[..line], many.as_bytes(), &whole[line..]].concat()).await?;
                return Ok(End::Next);
            }
            Self::HugeBody => {
                let mut head = Vec::new();
                reply.write_head(&mut head, BodyEnd::Length(10 << 20));
                stream.write_all(&head).await?;
                let piece = vec![b' '; PIECE];
                for _ in 0..(10 << 20) / PIECE {
                    stream.write_all(&piece).await?;
                }
                return Ok(End::Next);
            }
        }
        Ok(End::Close)
    }
}

async fn endless(stream: &mut TcpStream, piece: &[u8]) -> io::Result<End> {
    loop {
        stream.write_all(piece).await?;
        sleep(PACE).await;
    }
}

/// Waits until the client goes away.
async fn left(stream: &mut TcpStream) -> End {
    let mut sink = [0; 1024];
    while matches!(stream.read(&mut sink).await, Ok(count) if count > 0) {}
    End::Aborted
}

/// The same, for no longer than `wait`.
async fn left_within(stream: &mut TcpStream, wait: Duration) -> Option<End> {
    timeout(wait, left(stream)).await.ok()
}

/// The same without reading a byte.
pub(crate) async fn left_unread_within(stream: &TcpStream, wait: Duration) -> Option<End> {
    timeout(wait, left_unread(stream)).await.ok()
}

/// Waits until the client goes away without reading a byte: the kernel tells of the other end's close.
async fn left_unread(stream: &TcpStream) -> End {
    loop {
        match stream.ready(Interest::READABLE | Interest::ERROR).await {
            Ok(ready) if !ready.is_read_closed() && !ready.is_error() => sleep(Duration::from_millis(20)).await,
            _ => return End::Aborted,
        }
    }
}
