//! The PINs that numbers hold, and the rules of registering.

use std::collections::{BTreeMap, HashMap};

/// So many calls of `/register` a number has in 72 hours; the rest is refused.
const REGISTRATIONS: u32 = 10;

#[derive(Default)]
pub(crate) struct Pins {
    held: HashMap<u64, Held>,
    registrations: HashMap<u64, u32>,
}

/// What a number holds.
struct Held {
    pin: [u8; 6],
    changes: u32,
}

/// How a registration ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registration {
    Done,
    Mismatch,
    TooMany,
}

impl Pins {
    pub(crate) fn set(&mut self, id: u64, pin: [u8; 6]) {
        let held = self.held.entry(id).or_insert(Held { pin, changes: 0 });
        // The same PIN sent again after a lost answer changes nothing.
        if held.changes == 0 || held.pin != pin {
            held.changes = held.changes.saturating_add(1);
            held.pin = pin;
        }
    }

    /// A number that holds no PIN takes this one; each other needs its own.
    pub(crate) fn register(&mut self, id: u64, pin: [u8; 6]) -> Registration {
        let calls = self.registrations.entry(id).or_default();
        // No clock: a test does not wait for 72 hours.
        if *calls == REGISTRATIONS {
            return Registration::TooMany;
        }
        *calls += 1;
        match self.held.get(&id) {
            Some(held) if held.pin != pin => Registration::Mismatch,
            Some(_) => Registration::Done,
            None => {
                self.set(id, pin);
                Registration::Done
            }
        }
    }

    pub(crate) fn pin(&self, id: u64) -> Option<String> {
        self.held.get(&id).map(Held::text)
    }

    pub(crate) fn changes(&self, id: u64) -> u32 {
        self.held.get(&id).map_or(0, |held| held.changes)
    }

    /// By the number's ID.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        self.held.iter().map(|(id, held)| (id.to_string(), held.text())).collect()
    }

    /// By the number's ID.
    pub(crate) fn all_changes(&self) -> BTreeMap<String, u32> {
        self.held.iter().map(|(id, held)| (id.to_string(), held.changes)).collect()
    }
}

impl Held {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.pin).into_owned()
    }
}

impl std::fmt::Debug for Pins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pins").field("held", &self.held.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_pin_again_is_no_change() {
        let mut pins = Pins::default();
        for (pin, changes) in [(b"012345", 1), (b"012345", 1), (b"735194", 2), (b"012345", 3)] {
            pins.set(7, *pin);
            assert_eq!(pins.changes(7), changes);
        }
        assert_eq!((pins.pin(7).as_deref(), pins.pin(8), pins.changes(8)), (Some("012345"), None, 0));
        assert!(!format!("{pins:?}").contains("012345"));
    }

    #[test]
    fn a_registration_needs_the_pin_that_holds() {
        let mut pins = Pins::default();
        assert_eq!(pins.register(7, *b"012345"), Registration::Done);
        assert_eq!(pins.register(7, *b"735194"), Registration::Mismatch);
        for _ in 2..REGISTRATIONS {
            assert_eq!(pins.register(7, *b"012345"), Registration::Done);
        }
        assert_eq!(pins.register(7, *b"012345"), Registration::TooMany);
        assert_eq!((pins.pin(7).as_deref(), pins.changes(7)), (Some("012345"), 1));
        assert_eq!(pins.register(8, *b"012345"), Registration::Done);
    }
}
