//! What an error of the HTTP stack's means: did the request leave, and did the server process it?

use std::{error::Error as StdError, io};

use rustls::CertificateError;

use super::connects::Superseded;
use crate::{
    call::{TransportError, Unprocessed},
    error::Reason,
    transport::Attempt,
};

/// The request brought no answer.
pub(super) fn no_answer(error: reqwest::Error, attempt: Option<&Attempt>, is_proxied: bool) -> TransportError {
    let error = error.without_url();
    let nothing_left = attempt.is_some_and(|attempt| !attempt.may_have_left());
    if nothing_left && attempt.is_some_and(|attempt| !attempt.may_send()) {
        return TransportError::withheld();
    }
    if let Some(why) = unprocessed(&error, nothing_left) {
        return TransportError::connection(error).unprocessed(why);
    }
    if nothing_left && error.is_timeout() {
        return TransportError::timeout(error).before_sending();
    }
    if nothing_left {
        return connection(error, is_proxied).before_sending();
    }
    broken(error)
}

/// The answer began, and did not end.
pub(super) fn no_body(error: reqwest::Error) -> TransportError {
    broken(error.without_url())
}

fn broken(error: reqwest::Error) -> TransportError {
    if is_malformed(&error) { TransportError::malformed(error) } else { connection(error, false) }
}

/// Until TLS begins, whoever doesn't answer is the proxy, if there is one.
fn connection(error: reqwest::Error, is_proxied: bool) -> TransportError {
    let cause = chain(&error).find_map(cause);
    let proxy = error.is_connect() && is_proxied;
    let Cause { reason, detail, is_lasting } = cause.unwrap_or(Cause::of(Reason::Other));
    let (reason, detail) = match reason {
        Reason::Dns if proxy => (Reason::Proxy, Some("its name could not be resolved")),
        Reason::Refused if proxy => (Reason::Proxy, Some("it refused the connection")),
        Reason::Unreachable if proxy => (Reason::Proxy, Some("it can't be reached")),
        Reason::Reset | Reason::Closed if proxy => (Reason::Proxy, Some("it closed the connection")),
        reason => (reason, detail),
    };
    let error = TransportError::connection(error).because(reason).detailed(detail);
    if is_lasting { error.lasting() } else { error }
}

struct Cause {
    reason: Reason,
    detail: Option<&'static str>,
    is_lasting: bool,
}

impl Cause {
    fn of(reason: Reason) -> Self {
        Self { reason, detail: None, is_lasting: false }
    }
}

/// What one error of a chain tells. The innermost ones do; those around them have no type that says more.
fn cause(error: &(dyn StdError + 'static)) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(tls(error));
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        // One that only holds another error has no kind that says anything.
        return io_reason(error).map(Cause::of);
    }
    if error.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_incomplete_message() || error.is_canceled()) {
        return Some(Cause::of(Reason::Closed));
    }
    // These have no public type.
    let text = error.to_string();
    match text.strip_prefix("tunnel error: ") {
        Some("proxy authorization required") => {
            Some(Cause { reason: Reason::Proxy, detail: Some("HTTP 407"), is_lasting: true })
        }
        Some("unsuccessful") => Some(Cause { detail: Some("it refused the way"), ..Cause::of(Reason::Proxy) }),
        _ => text.starts_with("dns error").then(|| Cause::of(Reason::Dns)),
    }
}

fn tls(error: &rustls::Error) -> Cause {
    let detail = match error {
        rustls::Error::InvalidCertificate(problem) => match problem {
            CertificateError::UnknownIssuer => "unknown issuer",
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "not valid yet",
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => "for another name",
            CertificateError::Revoked => "revoked",
            _ => "not usable for this",
        },
        rustls::Error::InvalidMessage(_) => "what came is no TLS",
        _ => return Cause::of(Reason::Tls),
    };
    let is_lasting = matches!(error, rustls::Error::InvalidCertificate(_));
    Cause { reason: Reason::Tls, detail: Some(detail), is_lasting }
}

fn io_reason(error: &io::Error) -> Option<Reason> {
    // EMFILE and ENFILE, which have no kind of their own; Windows' is WSAEMFILE.
    if matches!((error.raw_os_error(), cfg!(windows)), (Some(23 | 24), false) | (Some(10024), true)) {
        return Some(Reason::NoDescriptors);
    }
    Some(match error.kind() {
        io::ErrorKind::ConnectionRefused => Reason::Refused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => Reason::Reset,
        io::ErrorKind::UnexpectedEof | io::ErrorKind::NotConnected => Reason::Closed,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => {
            Reason::Unreachable
        }
        _ => return None,
    })
}

/// An error and its causes, also those inside of an `io::Error`, whose `source` passes them over.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    })
}

/// Does the server say that it processed none of the request, or was its connection gone before?
///
/// h2 ends a stream with the peer's GOAWAY only if the stream is above the last one that the peer names; it ends the others with
/// what becomes of the connection.
fn unprocessed(error: &(dyn StdError + 'static), nothing_left: bool) -> Option<Unprocessed> {
    chain(error).find_map(|error| {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            return match error.is_remote() {
                true if error.is_go_away() => Some(Unprocessed::ConnectionEnded),
                true if refused => Some(Unprocessed::StreamRefused),
                _ => None,
            };
        }
        if error.is::<Superseded>() {
            return Some(Unprocessed::ConnectionEnded);
        }
        // Of two new connections the pool keeps one for HTTP/2, and that one may be gone again. This error has no type.
        let was_closed = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
            || error.to_string() == "ALPN upgraded to HTTP/2";
        (nothing_left && was_closed).then_some(Unprocessed::ConnectionEnded)
    })
}

/// Did something come that is not HTTP? A broken TLS record also reads as invalid data, but is the connection's fault.
fn is_malformed(error: &(dyn StdError + 'static)) -> bool {
    let is_tls = chain(error).any(<dyn StdError>::is::<rustls::Error>);
    !is_tls
        && chain(error).any(|error| {
            // h2 itself ends a stream or a connection whose peer breaks the protocol, or sends more headers than fit.
            if error.downcast_ref::<h2::Error>().is_some_and(|error| error.is_library() && error.reason().is_some()) {
                return true;
            }
            let parse = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
            let chunk = error
                .downcast_ref::<io::Error>()
                .is_some_and(|error| matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData));
            parse || chunk
        })
}
