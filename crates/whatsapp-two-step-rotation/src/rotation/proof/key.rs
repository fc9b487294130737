//! Which worlds are the same: PINs, versions and times have no meaning of their own, only their equality and their distance.

use std::time::{Duration, SystemTime};

use whatsapp_two_step::{Outcome, Pin};

use super::{
    super::{loading, saving, *},
    world::{At, FIRST, Program, Request, TIMEOUTS, TRIES, World},
};
use crate::vault::Stored;

pub(super) type Key = Box<[u8]>;

struct Writer<'a> {
    world: &'a World,
    pins: Vec<&'a Pin>,
    bytes: Vec<u8>,
}

/// Each field of the value is named here, so that a new one can't be forgotten.
pub(super) fn key(world: &World) -> Key {
    let mut key = Writer { world, pins: Vec::with_capacity(8), bytes: Vec::with_capacity(96) };
    key.pin(Some(&world.server));
    key.byte(world.vault.is_some());
    if let Some(Stored { entry, version: _ }) = &world.vault {
        key.entry(entry);
    }
    for (number, program) in world.programs.iter().enumerate() {
        let Program { runs_left, at } = &**program;
        key.bytes.push(u8::try_from(*runs_left).unwrap());
        key.at(at, TIMEOUTS[number]);
    }
    key.byte(world.late.len());
    for entry in &world.late {
        key.entry(entry);
    }
    // Their order means nothing.
    let mut network: Vec<_> = world.network.iter().collect();
    network.sort_by_key(|request| (request.of, request.before));
    for Request { pin, before, of } in network {
        key.pin(Some(pin));
        key.left(*before);
        key.byte(of.map_or(0, |of| of + 1));
    }
    key.bytes.into()
}

impl<'a> Writer<'a> {
    fn byte(&mut self, byte: impl TryInto<u8>) {
        self.bytes.push(byte.try_into().unwrap_or_else(|_| panic!("too many for a byte")));
    }

    /// The first PIN is 1, the next one that is another is 2.
    fn pin(&mut self, pin: Option<&'a Pin>) {
        let Some(pin) = pin else { return self.byte(0_u8) };
        let known = self.pins.iter().position(|known| known.expose() == pin.expose());
        let number = known.unwrap_or_else(|| {
            self.pins.push(pin);
            self.pins.len() - 1
        });
        self.byte(number + 1);
        // The PIN of which the vault wasn't told is told apart.
        self.byte(pin.expose() == FIRST);
    }

    /// A time that has come is the same as any before.
    fn left(&mut self, time: SystemTime) {
        self.byte(time.duration_since(self.world.now).unwrap_or_default().as_secs());
    }

    /// A version that isn't the vault's never will be again: a save of it can only conflict.
    fn is_current(&self, version: Option<&Version>) -> bool {
        self.world.accepts(version)
    }

    fn entry(&mut self, Entry { current, pending, quiet_until, rotated_at: _ }: &'a Entry) {
        self.pin(current.as_ref());
        self.pin(pending.as_ref());
        self.left(quiet_until.unwrap_or(SystemTime::UNIX_EPOCH));
    }

    /// What a run has left, and what its next decisions depend on: with what a call of it has come to so far.
    fn run(&mut self, run: &RotationRun, sent: u32, came_to: Outcome) {
        // The first two never change, nobody renews; whether it has saved is for words alone.
        let RotationRun {
            id: _,
            settings: _,
            draws,
            since: _,
            rereads_left,
            claims_left,
            has_saved: _,
            attempts,
            outcome,
            rules: _,
        } = run;
        self.byte(*draws);
        self.byte(*rereads_left);
        self.byte(*claims_left);
        // Two attempts are as many as three, and a refusal is as certain as a request that wasn't sent.
        self.byte((attempts + sent).min(2));
        self.byte((*outcome).max(came_to) == Outcome::Unknown);
    }

    fn claim(&mut self, claim: &'a Claim) {
        let Claim { entry, pin, version, drew, at: _ } = claim;
        self.pin(Some(pin));
        let can_succeed = self.is_current(version.as_ref());
        self.byte(can_succeed);
        if can_succeed {
            self.entry(entry);
            self.byte(*drew);
        }
    }

    fn success(&mut self, run: &RotationRun, success: &'a saving::Success) {
        let saving::Success { pin, at: _, resumed: _, trace_id: _, usage: _ } = success;
        self.byte(run.rereads_left);
        self.pin(Some(pin));
    }

    fn at(&mut self, at: &'a At, timeout: Duration) {
        match at {
            At::Rest => self.byte(0_u8),
            At::Load(Loading { run, purpose: loading::Purpose::Claim }) => {
                self.byte(1_u8);
                self.run(run, 0, Outcome::NotSent);
            }
            At::Load(Loading { run, purpose: loading::Purpose::Settle(success) }) => {
                self.byte(2_u8);
                self.success(run, success);
            }
            At::Save { entry, expected, saving: Saving { run, purpose } } => {
                let can_succeed = self.is_current(expected.as_ref());
                self.byte(if can_succeed { 3_u8 } else { 4_u8 });
                if can_succeed {
                    self.entry(entry);
                }
                match purpose {
                    saving::Purpose::Claim(claim) => {
                        self.byte(0_u8);
                        self.run(run, 0, Outcome::NotSent);
                        if can_succeed {
                            self.claim(claim);
                            self.left(claim.at + timeout);
                        }
                    }
                    saving::Purpose::Settle(success) => {
                        self.byte(1_u8);
                        self.success(run, success);
                    }
                    saving::Purpose::Clear(_) => self.byte(2_u8),
                }
            }
            At::Call { calling: Calling { run, claim }, window: _, sent, outcome, waits } => {
                self.byte(5_u8);
                self.run(run, *sent, *outcome);
                self.claim(claim);
                self.byte(*sent);
                self.byte(*waits);
                if *sent < TRIES {
                    self.left(claim.at + timeout);
                }
            }
        }
    }
}
