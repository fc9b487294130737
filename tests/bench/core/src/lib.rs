//! The operations whose cost has a budget.
#![allow(clippy::missing_panics_doc)] // its values are all good

use std::{
    future::{Future, ready},
    hint::black_box,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use whatsapp_two_step::{
    AccessToken, Body, BoxFuture, Client, Clock, Endpoint, Operation as _, PhoneNumberId, Pin, SetTwoStepPin,
    TransportError,
    http::{Request, Response},
};

const PIN: &str = "735194";
const TOKEN: &str = "EAAGm0PX4ZCpsBAFZCZAExampleExampleExampleExampleExampleExampleExampleExampleZD";
const SUCCESS: &str = r#"{"success":true}"#;
const REFUSED: &str = r#"{"error":{"message":"Error validating access token: Session has expired.","type":"OAuthException",
    "code":190,"error_subcode":463,"fbtrace_id":"AsINUN3wXWCUKt1M4Uyn7Pc"}}"#;
const USAGE: &str = r#"{"102290129340398":[{"type":"whatsapp","call_count":1,"total_cputime":0,"total_time":0,"estimated_time_to_regain_access":0}]}"#;

/// An operation's name, and itself.
pub type Operation = (&'static str, Box<dyn Fn()>);

/// All of them, ready to run; the first does nothing, and so tells what the program itself costs.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let endpoint = Endpoint::new(AccessToken::parse(TOKEN).expect("a token"));
    let (id, pin) = (PhoneNumberId::parse("106540352242922").expect("an ID"), Pin::parse(PIN).expect("a PIN"));
    let operation = SetTwoStepPin::new(id.clone(), pin.clone());
    let echo = format!(r#"{{"error":{{"message":"Malformed access token {TOKEN}, pin {PIN}","code":190}}}}"#);
    let read = |name, status, body: &str| {
        let (operation, endpoint, answer) = (operation.clone(), endpoint.clone(), answer(status, body));
        let run = move || drop(black_box(operation.read_response(&endpoint, black_box(&answer))));
        (name, Box::new(run) as Box<dyn Fn()>)
    };
    let (builder, built_for) = (operation.clone(), endpoint.clone());
    let client = client();
    vec![
        ("nothing", Box::new(|| ())),
        ("parse_pin", Box::new(|| drop(black_box(Pin::parse(black_box(PIN)))))),
        ("build_request", Box::new(move || drop(black_box(builder.to_request(black_box(&built_for)))))),
        read("read_success", 200, SUCCESS),
        read("read_error", 400, REFUSED),
        read("read_error_with_secrets", 400, &echo),
        ("whole_call", Box::new(move || drop(black_box(at_once(client.set_two_step_pin(&id, &pin)))))),
    ]
}

/// With the headers of a recorded answer that the core looks at, and some that it doesn't.
fn answer(status: u16, body: &str) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json; charset=UTF-8")
        .header("x-fb-request-id", "AsINUN3wXWCUKt1M4Uyn7Pc")
        .header("facebook-api-version", "v24.0")
        .header("x-business-use-case-usage", USAGE)
        .header("cache-control", "private, no-cache, no-store, must-revalidate")
        .body(Body::from(body))
        .expect("an answer")
}

/// A client whose transport and clock cost next to nothing.
fn client() -> Client {
    let transport = |_: Request<Body>| ready(Ok::<_, TransportError>(answer(200, SUCCESS)));
    let settings = Client::builder(AccessToken::parse(TOKEN).expect("a token"));
    settings.transport(Arc::new(transport)).clock(Arc::new(Still)).build().expect("a client")
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

/// The result of a future that never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it waits"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_runs_and_has_a_name_of_its_own() {
        let operations = super::operations();
        for (_, run) in &operations {
            run();
        }
        let names: std::collections::HashSet<_> = operations.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), operations.len());
    }
}
