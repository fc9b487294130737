//! `/_sandbox/…`: what a test in another language asks the sandbox.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::reply::Reply;
use crate::request::Request;
use crate::scenario::scenarios;
use crate::state::State;
use crate::trace::Trace;
use crate::version::Version;
use crate::waba_scenario::waba_scenarios;
use crate::webhook;

const WHAT_THERE_IS: &str = "GET requests, pins, pins/{id}, pin_changes, pin_changes/{id}, stats, scenarios or waba_scenarios, POST reset, \
     webhook or expire?token=…, or DELETE requests";

pub(crate) fn is_control(path: &str) -> bool {
    path.starts_with("/_sandbox")
}

/// The answer, which may show secrets: not to a web page whose host name was made to point here.
pub(crate) async fn answer(request: &Request, state: &State) -> Reply {
    let (status, body) = match (is_local(request.host()), request.method(), request.path()) {
        (false, _, _) => {
            (403, json!({"error": "the Host header must be an address, or a name without a dot such as localhost"}))
        }
        (true, "POST", "/_sandbox/webhook") => webhook::send(request).await,
        (true, ..) => content(request, state),
    };
    // Not one of those that a seed gives: a test may look as often as it likes.
    let mut reply = Reply::success(Version::UNSTATED, Trace::from_seed(0));
    reply.foreign(status, "application/json", "");
    reply.body = body.to_string().into_bytes().into();
    reply
}

/// An address, or a name of this machine or of its own network, such as `localhost` or a service of docker-compose. Nobody can make a
/// web page with such a name, so nobody can have a browser ask from one.
fn is_local(host: &str) -> bool {
    let name = if host.ends_with(']') { host } else { host.rsplit_once(':').map_or(host, |(name, _)| name) };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    address.parse::<IpAddr>().is_ok() || !(name.is_empty() || name.contains(['.', ':']))
}

fn content(request: &Request, state: &State) -> (u16, Value) {
    let place = request.path().strip_prefix("/_sandbox/").unwrap_or_default();
    let body = match (request.method(), place) {
        ("GET", "requests") => state.recorded().iter().map(crate::RecordedRequest::to_json).collect(),
        ("DELETE", "requests") => {
            state.forget_requests();
            json!({"success": true})
        }
        ("GET", "stats") => {
            let counters = state.stats();
            json!({
                "requests": counters.requests,
                "connections": counters.connections,
                "open_connections": counters.open_connections,
                "aborted": counters.aborted,
            })
        }
        ("GET", "scenarios") => scenarios()
            .iter()
            .map(|s| json!({"id": s.id, "name": s.name, "does": s.does, "kind": s.kind, "outcome": s.outcome}))
            .collect(),
        ("GET", "waba_scenarios") => waba_scenarios()
            .iter()
            .map(|s| json!({"id": s.id, "name": s.name, "does": s.does, "kind": s.kind, "numbers": s.numbers}))
            .collect(),
        ("GET", "pins") => json!(state.pins()),
        ("GET", _) if place.starts_with("pins/") => {
            let id = &place["pins/".len()..];
            json!({"id": id, "pin": state.pin(id)})
        }
        ("GET", "pin_changes") => json!(state.all_pin_changes()),
        ("GET", _) if place.starts_with("pin_changes/") => {
            let id = &place["pin_changes/".len()..];
            json!({"id": id, "pin_changes": state.pin_changes(id)})
        }
        ("POST", "reset") => {
            state.reset();
            json!({"success": true})
        }
        ("POST", "expire") => match request.decoded("token").filter(|token| !token.is_empty()) {
            Some(token) => {
                state.expire_token(&token);
                json!({"success": true})
            }
            None => return (400, json!({"error": "which one? POST expire?token=EAA…"})),
        },
        _ => return (404, json!({"error": WHAT_THERE_IS})),
    };
    (200, body)
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn addresses_and_names_without_a_dot_are_local() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost",
            "localhost:8080",
            "[::1]",
            "[::1]:80",
            "graph:8080",
            "10.0.0.7:1",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in
            ["", ":80", "evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.", "[::1", "a:b:c"]
        {
            assert!(!is_local(host), "{host}");
        }
    }
}
