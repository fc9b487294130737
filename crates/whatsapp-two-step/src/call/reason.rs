//! What a failed connection means, in words: the one line that people log has to tell.

use crate::error::Reason;

/// What went wrong with the connection.
///
/// `lasting` is a failure that doesn't pass by itself, `detail` what more is known.
pub(super) fn words(reason: Reason, lasting: bool, detail: Option<&str>) -> String {
    let words = match reason {
        Reason::Dns => "the host's name could not be resolved",
        Reason::Refused => "the connection was refused",
        Reason::Unreachable => "the host or its network can't be reached",
        Reason::Tls if lasting => "the server's certificate is not trusted",
        Reason::Tls => "the TLS handshake failed",
        Reason::Proxy if lasting => "the proxy wants another user name or password",
        Reason::Proxy => "the proxy failed",
        Reason::Reset => "the connection was reset",
        Reason::Closed => "the connection was closed",
        Reason::NoDescriptors => "this process or system has too many open files and sockets",
        Reason::Connecting => "connecting took too long",
        Reason::Waiting => "the answer took too long",
        Reason::Other => "the connection failed",
    };
    detail.map_or_else(|| words.to_owned(), |detail| format!("{words} ({detail})"))
}

/// What to do about it.
pub(super) fn hint(reason: Reason, lasting: bool) -> &'static str {
    match reason {
        Reason::Dns => "Check the host name of base_url, and the DNS of this machine; then set the same PIN again.",
        Reason::Refused => {
            "Check host and port of base_url, and the firewalls on the way; then set the same PIN again."
        }
        Reason::Unreachable => "Check the network of this machine; then set the same PIN again.",
        Reason::Tls if lasting => {
            "Add the authority that signed the certificate (root_certificates), or correct the server's certificate."
        }
        Reason::Tls => "Check that the server speaks TLS at this port, and nothing in between breaks it.",
        Reason::Proxy if lasting => "Give the proxy's user name and password in its URL (proxy, or HTTPS_PROXY).",
        Reason::Proxy => "Check the proxy's URL (proxy, or HTTPS_PROXY), and that the proxy lets this host through.",
        Reason::NoDescriptors => "Raise the limit of open files (ulimit -n), or lower max_in_flight.",
        _ => "Check the network, the proxy and the server's certificate, then set the same PIN again.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_words_and_a_hint() {
        for reason in Reason::ALL {
            for lasting in [false, true] {
                assert!(!words(*reason, lasting, None).ends_with('.') && hint(*reason, lasting).ends_with('.'));
            }
        }
        let untrusted = words(Reason::Tls, true, Some("unknown issuer"));
        assert_eq!(untrusted, "the server's certificate is not trusted (unknown issuer)");
    }
}
