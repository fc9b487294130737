//! Kills `rotate` with -9 at random moments: whatever it was doing, the PIN that the sandbox holds is in the vault.
//!
//! `make soak` runs the long form: `SOAK_ROTATIONS` kills, 2,000 by default, of each kind.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]
#![allow(clippy::print_stdout, reason = "it says what it has seen")]

mod common;
#[path = "../../whatsapp-two-step-rotation/tests/common/server.rs"]
mod server;

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    os::unix::process::ExitStatusExt,
    process::{Child, Output},
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant, SystemTime},
};

use common::{command, vault::Place};
use graph_sandbox::Sandbox;
use server::Server;
use tokio::runtime::{Builder, Runtime};
use whatsapp_two_step::PhoneNumberId;
use whatsapp_two_step_rotation::{AnyVault, Entry, Vault};

const NUMBERS: u64 = 50;
/// No settled number stays quiet for longer: the timeout, the margin, and the rest of a second.
const QUIET: Duration = Duration::from_secs(4);
/// About how long the call and the last save take.
const AFTER_THE_SAVE: Duration = Duration::from_millis(25);

#[test]
fn a_few_kills_lose_no_pin() {
    Soak::new(Place::new().make()).run("SQLite", 1, 30);
    Soak::new(Place::new().make()).run("SQLite", 3, 30);
}

#[test]
#[ignore = "takes a quarter of an hour: make soak runs it"]
fn thousands_of_kills_lose_no_pin() {
    let kills = std::env::var("SOAK_ROTATIONS").map_or(2_000, |count| count.parse().unwrap());
    let server = Server::start();
    for programs in [1, 2, 8] {
        Soak::new(Place::new().make()).run("SQLite", programs, kills);
        if let Some(server) = &server {
            let url = server.url("sslmode=disable");
            if programs > 1 {
                server.sql("DROP TABLE whatsapp_two_step_vault");
            }
            Soak::new(Place::at(url, tempfile::tempdir().unwrap()).make()).run("PostgreSQL", programs, kills);
        }
    }
}

struct Soak {
    place: Place,
    sandbox: Sandbox,
    vault: AnyVault,
    runtime: Runtime,
    random: RandomState,
    drawn: u64,
    /// How long a run takes that is left alone.
    whole: Duration,
    seen: Seen,
}

#[derive(Debug, Default)]
struct Seen {
    runs: usize,
    killed: usize,
    /// How often each exit code came.
    ended: BTreeMap<i32, usize>,
    settled: usize,
    /// Two PINs, or a first one, of which the sandbox held the pending one.
    pending_held: usize,
    /// The same, and it held the other one, or none yet.
    pending_not_held: usize,
}

impl Soak {
    fn new(place: Place) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (vault, sandbox) = (place.vault(), Sandbox::start().unwrap());
        let (random, whole) = (RandomState::new(), Duration::ZERO);
        Self { place, sandbox, vault, runtime, random, drawn: 0, whole, seen: Seen::default() }
    }

    fn run(mut self, kind: &str, programs: usize, kills: usize) {
        let begun = Instant::now();
        // As many at once, left alone, each with a number of its own.
        let alone: Vec<_> = (0..programs).map(|number| self.start(&format!("10654035224290{number}"))).collect();
        for mut child in alone {
            assert!(child.wait().unwrap().success());
        }
        self.whole = begun.elapsed();
        let ids: Vec<_> = (0..NUMBERS).map(id).collect();
        for id in ids.iter().cycle() {
            if self.seen.killed >= kills {
                break;
            }
            self.wait_until_a_pin_can_be_drawn(id);
            let outputs = self.kill_some(id, programs);
            self.check(id, &outputs);
        }
        // A request of a killed program may still have been under way.
        thread::sleep(Duration::from_millis(500));
        for id in &ids {
            self.check(id, &[]);
        }
        self.settle_all();
        let seconds = begun.elapsed().as_secs();
        println!("{kind}, {programs} at once, {NUMBERS} numbers, {seconds} s: no PIN was lost. {:?}", self.seen);
    }

    /// Else the run would be refused as busy, and nothing is killed.
    fn wait_until_a_pin_can_be_drawn(&self, id: &str) {
        let begun = Instant::now();
        loop {
            let entry = self.entry(id);
            if !entry.is_settled() || entry.quiet_until.is_none_or(|until| until <= SystemTime::now()) {
                return;
            }
            assert!(begun.elapsed() < QUIET, "{id} stays quiet");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Programs over one number, each of which has a random moment to live: of the whole run, or, every other time, of the short
    /// while after the first of them has saved.
    fn kill_some(&mut self, id: &str, programs: usize) -> Vec<Output> {
        self.drawn += 1;
        let is_aimed = self.drawn.is_multiple_of(2);
        let lives = if is_aimed { AFTER_THE_SAVE } else { self.whole.mul_f64(1.1) };
        let moments: Vec<_> = (0..programs).map(|_| self.random_part_of(lives)).collect();
        let (before, has_begun) = (self.entry(id).quiet_until, AtomicBool::new(!is_aimed));
        let (this, has_begun) = (&*self, &has_begun);
        let ends: Vec<_> = thread::scope(|scope| {
            let programs: Vec<_> =
                moments.into_iter().map(|moment| scope.spawn(move || this.kill_one(id, moment, has_begun))).collect();
            while !has_begun.load(Ordering::Relaxed) && !programs.iter().all(ScopedJoinHandle::is_finished) {
                has_begun.store(this.entry(id).quiet_until != before, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
            }
            programs.into_iter().map(|program| program.join().unwrap()).collect()
        });
        for output in &ends {
            self.seen.runs += 1;
            match output.status.code() {
                Some(code) => *self.seen.ended.entry(code).or_default() += 1,
                None => self.seen.killed += usize::from(output.status.signal() == Some(9)),
            }
        }
        ends
    }

    fn kill_one(&self, id: &str, moment: Duration, has_begun: &AtomicBool) -> Output {
        let mut child = self.start(id);
        let mut end = Instant::now() + moment;
        while Instant::now() < end && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
            if !has_begun.load(Ordering::Relaxed) {
                end = Instant::now() + moment;
            }
        }
        let _ = child.kill();
        child.wait_with_output().unwrap()
    }

    fn start(&self, id: &str) -> Child {
        let args = ["rotate", "--yes", "--base-url", self.sandbox.base_url(), "--timeout", "1", "--quiet-margin", "1"];
        let args = [&args[..], &["--max-retries", "1", "--phone-number-id", id], &self.place.flags()].concat();
        command(&args).spawn().unwrap()
    }

    /// The promise. And nothing that was printed has a PIN.
    fn check(&mut self, id: &str, outputs: &[Output]) {
        // In this order: a request that arrives in between brings the pending PIN, which is in the vault by then.
        let held = self.sandbox.pin(id);
        let entry = self.entry(id);
        let holds =
            |pin: &Option<whatsapp_two_step::Pin>| pin.as_ref().map(whatsapp_two_step::Pin::expose) == held.as_deref();
        let is_known = held.is_none() || holds(&entry.current) || holds(&entry.pending);
        assert!(is_known, "the PIN of {id} is lost, after {:?}", self.seen);
        match (entry.is_settled(), holds(&entry.pending)) {
            (true, _) => self.seen.settled += 1,
            (false, true) => self.seen.pending_held += 1,
            (false, false) => self.seen.pending_not_held += 1,
        }
        for output in outputs {
            let text =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(entry.may_hold().iter().all(|pin| !text.contains(pin.expose())), "a PIN is printed");
            assert!(output.status.code() != Some(7), "{text}");
        }
    }

    /// Left alone, all are settled, and with the PIN that the sandbox holds; but for those whose answers are always lost.
    fn settle_all(&self) {
        let args = ["rotate", "--yes", "--only", "unsettled", "--base-url", self.sandbox.base_url(), "--timeout", "5"];
        self.place.run(&args, "");
        for number in 0..NUMBERS {
            let (id, entry) = (id(number), self.entry(&id(number)));
            let current = entry.current.as_ref().map(|pin| pin.expose().to_owned());
            if !answers_are_lost(number) && (current.is_some() || self.sandbox.pin(&id).is_some()) {
                assert!(entry.is_settled() && current == self.sandbox.pin(&id), "{id} is not settled");
            }
        }
    }

    fn entry(&self, id: &str) -> Entry {
        let id = PhoneNumberId::parse(id).unwrap();
        let stored = self.runtime.block_on(Box::pin(self.vault.load(&id))).unwrap();
        stored.map(|stored| stored.entry).unwrap_or_default()
    }

    fn random_part_of(&mut self, time: Duration) -> Duration {
        self.drawn += 1;
        #[allow(clippy::cast_precision_loss, reason = "it is random anyway")]
        time.mul_f64(self.random.hash_one(self.drawn) as f64 / u64::MAX as f64)
    }
}

/// Most are ordinary; some answer after 300 ms, and some never, once the PIN is set.
fn id(number: u64) -> String {
    let first = match number % 5 {
        1 => 910_060_000_000_000,
        _ if answers_are_lost(number) => 914_010_000_000_000,
        _ => 106_540_352_242_000,
    };
    (first + number).to_string()
}

fn answers_are_lost(number: u64) -> bool {
    number % 5 == 3
}
