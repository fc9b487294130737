//! The odd answers of the scenario table, each made from a success.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use crate::errors::ErrorBody;
use crate::gzip;
use crate::json;
use crate::pin;
use crate::reply::Reply;
use crate::request::Request;
use crate::usage::Usage;

/// The body cap of the clients' contract.
const CAP: usize = 65_536;

/// What an odd answer may echo.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request,
}

impl Call<'_> {
    pub(crate) fn token(&self) -> Cow<'_, str> {
        self.request.token().unwrap_or_default()
    }

    /// The PIN of the body, or zeros.
    pub(crate) fn pin(&self) -> [u8; 6] {
        pin::of(self.request).unwrap_or(*b"000000")
    }
}

pub(crate) const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Sorry, something went wrong.</title></head><body><h1>Sorry</h1></body></html>\n";
pub(crate) const SUCCESS_AND_ERROR: &str =
    r#"{"success":true,"error":{"message":"(#131000) Something went wrong","type":"OAuthException","code":131000}}"#;
pub(crate) const FAILURE_WITH_ERROR: &str =
    r#"{"success":false,"error":{"message":"Invalid OAuth access token","type":"OAuthException","code":190}}"#;
pub(crate) const CODE_STRING: &str =
    r#"{"error":{"message":"Invalid OAuth access token","type":"OAuthException","code":"190"}}"#;
pub(crate) const CODE_HUGE: &str =
    r#"{"error":{"message":"Out of range","type":"OAuthException","code":100000000000000000000000000190}}"#;
pub(crate) const DATA_STRING: &str = r#"{"error":{"message":"(#100) Invalid parameter","type":"OAuthException","code":100,"error_data":"{\"blame_field_specs\":[[\"pin\"]]}","fbtrace_id":"AsINUN3wXWCUKt1M4Uyn7Pc"}}"#;
pub(crate) const FEW_FIELDS: &str =
    r#"{"error":{"message":"(#133010) Account not registered","type":"OAuthException","code":133010}}"#;
pub(crate) const TRANSIENT: &str = r#"{"error":{"code":2,"message":"An unexpected error has occurred. Please retry your request later.","is_transient":true}}"#;

pub(crate) fn body(reply: &mut Reply, body: &'static str) {
    reply.body = Cow::Borrowed(body.as_bytes());
}

pub(crate) fn raw_error(reply: &mut Reply, status: u16, body: &'static str) {
    reply.error(status, body.into(), "invalid_request", "odd error body".to_owned());
}

fn padded_success(size: usize) -> Vec<u8> {
    let mut body = b"{\"success\":true".to_vec();
    body.resize(size - 1, b' ');
    body.push(b'}');
    body
}

pub(crate) fn exactly_the_cap(_: &Call<'_>, reply: &mut Reply) {
    reply.body = padded_success(CAP).into();
}

pub(crate) fn one_above_the_cap(_: &Call<'_>, reply: &mut Reply) {
    reply.body = padded_success(CAP + 1).into();
}

pub(crate) fn gzip_bomb(_: &Call<'_>, reply: &mut Reply) {
    reply.body = gzip::bomb().into();
    reply.headers.push(("Content-Encoding", "gzip".to_owned()));
}

pub(crate) fn gzip_success(_: &Call<'_>, reply: &mut Reply) {
    reply.body = gzip::success().into();
    reply.headers.push(("Content-Encoding", "gzip".to_owned()));
}

pub(crate) fn nested_arrays(_: &Call<'_>, reply: &mut Reply) {
    reply.body = ["[".repeat(20_000), "]".repeat(20_000)].concat().into_bytes().into();
}

pub(crate) fn long_message(_: &Call<'_>, reply: &mut Reply) {
    reply.fail(400, "OAuthException", 100, None, &"x".repeat(60_000));
    // The header would repeat it, and a client's cap on headers is not what this is about.
    reply.challenge = Some(("invalid_request", "long".to_owned()));
}

pub(crate) fn redirect(reply: &mut Reply, status: u16) {
    reply.foreign(status, "text/html", "");
    reply.headers.push(("Location", "https://example.invalid/v24.0/1".to_owned()));
}

pub(crate) fn wait(reply: &mut Reply, status: u16, retry_after: &str) {
    reply.foreign(status, "text/plain", "Slow down.\n");
    reply.headers.push(("Retry-After", retry_after.to_owned()));
}

pub(crate) fn wait_until(_: &Call<'_>, reply: &mut Reply) {
    let now = SystemTime::now();
    wait(reply, 429, &httpdate::fmt_http_date(now + Duration::from_secs(2)));
    reply.headers.push(("Date", httpdate::fmt_http_date(now)));
}

pub(crate) fn regain_access(_: &Call<'_>, reply: &mut Reply) {
    reply.fail(400, "OAuthException", 80_007, None, "(#80007) Rate limit issues");
    reply.usage = Usage::Business { write: true, percent: 100, minutes: 7 };
}

pub(crate) fn error_in_200(_: &Call<'_>, reply: &mut Reply) {
    reply.fail(200, "OAuthException", 133_005, None, "(#133005) Two step verification PIN Mismatch");
    reply.challenge = None;
}

pub(crate) fn utf_16(_: &Call<'_>, reply: &mut Reply) {
    let units = "\u{feff}{\"success\":true}".encode_utf16();
    reply.body = units.flat_map(u16::to_le_bytes).collect::<Vec<_>>().into();
    reply.headers.push(("Content-Type", "application/json; charset=UTF-16".to_owned()));
}

pub(crate) fn not_utf_8(_: &Call<'_>, reply: &mut Reply) {
    let body = b"{\"error\":{\"message\":\"(#100) Inv\xe1lid \xff\xfe \xc3( \xed\xa0\x80 parameter\",\"type\":\"OAuthException\",\"code\":100}}";
    reply.error(400, body.to_vec(), "invalid_request", "odd error body".to_owned());
}

pub(crate) fn control_characters(_: &Call<'_>, reply: &mut Reply) {
    let odd = "\u{1b}[31mred\u{1b}]0;title\u{7}\0\r\nSet-Cookie: a=b\n\u{85}\u{2028}\u{9b}2J\u{202e}desrever\u{2066}\u{200b}\u{feff}\u{7f}";
    error_everywhere(reply, "100", None, odd, odd);
}

pub(crate) fn unavailable(_: &Call<'_>, reply: &mut Reply) {
    reply.fail(503, "OAuthException", 2, None, "An unexpected error has occurred. Please retry your request later.");
}

pub(crate) fn server_error(_: &Call<'_>, reply: &mut Reply) {
    reply.fail(500, "OAuthException", 131_000, None, "(#131000) Something went wrong");
}

pub(crate) fn bad_token(_: &Call<'_>, reply: &mut Reply) {
    reply.fail_with(190, None);
}

pub(crate) fn echo_token(call: &Call<'_>, reply: &mut Reply) {
    reply.fail(401, "OAuthException", 190, None, &format!("Malformed access token {}", call.token()));
}

pub(crate) fn echo_pin(call: &Call<'_>, reply: &mut Reply) {
    let pin = call.pin();
    let pin = String::from_utf8_lossy(&pin);
    reply.fail(400, "OAuthException", 100, None, &format!("(#100) The PIN {pin} can't be used."));
}

pub(crate) fn echo_request(call: &Call<'_>, reply: &mut Reply) {
    let request = call.request.lossy();
    error_everywhere(reply, "100", None, &request, &request);
    for name in ["x-fb-request-id", "facebook-api-version", "X-App-Usage"] {
        reply.headers.push((name, request.clone()));
    }
}

pub(crate) fn echo_pin_as_number(call: &Call<'_>, reply: &mut Reply) {
    let pin = call.pin().iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    let number = pin.to_string();
    error_everywhere(reply, &number, Some(&number), "odd error body", "AsINUN3wXWCUKt1M4Uyn7Pc");
    reply.headers.push(("Retry-After", number));
    reply.usage = Usage::App(pin);
}

pub(crate) fn echo_encoded(call: &Call<'_>, reply: &mut Reply) {
    let (token, pin) = (call.token(), call.pin());
    let percent = token.bytes().chain(*b" ").chain(pin).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02X}");
        out
    });
    let body = format!(
        "{{\"error\":{{\"message\":{},\"type\":\"OAuthException\",\"code\":190,\"error_user_title\":{},\"error_user_msg\":{}}}}}",
        json::string(&percent),
        json::escaped_string(&String::from_utf8_lossy(&pin)),
        json::escaped_string(&token)
    );
    reply.error(401, body.into_bytes(), "invalid_token", percent);
}

/// HTTP 400 with `text` in every field that holds text, the headers' own included.
fn error_everywhere(reply: &mut Reply, code: &str, subcode: Option<&str>, text: &str, trace_id: &str) {
    let body = ErrorBody {
        message: text,
        error_type: Some(text),
        code,
        subcode,
        transient: None,
        user_title: Some(text),
        user_message: Some(text),
        details: Some(text),
        trace_id: Some(trace_id),
    };
    reply.error(400, body.render().into_bytes(), "invalid_request", text.to_owned());
}
