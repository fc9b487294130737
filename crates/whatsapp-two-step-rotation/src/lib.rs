//! Rotate the two-step verification PINs of WhatsApp business phone numbers, and never lose one.
//!
//! The server can't be asked which PIN holds. So a [`Vault`] keeps an [`Entry`] for each number, which is written before a
//! request leaves: at every moment, the PIN that the server holds is the entry's current or its pending one.

mod entry;
mod error;
mod rotation;
mod vault;

pub use entry::Entry;
pub use error::{VaultError, VaultErrorKind};
pub use rotation::{
    Calling, Loading, Rotation, RotationError, RotationRun, RotationSettings, RotationStep, Saving, SendWindow,
    VaultState,
};
pub use vault::{Stored, Vault, Version};
