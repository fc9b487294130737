//! When to try again. Pure: no waiting here.

use std::time::Duration;

use fastrand::Rng;

use super::problem::Unprocessed;
use crate::error::{Later, TwoStepError};

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);

/// How often a request that the server didn't process goes out again without counting as a retry.
const MOST_REPEATS: u32 = 32;

/// What a call has tried so far.
///
/// Written here and not taken from a crate: full jitter, a server's own wait and one deadline over all is a dozen lines.
#[derive(Debug)]
pub(super) struct Retries {
    random: Rng,
    most: u32,
    done: u32,
    repeats: u32,
    refusals: u32,
}

impl Retries {
    /// The same seed draws the same waits.
    pub(super) fn new(max_retries: u32, seed: u64) -> Self {
        Self { random: Rng::with_seed(seed), most: max_retries, done: 0, repeats: 0, refusals: 0 }
    }

    /// How long to wait before the next attempt; nothing if there shall be none.
    pub(super) fn wait(
        &mut self,
        error: &TwoStepError,
        unprocessed: Option<Unprocessed>,
        left: Duration,
    ) -> Option<Duration> {
        let wait = match unprocessed {
            Some(why) if self.repeats < MOST_REPEATS => self.repeat(why),
            _ => self.retry(error)?,
        };
        (wait < left).then_some(wait)
    }

    /// Another connection will do; but a server that refuses one stream after the other is given time.
    fn repeat(&mut self, why: Unprocessed) -> Duration {
        self.repeats += 1;
        match why {
            Unprocessed::ConnectionEnded => Duration::ZERO,
            Unprocessed::StreamRefused => {
                self.refusals += 1;
                self.refusals.checked_sub(2).map_or(Duration::ZERO, |before| self.jitter(before))
            }
        }
    }

    fn retry(&mut self, error: &TwoStepError) -> Option<Duration> {
        let done = self.done;
        if done >= self.most {
            return None;
        }
        self.done += 1;
        match error.later() {
            Later::Hopeless | Later::Wait => None,
            Later::RetryAfter => error.retry_after(),
            Later::Now => Some(self.jitter(done).max(error.retry_after().unwrap_or_default())),
        }
    }

    fn jitter(&mut self, done: u32) -> Duration {
        ceiling(done).mul_f64(self.random.f64())
    }
}

/// 0.5 s, doubling, at most 8 s.
fn ceiling(done: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(done)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_eight_seconds() {
        let millis: Vec<u128> = [0, 1, 2, 3, 4, 5, 99].map(|n| ceiling(n).as_millis()).to_vec();
        assert_eq!(millis, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    }

    #[test]
    fn the_jitter_is_full_and_comes_from_the_seed() {
        let draws = |seed| {
            let mut retries = Retries::new(0, seed);
            [0; 1_000].map(|done| retries.jitter(done).as_millis())
        };
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
        assert!(draws(1).iter().any(|wait| *wait < 50) && draws(1).iter().any(|wait| *wait > 450));
        assert!(draws(1).iter().all(|wait| *wait <= 500));
    }
}
