//! The values of a call: parsed once, valid ever after.

mod access_token;
mod api_version;
mod app_secret;
mod base_url;
mod phone_number_id;
mod pin;

pub use access_token::AccessToken;
pub use api_version::ApiVersion;
pub use app_secret::AppSecret;
pub use base_url::BaseUrl;
#[cfg(feature = "reqwest")]
pub(crate) use base_url::is_loopback;
pub use phone_number_id::PhoneNumberId;
pub use pin::Pin;

use std::str::FromStr;

use crate::{ErrorKind, TwoStepError};

/// Gives a value the standard conversions, so that `"…".parse()` and `try_into()` work and
/// all of them end in the type's own `parse`.
macro_rules! parse_from_text {
    ($($value:ty),+) => {$(
        impl FromStr for $value {
            type Err = TwoStepError;
            fn from_str(text: &str) -> Result<Self, TwoStepError> {
                Self::parse(text)
            }
        }
        impl TryFrom<&str> for $value {
            type Error = TwoStepError;
            fn try_from(text: &str) -> Result<Self, TwoStepError> {
                Self::parse(text)
            }
        }
    )+};
}
parse_from_text!(AccessToken, ApiVersion, AppSecret, BaseUrl, PhoneNumberId, Pin);

/// An `invalid_configuration` error that names the setting. Its text never repeats the value:
/// a token often lands in the wrong setting.
pub(crate) fn invalid_setting(setting: &str, problem: &str) -> TwoStepError {
    TwoStepError::invalid(ErrorKind::InvalidConfiguration, format!("Invalid configuration: {setting} {problem}."))
}

/// The longest secret taken. Meta's tokens have a few hundred characters; past this no server takes the header.
const SECRET_MAX: usize = 8_192;

/// What a header may hold of a secret: visible ASCII. Says what is wrong and never with what.
fn check_secret(setting: &str, text: &str) -> Result<(), TwoStepError> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.ends_with(['\n', '\r']) {
        "ends with a line break, as text read from a file often does; remove it"
    } else if text.len() > SECRET_MAX {
        "is longer than 8192 characters"
    } else if text.starts_with("Bearer ") {
        "begins with \"Bearer \"; give the token alone"
    } else if let Some(at) = text.chars().position(|c| !c.is_ascii_graphic()) {
        return Err(invalid_setting(
            setting,
            &format!("has a space, a control character or a character beyond ASCII at place {}", at + 1),
        ));
    } else {
        return Ok(());
    };
    Err(invalid_setting(setting, problem))
}
