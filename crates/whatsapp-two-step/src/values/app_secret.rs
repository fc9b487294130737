use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{access_token::AccessToken, secret::check_secret};
use crate::error::TwoStepError;

/// An app secret, from which a request's `appsecret_proof` is made, and which signs webhooks. Wiped from memory on drop, and printed by nothing.
///
/// Source: Meta's page on [securing Graph API calls](https://developers.facebook.com/docs/graph-api/guides/secure-requests).
///
/// ```
/// use whatsapp_two_step::AppSecret;
///
/// let secret = AppSecret::parse("0123456789abcdef")?;
/// assert_eq!(format!("{secret:?}"), "AppSecret([redacted])");
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone)]
pub struct AppSecret(Zeroizing<String>);

impl AppSecret {
    /// Reads an app secret.
    ///
    /// # Errors
    /// `invalid_configuration` if it is empty, longer than 8,192 characters, or has a character that is not visible ASCII.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        check_secret("app_secret", text)?;
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// HMAC-SHA256 with the app secret as key.
    pub(crate) fn mac(&self, message: &[u8]) -> Result<Hmac<Sha256>, TwoStepError> {
        let mut mac = Hmac::new_from_slice(self.expose())
            .map_err(|_| TwoStepError::invalid_configuration("app_secret", "does not fit as a key"))?;
        mac.update(message);
        Ok(mac)
    }

    /// Lowercase hex HMAC-SHA256 with the app secret as key and the token as message.
    pub(crate) fn proof(&self, token: &AccessToken) -> Result<Zeroizing<String>, TwoStepError> {
        let mac = self.mac(token.expose())?;
        let mut proof = Zeroizing::new(String::with_capacity(64));
        for byte in mac.finalize().into_bytes() {
            for nibble in [byte >> 4, byte & 0xf] {
                proof.push(char::from_digit(nibble.into(), 16).unwrap_or_default());
            }
        }
        Ok(proof)
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proof_is_hmac_sha256_of_the_token() {
        // printf 'EAAG_example' | openssl dgst -sha256 -hmac 'app-secret'
        let secret = AppSecret::parse("app-secret").unwrap();
        let token = AccessToken::parse("EAAG_example").unwrap();
        assert_eq!(
            secret.proof(&token).unwrap().as_str(),
            "95698b0f384814fb2e2720e4ffd0665d953a5ba00cfb99acb7a21537b6a37b14"
        );
    }
}
