//! What an error of the HTTP stack's means: did the request leave, and did the server process it?

use std::{error::Error as StdError, io};

use crate::{
    call::{TransportError, Unprocessed},
    transport::Attempt,
};

/// The request brought no answer.
pub(super) fn no_answer(error: reqwest::Error, attempt: Option<&Attempt>) -> TransportError {
    let error = error.without_url();
    let nothing_left = attempt.is_some_and(|attempt| !attempt.may_have_left());
    if let Some(why) = unprocessed(&error, nothing_left) {
        return TransportError::connection(error).unprocessed(why);
    }
    if nothing_left {
        let timed_out = error.is_timeout();
        let error = if timed_out { TransportError::timeout(error) } else { TransportError::connection(error) };
        return error.before_sending();
    }
    broken(error)
}

/// The answer began, and did not end.
pub(super) fn no_body(error: reqwest::Error) -> TransportError {
    broken(error.without_url())
}

fn broken(error: reqwest::Error) -> TransportError {
    if is_malformed(&error) { TransportError::malformed(error) } else { TransportError::connection(error) }
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
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
        let was_closed = nothing_left && error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled);
        was_closed.then_some(Unprocessed::ConnectionEnded)
    })
}

/// Did something come that is not HTTP? A broken TLS record also reads as invalid data, but is the connection's fault.
fn is_malformed(error: &(dyn StdError + 'static)) -> bool {
    let is_tls = chain(error).any(<dyn StdError>::is::<rustls::Error>);
    !is_tls
        && chain(error).any(|error| {
            let parse = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
            let chunk = error
                .downcast_ref::<io::Error>()
                .is_some_and(|error| matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData));
            parse || chunk
        })
}
