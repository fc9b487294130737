//! Servers that send without end: a client must bear it until its time is over, and keep none of it.

use super::{
    answers, endless,
    frame::{block, flag, frame, kind, setting, settings},
};
use crate::case::Case;

/// A group of its own: with everything logged, it would be a log without end.
pub(crate) const GROUP: &str = "HTTP/2 floods";
/// When the time is over, or before it: a client may break off what has no sense.
const ENDS: [&str; 3] = ["timed_out unknown 1", "connection_failed unknown 1", "unexpected_response unknown 1"];

/// Bytes for a request's stream.
type Bytes = fn(u32) -> Vec<u8>;

pub(super) fn cases() -> Vec<Case> {
    let nothing: Bytes = |_| Vec::new();
    let status: Bytes = |stream| frame(kind::HEADERS, flag::NONE, stream, &block(&[(":status", "200")]));
    let whole_head: Bytes = |stream| frame(kind::HEADERS, flag::END_HEADERS, stream, &block(&[(":status", "200")]));
    let floods: [(&str, Bytes, Bytes); 10] = [
        ("SETTINGS", nothing, |_| settings(&[(setting::HEADER_TABLE_SIZE, 4096)])),
        ("PING", nothing, |_| frame(kind::PING, flag::NONE, 0, &[0; 8])),
        ("answers to no PING", nothing, |_| frame(kind::PING, flag::ACK, 0, &[0; 8])),
        ("WINDOW_UPDATE", nothing, |_| frame(kind::WINDOW_UPDATE, flag::NONE, 0, &1_u32.to_be_bytes())),
        ("frames of no standard", nothing, |stream| frame(kind::UNKNOWN, flag::NONE, stream, &[0; 100])),
        ("RST_STREAM of no stream", nothing, |_| frame(kind::RST_STREAM, flag::NONE, 1001, &[0; 4])),
        ("informational answers", nothing, |stream| {
            frame(kind::HEADERS, flag::END_HEADERS, stream, &block(&[(":status", "103")]))
        }),
        ("CONTINUATION", status, |stream| {
            frame(kind::CONTINUATION, flag::NONE, stream, &block(&[("x-header", "value")]))
        }),
        ("empty CONTINUATION", status, |stream| frame(kind::CONTINUATION, flag::NONE, stream, &[])),
        ("empty DATA", whole_head, |stream| frame(kind::DATA, flag::NONE, stream, &[])),
    ];
    let cases = floods.map(|(name, first, again)| {
        let of = answers(name, &ENDS, move |peer, asked| {
            peer.write(&first(asked.stream))?;
            peer.flood(&again(asked.stream))
        });
        let of = Case { group: GROUP, ..endless(of) };
        match name {
            "CONTINUATION" | "informational answers" => {
                of.not_for("kotlin", "OkHttp keeps HTTP/2's headers without a limit")
            }
            _ => of,
        }
    });
    cases.into()
}
