//! Servers that end a connection or a stream: GOAWAY and `RST_STREAM`.

use std::time::Duration;

use super::{
    answers, closed,
    connection::{ANY_STREAM, Asked, Connection},
    endless,
    frame::{Code, flag, frame, kind},
    plays, untold,
};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = not_processed();
    cases.extend(processed());
    cases.extend(resets());
    cases
}

/// The stream of its own end below a request's.
fn below(asked: Asked) -> u32 {
    asked.stream.saturating_sub(2)
}

/// The server says that it left the request out: it goes out again, and that is no retry.
fn not_processed() -> Vec<Case> {
    let codes = [
        (Code::NoError, "NO_ERROR"),
        (Code::ProtocolError, "PROTOCOL_ERROR"),
        (Code::InternalError, "INTERNAL_ERROR"),
        (Code::EnhanceYourCalm, "ENHANCE_YOUR_CALM"),
    ];
    let mut cases: Vec<_> = codes
        .into_iter()
        .map(|(code, name)| {
            answers(format!("GOAWAY below, {name}, then close"), &["ok 2"], move |peer, asked| {
                if asked.number > 0 {
                    return peer.succeed(asked.stream);
                }
                peer.go_away(below(asked), code)?;
                closed()
            })
        })
        .collect();
    cases.push(answers("GOAWAY below, and the connection stays", &["ok 2"], |peer, asked| match asked.number {
        0 => peer.go_away(below(asked), Code::NoError),
        _ => peer.succeed(asked.stream),
    }));
    cases.push(answers("GOAWAY in two steps, and it is below", &["ok 2"], |peer, asked| {
        if asked.number > 0 {
            return peer.succeed(asked.stream);
        }
        peer.go_away(ANY_STREAM, Code::NoError)?;
        peer.go_away(below(asked), Code::NoError)?;
        closed()
    }));
    let used = answers("GOAWAY below, on a connection that was used", &["ok 2"], |peer, asked| {
        if asked.number != 1 {
            return peer.succeed(asked.stream);
        }
        peer.go_away(below(asked), Code::NoError)?;
        closed()
    });
    cases.push(Case { calls: 2, ..used }.not_for("command", "a process for each call"));
    cases.push(answers("GOAWAY below, for ever", &["connection_failed not_sent 33"], |peer, asked| {
        peer.go_away(below(asked), Code::NoError)?;
        closed()
    }));
    // Nobody has to send a request on such a connection.
    cases.push(plays("GOAWAY before any request, for ever", &["connection_failed not_sent"], |peer| {
        peer.greet(&[])?;
        peer.go_away(0, Code::NoError)?;
        closed()
    }));
    cases.push(answers("REFUSED_STREAM once", &["ok 2"], |peer, asked| match asked.number {
        0 => peer.reset(asked.stream, Code::RefusedStream),
        _ => peer.succeed(asked.stream),
    }));
    // The time limit may strike while a request is under way.
    let ends = &["connection_failed not_sent", "timed_out unknown"];
    cases.push(endless(answers("REFUSED_STREAM for ever", ends, |peer, asked| {
        peer.reset(asked.stream, Code::RefusedStream)
    })));
    cases.into_iter().map(untold).collect()
}

/// GOAWAY doesn't leave it out.
fn processed() -> Vec<Case> {
    let after_each = answers("GOAWAY after each answer, then close", &["ok"], |peer, asked| {
        peer.succeed(asked.stream)?;
        peer.go_away(asked.stream, Code::NoError)?;
        closed()
    });
    vec![
        answers("GOAWAY at ours, then the answer", &["ok 1"], |peer, asked| {
            peer.go_away(asked.stream, Code::NoError)?;
            std::thread::sleep(Duration::from_millis(50));
            peer.succeed(asked.stream)?;
            closed()
        }),
        answers("GOAWAY at ours, then close", &["connection_failed unknown 1"], |peer, asked| {
            peer.go_away(asked.stream, Code::NoError)?;
            closed()
        }),
        answers("GOAWAY at ours with an error, then close", &["connection_failed unknown 1"], |peer, asked| {
            peer.go_away(asked.stream, Code::InternalError)?;
            closed()
        }),
        answers("close without GOAWAY", &["connection_failed unknown 1"], |_, _| closed()),
        answers("GOAWAY in two steps, then the answer", &["ok 1"], |peer, asked| {
            peer.go_away(ANY_STREAM, Code::NoError)?;
            std::thread::sleep(Duration::from_millis(50));
            peer.go_away(asked.stream, Code::NoError)?;
            peer.succeed(asked.stream)?;
            closed()
        }),
        // Whether the client sends before it sees the first step is its own matter.
        plays("GOAWAY in two steps, the first before the request", &["ok"], |peer| {
            peer.greet(&[])?;
            if peer.number == 0 {
                peer.go_away(ANY_STREAM, Code::NoError)?;
            }
            let asked = peer.request()?;
            if peer.number == 0 {
                peer.go_away(asked.stream, Code::NoError)?;
            }
            peer.succeed(asked.stream)?;
            closed()
        }),
        Case { calls: 3, ..after_each },
        // It has begun to answer, so it has processed the request, whatever it says now.
        answers("GOAWAY below within an answer", &["connection_failed unknown 1"], |peer, asked| {
            half(peer, asked)?;
            peer.go_away(below(asked), Code::NoError)?;
            closed()
        }),
    ]
}

fn resets() -> Vec<Case> {
    let mut cases = Vec::new();
    for (code, name) in Code::ALL {
        if code != Code::RefusedStream {
            let name = format!("{name} instead of an answer");
            let of = answers(name, &["connection_failed unknown 1"], move |peer, asked| peer.reset(asked.stream, code));
            // To curl it is an end like any other, of an answer of nothing.
            let ends_well = code == Code::NoError;
            cases.push(if ends_well { of.except("swift", "unexpected_response unknown 1") } else { of });
        }
        // It has begun to answer, so it has processed the request, whatever it says now.
        cases.push(answers(
            format!("{name} within an answer"),
            &["connection_failed unknown 1"],
            move |peer, asked| {
                half(peer, asked)?;
                peer.reset(asked.stream, code)
            },
        ));
        cases.push(answers(format!("{name} after an answer"), &["ok 1"], move |peer, asked| {
            peer.succeed(asked.stream)?;
            peer.reset(asked.stream, code)
        }));
    }
    cases
}

/// Half of an answer.
fn half(peer: &mut Connection, asked: Asked) -> std::io::Result<()> {
    peer.head_of_success(asked.stream)?;
    peer.write(&frame(kind::DATA, flag::NONE, asked.stream, b"{\"succ"))
}
