//! What `tests/vectors/kinds.json` and the defaults of `settings.json` promise is what this crate has: neither more nor less.
//! tests/conformance holds the other languages to the same lists.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::Value;
use support::{
    TOKEN,
    vectors::{self, list},
};
use whatsapp_two_step::{
    Body, Client, ClientBuilder, ErrorKind, Operation, Outcome, Pin, Reason, SetTwoStepPin, TransportError, http,
};

fn expected(key: &str) -> Vec<String> {
    list(&vectors::read("kinds.json"), key).iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn kinds_and_outcomes() {
    let codes = |kinds: &[ErrorKind]| kinds.iter().map(|kind| kind.code().to_owned()).collect::<Vec<_>>();
    assert_eq!(codes(ErrorKind::ALL), expected("kinds"));
    assert_eq!(Reason::ALL.iter().map(|reason| reason.code().to_owned()).collect::<Vec<_>>(), expected("reasons"));
    assert_eq!(Outcome::ALL.iter().map(|outcome| outcome.code().to_owned()).collect::<Vec<_>>(), expected("outcomes"));
}

#[test]
fn fields() {
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let due = |key: &str| expected(key).into_iter().collect::<BTreeSet<_>>();
    let error = serde_json::to_value(Pin::parse("").unwrap_err()).unwrap();
    assert_eq!(names(&error), due("error_fields"));

    let endpoint = whatsapp_two_step::Endpoint::new(TOKEN.parse().unwrap());
    let answer = http::Response::builder().header("x-app-usage", "{\"call_count\":1}");
    let answer = answer.body(Body::from("{\"success\":true}")).unwrap();
    let operation = SetTwoStepPin::new("1".parse().unwrap(), "012345".parse().unwrap());
    let response = serde_json::to_value(operation.read_response(&endpoint, &answer).unwrap()).unwrap();
    assert_eq!(names(&response), due("response_fields"));
    assert_eq!(names(&response["usage"]), due("usage_fields"));
}

type Method = fn(ClientBuilder) -> ClientBuilder;

/// The builder's methods, by their own names: one that is gone or renamed doesn't compile.
macro_rules! methods {
    ($($name:ident($value:expr)),+ $(,)?) => {
        [$((stringify!($name), |builder: ClientBuilder| builder.$name($value))),+]
    };
}

#[test]
fn settings() {
    let methods: [(&str, Method); 10] = methods![
        base_url("http://127.0.0.1:1".parse().unwrap()),
        api_version("v25.0".parse().unwrap()),
        app_secret("s3cret".parse().unwrap()),
        timeout(Duration::from_secs(1)),
        connect_timeout(Duration::from_secs(1)),
        max_retries(0),
        max_in_flight(1),
        proxy("http://127.0.0.1:1"),
        root_certificates(b""),
        transport(Arc::new(|_: http::Request<Body>| async { Err(TransportError::connection("none")) })),
    ];
    let names: Vec<_> = ["access_token"].into_iter().chain(methods.map(|(name, _)| name)).collect();
    // In Rust a base URL that may be plain http has a constructor of its own.
    let due: Vec<_> = expected("settings").into_iter().filter(|name| name != "allow_http").collect();
    assert_eq!(names, due);
}

#[test]
fn defaults() {
    let shown = format!("{:?}", Client::builder(TOKEN.parse().unwrap()).build().unwrap());
    let vectors = vectors::read("settings.json");
    let defaults = &list(&vectors, "defaults")[0];
    for setting in ["base_url", "api_version", "timeout", "connect_timeout", "max_retries", "max_in_flight"] {
        let default = defaults[setting].as_str().map_or_else(|| defaults[setting].to_string(), str::to_owned);
        let unit = if setting.ends_with("timeout") { "s" } else { "" };
        let is_so = [",", " "].iter().any(|end| shown.contains(&format!(" {setting}: {default}{unit}{end}")));
        assert!(is_so, "{setting}: {default} in {shown}");
    }
}
