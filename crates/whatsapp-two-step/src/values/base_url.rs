use std::{fmt, net::IpAddr};

use http::{
    Uri,
    uri::{Authority, Scheme},
};

use super::api_version::ApiVersion;
use crate::error::TwoStepError;

/// A switch for test runs.
const LOOPBACK_ONLY: &str = "WHATSAPP_TWO_STEP_LOOPBACK_ONLY";

/// Where the Graph API is: `https://graph.facebook.com`, or a server of one's own that stands before it.
///
/// `https`, or `http` to a loopback host (`localhost`, `127.0.0.0/8`, `[::1]`) for tests; a path is kept in front of the
/// version; no query, fragment or user info. Not a secret, so it prints.
///
/// ```
/// use whatsapp_two_step::BaseUrl;
///
/// assert_eq!(BaseUrl::default().to_string(), "https://graph.facebook.com");
/// assert_eq!(BaseUrl::parse("https://gate.example/graph/")?.to_string(), "https://gate.example/graph");
/// assert!(BaseUrl::parse("http://127.0.0.1:8080").is_ok());
///
/// let error = BaseUrl::parse("http://graph.facebook.com").unwrap_err();
/// assert!(error.message().contains("base_url must use https"));
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or begins with a slash and doesn't end with one.
    path: Box<str>,
}

impl BaseUrl {
    /// Reads a base URL.
    ///
    /// # Errors
    /// `invalid_configuration`, with what is wrong and never with the text itself.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        let url = read(text).map_err(|problem| TwoStepError::invalid_configuration("base_url", problem))?;
        if url.scheme == Scheme::HTTPS || is_loopback(url.authority.host()) {
            return Ok(url);
        }
        let problem = if is_near(url.authority.host()) {
            "must use https; http goes to a loopback host such as 127.0.0.1, or with allow_http to this one"
        } else {
            "must use https; http goes to a loopback host only, such as 127.0.0.1"
        };
        Err(TwoStepError::invalid_configuration("base_url", problem))
    }

    /// Reads a base URL that may be plain `http` also to a host without a dot (a service of a docker-compose network) or to a
    /// private address: the setting `allow_http`. **Token and PIN go there in the clear**: whoever shares that network can
    /// read them. For tests and for a network of your own.
    ///
    /// ```
    /// use whatsapp_two_step::BaseUrl;
    ///
    /// assert!(BaseUrl::parse_allowing_http("http://mock:8080").is_ok());
    /// assert!(BaseUrl::parse_allowing_http("http://graph.facebook.com").is_err());
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration`, with what is wrong and never with the text itself.
    pub fn parse_allowing_http(text: &str) -> Result<Self, TwoStepError> {
        match read(text) {
            Ok(url) if url.scheme == Scheme::HTTP && is_near(url.authority.host()) => Ok(url),
            _ => Self::parse(text),
        }
    }

    /// Does the switch for test runs, `WHATSAPP_TWO_STEP_LOOPBACK_ONLY`, let a request go there? While it is `1`, only this
    /// machine is reached.
    ///
    /// # Errors
    /// `invalid_configuration`.
    pub fn check_reach(&self) -> Result<(), TwoStepError> {
        self.check_reach_among(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// For bindings: the same, in a program whose variables are not the process's own, as those of a worker thread in Node.
    ///
    /// ```
    /// use whatsapp_two_step::BaseUrl;
    ///
    /// let is_on = |name: &str| (name == "WHATSAPP_TWO_STEP_LOOPBACK_ONLY").then(|| "1".to_owned());
    /// assert!(BaseUrl::default().check_reach_among(is_on).is_err());
    /// assert!(BaseUrl::parse("http://127.0.0.1:8080")?.check_reach_among(is_on).is_ok());
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration`.
    pub fn check_reach_among(&self, variable: impl Fn(&str) -> Option<String>) -> Result<(), TwoStepError> {
        let is_on = variable(LOOPBACK_ONLY).is_some_and(|value| !value.is_empty() && value != "0");
        if is_on && !is_loopback(self.authority.host()) {
            let problem =
                "must be a loopback host, such as http://127.0.0.1, while WHATSAPP_TWO_STEP_LOOPBACK_ONLY is set";
            return Err(TwoStepError::invalid_configuration("base_url", problem));
        }
        Ok(())
    }

    /// Without TLS: to this machine or, where `allow_http` said so, to a network of the user's own. No certificate is looked at.
    ///
    /// ```
    /// use whatsapp_two_step::BaseUrl;
    ///
    /// assert!(BaseUrl::parse("http://127.0.0.1:8080")?.is_plain());
    /// assert!(!BaseUrl::default().is_plain());
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.scheme == Scheme::HTTP
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

fn read(text: &str) -> Result<BaseUrl, &'static str> {
    // Checked on the text: a URI parser drops the fragment and takes some of these as they are.
    if text.is_empty() {
        return Err("is empty");
    }
    if text.contains('?') {
        return Err("must not have a query");
    }
    if text.contains('#') {
        return Err("must not have a fragment");
    }
    if text.contains('@') {
        return Err("must not have user info");
    }
    if text.contains(|c: char| !c.is_ascii_graphic() || "\\\"<>^`{|}".contains(c)) {
        return Err("has a character that doesn't belong into a URL");
    }
    let parts = text.parse::<Uri>().map_err(|_| "is not a URL such as https://graph.facebook.com")?.into_parts();
    let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
        return Err("is not a URL such as https://graph.facebook.com");
    };
    let has_port = authority.as_str().len() != authority.host().len();
    if authority.host().is_empty() || (has_port && matches!(authority.port_u16(), None | Some(0))) {
        return Err("needs a host, and a port from 1 to 65535 if any");
    }
    if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
        return Err("must use https; http goes to a loopback host only, such as 127.0.0.1");
    }
    let path = parts.path_and_query.as_ref().map_or("", |path| path.path()).trim_end_matches('/');
    let has_dots =
        path.split('/').any(|segment| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."));
    if has_dots || path.contains("//") {
        return Err("must not have empty, \".\" or \"..\" segments in its path");
    }
    if path.rsplit('/').next().is_some_and(|last| ApiVersion::parse(last).is_ok()) {
        return Err("ends with a version; give that as api_version");
    }
    Ok(BaseUrl { scheme, path: path.into(), authority })
}

/// Does the host's name say that it is this machine?
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Is it a host that only a network of one's own resolves or reaches: a name without a dot, or a private address?
fn is_near(host: &str) -> bool {
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => !host.contains('.') && !host.starts_with('['),
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self { scheme: Scheme::HTTPS, authority: Authority::from_static("graph.facebook.com"), path: "".into() }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept() {
        for (text, kept) in [
            ("https://graph.facebook.com", "https://graph.facebook.com"),
            ("https://graph.facebook.com/", "https://graph.facebook.com"),
            ("HTTPS://Graph.Facebook.com:8443/a/b/", "https://Graph.Facebook.com:8443/a/b"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://127.8.9.10", "http://127.8.9.10"),
            ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().to_string(), kept);
        }
    }

    #[test]
    fn what_is_refused() {
        for (text, words) in [
            ("", "is empty"),
            ("graph.facebook.com", "is not a URL"),
            ("/v24.0", "is not a URL"),
            ("ftp://graph.facebook.com", "must use https"),
            ("http://graph.facebook.com", "must use https"),
            ("http://localhost.example", "must use https"),
            ("http://127.0.0.1.example", "must use https"),
            ("http://0.0.0.0", "must use https"),
            ("https://user:pass@host", "user info"),
            ("https://host/?a=b", "query"),
            ("https://host#x", "fragment"),
            ("https://host:99999", "port"),
            ("https://host:0", "port"),
            ("https://host:", "port"),
            ("https://host/a/../b", "segments"),
            ("https://host/a/%2E%2e/b", "segments"),
            ("https://host//a", "segments"),
            ("https://host\\@evil", "user info"),
            ("https://host\\evil", "character"),
            ("https://höst", "character"),
            ("https://host\n", "character"),
        ] {
            let error = BaseUrl::parse(text).expect_err(text);
            assert!(error.message().contains(words), "{text}: {error}");
        }
    }
}
