//! The SQLite vault: what it promises, and what it says of a file that is none.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{fs, path::Path, time::Duration};

use common::{assert_error, entry, held, id, keeps_the_rules, keys, one_wins};
use rusqlite::Connection;
use tempfile::TempDir;
use whatsapp_two_step_rotation::{Keyring, Sealed, SqliteStore, SqliteVault, Vault, VaultErrorKind, VaultKey};

const UNREACHABLE: VaultErrorKind = VaultErrorKind::Unreachable;
const UNREADABLE: VaultErrorKind = VaultErrorKind::Unreadable;

async fn made() -> (TempDir, std::path::PathBuf, Keyring) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pins.vault");
    SqliteStore::new(&path).init().await.unwrap();
    (folder, path, keys())
}

fn raw(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

#[tokio::test]
async fn it_keeps_the_rules() {
    let (_folder, path, keys) = made().await;
    keeps_the_rules(&SqliteVault::new(&path, keys.clone()), &SqliteVault::new(&path, keys)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_save_one_wins() {
    let (_folder, path, keys) = made().await;
    let (one, two) = (SqliteVault::new(&path, keys.clone()), SqliteVault::new(&path, keys));
    let (one, two) = (Box::leak(Box::new(one)), Box::leak(Box::new(two)));
    tokio::join!(one_wins(one, "1"), one_wins(two, "2"));
    assert_eq!(one.ids().await.unwrap(), [id("1"), id("2")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_make_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pins.vault");
    let keys = keys();
    let all: Vec<_> = (0..16)
        .map(|n| {
            let vault = SqliteVault::new(&path, keys.clone());
            tokio::spawn(async move {
                vault.store().init().await.unwrap();
                vault.save(&id(&n.to_string()), &entry("012345"), None).await.unwrap();
            })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    assert_eq!(SqliteVault::new(&path, keys).ids().await.unwrap().len(), 16);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path, keys) = made().await;
    let vault = SqliteVault::new(&path, keys);
    vault.save(&id("1"), &entry("012345"), None).await.unwrap();
    let mut seen = Vec::new();
    for file in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
        let bytes = fs::read(file.path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"012345"), "{:?}", file.file_name());
        seen.push(file.file_name().into_string().unwrap());
    }
    seen.sort();
    assert_eq!(seen, ["pins.vault", "pins.vault-shm", "pins.vault-wal"]);
    // And closed after a while, so that a fork finds nothing open.
    let log = folder.path().join("pins.vault-wal");
    for _ in 0..50 {
        if !log.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the file stays open");
}

#[tokio::test]
async fn what_is_no_vault_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let load = async |name: &str| SqliteVault::new(at(name), keys()).load(&id("1")).await;

    assert_error(load("none").await, UNREACHABLE, "there is no vault at");
    assert!(!at("none").exists(), "asking makes nothing");
    fs::write(at("empty"), "").unwrap();
    assert_error(load("empty").await, UNREACHABLE, "there is no vault at");
    fs::write(at("text"), "phone_number_id,pin\n".repeat(100)).unwrap();
    assert_error(load("text").await, UNREADABLE, "no SQLite file");
    assert_error(SqliteStore::new(at("text")).init().await, UNREADABLE, "no SQLite file");
    raw(&at("other")).execute_batch("CREATE TABLE entries (id TEXT)").unwrap();
    assert_error(load("other").await, UNREADABLE, "of another program");
    assert_error(SqliteStore::new(at("other")).init().await, UNREADABLE, "of another program");
    assert_error(SqliteStore::new(at("no/folder")).init().await, UNREACHABLE, "can't be made");
    fs::create_dir(at("folder")).unwrap();
    assert_error(load("folder").await, UNREACHABLE, "can't be opened");

    SqliteStore::new(at("newer")).init().await.unwrap();
    raw(&at("newer")).execute_batch("PRAGMA user_version = 2").unwrap();
    assert_error(load("newer").await, UNREADABLE, "update this program (format 2, and 1 is known)");
    assert_error(SqliteStore::new(at("newer")).init().await, UNREADABLE, "update this program");

    // An empty file is what somebody leaves who dies while making one.
    SqliteStore::new(at("empty")).init().await.unwrap();
    assert!(load("empty").await.unwrap().is_none());
}

#[tokio::test]
async fn what_was_put_back_or_copied_is_seen() {
    let (_folder, path, keys) = made().await;
    let vault = SqliteVault::new(&path, keys);
    let first = vault.save(&id("1"), &entry("012345"), None).await.unwrap();
    let sql = raw(&path);
    sql.execute_batch("CREATE TEMP TABLE old AS SELECT * FROM entries").unwrap();
    vault.save(&id("1"), &entry("998877"), Some(&first)).await.unwrap();
    vault.save(&id("2"), &entry("111222"), None).await.unwrap();

    let copied = "UPDATE entries SET (version, sealed) = (SELECT version, sealed FROM old) WHERE id = '2'";
    let older = "UPDATE entries SET sealed = (SELECT sealed FROM old) WHERE id = '1'";
    let cut = "UPDATE entries SET sealed = substr(sealed, 1, 40)";
    for change in [copied, older, cut] {
        sql.execute_batch(change).unwrap();
        let number = if change == copied { "2" } else { "1" };
        assert_error(vault.load(&id(number)).await, UNREADABLE, "damaged");
    }
    // What the documentation says that sealing can't see: the whole row as it was.
    sql.execute_batch("DELETE FROM entries; INSERT INTO entries SELECT * FROM old").unwrap();
    assert_eq!(held(&vault, "1").await.unwrap().0, entry("012345").to_json().to_string());
    assert!(held(&vault, "2").await.is_none());
}

#[tokio::test]
async fn a_wrong_key_is_told_and_a_new_one_taken() {
    let (_folder, path, _) = made().await;
    let (old, new) = (VaultKey::generate().unwrap(), VaultKey::generate().unwrap());
    let vault = SqliteVault::new(&path, Keyring::new(old.clone()));
    for number in ["1", "2", "3"] {
        vault.save(&id(number), &entry("012345"), None).await.unwrap();
    }
    let wrong = SqliteVault::new(&path, Keyring::new(new.clone()));
    assert_error(wrong.load(&id("1")).await, UNREADABLE, &format!("the key {} was given", new.id()));
    raw(&path).execute_batch("UPDATE entries SET version = 9 WHERE id = '3'").unwrap();

    let failed = wrong.rekey().await.unwrap();
    assert_eq!((failed.changed, failed.unchanged, failed.failed.len()), (0, 0, 3));
    let both = Keyring::new(new).with_older(old);
    let done = SqliteVault::new(&path, both).rekey().await.unwrap();
    assert_eq!((done.changed, done.unchanged, done.failed.len()), (2, 0, 1));
    assert_eq!(done.failed[0].0, id("3"));
    assert_eq!(held(&wrong, "1").await.unwrap(), (entry("012345").to_json().to_string(), 2.into()));
    let again = wrong.rekey().await.unwrap();
    assert_eq!((again.changed, again.unchanged, again.failed.len()), (0, 2, 1));
}

#[tokio::test]
async fn another_program_in_the_middle_of_a_save_is_waited_for() {
    let (_folder, path, keys) = made().await;
    let mut other = raw(&path);
    let patient = SqliteVault::new(&path, keys.clone());
    let hasty = Sealed::over(SqliteStore::new(&path).timeout(Duration::from_millis(300)), keys);
    assert!(held(&hasty, "1").await.is_none());

    let begun = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let now = std::time::Instant::now();
    assert_error(hasty.save(&id("1"), &entry("012345"), None).await, UNREACHABLE, "another program held");
    let took = now.elapsed();
    assert!(took >= Duration::from_millis(200) && took < Duration::from_secs(2), "{took:?}");
    assert!(held(&patient, "1").await.is_none(), "who reads waits for nobody");

    let number = id("1");
    let one = entry("012345");
    let save = patient.save(&number, &one, None);
    let end = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        begun.commit().unwrap();
    };
    assert!(tokio::join!(save, end).0.is_ok());
}

#[tokio::test]
async fn a_save_that_nobody_waits_for_is_not_begun() {
    let (_folder, path, keys) = made().await;
    let vault = SqliteVault::new(&path, keys);
    let mut other = raw(&path);
    let begun = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let (one, two, some) = (id("1"), id("2"), entry("012345"));
    let first = vault.save(&one, &some, None);
    let second = tokio::time::timeout(Duration::from_millis(100), vault.save(&two, &some, None));
    let end = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        begun.commit().unwrap();
    };
    let (first, second, ()) = tokio::join!(first, second, end);
    assert!(first.is_ok() && second.is_err());
    assert_eq!(vault.ids().await.unwrap(), [one]);
}
