//! Two gzip streams made by hand: a compressor in the sandbox would outweigh the rest of it.

/// What both streams end with.
const SUCCESS: &[u8; 16] = b"{\"success\":true}";

/// How often the bomb repeats 258 spaces.
const MATCHES: u32 = 204_000;
/// The size of the bomb once inflated: 50 MiB and a bit.
const BOMB_SIZE: u32 = 1 + MATCHES * 258 + 16;
/// CRC-32 of what the two inflate to; the tests below check them.
const BOMB_CRC: u32 = 0xf62e_e1ca;
const SUCCESS_CRC: u32 = 0x66f6_f7df;

/// `{"success":true}` in gzip.
pub(crate) fn success() -> Vec<u8> {
    Bits::new().finish(SUCCESS_CRC, 16)
}

/// 51 kB that inflate to 50 MiB: spaces, and a success at their end.
pub(crate) fn bomb() -> Vec<u8> {
    let mut bits = Bits::new();
    // Not the last block, of the kind with its own Huffman codes: 286 literals, 1 distance, 18 code lengths.
    for (value, width) in [(0, 1), (2, 2), (29, 5), (0, 5), (14, 4)] {
        bits.number(value, width);
    }
    // The code lengths' own codes, in the order of RFC 1951: 18 (a run of zeros) is `0`, 1 is `10`, 2 is `11`.
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
        let length = match symbol {
            18 => 1,
            1 | 2 => 2,
            _ => 0,
        };
        bits.number(length, 3);
    }
    // Three literals have a code: the space (`10`), the end of the block (`11`), a match of 258 bytes (`0`).
    bits.zero_lengths(32);
    bits.code("11");
    bits.zero_lengths(138);
    bits.zero_lengths(85);
    bits.code("11");
    bits.zero_lengths(28);
    bits.code("10");
    // The only distance, 1, has the code `0`.
    bits.code("10");

    bits.code("10");
    for _ in 0..MATCHES {
        bits.code("00");
    }
    bits.code("11");
    bits.finish(BOMB_CRC, BOMB_SIZE)
}

/// A gzip stream that is being written, lowest bit of a byte first.
struct Bits {
    out: Vec<u8>,
    /// Bits used of the last byte, 0 if the next bit starts a byte.
    used: u32,
}

impl Bits {
    fn new() -> Self {
        Self { out: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff], used: 0 }
    }

    fn bit(&mut self, bit: bool) {
        if self.used == 0 {
            self.out.push(0);
        }
        if let Some(last) = self.out.last_mut() {
            *last |= u8::from(bit) << self.used;
        }
        self.used = (self.used + 1) % 8;
    }

    /// A number goes lowest bit first,
    fn number(&mut self, value: u32, width: u32) {
        (0..width).for_each(|place| self.bit(value >> place & 1 == 1));
    }

    /// a Huffman code highest bit first.
    fn code(&mut self, code: &str) {
        code.bytes().for_each(|bit| self.bit(bit == b'1'));
    }

    /// 11 to 138 code lengths of zero.
    fn zero_lengths(&mut self, count: u32) {
        self.code("0");
        self.number(count - 11, 7);
    }

    /// The last block holds [`SUCCESS`] as it is; the trailer follows.
    fn finish(mut self, crc: u32, size: u32) -> Vec<u8> {
        self.number(1, 3);
        let length = 16_u16;
        for word in [length, !length] {
            self.out.extend_from_slice(&word.to_le_bytes());
        }
        self.out.extend_from_slice(SUCCESS);
        for word in [crc, size] {
            self.out.extend_from_slice(&word.to_le_bytes());
        }
        self.out
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn inflate(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn both_are_gzip() {
        assert_eq!(inflate(&success()), SUCCESS);
        let bomb = bomb();
        assert!(bomb.len() < 52_000, "{}", bomb.len());
        let inflated = inflate(&bomb);
        assert!(inflated.len() > 50 << 20);
        assert_eq!(inflated.trim_ascii_start(), SUCCESS);
    }
}
