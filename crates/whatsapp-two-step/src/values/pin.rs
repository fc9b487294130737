use std::fmt;

use zeroize::Zeroizing;

use crate::error::{ErrorKind, TwoStepError};

const DIGITS: usize = 6;

/// A two-step verification PIN: exactly six ASCII digits, kept as text so that `012345` keeps its zero.
///
/// Wiped from memory on drop, and printed by nothing. Form: Meta's page on
/// [two-step verification](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/two-step-verification).
///
/// ```
/// use whatsapp_two_step::{ErrorKind, Pin};
///
/// let pin = Pin::parse("012345")?;
/// assert_eq!(format!("{pin:?}"), "Pin([redacted])");
///
/// let error = Pin::parse("12345").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidPin);
/// assert_eq!(error.message(), "Invalid PIN: 5 characters, 6 needed.");
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone)]
pub struct Pin(Zeroizing<[u8; DIGITS]>);

impl Pin {
    /// Reads a PIN. Bytes are compared, not a pattern: other scripts' digits and a final line break are no digits here.
    ///
    /// # Errors
    /// `invalid_pin`, with what is wrong and never with the text itself.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        let length = text.chars().count();
        if length != DIGITS {
            let line_break = if text.ends_with(['\n', '\r']) { ", the last of them a line break" } else { "" };
            let plural = if length == 1 { "" } else { "s" };
            return Err(invalid(&format!("{length} character{plural}{line_break}, {DIGITS} needed")));
        }
        if let Some(at) = text.chars().position(|c| !c.is_ascii_digit()) {
            return Err(invalid(&format!("character {} is not a digit 0-9", at + 1)));
        }
        let mut digits = Zeroizing::new([0; DIGITS]);
        digits.copy_from_slice(text.as_bytes());
        Ok(Self(digits))
    }

    /// The error for a PIN that came as something else than text, such as a number in a host language.
    ///
    /// `found` is the type's name in that language.
    ///
    /// ```
    /// let error = whatsapp_two_step::Pin::not_text("int");
    /// assert!(error.message().contains("leading zero"));
    /// ```
    #[must_use]
    pub fn not_text(found: &str) -> TwoStepError {
        let is_number = ["int", "float", "number", "double", "decimal", "long"].iter().any(|name| found.contains(name));
        let why = if is_number { "; a number would lose a leading zero, as in 012345" } else { "" };
        invalid(&format!("a string of {DIGITS} digits is needed, not {found}{why}"))
    }

    pub(crate) fn expose(&self) -> &[u8; DIGITS] {
        &self.0
    }
}

fn invalid(problem: &str) -> TwoStepError {
    TwoStepError::invalid(ErrorKind::InvalidPin, format!("Invalid PIN: {problem}."))
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_break_is_named() {
        let message = Pin::parse("012345\n").unwrap_err().message().to_owned();
        assert_eq!(message, "Invalid PIN: 7 characters, the last of them a line break, 6 needed.");
    }

    proptest! {
        #[test]
        fn six_ascii_digits_round_trip(text in "[0-9]{6}") {
            let pin = Pin::parse(&text).unwrap();
            prop_assert_eq!(&pin.expose()[..], text.as_bytes());
        }

        #[test]
        fn anything_else_is_refused_and_never_repeated(text in "\\PC{4,12}") {
            let is_pin = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
            match Pin::parse(&text) {
                Ok(_) => prop_assert!(is_pin),
                Err(error) => {
                    prop_assert!(!is_pin);
                    let shown = format!("{error:?} {error}");
                    prop_assert!(!shown.contains(&text));
                }
            }
        }
    }
}
