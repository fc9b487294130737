use napi::{bindgen_prelude::ToNapiValue, sys};
use zeroize::Zeroizing;

/// Text on its way to JavaScript that is wiped here afterwards.
pub struct Secret(Zeroizing<String>);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl ToNapiValue for Secret {
    unsafe fn to_napi_value(env: sys::napi_env, secret: Self) -> napi::Result<sys::napi_value> {
        // SAFETY: the caller vouches for env.
        unsafe { <&str>::to_napi_value(env, &secret.0) }
    }
}
