//! A case: who answers which call, and what it has to come to.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{h2, server::Step, tls};

pub(crate) const TOKEN: &str = "EAAG_secret_token_123";
pub(crate) const PIN: &str = "735194";
const ID: &str = "106540352242922";

/// Who answers.
pub(crate) enum Server {
    Sandbox,
    Script(Vec<Step>),
    Tls(tls::Fault),
    Http2(h2::Behaviour),
    /// Bad input: whatever is there must hear nothing.
    Nobody,
}

pub(crate) struct Case {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) pin: String,
    /// Without `base_url`, unless the case is about it.
    pub(crate) settings: Map<String, Value>,
    pub(crate) server: Server,
    /// The whole result of a success; nothing where only the fields below count.
    pub(crate) ok: Option<Value>,
    /// Fields that the error must have so.
    pub(crate) error: Option<Map<String, Value>>,
    /// How it may end instead, where a success or an error alone doesn't say it: `ok`, or kind and outcome; then the attempts, unless
    /// any number will do.
    pub(crate) ends: Vec<&'static str>,
    /// By language, an end that its HTTP stack comes to instead.
    pub(crate) exceptions: Vec<(&'static str, &'static str)>,
    /// By language, why its HTTP stack can't be asked.
    pub(crate) apart: Vec<(&'static str, &'static str)>,
    /// Words of the error's message.
    pub(crate) words: Vec<String>,
    /// The one request, to the byte.
    pub(crate) request: Option<Value>,
    pub(crate) within: Option<Duration>,
    /// How often the call is made through the same client; the last one is looked at, the others have to succeed.
    pub(crate) calls: usize,
    /// So many at once through one client; all of them have to succeed.
    pub(crate) at_once: usize,
    /// A language whose types can't hold the value may skip it.
    pub(crate) may_skip: bool,
}

impl Case {
    pub(crate) fn except(mut self, language: &'static str, end: &'static str) -> Self {
        self.exceptions.push((language, end));
        self
    }

    pub(crate) fn not_for(mut self, language: &'static str, reason: &'static str) -> Self {
        self.apart.push((language, reason));
        self
    }

    pub(crate) fn why_not(&self, language: &str) -> Option<&'static str> {
        self.apart.iter().find(|(name, _)| *name == language).map(|(_, reason)| *reason)
    }
}

pub(crate) fn case(group: &'static str, name: impl Into<String>) -> Case {
    let settings = json!({"access_token": TOKEN, "max_retries": 0});
    Case {
        group,
        name: name.into(),
        id: ID.to_owned(),
        pin: PIN.to_owned(),
        settings: settings.as_object().cloned().unwrap_or_default(),
        server: Server::Sandbox,
        ok: None,
        error: None,
        ends: Vec::new(),
        exceptions: Vec::new(),
        apart: Vec::new(),
        words: Vec::new(),
        request: None,
        within: None,
        calls: 1,
        at_once: 1,
        may_skip: false,
    }
}
