//! The proof: every order in which two programs, their vault, their server and the network can act, over the value itself.
//!
//! After each step, the PIN that the server holds must be the vault's current or its pending one. Breadth first, so that the
//! way to a PIN that is lost is as short as can be.

mod errors;
mod key;
mod program;
mod world;

use std::collections::{HashMap, VecDeque, hash_map::Entry as Slot};

use super::Rule;
use key::key;
use world::{Without, World};

/// How many worlds there are, or how a PIN gets lost.
fn search(first: World) -> Result<usize, Vec<&'static str>> {
    let mut seen = HashMap::from([(key(&first), 0)]);
    let mut ways: Vec<(usize, &'static str)> = vec![(0, "")];
    let mut left = VecDeque::from([(0, first)]);
    while let Some((number, world)) = left.pop_front() {
        for (name, next) in world.moves() {
            let Slot::Vacant(slot) = seen.entry(key(&next)) else { continue };
            let next_number = ways.len();
            slot.insert(next_number);
            ways.push((number, name));
            if !next.is_kept() {
                let mut way = vec![name];
                let mut at = number;
                while at > 0 {
                    way.push(ways[at].1);
                    at = ways[at].0;
                }
                way.reverse();
                return Err(way);
            }
            left.push_back((next_number, next));
        }
    }
    Ok(ways.len())
}

#[test]
fn no_pin_is_lost() {
    // What the vault knows at first makes no difference to what can happen, so that one run each will do for the second.
    for (is_known, what, runs) in [(true, "the PIN", 2), (false, "nothing", 1)] {
        let begun = std::time::Instant::now();
        let states = search(World::new(runs, is_known, Without::Nothing))
            .unwrap_or_else(|way| panic!("with {what} in the vault at first, a PIN is lost: {}", way.join(" > ")));
        println!("with {what} in the vault at first: no PIN lost in {states} states, {:.1?}", begun.elapsed());
        assert!(states > 50_000, "only {states} states were seen");
    }
}

/// What the key leaves out makes no difference; so a state that was seen needn't be looked at again.
#[test]
fn worlds_that_count_as_one_have_the_same_future() {
    let futures = |world: &World| {
        let own = key(world);
        let mut futures: Vec<_> = world.moves().iter().map(|(_, next)| (key(next), next.is_kept())).collect();
        futures.retain(|(key, _)| *key != own);
        futures.sort();
        futures.dedup();
        futures
    };
    let first = World::new(1, true, Without::Nothing);
    let mut seen = HashMap::from([(key(&first), futures(&first))]);
    let mut left = VecDeque::from([first]);
    while let Some(world) = left.pop_front() {
        for (name, next) in world.moves() {
            match seen.entry(key(&next)) {
                Slot::Occupied(known) => assert!(*known.get() == futures(&next), "after {name}"),
                Slot::Vacant(slot) => {
                    slot.insert(futures(&next));
                    left.push_back(next);
                }
            }
        }
    }
}

#[test]
fn without_any_rule_a_pin_is_lost() {
    let rules = [
        Rule::WriteAhead,
        Rule::ClaimAgain,
        Rule::LaterStays,
        Rule::LookAtTheClock,
        Rule::RollForward,
        Rule::KeepQuiet,
        Rule::SettleTheSame,
        Rule::ClearOnlyOwn,
        Rule::ClearOnlyCertain,
        Rule::UnquietOnlyOwn,
        Rule::UnquietOnlyOne,
    ];
    for without in rules.map(Without::Rule).into_iter().chain([Without::CompareAndSet]) {
        match search(World::new(2, true, without)) {
            Ok(states) => panic!("without {without:?}, no PIN is lost in {states} states"),
            Err(way) => println!("without {without:?}: {}", way.join(" > ")),
        }
    }
}
