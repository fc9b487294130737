use std::time::Duration;

use crate::error::TwoStepError;

/// Past this no deadline makes sense, and a sum of times could overflow.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How many calls of a client may be under way at once, if nothing else is set.
pub const MAX_IN_FLIGHT: u32 = 256;

/// How long a call may take, and how often it is tried.
///
/// ```
/// use std::time::Duration;
/// use whatsapp_two_step::Limits;
///
/// let limits = Limits { timeout: Duration::from_secs(10), ..Limits::default() };
/// assert_eq!(limits.max_retries, 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole call: every attempt and every wait between them. Default 30 s.
    pub timeout: Duration,
    /// Connecting, TCP and TLS, in one attempt. Default 10 s.
    pub connect_timeout: Duration,
    /// How many times a call is repeated at most. Default 2; 0 turns retries off.
    pub max_retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), connect_timeout: Duration::from_secs(10), max_retries: 2 }
    }
}

impl Limits {
    /// Are the times such that a call can keep to them? A call asks it itself, before anything else.
    ///
    /// # Errors
    /// `invalid_configuration`, with the setting's name.
    pub fn check(&self) -> Result<(), TwoStepError> {
        for (setting, time) in [("timeout", self.timeout), ("connect_timeout", self.connect_timeout)] {
            if time.is_zero() || time > LONGEST {
                return Err(TwoStepError::invalid_configuration(setting, "must be more than 0 s and at most 24 h"));
            }
        }
        Ok(())
    }
}
