//! A number, its server, its vault, the network between, and two programs that rotate it. Each of them drives the value itself.

use std::{
    rc::Rc,
    time::{Duration, SystemTime},
};

use whatsapp_two_step::{Outcome, Pin};

use super::super::*;
use crate::vault::Stored;

pub(super) const SECOND: Duration = Duration::from_secs(1);
/// They differ, so that one program's claim may end before the other's.
pub(super) const TIMEOUTS: [Duration; 2] = [SECOND, Duration::from_secs(2)];
pub(super) const TRIES: u32 = 2;

/// The PIN that holds at first.
pub(super) const FIRST: &str = "000000";

/// What is taken out, to see a PIN get lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Without {
    Nothing,
    Rule(Rule),
    /// Rule 2: the vault writes whatever it is told.
    CompareAndSet,
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) now: SystemTime,
    pub(super) vault: Option<Stored>,
    pub(super) server: Pin,
    pub(super) network: Vec<Request>,
    /// Saves of which their program has no word, and which the vault would still accept: each is done at any time, or never.
    pub(super) late: Vec<Entry>,
    pub(super) programs: [Rc<Program>; 2],
    versions: u64,
    pub(super) pins: u32,
    pub(super) without: Without,
}

/// On its way to the server.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) pin: Pin,
    /// It arrives earlier, or never.
    pub(super) before: SystemTime,
    /// Who waits for its answer.
    pub(super) of: Option<usize>,
}

#[derive(Clone)]
pub(super) struct Program {
    pub(super) runs_left: u32,
    pub(super) at: At,
}

#[derive(Clone)]
pub(super) enum At {
    Rest,
    Load(Loading),
    Save { entry: Entry, expected: Option<Version>, saving: Saving },
    Call { calling: Calling, window: SendWindow, sent: u32, outcome: Outcome, waits: bool },
}

/// What happens next, and the world then.
pub(super) type Moves = Vec<(&'static str, World)>;

pub(super) fn pin(number: u32) -> Pin {
    Pin::parse(&format!("{number:06}")).unwrap()
}

impl World {
    /// PIN 0 holds; the vault has it, or nothing.
    pub(super) fn new(runs: u32, is_known: bool, without: Without) -> Self {
        let entry = Entry { current: Some(pin(0)), ..Entry::default() };
        let program = Rc::new(Program { runs_left: runs, at: At::Rest });
        Self {
            now: SystemTime::UNIX_EPOCH + 1_000 * SECOND,
            vault: is_known.then(|| Stored { entry, version: Version::from(0) }),
            server: pin(0),
            network: Vec::new(),
            late: Vec::new(),
            programs: [program.clone(), program],
            versions: 0,
            pins: 0,
            without,
        }
    }

    /// The PIN that holds is in the vault; or it is the one of which nobody has told the vault.
    pub(super) fn is_kept(&self) -> bool {
        let holds = |pin: &Option<Pin>| pin.as_ref().is_some_and(|pin| pin.expose() == self.server.expose());
        let is_first = self.server.expose() == FIRST;
        match &self.vault {
            None => is_first,
            Some(Stored { entry, .. }) => {
                holds(&entry.current) || holds(&entry.pending) || (entry.current.is_none() && is_first)
            }
        }
    }

    pub(super) fn moves(&self) -> Moves {
        let mut moves = vec![("time passes", self.with(Self::tick))];
        for number in 0..self.network.len() {
            self.deliver(number, &mut moves);
        }
        for number in 0..self.late.len() {
            moves.push((
                "a late save is done",
                self.with(|world| {
                    let entry = world.late.remove(number);
                    world.write(entry);
                }),
            ));
        }
        for number in 0..self.programs.len() {
            self.go_on(number, &mut moves);
        }
        for (_, world) in &mut moves {
            world.end_hopeless();
        }
        moves
    }

    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut world = self.clone();
        change(&mut world);
        world
    }

    pub(super) fn program(&mut self, number: usize) -> &mut Program {
        Rc::make_mut(&mut self.programs[number])
    }

    fn tick(&mut self) {
        self.now += SECOND;
        let now = self.now;
        self.network.retain(|request| request.before > now);
    }

    pub(super) fn write(&mut self, entry: Entry) -> Version {
        self.versions += 1;
        let version = Version::from(self.versions);
        self.vault = Some(Stored { entry, version: version.clone() });
        if self.without != Without::CompareAndSet {
            // Of another version now, so that none of them can be done.
            self.late.clear();
        }
        version
    }

    pub(super) fn accepts(&self, expected: Option<&Version>) -> bool {
        self.without == Without::CompareAndSet || self.vault.as_ref().map(|stored| &stored.version) == expected
    }

    /// A request arrives, or is given up.
    fn deliver(&self, number: usize, moves: &mut Moves) {
        let Request { pin, of, .. } = self.network[number].clone();
        let taken = |applies: bool| {
            let pin = pin.clone();
            self.with(|world| {
                world.network.remove(number);
                if applies {
                    world.server = pin;
                }
            })
        };
        let Some(program) = of else { return moves.push(("a late request is applied", taken(true))) };
        let At::Call { calling, sent, .. } = &self.programs[program].at else { unreachable!("it waits") };
        let mut answered = taken(true);
        answered.take_step(program, calling.clone().set(self.now, *sent, None, None));
        moves.push(("set and answered", answered));
        for (name, mut world, outcome) in [
            ("refused", taken(false), Outcome::Rejected),
            // It may be lost, or arrive yet: at once, so that only its answer is lost, or later.
            ("gives up waiting", self.with(|world| world.network[number].of = None), Outcome::Unknown),
        ] {
            world.attempt_ended(program, outcome);
            moves.push((name, world));
        }
    }

    pub(super) fn attempt_ended(&mut self, program: usize, came_to: Outcome) {
        if let At::Call { outcome, waits, .. } = &mut self.program(program).at {
            (*outcome, *waits) = ((*outcome).max(came_to), false);
        }
    }
}
