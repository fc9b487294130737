use std::ffi::OsString;

use whatsapp_two_step::TwoStepError;

/// The words of a line, as a shell would part them: at spaces, and with quotes around what has some. Nothing else is special.
pub(super) fn split(line: &str) -> Result<Vec<OsString>, TwoStepError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take().map(OsString::from)),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(invalid("has a quote that isn't closed"));
    }
    words.extend(word.map(OsString::from));
    match words.first().and_then(|word| word.to_str()) {
        None => Err(invalid("names no program")),
        // There is no shell between, and what follows may be a secret.
        Some(program) if program.contains('=') => {
            Err(invalid("must begin with a program; a variable is set in the environment, not there"))
        }
        Some(_) => Ok(words),
    }
}

fn invalid(problem: &str) -> TwoStepError {
    TwoStepError::invalid_configuration("vault", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split() {
        for (line, words) in [
            ("kv", &["kv"][..]),
            ("  kv  --mount\tsecret ", &["kv", "--mount", "secret"]),
            (r#"'a b' "c 'd'" e'f g'h"#, &["a b", "c 'd'", "ef gh"]),
            (r#"kv "" $HOME C:\x"#, &["kv", "", "$HOME", r"C:\x"]),
        ] {
            assert_eq!(split(line).unwrap(), words);
        }
        for line in ["", "  ", "'a", "a \"b'"] {
            assert!(split(line).is_err(), "{line}");
        }
    }
}
