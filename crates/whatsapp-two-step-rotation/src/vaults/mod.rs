//! The vaults that come with this crate.

mod failure;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "command", feature = "sqlite"))]
mod worker;

#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, SqliteVault};
