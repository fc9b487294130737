//! Entries in a store that others can read: sealed, so that they can't read or exchange them.

mod key;
mod keyring;
mod store;

pub use key::VaultKey;
#[cfg(feature = "command")]
pub(crate) use key::{from_hex, push_hex};
pub use keyring::Keyring;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use store::count;
pub use store::{ByteStore, Bytes, Rekeyed, Sealed};
