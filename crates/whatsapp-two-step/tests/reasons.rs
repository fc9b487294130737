//! Why a connection failed: the reason, the words for it in the message, and whether another attempt is worth it.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use graph_sandbox::Sandbox;
use support::{
    builder_for, set,
    tls::{Flaw, TlsServer},
};
use whatsapp_two_step::{ClientBuilder, Limits, Outcome, Reason, TwoStepError};

async fn failure(settings: ClientBuilder) -> TwoStepError {
    set(&settings.timeout(Duration::from_secs(8)).build().unwrap(), "1").await.unwrap_err()
}

#[track_caller]
fn assert_is(error: &TwoStepError, reason: Reason, words: &str, attempts: u32) {
    assert_eq!(
        (error.reason(), error.outcome(), error.attempts()),
        (Some(reason), Outcome::NotSent, attempts),
        "{error}"
    );
    assert!(error.message().starts_with("Could not connect: ") && error.message().contains(words), "{error}");
    // What doesn't pass by itself is told at once.
    assert_eq!(error.is_retryable(), attempts > 1, "{error}");
}

/// Answers each connection with these bytes, and closes it.
fn answering(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(bytes);
        }
    });
    address
}

#[tokio::test]
async fn nobody_listens() {
    let error = failure(builder_for("http://127.0.0.1:1".parse().unwrap()).max_retries(1)).await;
    assert_is(&error, Reason::Refused, "the connection was refused", 2);
}

#[tokio::test]
async fn no_such_host() {
    let error = failure(builder_for("https://no-such-host.invalid".parse().unwrap()).max_retries(1)).await;
    assert_is(&error, Reason::Dns, "could not be resolved", 2);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_not_tried_again() {
    for (flaw, words) in [
        (Flaw::SelfSigned, "is not trusted (unknown issuer)"),
        (Flaw::Expired, "is not trusted (expired)"),
        (Flaw::WrongName, "is not trusted (for another name)"),
    ] {
        let server = TlsServer::start(flaw, &["h2"]).await;
        let settings = builder_for(server.url().parse().unwrap());
        let settings =
            if flaw == Flaw::SelfSigned { settings } else { settings.root_certificates(server.root.as_bytes()) };
        assert_is(&failure(settings.max_retries(2)).await, Reason::Tls, words, 1);
    }
}

#[tokio::test]
async fn plain_http_where_tls_is_due() {
    let address = answering(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let error =
        failure(builder_for(format!("https://localhost:{}", address.port()).parse().unwrap()).max_retries(1)).await;
    assert_is(&error, Reason::Tls, "what came is no TLS", 2);
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_not_tried_again() {
    let proxy = answering(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let settings = builder_for("https://localhost:1".parse().unwrap()).proxy(&format!("http://{proxy}"));
    assert_is(&failure(settings.max_retries(2)).await, Reason::Proxy, "another user name or password (HTTP 407)", 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_the_way_or_is_not_there() {
    let proxy = answering(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    for (proxy, words) in [(proxy.to_string(), "refused the way"), ("127.0.0.1:1".to_owned(), "refused the connection")]
    {
        let settings = builder_for("https://localhost:1".parse().unwrap()).proxy(&format!("http://{proxy}"));
        assert_is(&failure(settings.max_retries(1)).await, Reason::Proxy, words, 2);
    }
}

#[tokio::test]
async fn time_that_runs_out_while_it_waits_for_an_answer_or_for_its_turn() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = builder_for(format!("http://{}", silent.local_addr().unwrap()).parse().unwrap());
    let client = settings.timeout(Duration::from_millis(600)).max_in_flight(1).build().unwrap();
    let quick = client.with_limits(Limits { timeout: Duration::from_millis(300), ..client.limits() });
    let (first, second) = tokio::join!(set(&client, "1"), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        set(&quick, "1").await
    });
    let (first, second) = (first.unwrap_err(), second.unwrap_err());
    assert_eq!((first.reason(), first.outcome()), (Some(Reason::Waiting), Outcome::Unknown), "{first}");
    assert_eq!((second.reason(), second.outcome()), (Some(Reason::Connecting), Outcome::NotSent), "{second}");
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_may_be() {
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (now_there, most_there) = (now.clone(), most.clone());
    let transport = move |_: http::Request<whatsapp_two_step::Body>| {
        let (now, most) = (now_there.clone(), most_there.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
            tokio::time::sleep(Duration::from_millis(5)).await;
            now.fetch_sub(1, Relaxed);
            Ok(http::Response::new(whatsapp_two_step::Body::from(r#"{"success":true}"#)))
        }
    };
    let settings = builder_for("http://127.0.0.1:1".parse().unwrap());
    let client = settings.max_in_flight(8).transport(Arc::new(transport)).build().unwrap();
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { set(&client, "1").await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().attempts, 1);
    }
    assert_eq!(most.load(Relaxed), 8);
}

#[tokio::test]
async fn a_client_for_another_token_shares_the_connections() {
    let sandbox = Sandbox::start().unwrap();
    let client = builder_for(sandbox.base_url().parse().unwrap()).build().unwrap();
    set(&client, "106540352242922").await.unwrap();
    let other = client.with_access_token("EAAsandboxExpired".parse().unwrap()).unwrap();
    assert_eq!(set(&other, "106540352242922").await.unwrap_err().kind().code(), "authentication");
    assert_eq!(sandbox.stats().connections, 1);
}
