//! The ordinary behaviour: numbers hold a PIN that can be set and asked about.

use crate::number::{self, Values};
use crate::pin;
use crate::reply::Reply;
use crate::request::Request;
use crate::scenario::{self, Act};
use crate::state::State;
use crate::token;
use crate::usage::Usage;
use crate::version::{self, Version};

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub(crate) version: Version,
    pub(crate) place: Place<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// The object of this ID, or of what stands in its place.
    Object(&'a str),
    /// The list of an account's numbers.
    PhoneNumbers(&'a str),
    /// The registration of a number.
    Register(&'a str),
    /// Path components that lead nowhere.
    Nowhere(&'a str),
}

/// `/{id}` or `/v24.0/{id}`, or `/phone_numbers` or `/register` of it, with a trailing slash or without.
pub(crate) fn route(path: &str) -> Route<'_> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let (version, id) = if version::looks_like_one(first) {
        match version::parse(first) {
            Some(version) => (version, rest),
            None => return Route { version: Version::UNSTATED, place: Place::Nowhere(path) },
        }
    } else {
        (Version::UNSTATED, path)
    };
    let place = match id.split_once('/') {
        None if !id.is_empty() => Place::Object(id),
        Some((number, "register")) if !number.is_empty() => Place::Register(number),
        Some((waba, "phone_numbers")) if !waba.is_empty() => Place::PhoneNumbers(waba),
        _ => Place::Nowhere(id),
    };
    Route { version, place }
}

/// Whether the sandbox holds a number of this ID: 15 to 17 digits, the first of them 1.
pub(crate) fn exists(id: &str) -> bool {
    (15..=17).contains(&id.len()) && id.starts_with('1') && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Turns `reply` into the answer to a call of `id`, which is no magic one. The result is what a well-formed PIN call meets.
///
/// What the token doesn't open and what leads to no object counts for no limit: whose it would be can't be told.
pub(crate) fn answer(request: &Request, id: &str, state: &State, reply: &mut Reply) -> Option<Act> {
    if !token::passes(request, reply) {
        return None;
    }
    reply.account = state.settings.fleet.account_of(id);
    match request.method() {
        "POST" if exists(id) => {
            if !state.limits.pass(true, reply) {
                return None;
            }
            match pin::of(request) {
                Ok(_) => return Some(state.sprinkled(id, reply)),
                Err(message) => reply.fail(400, "OAuthException", 100, None, message),
            }
        }
        "GET" if exists(id) || scenario::find(id).is_some() => {
            if !exists(id) || state.limits.pass(false, reply) {
                read_back(request, id, state, reply);
            }
        }
        method => no_such_object(method, id, reply),
    }
    None
}

/// One probe of an unknown version gave this code and text; medium confidence.
pub(crate) fn unknown_path(path: &str, reply: &mut Reply) {
    reply.fail(400, "OAuthException", 2500, None, &format!("Unknown path components: /{path}"));
}

fn read_back(request: &Request, id: &str, state: &State, reply: &mut Reply) {
    let asked = request.decoded("fields");
    match number::fields(asked.as_deref()) {
        Ok(fields) => {
            let id = id.parse().unwrap_or_default();
            reply.body = number::render(id, &fields, Values::Usual, state).into_bytes().into();
            reply.usage = Usage::Business { write: false, percent: 1, minutes: 0 };
        }
        Err(message) => reply.fail(400, "OAuthException", 100, None, &message),
    }
}

/// HTTP 400, code 100, subcode 33: recorded for bad IDs, numeric or not.
pub(crate) fn no_such_object(method: &str, id: &str, reply: &mut Reply) {
    let message = format!(
        "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not \
         support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api",
        method.to_ascii_lowercase()
    );
    reply.fail(400, "GraphMethodException", 100, Some(33), &message);
}

/// The answer of a `90` ID: that code, that subcode; `None` if the ID is not of that form.
pub(crate) fn magic_error(id: &str, reply: &mut Reply) -> Option<()> {
    let digits =
        id.strip_prefix("90").filter(|rest| rest.len() == 13 && rest.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (code, subcode) = (digits[..6].parse().ok()?, digits[6..].parse().ok()?);
    let subcode = Some(subcode).filter(|subcode| *subcode != 0);
    if (code, subcode) == (100, Some(33)) {
        no_such_object("post", id, reply);
        return Some(());
    }
    reply.fail_with(code, subcode);
    reply.usage = match code {
        4 | 17 | 32 | 613 => Usage::App(100),
        80_007 | 80_008 => Usage::Business { write: true, percent: 100, minutes: 5 },
        _ => reply.usage,
    };
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
        assert_eq!(route("/v24.0/1/").place, Place::Object("1"));
        assert_eq!(route("/v24.0/1/phone_numbers/").place, Place::PhoneNumbers("1"));
        assert_eq!(route("/1/register").place, Place::Register("1"));
        assert_eq!(route("/v24.0/1").version.served, 24);
        assert_eq!(route("/1/"), Route { version: Version::UNSTATED, place: Place::Object("1") });
        assert_eq!(route("/v99.0/1").place, Place::Nowhere("v99.0/1"));
        for nowhere in ["/", "/v24.0", "/v24.0/", "/v24.0/1/registe", "/1/2", "//", "//phone_numbers", "//register"] {
            assert!(matches!(route(nowhere).place, Place::Nowhere(_)), "{nowhere}");
        }
    }

    #[test]
    fn ids() {
        assert!(exists("106540352242922") && exists("10654035224292212"));
        for not in ["1", "206540352242922", "1065403522429221234", "10654035224292x"] {
            assert!(!exists(not), "{not}");
        }
    }
}
