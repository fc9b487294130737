//! From an answer that is no success to the error that a user gets.

use std::{borrow::Cow, time::Duration};

use http::Response;

use super::{
    body::GraphError,
    codes::{is_listed, meaning},
    headers::{request_id, retry_after},
    usage::usage,
};
use crate::{
    body::Body,
    error::{ErrorKind, Later, Meaning, Outcome, ServerSaid, TwoStepError},
    redact::{MAX_TEXT, Redactor},
};

pub(crate) fn body_too_large(status: Option<u16>, limit: usize) -> TwoStepError {
    unexpected(status, format!("Unexpected answer: its body is larger than {} KiB.", limit / 1024))
}

pub(crate) fn headers_too_large(status: u16) -> TwoStepError {
    unexpected(Some(status), "Unexpected answer: its headers are larger than 64 KiB.")
}

/// A list whose pages lead to one that was read before.
pub(crate) fn circle() -> TwoStepError {
    unexpected(None, "Unexpected answer: a cursor comes again, so the pages would never end.")
}

pub(crate) fn not_http() -> TwoStepError {
    unexpected(None, "Unexpected answer: it is not HTTP.")
}

fn unexpected(status: Option<u16>, message: impl Into<Cow<'static, str>>) -> TwoStepError {
    let meaning = meaning(0, &GraphError::default());
    let server = ServerSaid { http_status: status, ..ServerSaid::default() };
    TwoStepError::answered(meaning, message, server)
}

/// What the headers say of an error.
fn server_said(response: &Response<Body>, redactor: &Redactor<'_>) -> ServerSaid {
    ServerSaid {
        http_status: Some(response.status().as_u16()),
        trace_id: request_id(response.headers(), redactor),
        retry_after: retry_after(response.headers(), redactor),
        usage: usage(response.headers(), redactor),
        ..ServerSaid::default()
    }
}

pub(crate) fn not_applied(response: &Response<Body>, redactor: &Redactor<'_>) -> TwoStepError {
    let meaning = Meaning {
        kind: ErrorKind::NotApplied,
        outcome: Outcome::Rejected,
        later: Later::Hopeless,
        hint: "Read the number's state in WhatsApp Manager before you try again; the server gave no reason.",
    };
    let message = "The server answered \"success\": false: the PIN was not set.";
    TwoStepError::answered(meaning, message, server_said(response, redactor))
}

/// An answer without a Graph error in it: only the status tells.
pub(crate) fn no_graph_error(response: &Response<Body>, problem: &str, redactor: &Redactor<'_>) -> TwoStepError {
    let status = response.status();
    let mut server = server_said(response, redactor);
    let meaning = meaning(status.as_u16(), &GraphError::default());
    if meaning.kind == ErrorKind::RateLimited {
        server.retry_after = server.retry_after.or_else(|| regain_access(&server));
    }
    let message = if status.is_redirection() {
        "Unexpected answer: a redirect, which is never followed with a token.".to_owned()
    } else {
        format!("{}: HTTP {}, and {problem}.", sentence(meaning.kind), status.as_u16())
    };
    TwoStepError::answered(meaning, message, server)
}

pub(crate) fn graph_error(response: &Response<Body>, error: GraphError, redactor: &Redactor<'_>) -> TwoStepError {
    let meaning = meaning(response.status().as_u16(), &error);
    let clean = |text: Option<String>| text.map(|text| redactor.clean(&text, MAX_TEXT)).filter(|text| !text.is_empty());
    // A code of Meta's that happens to equal the PIN is no echo of it.
    let not_echoed = |number: &u32| is_listed(*number) || !redactor.is_echo((*number).into());
    let mut server = server_said(response, redactor);
    if meaning.kind == ErrorKind::RateLimited {
        server.retry_after = server.retry_after.or_else(|| regain_access(&server));
    }
    server.trace_id = error.trace_id.and_then(|id| redactor.clean_id(&id)).or(server.trace_id);
    server.graph_code = error.code.filter(not_echoed);
    server.graph_subcode = error.subcode.filter(not_echoed);
    server.graph_type = clean(error.error_type);
    server.details = clean(error.details);
    server.user_title = clean(error.user_title);
    server.user_message = clean(error.user_message);
    let message = said(
        meaning.kind,
        clean(error.message).as_deref(),
        server.user_title.as_deref(),
        server.user_message.as_deref(),
    );
    TwoStepError::answered(meaning, message, server)
}

/// What the kind means, then Meta's own words: "Invalid parameter" alone helps nobody, and what to do stands in the user's part.
fn said(kind: ErrorKind, message: Option<&str>, title: Option<&str>, user_message: Option<&str>) -> String {
    let mut text = sentence(kind).to_owned();
    text.push_str(": ");
    text.push_str(message.unwrap_or("the server gave no reason").trim_end_matches('.'));
    text.push('.');
    let title = title.filter(|title| !text.contains(title.trim_end_matches('.')));
    let user_message = user_message.filter(|words| !text.contains(words.trim_end_matches('.')));
    for (words, end) in [(title, if user_message.is_some() { ":" } else { "." }), (user_message, ".")] {
        if let Some(words) = words {
            text.push(' ');
            text.push_str(words.trim_end_matches(['.', ':']));
            text.push_str(end);
        }
    }
    text
}

fn regain_access(server: &ServerSaid) -> Option<Duration> {
    server.usage.as_ref()?.time_to_regain_access
}

/// How a message begins.
fn sentence(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Authentication => "The server refused the access token",
        ErrorKind::PermissionDenied => "The access token lacks a permission",
        ErrorKind::NotFound => "The server has no such phone number for this token",
        ErrorKind::PinRejected => "The server refused the PIN",
        ErrorKind::NumberNotReady => "The phone number is not ready",
        ErrorKind::AccountRestricted => "The business account is restricted",
        ErrorKind::RateLimited => "Too many calls",
        ErrorKind::ServiceUnavailable => "The server failed",
        ErrorKind::InvalidRequest => "The server refused the request",
        _ => "Unexpected answer",
    }
}
