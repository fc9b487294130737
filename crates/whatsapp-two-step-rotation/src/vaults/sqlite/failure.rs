//! What SQLite's errors mean.

use std::{io, path::Path};

use rusqlite::ErrorCode;

use super::shared::unreachable;
use crate::error::VaultError;

pub(super) fn of(path: &Path, error: rusqlite::Error) -> VaultError {
    let file = path.display();
    let failure = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            unreachable(&format!("another program held {file} for too long, and nothing was done"))
        }
        Some(ErrorCode::DiskFull) => unreachable(&format!("the disk of {file} is full, and nothing was saved")),
        Some(ErrorCode::ReadOnly) => unreachable(&format!("{file} can't be written, as it or its folder is read-only")),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) if path.exists() => {
            unreachable(&format!("{file} can't be opened; this user needs to read and write it and its folder"))
        }
        Some(ErrorCode::CannotOpen) => no_vault(path),
        Some(ErrorCode::SystemIoFailure) => {
            unreachable(&format!("the disk of {file} failed, and what was being saved may be there or not"))
        }
        Some(ErrorCode::NotADatabase) => VaultError::unreadable(&format!("{file} is no vault and no SQLite file")),
        Some(ErrorCode::DatabaseCorrupt) => VaultError::unreadable(&format!("{file} is damaged")),
        _ => VaultError::unreadable(&format!("{file} is not as a vault should be")),
    };
    failure.with_source(error)
}

pub(super) fn no_vault(path: &Path) -> VaultError {
    unreachable(&format!("there is no vault at {}; make one first", path.display()))
}

pub(super) fn not_made(path: &Path, error: io::Error) -> VaultError {
    unreachable(&format!("{} can't be made", path.display())).with_source(error)
}

pub(super) fn other_program(path: &Path) -> VaultError {
    VaultError::unreadable(&format!("{} is an SQLite file of another program", path.display()))
}

pub(super) fn other_format(path: &Path, found: i32, known: i32) -> VaultError {
    let what = if found > known { "a newer version made it: update this program" } else { "no version made this" };
    VaultError::unreadable(&format!("{}: {what} (format {found}, and {known} is known)", path.display()))
}
