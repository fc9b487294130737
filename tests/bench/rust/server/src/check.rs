//! Is it the call? Nobody shall be quick by leaving something out.

use hyper::{Method, header, http::request::Parts};
use serde::Deserialize;

const PATH: &str = "/v24.0/106540352242922";
const TOKEN: &str = "EAABENCHpKq7ZBZC3xWvMt0aYdRs5LuJf9ZAhG2nEo8iVb4wQcTzX1rUy6mZD";

#[derive(Deserialize)]
struct SetPin {
    #[serde(default)]
    pin: String,
    #[serde(default)]
    access_token: String,
}

/// The token may stand where Graph takes it: in the header, as the programs send it, or as the parameter `access_token`, as
/// Meta's own SDKs do; and the parameters may be JSON or a form, in one part or several.
pub(crate) fn check(head: &Parts, body: &[u8]) -> Result<(), &'static str> {
    // One SDK ends its path with a slash.
    let path = head.uri.path();
    if head.method != Method::POST || path.strip_suffix('/').unwrap_or(path) != PATH {
        return Err("not a POST to the phone number");
    }
    let json: Option<SetPin> = serde_json::from_slice(body).ok();
    let form = || std::str::from_utf8(body).unwrap_or_default();
    let has_pin = match &json {
        Some(json) => json.pin == "012345",
        None => has(form(), "pin", "012345"),
    };
    if !has_pin {
        return Err("not the PIN, as text");
    }
    let bearer = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let has_token = bearer == Some(TOKEN)
        || has(head.uri.query().unwrap_or_default(), "access_token", TOKEN)
        || json.map_or_else(|| has(form(), "access_token", TOKEN), |json| json.access_token == TOKEN);
    if has_token { Ok(()) } else { Err("not the token") }
}

/// Has the query or the form this parameter? None of ours needs an escape.
fn has(parameters: &str, name: &str, value: &str) -> bool {
    parameters.split('&').any(|parameter| parameter.split_once('=') == Some((name, value)))
        || parameters.split("\r\n--").any(|part| is_part(part, name, value))
}

/// A part of a form: its headers, an empty line, its value.
fn is_part(part: &str, name: &str, value: &str) -> bool {
    let Some((headers, held)) = part.split_once("\r\n\r\n") else { return false };
    held == value && headers.contains(&format!("name=\"{name}\""))
}
