//! How many calls of our own the server counts now.

use std::{mem, time::Duration};

/// The hour is counted in so many parts. A call leaves when its part has gone by, so one part later than it has to.
const PARTS: usize = 60;

/// Our own calls of the last hour.
#[derive(Clone, Debug)]
pub(super) struct Window {
    part: Duration,
    calls: [u32; PARTS + 1],
    /// Of the newest part, since the beginning of time.
    newest: u64,
    sum: u32,
}

impl Window {
    pub(super) fn new(hour: Duration) -> Self {
        let part = (hour / u32::try_from(PARTS).unwrap_or(1)).max(Duration::from_nanos(1));
        Self { part, calls: [0; PARTS + 1], newest: 0, sum: 0 }
    }

    pub(super) fn add(&mut self, now: Duration) {
        self.move_to(now);
        let place = self.place(self.newest);
        self.calls[place] += 1;
        self.sum += 1;
    }

    /// It was refused or never left, so it doesn't count. It may have been begun in any of the parts: the newest gives one back.
    pub(super) fn take_back(&mut self, now: Duration) {
        self.move_to(now);
        for age in 0..=PARTS as u64 {
            let Some(part) = self.newest.checked_sub(age) else { return };
            let place = self.place(part);
            if self.calls[place] > 0 {
                self.calls[place] -= 1;
                self.sum -= 1;
                return;
            }
        }
    }

    pub(super) fn count(&mut self, now: Duration) -> u32 {
        self.move_to(now);
        self.sum
    }

    /// When there will be no more than so many of those that there are now.
    pub(super) fn when_at_most(&mut self, count: u32, now: Duration) -> Duration {
        self.move_to(now);
        let mut left = self.sum;
        for age in (0..=PARTS as u64).rev() {
            if left <= count {
                break;
            }
            let Some(part) = self.newest.checked_sub(age) else { continue };
            left -= self.calls[self.place(part)];
            if left <= count {
                return self.begin_of(part + PARTS as u64 + 1);
            }
        }
        now
    }

    fn move_to(&mut self, now: Duration) {
        let part = u64::try_from(now.as_nanos() / self.part.as_nanos()).unwrap_or(u64::MAX);
        while self.newest < part {
            if self.sum == 0 {
                self.newest = part;
                return;
            }
            self.newest += 1;
            let place = self.place(self.newest);
            self.sum -= mem::take(&mut self.calls[place]);
        }
    }

    fn place(&self, part: u64) -> usize {
        usize::try_from(part % self.calls.len() as u64).unwrap_or(0)
    }

    fn begin_of(&self, part: u64) -> Duration {
        self.part * u32::try_from(part).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_leave_after_an_hour() {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let mut window = Window::new(minutes(60));
        for minute in [0, 0, 10, 59] {
            window.add(minutes(minute));
        }
        assert_eq!(window.count(minutes(60)), 4);
        assert_eq!(window.when_at_most(4, minutes(60)), minutes(60));
        assert_eq!(window.when_at_most(3, minutes(60)), minutes(61));
        assert_eq!(window.when_at_most(1, minutes(60)), minutes(71));
        assert_eq!(window.count(minutes(61)), 2);
        window.take_back(minutes(61));
        assert_eq!(window.count(minutes(70)), 1);
        assert_eq!(window.count(minutes(71)), 0);
        window.add(minutes(1000));
        assert_eq!(window.count(minutes(1000)), 1);
        assert_eq!(window.count(minutes(100_000)), 0);
        window.take_back(minutes(100_000));
        assert_eq!(window.when_at_most(0, minutes(100_000)), minutes(100_000));
    }
}
