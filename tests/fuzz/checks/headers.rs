//! Any headers on a success and on an error: what is read of them is clean.

use whatsapp_two_step::{Body, Endpoint, Operation, SetTwoStepPin, http};

const TOKEN: &str = "EAAG_secret_token_123";
const PIN: &str = "735194";
const NAMES: [&str; 6] =
    ["x-fb-request-id", "facebook-api-version", "x-app-usage", "x-business-use-case-usage", "retry-after", "date"];

pub(crate) fn check(data: &[u8]) {
    let endpoint = Endpoint::new(TOKEN.parse().expect("a token"));
    let operation = SetTwoStepPin::new("1".parse().expect("an ID"), PIN.parse().expect("a PIN"));
    for (status, body) in [(200, "{\"success\":true}"), (429, "{\"error\":{\"code\":4}}")] {
        let mut response = http::Response::new(Body::from(body));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        for (name, value) in NAMES.iter().zip(data.split(|byte| *byte == b'\n')) {
            let Ok(value) = http::HeaderValue::from_bytes(value) else { continue };
            response.headers_mut().insert(*name, value);
        }
        let shown = match operation.read_response(&endpoint, &response) {
            Ok(response) => format!("{response:?} {}", serde_json::to_string(&response).expect("JSON")),
            Err(error) => format!("{error} {error:?} {}", serde_json::to_string(&error).expect("JSON")),
        };
        assert!(!shown.contains(TOKEN) && !shown.contains(PIN));
    }
}
