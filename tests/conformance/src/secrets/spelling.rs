//! Looks for secrets in text, however they are spelled there.

use std::fmt::Write as _;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

pub(crate) struct Secrets(Vec<Secret>);

struct Secret {
    name: &'static str,
    plain: String,
    /// Looked for in the text as it is.
    encoded: Vec<String>,
    /// Looked for in the text without white space, which lists and dumps of bytes have anywhere.
    listed: Vec<String>,
}

impl Secrets {
    pub(crate) fn new(secrets: &[(&'static str, &str)]) -> Self {
        Self(secrets.iter().map(|(name, secret)| Secret::new(name, secret)).collect())
    }

    /// The name of each secret that is in the text. Nobody is shown where: the report is public.
    pub(crate) fn in_text(&self, text: &str) -> Vec<&'static str> {
        let squeezed: String = text.split_ascii_whitespace().collect();
        let found = self.0.iter().filter(|secret| {
            stands_in(&secret.plain, text)
                || secret.encoded.iter().any(|spelling| text.contains(spelling))
                || secret.listed.iter().any(|spelling| squeezed.contains(spelling))
        });
        found.map(|secret| secret.name).collect()
    }
}

impl Secret {
    fn new(name: &'static str, secret: &str) -> Self {
        let encoded = base64(secret.as_bytes()).into_iter().chain(percent(secret.as_bytes()));
        let decimal: Vec<_> = secret.bytes().map(|byte| byte.to_string()).collect();
        let listed = [HEXLOWER.encode(secret.as_bytes()), HEXUPPER.encode(secret.as_bytes()), decimal.join(",")];
        Self { name, plain: secret.to_owned(), encoded: encoded.collect(), listed: listed.into() }
    }
}

/// Digits within a longer number are another number.
fn stands_in(secret: &str, text: &str) -> bool {
    let is_number = secret.bytes().all(|byte| byte.is_ascii_digit());
    text.match_indices(secret).any(|(at, _)| {
        let ends = [text[..at].chars().next_back(), text[at + secret.len()..].chars().next()];
        !is_number || !ends.iter().flatten().any(char::is_ascii_digit)
    })
}

/// Every byte, and those alone that a URL's query reserves; with hex in either case.
pub(crate) fn percent(secret: &[u8]) -> Vec<String> {
    let spelled = |(spares_some, is_upper)| {
        secret.iter().fold(String::new(), |mut text, byte| {
            if spares_some && (byte.is_ascii_alphanumeric() || b"-._~".contains(byte)) {
                text.push((*byte).into());
            } else {
                let _ = if is_upper { write!(text, "%{byte:02X}") } else { write!(text, "%{byte:02x}") };
            }
            text
        })
    };
    let ways = [(false, true), (false, false), (true, true), (true, false)];
    ways.map(spelled).into_iter().filter(|spelling| spelling.contains('%')).collect()
}

/// At each of the three places that a secret may have within what is encoded: only what no neighbour changes.
fn base64(secret: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for before in 0..3 {
        let bytes = [&vec![0; before][..], secret].concat();
        for text in [BASE64.encode(&bytes), BASE64URL_NOPAD.encode(&bytes)] {
            all.push(text[(before * 8).div_ceil(6)..bytes.len() * 8 / 6].to_owned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_spelling() {
        let secrets = Secrets::new(&[("token", "EAAG/marked+1"), ("PIN", "735194")]);
        let token = b"EAAG/marked+1";
        let decimal = format!("{token:?} {token:#?}");
        let texts = [
            "x EAAG/marked+1 y".to_owned(),
            "?token=EAAG%2fmarked%2b1&".to_owned(),
            "%45%41%41%47%2F%6D%61%72%6B%65%64%2B%31".to_owned(),
            BASE64.encode(b"Bearer EAAG/marked+1 and so on"),
            BASE64.encode(b" Bearer EAAG/marked+1"),
            BASE64URL_NOPAD.encode(b"  Bearer EAAG/marked+1"),
            format!("<Buffer {}>", token.map(|byte| format!("{byte:02x}")).join(" ")),
            decimal,
        ];
        for text in texts {
            assert_eq!(secrets.in_text(&text), ["token"], "{text}");
        }
        assert_eq!(secrets.in_text("{\"pin\":\"735194\"}"), ["PIN"]);
        assert!(secrets.in_text("17351940 EAAG marked 7351 94").is_empty());
    }
}
