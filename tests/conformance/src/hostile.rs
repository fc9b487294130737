//! Peers that neither a vector nor the sandbox plays.

use std::time::Duration;

use crate::{
    cases::{Case, Server, case},
    server::Step,
};

/// How long a client may take to see that a connection is closed; the call after it is made at once when it has.
const SEEN: Duration = Duration::from_secs(1);

pub(crate) fn cases() -> Vec<Case> {
    let closing = |name, wait, retries: Option<u64>| {
        let script = vec![Step::AnswerThenClose(wait), Step::AnswerThenClose(wait)];
        let mut of = Case { server: Server::Script(script), calls: 2, ..case("connections", name) };
        of.settings.remove("max_retries");
        of.settings.extend(retries.map(|count| ("max_retries".to_owned(), count.into())));
        of
    };
    vec![
        closing("an idle connection closes just before the next call", Duration::ZERO, None),
        closing("an idle connection has closed, no retries", SEEN, Some(0)),
    ]
}
