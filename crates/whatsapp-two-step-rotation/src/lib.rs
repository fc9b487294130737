//! Rotate the two-step verification PINs of WhatsApp business phone numbers, and never lose one.
//!
//! The server can't be asked which PIN holds. So a [`Vault`] keeps an [`Entry`] for each number, which is written before a
//! request leaves: at every moment, the PIN that the server holds is the entry's current or its pending one.
//!
//! | layer | type | does I/O? |
//! |---|---|---|
//! | run | [`RotationRun`] | no: the rules, all of them; says what to do next |
//! | vault | [`Vault`] | yes: keeps the entries, by compare and set |
//! | fleet | [`FleetRun`] | no: many numbers, at the pace that the server's limits allow |
//! | rotator | [`Rotator`] | drives a run over a vault and a [`Client`](whatsapp_two_step::Client) |
//!
//! | vault | for | feature |
//! |---|---|---|
//! | `SqliteVault` | one machine, many processes | `sqlite` |
//! | `PostgresVault` | many machines | `postgres` |
//! | `CommandVault` | any other place, through a program | `command` |
//! | `Sealed` over a `ByteStore` | a store of one's own | `sealed` |
//! | `open_vault` | any of the first three, by its URL | `vaults` |
//!
//! No type of this crate prints a PIN, and no error does. Features: those of the vaults, and `blocking` (a rotator for programs without an executor).

mod check_vault;
mod entry;
mod error;
mod fleet;
mod hosted;
mod memory_vault;
mod rotation;
mod rotator;
#[cfg(feature = "sealed")]
mod sealed;
mod vault;
#[cfg(any(feature = "command", feature = "postgres", feature = "sqlite"))]
mod vaults;

#[cfg(feature = "blocking")]
pub mod blocking;

pub use check_vault::{VaultFault, check_vault};
pub use entry::Entry;
pub use error::{VaultError, VaultErrorKind};
pub use fleet::{
    FleetAccount, FleetEnd, FleetGoal, FleetHold, FleetLimits, FleetProgress, FleetRun, FleetStep, FleetStop,
    FleetTurn, HoldReason, RotateAll,
};
pub use hosted::{
    HostedAsk, HostedCall, HostedCheck, HostedCheckStep, HostedEnd, HostedFleet, HostedFleetStep, HostedPages,
    HostedRun, HostedStep, HostedTurn, HostedWhole, HostedWish,
};
pub use memory_vault::MemoryVault;
pub use rotation::{
    Calling, Loading, Rotation, RotationError, RotationRun, RotationSettings, RotationStep, Saving, SendWindow,
    VaultState,
};
pub use rotator::Rotator;
#[cfg(feature = "sealed")]
pub use sealed::{ByteStore, Bytes, Keyring, Rekeyed, Sealed, VaultKey};
pub use vault::{Stored, Vault, Version};
#[cfg(feature = "command")]
pub use vaults::CommandVault;
#[cfg(all(feature = "command", feature = "postgres", feature = "sqlite"))]
pub use vaults::{AnyVault, open_vault};
#[cfg(feature = "postgres")]
pub use vaults::{PostgresStore, PostgresVault};
#[cfg(feature = "sqlite")]
pub use vaults::{SqliteStore, SqliteVault};

/// The page's example, which has to run too.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/rotation.md")]
mod pages {}
