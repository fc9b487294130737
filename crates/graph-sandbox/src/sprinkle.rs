//! Faults that a seed sprinkles over the PIN calls of ordinary numbers.

use crate::answers as odd;
use crate::fault::Fault;
use crate::scenario::Act;
use crate::trace::{Trace, mix};

/// How many of a thousand calls meet a fault, and which ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sprinkle {
    pub(crate) permille: u32,
    pub(crate) seed: u64,
}

/// As often one as the other; after half of them the PIN is set.
const KINDS: [Act; 6] = [
    Act::Wire(Fault::Reset),
    Act::Wire(Fault::AppliedClose),
    Act::Answer(|_, reply| reply.foreign(503, "text/html", odd::HTML)),
    Act::Answer(|_, reply| odd::raw_error(reply, 500, odd::TRANSIENT)),
    Act::Applied(|_, reply| odd::raw_error(reply, 500, odd::TRANSIENT)),
    Act::Wire(Fault::AppliedHang),
];

impl Sprinkle {
    /// What the `nth` call of a number meets, if anything. It hangs on nothing else: in which order numbers are called is all one.
    pub(crate) fn draw(self, id: &str, nth: usize) -> Option<Act> {
        let drawn = self.hash(id, nth);
        let kind = usize::try_from(drawn / 1_000 % KINDS.len() as u64).unwrap_or_default();
        (drawn % 1_000 < self.permille.into()).then_some(KINDS[kind])
    }

    /// The trace IDs of that call's answer, likewise.
    pub(crate) fn trace(self, id: &str, nth: usize) -> Trace {
        Trace::from_seed(mix(self.hash(id, nth)))
    }

    fn hash(self, id: &str, nth: usize) -> u64 {
        let id = id.parse().unwrap_or(0_u64);
        mix(mix(mix(self.seed) ^ id) ^ nth as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(sprinkle: Sprinkle) -> Vec<(usize, Option<Act>)> {
        let calls = (0..10_000).flat_map(|number| (0..3).map(move |nth| (106_540_352_242_922_u64 + number, nth)));
        calls.map(|(id, nth)| (nth, sprinkle.draw(&id.to_string(), nth))).collect()
    }

    #[test]
    fn so_many_of_a_thousand_at_each_attempt_and_of_every_kind() {
        let all = drawn(Sprinkle { permille: 100, seed: 7 });
        for nth in 0..3 {
            let faults = all.iter().filter(|(at, act)| *at == nth && act.is_some()).count();
            assert!((900..1_100).contains(&faults), "{faults} at {nth}");
        }
        let shown: Vec<_> = all.iter().filter_map(|(_, act)| act.map(|act| format!("{act:?}"))).collect();
        let wires = |fault: &str| shown.iter().filter(|act| act.contains(fault)).count();
        for fault in ["Reset", "AppliedClose", "AppliedHang", "Applied("] {
            assert!((400..600).contains(&wires(fault)), "{} of {fault}", wires(fault));
        }
        assert!((850..1_150).contains(&wires("Answer")));
    }

    #[test]
    fn the_seed_says_which() {
        let which =
            |seed| drawn(Sprinkle { permille: 100, seed }).iter().map(|(_, act)| act.is_some()).collect::<Vec<_>>();
        assert_eq!(which(1), which(1));
        assert_ne!(which(1), which(2));
        let count = |permille| drawn(Sprinkle { permille, seed: 1 }).iter().filter(|(_, act)| act.is_some()).count();
        assert_eq!((count(0), count(1_000)), (0, 30_000));
        let trace = |seed, nth| Sprinkle { permille: 0, seed }.trace("1", nth).request_id().to_owned();
        assert_eq!(trace(1, 0), trace(1, 0));
        assert!(trace(1, 0) != trace(1, 1) && trace(1, 0) != trace(2, 0));
    }
}
