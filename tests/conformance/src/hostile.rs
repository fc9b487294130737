//! Peers that neither a vector nor the sandbox plays.

use std::time::Duration;

use serde_json::json;

use crate::{
    case::{Case, Server, case},
    cases::fields,
    certificates::Flaw,
    server::Step,
    tls::Fault,
};

/// How long a client may take to see that a connection is closed; the call after it is made at once when it has.
const SEEN: Duration = Duration::from_secs(1);

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = connections();
    cases.extend(tls());
    cases
}

fn connections() -> Vec<Case> {
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

fn tls() -> Vec<Case> {
    let limit = Duration::from_secs(10);
    let cases = [
        ("a chain to an added root", Fault::Certificate(Flaw::None)),
        ("self-signed", Fault::Certificate(Flaw::SelfSigned)),
        ("expired", Fault::Certificate(Flaw::Expired)),
        ("not yet valid", Fault::Certificate(Flaw::NotYetValid)),
        ("another name", Fault::Certificate(Flaw::WrongName)),
        ("another purpose", Fault::Certificate(Flaw::WrongPurpose)),
        ("TLS 1.0", Fault::OldVersion),
        ("plain HTTP", Fault::PlainHttp),
    ];
    let cases = cases.map(|(name, fault)| {
        let mut of = Case { server: Server::Tls(fault), within: Some(limit), ..case("TLS", name) };
        of.settings.insert("timeout".to_owned(), limit.as_secs().into());
        if fault == Fault::Certificate(Flaw::None) {
            // Without it the others would fail because nobody trusts the root.
            of.may_skip = true;
            of.request = Some(json!({"target": "/v24.0/106540352242922", "body": "{\"pin\":\"735194\"}"}));
        } else {
            of.error = Some(fields(&json!({"kind": "connection_failed", "outcome": "not_sent", "attempts": 1})));
        }
        of
    });
    cases.into()
}
