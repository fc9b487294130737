//! Rotators over the sandbox's real sockets: after each run, the vault has the PIN that the sandbox holds.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::{sync::Arc, time::Duration};

use graph_sandbox::Sandbox;
use support::{Wall, builder, client, faulty, id};
use whatsapp_two_step::{ErrorKind, Outcome, PhoneNumberId};
use whatsapp_two_step_rotation::{
    Entry, MemoryVault, RotationError, Rotator, Stored, Vault, VaultError, VaultErrorKind, VaultState, Version,
};

const NUMBER: &str = "106540352242922";

struct Setting {
    sandbox: Sandbox,
    vault: Arc<MemoryVault>,
    wall: Wall,
}

impl Setting {
    fn new() -> Self {
        Self { sandbox: Sandbox::start().unwrap(), vault: Arc::default(), wall: Wall::default() }
    }

    fn rotator(&self) -> Rotator<Arc<MemoryVault>> {
        self.over(self.vault.clone())
    }

    fn over<V: Vault>(&self, vault: V) -> Rotator<V> {
        let wall = self.wall.clone();
        Rotator::new(client(&self.sandbox), vault).wall_clock(move || wall.now())
    }

    async fn entry(&self, id: &PhoneNumberId) -> Entry {
        self.vault.load(id).await.unwrap().unwrap().entry
    }

    /// The PIN that the sandbox holds is in the vault.
    async fn check(&self, id: &PhoneNumberId) {
        let Some(pin) = self.sandbox.pin(id.as_str()) else { return };
        assert!(self.entry(id).await.may_hold().iter().any(|held| held.expose() == pin), "the PIN of {id} is lost");
    }
}

fn busy_for(error: &RotationError) -> Duration {
    let error = error.vault_error().unwrap();
    assert_eq!(error.kind(), VaultErrorKind::Busy);
    error.retry_after().unwrap()
}

#[tokio::test]
async fn a_number_has_a_new_pin_each_time() {
    let (setting, number) = (Setting::new(), id(NUMBER));
    let rotator = setting.rotator();
    assert!(rotator.may_hold(&number).await.unwrap().is_empty());
    assert!(rotator.settle(&number).await.unwrap().is_none());
    let mut last = String::new();
    for _ in 0..3 {
        let rotation = rotator.rotate(&number).await.unwrap();
        assert_eq!((rotation.phone_number_id.as_str(), rotation.attempts, rotation.resumed), (NUMBER, 1, false));
        assert!(rotation.trace_id.is_some());
        let entry = setting.entry(&number).await;
        assert_eq!((entry.rotated_at, entry.quiet_until), (Some(rotation.rotated_at), None));
        let held = setting.sandbox.pin(NUMBER).unwrap();
        assert_eq!(entry.current.unwrap().expose(), held);
        assert_ne!(std::mem::replace(&mut last, held), last);
    }
    assert_eq!(setting.sandbox.stats().requests, 3);
}

#[tokio::test]
async fn a_lost_answer_leaves_two_pins_and_the_next_run_settles_them() {
    // Applied, not applied, and unknown for ever.
    for name in ["applied-then-close", "close", "hang"] {
        let (setting, number) = (Setting::new(), faulty(name));
        let error = setting.rotator().rotate(&number).await.unwrap_err();
        assert_eq!(error.vault_state(), VaultState::Unsettled, "{name}: {error}");
        assert_eq!(error.call_error().unwrap().outcome(), Outcome::Unknown, "{name}: {error}");
        assert!(error.message().contains("either may hold"), "{error}");
        setting.check(&number).await;
        let pending = setting.entry(&number).await.pending.unwrap();

        // The same PIN again, on a way that works: the vault's entry of this number is put under one that does.
        let mut entry = setting.entry(&number).await;
        let (good, version) = (id(NUMBER), None);
        entry.current = Some("000001".parse().unwrap());
        setting.vault.save(&good, &entry, version).await.unwrap();
        let rotation = setting.rotator().settle(&good).await.unwrap().unwrap();
        assert!(rotation.resumed);
        assert_eq!(setting.sandbox.pin(NUMBER).as_deref(), Some(pending.expose()));
        setting.check(&good).await;

        // The run before it may still have a request under way.
        let busy = busy_for(&setting.rotator().rotate(&good).await.unwrap_err());
        assert!(busy > Duration::from_secs(50) && busy <= Duration::from_secs(62), "{busy:?}");
        assert!(setting.rotator().settle(&good).await.unwrap().is_none());
        setting.wall.ahead(busy.as_secs());
        assert!(!setting.rotator().rotate(&good).await.unwrap().resumed);
    }
}

#[tokio::test]
async fn a_refusal_clears_what_the_same_run_drew_and_nothing_else() {
    let (setting, number) = (Setting::new(), faulty("error-in-200"));
    let error = setting.rotator().rotate(&number).await.unwrap_err();
    assert_eq!(error.call_error().unwrap().kind(), ErrorKind::PinRejected);
    assert_eq!(error.vault_state(), VaultState::Settled, "{error}");
    let Stored { mut entry, version } = setting.vault.load(&number).await.unwrap().unwrap();
    assert!(entry.is_settled() && entry.quiet_until.is_none());

    entry.pending = Some("998877".parse().unwrap());
    setting.vault.save(&number, &entry, Some(&version)).await.unwrap();
    let error = setting.rotator().rotate(&number).await.unwrap_err();
    assert_eq!(error.vault_state(), VaultState::Unsettled, "{error}");
    assert_eq!(setting.entry(&number).await.pending.unwrap().expose(), "998877");
    let shown = format!("{error} {error:?} {}", error.message());
    assert!(!shown.contains("998877") && !shown.contains(support::TOKEN), "a secret shows in the error");
}

#[tokio::test]
async fn a_retry_that_is_refused_clears_nothing() {
    let (setting, number) = (Setting::new(), faulty("closed-then-190"));
    let client = builder(&setting.sandbox).timeout(Duration::from_secs(5)).max_retries(2).build().unwrap();
    let error = Rotator::new(client, setting.vault.clone()).rotate(&number).await.unwrap_err();
    assert_eq!(error.call_error().unwrap().kind(), ErrorKind::Authentication);
    assert_eq!(error.vault_state(), VaultState::Unsettled, "{error}");
}

#[tokio::test]
async fn many_rotators_at_once_lose_nothing() {
    let (setting, number) = (Setting::new(), id(NUMBER));
    for _ in 0..8 {
        let rotators: Vec<_> = (0..8)
            .map(|_| {
                let (rotator, number) = (setting.rotator(), number.clone());
                tokio::spawn(async move { rotator.rotate(&number).await })
            })
            .collect();
        let mut done = 0;
        for rotator in rotators {
            match rotator.await.unwrap() {
                Ok(_) => done += 1,
                Err(error) => assert!(
                    matches!(error.vault_error().unwrap().kind(), VaultErrorKind::Busy | VaultErrorKind::Conflict),
                    "{error}"
                ),
            }
        }
        assert!(done > 0, "none of them has done it");
        setting.check(&number).await;
        setting.wall.ahead(100);
    }
}

#[tokio::test]
async fn a_run_that_is_dropped_is_gone_on_with() {
    let (setting, number) = (Setting::new(), faulty("slow-success"));
    for wait in [0, 20, 100, 250, 290, 305, 320] {
        let rotator = setting.rotator();
        let _ = tokio::time::timeout(Duration::from_millis(wait), rotator.rotate(&number)).await;
        setting.check(&number).await;
    }
    setting.wall.ahead(100);
    setting.rotator().rotate(&number).await.unwrap();
    setting.check(&number).await;
}

/// Does what it is told, and says otherwise.
struct Unsure {
    vault: Arc<MemoryVault>,
    /// So many saves are told of first.
    honest: std::sync::atomic::AtomicU32,
    wall: Wall,
    /// How long a save takes on the wall.
    takes: u64,
}

impl Vault for Unsure {
    async fn load(&self, id: &PhoneNumberId) -> Result<Option<Stored>, VaultError> {
        self.vault.load(id).await
    }

    async fn save(&self, id: &PhoneNumberId, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultError> {
        use std::sync::atomic::Ordering::SeqCst;
        let saved = self.vault.save(id, entry, expected).await;
        self.wall.ahead(self.takes);
        if self.honest.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok() {
            return saved;
        }
        Err(VaultError::new(VaultErrorKind::Unreachable, "The vault didn't answer."))
    }
}

fn unsure(setting: &Setting, honest: u32, takes: u64) -> Unsure {
    Unsure { vault: setting.vault.clone(), honest: honest.into(), wall: setting.wall.clone(), takes }
}

#[tokio::test]
async fn a_vault_that_fails_after_it_has_saved_costs_no_pin() {
    let (setting, number) = (Setting::new(), id(NUMBER));
    let error = setting.over(unsure(&setting, 0, 0)).rotate(&number).await.unwrap_err();
    assert_eq!((error.vault_state(), setting.sandbox.stats().requests), (VaultState::Unsettled, 0), "{error}");
    assert!(setting.rotator().rotate(&number).await.unwrap().resumed);

    setting.wall.ahead(100);
    let error = setting.over(unsure(&setting, 1, 0)).rotate(&number).await.unwrap_err();
    assert_eq!(error.vault_state(), VaultState::Confirmed, "{error}");
    assert!(error.message().contains("The server has set the new PIN"), "{error}");
    setting.check(&number).await;
}

#[tokio::test]
async fn whoever_slept_past_his_claim_claims_anew_and_sends_nothing_before() {
    let (setting, number) = (Setting::new(), id(NUMBER));
    // Each save takes longer than the whole call may: it is never sent.
    let error = setting.over(unsure(&setting, 9, 2)).rotate(&number).await.unwrap_err();
    assert_eq!((error.vault_state(), setting.sandbox.stats().requests), (VaultState::Settled, 0), "{error}");
    assert!(error.message().contains("longer to save"), "{error}");

    // Asleep between claim and request, once: the claim is saved twice, and one request leaves.
    let (wall, looks) = (setting.wall.clone(), std::sync::atomic::AtomicU32::new(0));
    let rotator = Rotator::new(client(&setting.sandbox), setting.vault.clone()).wall_clock(move || {
        // Loaded, saved, and the third look is the one before the request.
        if looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 2 {
            wall.ahead(3_600);
        }
        wall.now()
    });
    let before = setting.vault.load(&number).await.unwrap().unwrap().version;
    let rotation = rotator.rotate(&number).await.unwrap();
    let after = setting.vault.load(&number).await.unwrap().unwrap();
    let saves = |version: &Version| version.as_str().parse::<u64>().unwrap();
    assert_eq!(saves(&after.version) - saves(&before), 3);
    assert_eq!((rotation.attempts, setting.sandbox.stats().requests), (1, 1));
    assert!(after.entry.quiet_until.is_none());
    setting.check(&number).await;
}

#[tokio::test]
async fn a_margin_below_a_second_is_refused() {
    let setting = Setting::new();
    let error = setting.rotator().quiet_margin(Duration::ZERO).rotate(&id(NUMBER)).await.unwrap_err();
    assert_eq!(error.call_error().unwrap().kind(), ErrorKind::InvalidConfiguration);
    assert_eq!((error.vault_state(), setting.sandbox.stats().requests), (VaultState::Untouched, 0));
}
