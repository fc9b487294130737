//! Any status and body: an answer or a typed error, and never the PIN or the token in it.

use whatsapp_two_step::{Body, Endpoint, Operation, Outcome, SetTwoStepPin, http};

const TOKEN: &str = "EAAG_secret_token_123";
const PIN: &str = "735194";

pub(crate) fn check(data: &[u8]) {
    let Some((status, body)) = data.split_first_chunk::<2>() else { return };
    let Ok(status) = http::StatusCode::from_u16(100 + u16::from_le_bytes(*status) % 900) else { return };
    let endpoint = Endpoint::new(TOKEN.parse().expect("a token"));
    let operation = SetTwoStepPin::new("1".parse().expect("an ID"), PIN.parse().expect("a PIN"));
    let mut response = http::Response::new(Body::from(body.to_vec()));
    *response.status_mut() = status;
    match operation.read_response(&endpoint, &response) {
        Ok(_) => {
            let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
            let answer: serde_json::Value = serde_json::from_slice(body).expect("a success is JSON");
            assert!(status.is_success() && answer["success"] == true);
        }
        Err(error) => {
            let shown = format!("{error} {error:?} {}", serde_json::to_string(&error).expect("JSON"));
            assert!(!shown.contains(TOKEN) && !shown.contains(PIN));
            assert!(!error.message().contains(char::is_control) && error.message().len() < 2_000);
            assert_ne!(error.outcome(), Outcome::NotSent);
        }
    }
}
