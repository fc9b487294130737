//! IDs that look like those of the recordings; they are fresh, not secret.

use std::sync::atomic::{AtomicU64, Ordering};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// That of splitmix64. So far apart, the IDs of sandboxes that start within a second don't meet.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Gives out trace IDs.
#[derive(Debug)]
pub(crate) struct Traces(AtomicU64);

/// The IDs of one answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trace {
    request: [u8; 23],
    trace: [u8; 11],
}

impl Traces {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn next(&self) -> Trace {
        Trace::from_seed(self.0.fetch_add(STEP, Ordering::Relaxed))
    }

    /// Begins anew.
    pub(crate) fn restart(&self, seed: u64) {
        self.0.store(seed, Ordering::Relaxed);
    }
}

/// A step of the generator splitmix64: a number in which each bit hangs on each bit of `seed`.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Trace {
    /// The same for the same seed.
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut trace = Self { request: [b'A'; 23], trace: [b'C'; 11] };
        let mut word = seed;
        let mut bits = 0;
        for (i, letter) in trace.request[1..].iter_mut().chain(&mut trace.trace[1..]).enumerate() {
            if i % 10 == 0 {
                word = mix(word);
                bits = word;
            }
            *letter = ALPHABET[usize::from(bits.to_le_bytes()[0] & 63)];
            bits >>= 6;
        }
        trace
    }

    /// `x-fb-request-id`, which `fbtrace_id` of an error equals.
    pub(crate) fn request_id(&self) -> &str {
        std::str::from_utf8(&self.request).unwrap_or_default()
    }

    /// `x-fb-trace-id`.
    pub(crate) fn trace_id(&self) -> &str {
        std::str::from_utf8(&self.trace).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_and_of_the_right_shape() {
        let traces = Traces::new(7);
        let (a, b) = (traces.next(), traces.next());
        assert_ne!(a.request_id(), b.request_id());
        assert!(a.request_id().starts_with('A'));
        assert_eq!((a.request_id().len(), a.trace_id().len()), (23, 11));
    }
}
