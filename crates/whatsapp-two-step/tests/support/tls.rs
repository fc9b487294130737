//! A real TLS server with certificates of its own making.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::certificates::Authority;
pub(crate) use super::certificates::Flaw;

pub(crate) struct TlsServer {
    pub(crate) address: SocketAddr,
    /// The authority's certificate, as PEM.
    pub(crate) root: String,
    /// Of each request that came through: its HTTP version and body.
    pub(crate) seen: Arc<Mutex<Vec<(hyper::Version, Bytes)>>>,
}

impl TlsServer {
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    pub(crate) async fn start(flaw: Flaw, protocols: &[&str]) -> Self {
        let authority = Authority::new();
        let config = authority.server(flaw, protocols);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), seen.clone()));
        Self { address, root: authority.pem(), seen }
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, seen: Arc<Mutex<Vec<(hyper::Version, Bytes)>>>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (acceptor, seen) = (acceptor.clone(), seen.clone());
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(socket).await else { return };
            let answer = service_fn(|request: Request<Incoming>| {
                let seen = seen.clone();
                async move {
                    let version = request.version();
                    let body = request.into_body().collect().await?.to_bytes();
                    seen.lock().unwrap().push((version, body));
                    Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from_static(b"{\"success\":true}"))))
                }
            });
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
