//! For bindings: runs, calls, fleets and checks, for a host that asks what to do next and tells what came of it, across a boundary of
//! languages.

mod call;
mod check;
mod fleet;
mod run;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use call::{HostedCall, HostedEnd, HostedPages, HostedWhole};
pub use check::{HostedAsk, HostedCheck, HostedCheckStep, HostedWish};
pub use fleet::{HostedFleet, HostedFleetStep, HostedTurn};
pub use run::{HostedRun, HostedStep};

use crate::entry::Entry;

/// One of the entry, or of an entry that is not known here: whatever has six digits and no more.
fn may_show_a_pin(text: &str, entry: Option<&Entry>) -> bool {
    text.split(|character: char| !character.is_ascii_digit()).any(|digits| digits.len() == 6)
        || entry.is_some_and(|entry| entry.may_hold().iter().any(|pin| text.contains(pin.expose())))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
