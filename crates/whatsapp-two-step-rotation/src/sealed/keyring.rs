use std::{fmt, str::FromStr};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use whatsapp_two_step::{PhoneNumberId, TwoStepError};
use zeroize::Zeroizing;

use super::key::{VaultKey, invalid, push_hex};
use crate::{
    entry::Entry,
    error::{VaultError, VaultErrorKind},
    vault::Version,
};

/// The form that this version writes and reads: this byte, the key's ID, the nonce, and then what is sealed with its tag.
const FORM: u8 = 1;
const KEY_ID: std::ops::Range<usize> = 1..9;
const NONCE: std::ops::Range<usize> = 9..33;
const TAG: usize = 16;

/// The keys of a vault: one that seals, and older ones that only open what they sealed.
///
/// To change a key: give every program both keys, the old one first; then the new one first; then
/// [`rekey`](crate::Sealed::rekey); then the new one alone.
///
/// ```
/// use whatsapp_two_step_rotation::{Keyring, VaultKey};
///
/// let (new, old) = (VaultKey::generate()?, VaultKey::generate()?);
/// let text = format!("{}\n{}\n", *new.to_text(), *old.to_text());
/// let keys = Keyring::parse(&text)?; // a file with one key a line
/// assert_eq!(format!("{keys:?}"), format!("Keyring([{}, {}])", new.id(), old.id()));
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone)]
pub struct Keyring {
    seals: VaultKey,
    opens: Vec<VaultKey>,
}

impl Keyring {
    /// With one key, which seals and opens.
    #[must_use]
    pub fn new(key: VaultKey) -> Self {
        Self { seals: key, opens: Vec::new() }
    }

    /// With one more key, which only opens.
    #[must_use]
    pub fn with_older(mut self, key: VaultKey) -> Self {
        self.opens.push(key);
        self
    }

    /// Reads keys with spaces, commas or line breaks between them. The first one seals.
    ///
    /// # Errors
    /// `invalid_configuration`, with what is wrong and never with the text itself.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        let mut keys = words.map(VaultKey::parse).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(invalid("is empty"));
        }
        Ok(Self { seals: keys.remove(0), opens: keys })
    }

    /// Seals an entry for a number, and for a version if the store's versions are known beforehand.
    ///
    /// For a store that is no [`ByteStore`](crate::ByteStore).
    ///
    /// # Errors
    /// `unreachable` if the system has no random source to give.
    pub fn seal(&self, id: &PhoneNumberId, version: Option<&Version>, entry: &Entry) -> Result<Vec<u8>, VaultError> {
        let mut sealed = vec![FORM];
        sealed.extend_from_slice(&self.seals.id_bytes());
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce).map_err(|_| no_random())?;
        sealed.extend_from_slice(&nonce);
        let text = entry.to_json();
        let payload = Payload { msg: text.as_bytes(), aad: &bound(&sealed[..KEY_ID.end], id, version) };
        // It fails for what is longer than 256 GiB.
        let body = self.seals.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| damaged())?;
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Opens what [`seal`](Self::seal) made for the same number and version.
    ///
    /// # Errors
    /// `unreadable`: another key sealed it, which the message names by its ID; or it was sealed for another number or version, or
    /// is damaged.
    pub fn open(&self, id: &PhoneNumberId, version: Option<&Version>, sealed: &[u8]) -> Result<Entry, VaultError> {
        let (head, body) = sealed.split_at_checked(NONCE.end).filter(|(_, body)| body.len() >= TAG).ok_or_else(cut)?;
        if head[0] != FORM {
            return Err(VaultError::unreadable(&format!(
                "the entry is damaged, or a newer version sealed it (form {}, and {FORM} is known)",
                head[0]
            )));
        }
        let key = self.keys().find(|key| key.id_bytes() == head[KEY_ID]).ok_or_else(|| self.unknown(&head[KEY_ID]))?;
        let nonce = XNonce::try_from(&head[NONCE]).map_err(|_| cut())?;
        let payload = Payload { msg: body, aad: &bound(&head[..KEY_ID.end], id, version) };
        let text = Zeroizing::new(key.cipher().decrypt(&nonce, payload).map_err(|_| damaged())?);
        Entry::from_json(std::str::from_utf8(&text).map_err(|_| damaged())?)
    }

    /// Did the key that seals seal this?
    pub(super) fn is_newest(&self, sealed: &[u8]) -> bool {
        sealed.get(KEY_ID) == Some(&self.seals.id_bytes())
    }

    fn keys(&self) -> impl Iterator<Item = &VaultKey> {
        std::iter::once(&self.seals).chain(&self.opens)
    }

    fn unknown(&self, id: &[u8]) -> VaultError {
        let mut found = String::new();
        push_hex(&mut found, id);
        let given: Vec<_> = self.keys().map(VaultKey::id).collect();
        let (s, was) = if given.len() == 1 { ("", "was") } else { ("s", "were") };
        VaultError::unreadable(&format!(
            "the key {found} sealed the entry, and the key{s} {} {was} given",
            given.join(", ")
        ))
    }
}

impl VaultKey {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.expose().into())
    }
}

/// What is not hidden, and can't be changed either: the form and key in front, the number, and the version.
fn bound(head: &[u8], id: &PhoneNumberId, version: Option<&Version>) -> Vec<u8> {
    // An ID is digits, so the line breaks part what could else be taken for one another.
    let version = version.map_or("", Version::as_str);
    [b"whatsapp-two-step vault\n", head, b"\n", id.as_str().as_bytes(), b"\n", version.as_bytes()].concat()
}

fn no_random() -> VaultError {
    VaultError::new(VaultErrorKind::Unreachable, "The entry can't be sealed: the system gives no random bytes.")
}

fn cut() -> VaultError {
    VaultError::unreadable("the entry is damaged: it is cut short")
}

fn damaged() -> VaultError {
    VaultError::unreadable(
        "the entry is damaged, or it was sealed for another number or for another version of this one and put in this place",
    )
}

impl FromStr for Keyring {
    type Err = TwoStepError;

    fn from_str(text: &str) -> Result<Self, TwoStepError> {
        Self::parse(text)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.keys().map(VaultKey::id).collect();
        write!(f, "Keyring([{}])", ids.join(", "))
    }
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
