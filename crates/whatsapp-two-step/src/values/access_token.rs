use std::fmt;

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::secret::check_secret;
use crate::error::TwoStepError;

const SCHEME: &str = "Bearer ";

/// An access token: visible ASCII, wiped from memory on drop, and printed by nothing.
///
/// Two are equal if their text is. It needs the permissions `whatsapp_business_management` and `whatsapp_business_messaging`.
///
/// ```
/// use whatsapp_two_step::AccessToken;
///
/// let token = AccessToken::parse("EAAG_example")?;
/// assert_eq!(format!("{token:?}"), "AccessToken([redacted])");
///
/// let error = AccessToken::parse("EAAG_example\n").unwrap_err();
/// assert!(error.message().contains("access_token ends with a line break"));
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    // The header is kept ready-made: one buffer, which all requests share and whose last owner wipes it.
    header: HeaderValue,
}

impl AccessToken {
    /// Reads a token.
    ///
    /// # Errors
    /// `invalid_configuration` if it is empty, longer than 8,192 characters, or has a character that is not visible ASCII.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        check_secret("access_token", text)?;
        let mut line = Zeroizing::new(Vec::with_capacity(SCHEME.len() + text.len()));
        line.extend_from_slice(SCHEME.as_bytes());
        line.extend_from_slice(text.as_bytes());
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(line))
            .map_err(|_| TwoStepError::invalid_configuration("access_token", "does not fit into a header"))?;
        header.set_sensitive(true);
        Ok(Self { header })
    }

    /// The value of the `Authorization` header, marked as sensitive.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.header.as_bytes()[SCHEME.len()..]
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken([redacted])")
    }
}
