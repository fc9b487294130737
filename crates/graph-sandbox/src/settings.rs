//! How a sandbox is to be, before it starts.

use std::time::Duration;

use crate::fleet::Fleet;
use crate::limits::Rules;
use crate::sprinkle::Sprinkle;

/// All but its port.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) fleet: Fleet,
    pub(crate) limits: Rules,
    /// Whether answers have the usage headers.
    pub(crate) usage_headers: bool,
    pub(crate) sprinkle: Option<Sprinkle>,
    pub(crate) latency: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            fleet: Fleet::default(),
            limits: Rules::default(),
            usage_headers: true,
            sprinkle: None,
            latency: Duration::ZERO,
        }
    }
}
