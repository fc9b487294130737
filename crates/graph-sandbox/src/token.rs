//! Which access tokens are good, and the app secret's proof.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;

/// The app secret of the sandbox's one app: the key of every `appsecret_proof`.
pub const APP_SECRET: &str = "sandbox-app-secret";

/// The magic tokens and what they are for, for the documentation.
pub(crate) const MAGIC: &[(&str, &str)] = &[
    ("`EAA…`", "any other token that begins so is good"),
    ("`EAAsandboxExpired`", "code 190, subcode 463, HTTP 401"),
    ("`EAAsandboxRevoked`", "code 190, subcode 467, HTTP 401"),
    ("`EAAsandboxLoggedOut`", "code 190, subcode 460, HTTP 401"),
    ("`EAAsandboxNoPermission`", "code 200, HTTP 403"),
    (
        "`EAAsandboxProofRequired`",
        "good only with the `appsecret_proof` of the app secret `sandbox-app-secret`; else code 100, HTTP 400",
    ),
    ("anything else", "code 190, HTTP 400, and the error repeats the token, as the real one does"),
    ("none", "code 104, HTTP 400"),
];

/// The `appsecret_proof` of a token.
pub(crate) fn proof(token: &str) -> String {
    hmac(APP_SECRET, token.as_bytes())
}

/// HMAC-SHA256 in lowercase hex.
pub(crate) fn hmac(key: &str, message: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(message);
    let mut hex = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Whether a test has let the request's token expire; if so, `reply` says it.
pub(crate) fn is_expired(request: &Request, state: &State, reply: &mut Reply) -> bool {
    let is_expired = request.token().is_some_and(|token| state.is_expired(&token));
    if is_expired {
        reply.fail_with(190, Some(463));
    }
    is_expired
}

/// Whether the request may pass; if not, `reply` says why.
pub(crate) fn passes(request: &Request, reply: &mut Reply) -> bool {
    const OAUTH: &str = "OAuthException";
    const METHOD: &str = "GraphMethodException";
    match request.token().as_deref() {
        // The facts know 2500 for a missing token on /me only. 104 for the other paths is low confidence.
        None => reply.fail(400, OAUTH, 104, None, "An access token is required to request this resource."),
        Some("EAAsandboxExpired") => reply.fail_with(190, Some(463)),
        Some("EAAsandboxRevoked") => reply.fail_with(190, Some(467)),
        Some("EAAsandboxLoggedOut") => reply.fail_with(190, Some(460)),
        Some("EAAsandboxNoPermission") => reply.fail_with(200, None),
        Some(token) if token.starts_with("EAA") => match request.argument("appsecret_proof") {
            // Both texts are recorded.
            None if token == "EAAsandboxProofRequired" => {
                reply.fail(400, METHOD, 100, None, "API calls from the server require an appsecret_proof argument");
            }
            Some(given) if given != proof(token) => {
                reply.fail(400, METHOD, 100, None, "Invalid appsecret_proof provided in the API argument");
            }
            _ => return true,
        },
        // Recorded text, with the token in it. The status is documented as 401 and was seen as 400 and 401.
        Some(token) => reply.fail(400, OAUTH, 190, None, &format!("Malformed access token {token}")),
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proof_is_hmac_sha256() {
        // printf EAAtest | openssl dgst -sha256 -hmac sandbox-app-secret
        assert_eq!(proof("EAAtest"), "2da5fe84684009f4e236e7cf6e49cdee7d328ba1b756a8887cac6bf3582ee2bc");
    }
}
