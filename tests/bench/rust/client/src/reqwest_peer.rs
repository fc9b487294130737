use std::time::Duration;

use bench_client::{Arguments, PHONE_NUMBER_ID, PIN, Peer, TOKEN};
use reqwest::{Certificate, Client};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct SetPin<'a> {
    pin: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    success: bool,
}

#[derive(Clone)]
pub(crate) struct Reqwest {
    client: Client,
    url: String,
}

impl Peer for Reqwest {
    fn connect(arguments: &Arguments) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder().timeout(Duration::from_secs(30));
        if let Some(ca) = &arguments.ca {
            builder = builder.tls_certs_merge([Certificate::from_pem(ca).expect("a certificate")]);
        }
        let url = format!("{}/v24.0/{PHONE_NUMBER_ID}", arguments.url);
        Self { client: builder.build().expect("a client"), url }
    }

    async fn set_pin(&self) {
        let request = self.client.post(&self.url).bearer_auth(TOKEN).json(&SetPin { pin: PIN });
        let answer = request.send().await.and_then(reqwest::Response::error_for_status).expect("an answer");
        assert!(answer.json::<Answer>().await.expect("JSON").success);
    }
}
