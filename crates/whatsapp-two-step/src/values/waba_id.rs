use std::fmt;

use super::digits;
use crate::error::TwoStepError;

/// The ID of a WhatsApp business account (WABA): 1 to 32 digits, kept as text. Not a secret, so it prints.
///
/// It stands in the settings of the business portfolio, and in WhatsApp Manager.
///
/// ```
/// use whatsapp_two_step::WabaId;
///
/// assert_eq!(WabaId::parse("102290129340398")?.as_str(), "102290129340398");
/// assert!(WabaId::parse("me").is_err());
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WabaId(Box<str>);

impl WabaId {
    /// Reads an ID.
    ///
    /// # Errors
    /// `invalid_configuration`, with what is wrong and never with the text itself.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        digits::check(text).map(|()| Self(text.into())).map_err(|problem| {
            TwoStepError::invalid_configuration("waba_id", &format!("is not an account's ID: {problem}"))
        })
    }

    /// The error for an ID that came as something else than text, such as a number in a host language.
    #[must_use]
    pub fn not_text(found: &str) -> TwoStepError {
        let problem = "is not an account's ID: a string of digits is needed, not";
        TwoStepError::invalid_configuration("waba_id", &format!("{problem} {found}"))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WabaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for WabaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WabaId({self})")
    }
}
