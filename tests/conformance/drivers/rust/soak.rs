//! Many calls through one client, and what they came to.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use whatsapp_two_step::{TwoStepError, blocking};

/// One batch: a thread for each that is in flight.
pub(crate) fn run(client: &blocking::Client, ids: &[Value], call: &Value) -> BTreeMap<String, u64> {
    let (counts, next) = (Mutex::new(BTreeMap::new()), AtomicUsize::new(0));
    let pin = call["pin"].as_str().unwrap_or_default();
    let one = |id: &str| -> Result<_, TwoStepError> { client.set_two_step_pin(&id.parse()?, &pin.parse()?) };
    let work = || {
        while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)).and_then(Value::as_str) {
            let end = match one(id) {
                Ok(_) => format!("{id} ok"),
                Err(error) => format!("{id} {} {}", error.kind(), error.outcome()),
            };
            let mut counts = counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *counts.entry(end).or_insert(0) += 1;
        }
    };
    std::thread::scope(|threads| {
        for _ in 0..call["at_once"].as_u64().unwrap_or(1) {
            threads.spawn(work);
        }
    });
    counts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
