//! A vault by its URL.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;
#[path = "common/server.rs"]
mod server;

use common::{assert_error, entry, id, keeps_the_rules};
use server::Server;
use whatsapp_two_step_rotation::{AnyVault, Keyring, Vault, VaultErrorKind, VaultKey, open_vault};

async fn works(url: &str, is_sealed: bool) -> AnyVault {
    let (old, new) = (VaultKey::generate().unwrap(), VaultKey::generate().unwrap());
    let keys = is_sealed.then(|| Keyring::new(old.clone()));
    let vault = open_vault(url, keys.clone()).unwrap();
    vault.init().await.unwrap();
    keeps_the_rules(&vault, &vault).await;
    assert_eq!(vault.ids().await.unwrap(), [id("1"), id("11")]);
    if is_sealed {
        let same = vault.rekey().await.unwrap();
        assert_eq!((same.changed, same.unchanged, same.failed.len()), (0, 2, 0));
    } else {
        assert_error(vault.rekey().await, VaultErrorKind::Unreadable, "in the clear, as no key was given");
    }
    if is_sealed && !url.starts_with("exec:") {
        let both = open_vault(url, Some(Keyring::new(new.clone()).with_older(old))).unwrap();
        assert_eq!(both.rekey().await.unwrap().changed, 2);
        assert!(open_vault(url, Some(Keyring::new(new))).unwrap().load(&id("1")).await.unwrap().is_some());
        assert_error(vault.load(&id("1")).await, VaultErrorKind::Unreadable, "sealed the entry");
    }
    vault
}

#[tokio::test]
async fn each_kind_works_by_its_url() {
    let folder = tempfile::tempdir().unwrap();
    works(&format!("sqlite:{}/pins vault?x#y", folder.path().display()), true).await;
    assert!(folder.path().join("pins vault?x#y").exists());
    let program = format!("exec:python3 '{}/tests/stand_ins/program.py' well", env!("CARGO_MANIFEST_DIR"));
    works(&program, true).await;
    works(&program, false).await;
    if let Some(server) = Server::start() {
        works(&server.url("application_name=mine"), true).await;
    }
}

#[tokio::test]
async fn a_key_changes_while_others_save() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("pins").display());
    let (old, new) = (VaultKey::generate().unwrap(), VaultKey::generate().unwrap());
    // The other program has both keys, and still seals with the old one.
    let other = open_vault(&url, Some(Keyring::new(old.clone()).with_older(new.clone()))).unwrap();
    let vault = open_vault(&url, Some(Keyring::new(new.clone()).with_older(old))).unwrap();
    other.init().await.unwrap();
    for number in 1..=50 {
        other.save(&id(&number.to_string()), &entry("012345"), None).await.unwrap();
    }
    let saves = async {
        for number in (1..=50).rev() {
            let number = id(&number.to_string());
            loop {
                let stored = other.load(&number).await.unwrap().unwrap();
                match other.save(&number, &entry("998877"), Some(&stored.version)).await {
                    Ok(_) => break,
                    Err(error) => assert_eq!(error.kind(), VaultErrorKind::Conflict),
                }
            }
        }
    };
    let (rekeyed, ()) = tokio::join!(vault.rekey(), saves);
    assert!(rekeyed.unwrap().failed.is_empty());
    assert!(vault.rekey().await.unwrap().failed.is_empty());
    let vault = open_vault(&url, Some(Keyring::new(new))).unwrap();
    for number in 1..=50 {
        let stored = vault.load(&id(&number.to_string())).await.unwrap().unwrap();
        assert_eq!(*stored.entry.to_json(), *entry("998877").to_json());
    }
}

#[test]
fn what_opens_nothing_is_told_without_the_url() {
    let keys = || Some(Keyring::new(VaultKey::generate().unwrap()));
    for (url, keys, words) in [
        ("", keys(), "must begin with"),
        ("/secret/pins", keys(), "must begin with"),
        ("mysql://me:secret@host/db", keys(), "must begin with"),
        ("sqlite:", keys(), "must begin with"),
        ("sqlite:secret", None, "vault_key is needed"),
        ("postgres://me:secret@host/db", None, "vault_key is needed"),
        ("postgres://me:secret@host:port/db", keys(), "is no URL of PostgreSQL"),
        ("exec:", None, "names no program"),
        ("exec:'secret", None, "quote"),
    ] {
        let shown = format!("{:?}", open_vault(url, keys).unwrap_err());
        assert!(
            shown.contains("InvalidConfiguration") && shown.contains(words) && !shown.contains("secret"),
            "{shown}"
        );
    }
    for url in ["postgres://me:secret@host/db", "exec:kv secret"] {
        assert!(!format!("{:?}", open_vault(url, keys()).unwrap()).contains("secret"));
    }
}
