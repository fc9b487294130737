//! The shared vectors of `tests/vectors`, which every language runs, against the core.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::assert_hidden;
use support::vectors::{self, decoded_body, list, text};
use whatsapp_two_step::{
    AccessToken, ApiVersion, AppSecret, BaseUrl, Body, Client, ClientBuilder, Endpoint, Operation, PhoneNumberId, Pin,
    SetTwoStepPin, SetTwoStepPinResponse, TwoStepError, http,
};

/// Part of the examples that messages give.
const EXAMPLES: &[&str] = &["graph.facebook.com"];

const TOKEN: &str = "EAAG_secret_token_123";

fn builder() -> ClientBuilder {
    Client::builder(TOKEN.parse().unwrap())
}

/// Refused before any I/O, with the words, and without the input.
fn assert_refused(result: Result<(), TwoStepError>, kind: &str, case: &Value, input: &str) {
    let error = result.expect_err(&case.to_string());
    assert_eq!((error.kind().code(), error.outcome().code(), error.attempts()), (kind, "not_sent", 0), "{case}");
    for word in case["words"].as_array().unwrap() {
        assert!(error.message().contains(word.as_str().unwrap()), "{case}: {error}");
    }
    // Inputs that an example in a message may contain by chance are too short to tell.
    let repeats = input.len() > 5 && format!("{error} {error:?}").contains(input) && !EXAMPLES.contains(&input);
    assert!(!repeats, "{case}: the input is in {error:?}");
}

#[test]
fn pins() {
    let vectors = vectors::read("pins.json");
    for pin in list(&vectors, "valid") {
        Pin::parse(pin.as_str().unwrap()).unwrap();
    }
    for case in list(&vectors, "invalid") {
        let input = text(case, "input");
        assert_refused(Pin::parse(input).map(drop), "invalid_pin", case, input);
    }
}

#[test]
fn phone_number_ids() {
    let vectors = vectors::read("phone_number_ids.json");
    for id in list(&vectors, "valid") {
        PhoneNumberId::parse(id.as_str().unwrap()).unwrap();
    }
    for case in list(&vectors, "invalid") {
        let input = text(case, "input");
        assert_refused(PhoneNumberId::parse(input).map(drop), "invalid_phone_number_id", case, input);
    }
}

#[test]
fn settings() {
    let vectors = vectors::read("settings.json");
    for case in list(&vectors, "valid") {
        if let Some(Err(error)) = set(case) {
            panic!("{case}: {error}");
        }
    }
    for case in list(&vectors, "invalid") {
        let Some(result) = set(case) else { continue };
        let message = result.as_ref().map_err(|error| error.message().to_owned()).unwrap_err();
        assert!(message.contains(text(case, "setting")), "{case}: {message}");
        assert_refused(result, "invalid_configuration", case, case["value"].as_str().unwrap_or_default());
    }
}

/// One setting; nothing where Rust's types can't hold the value.
fn set(case: &Value) -> Option<Result<(), TwoStepError>> {
    let value = &case["value"];
    let string = value.as_str().unwrap_or_default();
    let seconds = || Duration::try_from_secs_f64(value.as_f64().unwrap()).ok();
    Some(match text(case, "setting") {
        "access_token" => AccessToken::parse(string).map(drop),
        "app_secret" => AppSecret::parse(string).map(drop),
        "base_url" => BaseUrl::parse(string).map(drop),
        "api_version" => ApiVersion::parse(string).map(drop),
        "timeout" => builder().timeout(seconds()?).build().map(drop),
        "connect_timeout" => builder().connect_timeout(seconds()?).build().map(drop),
        "max_retries" => builder().max_retries(value.as_u64()?.try_into().ok()?).build().map(drop),
        "max_in_flight" => builder().max_in_flight(value.as_u64()?.try_into().ok()?).build().map(drop),
        setting => panic!("unknown setting {setting}"),
    })
}

fn endpoint(settings: &Value) -> Endpoint {
    let mut endpoint = Endpoint::new(text(settings, "access_token").parse().unwrap());
    if let Some(url) = settings["base_url"].as_str() {
        endpoint = endpoint.with_base_url(url.parse().unwrap());
    }
    if let Some(version) = settings["api_version"].as_str() {
        endpoint = endpoint.with_api_version(version.parse().unwrap());
    }
    if let Some(secret) = settings["app_secret"].as_str() {
        endpoint = endpoint.with_app_secret(secret.parse().unwrap()).unwrap();
    }
    endpoint
}

fn operation(id: &str, pin: &str) -> SetTwoStepPin {
    SetTwoStepPin::new(id.parse().unwrap(), pin.parse().unwrap())
}

#[test]
fn requests() {
    for case in list(&vectors::read("requests.json"), "cases") {
        let endpoint = endpoint(&case["settings"]);
        let request = operation(text(case, "phone_number_id"), text(case, "pin")).to_request(&endpoint).unwrap();
        let expected = &case["request"];
        assert_eq!(request.method(), text(expected, "method"), "{case}");
        assert_eq!(request.uri(), text(expected, "url"), "{case}");
        assert_eq!(request.body().as_bytes(), text(expected, "body").as_bytes(), "{case}");
        let headers = expected["headers"].as_object().unwrap();
        assert_eq!(request.headers().len(), headers.len(), "{case}");
        for (name, value) in headers {
            let value =
                value.as_str().unwrap().replace("{version}", env!("CARGO_PKG_VERSION")).replace("{lang}", "rust");
            assert_eq!(request.headers()[name.as_str()], value, "{case}");
        }
        let shown = format!("{request:?} {request:#?}");
        assert_hidden(&shown, &[text(&case["settings"], "access_token"), "\"pin\""], &case.to_string());
    }
}

fn read(case: &Value, pin: &str) -> Result<SetTwoStepPinResponse, TwoStepError> {
    let mut response = http::Response::builder().status(u16::try_from(case["status"].as_u64().unwrap()).unwrap());
    for (name, value) in case["headers"].as_object().unwrap() {
        response = response.header(name, value.as_str().unwrap());
    }
    let response = response.body(Body::from(decoded_body(case))).unwrap();
    operation("106540352242922", pin).read_response(&Endpoint::new(TOKEN.parse().unwrap()), &response)
}

#[test]
fn responses() {
    for case in list(&vectors::read("responses.json"), "cases") {
        match (read(case, "735194"), &case["error"]) {
            (Ok(response), Value::Null) => assert_eq!(serde_json::to_value(&response).unwrap(), case["ok"], "{case}"),
            (Err(error), expected @ Value::Object(_)) => {
                let read = serde_json::to_value(&error).unwrap();
                for (field, value) in expected.as_object().unwrap() {
                    assert_eq!(&read[field], value, "{field} of {case}");
                }
                let shown = format!("{read} {error} {error:?} {error:#?} {}", error.hint());
                assert_hidden(&shown, &[TOKEN, "735194", "\u{1b}"], &case.to_string());
            }
            (result, _) => panic!("{case}: {result:?}"),
        }
    }
}

#[test]
fn graph_errors() {
    for case in list(&vectors::read("graph_errors.json"), "cases") {
        let mut error = json!({"code": case["code"], "type": case["type"], "message": case.get("message").unwrap_or(&case["title"])});
        if let Some(subcode) = case.get("subcode") {
            error["error_subcode"] = subcode.clone();
        }
        let answer = json!({"status": case["http_status"], "headers": {}, "body": json!({"error": error}).to_string()});
        // This PIN is no part of any code.
        let error = read(&answer, "999999").unwrap_err();
        assert_eq!(error.kind().code(), text(case, "kind"), "{case}");
        assert_eq!(error.outcome().code(), text(case, "outcome"), "{case}");
        assert_eq!(error.is_retryable(), case["is_retryable"].as_bool().unwrap(), "{case}");
        assert_eq!(error.graph_code().map(u64::from), case["code"].as_u64(), "{case}");
        assert!(error.hint().ends_with('.') && error.message().ends_with('.'), "{error:?}");
        let pin = format!("{:06}", case["code"].as_u64().unwrap());
        let listed = case["listed"].as_bool().unwrap() || pin.starts_with('0');
        assert_eq!(read(&answer, &pin).unwrap_err().graph_code().is_some(), listed, "a PIN like the code: {case}");
    }
}
