//! Runs a case through a driver, and says what differs.

use std::time::{Duration, Instant};

use graph_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{
    case::{Case, PIN, Server, TOKEN},
    driver::Driver,
    expected, h2,
    secrets::Secrets,
    server::{Seen, Server as Scripted},
    tls,
};

const SECRETS: [(&str, &str); 2] = [("token", TOKEN), ("PIN", PIN)];

/// What a call may take beyond its timeout: 0.2 s by the contract, and what a driver and a machine that is busy with all languages at once cost.
const SLACK: Duration = Duration::from_secs(3);
/// For calls that are made at once.
const BATCH: Duration = Duration::from_secs(20);

pub(crate) enum Verdict {
    /// With the memory that it took, in kB.
    Pass(u64),
    /// With the reason.
    Skip(String),
    Differs(Vec<String>),
}

/// Who answers a case, running.
pub(crate) enum Peer {
    Sandbox(Sandbox),
    Script(Scripted),
    Tls(tls::Server),
    Http2(h2::Server),
}

impl Peer {
    fn start(server: &Server) -> Self {
        match server {
            Server::Script(script) => Self::Script(Scripted::start(script.clone())),
            Server::Tls(fault) => Self::Tls(tls::Server::start(*fault)),
            Server::Http2(behaviour) => Self::Http2(h2::Server::start(behaviour)),
            Server::Sandbox | Server::Nobody => Self::Sandbox(Sandbox::start().expect("a free port")),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Sandbox(sandbox) => sandbox.base_url().to_owned(),
            Self::Script(server) => server.url(),
            Self::Tls(server) => server.url(),
            Self::Http2(server) => server.url(),
        }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        match self {
            Self::Sandbox(sandbox) => recorded(sandbox),
            Self::Script(server) => server.seen(),
            Self::Tls(server) => server.seen(),
            Self::Http2(_) => Vec::new(), // it reads no header
        }
    }

    /// Between the calls of a case.
    fn is_ready(&self) {
        if let Self::Script(server) = self {
            server.wait_for_close();
        }
    }
}

/// Who answers, and the call.
pub(crate) fn prepared(case: &Case) -> (Peer, Value) {
    let peer = Peer::start(&case.server);
    let mut settings = case.settings.clone();
    let path = settings.remove("base_url_path");
    if !settings.contains_key("base_url") {
        let path = path.as_ref().and_then(Value::as_str).unwrap_or_default();
        settings.insert("base_url".to_owned(), format!("{}{path}", peer.url()).into());
    }
    if matches!(peer, Peer::Tls(_) | Peer::Http2(_)) {
        settings.insert("root_certificates".to_owned(), tls::ROOT.pem().into());
    }
    let call = json!({"phone_number_id": case.id, "pin": case.pin, "settings": settings});
    (peer, call)
}

/// A sandbox stays behind, in place of the one before it.
pub(crate) fn run(driver: &mut Driver, case: &Case, stays: &mut Option<Peer>) -> Verdict {
    if let Some(reason) = case.why_not(&driver.name) {
        return Verdict::Skip(reason.to_owned());
    }
    let (peer, mut call) = prepared(case);
    call["on_a_loop"] = driver.on_a_loop.into();
    if case.at_once > 1 {
        return at_once(driver, case, &call);
    }
    for _ in 1..case.calls {
        let answer = driver.call(&call);
        if !answer["ok"].is_object() {
            return Verdict::Differs(vec![format!("the call before it: {answer}")]);
        }
        peer.is_ready();
    }
    let before = if let Peer::Http2(server) = &peer { server.requests() } else { 0 };
    let start = Instant::now();
    let (answer, rise) = driver.measured(&call);
    let took = start.elapsed();

    if let (true, Some(reason)) = (case.may_skip, answer["skip"].as_str()) {
        return Verdict::Skip(reason.to_owned());
    }
    let mut differences = expected::result(case, &answer, &driver.name);
    if let Some(limit) = case.within.filter(|limit| took > *limit + SLACK) {
        differences.push(format!("took {took:?}, timeout {limit:?}"));
    }
    // What a stack reads at one go takes room, and more as what it makes of it; but it mustn't grow. A receive buffer of the system's,
    // some 6 MB, that is full of tiny frames is 47 MB of headers for a moment.
    let flood = if case.group == h2::FLOODS { 4 } else { 1 };
    if rise > driver.memory_limit() * flood {
        differences.push(format!("took {rise} kB of memory"));
    }
    let secrets = Secrets::new(if case.pin == PIN { &SECRETS } else { &SECRETS[..1] });
    if answer["error"].is_object() {
        differences.extend(secrets.in_text(&answer.to_string()).iter().map(|secret| format!("the {secret} shows")));
    }
    differences.extend(odd_characters(&answer));
    let seen = peer.seen();
    if let Peer::Tls(server) = &peer {
        let bytes = server.bytes();
        if bytes.is_empty() || !secrets.in_text(&String::from_utf8_lossy(&bytes)).is_empty() {
            differences.push("nothing came over the wire, or a secret did".to_owned());
        }
    }
    if let Peer::Http2(server) = &peer {
        differences.extend(server.contradictions(&answer, before));
    }
    let is_untrusted = matches!(case.server, Server::Tls(_)) && case.error.is_some();
    if (is_untrusted || matches!(case.server, Server::Nobody)) && !seen.is_empty() {
        differences.push("something was sent".to_owned());
    }
    if let Some(expected) = &case.request {
        differences.extend(expected::request(expected, &seen, driver.language()));
    }
    // A flood has to end with its case.
    *stays = (case.group == "sandbox").then_some(peer);
    if differences.is_empty() { Verdict::Pass(rise) } else { Verdict::Differs(differences) }
}

/// Whatever a server says, a terminal that shows the answer is not driven by it.
fn odd_characters(answer: &Value) -> Option<String> {
    let fields = [&answer["ok"], &answer["error"]].into_iter().filter_map(Value::as_object).flatten();
    let texts = fields.filter_map(|(field, value)| Some((field, value.as_str()?)));
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let odd: Vec<_> = texts.filter(|(_, text)| text.contains(is_odd)).map(|(field, _)| field.as_str()).collect();
    (!odd.is_empty()).then(|| format!("characters that drive a terminal in {}", odd.join(", ")))
}

fn recorded(sandbox: &Sandbox) -> Vec<Seen> {
    let requests = sandbox.requests();
    let seen = requests.iter().map(|request| Seen {
        method: request.method().to_owned(),
        target: request.query().map_or(request.path().to_owned(), |query| format!("{}?{query}", request.path())),
        headers: request.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect(),
        body: request.body().to_vec(),
    });
    seen.collect()
}

/// As a soak's batch.
fn at_once(driver: &mut Driver, case: &Case, call: &Value) -> Verdict {
    let mut batch = call.clone();
    batch["soak"] = vec![case.id.as_str(); case.at_once].into();
    batch["at_once"] = case.at_once.into();
    let (answer, due) = (driver.ask(&batch, BATCH), json!({"soak": {format!("{} ok", case.id): case.at_once}}));
    if answer == due { Verdict::Pass(0) } else { Verdict::Differs(vec![format!("{answer} instead of {due}")]) }
}
