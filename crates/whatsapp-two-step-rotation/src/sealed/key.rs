use std::{fmt, str::FromStr};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use whatsapp_two_step::TwoStepError;
use zeroize::Zeroizing;

const BYTES: usize = 32;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// A key that seals entries: 32 random bytes, written as 64 hexadecimal digits. `openssl rand -hex 32` makes one too.
///
/// It is printed by nothing, and wiped from memory on drop. **Without it the PINs in the vault are lost.** Keep a copy where
/// the vault's own copies are not.
///
/// ```
/// use whatsapp_two_step_rotation::VaultKey;
///
/// let key = VaultKey::generate()?;
/// assert_eq!(format!("{key:?}"), format!("VaultKey({})", key.id()));
/// assert_eq!(VaultKey::parse(&key.to_text())?.id(), key.id());
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone)]
pub struct VaultKey(Zeroizing<[u8; BYTES]>);

impl VaultKey {
    /// Draws a key from the operating system's random source.
    ///
    /// # Errors
    /// `invalid_configuration` if the system has no random source to give.
    pub fn generate() -> Result<Self, TwoStepError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(&mut *bytes).map_err(|_| invalid("can't be drawn: the system gives no random bytes"))?;
        Ok(Self(bytes))
    }

    /// Reads a key. Spaces and line breaks around it, which a file has, don't count.
    ///
    /// ```
    /// let error = whatsapp_two_step_rotation::VaultKey::parse("secret").unwrap_err();
    /// assert_eq!(error.message(), "Invalid configuration: vault_key has 6 characters; 64 hexadecimal digits are needed.");
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration`, with what is wrong and never with the text itself.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        let text = text.trim();
        let length = text.chars().count();
        if length != 2 * BYTES {
            return Err(invalid(&format!("has {length} characters; {} hexadecimal digits are needed", 2 * BYTES)));
        }
        let mut bytes = Zeroizing::new([0; BYTES]);
        for (at, digit) in text.chars().enumerate() {
            let Some(value) = digit.to_digit(16).and_then(|value| u8::try_from(value).ok()) else {
                return Err(invalid(&format!("has something else than a hexadecimal digit at place {}", at + 1)));
            };
            bytes[at / 2] = bytes[at / 2] << 4 | value;
        }
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(invalid("is a placeholder: all its bytes are the same"));
        }
        Ok(Self(bytes))
    }

    /// The key itself, as [`parse`](Self::parse) reads it: to write it into a file, and to show it nowhere.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(2 * BYTES));
        push_hex(&mut text, &*self.0);
        text
    }

    /// What names the key in front of an entry that it sealed: 16 hexadecimal digits, which tell nothing of the key.
    #[must_use]
    pub fn id(&self) -> String {
        let mut text = String::new();
        push_hex(&mut text, &self.id_bytes());
        text
    }

    pub(super) fn id_bytes(&self) -> [u8; 8] {
        let mut id = [0; 8];
        // A key of any length is taken.
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.0) {
            mac.update(b"whatsapp-two-step vault key id");
            id.copy_from_slice(&mac.finalize().into_bytes()[..8]);
        }
        id
    }

    pub(super) fn expose(&self) -> &[u8; BYTES] {
        &self.0
    }
}

pub(crate) fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
}

#[cfg(feature = "command")]
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.as_bytes().chunks(2).map(|pair| if pair.len() == 2 { byte(pair) } else { None }).collect()
}

pub(super) fn invalid(problem: &str) -> TwoStepError {
    TwoStepError::invalid_configuration("vault_key", problem)
}

impl FromStr for VaultKey {
    type Err = TwoStepError;

    fn from_str(text: &str) -> Result<Self, TwoStepError> {
        Self::parse(text)
    }
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VaultKey({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_told_and_not_shown() {
        let key = "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100";
        assert_eq!(VaultKey::parse(&format!("{key}\r\n")).unwrap().to_text().as_str(), key.to_lowercase());
        for (text, words) in [
            ("", "has 0 characters"),
            (&key[1..], "has 63 characters"),
            (&key.replace('5', "x"), "at place 11"),
            (&key.replace('5', "٥"), "at place 11"),
            (&"0".repeat(64), "placeholder"),
            (&"a".repeat(64), "placeholder"),
        ] {
            let shown = format!("{:?}", VaultKey::parse(text).unwrap_err());
            assert!(shown.contains(words) && !shown.contains("8899aabb"), "{shown}");
        }
    }

    /// Pinned: entries name their key by it.
    #[test]
    fn an_id_stays() {
        let key = VaultKey::parse("00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100").unwrap();
        assert_eq!(key.id(), "afebd54d68ebe254");
    }
}
