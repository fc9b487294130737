//! The documentation of the magic values, made from the tables that serve them.

use std::fmt::Write as _;

use crate::scenario::scenarios;
use crate::token;
use crate::waba_scenario::waba_scenarios;

/// Markdown for a README: tokens, numbers and every scenario, from the tables that the server itself uses.
#[must_use]
pub fn scenario_table() -> String {
    let mut out = String::from("| access token | what it does |\n|---|---|\n");
    for (name, does) in token::MAGIC {
        let _ = writeln!(out, "| {name} | {does} |");
    }
    out.push_str(
        "\n| phone number ID | what it does |\n|---|---|\n\
         | 15 to 17 digits that begin with `1` | exists, and holds the PIN that was set last |\n\
         | `90` + code (6 digits) + subcode (7 digits, zeros for none) | answers that Graph error: `900001900000463` is code 190, subcode 463 |\n\
         | `91` or `92` + 13 digits | a row of the table below; the last ten digits are free, and scripts (`92`) count each ID apart |\n\
         | anything else | HTTP 400, code 100, subcode 33 |\n\
         \nThe magic IDs need no good token. Kind and outcome are what a client reports without retries and with a short timeout.\n\
         \n| phone number ID | name | what it does | kind | outcome |\n|---|---|---|---|---|\n",
    );
    for scenario in scenarios() {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | `{}` | `{}` |",
            scenario.id, scenario.name, scenario.does, scenario.kind, scenario.outcome
        );
    }
    out.push_str(
        "\n| business account (WABA) | what it does |\n|---|---|\n\
         | `930000000000001` and up | the accounts of the fleet: one with 5 numbers, unless `--numbers` and `--wabas` say otherwise |\n\
         | `90` + code + subcode, as above | answers that Graph error |\n\
         | `94` + 13 digits | a row of the table below; the last ten digits are free |\n\
         | anything else | HTTP 400, code 100, subcode 33 |\n\
         \nKind, and how many numbers were read by then, are what a client reports that asks for a hundred numbers a page, without retries and \
         with a short timeout. The outcome is `not_sent`: no PIN was.\n\
         \n| business account | name | what its list of numbers does | kind | numbers |\n|---|---|---|---|---|\n",
    );
    for scenario in waba_scenarios() {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | `{}` | {} |",
            scenario.id, scenario.name, scenario.does, scenario.kind, scenario.numbers
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_everything() {
        let table = scenario_table();
        assert!(scenarios().iter().all(|scenario| table.contains(scenario.id)));
        assert!(waba_scenarios().iter().all(|scenario| table.contains(scenario.id)));
        assert!(token::MAGIC.iter().all(|(name, _)| table.contains(name)));
    }
}
