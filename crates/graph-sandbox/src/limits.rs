//! Limits that count: so many calls an hour for each account, and so many for the app.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::errors;
use crate::hour::Hour;
use crate::reply::Reply;
use crate::usage::{Counted, Entry};

/// Each such call of a kind is answered with the entries of both kinds.
const BOTH: u64 = 4;

/// What the limits are. Without any, nothing is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) of_a_waba: Option<u32>,
    pub(crate) of_the_app: Option<u32>,
    pub(crate) hour: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self { of_a_waba: None, of_the_app: None, hour: Duration::from_secs(3_600) }
    }
}

/// What was called of late.
#[derive(Debug)]
pub(crate) struct Limits {
    rules: Rules,
    began: Instant,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    app: Hour,
    wabas: HashMap<u64, Waba>,
}

/// An account's calls. The header tells of two kinds, each with a count of its own.
#[derive(Debug, Default)]
struct Waba {
    sets: Hour,
    reads: Hour,
}

impl Waba {
    fn of(&mut self, write: bool) -> &mut Hour {
        if write { &mut self.sets } else { &mut self.reads }
    }
}

/// Which limit a call has met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    App,
    Waba,
}

impl Limits {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { rules, began: Instant::now(), counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset(&self) {
        *self.counts() = Counts::default();
    }

    /// Whether the call may pass, which counts it; if not, `reply` says why. Its account is known by then.
    pub(crate) fn pass(&self, write: bool, reply: &mut Reply) -> bool {
        let Rules { of_a_waba, of_the_app, hour } = self.rules;
        if of_a_waba.is_none() && of_the_app.is_none() {
            return true;
        }
        // An hour of any length has sixty minutes.
        let minute = self.began.elapsed().as_nanos() * 60 / hour.as_nanos().max(1);
        let minute = u64::try_from(minute).unwrap_or(u64::MAX);
        let (met, counted) = self.counts().call(self.rules, reply.account, write, minute);
        reply.counted = counted;
        let code = match met {
            None => return true,
            Some(Met::App) => 4,
            Some(Met::Waba) if write => 80_007,
            Some(Met::Waba) => 80_008,
        };
        if let Some(row) = errors::find(code) {
            reply.fail(row.http_status, row.error_type, code, None, row.message);
        }
        false
    }
}

impl Counts {
    /// Counts a call, unless it meets a limit: whether Meta counts the refused ones isn't known, so here they cost nothing.
    fn call(&mut self, rules: Rules, account: u64, write: bool, minute: u64) -> (Option<Met>, Counted) {
        let waba = self.wabas.entry(account).or_default();
        for hour in [&mut self.app, &mut waba.sets, &mut waba.reads] {
            hour.pass_to(minute);
        }
        let is_full = |hour: &Hour, limit: Option<u32>| limit.is_some_and(|limit| hour.used() >= limit.into());
        let met = if is_full(&self.app, rules.of_the_app) {
            Some(Met::App)
        } else if is_full(waba.of(write), rules.of_a_waba) {
            Some(Met::Waba)
        } else {
            self.app.add();
            waba.of(write).add();
            None
        };
        let app = rules.of_the_app.map(|limit| percent(&self.app, limit));
        let mut entries = [None, None];
        if let Some(limit) = rules.of_a_waba.filter(|_| met != Some(Met::App)) {
            let own = waba.of(write);
            let is_for_both = own.used().is_multiple_of(BOTH);
            entries[1] = Some(entry(own, write, limit));
            // The other kind's goes first, so that a client that reads the first one alone is found out.
            entries[0] = is_for_both.then(|| entry(waba.of(!write), !write, limit));
        }
        (met, Counted { app, entries })
    }
}

/// 100 from the call on that is the last one to pass.
fn percent(hour: &Hour, limit: u32) -> u64 {
    (hour.used() * 100).checked_div(limit.into()).unwrap_or(100)
}

fn entry(hour: &Hour, write: bool, limit: u32) -> Entry {
    let percent = percent(hour, limit);
    Entry { write, percent, minutes: if percent < 100 { 0 } else { hour.minutes_to_room() } }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules { of_a_waba: Some(10), of_the_app: Some(25), hour: Duration::from_secs(3_600) };

    fn own(counted: Counted) -> (u64, u64) {
        counted.entries[1].map(|entry| (entry.percent, entry.minutes)).unwrap()
    }

    #[test]
    fn an_account_s_kinds_count_apart_and_recover() {
        let mut counts = Counts::default();
        let mut call = |account, write, minute| counts.call(RULES, account, write, minute);
        for due in 1..=10 {
            let (met, counted) = call(1, true, 5);
            assert_eq!((met, own(counted)), (None, (due * 10, if due < 10 { 0 } else { 60 })));
            assert_eq!(counted.entries[0].is_some(), due == 4 || due == 8);
        }
        let (met, counted) = call(1, true, 20);
        assert_eq!((met, own(counted), counted.app), (Some(Met::Waba), (100, 45), Some(40)));
        assert_eq!(call(1, false, 20).0, None);
        assert_eq!(call(2, true, 20).0, None);
        assert_eq!(call(1, true, 64).0, Some(Met::Waba));
        assert_eq!(own(call(1, true, 65).1), (10, 0));
    }

    #[test]
    fn the_app_s_limit_is_met_first_and_refusals_cost_nothing() {
        let mut counts = Counts::default();
        for account in 0..25 {
            assert_eq!(counts.call(RULES, account, false, 0).0, None);
        }
        for _ in 0..100 {
            let (met, counted) = counts.call(RULES, 3, false, 1);
            assert_eq!((met, counted), (Some(Met::App), Counted { app: Some(100), entries: [None, None] }));
        }
        assert_eq!(counts.call(RULES, 3, false, 60).1.app, Some(4));
    }

    #[test]
    fn a_limit_of_nothing_lets_nothing_pass() {
        let rules = Rules { of_a_waba: Some(0), of_the_app: None, ..RULES };
        let (met, counted) = Counts::default().call(rules, 1, true, 0);
        assert_eq!((met, own(counted), counted.app), (Some(Met::Waba), (100, 60), None));
    }
}
