//! `bench-server [--delay-ms N] [--tls CA-FILE]`: prints its URL, and answers until it is ended.
//!
//! One thread, and as little work per request as a check of it allows. With `--tls` it makes an authority, writes its
//! certificate to the file, and offers HTTP/2. `GET /count` tells how many requests were right, and how many wrong.

mod answer;
mod certificate;
mod check;

use std::{cell::Cell, convert::Infallible, rc::Rc, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, service::service_fn};
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// So many calls may share one connection of HTTP/2: no program shall wait for the server's own limit.
const STREAMS: u32 = 1024;

struct Server {
    delay: Option<Duration>,
    tls: Option<TlsAcceptor>,
    right: Cell<u64>,
    wrong: Cell<u64>,
}

/// Runs what belongs to a connection on the server's one thread.
#[derive(Clone)]
struct Here;

impl<F: Future + 'static> hyper::rt::Executor<F> for Here {
    fn execute(&self, work: F) {
        tokio::task::spawn_local(work);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut server = Server { delay: None, tls: None, right: Cell::new(0), wrong: Cell::new(0) };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().expect("each option has a value");
        match name.as_str() {
            "--delay-ms" => server.delay = Some(Duration::from_millis(value.parse().expect("milliseconds"))),
            "--tls" => server.tls = Some(TlsAcceptor::from(Arc::new(certificate::make(&value)))),
            _ => panic!("bench-server [--delay-ms N] [--tls CA-FILE]"),
        }
    }
    tokio::task::LocalSet::new().run_until(serve(server)).await;
}

async fn serve(server: Server) {
    let server = Rc::new(server);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let scheme = if server.tls.is_some() { "https" } else { "http" };
    println!("{scheme}://{}", listener.local_addr().expect("an address"));
    loop {
        let (socket, _) = listener.accept().await.expect("a connection");
        let _ = socket.set_nodelay(true);
        let server = server.clone();
        tokio::task::spawn_local(async move {
            match &server.tls {
                None => speak(&server, socket).await,
                Some(tls) => match tls.accept(socket).await {
                    Ok(socket) => speak(&server, socket).await,
                    Err(error) => eprintln!("{error}"),
                },
            }
        });
    }
}

async fn speak(server: &Rc<Server>, socket: impl AsyncRead + AsyncWrite + Unpin + 'static) {
    let service = service_fn(|request| answer(server.clone(), request));
    let mut http = auto::Builder::new(Here);
    http.http2().max_concurrent_streams(STREAMS);
    // A client that goes away in mid-call is its own affair.
    let _ = http.serve_connection(TokioIo::new(socket), service).await;
}

async fn answer(server: Rc<Server>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if head.method == Method::GET && head.uri.path() == "/count" {
        let count = format!(r#"{{"right":{},"wrong":{}}}"#, server.right.get(), server.wrong.get());
        return Ok(Response::new(count.into()));
    }
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    if let Err(problem) = check::check(&head, &body) {
        server.wrong.set(server.wrong.get() + 1);
        let mut response = Response::new(problem.into());
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(response);
    }
    server.right.set(server.right.get() + 1);
    if let Some(delay) = server.delay {
        tokio::time::sleep(delay).await;
    }
    Ok(answer::success())
}
