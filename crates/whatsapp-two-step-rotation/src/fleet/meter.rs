//! One limit of the server's: what is known of it, and whether a call may begin.

use std::time::Duration;

use super::window::Window;

/// From here on calls are spread over the hour.
const SLOW: f64 = 75.0;
/// From here on none begins.
const STOP: f64 = 95.0;
/// As a percentage: others use the limit too, and not only the server's rounding.
const MANY: f64 = 5.0;
/// The hour in so many parts: the first wait after a refusal that named none, and how often a limit that others use is looked at.
const FIRST_WAIT: u32 = 60;

/// The lowest limit that Meta's pages name is 200 calls an hour: half of it, until an answer tells more.
const LEAST: f64 = 100.0;

/// One limit of an hour, of an account or of the app.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    hour: Duration,
    reading: Option<Reading>,
    /// The reading at the lowest number of our own calls since they last grew: with the newest one, it tells what a call costs.
    low: Option<(f64, u32)>,
    /// The limit, in calls an hour: from readings, or from a refusal. It is rather too low.
    limit: Option<f64>,
    /// When it was last learned from a refusal, or tried out.
    learned: Duration,
    held_until: Duration,
    /// The next wait where the server names none.
    next_wait: Duration,
    /// When the last call began.
    last: Duration,
}

/// What an answer said.
#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Duration,
    /// How much of the limit others use, as a percentage.
    others: f64,
    /// How many calls of ours the limit surely has room for: if all that is used were ours.
    sure: f64,
}

/// May a call begin?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Admission {
    Now,
    /// Not before that.
    At(Duration),
}

impl Admission {
    pub(super) fn at(time: Duration, now: Duration) -> Self {
        if time > now { Self::At(time) } else { Self::Now }
    }
}

impl Meter {
    pub(super) fn new(hour: Duration) -> Self {
        Self {
            hour,
            reading: None,
            low: None,
            limit: None,
            learned: Duration::ZERO,
            held_until: Duration::ZERO,
            next_wait: hour / FIRST_WAIT,
            last: Duration::ZERO,
        }
    }

    /// Whether one more call may begin, where `window` has our own, of which so many are under way.
    pub(super) fn admits(&mut self, window: &mut Window, in_flight: u32, now: Duration) -> Admission {
        if let held @ Admission::At(_) = Admission::at(self.held_until, now) {
            return held;
        }
        self.try_more(now);
        let Some(limit) = self.limit else { return Admission::Now };
        let own = window.count(now);
        let others = self.reading.map_or(0.0, |reading| reading.others);
        let used = others + f64::from(own + 1) * 100.0 / limit;
        if used > STOP {
            let fits = whole((STOP - others) * limit / 100.0).saturating_sub(1);
            let mut room =
                if own > fits { window.when_at_most(fits, now).max(now + Duration::from_nanos(1)) } else { now };
            // What others use may have become less: look again now and then.
            if let Some(reading) = self.reading.filter(|reading| reading.others > MANY) {
                let look = reading.at.max(self.last) + self.hour / 12;
                room = if own > fits { room.min(look) } else { look };
            }
            return Admission::at(room, now);
        }
        // Each answer says how much is used; until it comes, no more are under way than surely fit.
        let sure = self.reading.map_or(f64::MAX, |reading| reading.sure);
        if in_flight > 0 && f64::from(in_flight) >= sure {
            return Admission::At(now + self.hour / 3600);
        }
        let next = self.last + self.hour.div_f64(limit.max(1.0));
        if used > SLOW { Admission::at(next, now) } else { Admission::Now }
    }

    pub(super) fn begins(&mut self, now: Duration) {
        self.last = now;
    }

    /// An answer's header said so much, when so many of our calls had been answered within the hour.
    pub(super) fn reads(&mut self, percent: u32, regain: Option<Duration>, answered: u32, now: Duration) {
        let (percent, answered) = (f64::from(percent.min(1000)), answered.max(1));
        // The server rounds down, so that there may be one more.
        let all_ours = f64::from(answered) * 100.0 / (percent + 1.0);
        let (low_percent, low) = *self.low.get_or_insert((percent, answered));
        let grown = f64::from(answered.saturating_sub(low));
        if answered < low {
            self.low = Some((percent, answered));
        }
        // What our own calls have added since they were the fewest.
        let slope = grown * 100.0 / ((percent - low_percent).max(0.0) + 1.0);
        let known = if grown > 0.0 { slope } else { self.limit.unwrap_or(LEAST) };
        let limit = known.max(all_ours);
        let others = (percent - f64::from(answered) * 100.0 / limit).max(0.0);
        self.limit = Some(limit);
        self.reading = Some(Reading { at: now, others, sure: (STOP - percent) * all_ours / 100.0 });
        if let Some(time) = regain {
            self.hold(now + time);
        }
    }

    /// It wasn't refused.
    pub(super) fn passes(&mut self) {
        self.next_wait = self.hour / FIRST_WAIT;
    }

    /// A call that began then was refused, when the server had taken so many of ours within the hour.
    pub(super) fn refuses(&mut self, wait: Option<Duration>, began: Duration, taken: u32, now: Duration) {
        // Those that were under way together are one refusal.
        let is_news = began >= self.learned;
        if self.reading.is_none() && is_news {
            self.limit = Some(f64::from(taken.max(1)));
        }
        if let Some(wait) = wait {
            self.hold(now + wait);
        } else if is_news {
            self.hold(now + self.next_wait);
            self.next_wait = (self.next_wait * 2).min(self.hour);
        }
        if is_news {
            self.learned = now;
        }
    }

    /// Until when no call begins for what the server said.
    pub(super) fn held_until(&self) -> Duration {
        self.held_until
    }

    fn hold(&mut self, until: Duration) {
        self.held_until = self.held_until.max(until);
    }

    /// A limit that a refusal taught may have been what others left of it then: each hour without a refusal it is tried with a bit more.
    fn try_more(&mut self, now: Duration) {
        if let (Some(limit), None) = (self.limit, self.reading)
            && now >= self.learned + self.hour
        {
            self.limit = Some(limit + (limit / 20.0).max(5.0));
            self.learned = now;
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count of calls
fn whole(number: f64) -> u32 {
    number.max(0.0) as u32
}
