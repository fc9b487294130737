//! The client against every fault of the sandbox, over real sockets.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::time::{Duration, Instant};

use graph_sandbox::{Sandbox, graph_errors, scenarios};
use support::{builder, client, pin, set};
use whatsapp_two_step::{Outcome, TwoStepError};

const TIMEOUT: Duration = Duration::from_millis(900);

/// What came of it, as the sandbox's table spells it.
fn end<T>(result: &Result<T, TwoStepError>) -> (&'static str, &'static str) {
    match result {
        Ok(_) => ("success", "applied"),
        Err(error) => (error.kind().code(), error.outcome().code()),
    }
}

#[tokio::test]
async fn every_fault_ends_as_the_table_says_and_in_time() {
    let sandbox = Sandbox::start().unwrap();
    for scenario in scenarios() {
        // One each: a connection that a fault closed must not serve the next call, which isn't repeated here.
        let client = builder(&sandbox).timeout(TIMEOUT).max_retries(0).build().unwrap();
        let start = Instant::now();
        let result = set(&client, scenario.id).await;
        let took = start.elapsed();
        assert_eq!(end(&result), (scenario.kind, scenario.outcome), "{}: {result:?}", scenario.name);
        assert!(took < TIMEOUT + Duration::from_millis(200), "{} took {took:?}", scenario.name);
        // What the error says of the PIN holds at the server.
        if matches!(&result, Err(error) if error.outcome() != Outcome::Unknown) {
            assert_eq!(sandbox.pin(scenario.id), None, "{}", scenario.name);
        }
    }
}

#[tokio::test]
async fn every_graph_error_keeps_its_code_and_trace_id() {
    let sandbox = Sandbox::start().unwrap();
    let client = builder(&sandbox).max_retries(0).build().unwrap();
    for row in graph_errors() {
        let error = set(&client, &format!("90{:06}0000000", row.code)).await.unwrap_err();
        assert_eq!(error.graph_code(), Some(row.code), "{error:?}");
        assert_eq!(error.http_status(), Some(row.http_status), "{error:?}");
        assert_eq!(error.graph_type(), Some(row.error_type), "{error:?}");
        assert!(error.trace_id().is_some_and(|id| id.starts_with('A')), "{error:?}");
        assert!(!error.hint().is_empty());
    }
}

#[tokio::test]
async fn the_request_is_exact_to_the_byte() {
    let sandbox = Sandbox::start().unwrap();
    let client = builder(&sandbox).app_secret(graph_sandbox::APP_SECRET.parse().unwrap()).build().unwrap();
    let response = set(&client, "106540352242922").await.unwrap();
    assert_eq!((response.attempts, response.api_version), (1, Some("v24.0".parse().unwrap())));
    assert!(response.trace_id.is_some() && response.usage.is_some());
    assert_eq!(sandbox.pin("106540352242922").as_deref(), Some("735194"));

    let request = &sandbox.requests()[0];
    assert_eq!((request.method(), request.path()), ("POST", "/v24.0/106540352242922"));
    assert!(request.query().is_some_and(|query| query.starts_with("appsecret_proof=") && query.len() == 16 + 64));
    assert_eq!(request.body(), br#"{"pin":"735194"}"#);
    let mut names: Vec<String> = request.headers().iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["accept", "authorization", "content-length", "content-type", "host", "user-agent"]);
    let agent = concat!("whatsapp-two-step/", env!("CARGO_PKG_VERSION"), ";lang=rust");
    assert_eq!(request.header("user-agent"), Some(agent));
    assert_eq!(request.header("content-length"), Some("16"));
}

#[tokio::test]
async fn retries_settle_what_can_be_settled() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    for (name, attempts) in [("fails-twice", 3), ("resets-once", 2), ("limited-once", 2)] {
        let scenario = scenarios().iter().find(|scenario| scenario.name == name).unwrap();
        assert_eq!(set(&client, scenario.id).await.unwrap().attempts, attempts, "{name}");
        assert_eq!(sandbox.pin(scenario.id).as_deref(), Some("735194"), "{name}");
    }
    let closed = scenarios().iter().find(|scenario| scenario.name == "closed-then-190").unwrap();
    let error = set(&client, closed.id).await.unwrap_err();
    assert_eq!(end::<()>(&Err(error.clone())), ("authentication", "unknown"));
    assert_eq!(error.attempts(), 2);
}

#[tokio::test]
async fn a_connection_that_closed_while_idle_costs_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let closing = scenarios().iter().find(|scenario| scenario.name == "close-after-success").unwrap();
    for _ in 0..20 {
        set(&client, closing.id).await.unwrap();
        set(&client, "106540352242922").await.unwrap();
    }
}

#[tokio::test]
async fn one_client_serves_many_tasks_over_few_connections() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    for _ in 0..3 {
        let calls: Vec<_> = (0..64)
            .map(|n| {
                let client = client.clone();
                tokio::spawn(async move { set(&client, &format!("1065403522{n:05}")).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    }
    let stats = sandbox.stats();
    assert_eq!(stats.requests, 192);
    assert!(stats.connections <= 70, "{stats:?}");
}

#[tokio::test]
async fn dropping_a_call_closes_its_request() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let hang = scenarios().iter().find(|scenario| scenario.name == "hang").unwrap();
    let call = tokio::spawn({
        let client = client.clone();
        async move { set(&client, hang.id).await }
    });
    support::eventually(|| sandbox.stats().requests == 1).await;
    assert_eq!(sandbox.stats().aborted, 0);
    call.abort();
    support::eventually(|| sandbox.stats().aborted == 1).await;
    set(&client, "106540352242922").await.unwrap();
}

#[tokio::test]
async fn nothing_listens() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base_url = format!("http://127.0.0.1:{port}").parse().unwrap();
    let client = support::builder_for(base_url).max_retries(1).build().unwrap();
    let error = set(&client, "1").await.unwrap_err();
    assert_eq!(end::<()>(&Err(error.clone())), ("connection_failed", "not_sent"));
    assert_eq!(error.attempts(), 2);
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn the_blocking_client_works_alone_among_threads_and_inside_a_runtime() {
    let sandbox = Sandbox::start().unwrap();
    let client = whatsapp_two_step::blocking::Client::build(builder(&sandbox)).unwrap();
    let call = || client.set_two_step_pin(&"106540352242922".parse().unwrap(), &pin());
    call().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| call().unwrap());
        }
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        call().unwrap();
        drop(client.clone());
    });
    assert_eq!(sandbox.stats().requests, 10);
    tokio::runtime::Runtime::new().unwrap().block_on(async move { drop(client) });
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let call = set(&client, "1");
    let mut call = std::pin::pin!(call);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match call.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => assert!(error.message().contains("tokio runtime"), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn clients_calls_and_errors_go_between_threads() {
    fn shareable<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn movable<T: Send>(_: &T) {}
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    shareable(&client);
    movable(&set(&client, "1"));
    shareable(&"".parse::<whatsapp_two_step::Pin>().unwrap_err());
}
