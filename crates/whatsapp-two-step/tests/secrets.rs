//! No secret comes out, whatever the server does: at the most talkative log level, in no error, in no `Debug`.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::{
    error::Error,
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use graph_sandbox::{Sandbox, scenarios};
use support::{
    PIN, TOKEN, assert_hidden, builder, pin, set,
    tls::{Flaw, TlsServer},
};
use whatsapp_two_step::{
    AccessToken, Body, Client, Endpoint, Operation, SetTwoStepPin, TransportError, TwoStepError, http,
};

/// Everything that `tracing` and `log` said at `trace`, in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start() -> Self {
        let log = Self::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Every way in which an error shows itself.
fn shown(error: &TwoStepError) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {} {}", error.hint(), serde_json::to_string(error).unwrap());
    let mut next = error.source();
    while let Some(cause) = next {
        text.extend([cause.to_string(), format!("{cause:?} {cause:#?}")]);
        next = cause.source();
    }
    text
}

#[tokio::test]
async fn nothing_shows_under_any_fault() {
    let log = Log::start();
    let sandbox = Sandbox::start().unwrap();
    let client = builder(&sandbox)
        .app_secret(graph_sandbox::APP_SECRET.parse().unwrap())
        .timeout(Duration::from_millis(400))
        .max_retries(1)
        .build()
        .unwrap();
    set(&client, "106540352242922").await.unwrap();
    let tls = TlsServer::start(Flaw::None, &["h2"]).await;
    let over_http_2 = support::builder_for(tls.url().parse().unwrap()).root_certificates(tls.root.as_bytes());
    set(&over_http_2.build().unwrap(), "106540352242922").await.unwrap();
    let proof = sandbox.requests()[0].query().and_then(|query| query.split_once('=')).unwrap().1.to_owned();
    let secrets = [TOKEN, PIN, graph_sandbox::APP_SECRET, &proof];
    for scenario in scenarios() {
        let text = match set(&client, scenario.id).await {
            Ok(response) => format!("{response:?} {response:#?} {}", serde_json::to_string(&response).unwrap()),
            Err(error) => shown(&error),
        };
        assert_hidden(&text, &secrets, scenario.name);
    }
    let text = log.text();
    for word in [
        "attempt failed",
        "set_two_step_pin{",
        "phone_number_id=",
        "wait_ms=",
        "trace_id=",
        "http_status=503",
        "hyper_util",
    ] {
        assert!(text.contains(word), "{word} is not in the log: is the log on?");
    }
    assert_hidden(&text, &secrets, "the log");

    // And it could have failed: a planted leak is there.
    tracing::trace!(planted = TOKEN);
    assert!(log.text().contains(TOKEN));
}

#[tokio::test]
async fn a_transport_that_puts_the_request_into_its_error_leaks_nothing() {
    let client = Client::builder(TOKEN.parse().unwrap())
        .max_retries(0)
        .transport(Arc::new(|request: http::Request<Body>| async move {
            let token = request.headers()["authorization"].to_str().unwrap().to_owned();
            let body = String::from_utf8(request.body().as_bytes().to_vec()).unwrap();
            Err(TransportError::connection(format!("could not send {token} {body} to {}", request.uri())))
        }))
        .build()
        .unwrap();
    let error = set(&client, "1").await.unwrap_err();
    assert_hidden(&shown(&error), &[TOKEN, PIN], "the error");
    let cause = error.source().unwrap().to_string();
    assert_eq!(
        cause,
        "could not send Bearer [redacted] {\"pin\":\"[redacted]\"} to https://graph.facebook.com/v24.0/1"
    );
}

#[test]
fn no_public_value_shows_a_secret() {
    let secret = graph_sandbox::APP_SECRET;
    let token = AccessToken::parse(TOKEN).unwrap();
    let endpoint = Endpoint::new(token.clone()).with_app_secret(secret.parse().unwrap()).unwrap();
    let operation = SetTwoStepPin::new("1".parse().unwrap(), pin());
    let request = operation.to_request(&endpoint).unwrap();
    let settings =
        || Client::builder(token.clone()).app_secret(secret.parse().unwrap()).proxy("http://user:pa55word@proxy:1");
    let settings_text = format!("{:?}{:#?}", settings(), settings());
    let client = settings().build().unwrap();
    let app_secret: whatsapp_two_step::AppSecret = secret.parse().unwrap();
    let text = format!(
        "{token:?}{token:#?}{:?}{:#?}{app_secret:?}{app_secret:#?}{endpoint:?}{endpoint:#?}{operation:?}{operation:#?}{:?}{:#?}{:?}{settings_text}{client:?}{client:#?}",
        pin(),
        pin(),
        request.headers(),
        request.headers(),
        request.body(),
    );
    assert_hidden(&text, &[TOKEN, PIN, secret, "pa55word"], "a value's Debug");
}
