//! The vaults that come with this crate.

#[cfg(all(feature = "command", feature = "postgres", feature = "sqlite"))]
mod any;
#[cfg(feature = "command")]
mod command;
mod failure;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "command", feature = "sqlite"))]
mod worker;

#[cfg(all(feature = "command", feature = "postgres", feature = "sqlite"))]
pub use any::{AnyVault, open_vault};
#[cfg(feature = "command")]
pub use command::CommandVault;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, PostgresVault};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, SqliteVault};
