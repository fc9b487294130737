use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::TwoStepError;

/// A version of the Graph API, such as `v24.0`.
///
/// ```
/// use whatsapp_two_step::ApiVersion;
///
/// assert_eq!(ApiVersion::default().to_string(), "v24.0");
/// assert_eq!(ApiVersion::parse("v25.0")?.to_string(), "v25.0");
/// assert!(ApiVersion::parse("24.0").is_err());
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    major: u16,
    minor: u16,
}

impl ApiVersion {
    /// Reads `v<major>.<minor>`, each of one to three digits.
    ///
    /// # Errors
    /// `invalid_configuration`.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        text.strip_prefix('v')
            .and_then(|rest| rest.split_once('.'))
            .and_then(|(major, minor)| Some(Self { major: number(major)?, minor: number(minor)? }))
            .ok_or_else(|| TwoStepError::invalid_configuration("api_version", &refusal(text)))
    }
}

/// What is wrong, and what may have been meant: "24", "24.0", "v24" and "V24.0" all are v24.0.
fn refusal(text: &str) -> String {
    let numbers = text.trim().trim_start_matches(['v', 'V']);
    let (major, minor) = numbers.split_once('.').unwrap_or((numbers, "0"));
    match (number(major), number(minor)) {
        (Some(major), Some(minor)) => format!("is not of the form v24.0; did you mean v{major}.{minor}?"),
        _ => "is not of the form v24.0".to_owned(),
    }
}

/// One spelling a version: no sign, no leading zero.
fn number(text: &str) -> Option<u16> {
    let plain = (1..=3).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

impl Default for ApiVersion {
    fn default() -> Self {
        Self { major: 24, minor: 0 }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}", self.major, self.minor)
    }
}

impl fmt::Debug for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiVersion({self})")
    }
}

impl Serialize for ApiVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
