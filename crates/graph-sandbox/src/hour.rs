//! How many calls the last hour had.

/// The pieces of an hour: its minutes.
const MINUTES: usize = 60;

/// The calls of the last hour, by the minute: a window that slides from minute to minute, of the same size however many there are.
///
/// So a call counts for 59 to 60 minutes, and who spreads a limit's worth of calls over each hour never meets it.
#[derive(Debug)]
pub(crate) struct Hour {
    /// The minute that was looked at last, since the sandbox began.
    now: u64,
    calls: [u32; MINUTES],
}

impl Default for Hour {
    fn default() -> Self {
        Self { now: 0, calls: [0; MINUTES] }
    }
}

fn place(minute: u64) -> usize {
    usize::try_from(minute % MINUTES as u64).unwrap_or_default()
}

impl Hour {
    /// Lets time pass: what is an hour old leaves.
    pub(crate) fn pass_to(&mut self, minute: u64) {
        for begun in (self.now + 1..=minute).take(MINUTES) {
            self.calls[place(begun)] = 0;
        }
        self.now = self.now.max(minute);
    }

    /// Counts a call of this minute.
    pub(crate) fn add(&mut self) {
        let calls = &mut self.calls[place(self.now)];
        *calls = calls.saturating_add(1);
    }

    pub(crate) fn used(&self) -> u64 {
        self.calls.iter().map(|calls| u64::from(*calls)).sum()
    }

    /// How many minutes, rounded up, until the first of its calls leaves.
    pub(crate) fn minutes_to_room(&self) -> u64 {
        let is_oldest = |age: &u64| self.now.checked_sub(*age).is_some_and(|minute| self.calls[place(minute)] > 0);
        let oldest = (0..MINUTES as u64).rev().find(is_oldest);
        MINUTES as u64 - oldest.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_leave_an_hour_after_their_minute_began() {
        let mut hour = Hour::default();
        hour.add();
        hour.pass_to(7);
        hour.add();
        hour.add();
        assert_eq!((hour.used(), hour.minutes_to_room()), (3, 53));
        hour.pass_to(59);
        assert_eq!((hour.used(), hour.minutes_to_room()), (3, 1));
        hour.pass_to(60);
        assert_eq!((hour.used(), hour.minutes_to_room()), (2, 7));
        // A clock that two threads read may seem to go back.
        hour.pass_to(3);
        assert_eq!(hour.used(), 2);
        hour.pass_to(67);
        assert_eq!((hour.used(), hour.minutes_to_room()), (0, 60));
    }

    #[test]
    fn a_long_pause_leaves_nothing() {
        let mut hour = Hour::default();
        for minute in 0..200 {
            hour.pass_to(minute);
            hour.add();
        }
        assert_eq!(hour.used(), 60);
        hour.pass_to(u64::MAX);
        assert_eq!(hour.used(), 0);
    }
}
