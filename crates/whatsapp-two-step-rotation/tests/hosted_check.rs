//! A check that a host drives, over vaults of the host's.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may panic

use std::{error::Error, future::Future, pin::pin, task};

use whatsapp_two_step_rotation::{
    Entry, HostedAsk, HostedCheck, HostedCheckStep, HostedWish, MemoryVault, Vault, VaultError, VaultErrorKind,
    VaultFault, Version,
};

type End = Result<usize, (VaultFault, Option<usize>)>;

/// Until its end, which says how many asks there were. `answers` has all that is to be done at once.
fn driven(answers: impl Fn(&[HostedAsk])) -> End {
    let check = HostedCheck::begin("106540352242922".parse().unwrap());
    let mut count = 0;
    loop {
        match check.next() {
            HostedCheckStep::Ask(asks) => {
                assert!(!asks.is_empty());
                count += asks.len();
                answers(&asks);
            }
            HostedCheckStep::Kept => return Ok(count),
            HostedCheckStep::Broken(fault, of) => return Err((fault, of)),
        }
    }
}

fn answer(vault: &MemoryVault, ask: &HostedAsk) {
    match ask.wish() {
        HostedWish::Load(id) => match at_once(vault.load(id)) {
            Ok(stored) => ask.loaded(stored),
            Err(error) => ask.failed(error),
        },
        HostedWish::Save(id, entry, expected) => match at_once(vault.save(id, entry, expected.as_ref())) {
            Ok(version) => ask.saved(version),
            Err(error) => ask.failed(error),
        },
    }
}

/// A memory vault waits for nothing.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut task::Context::from_waker(task::Waker::noop())) {
        task::Poll::Ready(value) => value,
        task::Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn a_vault_that_keeps_the_rules_passes() {
    let vault = MemoryVault::new();
    let count = driven(|asks| asks.iter().for_each(|ask| answer(&vault, ask))).unwrap();
    assert!(count > 80, "{count}");
    let (fault, of) = driven(|asks| asks.iter().for_each(|ask| answer(&vault, ask))).unwrap_err();
    assert!(fault.to_string().contains("give another number") && of.is_none(), "{fault}");
}

#[test]
fn savers_race() {
    let vault = MemoryVault::new();
    let (fault, of) = driven(|asks| {
        // Each has looked before the first one writes.
        if asks.len() > 1 {
            for ask in asks {
                ask.saved(Version::new(format!("race {}", ask.number())));
            }
        } else {
            answer(&vault, &asks[0]);
        }
    })
    .unwrap_err();
    assert!(fault.to_string().contains("two savers of one version have both saved") && of.is_none(), "{fault}");
}

#[test]
fn what_is_not_answered_is_asked_again() {
    let vault = MemoryVault::new();
    // Of several, the last one first.
    let count = driven(|asks| answer(&vault, asks.last().unwrap())).unwrap();
    assert!(count > 200, "{count}");
}

#[test]
fn the_first_answer_counts() {
    let vault = MemoryVault::new();
    driven(|asks| {
        for ask in asks {
            answer(&vault, ask);
            ask.failed(VaultError::new(VaultErrorKind::Unreachable, "Too late."));
        }
    })
    .unwrap();
}

#[test]
fn a_fault_names_the_failure_that_shows_it() {
    let vault = MemoryVault::new();
    let failing = std::cell::Cell::new(0);
    let (fault, of) = driven(|asks| {
        for (place, ask) in asks.iter().enumerate() {
            if place == 5 {
                failing.set(ask.number());
                ask.failed(VaultError::new(VaultErrorKind::Unreachable, "Gone."));
            } else {
                answer(&vault, ask);
            }
        }
    })
    .unwrap_err();
    assert_eq!(of, Some(failing.get()));
    assert!(fault.to_string().contains("save at the same time as another must be a conflict"), "{fault}");
    assert_eq!(fault.source().unwrap().to_string(), "Gone. (unreachable)");
}

#[test]
fn an_answer_to_something_else_is_a_failure() {
    let (fault, of) = driven(|asks| asks[0].saved(Version::new("1"))).unwrap_err();
    assert!(fault.to_string().contains("load of a number without an entry fails") && of.is_none(), "{fault}");
}

#[test]
fn it_is_over_once() {
    let check = HostedCheck::begin("1".parse().unwrap());
    let HostedCheckStep::Ask(asks) = check.next() else { panic!("it asks") };
    asks[0].failed(VaultError::new(VaultErrorKind::Unreadable, "A wrong key."));
    assert!(matches!(check.next(), HostedCheckStep::Broken(_, Some(0))));
    assert!(matches!(check.next(), HostedCheckStep::Broken(_, None)));
    assert!(format!("{check:?}").starts_with("HostedCheck"));
}

#[test]
fn a_pin_of_the_entry_is_a_secret() {
    let vault = MemoryVault::new();
    driven(|asks| {
        for ask in asks {
            assert!(ask.repeats_a_secret("row 735194") && !ask.repeats_a_secret("port 5432"));
            if let HostedWish::Save(_, Entry { pending: Some(pin), .. }, _) = ask.wish() {
                assert!(ask.repeats_a_secret(&format!("1{}", pin.expose())));
            }
            assert!(!format!("{ask:?}").contains("012345"));
            answer(&vault, ask);
        }
    })
    .unwrap();
}
