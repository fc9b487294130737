//! When to try again. Pure: no waiting here.

use std::time::Duration;

use crate::{Clock, TwoStepError, error::Later};

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);

/// How long to wait before the next attempt; nothing if there shall be none.
///
/// Written here and not taken from a crate: full jitter, a server's own wait and one deadline over all is a dozen lines.
pub(super) fn wait(
    error: &TwoStepError,
    retries_done: u32,
    max_retries: u32,
    left: Duration,
    clock: &dyn Clock,
) -> Option<Duration> {
    if retries_done >= max_retries {
        return None;
    }
    let wait = match error.later() {
        Later::Hopeless | Later::Wait => return None,
        Later::Told => error.retry_after()?,
        Later::Now => clock.jitter(ceiling(retries_done)).max(error.retry_after().unwrap_or_default()),
    };
    (wait < left).then_some(wait)
}

/// 0.5 s, doubling, at most 8 s.
fn ceiling(retries_done: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(retries_done)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_eight_seconds() {
        let millis: Vec<u128> = [0, 1, 2, 3, 4, 5, 99].map(|n| ceiling(n).as_millis()).to_vec();
        assert_eq!(millis, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    }
}
