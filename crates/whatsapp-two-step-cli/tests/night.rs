//! A night of a fleet: limits, faults, kills, an expired token. Run again as the command says, every number ends settled, and the PIN that
//! the sandbox holds is the vault's.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]
#![allow(clippy::print_stdout, reason = "it says what it has seen")]

mod common;
#[path = "../../whatsapp-two-step-rotation/tests/common/server.rs"]
mod server;

use std::{
    collections::BTreeMap,
    fs,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use common::{End, command, end_of, private_file, vault::Place};
use graph_sandbox::Sandbox;
use server::Server;
use tokio::runtime::Builder;
use whatsapp_two_step::PhoneNumberId;
use whatsapp_two_step_rotation::Vault;

/// How large a night is.
struct Night {
    numbers: u32,
    wabas: u32,
    calls_per_hour: u32,
    hour: Duration,
}

const SHORT: Night = Night { numbers: 400, wabas: 4, calls_per_hour: 60, hour: Duration::from_secs(2) };
const LONG: Night = Night { numbers: 10_000, wabas: 20, calls_per_hour: 200, hour: Duration::from_secs(20) };

const FIRST_WABA: u64 = 930_000_000_000_001;

impl Night {
    fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::builder().numbers(self.numbers).wabas(self.wabas).faults(30, 7);
        sandbox.calls_per_hour(self.calls_per_hour).hour(self.hour).start().unwrap()
    }

    /// A token for each account.
    fn tokens(&self, but: Option<&str>) -> String {
        let token = |place: u64| {
            let token = format!("EAA_of_customer_{place}");
            let token = if but == Some(&token) { "EAA_a_new_one".to_owned() } else { token };
            format!("{},{token}\n", FIRST_WABA + place)
        };
        (0..self.wabas.into()).map(token).collect()
    }

    fn start(&self, place: &Place, sandbox: &Sandbox, more: &[&str], output: fn() -> Stdio) -> Child {
        let hour = self.hour.as_secs().to_string();
        let mut args = vec!["rotate", "--yes", "--json", "--base-url", sandbox.base_url(), "--hour", &hour];
        args.extend(["--timeout", "2", "--quiet-margin", "1", "--concurrency", "64", "--max-retries", "0"]);
        args.extend(place.flags());
        args.extend(more);
        let mut command = command(&args);
        command.env_remove("WHATSAPP_ACCESS_TOKEN").stdout(output()).stderr(output()).spawn().unwrap()
    }

    fn run(&self, place: &Place) {
        let (sandbox, begun) = (self.sandbox(), Instant::now());
        let tokens = private_file(place.folder.path(), "tokens", &self.tokens(None));
        let since = now();
        let args = ["--since", &since, "--tokens-file", &tokens];
        // Two kills, at about a fifth of the work each.
        for part in [1, 2] {
            // Nobody reads what it prints: it would stand still.
            let mut child = self.start(place, &sandbox, &args, Stdio::null);
            while sandbox.pins().len() * 5 < self.numbers as usize * part {
                assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
                thread::sleep(Duration::from_millis(10));
            }
            child.kill().unwrap();
            child.wait().unwrap();
        }
        // A customer's token expires half-way.
        let child = self.start(place, &sandbox, &args, Stdio::piped);
        let reader = thread::spawn(|| end_of(child));
        while sandbox.pins().len() * 5 < self.numbers as usize * 3 {
            assert!(!reader.is_finished(), "it ended by itself");
            thread::sleep(Duration::from_millis(10));
        }
        sandbox.expire_token("EAA_of_customer_1");
        let end = reader.join().unwrap();
        assert!([4, 6].contains(&end.code.unwrap()), "{}", end.err);
        assert!(
            end.err.contains("To go on: run it again with --since") && end.err.contains("authentication"),
            "{}",
            end.err
        );
        fs::write(&tokens, self.tokens(Some("EAA_of_customer_1"))).unwrap();
        let mut runs = 4;
        loop {
            let end = end_of(self.start(place, &sandbox, &args, Stdio::piped));
            end.assert_no_secret("a night");
            if end.code == Some(0) {
                break;
            }
            runs += 1;
            assert!(runs < 20, "{}", end.err);
        }
        check(place, &sandbox, self.numbers);
        println!(
            "{} numbers of {} accounts, {runs} runs, {:.0?}: all settled",
            self.numbers,
            self.wabas,
            begun.elapsed()
        );
    }
}

fn now() -> String {
    // As the command prints it; `date` is on every Unix.
    let output = std::process::Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Each number is settled in the vault, with the PIN of the sandbox, and was given one new PIN.
#[track_caller]
fn check(place: &Place, sandbox: &Sandbox, numbers: u32) {
    let (vault, pins) = (place.vault(), sandbox.pins());
    assert_eq!(pins.len(), numbers as usize);
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        for (id, pin) in &pins {
            let stored = vault.load(&PhoneNumberId::parse(id).unwrap()).await.unwrap().unwrap();
            assert!(stored.entry.is_settled(), "{id} is not settled");
            assert!(stored.entry.current.unwrap().expose() == pin, "the vault has not the PIN of {id}");
        }
    });
    for (id, changes) in sandbox.all_pin_changes() {
        assert_eq!(changes, 1, "{id} was given more than one PIN");
    }
}

#[test]
fn a_short_night_ends_settled() {
    SHORT.run(&Place::new().make());
}

#[test]
#[ignore = "takes minutes: make soak runs it"]
fn a_long_night_ends_settled() {
    LONG.run(&Place::new().make());
}

/// Eight programs, with nothing between them but the vault.
fn share(place: &Place, numbers: u32) {
    let night = Night { numbers, wabas: 4, calls_per_hour: 1_000_000, hour: Duration::from_secs(3600) };
    let sandbox = Sandbox::builder().numbers(numbers).wabas(4).latency(Duration::from_millis(20)).start().unwrap();
    let tokens = private_file(place.folder.path(), "tokens", &night.tokens(None));
    let (since, begun) = (now(), Instant::now());
    let args = ["--since", &since, "--concurrency", "8", "--tokens-file", &tokens];
    let mut children = Vec::new();
    for _ in 0..8 {
        let hour = night.hour.as_secs().to_string();
        let mut all = vec!["rotate", "--yes", "--json", "--base-url", sandbox.base_url(), "--hour", &hour];
        all.extend(["--timeout", "20", "--quiet-margin", "5"]);
        all.extend(place.flags());
        all.extend(args);
        children.push(command(&all).spawn().unwrap());
    }
    // Read all at once: a program whose output nobody reads stands still.
    let readers: Vec<_> = children.into_iter().map(|child| thread::spawn(|| end_of(child))).collect();
    let ends: Vec<End> = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
    let mut done = BTreeMap::new();
    for (program, end) in ends.iter().enumerate() {
        assert_eq!(end.code, Some(0), "{}", end.err);
        let rotated = end.json_lines().iter().filter(|line| line["rotated_at"].is_string()).count();
        done.insert(program, rotated);
    }
    println!("eight programs, {numbers} numbers, {:.1?}: {done:?}", begun.elapsed());
    check(place, &sandbox, numbers);
    assert_eq!(done.values().sum::<usize>(), numbers as usize);
    // How evenly is the machine's matter, and that of SQLite's lock.
    let busy = done.values().filter(|rotated| **rotated * 32 >= numbers as usize).count();
    assert!(busy >= 4, "the work is not spread: {done:?}");
}

#[test]
fn eight_programs_share_a_fleet() {
    share(&Place::new().make(), 400);
    if let Some(server) = Server::start() {
        share(&Place::at(server.url("sslmode=disable"), tempfile::tempdir().unwrap()).make(), 400);
    }
}
