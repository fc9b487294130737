//! What the vaults' tests share.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::process::Command;

use whatsapp_two_step::{PhoneNumberId, Pin};
use whatsapp_two_step_rotation::{Entry, Keyring, Vault, VaultError, VaultErrorKind, VaultKey, Version};

pub(crate) fn id(text: &str) -> PhoneNumberId {
    PhoneNumberId::parse(text).unwrap()
}

pub(crate) fn entry(pin: &str) -> Entry {
    let mut entry = Entry::default();
    entry.current = Some(Pin::parse(pin).unwrap());
    entry
}

pub(crate) fn keys() -> Keyring {
    Keyring::new(VaultKey::generate().unwrap())
}

pub(crate) async fn held<V: Vault>(vault: &V, number: &str) -> Option<(String, Version)> {
    let stored = vault.load(&id(number)).await.unwrap()?;
    Some((stored.entry.to_json().to_string(), stored.version))
}

/// Is it this kind, with these words, and without a PIN of the tests'?
pub(crate) fn assert_error<T>(result: Result<T, VaultError>, kind: VaultErrorKind, words: &str) {
    let Err(error) = result else { panic!("no error: {words}") };
    let shown = format!("{error} {error:?}");
    assert!(error.kind() == kind && shown.contains(words), "{shown}");
    assert!(!["012345", "998877", "111222"].iter().any(|pin| shown.contains(pin)), "{shown}");
}

/// What every vault promises. Both are of the same place.
pub(crate) async fn keeps_the_rules<V: Vault>(vault: &V, other: &V) {
    let conflict = VaultErrorKind::Conflict;
    assert!(held(vault, "1").await.is_none());
    assert_error(vault.save(&id("1"), &entry("012345"), Some(&Version::from(1))).await, conflict, "Somebody else");
    assert!(held(vault, "1").await.is_none());

    let first = vault.save(&id("1"), &entry("012345"), None).await.unwrap();
    assert_eq!(held(other, "1").await.unwrap(), (entry("012345").to_json().to_string(), first.clone()));
    assert_error(other.save(&id("1"), &entry("998877"), None).await, conflict, "Somebody else");

    let second = other.save(&id("1"), &entry("998877"), Some(&first)).await.unwrap();
    assert_ne!(first, second);
    assert_error(vault.save(&id("1"), &entry("111222"), Some(&first)).await, conflict, "Somebody else");
    assert_eq!(held(vault, "1").await.unwrap(), (entry("998877").to_json().to_string(), second));
    let strange = Version::new("of another vault's");
    assert!(vault.save(&id("1"), &entry("111222"), Some(&strange)).await.is_err());

    assert!(held(vault, "11").await.is_none(), "a number is not another one that begins alike");
    vault.save(&id("11"), &entry("111222"), None).await.unwrap();
    assert_eq!(held(vault, "11").await.unwrap().0, entry("111222").to_json().to_string());
}

/// Of many that save over the same version, one wins.
pub(crate) async fn one_wins<V: Vault + 'static>(vault: &'static V, number: &'static str) {
    let mut version = None;
    for round in 0..10 {
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let (version, pin) = (version.clone(), format!("{:06}", round * 10 + n));
                tokio::spawn(
                    async move { vault.save(&id(number), &entry(&pin), version.as_ref()).await.map(|v| (v, pin)) },
                )
            })
            .collect();
        let mut won = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(saved) => won.push(saved),
                Err(error) => assert_eq!(error.kind(), VaultErrorKind::Conflict, "{error}"),
            }
        }
        assert_eq!(won.len(), 1);
        let (new, pin) = won.remove(0);
        assert_eq!(held(vault, number).await.unwrap(), (entry(&pin).to_json().to_string(), new.clone()));
        version = Some(new);
    }
}

/// A test of this file's, to be run as a process of its own: it is `#[ignore]`d, and does nothing without `CHILD`.
pub(crate) fn child(test: &str, argument: &str) -> Command {
    under(Command::new(std::env::current_exe().unwrap()), test, argument)
}

/// The same, in a program that runs others.
pub(crate) fn under(mut program: Command, test: &str, argument: &str) -> Command {
    program.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]).env("CHILD", argument);
    program
}

pub(crate) fn child_argument() -> Option<String> {
    std::env::var("CHILD").ok()
}

/// A person's machine need not have everything; CI's must.
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    eprintln!("skipped: {why}");
}

pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
