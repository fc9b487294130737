use std::time::Duration;

use reqwest::{redirect, retry};
use zeroize::Zeroizing;

use super::{
    connects::Connects,
    proxy::{Environment, proxy},
    send::ReqwestTransport,
    tls,
};
use crate::{error::TwoStepError, values::BaseUrl};

/// How long a connection may idle, and how often a silent one is probed.
const IDLE: Duration = Duration::from_secs(30);
const PROBE: Duration = Duration::from_secs(10);

/// The settings that only this transport has.
#[derive(Clone, Default)]
pub(crate) struct Network {
    /// May hold a password.
    proxy: Option<Zeroizing<String>>,
    roots: Option<Vec<u8>>,
    /// The process's own, if absent.
    environment: Option<Environment>,
}

impl Network {
    pub(crate) fn set_proxy(&mut self, url: &str) {
        self.proxy = Some(Zeroizing::new(url.to_owned()));
    }

    pub(crate) fn add_roots(&mut self, pem: &[u8]) {
        let roots = self.roots.get_or_insert_default();
        roots.extend_from_slice(pem);
        roots.push(b'\n');
    }

    pub(crate) fn set_environment(&mut self, variable: impl Fn(&str) -> Option<String>) {
        self.environment = Some(Environment::read(variable));
    }

    pub(crate) fn is_default(&self) -> bool {
        self.proxy.is_none() && self.roots.is_none()
    }

    pub(crate) fn connect(
        &self,
        base_url: &BaseUrl,
        connect_timeout: Duration,
    ) -> Result<ReqwestTransport, TwoStepError> {
        // To this machine without TLS, there is no use in reading some hundred certificates.
        let needs_tls = !base_url.is_plain() || !self.is_default();
        let tls = if needs_tls { tls::config(self.roots.as_deref()) } else { tls::without_roots() }?;
        let connects = Connects::new();
        let mut builder = reqwest::Client::builder()
            .connector_layer(connects.clone())
            .tls_backend_preconfigured(tls)
            .https_only(!base_url.is_plain())
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true)
            .tcp_keepalive(PROBE)
            .tcp_keepalive_interval(PROBE)
            .tcp_keepalive_retries(2)
            .http2_keep_alive_interval(PROBE)
            .http2_keep_alive_timeout(PROBE)
            .http2_keep_alive_while_idle(true);
        #[cfg(any(target_os = "android", target_os = "linux"))]
        {
            // Bytes that nobody acknowledges: the connection is dead, whatever the idle probes would say.
            builder = builder.tcp_user_timeout(PROBE);
        }
        let proxy = match &self.proxy {
            Some(url) => Some(proxy("proxy", url, base_url)?),
            None => self.environment.clone().unwrap_or_else(Environment::of_process).proxy_for(base_url)?,
        };
        let is_proxied = proxy.is_some();
        builder = match proxy {
            Some(proxy) => builder.proxy(proxy),
            None => builder.no_proxy(),
        };
        let client =
            builder.build().map_err(|_| TwoStepError::invalid_configuration("transport", "could not be set up"))?;
        let base = base_url
            .to_string()
            .parse()
            .map_err(|_| TwoStepError::invalid_configuration("base_url", "is not a URL"))?;
        Ok(ReqwestTransport { client, connects, base, is_proxied })
    }
}
