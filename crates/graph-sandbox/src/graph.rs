//! The ordinary behaviour: numbers hold a PIN that can be set and asked about.

use crate::errors;
use crate::json;
use crate::pin;
use crate::reply::{Reply, Usage};
use crate::request::Request;
use crate::state::State;
use crate::token;
use crate::version::{self, Version};

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub(crate) version: Version,
    /// The node's ID, or what stands in its place; `Err` holds path components that lead nowhere.
    pub(crate) id: Result<&'a str, &'a str>,
}

/// `/{id}` or `/v24.0/{id}`, with a trailing slash or without.
pub(crate) fn route(path: &str) -> Route<'_> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let (version, id) = if version::looks_like_one(first) {
        match version::parse(first) {
            Some(version) => (version, rest),
            None => return Route { version: Version::UNSTATED, id: Err(path) },
        }
    } else {
        (Version::UNSTATED, path)
    };
    Route { version, id: if id.is_empty() || id.contains('/') { Err(id) } else { Ok(id) } }
}

/// Whether the sandbox holds a number of this ID: 15 to 17 digits, the first of them 1.
pub(crate) fn exists(id: &str) -> bool {
    (15..=17).contains(&id.len()) && id.starts_with('1') && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Turns `reply` into the answer to a call of `id`, which is no magic one.
pub(crate) fn answer(request: &Request, id: Result<&str, &str>, state: &State, reply: &mut Reply) {
    let id = match id {
        Ok(id) => id,
        // One probe of an unknown version gave this code and text; medium confidence.
        Err(path) => {
            return reply.fail(400, "OAuthException", 2500, None, &format!("Unknown path components: /{path}"));
        }
    };
    if !token::passes(request, reply) {
        return;
    }
    match request.method() {
        "POST" if exists(id) => match pin::parse(request.body()) {
            Ok(pin) => state.set_pin(id, pin),
            Err(message) => reply.fail(400, "OAuthException", 100, None, message),
        },
        "GET" if exists(id) || crate::scenario::find(id).is_some() => read_back(request, id, state, reply),
        method => no_such_object(method, id, reply),
    }
}

/// `?fields=is_pin_enabled`; the other fields of a phone number are not imitated.
fn read_back(request: &Request, id: &str, state: &State, reply: &mut Reply) {
    let fields = request.parameter("fields").unwrap_or_default();
    let flag = if fields.split([',', '%']).any(|field| field == "is_pin_enabled") {
        format!("\"is_pin_enabled\":{},", state.pin(id).is_some())
    } else {
        String::new()
    };
    reply.body = format!("{{{flag}\"id\":{}}}", json::string(id)).into_bytes().into();
    reply.usage = Usage::Business { write: false, percent: 1, minutes: 0 };
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
    let (status, error_type, message) =
        errors::find(code).map_or((400, "OAuthException", ""), |row| (row.http_status, row.error_type, row.message));
    let message = match message {
        "" => format!("(#{code}) An error that this sandbox has no text for"),
        message => message.replacen("(#200)", &format!("(#{code})"), 1),
    };
    reply.fail(status, error_type, code, subcode, &message);
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
        assert_eq!(route("/v24.0/1/").id, Ok("1"));
        assert_eq!(route("/v24.0/1").version.served, 24);
        assert_eq!(route("/1/"), Route { version: Version::UNSTATED, id: Ok("1") });
        assert_eq!(route("/v99.0/1").id, Err("v99.0/1"));
        for nowhere in ["/", "/v24.0", "/v24.0/", "/v24.0/1/register", "/1/2", "//"] {
            assert!(route(nowhere).id.is_err(), "{nowhere}");
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
