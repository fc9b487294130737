//! How a secret may be spelled in the text of others.

/// How much of the text spells the secret, if it begins with it: as it is, or with any of its bytes percent-encoded, as servers and
/// frameworks differ in what they encode.
#[inline] // asked at each place of a text, by two callers
pub(super) fn spelled_length(text: &[u8], secret: &[u8]) -> Option<usize> {
    if text.starts_with(secret) {
        return Some(secret.len());
    }
    // Most places need no closer look.
    if text.first() != secret.first() && text.first() != Some(&b'%') {
        return None;
    }
    let mut length = 0;
    for byte in secret {
        let (spelled, takes) = spelled_byte(text.get(length..)?)?;
        // A plain percent sign is a byte of a secret, too.
        length += if spelled == *byte {
            takes
        } else if text[length] == *byte {
            1
        } else {
            return None;
        };
    }
    Some(length)
}

/// The first byte of the text, percent-encoded or not, and how many bytes it takes there.
#[inline]
fn spelled_byte(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'%', high, low, ..] => Some(hex(*high, *low).map_or((b'%', 1), |byte| (byte, 3))),
        [plain, ..] => Some((*plain, 1)),
        [] => None,
    }
}

/// How many letters and digits after "EA" make it look like an access token.
const TOKEN_MIN: usize = 20;

/// The length of what looks like an access token of Meta's at the text's beginning, whoever's it is: people paste other tokens
/// than the call's, or cut ones, and Meta repeats them.
#[inline]
pub(super) fn token_at(text: &[u8]) -> Option<usize> {
    if !matches!(text, [b'E', b'A' | b'%', ..] | [b'%', b'4', b'5', ..]) {
        return None;
    }
    let mut length = 0;
    for expected in *b"EA" {
        let (byte, takes) = spelled_byte(&text[length..])?;
        length += if byte == expected { takes } else { return None };
    }
    let mut count = 0;
    while let Some((byte, takes)) = spelled_byte(&text[length..])
        && byte.is_ascii_alphanumeric()
    {
        length += takes;
        count += 1;
    }
    (count >= TOKEN_MIN).then_some(length)
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}
