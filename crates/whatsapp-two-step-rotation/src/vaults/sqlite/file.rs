//! The file: how it is made, and what is checked when it is opened.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{failure, shared};
use crate::error::VaultError;

/// "W2SP" in the file's header, by which `file` and others tell whose it is.
const APPLICATION: i32 = 0x5732_5350;
/// The form of the tables that this version makes and reads.
const FORMAT: i32 = 1;

const TABLES: &str = "CREATE TABLE entries (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID";

/// `EXTRA` is `FULL`, and durable too on a disk on which SQLite can't have a write-ahead log. `fullfsync` is for macOS, whose `fsync`
/// ends in the disk's cache. What is overwritten is wiped.
const SETTINGS: &str = "PRAGMA synchronous = EXTRA;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA secure_delete = ON;
    PRAGMA trusted_schema = OFF;";

pub(super) fn open(path: &Path) -> Result<Connection, VaultError> {
    let until = Instant::now() + shared::LIMIT;
    let connection = connect(path, until)?;
    match whose(path, &connection)? {
        Whose::Ours => {}
        Whose::Empty => return Err(failure::no_vault(path)),
    }
    use_log(&connection, until).map_err(|error| failure::of(path, error))?;
    Ok(connection)
}

pub(super) fn init(path: &Path, until: Instant) -> Result<(), VaultError> {
    make_file(path).map_err(|error| failure::not_made(path, error))?;
    let mut connection = connect(path, until)?;
    let failed = |error| failure::of(path, error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    if matches!(whose(path, &transaction)?, Whose::Empty) {
        transaction.execute_batch(TABLES).map_err(failed)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
        transaction.pragma_update(None, "user_version", FORMAT).map_err(failed)?;
    }
    transaction.commit().map_err(failed)?;
    use_log(&connection, until).map_err(failed)
}

/// An empty file that only its owner may read, whatever the process's umask says. SQLite gives its other files the same mode.
fn make_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // The name must be as durable as what will be written.
        Ok(_) if cfg!(unix) => File::open(path.parent().unwrap_or(path))?.sync_all(),
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn connect(path: &Path, until: Instant) -> Result<Connection, VaultError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connect = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(until.saturating_duration_since(Instant::now()))?;
        connection.execute_batch(SETTINGS)?;
        Ok(connection)
    };
    connect().map_err(|error| failure::of(path, error))
}

enum Whose {
    Ours,
    /// Just made, or left by somebody who died while making it.
    Empty,
}

fn whose(path: &Path, connection: &Connection) -> Result<Whose, VaultError> {
    let read = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let all = || Ok((read("application_id")?, read("user_version")?, read("schema_version")?));
    match all().map_err(|error| failure::of(path, error))? {
        (APPLICATION, FORMAT, _) => Ok(Whose::Ours),
        (APPLICATION, format, _) => Err(failure::other_format(path, format, FORMAT)),
        (0, 0, 0) => Ok(Whose::Empty),
        _ => Err(failure::other_program(path)),
    }
}

/// A write-ahead log, so that nobody who reads waits for one who writes. The file remembers it.
fn use_log(connection: &Connection, until: Instant) -> rusqlite::Result<()> {
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            // SQLite doesn't wait for others here.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until => {
                thread::sleep(Duration::from_millis(20));
            }
            done => return done,
        }
    }
}
