//! The values of a call: parsed once, valid ever after.

mod access_token;
mod api_version;
mod app_secret;
mod base_url;
mod digits;
mod phone_number_id;
mod pin;
mod secret;
mod waba_id;

pub use access_token::AccessToken;
pub use api_version::ApiVersion;
pub use app_secret::AppSecret;
pub use base_url::BaseUrl;
#[cfg(feature = "reqwest")]
pub(crate) use base_url::is_loopback;
pub use phone_number_id::PhoneNumberId;
pub use pin::Pin;
pub use waba_id::WabaId;

use std::str::FromStr;

use crate::error::TwoStepError;

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
parse_from_text!(AccessToken, ApiVersion, AppSecret, BaseUrl, PhoneNumberId, Pin, WabaId);
