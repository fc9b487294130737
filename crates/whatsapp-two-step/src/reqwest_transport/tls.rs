use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use rustls_platform_verifier::Verifier;

use crate::error::TwoStepError;

/// The platform's roots, with Mozilla's bundled ones and the user's own beside them: works in a container without CA files
/// and behind a company's own CA. The provider is handed over, not installed: a library sets nothing process-wide.
pub(super) fn config(pem: Option<&[u8]>) -> Result<ClientConfig, TwoStepError> {
    let own = pem.map_or_else(|| Ok(Vec::new()), certificates)?;
    let provider = Arc::new(ring::default_provider());
    #[cfg(not(target_os = "android"))]
    let verifier = {
        let mozilla = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
        Verifier::new_with_extra_roots(mozilla.chain(own), provider)
    };
    // Android's verifier takes no more roots than the system's.
    #[cfg(target_os = "android")]
    let verifier = match own.is_empty() {
        true => Verifier::new(provider),
        false => return Err(TwoStepError::invalid_configuration("root_certificates", "can't be added on Android")),
    };
    let verifier = verifier.map_err(|_| match pem {
        Some(_) => TwoStepError::invalid_configuration("root_certificates", "holds something that is no certificate"),
        None => TwoStepError::invalid_configuration("transport", "can't use this platform's certificate store"),
    })?;
    let builder = builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = builder.with_no_client_auth();
    // HTTP/2 where the server offers it: reqwest leaves a configuration that it is given as it is.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// For a client that makes no TLS connection.
pub(super) fn without_roots() -> Result<ClientConfig, TwoStepError> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, TwoStepError> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| TwoStepError::invalid_configuration("transport", "has no usable TLS version"))
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TwoStepError> {
    let unusable =
        || TwoStepError::invalid_configuration("root_certificates", "holds no PEM certificate, or a broken one");
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| unusable())?;
    if found.is_empty() { Err(unusable()) } else { Ok(found) }
}
