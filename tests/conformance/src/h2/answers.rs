//! Servers whose answers are odd but right, and servers whose answers are wrong.

use std::io;

use super::{
    answers,
    connection::{ANY_STREAM, Asked, Connection, MOST},
    endless,
    frame::{block, flag, frame, kind},
    plays,
};
use crate::case::Case;

const SUCCESS: &[u8] = b"{\"success\":true}";
/// What is no HTTP is either the server's fault or the connection's, as the stack has it; the request has left.
const BROKEN: [&str; 2] = ["unexpected_response unknown 1", "connection_failed unknown 1"];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = right();
    cases.extend(wrong());
    cases.extend(large());
    cases
}

fn head(peer: &mut Connection, asked: Asked, fields: &[(&str, &str)]) -> io::Result<()> {
    peer.write(&frame(kind::HEADERS, flag::END_HEADERS, asked.stream, &block(fields)))
}

fn body(peer: &mut Connection, asked: Asked, bytes: &[u8]) -> io::Result<()> {
    peer.write(&frame(kind::DATA, flag::END_STREAM, asked.stream, bytes))
}

/// Some bytes before the length of a padding, and the padding after them.
fn padded(bytes: &[u8]) -> Vec<u8> {
    [&[200][..], bytes, &[0; 200]].concat()
}

fn right() -> Vec<Case> {
    vec![
        answers("trailers after the body", &["ok 1"], |peer, asked| {
            head(peer, asked, &[(":status", "200")])?;
            peer.write(&frame(kind::DATA, flag::NONE, asked.stream, SUCCESS))?;
            let trailers = block(&[("x-checksum", "1")]);
            peer.write(&frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, asked.stream, &trailers))
        })
        .not_for("swift", "on Linux Foundation ends the process at trailers"),
        plays("an answer before the body was read", &["ok 1"], |peer| {
            peer.greet(&[])?;
            loop {
                let asked = peer.head()?;
                peer.succeed(asked.stream)?;
            }
        }),
        answers("an informational answer first", &["ok 1"], |peer, asked| {
            head(peer, asked, &[(":status", "103"), ("link", "</style.css>; rel=preload")])?;
            peer.succeed(asked.stream)
        }),
        // OkHttp 4 waits once for what follows.
        answers("two informational answers first", &["ok 1"], |peer, asked| {
            head(peer, asked, &[(":status", "100")])?;
            head(peer, asked, &[(":status", "103"), ("link", "</style.css>; rel=preload")])?;
            peer.succeed(asked.stream)
        })
        .except("kotlin", "unexpected_response unknown 1"),
        answers("headers in many frames, padding, and frames of no standard", &["ok 1"], |peer, asked| {
            let fields = block(&[(":status", "200"), ("x-fb-request-id", "one")]);
            let (first, rest) = fields.split_at(3);
            let (second, third) = rest.split_at(1);
            peer.write(&frame(kind::UNKNOWN, 0xff, asked.stream, b"anything"))?;
            peer.write(&frame(kind::HEADERS, flag::PADDED, asked.stream, &padded(first)))?;
            for part in [second, third] {
                peer.write(&frame(kind::CONTINUATION, flag::NONE, asked.stream, part))?;
            }
            peer.write(&frame(kind::CONTINUATION, flag::END_HEADERS, asked.stream, &[]))?;
            peer.write(&frame(kind::UNKNOWN, 0xff, 0, &[]))?;
            peer.write(&frame(kind::DATA, flag::PADDED, asked.stream, &padded(SUCCESS)))?;
            body(peer, asked, b"")
        }),
    ]
}

fn wrong() -> Vec<Case> {
    let sized = |name: &'static str, length: &'static str| {
        answers(name, &BROKEN, move |peer, asked| {
            head(peer, asked, &[(":status", "200"), ("content-length", length)])?;
            body(peer, asked, SUCCESS)
        })
    };
    let headed = |name: &'static str, fields: &'static [(&str, &str)]| {
        answers(name, &BROKEN, move |peer, asked| {
            head(peer, asked, fields)?;
            body(peer, asked, SUCCESS)
        })
    };
    let framed = |name: &'static str, kind: u8, flags: u8, payload: &'static [u8]| {
        answers(name, &BROKEN, move |peer, asked| peer.write(&frame(kind, flags, asked.stream, payload)))
    };
    vec![
        sized("a body longer than its length", "10"),
        sized("a body shorter than its length", "100"),
        headed("no status", &[("content-type", "application/json")]),
        headed("a status that is no number", &[(":status", "two hundred")]),
        headed("a name in upper case", &[(":status", "200"), ("Content-Type", "application/json")]),
        headed("a line break in a header", &[(":status", "200"), ("x-fb-request-id", "a\r\nb")]),
        framed("headers that no table has", kind::HEADERS, flag::END_HEADERS, &[0xff, 0xff, 0xff, 0xff, 0x7f]),
        framed("a body before the headers", kind::DATA, flag::END_STREAM, SUCCESS),
        framed("padding longer than its frame", kind::DATA, flag::PADDED, &[255, 1]),
        framed("a PING of three bytes", kind::PING, flag::NONE, &[1, 2, 3]),
        // OkHttp passes over what it didn't ask for, and has room for any window.
        endless(answers("an answer to a request that nobody made", &BROKEN, |peer, asked| {
            peer.succeed(asked.stream + 100)
        }))
        .except("kotlin", "timed_out unknown 1"),
        endless(answers("a window beyond the highest", &BROKEN, |peer, _| {
            peer.write(&frame(kind::WINDOW_UPDATE, flag::NONE, 0, &ANY_STREAM.to_be_bytes()))
        }))
        .except("kotlin", "timed_out unknown 1"),
        answers("a frame of 16 MB", &BROKEN, |peer, asked| {
            peer.write(&frame(kind::DATA, flag::NONE, asked.stream, &vec![b' '; (1 << 24) - 1]))
        }),
        // Clients switch it off, and may or may not bear with a server that does it all the same.
        answers("PUSH_PROMISE", &[BROKEN[0], BROKEN[1], "ok 1"], |peer, asked| {
            let request =
                block(&[(":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/")]);
            let payload = [&2_u32.to_be_bytes()[..], &request].concat();
            peer.write(&frame(kind::PUSH_PROMISE, flag::END_HEADERS, asked.stream, &payload))?;
            peer.succeed(asked.stream)
        }),
        // Nobody has to send a request to such a server. Whoever sees the connection end before that may try another one.
        plays(
            "HTTP/1.1 where HTTP/2 was agreed",
            &[BROKEN[0], "connection_failed unknown", "connection_failed not_sent"],
            |peer| {
                peer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")?;
                peer.greet(&[])?;
                peer.request().map(drop)
            },
        ),
    ]
}

fn large() -> Vec<Case> {
    let cases = [("headers of 72 KB", 9, 8_000), ("20,000 headers", 20_000, 10)].map(|(name, count, length)| {
        answers(name, &["unexpected_response unknown 1"], move |peer, asked| {
            let value = "v".repeat(length);
            let names: Vec<_> = (0..count).map(|number| format!("x-header-{number}")).collect();
            let fields = names.iter().map(|name| (name.as_str(), value.as_str()));
            let fields = block(&[(":status", "200")].into_iter().chain(fields).collect::<Vec<_>>());
            let mut parts = fields.chunks(MOST);
            peer.write(&frame(kind::HEADERS, flag::NONE, asked.stream, parts.next().unwrap_or_default()))?;
            for part in parts {
                peer.write(&frame(kind::CONTINUATION, flag::NONE, asked.stream, part))?;
            }
            peer.write(&frame(kind::CONTINUATION, flag::END_HEADERS, asked.stream, &[]))?;
            body(peer, asked, SUCCESS)
        })
    });
    cases.into()
}
