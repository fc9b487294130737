//! JSON text in the spelling of the recordings: slashes are escaped.

use std::fmt::Write as _;

/// Appends `text` as a JSON string.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// `text` as a JSON string.
pub(crate) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_string(&mut out, text);
    out
}

/// Every character of `text` as `\uXXXX`, in quotes: the same value in a spelling that a search for it misses.
pub(crate) fn escaped_string(text: &str) -> String {
    let mut out = String::from("\"");
    for unit in text.encode_utf16() {
        let _ = write!(out, "\\u{unit:04x}");
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_survive() {
        for text in ["", "a/b\\c\"d", "\u{1}\u{1b}[31m\u{202e}\r\n\t\0", "é€😀"] {
            assert_eq!(serde_json::from_str::<String>(&string(text)).unwrap(), text);
            assert_eq!(serde_json::from_str::<String>(&escaped_string(text)).unwrap(), text);
        }
    }
}
