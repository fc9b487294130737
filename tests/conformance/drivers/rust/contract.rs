//! What the Rust crate offers. The names of its settings are its builder's methods, which its own tests/contract.rs asks the
//! compiler about.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use whatsapp_two_step::{
    AccessToken, Attempt, Body, Client, Endpoint, ErrorKind, Operation, Outcome, Pin, SetTwoStepPin, TransportError,
    blocking, http,
};

pub(crate) fn offered() -> Value {
    let names = |value: Value| value.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    let response = response();
    let usage = names(response["usage"].clone());
    let error = Pin::parse("").err().map(|error| json!(error)).unwrap_or_default();
    json!({
        "kinds": {"ErrorKind": ErrorKind::ALL},
        "outcomes": {"Outcome": Outcome::ALL},
        "error_fields": {"TwoStepError, serialised": names(error)},
        "response_fields": {"SetTwoStepPinResponse, serialised": names(response)},
        "usage_fields": {"Usage, serialised": usage},
        "defaults": defaults(),
    })
}

fn response() -> Value {
    let read = || {
        let endpoint = Endpoint::new(AccessToken::parse("EAAG").ok()?);
        let answer = http::Response::builder().header("x-app-usage", "{\"call_count\":1}");
        let answer = answer.body(Body::from("{\"success\":true}")).ok()?;
        let operation = SetTwoStepPin::new("1".parse().ok()?, "012345".parse().ok()?);
        operation.read_response(&endpoint, &answer).ok()
    };
    json!(read())
}

/// What a transport sees of a client that was given nothing else.
fn defaults() -> Value {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seen_there = seen.clone();
    let transport = move |request: http::Request<Body>| {
        let limits = request.extensions().get::<Attempt>();
        let limits = limits.map(|it| (it.time_left().as_secs_f64(), it.connect_timeout().as_secs_f64()));
        if let Ok(mut seen) = seen_there.lock() {
            seen.push((request.uri().to_string(), limits));
        }
        async { Err(TransportError::connection("none")) }
    };
    let call = || {
        let builder = Client::builder(AccessToken::parse("EAAG")?).transport(Arc::new(transport));
        blocking::Client::build(builder)?.set_two_step_pin(&"1".parse()?, &"012345".parse()?)
    };
    let attempts = call().map_or_else(|error| error.attempts(), |response| response.attempts);
    let first = seen.lock().ok().and_then(|seen| seen.first().cloned());
    let Some((url, Some((timeout, connect_timeout)))) = first else { return Value::Null };
    json!({"url": url, "timeout": timeout, "connect_timeout": connect_timeout, "attempts": attempts})
}
