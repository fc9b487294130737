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
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::net::TcpListener;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

/// What is wrong with the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flaw {
    None,
    SelfSigned,
    Expired,
    NotYetValid,
    WrongName,
}

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
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();

        let name = if flaw == Flaw::WrongName { "other.example" } else { "localhost" };
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match flaw {
            Flaw::Expired => leaf.not_after = date_time_ymd(2020, 1, 1),
            Flaw::NotYetValid => leaf.not_before = date_time_ymd(2100, 1, 1),
            _ => {}
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match flaw {
            Flaw::SelfSigned => leaf.self_signed(&key),
            _ => leaf.signed_by(&key, &authority),
        };
        let chain = vec![certificate.unwrap().der().clone()];
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
                .unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();

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
