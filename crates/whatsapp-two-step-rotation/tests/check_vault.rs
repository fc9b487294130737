//! A vault that isn't as it must be is found out.
#![allow(clippy::unwrap_used)] // a test may panic

use whatsapp_two_step::PhoneNumberId;
use whatsapp_two_step_rotation::{Entry, MemoryVault, Stored, Vault, VaultError, VaultErrorKind, Version, check_vault};

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Overwrites,
    OverwritesWithoutVersion,
    ForgetsATime,
    RepeatsVersions,
    ConflictIsUnreachable,
    /// It looks, lets others look, and then writes.
    Races,
    LoadsAnotherVersion,
    LoadsAnotherNumber,
    IgnoresTheNumber,
}

struct Broken {
    vault: MemoryVault,
    fault: Fault,
}

impl Vault for Broken {
    async fn load(&self, id: &PhoneNumberId) -> Result<Option<Stored>, VaultError> {
        let own = "106540352242922".parse().unwrap();
        let id = if self.fault == Fault::LoadsAnotherNumber { &own } else { id };
        let mut stored = self.vault.load(id).await?;
        if let Some(stored) = stored.as_mut().filter(|_| self.fault == Fault::LoadsAnotherVersion) {
            stored.version = Version::new("latest");
        }
        Ok(stored)
    }

    async fn save(&self, id: &PhoneNumberId, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultError> {
        let own = "106540352242922".parse().unwrap();
        let id = if self.fault == Fault::IgnoresTheNumber { &own } else { id };
        let held = self.vault.load(id).await?.map(|stored| stored.version);
        let mut entry = entry.clone();
        if self.fault == Fault::ForgetsATime {
            entry.quiet_until = None;
        }
        let expected = match self.fault {
            Fault::Overwrites if expected.is_some() => held.as_ref(),
            Fault::OverwritesWithoutVersion if expected.is_none() => held.as_ref(),
            _ => expected,
        };
        if self.fault == Fault::Races && held.as_ref() == expected {
            tokio::task::yield_now().await;
            let now = self.vault.load(id).await?.map(|stored| stored.version);
            return self.vault.save(id, &entry, now.as_ref()).await;
        }
        let saved = self.vault.save(id, &entry, expected).await;
        match (self.fault, saved) {
            (Fault::RepeatsVersions, Ok(_)) => Ok(Version::new("1")),
            (Fault::ConflictIsUnreachable, Err(_)) => Err(VaultError::new(VaultErrorKind::Unreachable, "Gone.")),
            (_, saved) => saved,
        }
    }
}

#[tokio::test]
async fn each_fault_is_told() {
    for (fault, words) in [
        (Fault::None, ""),
        (Fault::Overwrites, "is done"),
        (Fault::OverwritesWithoutVersion, "save of a new entry where there is one must be a conflict, and is done"),
        (Fault::ForgetsATime, "another entry"),
        (Fault::RepeatsVersions, "version"),
        (Fault::ConflictIsUnreachable, "must be a conflict"),
        (Fault::Races, "have both saved"),
        (Fault::LoadsAnotherVersion, "another version than save did"),
        (Fault::LoadsAnotherNumber, "load gives the entry of another number"),
        (Fault::IgnoresTheNumber, "save of a version where there is no entry must be a conflict, and is done"),
    ] {
        let vault = Broken { vault: MemoryVault::new(), fault };
        match check_vault(&vault, &"106540352242922".parse().unwrap()).await {
            Ok(()) => assert_eq!(words, ""),
            Err(error) => assert!(!words.is_empty() && error.to_string().contains(words), "{words}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_number_of_any_length_has_another_beside_it() {
    for id in ["1", &"7".repeat(32)] {
        check_vault(&MemoryVault::new(), &id.parse().unwrap()).await.unwrap();
    }
}
