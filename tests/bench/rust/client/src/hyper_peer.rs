use bench_client::{Arguments, PHONE_NUMBER_ID, PIN, Peer, TOKEN};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Uri, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct SetPin<'a> {
    pin: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    success: bool,
}

/// The floor: nothing between the call and HTTP. No deadline either.
#[derive(Clone)]
pub(crate) struct Hyper {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Uri,
}

impl Peer for Hyper {
    fn connect(arguments: &Arguments) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut roots = RootCertStore::empty();
        if let Some(ca) = &arguments.ca {
            roots.add(CertificateDer::from_pem_slice(ca).expect("a certificate")).expect("a root");
        }
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_all_versions().wrap_connector(tcp);
        let url = format!("{}/v24.0/{PHONE_NUMBER_ID}", arguments.url).parse().expect("a URL");
        Self { client: Client::builder(TokioExecutor::new()).build(connector), url }
    }

    async fn set_pin(&self) {
        let body = serde_json::to_vec(&SetPin { pin: PIN }).expect("JSON");
        let request = Request::post(self.url.clone())
            .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .expect("a request");
        let answer = self.client.request(request).await.expect("an answer");
        assert!(answer.status().is_success());
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        assert!(serde_json::from_slice::<Answer>(&body).expect("JSON").success);
    }
}
