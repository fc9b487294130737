//! The errors that the vaults share.

use std::time::Duration;

use whatsapp_two_step::PhoneNumberId;

use crate::error::{VaultError, VaultErrorKind};

/// How long a vault has for one load or save.
pub(super) const LIMIT: Duration = Duration::from_secs(10);
/// No limit is longer than this: clocks and servers can't count for ever.
pub(super) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn unreachable(what: &str) -> VaultError {
    VaultError::new(VaultErrorKind::Unreachable, format!("The vault can't be reached: {what}."))
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(super) fn conflict() -> VaultError {
    VaultError::new(VaultErrorKind::Conflict, "Somebody else has saved the entry since it was read.")
}

/// Its turn came after its time.
#[cfg(any(feature = "command", feature = "sqlite"))]
pub(super) fn too_late(limit: Duration) -> VaultError {
    unreachable(&format!("others were served for {}, and nothing was done", seconds(limit)))
}

pub(super) fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds.fract() == 0.0 { format!("{seconds} s") } else { format!("{seconds:.1} s") }
}

pub(super) fn ids(found: &[String]) -> Result<Vec<PhoneNumberId>, VaultError> {
    let parse = |id: &String| PhoneNumberId::parse(id);
    let ids = found.iter().map(parse).collect::<Result<_, _>>();
    ids.map_err(|_| VaultError::unreadable("it has an entry under something that is no phone number ID"))
}
