use std::fmt;

use bytes::Bytes;
use zeroize::Zeroizing;

/// A request's or an answer's body: wiped from memory with its last clone, and printed by nothing.
///
/// ```
/// use whatsapp_two_step::Body;
///
/// let body = Body::from(r#"{"pin":"012345"}"#);
/// assert_eq!(body.as_bytes().len(), 16);
/// assert_eq!(format!("{body:?}"), "Body([redacted], 16 bytes)");
/// ```
#[derive(Clone, Default)]
pub struct Body(Bytes);

impl Body {
    /// The bytes. Whoever takes them keeps them out of logs and errors.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, shared and not copied; the memory is wiped when the last owner lets go.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Bytes::from_owner(Zeroizing::new(bytes)))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        text.as_bytes().to_vec().into()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body([redacted], {} bytes)", self.0.len())
    }
}
