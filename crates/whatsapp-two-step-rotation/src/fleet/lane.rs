//! The numbers of one account, and the pace that its limits allow.

use std::{collections::VecDeque, time::Duration};

use whatsapp_two_step::{PhoneNumberId, Usage, UsageEntry, UsageType, WabaId};

use super::{
    meter::{Admission, Meter},
    window::Window,
};

/// A number that waits for its turn.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) id: PhoneNumberId,
    /// How often it was begun in vain.
    pub(super) tries: u32,
    /// How often it couldn't be read from a vault that was there for the one before.
    pub(super) misses: u32,
}

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) waba_id: Option<WabaId>,
    account: Option<u64>,
    /// Which of the fleet's tokens.
    pub(super) token: usize,
    pub(super) queue: VecDeque<Waiting>,
    pub(super) pace: Pace,
    /// How many may be under way at once: it opens with each success.
    opening: u32,
}

/// What a limit of the server's counts, and what is known of it.
#[derive(Debug)]
pub(super) struct Pace {
    window: Window,
    /// One for each type of calls: which one a PIN counts for is not known.
    meters: [Meter; 3],
    in_flight: u32,
}

impl Lane {
    pub(super) fn new(waba_id: Option<WabaId>, token: usize, numbers: Vec<PhoneNumberId>, hour: Duration) -> Self {
        let account = waba_id.as_ref().and_then(|id| id.as_str().parse().ok());
        let queue = numbers.into_iter().map(|id| Waiting { id, tries: 0, misses: 0 }).collect();
        Self { waba_id, account, token, queue, pace: Pace::new(hour), opening: 1 }
    }

    pub(super) fn admits(&mut self, now: Duration) -> Admission {
        self.pace.admits(now)
    }

    pub(super) fn is_full(&self) -> bool {
        self.pace.in_flight >= self.opening
    }

    pub(super) fn opens(&mut self) {
        self.opening = self.opening.saturating_add(1);
    }

    pub(super) fn closes(&mut self) {
        self.opening = 1;
    }

    /// What an answer's headers say of this account; of any, where its numbers' accounts aren't known.
    pub(super) fn reads(&mut self, usage: &Usage, now: Duration, scaled: impl Fn(Duration) -> Duration) {
        let account = self.account;
        let is_ours = |entry: &UsageEntry| entry.account.is_some() && (account.is_none() || entry.account == account);
        self.pace.reads(usage, is_ours, now, scaled);
    }
}

impl Pace {
    pub(super) fn new(hour: Duration) -> Self {
        let meter = Meter::new(hour);
        Self { window: Window::new(hour), meters: [meter.clone(), meter.clone(), meter], in_flight: 0 }
    }

    /// All of its meters have to.
    pub(super) fn admits(&mut self, now: Duration) -> Admission {
        let Self { window, meters, in_flight } = self;
        meters.iter_mut().map(|meter| meter.admits(window, *in_flight, now)).max().unwrap_or(Admission::Now)
    }

    pub(super) fn begins(&mut self, now: Duration) {
        self.window.add(now);
        self.in_flight += 1;
        self.meters.iter_mut().for_each(|meter| meter.begins(now));
    }

    /// One is over, which the server took so often.
    pub(super) fn ends(&mut self, taken: u32, now: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if taken == 0 {
            self.window.take_back(now);
        }
        for _ in 1..taken {
            self.window.add(now);
        }
    }

    pub(super) fn reads(
        &mut self,
        usage: &Usage,
        is_ours: impl Fn(&UsageEntry) -> bool,
        now: Duration,
        scaled: impl Fn(Duration) -> Duration,
    ) {
        let answered = self.answered(now);
        for entry in usage.entries.iter().filter(|entry| is_ours(entry)) {
            let meter = &mut self.meters[place(entry.usage_type)];
            meter.reads(entry.highest_percentage, entry.time_to_regain_access.map(&scaled), answered, now);
        }
    }

    pub(super) fn passes(&mut self) {
        self.meters.iter_mut().for_each(Meter::passes);
    }

    pub(super) fn refuses(&mut self, wait: Option<Duration>, began: Duration, now: Duration) {
        let taken = self.answered(now);
        self.meters[place(UsageType::Other)].refuses(wait, began, taken, now);
    }

    pub(super) fn held_until(&self) -> Duration {
        self.meters.iter().map(Meter::held_until).max().unwrap_or_default()
    }

    fn answered(&mut self, now: Duration) -> u32 {
        self.window.count(now).saturating_sub(self.in_flight)
    }
}

fn place(usage_type: UsageType) -> usize {
    match usage_type {
        UsageType::Whatsapp => 1,
        UsageType::WhatsappBusinessManagement => 2,
        _ => 0,
    }
}
