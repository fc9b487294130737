//! `--dry-run`: the request that would be sent, with its secrets masked.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};
use whatsapp_two_step::{Body, http};

use crate::{
    json,
    terminal::{Console, clean},
};

const MASK: &str = "********";

#[derive(Serialize)]
struct Object {
    dry_run: bool,
    request: Masked,
}

#[derive(Serialize)]
struct Masked {
    method: String,
    url: String,
    headers: Map<String, Value>,
    body: String,
}

pub(crate) fn show(console: &Console, request: &http::Request<Body>) -> io::Result<()> {
    let request = masked(request);
    if console.speaks() {
        console.say(&text(&request))?;
    }
    json::print(console, &Object { dry_run: true, request })
}

fn masked(request: &http::Request<Body>) -> Masked {
    let mut headers: Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            let text = match value.to_str() {
                Ok(text) if !value.is_sensitive() => text.to_owned(),
                _ => format!("Bearer {MASK}"),
            };
            (as_written(name.as_str()), text.into())
        })
        .collect();
    let body = request.body().as_bytes();
    headers.insert("Content-Length".to_owned(), body.len().to_string().into());
    let body = body.iter().map(|byte| if byte.is_ascii_digit() { '*' } else { char::from(*byte) }).collect();
    Masked { method: request.method().to_string(), url: url(request.uri()), headers, body }
}

/// With what is secret of it masked.
pub(crate) fn url(uri: &http::Uri) -> String {
    let text = uri.to_string();
    let Some((path, query)) = text.split_once('?') else { return text };
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name @ "appsecret_proof", _)) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", masked.collect::<Vec<_>>().join("&"))
}

/// `content-type` as people write it.
fn as_written(name: &str) -> String {
    let words = name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect::<Vec<_>>().join("-")
}

fn text(request: &Masked) -> String {
    let mut lines = vec!["Nothing was sent. The request would be:".to_owned(), String::new()];
    lines.push(format!("{} {}", request.method, request.url));
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {}", value.as_str().unwrap_or_default())));
    lines.extend([String::new(), request.body.clone()]);
    lines.iter().map(|line| clean(line) + "\n").collect()
}
