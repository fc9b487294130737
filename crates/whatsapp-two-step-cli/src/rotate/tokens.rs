//! `--tokens-file`: a token for each account.

use std::{collections::HashMap, path::Path};

use whatsapp_two_step::{AccessToken, TwoStepError, WabaId};

use crate::{
    failure::Failure,
    inputs::{Inputs, shown},
};

const FILE_MAX: usize = 64 << 20;
/// So many wrong lines are named; the others are counted.
const NAMED: usize = 10;

/// In the order of the file.
#[derive(Default)]
pub(super) struct Tokens {
    pub(super) accounts: Vec<WabaId>,
    by_account: HashMap<WabaId, AccessToken>,
}

impl Tokens {
    pub(super) async fn read(path: Option<&Path>, inputs: &mut Inputs<'_>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = inputs.secret("--tokens-file", path, FILE_MAX).await?.unwrap_or_default();
        Self::parse(&text).map_err(|wrong| {
            let message = format!("--tokens-file: {} is not right. {wrong}.", shown(path));
            Failure::input(message, "Each line is waba_id,access_token. Nothing was sent.")
        })
    }

    /// What is wrong is said by the line's number, and never with what stands there.
    fn parse(text: &str) -> Result<Self, String> {
        let (mut tokens, mut wrong) = (Self::default(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            if line.is_empty() || (number == 1 && line == "waba_id,access_token") {
                continue;
            }
            match pair(line) {
                Ok((account, token)) => {
                    if tokens.by_account.insert(account.clone(), token).is_some() {
                        wrong.push(format!("line {number}: an account that was there before"));
                    }
                    tokens.accounts.push(account);
                }
                Err(what) => wrong.push(format!("line {number}: {what}")),
            }
        }
        let more = wrong.len().saturating_sub(NAMED);
        wrong.truncate(NAMED);
        if more > 0 {
            wrong.push(format!("and {more} more"));
        }
        match (wrong.is_empty(), tokens.accounts.is_empty()) {
            (false, _) => Err(wrong.join("; ")),
            (true, true) => Err("It has no line with a token".to_owned()),
            (true, false) => Ok(tokens),
        }
    }

    pub(super) fn of(&self, account: &WabaId) -> Option<&AccessToken> {
        self.by_account.get(account)
    }

    /// One that stands in where no account needs the ordinary token.
    pub(super) fn any(&self) -> Option<&AccessToken> {
        self.accounts.first().and_then(|account| self.of(account))
    }
}

fn pair(line: &str) -> Result<(WabaId, AccessToken), String> {
    let (account, token) = line.split_once(',').ok_or("no comma")?;
    let clean = |error: TwoStepError| error.message().trim_end_matches('.').to_owned();
    let account = WabaId::parse(account).map_err(|_| "what stands before the comma is no account's ID")?;
    Ok((account, AccessToken::parse(token).map_err(clean)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lines_are_named_by_their_numbers_alone() {
        let tokens = Tokens::parse("waba_id,access_token\n11,EAAone\n\n12,EAAtwo\r\n").unwrap();
        assert_eq!(tokens.accounts.iter().map(WabaId::as_str).collect::<Vec<_>>(), ["11", "12"]);
        assert!(tokens.any() == tokens.of(&"11".parse().unwrap()) && tokens.of(&"13".parse().unwrap()).is_none());
        for (text, words) in [
            ("", "It has no line"),
            ("11;EAAsecret", "line 1: no comma"),
            ("EAAsecret,11", "line 1: what stands before the comma"),
            ("11,EAAsecret\n11,EAAsecret", "line 2: an account that was there before"),
            ("11,EAA secret", "line 1: Invalid configuration: access_token has a space"),
        ] {
            let wrong = Tokens::parse(text).map(|_| ()).unwrap_err();
            assert!(wrong.contains(words) && !wrong.contains("secret"), "{wrong}");
        }
    }
}
