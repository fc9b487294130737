//! What the sandbox remembers: PINs, requests, counters, where each script stands.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::limits::Limits;
use crate::pins::{Pins, Registration};
use crate::record::RecordedRequest;
use crate::reply::Reply;
use crate::request::Request;
use crate::scenario::Act;
use crate::settings::Settings;
use crate::trace::Traces;

/// How many requests are kept.
const KEPT: usize = 1_000;

/// Counters of a sandbox since its start; see [`Sandbox::stats`](crate::Sandbox::stats).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Graph requests received.
    pub requests: u64,
    /// Connections accepted.
    pub connections: u64,
    /// Connections open now.
    pub open_connections: u64,
    /// Requests whose client closed its connection while the sandbox owed it an answer, or the rest of one.
    pub aborted: u64,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) limits: Limits,
    pub(crate) traces: Traces,
    pub(crate) requests: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) open: AtomicU64,
    pub(crate) aborted: AtomicU64,
    memory: Mutex<Memory>,
    stopped: Mutex<bool>,
    stop_signal: Condvar,
}

#[derive(Default)]
struct Memory {
    pins: Pins,
    /// How many calls an ID has had, where that says what the next one meets.
    steps: HashMap<u64, usize>,
    expired: HashSet<String>,
    requests: VecDeque<Arc<Request>>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("pins", &self.pins).finish_non_exhaustive()
    }
}

impl State {
    /// `seed` is of trace IDs, where the settings have none.
    pub(crate) fn new(settings: Settings, seed: u64) -> Self {
        Self {
            settings,
            limits: Limits::new(settings.limits),
            traces: Traces::new(settings.sprinkle.map_or(seed, |sprinkle| sprinkle.seed)),
            requests: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            open: AtomicU64::new(0),
            aborted: AtomicU64::new(0),
            memory: Mutex::default(),
            stopped: Mutex::new(false),
            stop_signal: Condvar::new(),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Every change to it is one step, so a panic elsewhere leaves it whole.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self, request: &Arc<Request>) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let kept = &mut self.memory().requests;
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Arc::clone(request));
    }

    pub(crate) fn recorded(&self) -> Vec<RecordedRequest> {
        let kept: Vec<_> = self.memory().requests.iter().cloned().collect();
        kept.iter().map(|request| RecordedRequest::new(request)).collect()
    }

    pub(crate) fn forget_requests(&self) {
        self.memory().requests.clear();
    }

    /// All but the connections that are open.
    pub(crate) fn reset(&self) {
        *self.memory() = Memory::default();
        self.limits.reset();
        if let Some(sprinkle) = self.settings.sprinkle {
            self.traces.restart(sprinkle.seed);
        }
        for counter in [&self.requests, &self.connections, &self.aborted] {
            counter.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn pins(&self) -> BTreeMap<String, String> {
        self.memory().pins.all()
    }

    pub(crate) fn all_pin_changes(&self) -> BTreeMap<String, u32> {
        self.memory().pins.all_changes()
    }

    pub(crate) fn pin(&self, id: &str) -> Option<String> {
        self.memory().pins.pin(id.parse().ok()?)
    }

    pub(crate) fn pin_changes(&self, id: &str) -> u32 {
        id.parse().map_or(0, |id| self.memory().pins.changes(id))
    }

    pub(crate) fn set_pin(&self, id: &str, pin: [u8; 6]) {
        let Ok(id) = id.parse() else { return };
        self.memory().pins.set(id, pin);
    }

    pub(crate) fn register(&self, id: &str, pin: [u8; 6]) -> Registration {
        id.parse().map_or(Registration::Mismatch, |id| self.memory().pins.register(id, pin))
    }

    pub(crate) fn expire_token(&self, token: &str) {
        self.memory().expired.insert(token.to_owned());
    }

    pub(crate) fn is_expired(&self, token: &str) -> bool {
        self.memory().expired.contains(token)
    }

    /// What this PIN call of an ordinary number meets. With a seed, the IDs of `reply` hang on it too.
    pub(crate) fn sprinkled(&self, id: &str, reply: &mut Reply) -> Act {
        let Some(sprinkle) = self.settings.sprinkle else { return Act::Works };
        let nth = self.next_step(id);
        reply.trace = sprinkle.trace(id, nth);
        sprinkle.draw(id, nth).unwrap_or(Act::Works)
    }

    /// How many calls of `id` were counted before this one.
    pub(crate) fn next_step(&self, id: &str) -> usize {
        let Ok(id) = id.parse() else { return 0 };
        let mut memory = self.memory();
        let step = memory.steps.entry(id).or_default();
        *step += 1;
        *step - 1
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            requests: self.requests.load(Ordering::Relaxed),
            connections: self.connections.load(Ordering::Relaxed),
            open_connections: self.open.load(Ordering::Relaxed),
            aborted: self.aborted.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn mark_stopped(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop_signal.notify_all();
    }

    pub(crate) fn wait_until_stopped(&self) {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        while !*stopped {
            stopped = self.stop_signal.wait(stopped).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
impl Default for State {
    fn default() -> Self {
        Self::new(Settings::default(), 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_thousand() {
        let state = State::default();
        for _ in 0..1_005 {
            state.record(&Arc::default());
        }
        assert_eq!((state.recorded().len(), state.stats().requests), (1_000, 1_005));
        state.forget_requests();
        assert!(state.recorded().is_empty());
    }

    #[test]
    fn pins_and_steps_are_kept_by_id() {
        let state = State::default();
        state.set_pin("106540352242922", *b"012345");
        assert_eq!(state.pin("106540352242922").as_deref(), Some("012345"));
        assert_eq!(state.pin("106540352242923"), None);
        assert_eq!([state.next_step("1"), state.next_step("1"), state.next_step("2")], [0, 1, 0]);
        assert!(!format!("{state:?}").contains("012345"));
    }

    #[test]
    fn a_reset_forgets_pins_steps_requests_and_counters() {
        let state = State::default();
        state.set_pin("106540352242922", *b"012345");
        state.next_step("1");
        state.record(&Arc::default());
        state.reset();
        assert_eq!((state.pin("106540352242922"), state.next_step("1")), (None, 0));
        assert_eq!((state.recorded().len(), state.stats().requests), (0, 0));
    }
}
