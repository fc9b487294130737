//! Runs a case through a driver, and says what differs.

use std::time::{Duration, Instant};

use graph_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{
    cases::{Case, PIN, Server, TOKEN},
    contract,
    driver::Driver,
    secrets::Secrets,
    server::{Seen, Server as Scripted},
    tls,
};

const SECRETS: [(&str, &str); 2] = [("token", TOKEN), ("PIN", PIN)];

/// What a call may take beyond its timeout: 0.2 s by the contract, and what a driver and a machine that is busy with all languages at once cost.
const SLACK: Duration = Duration::from_secs(3);

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
}

impl Peer {
    fn start(server: &Server) -> Self {
        match server {
            Server::Script(script) => Self::Script(Scripted::start(script.clone())),
            Server::Tls(fault) => Self::Tls(tls::Server::start(*fault)),
            Server::Sandbox | Server::Nobody => Self::Sandbox(Sandbox::start().expect("a free port")),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Sandbox(sandbox) => sandbox.base_url().to_owned(),
            Self::Script(server) => server.url(),
            Self::Tls(server) => server.url(),
        }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        match self {
            Self::Sandbox(sandbox) => recorded(sandbox),
            Self::Script(server) => server.seen(),
            Self::Tls(server) => server.seen(),
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
    if matches!(peer, Peer::Tls(_)) {
        settings.insert("root_certificates".to_owned(), tls::ROOT.pem().into());
    }
    let call = json!({"phone_number_id": case.id, "pin": case.pin, "settings": settings});
    (peer, call)
}

pub(crate) fn run(driver: &mut Driver, case: &Case) -> Verdict {
    let (peer, call) = prepared(case);
    for _ in 1..case.calls {
        let answer = driver.call(&call);
        if !answer["ok"].is_object() {
            return Verdict::Differs(vec![format!("the call before it: {answer}")]);
        }
        peer.is_ready();
    }
    let start = Instant::now();
    let (answer, rise) = driver.measured(&call);
    let took = start.elapsed();

    if let (true, Some(reason)) = (case.may_skip, answer["skip"].as_str()) {
        return Verdict::Skip(reason.to_owned());
    }
    let mut differences = result(case, &answer);
    if let Some(limit) = case.within.filter(|limit| took > *limit + SLACK) {
        differences.push(format!("took {took:?}, timeout {limit:?}"));
    }
    if rise > driver.memory_limit() {
        differences.push(format!("took {rise} kB of memory"));
    }
    let secrets = Secrets::new(if case.pin == PIN { &SECRETS } else { &SECRETS[..1] });
    if case.error.is_some() {
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
    let is_untrusted = matches!(case.server, Server::Tls(_)) && case.error.is_some();
    if (is_untrusted || matches!(case.server, Server::Nobody)) && !seen.is_empty() {
        differences.push("something was sent".to_owned());
    }
    if let Some(expected) = &case.request {
        differences.extend(request(expected, &seen, driver.language()));
    }
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

fn result(case: &Case, answer: &Value) -> Vec<String> {
    match (&case.error, &answer["error"]) {
        (None, _) if answer["ok"].is_object() => match &case.ok {
            Some(expected) if expected != &answer["ok"] => vec![format!("{} instead of {expected}", answer["ok"])],
            _ => Vec::new(),
        },
        (Some(expected), error @ Value::Object(_)) => {
            let mut differences: Vec<String> = expected
                .iter()
                .filter(|(field, value)| &error[field.as_str()] != *value)
                .map(|(field, value)| format!("{field} is {} instead of {value}", error[field.as_str()]))
                .collect();
            let message = error["message"].as_str().unwrap_or_default();
            let lacking = case.words.iter().filter(|word| !message.contains(*word));
            differences.extend(lacking.map(|word| format!("the message lacks {word:?}: {message}")));
            if !message.ends_with('.') || !error["hint"].as_str().is_some_and(|hint| hint.ends_with('.')) {
                differences.push(format!("message or hint is no sentence: {error}"));
            }
            // In the languages that have classes.
            let class = error["class"].as_str();
            if let Some(class) = class.filter(|class| *class != contract::class(error["kind"].as_str().unwrap_or(" ")))
            {
                differences.push(format!("{} is a {class}", error["kind"]));
            }
            differences
        }
        _ => vec![format!(
            "{answer} instead of {}",
            case.error.as_ref().map_or(json!("a success"), |error| json!(error))
        )],
    }
}

fn request(expected: &Value, seen: &[Seen], language: &str) -> Vec<String> {
    let [request] = seen else { return vec![format!("{} requests instead of one", seen.len())] };
    let mut differences = Vec::new();
    let mut check = |what: &str, is: &str, due: &str| {
        if is != due {
            differences.push(format!("{what} is {is:?} instead of {due:?}"));
        }
    };
    check("method", &request.method, "POST");
    if let Some(target) = expected["target"].as_str() {
        check("target", &request.target, target);
    }
    if let Some(body) = expected["body"].as_str() {
        check("body", &String::from_utf8_lossy(&request.body), body);
    }
    check("content-length", request.header("content-length").unwrap_or_default(), &request.body.len().to_string());
    check("transfer-encoding", request.header("transfer-encoding").unwrap_or_default(), "");
    check("accept-encoding", request.header("accept-encoding").unwrap_or("identity"), "identity");
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let due = value.as_str().unwrap_or_default();
        let due = due.replace("{version}", env!("CARGO_PKG_VERSION")).replace("{lang}", language);
        check(name, request.header(name).unwrap_or_default(), &due);
    }
    differences
}
