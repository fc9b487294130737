//! Rotate the two-step verification PINs of WhatsApp business phone numbers, and never lose one.
//!
//! The server can't be asked which PIN holds. So a [`Vault`] keeps an [`Entry`] for each number, which is written before a
//! request leaves: at every moment, the PIN that the server holds is the entry's current or its pending one.
//!
//! | vault | for | feature |
//! |---|---|---|
//! | `SqliteVault` | one machine, many processes | `sqlite` |
//! | `PostgresVault` | many machines | `postgres` |
//! | `CommandVault` | any other place, through a program | `command` |
//! | `Sealed` over a `ByteStore` | a store of one's own | `sealed` |
//! | `open_vault` | any of the first three, by its URL | `vaults` |

mod entry;
mod error;
#[cfg(feature = "sealed")]
mod sealed;
mod vault;
#[cfg(any(feature = "command", feature = "postgres", feature = "sqlite"))]
mod vaults;

pub use entry::Entry;
pub use error::{VaultError, VaultErrorKind};
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
