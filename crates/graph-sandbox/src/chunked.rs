//! Chunked request bodies.

use httparse::Status;

/// Why a chunked body can't be served.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadBody {
    TooLong,
    Malformed,
}

/// The body at the start of `bytes` and how many bytes it took; `None` while it is incomplete.
///
/// It reads from the start each time: a body is small, and its chunks must not take more than eight times as much.
pub(crate) fn decode(bytes: &[u8], cap: usize) -> Result<Option<(Vec<u8>, usize)>, BadBody> {
    let incomplete = || if bytes.len() > cap * 8 { Err(BadBody::TooLong) } else { Ok(None) };
    let mut body = Vec::new();
    let mut rest = bytes;
    loop {
        let (start, size) = match httparse::parse_chunk_size(rest) {
            Ok(Status::Complete(found)) => found,
            Ok(Status::Partial) => return incomplete(),
            Err(_) => return Err(BadBody::Malformed),
        };
        rest = &rest[start..];
        if size == 0 {
            let Some(behind) = after_trailers(rest) else { return incomplete() };
            return Ok(Some((body, bytes.len() - behind.len())));
        }
        let size = usize::try_from(size).ok().filter(|size| *size <= cap - body.len()).ok_or(BadBody::TooLong)?;
        let Some((chunk, behind)) = rest.split_at_checked(size) else { return incomplete() };
        if behind.len() < 2 {
            return incomplete();
        }
        rest = behind.strip_prefix(b"\r\n").ok_or(BadBody::Malformed)?;
        body.extend_from_slice(chunk);
    }
}

/// Header lines may follow the last chunk, then an empty line.
fn after_trailers(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        rest = &rest[end + 2..];
        if end == 0 {
            return Some(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_in_pieces_and_with_trailers() {
        let bytes = b"3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\nPOST";
        assert_eq!(decode(bytes, 13), Ok(Some((b"abc0123456789".to_vec(), bytes.len() - 4))));
        for cut in 0..bytes.len() - 4 {
            assert_eq!(decode(&bytes[..cut], 13), Ok(None), "{cut}");
        }
        assert_eq!(decode(b"0\r\n\r\n", 0), Ok(Some((vec![], 5))));
    }

    #[test]
    fn bounds_and_nonsense() {
        assert_eq!(decode(b"e\r\n", 13), Err(BadBody::TooLong));
        assert_eq!(decode(b"ffffffffffffffff\r\n", 13), Err(BadBody::TooLong));
        assert_eq!(decode(b"1\r\na\r\n".repeat(14).as_slice(), 13), Err(BadBody::TooLong));
        assert_eq!(decode(format!("0\r\n{}", "X: y\r\n".repeat(20)).as_bytes(), 13), Err(BadBody::TooLong));
        for bad in ["x\r\n", "1\r\nab\r\n", "{\"pin\":\"012345\"}"] {
            assert_eq!(decode(bad.as_bytes(), 13), Err(BadBody::Malformed), "{bad}");
        }
    }
}
