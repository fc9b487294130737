//! Shows what a call came to in every way that Rust has, with everything logged; and leaks what it is told to, through each of them.
#![allow(clippy::print_stderr)] // what shows is looked for there

use std::{error::Error, fmt::Debug, sync::Once};

use serde::Serialize;
use tracing_subscriber::fmt::format::FmtSpan;
use whatsapp_two_step::{SetTwoStepPinResponse, TwoStepError};

/// All that anyone logs, at the most talkative level.
pub(crate) fn talk() {
    static TALKS: Once = Once::new();
    TALKS.call_once(|| {
        let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_span_events(FmtSpan::FULL);
        log.with_ansi(false).without_time().with_writer(std::io::stderr).init();
    });
}

pub(crate) fn show(client: &impl Debug, result: &Result<SetTwoStepPinResponse, TwoStepError>) {
    debug(client);
    debug(result);
    match result {
        Ok(response) => serialised(response),
        Err(error) => {
            serialised(error);
            eprintln!("{error} {}", error.hint());
            let mut next = error.source();
            while let Some(cause) = next {
                eprintln!("{cause}");
                debug(&cause);
                next = cause.source();
            }
        }
    }
}

pub(crate) fn plant(channel: &str, text: &str) {
    match channel {
        "log" => tracing::trace!(planted = text),
        "debug" => debug(&Some(text)),
        _ => serialised(&[text]),
    }
}

fn debug(value: &impl Debug) {
    eprintln!("{value:?} {value:#?}");
}

fn serialised(value: &impl Serialize) {
    eprintln!("{}", serde_json::json!(value));
}
