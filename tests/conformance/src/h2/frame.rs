//! HTTP/2 frames (RFC 9113, 4 and 6), as bytes: nothing checks what they say, so that they can say anything.

use std::io::{self, Read};

/// What a client sends first.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) mod kind {
    pub(crate) const DATA: u8 = 0;
    pub(crate) const HEADERS: u8 = 1;
    pub(crate) const RST_STREAM: u8 = 3;
    pub(crate) const SETTINGS: u8 = 4;
    pub(crate) const PUSH_PROMISE: u8 = 5;
    pub(crate) const PING: u8 = 6;
    pub(crate) const GOAWAY: u8 = 7;
    pub(crate) const WINDOW_UPDATE: u8 = 8;
    pub(crate) const CONTINUATION: u8 = 9;
    /// No frame of any standard: to be passed over.
    pub(crate) const UNKNOWN: u8 = 0xfa;
}

pub(super) mod flag {
    pub(crate) const NONE: u8 = 0;
    pub(crate) const ACK: u8 = 1;
    pub(crate) const END_STREAM: u8 = 1;
    pub(crate) const END_HEADERS: u8 = 4;
    pub(crate) const PADDED: u8 = 8;
}

pub(super) mod setting {
    pub(crate) const HEADER_TABLE_SIZE: u16 = 1;
    pub(crate) const MAX_CONCURRENT_STREAMS: u16 = 3;
    pub(crate) const INITIAL_WINDOW_SIZE: u16 = 4;
    pub(crate) const MAX_FRAME_SIZE: u16 = 5;
}

/// Why a stream or a connection ends.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Code {
    NoError = 0,
    ProtocolError = 1,
    InternalError = 2,
    FlowControlError = 3,
    StreamClosed = 5,
    FrameSizeError = 6,
    RefusedStream = 7,
    Cancel = 8,
    EnhanceYourCalm = 11,
    InadequateSecurity = 12,
    Http11Required = 13,
}

impl Code {
    pub(super) const ALL: [(Self, &'static str); 11] = [
        (Self::NoError, "NO_ERROR"),
        (Self::ProtocolError, "PROTOCOL_ERROR"),
        (Self::InternalError, "INTERNAL_ERROR"),
        (Self::FlowControlError, "FLOW_CONTROL_ERROR"),
        (Self::StreamClosed, "STREAM_CLOSED"),
        (Self::FrameSizeError, "FRAME_SIZE_ERROR"),
        (Self::RefusedStream, "REFUSED_STREAM"),
        (Self::Cancel, "CANCEL"),
        (Self::EnhanceYourCalm, "ENHANCE_YOUR_CALM"),
        (Self::InadequateSecurity, "INADEQUATE_SECURITY"),
        (Self::Http11Required, "HTTP_1_1_REQUIRED"),
    ];
}

/// One frame as it came.
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    pub(super) fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut head = [0; 9];
        from.read_exact(&mut head)?;
        let [high, middle, low, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, high, middle, low]) as usize];
        from.read_exact(&mut payload)?;
        Ok(Self { kind, flags, stream: u32::from_be_bytes(stream) & u32::MAX >> 1, payload })
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

pub(super) fn settings(of: &[(u16, u32)]) -> Vec<u8> {
    let pairs = of.iter().map(|(name, value)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat());
    frame(kind::SETTINGS, flag::NONE, 0, &pairs.collect::<Vec<_>>().concat())
}

/// Fields as HPACK has them that keeps no table: literal, without indexing, in no Huffman code (RFC 7541, 6.2.2).
pub(super) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.extend(length(text.len()));
            block.extend(text.as_bytes());
        }
    }
    block
}

/// A whole number in the seven low bits of a byte, and in as many bytes more as it needs (RFC 7541, 5.1).
fn length(of: usize) -> Vec<u8> {
    const MOST: usize = 0x7f;
    let low = |of: usize| u8::try_from(of & MOST).unwrap_or_default();
    if of < MOST {
        return vec![low(of)];
    }
    let (mut bytes, mut rest) = (vec![low(MOST)], of - MOST);
    while rest > MOST {
        bytes.push(low(rest) | 0x80);
        rest >>= 7;
    }
    bytes.push(low(rest));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let bytes = frame(kind::PING, flag::ACK, 7, b"12345678");
        assert_eq!(bytes[..9], [0, 0, 8, 6, 1, 0, 0, 0, 7]);
        let read = Frame::read(&mut &bytes[..]).expect("a frame");
        assert_eq!(
            (read.kind, read.flags, read.stream, &read.payload[..]),
            (kind::PING, flag::ACK, 7, &b"12345678"[..])
        );
    }

    /// The example of RFC 7541, C.1.2, for a prefix of seven bits.
    #[test]
    fn lengths_take_the_bytes_they_need() {
        assert_eq!(length(10), [10]);
        assert_eq!(length(127), [127, 0]);
        assert_eq!(length(1337), [127, 186, 9]);
        assert_eq!(block(&[(":status", "200")]), b"\0\x07:status\x03200");
    }
}
