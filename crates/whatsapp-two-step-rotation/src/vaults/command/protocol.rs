//! What is said on the streams: one JSON object a line.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::shared::unreachable;
use crate::error::{VaultError, VaultErrorKind};

/// As much of a program's own words as an error repeats.
const MESSAGE_MAX: usize = 300;

#[derive(Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(super) enum Request<'a> {
    Load { id: &'a str },
    Save { id: &'a str, entry: &'a str, expected: Option<&'a str> },
    List,
}

impl Request<'_> {
    pub(super) fn to_line(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it, so that no growing leaves a copy behind.
        let mut line = Zeroizing::new(Vec::with_capacity(4096));
        // Text can always be written.
        let _ = serde_json::to_writer(&mut *line, self);
        line.push(b'\n');
        line
    }
}

#[derive(Deserialize)]
pub(super) struct Loaded {
    pub(super) entry: String,
    pub(super) version: String,
}

#[derive(Deserialize)]
pub(super) struct Saved {
    pub(super) version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer<T> {
    Ok(T),
    Error(Problem),
}

#[derive(Deserialize)]
struct Problem {
    kind: String,
    message: String,
}

/// The program's answer, or its error; or the error that it is neither.
pub(super) fn read<T: DeserializeOwned>(line: &[u8]) -> Result<Result<T, VaultError>, VaultError> {
    // What serde says of it may repeat it.
    let answer = serde_json::from_slice(line)
        .map_err(|_| unreachable("its program gave an answer that is not of the protocol"))?;
    Ok(match answer {
        Answer::Ok(answer) => Ok(answer),
        Answer::Error(Problem { kind, message }) => Err(problem(&kind, &message)),
    })
}

fn problem(kind: &str, message: &str) -> VaultError {
    let kind = match kind {
        "conflict" => VaultErrorKind::Conflict,
        "unreadable" => VaultErrorKind::Unreadable,
        _ => VaultErrorKind::Unreachable,
    };
    VaultError::new(kind, format!("The vault's program says: {}", cleaned(message)))
}

/// A program's own words, without what could be a PIN: six digits or more in a row.
fn cleaned(message: &str) -> String {
    let mut clean = String::new();
    let mut digits = String::new();
    for c in message.chars().chain(std::iter::once('\n')) {
        if c.is_numeric() {
            digits.push(c);
            continue;
        }
        clean.push_str(if digits.chars().count() < 6 { &digits } else { "[digits]" });
        digits.clear();
        clean.push(if c.is_control() { ' ' } else { c });
    }
    // Only then cut: half a run of digits would not be seen as one.
    clean.trim().chars().take(MESSAGE_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_words_are_cleaned() {
        for (message, clean) in [
            ("HTTP 503", "HTTP 503"),
            ("PIN 012345 is weak\u{1b}[2J", "PIN [digits] is weak [2J"),
            ("012345", "[digits]"),
            ("id106540352242922x", "id[digits]x"),
            ("٠١٢٣٤٥", "[digits]"),
            ("", ""),
        ] {
            assert_eq!(cleaned(message), clean);
        }
        assert_eq!(cleaned(&"x".repeat(1000)).len(), MESSAGE_MAX);
        let cut = cleaned(&format!("{}735194", "x".repeat(MESSAGE_MAX - 5)));
        assert!(cut.ends_with("x[digi"), "{cut}");
    }

    #[test]
    fn an_answer_is_one_of_two() {
        let read = |line: &str| {
            let answer = read::<Option<Loaded>>(line.as_bytes())?;
            Ok::<_, VaultError>(answer.map(|found| found.map(|found| found.version)))
        };
        assert!(read(r#"{"ok":null}"#).unwrap().unwrap().is_none());
        assert_eq!(read(r#"{"ok":{"entry":"x","version":"7"}}"#).unwrap().unwrap().unwrap(), "7");
        let kind = |line: &str| read(line).unwrap().unwrap_err().kind();
        assert_eq!(kind(r#"{"error":{"kind":"conflict","message":"m"}}"#), VaultErrorKind::Conflict);
        assert_eq!(kind(r#"{"error":{"kind":"odd","message":"m"}}"#), VaultErrorKind::Unreachable);
        for line in
            ["", "null", "{}", r#"{"ok":{}}"#, r#"{"ok":null,"error":null}"#, r#"{"ok":null} {"ok":null}"#, "012345"]
        {
            let shown = format!("{:?}", read(line).unwrap_err());
            assert!(shown.contains("not of the protocol") && !shown.contains("012345"), "{shown}");
        }
    }
}
