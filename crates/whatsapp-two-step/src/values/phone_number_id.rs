use std::fmt;

use super::digits;
use crate::error::{ErrorKind, TwoStepError};

/// The ID that Meta gave a business phone number: 1 to 32 digits, kept as text. It is not the phone number.
///
/// Its source is `GET /{WABA_ID}/phone_numbers`, or the API Setup page of the app's dashboard. Not a secret, so it prints.
///
/// ```
/// use whatsapp_two_step::PhoneNumberId;
///
/// let id = PhoneNumberId::parse("106540352242922")?;
/// assert_eq!(id.as_str(), "106540352242922");
///
/// let error = PhoneNumberId::parse("+1 555 0100").unwrap_err();
/// assert!(error.message().contains("looks like a phone number"));
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumberId(Box<str>);

impl PhoneNumberId {
    /// Reads an ID.
    ///
    /// # Errors
    /// `invalid_phone_number_id`, with what is wrong and where an ID is found, never with the text itself.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        let problem = if text.trim().len() != text.len() && text.trim().bytes().all(|b| b.is_ascii_digit()) {
            "there is a space or a line break around it; remove it"
        } else if looks_like_a_phone_number(text) {
            "it looks like a phone number; the ID that Meta gave the number is needed"
        } else {
            return digits::check(text).map(|()| Self(text.into())).map_err(|problem| invalid(&problem));
        };
        Err(invalid(problem))
    }

    /// The error for an ID that came as something else than text, such as a number in a host language.
    ///
    /// ```
    /// let error = whatsapp_two_step::PhoneNumberId::not_text("number");
    /// assert!(error.message().contains("a string of digits is needed"));
    /// ```
    #[must_use]
    pub fn not_text(found: &str) -> TwoStepError {
        invalid(&format!("a string of digits is needed, not {found}; a number would lose digits of a long ID"))
    }

    /// The digits.
    ///
    /// ```
    /// # let id = whatsapp_two_step::PhoneNumberId::parse("1")?;
    /// assert_eq!(id.as_str(), "1");
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Digits with a phone number's marks between them.
fn looks_like_a_phone_number(text: &str) -> bool {
    let is_mark = |c| matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '\u{a0}');
    text.starts_with(|c| is_mark(c) || c.is_ascii_digit())
        && text.contains(is_mark)
        && text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || is_mark(c))
}

fn invalid(problem: &str) -> TwoStepError {
    TwoStepError::invalid(ErrorKind::InvalidPhoneNumberId, format!("Invalid phone number ID: {problem}."))
}

impl fmt::Display for PhoneNumberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PhoneNumberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumberId({self})")
    }
}
