use std::time::{Duration, SystemTime, UNIX_EPOCH};

use whatsapp_two_step::TwoStepError;

const LEAST_MARGIN: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a run's requests may be under way.
///
/// ```
/// use std::time::Duration;
/// use whatsapp_two_step_rotation::RotationSettings;
///
/// let settings = RotationSettings::default();
/// assert_eq!((settings.timeout, settings.quiet_margin), (Duration::from_secs(30), Duration::from_secs(60)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RotationSettings {
    /// The whole call, with its retries, and the save before it. Default 30 s.
    pub timeout: Duration,
    /// How long after the call's time a request may still arrive at the server. Default 60 s, at least 1 s. The clocks of the
    /// machines that work on the same numbers must differ by less.
    pub quiet_margin: Duration,
}

impl Default for RotationSettings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), quiet_margin: Duration::from_secs(60) }
    }
}

impl RotationSettings {
    /// Are the times such that a run can keep to them? A run asks it itself, before anything else.
    ///
    /// ```
    /// use std::time::Duration;
    /// use whatsapp_two_step_rotation::RotationSettings;
    ///
    /// let settings = RotationSettings { quiet_margin: Duration::from_millis(999), ..RotationSettings::default() };
    /// assert!(settings.check().unwrap_err().message().contains("quiet_margin must be at least 1 s"));
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration`, with the setting's name.
    pub fn check(&self) -> Result<(), TwoStepError> {
        if self.timeout.is_zero() || self.timeout > LONGEST {
            return Err(TwoStepError::invalid_configuration("timeout", "must be more than 0 s and at most 24 h"));
        }
        if self.quiet_margin < LEAST_MARGIN || self.quiet_margin > LONGEST {
            return Err(TwoStepError::invalid_configuration("quiet_margin", "must be at least 1 s and at most 24 h"));
        }
        Ok(())
    }

    /// Until when a request may arrive that belongs to a claim of `now`. Vaults keep whole seconds.
    pub(super) fn quiet_until(&self, now: SystemTime) -> SystemTime {
        let until = now + self.timeout + self.quiet_margin;
        let begun = until.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos();
        if begun == 0 { until } else { whole_seconds(until) + Duration::from_secs(1) }
    }
}

/// Without the part of a second that has begun. A time before 1970 is 1970.
pub(super) fn whole_seconds(time: SystemTime) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}
