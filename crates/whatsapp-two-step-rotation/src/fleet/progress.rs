use std::time::Duration;

use whatsapp_two_step::WabaId;

/// How far a fleet has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetProgress {
    /// How many numbers there are.
    pub total: u32,
    /// How many have a new PIN by this run.
    pub rotated: u32,
    /// How many were left alone, as they are settled since the time that was given.
    pub alone: u32,
    /// How many failed.
    pub failed: u32,
    /// How many of the failed have two PINs in the vault, of which either may hold.
    pub unsettled: u32,
    /// How many calls the server refused for their number, and took later or not at all.
    pub refused: u32,
    /// How many are under way.
    pub in_flight: u32,
    /// Why some wait.
    pub holds: Vec<FleetHold>,
    /// Why no other number is begun.
    pub stopped: Option<FleetStop>,
}

impl FleetProgress {
    /// How many are neither done nor under way.
    ///
    /// ```
    /// assert_eq!(whatsapp_two_step_rotation::FleetProgress::default().left(), 0);
    /// ```
    #[must_use]
    pub fn left(&self) -> u32 {
        self.total.saturating_sub(self.rotated + self.alone + self.failed + self.in_flight)
    }
}

/// Why numbers wait, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetHold {
    /// What holds them.
    pub reason: HoldReason,
    /// The account that is held; none if all are.
    pub waba_id: Option<WabaId>,
    /// For how long, as far as is known now.
    pub wait: Duration,
    /// How many numbers wait for it.
    pub numbers: u32,
}

/// What holds numbers.
///
/// ```
/// assert_eq!(whatsapp_two_step_rotation::HoldReason::Limit.code(), "limit");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HoldReason {
    /// The calls of the last hour are near the limit.
    Limit,
    /// The server refuses calls for a while.
    Refused,
    /// The vault can't be reached.
    Vault,
    /// Another program may be at work on them.
    Busy,
}

impl HoldReason {
    /// `limit`, `refused`, `vault` or `busy`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Refused => "refused",
            Self::Vault => "vault",
            Self::Busy => "busy",
        }
    }
}

/// Why no other number is begun.
///
/// ```
/// assert_eq!(whatsapp_two_step_rotation::FleetStop::Canary.code(), "canary");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FleetStop {
    /// It was asked for.
    Asked,
    /// Too many have failed.
    MaxFailures,
    /// Not all of the first ones went well.
    Canary,
    /// The vault stayed away.
    Vault,
    /// The server refused the only token, or all of them.
    Token,
    /// No call can be made: the client is closed, or a setting forbids it.
    Settings,
}

impl FleetStop {
    /// `asked`, `max_failures`, `canary`, `vault`, `token` or `settings`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::MaxFailures => "max_failures",
            Self::Canary => "canary",
            Self::Vault => "vault",
            Self::Token => "token",
            Self::Settings => "settings",
        }
    }
}
