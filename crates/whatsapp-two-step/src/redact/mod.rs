//! Keeps secrets out of text that others wrote: the server's, a transport's.

mod spelling;

use std::error::Error as StdError;

use spelling::{spelled_length, token_at};
use zeroize::Zeroizing;

use crate::{
    endpoint::Endpoint,
    error::Cause,
    values::{AppSecret, Pin},
};

const MARK: &str = "[redacted]";

/// Meta's trace IDs have some 23 characters.
const MAX_ID: usize = 64;

/// The longest text of the server's, or of a transport's, that is shown.
pub(crate) const MAX_TEXT: usize = 300;

/// How many causes of a foreign error are kept.
const MAX_CAUSES: usize = 8;

/// One line of foreign text that came with no call: without control characters, tokens or the app secret.
pub(crate) fn without(app_secret: &AppSecret, text: &str, max: usize) -> String {
    Redactor::clean_of(text, max, |rest| spelled_length(rest, app_secret.expose()).max(token_at(rest)))
}

/// Cleans foreign text of one call's secrets.
pub(crate) struct Redactor<'a> {
    /// None where the call has none, such as a read.
    pin: Option<&'a Pin>,
    endpoint: &'a Endpoint,
}

impl<'a> Redactor<'a> {
    pub(crate) fn new(endpoint: &'a Endpoint, pin: Option<&'a Pin>) -> Self {
        Self { pin, endpoint }
    }

    /// One line without control characters or secrets, of at most `max` characters.
    ///
    /// The order matters: a control character inside a secret must not hide it, a cut must not leave half of one.
    pub(crate) fn clean(&self, text: &str, max: usize) -> String {
        Self::clean_of(text, max, |rest| self.secret_at(rest).max(token_at(rest)))
    }

    fn clean_of(text: &str, max: usize, secret_at: impl Fn(&[u8]) -> Option<usize>) -> String {
        let line = Self::redact(&Self::visible(text), secret_at);
        let line = line.trim();
        match line.char_indices().nth(max) {
            Some((end, _)) => format!("{}…", line[..end].trim_end()),
            None => line.to_owned(),
        }
    }

    /// A mark for each secret, and one for several that overlap: the PIN may be a part of a token.
    fn redact(line: &str, secret_at: impl Fn(&[u8]) -> Option<usize>) -> Zeroizing<String> {
        let mut redacted = Zeroizing::new(String::with_capacity(line.len() + MARK.len()));
        let mut secret_until = 0;
        for (at, character) in line.char_indices() {
            if let Some(end) = secret_at(&line.as_bytes()[at..]) {
                if at >= secret_until {
                    redacted.push_str(MARK);
                }
                secret_until = secret_until.max(at + end);
            }
            if at >= secret_until {
                redacted.push(character);
            }
        }
        redacted
    }

    /// `clean`, for IDs, which are worthless in part: nothing where a secret stood, and nothing that is no single word of
    /// visible ASCII.
    pub(crate) fn clean_id(&self, text: &str) -> Option<String> {
        // Every answer has one, and as good as every one is plain: no need to look for more than the secrets as they are.
        let is_plain = (1..=MAX_ID).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if is_plain && !self.secrets().any(|secret| contains(text.as_bytes(), secret)) {
            return Some(text.to_owned());
        }
        // An ID may look like a token by chance, so only this call's own secrets count.
        let id = Self::clean_of(text, MAX_ID + 1, |rest| self.secret_at(rest));
        let is_id = (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        (is_id && !id.contains(MARK)).then_some(id)
    }

    /// One line without what shows nothing.
    fn visible(text: &str) -> Zeroizing<String> {
        let mut line = Zeroizing::new(String::with_capacity(text.len()));
        for character in text.chars() {
            match character {
                '\n' | '\r' | '\t' if !line.ends_with(' ') => line.push(' '),
                _ if character.is_control() || is_invisible(character) => {}
                _ => line.push(character),
            }
        }
        line
    }

    /// Is a secret in the text, as `clean` would find it?
    pub(crate) fn finds_in(&self, text: &str) -> bool {
        let line = Self::visible(text);
        let rest = |at| &line.as_bytes()[at..];
        (0..line.len()).any(|at| self.secret_at(rest(at)).is_some() || token_at(rest(at)).is_some())
    }

    /// Is one of this call's own secrets in it? Text that may look like a token by chance is asked this, and not `finds_in`.
    pub(crate) fn finds_own_in(&self, text: &str) -> bool {
        (0..text.len()).any(|at| self.secret_at(&text.as_bytes()[at..]).is_some())
    }

    /// The length of the longest secret that the text begins with.
    fn secret_at(&self, text: &[u8]) -> Option<usize> {
        self.secrets().filter_map(|secret| spelled_length(text, secret)).max()
    }

    /// Does the number spell the PIN?
    pub(crate) fn is_echo(&self, number: u64) -> bool {
        let Some(pin) = self.pin else { return false };
        let value = pin.digits().iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
        // Anywhere in it, so each six of its digits. Most numbers have fewer.
        std::iter::successors(Some(number), |number| Some(number / 10))
            .take_while(|number| *number >= 100_000)
            .any(|number| number % 1_000_000 == value)
    }

    /// The secrets as they are.
    fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        let secret = self.endpoint.app_secret().map(AppSecret::expose);
        let proof = self.endpoint.proof().map(str::as_bytes);
        let pin = self.pin.map(|pin| &pin.digits()[..]);
        [Some(self.endpoint.access_token().expose()), secret, proof, pin].into_iter().flatten()
    }

    /// A foreign error and its causes, as clean texts.
    pub(crate) fn cause(&self, error: &(dyn StdError + 'static)) -> Cause {
        let mut texts: Vec<String> = Vec::new();
        let mut next = Some(error);
        while let Some(error) = next.take_if(|_| texts.len() < MAX_CAUSES) {
            let text = self.clean(&error.to_string(), MAX_TEXT);
            // Many libraries repeat their cause's text in their own.
            if !texts.last().is_some_and(|last| last.contains(&text)) {
                texts.push(text);
            }
            next = error.source();
        }
        Cause::chain(texts)
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Characters that show nothing but change how the rest shows: zero-width, bidirectional marks, tags, variation selectors.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::AccessToken;

    fn clean(text: &str, max: usize) -> String {
        let endpoint = Endpoint::new(AccessToken::parse("EAA|735194|x").unwrap())
            .with_app_secret(AppSecret::parse("s3cret").unwrap())
            .unwrap();
        Redactor::new(&endpoint, Some(&Pin::parse("735194").unwrap())).clean(text, max)
    }

    #[test]
    fn secrets_go_in_each_spelling() {
        assert_eq!(clean("Malformed access token EAA|735194|x", 99), "Malformed access token [redacted]");
        assert_eq!(clean("?access_token=EAA%7C735194%7Cx&b", 99), "?access_token=[redacted]&b");
        assert_eq!(clean("?access_token=EAA%7c735194%7cx&b", 99), "?access_token=[redacted]&b");
        assert_eq!(clean("%37%33%35%31%39%34 %73%33%63%72%65%74 %45", 99), "[redacted] [redacted] %45");
        assert_eq!(clean("%45%41%41%7C%37%33%35%31%39%34%7c%78", 99), "[redacted]");
        assert_eq!(clean("pin 7%335%31%394, 100%", 99), "pin [redacted], 100%");
        assert_eq!(clean("pin 735194, secret s3cret", 99), "pin [redacted], secret [redacted]");
    }

    #[test]
    fn a_token_that_is_not_ours_goes_too() {
        let foreign = "EAAJZZtRuncatedPasteOfAnotherToken0001";
        assert_eq!(clean(&format!("Malformed access token {foreign}."), 99), "Malformed access token [redacted].");
        assert_eq!(clean(&format!("x{foreign}&y"), 99), "x[redacted]&y");
        assert_eq!(clean("%45AAJZZtRuncated%50asteOfAnother|x", 99), "[redacted]|x");
        assert_eq!(clean("EAAJ\u{0}ZZtRuncated\u{200b}PasteOfAnother", 99), "[redacted]");
        assert_eq!(clean("EA12345678901234567890 EA1234567890123456789", 99), "[redacted] EA1234567890123456789");
        assert_eq!(clean("100%45 %4", 99), "100%45 %4");
    }

    #[test]
    fn secrets_that_overlap_leave_nothing_of_each_other() {
        let endpoint = Endpoint::new(AccessToken::parse("94EAA").unwrap());
        let pin = Pin::parse("735194").unwrap();
        let redactor = Redactor::new(&endpoint, Some(&pin));
        assert_eq!(redactor.clean("a 735194EAA b 735194735194 c", 99), "a [redacted] b [redacted][redacted] c");
        assert!(redactor.finds_in("735194EAA") && !redactor.finds_in("73519 94EA"));
        let chance = "EAb345678901234567890123";
        assert!(redactor.finds_own_in("x94%45AA") && redactor.finds_in(chance) && !redactor.finds_own_in(chance));
    }

    #[test]
    fn a_secret_is_found_through_control_characters() {
        assert_eq!(clean("pin 73\u{0}51\u{200b}9\u{1b}4!", 99), "pin [redacted]!");
    }

    #[test]
    fn an_id_is_whole_or_nothing() {
        let endpoint = Endpoint::new(AccessToken::parse("EAAG_x").unwrap());
        let pin = Pin::parse("735194").unwrap();
        let id = |text: &str| Redactor::new(&endpoint, Some(&pin)).clean_id(text);
        for good in ["AsINUN3wXWCUKt1M4Uyn7Pc", "A-_1", "a.b/c+d=", "EA34567890123456789012", "EA345678901234567890.12"]
        {
            assert_eq!(id(good).as_deref(), Some(good));
        }
        assert_eq!(id("A\u{1b}1").as_deref(), Some("A1"));
        for bad in ["", " ", "two words", "A735194", "EAAG_x", "A-EAAG_x-", "A7351\u{0}94", "\u{e9}"] {
            assert_eq!(id(bad), None, "{bad}");
        }
        assert_eq!(id(&"A".repeat(64)).map(|id| id.len()), Some(64));
        assert_eq!(id(&"A".repeat(65)), None);
    }

    #[test]
    fn a_cut_leaves_no_half_of_a_secret() {
        assert_eq!(clean("token EAA|735194|x", 9), "token [re…");
    }

    #[test]
    fn a_number_with_the_pin_in_it_is_an_echo() {
        let endpoint = Endpoint::new(AccessToken::parse("EAAG").unwrap());
        for (pin, number, is_echo) in [
            ("735194", 735_194, true),
            ("735194", 17_351_940, true),
            ("735194", 73_519, false),
            ("735194", 7_351_094, false),
            ("012345", 10_123_450, true),
            ("012345", 12_345, false),
            ("012345", 123_450, false),
            ("000000", 1_000_000, true),
        ] {
            let pin = Pin::parse(pin).unwrap();
            assert_eq!(Redactor::new(&endpoint, Some(&pin)).is_echo(number), is_echo, "{number}");
        }
    }

    #[test]
    fn one_line_that_drives_no_terminal() {
        assert_eq!(clean(" a\r\n\tb\u{1b}[2J\u{202e}c\u{9b}1m ", 99), "a b[2Jc1m");
    }
}
