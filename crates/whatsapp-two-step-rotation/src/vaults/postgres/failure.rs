//! What the database's errors mean.

use std::{error::Error as StdError, io};

use tokio_postgres::{Error, error::SqlState};
use whatsapp_two_step::TwoStepError;

use super::shared::unreachable;
use crate::error::VaultError;

pub(super) fn of(error: Error) -> VaultError {
    let failure = match error.code() {
        Some(code) => unreachable(&of_server(code)),
        None => unreachable(&of_connection(&error)),
    };
    failure.with_source(error)
}

fn of_server(code: &SqlState) -> String {
    let known = match *code {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "the database refused the user or the password"
        }
        SqlState::INVALID_CATALOG_NAME => "the server has no such database",
        SqlState::UNDEFINED_TABLE => "there is no vault in this database; make one first",
        SqlState::INSUFFICIENT_PRIVILEGE => "the database doesn't let this user do that",
        SqlState::READ_ONLY_SQL_TRANSACTION => "the server is one that only reads, such as a standby",
        SqlState::DISK_FULL => "the database's disk is full, and nothing was saved",
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => {
            "another program held the entry for too long, and nothing was done"
        }
        _ => return format!("the database answered with {}", code.code()),
    };
    format!("{known} ({})", code.code())
}

fn of_connection(error: &Error) -> String {
    let chain = std::iter::successors(Some(error as &(dyn StdError + 'static)), |&error| {
        // An io::Error's own source passes over what it holds.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    });
    let (mut tls, mut network) = (None, None);
    for error in chain {
        tls = tls.or(error.downcast_ref::<rustls::Error>());
        network = network.or(error.downcast_ref::<io::Error>());
    }
    match (tls, network) {
        (Some(tls), _) => format!("no TLS connection to the database: {tls}"),
        (None, Some(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "the database refused the connection".to_owned()
        }
        (None, Some(error)) => format!("the database's network failed: {}", error.kind()),
        _ if error.is_closed() => {
            "the database closed the connection, and what was being saved may be there or not".to_owned()
        }
        _ => format!("no connection to the database: {error}"),
    }
}

/// Might another connection do better? The server was restarted, or the network dropped what was idle.
pub(super) fn is_connection(error: &Error) -> bool {
    let ended = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    error.code().is_none_or(|code| ended.contains(code))
}

pub(super) fn other_format(found: i32, known: i32) -> VaultError {
    VaultError::unreadable(&format!(
        "another version made the vault in this database: update this program (format {found}, and {known} is known)"
    ))
}

/// A URL, or its roots, that can't be what they are.
pub(super) fn invalid(problem: &str) -> TwoStepError {
    TwoStepError::invalid_configuration("vault", problem)
}
