//! What a program does next: it drives the value as any driver would, and may crash at every step.

use whatsapp_two_step::Outcome;

use super::{
    super::{saving, *},
    errors::error,
    world::{At, Moves, Request, SECOND, TIMEOUTS, TRIES, Without, World, pin},
};

fn unreachable() -> VaultError {
    VaultError::new(VaultErrorKind::Unreachable, "no word")
}

impl World {
    /// A program's next step, or its crash.
    pub(super) fn go_on(&self, number: usize, moves: &mut Moves) {
        let now = self.now;
        match self.programs[number].at.clone() {
            At::Rest => {
                if self.programs[number].runs_left > 0 {
                    moves.push(("begins", self.with(|world| world.begin(number))));
                }
                return;
            }
            At::Load(loading) => moves.push(("reads again", self.with(|world| world.load(number, loading)))),
            At::Save { entry, expected, saving } => {
                let accepts = self.accepts(expected.as_ref());
                let (late, unsure) = (entry.clone(), saving.clone());
                moves.push((
                    "saves",
                    self.with(|world| {
                        let conflict = VaultError::new(VaultErrorKind::Conflict, "saved since");
                        let saved = if accepts { Ok(world.write(entry)) } else { Err(conflict) };
                        world.take_step(number, saving.saved(now, saved));
                    }),
                ));
                moves.push((
                    "has no word of its save",
                    self.with(|world| {
                        if accepts {
                            world.late.push(late);
                        }
                        world.take_step(number, unsure.saved(now, Err(unreachable())));
                    }),
                ));
                // A crash would leave the same behind.
                return;
            }
            At::Call { calling, window, sent, outcome, waits: false } => {
                if sent > 0 {
                    moves.push((
                        "ends its call",
                        self.with(|world| {
                            world.take_step(number, calling.clone().ended(now, Err(error(outcome, sent))));
                        }),
                    ));
                }
                if sent < TRIES && window.is_open(now) {
                    moves.push(("sends", self.with(|world| world.send(number))));
                    moves.push(("can't connect", self.with(|world| world.cannot_connect(number))));
                } else if sent < TRIES {
                    moves.push((
                        "is too late to send",
                        self.with(|world| {
                            world.take_step(number, calling.withheld(now, error(outcome, sent + 1)));
                        }),
                    ));
                }
            }
            At::Call { waits: true, .. } => {
                // Else the request's own fate is its too.
                if self.network.iter().all(|request| request.of != Some(number)) {
                    let ended = self.with(|world| world.attempt_ended(number, Outcome::Unknown));
                    moves.push(("gives up waiting", ended));
                }
            }
        }
        moves.push(("crashes", self.with(|world| world.crash(number))));
    }

    /// Whose save can only conflict, and who won't read again, is as good as at rest.
    pub(super) fn end_hopeless(&mut self) {
        for number in 0..self.programs.len() {
            if let At::Save { expected, saving, .. } = &self.programs[number].at {
                let is_last = saving.run.rereads_left == 0 || matches!(saving.purpose, saving::Purpose::Clear(_));
                if is_last && !self.accepts(expected.as_ref()) {
                    self.program(number).at = At::Rest;
                }
            }
        }
    }

    fn begin(&mut self, number: usize) {
        let settings = RotationSettings { timeout: TIMEOUTS[number], quiet_margin: SECOND };
        let mut run = RotationRun::new("1".parse().unwrap(), settings, true);
        (run.rereads_left, run.claims_left) = (1, 1);
        if let Without::Rule(rule) = self.without {
            run.rules.without = Some(rule);
        }
        self.program(number).runs_left -= 1;
        // It does nothing before it reads.
        let RotationStep::Load { loading } = run.begin() else { unreachable!("it reads first") };
        self.load(number, loading);
    }

    fn load(&mut self, number: usize, loading: Loading) {
        let step = loading.loaded_drawing(self.now, Ok(self.vault.clone()), || {
            self.pins += 1;
            Ok(pin(self.pins))
        });
        self.take_step(number, step);
    }

    fn send(&mut self, number: usize) {
        let (now, margin) = (self.now, SECOND);
        let At::Call { calling, sent, waits, .. } = &mut self.program(number).at else { unreachable!("it calls") };
        (*sent, *waits) = (*sent + 1, true);
        // Within the claim's own time; but who sends too late can't make it arrive before it was sent.
        let before = (calling.claim.at + TIMEOUTS[number] + margin).max(now + margin);
        let request = Request { pin: calling.claim.pin.clone(), before, of: Some(number) };
        self.network.push(request);
    }

    fn cannot_connect(&mut self, number: usize) {
        if let At::Call { sent, .. } = &mut self.program(number).at {
            *sent += 1;
        }
    }

    fn crash(&mut self, number: usize) {
        self.program(number).at = At::Rest;
        for request in self.network.iter_mut().filter(|request| request.of == Some(number)) {
            request.of = None;
        }
    }

    pub(super) fn take_step(&mut self, number: usize, step: RotationStep) {
        let at = match step {
            RotationStep::Load { loading } => At::Load(loading),
            RotationStep::Save { entry, expected, saving } => At::Save { entry, expected, saving },
            RotationStep::Call { window, calling, .. } => {
                At::Call { calling, window, sent: 0, outcome: Outcome::NotSent, waits: false }
            }
            RotationStep::Done(result) => {
                self.check(result);
                At::Rest
            }
        };
        self.program(number).at = at;
    }

    /// What a run says of the vault at its end is so.
    fn check(&self, result: Result<Option<Rotation>, RotationError>) {
        let is_settled = self.vault.as_ref().is_none_or(|stored| stored.entry.is_settled());
        match result {
            Err(error) if self.without == Without::Nothing && error.vault_state() == VaultState::Settled => {
                assert!(is_settled, "{error}");
            }
            _ => {}
        }
    }
}
