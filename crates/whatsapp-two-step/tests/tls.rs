//! TLS against a real rustls server: whom we trust, and that nothing leaves before we do.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::{process::Command, time::Duration};

use hyper::Version;
use support::{
    builder_for, set,
    tls::{Flaw, TlsServer},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

const BOTH: &[&str] = &["h2", "http/1.1"];

#[tokio::test]
async fn a_good_chain_to_an_added_root_works_over_http_2() {
    let server = TlsServer::start(Flaw::None, BOTH).await;
    let client = builder_for(server.url().parse().unwrap()).root_certificates(server.root.as_bytes()).build().unwrap();
    for _ in 0..3 {
        set(&client, "106540352242922").await.unwrap();
    }
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { set(&client, "1").await.unwrap() })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.len(), 23);
    assert!(seen.iter().all(|(version, body)| *version == Version::HTTP_2 && body == &br#"{"pin":"735194"}"#[..]));
}

#[tokio::test]
async fn http_1_where_the_server_offers_no_more() {
    let server = TlsServer::start(Flaw::None, &["http/1.1"]).await;
    let client = builder_for(server.url().parse().unwrap()).root_certificates(server.root.as_bytes()).build().unwrap();
    set(&client, "1").await.unwrap();
    assert_eq!(server.seen.lock().unwrap()[0].0, Version::HTTP_11);
}

#[tokio::test]
async fn a_bad_certificate_fails_before_anything_is_sent() {
    for flaw in [Flaw::SelfSigned, Flaw::Expired, Flaw::NotYetValid, Flaw::WrongName, Flaw::WrongPurpose] {
        let server = TlsServer::start(flaw, BOTH).await;
        let client = builder_for(server.url().parse().unwrap())
            .root_certificates(server.root.as_bytes())
            .max_retries(1)
            .build()
            .unwrap();
        let error = set(&client, "1").await.unwrap_err();
        assert_eq!(
            (error.kind().code(), error.outcome().code()),
            ("connection_failed", "not_sent"),
            "{flaw:?}: {error}"
        );
        assert!(format!("{error:?}").contains("certificate"), "{flaw:?}: the cause names it: {error:?}");
        assert!(server.seen.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_authority_that_nobody_added_is_not_trusted() {
    let server = TlsServer::start(Flaw::None, BOTH).await;
    let client = builder_for(server.url().parse().unwrap()).max_retries(0).build().unwrap();
    let error = set(&client, "1").await.unwrap_err();
    assert_eq!((error.kind().code(), error.outcome().code()), ("connection_failed", "not_sent"), "{error}");
}

/// Runs a test of this file in a process of its own, for its environment. Does it pass there?
fn passes_with(test: &str, environment: &[(&str, &str)]) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args([test, "--exact"]).envs(environment.iter().copied()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("running 1 test"), "{test} is no test");
    output.status.success()
}

#[test]
fn a_machine_without_ca_files_still_works() {
    let nowhere = [("SSL_CERT_FILE", "/nowhere"), ("SSL_CERT_DIR", "/nowhere")];
    assert!(passes_with("a_good_chain_to_an_added_root_works_over_http_2", &nowhere));
}

#[test]
fn the_environment_s_proxy_is_used_and_its_exceptions_are_kept() {
    let test = "http_1_where_the_server_offers_no_more";
    // Nothing listens there, so a call that goes through it fails.
    let dead = ("HTTPS_PROXY", "http://127.0.0.1:1");
    assert!(!passes_with(test, &[dead]));
    assert!(passes_with(test, &[dead, ("NO_PROXY", "localhost")]));
    // A loopback server without TLS is never reached through a proxy, which would see the token.
    let plain = "a_loopback_server_is_reached_without_a_proxy";
    assert!(passes_with(plain, &[("HTTP_PROXY", dead.1), ("ALL_PROXY", dead.1), dead]));
}

#[tokio::test]
async fn a_loopback_server_is_reached_without_a_proxy() {
    let sandbox = graph_sandbox::Sandbox::start().unwrap();
    set(&support::client(&sandbox), "106540352242922").await.unwrap();
}

#[tokio::test]
async fn plain_http_on_the_tls_port_gets_no_secret() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let got = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 4096];
        let length = socket.read(&mut bytes).await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        bytes.truncate(length);
        bytes
    });
    let url = format!("https://localhost:{port}").parse().unwrap();
    let client = builder_for(url).max_retries(0).build().unwrap();
    let error = set(&client, "1").await.unwrap_err();
    assert_eq!((error.kind().code(), error.outcome().code()), ("connection_failed", "not_sent"), "{error:?}");
    support::assert_hidden(&String::from_utf8_lossy(&got.await.unwrap()), &[support::TOKEN, support::PIN], "the wire");
}

#[tokio::test]
async fn a_handshake_that_hangs_is_a_connect_timeout_and_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: whatsapp_two_step::BaseUrl =
        format!("https://localhost:{}", listener.local_addr().unwrap().port()).parse().unwrap();
    let limited = builder_for(url.clone()).connect_timeout(Duration::from_millis(200)).max_retries(1);
    let error = set(&limited.build().unwrap(), "1").await.unwrap_err();
    assert_eq!((error.kind().code(), error.outcome().code()), ("timed_out", "not_sent"), "{error:?}");
    assert_eq!(error.attempts(), 2, "a connect timeout is retried");

    let whole = builder_for(url).timeout(Duration::from_millis(200));
    let error = set(&whole.build().unwrap(), "1").await.unwrap_err();
    assert_eq!((error.kind().code(), error.outcome().code()), ("timed_out", "not_sent"), "{error:?}");
}

#[tokio::test]
async fn a_proxy_carries_the_call_and_sees_no_secret() {
    let server = TlsServer::start(Flaw::None, BOTH).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://user:pass@127.0.0.1:{}", listener.local_addr().unwrap().port());
    let connect = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        let mut upstream = TcpStream::connect(server.address).await.unwrap();
        socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let _ = copy_bidirectional(&mut socket, &mut upstream).await;
        String::from_utf8(head).unwrap()
    });
    let client = builder_for(format!("https://localhost:{}", server.address.port()).parse().unwrap())
        .root_certificates(server.root.as_bytes())
        .proxy(&proxy)
        .build()
        .unwrap();
    set(&client, "1").await.unwrap();
    drop(client);
    let head = connect.await.unwrap();
    assert!(head.starts_with("CONNECT localhost:"), "{head}");
    assert!(head.to_ascii_lowercase().contains("proxy-authorization: basic dxnlcjpwyxnz"), "{head}");
    support::assert_hidden(&head, &[support::TOKEN, support::PIN], "what the proxy saw");
}

#[test]
fn unusable_network_settings_are_named_and_not_repeated() {
    let settings = || builder_for("https://localhost".parse().unwrap());
    for proxy in ["", "proxy.example", "socks5://user:pa55@proxy", "http://user:pa55@", "http://us er:pa55@x y"] {
        let error = settings().proxy(proxy).build().unwrap_err();
        assert!(error.message().contains("proxy") && !format!("{error:?}").contains("pa55"), "{error:?}");
    }
    let plain = builder_for("http://127.0.0.1:1".parse().unwrap());
    let error = plain.proxy("http://proxy.example:3128").build().unwrap_err();
    assert!(error.message().contains("clear text"), "{error:?}");
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let error = settings().root_certificates(pem.as_bytes()).build().unwrap_err();
        assert!(error.message().contains("root_certificates"), "{error:?}");
    }
}
