//! One limit of the server's: what is known of it, and whether a call may begin.

use std::time::Duration;

use super::window::Window;

/// From here on calls are spread over the hour.
const SLOW: f64 = 75.0;
/// From here on none begins.
const STOP: f64 = 95.0;
/// The hour in so many parts: the first wait after a refusal that named none, and how often a limit that others use up is tried.
const FIRST_WAIT: u32 = 60;

/// One limit of an hour, of an account or of the app.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    hour: Duration,
    /// What the server said last, as a percentage, and when.
    reading: Option<(f64, Duration)>,
    /// Our share of the limit, in calls an hour: from readings, or from a refusal. It is rather too low.
    share: Option<f64>,
    /// When the share was last learned from a refusal, or tried out.
    learned: Duration,
    held_until: Duration,
    /// The next wait where the server names none.
    next_wait: Duration,
    /// When the last call began.
    last: Duration,
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
            share: None,
            learned: Duration::ZERO,
            held_until: Duration::ZERO,
            next_wait: hour / FIRST_WAIT,
            last: Duration::ZERO,
        }
    }

    /// Whether one more call may begin, where `window` has our own.
    pub(super) fn admits(&mut self, window: &mut Window, now: Duration) -> Admission {
        if let held @ Admission::At(_) = Admission::at(self.held_until, now) {
            return held;
        }
        self.try_more(now);
        let Some(share) = self.share else { return Admission::Now };
        let own = window.count(now);
        let percent = |calls: u32| f64::from(calls) * 100.0 / share;
        if own == 0 {
            // All of it is used by others: look again now and then.
            let looked = self.reading.filter(|(percent, _)| *percent >= STOP).map(|(_, at)| at + self.hour / 12);
            return looked.map_or(Admission::Now, |time| Admission::at(time, now));
        }
        if percent(own + 1) > STOP {
            let fits = whole(share * STOP / 100.0).saturating_sub(1);
            return Admission::At(window.when_at_most(fits, now).max(now + Duration::from_nanos(1)));
        }
        let next = self.last + self.hour.div_f64(share.max(1.0));
        if percent(own + 1) > SLOW { Admission::at(next, now) } else { Admission::Now }
    }

    pub(super) fn begins(&mut self, now: Duration) {
        self.last = now;
    }

    /// An answer's header said so much, when so many of our calls had been answered within the hour.
    pub(super) fn reads(&mut self, percent: u32, regain: Option<Duration>, answered: u32, now: Duration) {
        let percent = f64::from(percent.min(1000));
        self.reading = Some((percent, now));
        // The server rounds down, so that there may be one more.
        self.share = Some(f64::from(answered.max(1)) * 100.0 / (percent + 1.0));
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
            self.share = Some(f64::from(taken.max(1)));
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

    /// A share that a refusal taught may have been what others left of it then: each hour without a refusal it is tried with a bit more.
    fn try_more(&mut self, now: Duration) {
        if let (Some(share), None) = (self.share, self.reading)
            && now >= self.learned + self.hour
        {
            self.share = Some(share + (share / 20.0).max(5.0));
            self.learned = now;
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count of calls
fn whole(number: f64) -> u32 {
    number.max(0.0) as u32
}
