//! The business accounts (WABAs) of a sandbox, and the numbers that belong to them. Nothing of it is stored: it follows from its size.

use std::ops::Range;

/// The account of every number that belongs to no other.
pub(crate) const ACCOUNT: u64 = 102_290_129_340_398;

/// The fleet's accounts have this ID and those after it.
const FIRST_WABA: u64 = 930_000_000_000_001;
/// The same for its numbers.
const FIRST_NUMBER: u64 = 106_540_352_242_922;

/// How many numbers there are, spread evenly over how many accounts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fleet {
    pub(crate) numbers: u32,
    pub(crate) wabas: u32,
}

impl Default for Fleet {
    fn default() -> Self {
        Self { numbers: 5, wabas: 1 }
    }
}

/// An account: its ID, and the IDs of its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) waba: u64,
    pub(crate) numbers: Range<u64>,
}

impl Fleet {
    /// The account of this ID.
    pub(crate) fn account(self, id: &str) -> Option<Account> {
        let waba = id.parse().ok().filter(|_| id.len() == 15)?;
        let index = u64::checked_sub(waba, FIRST_WABA).filter(|index| *index < self.wabas.into())?;
        let begin = |index: u64| FIRST_NUMBER + index * u64::from(self.numbers) / u64::from(self.wabas);
        Some(Account { waba, numbers: begin(index)..begin(index + 1) })
    }

    /// The account of a number.
    pub(crate) fn account_of(self, number: &str) -> u64 {
        let index = number.parse().ok().and_then(|number: u64| number.checked_sub(FIRST_NUMBER));
        match index.filter(|index| *index < self.numbers.into()) {
            // The last account that doesn't begin after it.
            Some(index) => {
                FIRST_WABA + ((index + 1) * u64::from(self.wabas)).div_ceil(u64::from(self.numbers)).saturating_sub(1)
            }
            None => ACCOUNT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_evenly_and_belong_to_one_account() {
        for (numbers, wabas) in [(2_500, 3), (5, 1), (7, 7), (3, 5), (1, 2), (0, 2), (1_000, 999)] {
            let fleet = Fleet { numbers, wabas };
            let mut due = FIRST_NUMBER;
            for waba in FIRST_WABA..FIRST_WABA + u64::from(wabas) {
                let account = fleet.account(&waba.to_string()).unwrap();
                let count = account.numbers.end - account.numbers.start;
                assert!(count.abs_diff(u64::from(numbers) / u64::from(wabas)) <= 1);
                assert_eq!((account.waba, account.numbers.start), (waba, due));
                for number in account.numbers.clone() {
                    assert_eq!(fleet.account_of(&number.to_string()), waba, "{number} of {numbers} in {wabas}");
                }
                due = account.numbers.end;
            }
            assert_eq!(due, FIRST_NUMBER + u64::from(numbers));
            assert_eq!(fleet.account(&(FIRST_WABA + u64::from(wabas)).to_string()), None);
            assert_eq!(fleet.account_of(&due.to_string()), ACCOUNT);
        }
        assert_eq!(Fleet::default().account("0930000000000001"), None);
    }
}
