//! Which proxy, if any: the one that is set, or the environment's. A client talks to one host, so it is decided once.

use std::net::IpAddr;

use reqwest::Proxy;
use zeroize::Zeroizing;

use crate::{
    error::TwoStepError,
    values::{BaseUrl, is_loopback},
};

const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// What the environment says of proxies.
#[derive(Clone, Default)]
pub(super) struct Environment {
    /// The variable's name, and its value, which may hold a password.
    proxy: Option<(&'static str, Zeroizing<String>)>,
    no_proxy: String,
}

impl Environment {
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let proxy = VARIABLES.iter().find_map(|name| Some((*name, Zeroizing::new(set(name)?))));
        let no_proxy = set("no_proxy").or_else(|| set("NO_PROXY")).unwrap_or_default();
        Self { proxy, no_proxy }
    }

    /// The process's own.
    pub(super) fn of_process() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// The proxy for a server, if there is one.
    pub(super) fn proxy_for(&self, base_url: &BaseUrl) -> Result<Option<Proxy>, TwoStepError> {
        let Some((name, url)) = &self.proxy else { return Ok(None) };
        let authority = base_url.authority();
        // What goes without TLS goes to this machine, or to a network of the user's own.
        if base_url.is_plain() || is_excluded(&self.no_proxy, authority.host(), authority.port_u16().unwrap_or(443)) {
            return Ok(None);
        }
        // As with other programs, a host and a port will do.
        let has_port_alone =
            !url.contains("://") && url.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let url = if has_port_alone { Zeroizing::new(format!("http://{}", url.as_str())) } else { url.clone() };
        proxy(name, &url, base_url).map(Some)
    }
}

/// Neither reqwest's error nor ours repeats the URL: it may hold a password.
pub(super) fn proxy(setting: &str, url: &str, base_url: &BaseUrl) -> Result<Proxy, TwoStepError> {
    let refused = |problem| TwoStepError::invalid_configuration(setting, problem);
    let no_url = || refused("is not a URL such as http://proxy.example:3128");
    let parsed: http::Uri = url.parse().map_err(|_| no_url())?;
    match parsed.scheme_str() {
        Some("http" | "https") => {}
        Some(scheme) if scheme.starts_with("socks") => {
            return Err(refused("is a SOCKS proxy, which is not supported; give an http or https one"));
        }
        _ => return Err(no_url()),
    }
    if base_url.is_plain() && !parsed.host().is_some_and(is_loopback) {
        let problem = "must be on a loopback host too when base_url is http: it would carry the token in clear text";
        return Err(refused(problem));
    }
    Proxy::all(url).map_err(|_| no_url())
}

/// `NO_PROXY`: a host and what is below it, `.host`, `*.host`, an address, a network, each perhaps with a port; or `*`.
fn is_excluded(no_proxy: &str, host: &str, port: u16) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<IpAddr>().ok();
    no_proxy.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).any(|entry| {
        let is_address = entry.parse::<IpAddr>().is_ok();
        let (name, wanted) = match entry.rsplit_once(':') {
            Some((name, digits)) if !is_address => (name, digits.parse().ok()),
            _ => (entry, None),
        };
        if wanted.is_some_and(|wanted: u16| wanted != port) {
            return false;
        }
        let name = if wanted.is_some() { name } else { entry };
        let name = name.trim_start_matches('[').trim_end_matches(']');
        match address {
            Some(address) => {
                name == "*"
                    || name.parse() == Ok(address)
                    || name.parse::<ipnet::IpNet>().is_ok_and(|network| network.contains(&address))
            }
            None => name == "*" || is_at_or_below(host, name.trim_start_matches('*').trim_start_matches('.')),
        }
    })
}

fn is_at_or_below(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    !domain.is_empty() && host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_in_each_of_its_forms() {
        let hit = |entries: &str, host: &str| is_excluded(entries, host, 443);
        for entries in [
            "graph.facebook.com",
            "GRAPH.facebook.com",
            "facebook.com",
            ".facebook.com",
            "*.facebook.com",
            "graph.facebook.com:443",
            "other.example,graph.facebook.com",
            "other.example graph.facebook.com",
            "*",
        ] {
            assert!(hit(entries, "graph.facebook.com"), "{entries}");
        }
        for entries in
            ["", "book.com", "graph.facebook.com:8443", "graph.facebook.com.evil", "10.0.0.0/8", "*.graph.example"]
        {
            assert!(!hit(entries, "graph.facebook.com"), "{entries}");
        }
        for (entries, host) in [
            ("10.0.0.0/8", "10.1.2.3"),
            ("10.1.2.3", "10.1.2.3"),
            ("10.1.2.3:443", "10.1.2.3"),
            ("fd00::/8", "[fd00::7]"),
            ("fd00::7", "[fd00::7]"),
            ("[fd00::7]:443", "[fd00::7]"),
        ] {
            assert!(hit(entries, host), "{entries}");
        }
        assert!(!hit("10.0.0.0/8", "11.1.2.3") && !hit("1.2.3", "10.1.2.3"));
    }

    #[test]
    fn a_variable_that_is_no_proxy_is_refused_by_its_name() {
        let of = |value: &str| {
            let environment = Environment::read(|name| (name == "HTTPS_PROXY").then(|| value.to_owned()));
            environment.proxy_for(&BaseUrl::default())
        };
        assert!(of("http://user:secret@proxy.example:3128").is_ok_and(|proxy| proxy.is_some()));
        assert!(of("proxy.example:3128").is_ok_and(|proxy| proxy.is_some()));
        assert!(of("").is_ok_and(|proxy| proxy.is_none()));
        for (value, word) in
            [("no url", "not a URL"), ("proxy", "not a URL"), ("socks5h://user:secret@p:1080", "SOCKS")]
        {
            let error = of(value).expect_err(value);
            assert!(error.message().contains("HTTPS_PROXY") && error.message().contains(word), "{error}");
            assert!(!error.message().contains("secret"));
        }
    }
}
