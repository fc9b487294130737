use std::collections::HashSet;

use whatsapp_two_step::Pin;

use super::*;

fn id(text: &str) -> PhoneNumberId {
    PhoneNumberId::parse(text).unwrap()
}

fn keys() -> Keyring {
    Keyring::new(VaultKey::generate().unwrap())
}

fn entry() -> Entry {
    Entry { current: Pin::parse("012345").ok(), pending: Pin::parse("998877").ok(), ..Entry::default() }
}

#[test]
fn what_is_sealed_is_opened_and_hides_its_pins() {
    let keys = keys();
    let version = Version::from(7);
    let mut seen = HashSet::new();
    for _ in 0..100 {
        let sealed = keys.seal(&id("1"), Some(&version), &entry()).unwrap();
        assert!(!sealed.windows(6).any(|bytes| bytes == b"012345" || bytes == b"998877"));
        assert_eq!(*keys.open(&id("1"), Some(&version), &sealed).unwrap().to_json(), *entry().to_json());
        assert!(seen.insert(sealed[NONCE].to_vec()), "a nonce came twice");
    }
}

#[test]
fn no_byte_can_be_changed_cut_or_added() {
    let keys = keys();
    let sealed = keys.seal(&id("1"), None, &entry()).unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(keys.open(&id("1"), None, &changed).is_err(), "byte {at} was changed");
        assert!(keys.open(&id("1"), None, &sealed[..at]).is_err(), "cut to {at}");
    }
    assert!(keys.open(&id("1"), None, &[&sealed[..], &[0]].concat()).is_err());
}

#[test]
fn another_number_version_or_key_is_told() {
    let keys = keys();
    let (one, other) = (Version::from(1), Version::from(2));
    let sealed = keys.seal(&id("1"), Some(&one), &entry()).unwrap();
    for (number, version) in [("11", Some(&one)), ("2", Some(&one)), ("1", Some(&other)), ("1", None)] {
        let error = keys.open(&id(number), version, &sealed).unwrap_err();
        assert_eq!(error.kind(), VaultErrorKind::Unreadable);
        assert!(error.message().contains("for another number or for another version"), "{error}");
    }

    let (wrong, older) = (self::keys(), VaultKey::generate().unwrap());
    let text = wrong.open(&id("1"), Some(&one), &sealed).unwrap_err().to_string();
    assert!(text.contains(&format!("the key {} sealed", keys.seals.id())), "{text}");
    assert!(text.contains(&format!("the key {} was given", wrong.seals.id())), "{text}");
    let two = wrong.with_older(older.clone());
    let text = two.open(&id("1"), Some(&one), &sealed).unwrap_err().to_string();
    assert!(text.contains(&format!("the keys {}, {} were given", two.seals.id(), older.id())), "{text}");

    let error = keys.open(&id("1"), Some(&one), &[&[2], &sealed[1..]].concat()).unwrap_err();
    assert!(error.message().contains("newer version"), "{error}");
    assert!(keys.open(&id("1"), Some(&one), b"").unwrap_err().message().contains("cut short"));
}

#[test]
fn an_older_key_opens_and_does_not_seal() {
    let (old, new) = (VaultKey::generate().unwrap(), VaultKey::generate().unwrap());
    let both = Keyring::new(new.clone()).with_older(old.clone());
    let by_old = Keyring::new(old).seal(&id("1"), None, &entry()).unwrap();
    assert!(both.open(&id("1"), None, &by_old).is_ok() && !both.is_newest(&by_old));
    let by_both = both.seal(&id("1"), None, &entry()).unwrap();
    assert!(Keyring::new(new).open(&id("1"), None, &by_both).is_ok() && both.is_newest(&by_both));
}

/// Pinned: a vault is read by later versions, and in every language.
#[test]
fn a_sealed_entry_stays_readable() {
    let keys = Keyring::parse("00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100").unwrap();
    let bytes: Vec<_> =
        (0..PINNED.len()).step_by(2).map(|at| u8::from_str_radix(&PINNED[at..at + 2], 16).unwrap()).collect();
    let opened = keys.open(&id("106540352242922"), Some(&Version::from(3)), &bytes).unwrap();
    assert_eq!(*opened.to_json(), *entry().to_json());
}

// Made by another implementation of XChaCha20-Poly1305.
const PINNED: &str = "01afebd54d68ebe254000102030405060708090a0b0c0d0e0f101112131415161721b214e3f5cbce43a9c3b7371afc6009a2156ba87943448bc2\
    84981e095c3ed1b6071a1a71a8958e582109c08d9c6fdef974b042fdcf74090f5a627910b659dc";
