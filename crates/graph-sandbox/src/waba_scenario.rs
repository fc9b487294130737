//! The accounts (WABAs) whose lists of numbers go wrong: one table, which serves them and documents them.

use crate::fault::Fault;
use crate::fleet::Account;
use crate::number::Values;
use crate::reply::Reply;
use crate::usage::Usage;

/// An odd list of numbers, and the ID of the account that brings it out.
///
/// The last ten digits of an ID are free, as those of a [`Scenario`](crate::Scenario) are.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct WabaScenario {
    /// The account's ID; only its first five digits count.
    pub id: &'static str,
    /// A short name.
    pub name: &'static str,
    /// What the server does.
    pub does: &'static str,
    /// What a client reports that asks for a hundred numbers a page, with no retries and a timeout of a second or so: an error
    /// kind, or `success`.
    pub kind: &'static str,
    /// How many numbers it has read by then.
    pub numbers: usize,
    pub(crate) act: Act,
    /// How many numbers the account has.
    total: u64,
}

/// What is odd about a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// Nothing.
    Works,
    Values(Values<'static>),
    /// The token and terminal escapes in every text.
    Echo,
    NoPaging,
    /// A page leads to itself.
    SameCursor,
    /// The last page leads to the second.
    Circle,
    /// Pages between the first and the last are empty.
    EmptyPages,
    NextWithoutCursor,
    TokenInCursor,
    /// Not even a list.
    NoData,
    /// The field `is_pin_enabled` is refused.
    NoPinField,
    /// Every page but the first.
    Later(fn(&mut Reply)),
    /// The first later page that is asked for; then it works.
    LaterOnce(fn(&mut Reply)),
    LaterWire(Fault),
    Wire(Fault),
}

macro_rules! scenarios {
    ($($id:literal $name:literal $kind:ident $numbers:literal of $total:literal $act:expr, $does:literal;)+) => {
        static SCENARIOS: &[WabaScenario] = &[$(WabaScenario {
            id: $id,
            name: $name,
            does: $does,
            kind: stringify!($kind),
            numbers: $numbers,
            act: $act,
            total: $total,
        }),+];
    };
}

scenarios! {
    // Fields.
    "940010000000000" "absent-fields" success 3 of 3 Act::Values(Values::Absent), "numbers with an ID and no other field";
    "940020000000000" "null-fields" success 3 of 3 Act::Values(Values::Null), "every field but the ID is `null`";
    "940030000000000" "fields-of-another-type" success 3 of 3 Act::Values(Values::OfAnotherType), "every field but the ID is an object";
    "940040000000000" "unknown-values" success 3 of 3 Act::Values(Values::Unknown), "statuses and types that nobody knows";
    "940050000000000" "numeric-id" unexpected_response 0 of 3 Act::Values(Values::NumericId), "the IDs are JSON numbers";
    "940060000000000" "refused-field" success 3 of 3 Act::NoPinField, "refuses the field `is_pin_enabled`: code 100, HTTP 400";
    "940070000000000" "echo-token-in-fields" success 3 of 3 Act::Echo, "the token, and what drives a terminal, in every text";
    // Pages.
    "940200000000000" "no-paging" success 100 of 250 Act::NoPaging, "a page of 100 numbers without `paging`";
    "940210000000000" "empty-page" success 150 of 250 Act::EmptyPages, "the second of three pages is empty";
    "940220000000000" "same-cursor" unexpected_response 100 of 250 Act::SameCursor, "the second page leads to itself";
    "940230000000000" "circle" unexpected_response 200 of 250 Act::Circle, "the third page leads to the second";
    "940240000000000" "next-without-cursor" unexpected_response 0 of 250 Act::NextWithoutCursor, "a `next` URL without a cursor";
    "940250000000000" "token-in-cursor" unexpected_response 0 of 250 Act::TokenInCursor, "a cursor with the token in it";
    "940260000000000" "no-data" unexpected_response 0 of 3 Act::NoData, "`{}`";
    // Sizes.
    "940400000000000" "page-200-kb" success 250 of 250 Act::Values(Values::LongName(2_000)), "pages of more than 64 KiB";
    "940410000000000" "page-1200-kb" unexpected_response 0 of 250 Act::Values(Values::LongName(12_000)), "pages of more than 1 MiB";
    // In the middle.
    "940600000000000" "token-expires" authentication 100 of 250 Act::Later(token_expired), "the first page, then code 190, subcode 463";
    "940610000000000" "rate-limited" rate_limited 100 of 250 Act::Later(rate_limited), "the first page, then code 80008 with 5 minutes of `estimated_time_to_regain_access`";
    "940620000000000" "limited-once" rate_limited 100 of 250 Act::LaterOnce(limited), "the first page, then HTTP 429 with `Retry-After: 1` once, then works";
    "940630000000000" "hang" timed_out 100 of 250 Act::LaterWire(Fault::Hang), "the first page, then no answer";
    "940640000000000" "reset" connection_failed 100 of 250 Act::LaterWire(Fault::Reset), "the first page, then resets of the connection";
    "940650000000000" "slow" success 250 of 250 Act::Wire(Fault::Slow), "each page after 300 ms";
}

fn token_expired(reply: &mut Reply) {
    reply.fail_with(190, Some(463));
}

fn rate_limited(reply: &mut Reply) {
    let message = "(#80008) There have been too many calls to this WhatsApp Business account.";
    reply.fail(400, "OAuthException", 80_008, None, message);
    reply.usage = Usage::Business { write: false, percent: 100, minutes: 5 };
}

fn limited(reply: &mut Reply) {
    crate::answers::wait(reply, 429, "1");
}

/// Every odd list of numbers that the ID of an account brings out.
///
/// ```
/// let circle = graph_sandbox::waba_scenarios().iter().find(|scenario| scenario.name == "circle").unwrap();
/// assert_eq!((circle.id, circle.kind, circle.numbers), ("940230000000000", "unexpected_response", 200));
/// ```
#[must_use]
pub fn waba_scenarios() -> &'static [WabaScenario] {
    SCENARIOS
}

/// The scenario that `id` brings out.
pub(crate) fn find(id: &str) -> Option<&'static WabaScenario> {
    let is_magic = id.len() == 15 && id.bytes().all(|byte| byte.is_ascii_digit());
    SCENARIOS.iter().find(|scenario| is_magic && scenario.id[..5] == id[..5])
}

impl WabaScenario {
    /// The account of this ID. All of them have the same numbers.
    pub(crate) fn account(&self, id: &str) -> Account {
        let first = 107_000_000_000_000;
        Account { waba: id.parse().unwrap_or_default(), numbers: first..first + self.total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_apart_and_well_formed() {
        for (i, scenario) in waba_scenarios().iter().enumerate() {
            assert!(scenario.id.len() == 15 && scenario.id.ends_with("0000000000"), "{}", scenario.name);
            assert_eq!(find(scenario.id).unwrap().name, scenario.name);
            assert!(waba_scenarios()[..i].iter().all(|other| other.name != scenario.name), "{}", scenario.name);
        }
        assert_eq!(find("940230000000042").unwrap().name, "circle");
        assert!(find("949990000000000").is_none() && find("94023").is_none() && find("94023000000000x").is_none());
    }
}
