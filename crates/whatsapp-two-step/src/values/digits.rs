//! The form that Meta's IDs have: 1 to 32 digits, kept as text.

const MAX_DIGITS: usize = 32;

/// What is wrong with it, if anything, and never with what.
pub(super) fn check(text: &str) -> Result<(), String> {
    if let Some(at) = text.chars().position(|c| !c.is_ascii_digit()) {
        return Err(format!("character {} is not a digit 0-9", at + 1));
    }
    match text.len() {
        0 => Err("it is empty".to_owned()),
        1..=MAX_DIGITS => Ok(()),
        digits => Err(format!("{digits} digits, {MAX_DIGITS} at most")),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn one_to_thirty_two_digits() {
        assert!(check("1").is_ok() && check(&"9".repeat(32)).is_ok());
        for (text, problem) in [("", "it is empty"), ("1a", "character 2 is not"), (&"9".repeat(33), "33 digits, 32")] {
            assert!(check(text).unwrap_err().contains(problem), "{text}");
        }
    }
}
