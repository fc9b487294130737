//! A test authority and the certificates it signs, good and bad. `tests/conformance` includes this file too.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::{ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer};

/// What is wrong with the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flaw {
    None,
    SelfSigned,
    Expired,
    NotYetValid,
    WrongName,
    /// For clients.
    WrongPurpose,
}

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        // A name of its own: to OpenSSL a certificate whose issuer has its subject's name is self-signed.
        authority.distinguished_name.push(DnType::CommonName, "A test's authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Of a server at `localhost`.
    pub(crate) fn server(&self, flaw: Flaw, protocols: &[&str]) -> ServerConfig {
        let (certificate, key) = self.leaf(flaw);
        let chain = vec![certificate.der().clone()];
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        config
    }

    /// The same, as text: its certificate and its key.
    pub(crate) fn server_pem(&self, flaw: Flaw) -> (String, String) {
        let (certificate, key) = self.leaf(flaw);
        (certificate.pem(), key.serialize_pem())
    }

    fn leaf(&self, flaw: Flaw) -> (Certificate, KeyPair) {
        let name = if flaw == Flaw::WrongName { "other.example" } else { "localhost" };
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match flaw {
            Flaw::Expired => leaf.not_after = date_time_ymd(2020, 1, 1),
            Flaw::NotYetValid => leaf.not_before = date_time_ymd(2100, 1, 1),
            Flaw::WrongPurpose => leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            _ => {}
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match flaw {
            Flaw::SelfSigned => leaf.self_signed(&key),
            _ => leaf.signed_by(&key, &self.0),
        };
        (certificate.unwrap(), key)
    }
}
