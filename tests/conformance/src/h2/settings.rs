//! Servers that limit what a client may do, and change their mind.

use std::{io, time::Duration};

use super::{
    connection::{Asked, Connection, Event},
    endless,
    frame::{Code, flag, frame, kind, setting, settings},
    plays, untold,
};
use crate::case::Case;

const AT_ONCE: usize = 8;
/// A window wide enough for any request of ours.
const WIDE: u32 = 1 << 16;

pub(super) fn cases() -> Vec<Case> {
    let one_stream = plays("one stream at a time, for 8 calls at once", &["ok"], one_at_a_time);
    let one_stream = Case { at_once: AT_ONCE, ..one_stream }.not_for("command", "a process for each call");
    let mut cases = vec![
        one_stream,
        untold(
            // A stack may take the body before it hears of the limit. Whether it then wrote anything, it doesn't tell.
            endless(plays(
                "no stream at all",
                &["timed_out not_sent", "timed_out unknown", "connection_failed not_sent"],
                |peer| {
                    peer.greet(&[(setting::MAX_CONCURRENT_STREAMS, 0)])?;
                    loop {
                        // One that left before the client knew.
                        let asked = peer.head()?;
                        peer.reset(asked.stream, Code::RefusedStream)?;
                    }
                },
            )),
        ),
        plays("settings that change before the answer", &["ok 1"], |peer| {
            peer.greet(&[])?;
            let asked = peer.request()?;
            for (window, frame) in [(0, 16 << 10), (WIDE, (1 << 24) - 1), (1, 16 << 10)] {
                peer.write(&settings(&[
                    (setting::INITIAL_WINDOW_SIZE, window),
                    (setting::MAX_FRAME_SIZE, frame),
                    (setting::HEADER_TABLE_SIZE, window),
                    (setting::MAX_CONCURRENT_STREAMS, window),
                ]))?;
            }
            peer.succeed(asked.stream)
        }),
        plays("no SETTINGS or PING is acknowledged", &["ok 1"], |peer| {
            peer.acknowledges = false;
            peer.greet(&[])?;
            let asked = peer.request()?;
            std::thread::sleep(Duration::from_millis(500));
            peer.succeed(asked.stream)
        }),
        endless(plays("silence after the request", &["timed_out unknown 1"], |peer| {
            peer.greet(&[])?;
            loop {
                peer.next()?;
            }
        })),
    ];
    cases.extend(windows());
    cases
}

/// A window of nothing has to be known before the request leaves: so it is a call before it that makes the connection.
fn windows() -> Vec<Case> {
    let on_one_connection = |of: Case| Case { calls: 2, ..of }.not_for("command", "a process for each call");
    // The headers may have left, the PIN hasn't: both outcomes are true.
    let shut = ["timed_out unknown 1", "timed_out not_sent 1"];
    let cases = [
        endless(plays("a window that never opens", &shut, |peer| {
            first_answered(peer)?;
            peer.request().map(drop)
        })),
        plays("a window that opens late", &["ok 1"], |peer| {
            first_answered(peer)?;
            let asked = peer.head()?;
            std::thread::sleep(Duration::from_millis(300));
            peer.write(&frame(kind::WINDOW_UPDATE, flag::NONE, asked.stream, &1_u32.to_be_bytes()))?;
            peer.write(&settings(&[(setting::INITIAL_WINDOW_SIZE, WIDE)]))?;
            let asked = peer.request()?;
            peer.succeed(asked.stream)
        }),
        untold(plays("GOAWAY below while the window is shut", &["ok 2"], |peer| {
            if peer.number > 0 {
                peer.greet(&[])?;
                let asked = peer.request()?;
                return peer.succeed(asked.stream);
            }
            first_answered(peer)?;
            let asked = peer.head()?;
            peer.go_away(asked.stream - 2, Code::NoError)
        })),
    ];
    cases.map(on_one_connection).into()
}

/// When it has its answer, the client knows the window of what comes next.
fn first_answered(peer: &mut Connection) -> io::Result<Asked> {
    peer.greet(&[(setting::INITIAL_WINDOW_SIZE, WIDE)])?;
    let asked = peer.request()?;
    peer.write(&settings(&[(setting::INITIAL_WINDOW_SIZE, 0)]))?;
    peer.succeed(asked.stream)?;
    Ok(asked)
}

/// Refuses each stream that comes while another is open.
fn one_at_a_time(peer: &mut Connection) -> io::Result<()> {
    peer.greet(&[(setting::MAX_CONCURRENT_STREAMS, 1)])?;
    let mut open = None;
    loop {
        match peer.next()? {
            Event::Head(asked) if open.is_some() => peer.reset(asked.stream, Code::RefusedStream)?,
            Event::Head(asked) => open = Some(asked.stream),
            Event::Whole(asked) if open == Some(asked.stream) => {
                std::thread::sleep(Duration::from_millis(10));
                peer.succeed(asked.stream)?;
                open = None;
            }
            Event::Whole(_) | Event::Other => {}
        }
    }
}
