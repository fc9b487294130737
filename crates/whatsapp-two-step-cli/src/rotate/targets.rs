//! Which numbers a run is about: from flags and files, from the accounts' lists, from the vault.

use std::{collections::HashSet, path::Path, pin::pin, time::SystemTime};

use whatsapp_two_step::{AccessToken, Client, PhoneNumberId, PinState, TwoStepError, WabaId};
use whatsapp_two_step_rotation::{AnyVault, FleetAccount};

use super::{
    args::{Only, RotateArgs},
    lists::{self, Target},
    tokens::Tokens,
};
use crate::{
    failure::Failure,
    inputs::{Inputs, shown},
    progress::Spinner,
    signals::Signals,
    terminal::Console,
    vault::{Holding, State},
};

const FILE_MAX: usize = 64 << 20;

/// What is going to be done.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) accounts: Vec<Account>,
    /// Settled since the time that was given.
    pub(super) alone: u32,
    /// Numbers that can have no PIN now, and why.
    pub(super) left_out: Vec<(PhoneNumberId, &'static str)>,
    /// Accounts whose numbers could not be read.
    pub(super) unread: Vec<(WabaId, TwoStepError)>,
}

/// Those of one account, the unsettled ones first.
pub(super) struct Account {
    pub(super) waba_id: Option<WabaId>,
    access_token: Option<AccessToken>,
    pub(super) numbers: Vec<Holding>,
}

impl Plan {
    pub(super) fn numbers(&self) -> impl Iterator<Item = (Option<&WabaId>, &Holding)> {
        self.accounts
            .iter()
            .flat_map(|account| account.numbers.iter().map(|holding| (account.waba_id.as_ref(), holding)))
    }

    pub(super) fn len(&self) -> usize {
        self.accounts.iter().map(|account| account.numbers.len()).sum()
    }

    /// `shuffled`: programs that share the work begin in different places. The unsettled ones stay the first.
    pub(super) fn into_accounts(self, shuffled: bool) -> impl Iterator<Item = FleetAccount> {
        self.accounts.into_iter().map(move |Account { waba_id, access_token, mut numbers }| {
            if shuffled {
                let unsettled = numbers.partition_point(|holding| holding.state == State::Unsettled);
                fastrand::shuffle(&mut numbers[unsettled..]);
            }
            let mut account = FleetAccount::new(numbers.into_iter().map(|holding| holding.id));
            if let Some(waba_id) = waba_id {
                account = account.waba_id(waba_id);
            }
            if let Some(token) = access_token {
                account = account.access_token(token);
            }
            account
        })
    }
}

/// The IDs that flags and a file name, each once.
pub(super) async fn named(args: &RotateArgs, inputs: &mut Inputs<'_>) -> Result<Vec<PhoneNumberId>, Failure> {
    let (mut ids, mut seen) = (Vec::new(), HashSet::new());
    for id in &args.phone_number_id {
        let id = PhoneNumberId::parse(id)?;
        if seen.insert(id.clone()) {
            ids.push(id);
        }
    }
    if let Some(path) = &args.numbers_file {
        let bytes = inputs.bytes("--numbers-file", path, FILE_MAX).await?;
        for id in parse(&String::from_utf8_lossy(&bytes), path)? {
            if seen.insert(id.clone()) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

fn parse(text: &str, path: &Path) -> Result<Vec<PhoneNumberId>, Failure> {
    let lines =
        (1..).zip(text.lines()).filter(|(number, line)| !line.is_empty() && (*number, *line) != (1, "phone_number_id"));
    let ids = lines.map(|(number, line)| {
        PhoneNumberId::parse(line).map_err(|error| {
            let message = format!("--numbers-file: {}, line {number}: {}", shown(path), error.message());
            Failure::input(message, "Each line is a phone number's ID. Nothing was sent.")
        })
    });
    ids.collect()
}

/// What a run asks of its surroundings while it looks around.
pub(super) struct Looking<'a> {
    pub(super) client: &'a Client,
    pub(super) vault: &'a AnyVault,
    pub(super) tokens: &'a Tokens,
    pub(super) only: Option<Only>,
    /// What has a PIN since then is left alone.
    pub(super) since: Option<SystemTime>,
}

impl Looking<'_> {
    /// Reads the accounts' lists, and what the vault has of each number.
    pub(super) async fn plan(
        &self,
        wabas: &[WabaId],
        named: Vec<PhoneNumberId>,
        console: &Console,
        signals: &mut Signals,
    ) -> Result<Plan, Failure> {
        let (mut plan, mut seen, mut spinner) = (Plan::default(), HashSet::new(), Spinner::new(console));
        let named = if named.is_empty() && wabas.is_empty() {
            signals.unless_ended(async { Ok(self.vault.ids().await?) }).await?
        } else {
            named
        };
        let alone = named.into_iter().map(|id| Target { id, pin: PinState::Unknown }).collect();
        let mut lists = vec![(None, alone)];
        let read = signals.unless_ended(lists::read(self.client, self.tokens, wabas, &mut spinner)).await?;
        for (waba, list) in wabas.iter().zip(read) {
            match list {
                Ok(list) => {
                    plan.left_out.extend(list.left_out);
                    lists.push((Some(waba.clone()), list.targets));
                }
                Err(error) => plan.unread.push((waba.clone(), error)),
            }
        }
        for (waba_id, targets) in lists.into_iter().rev() {
            let mut numbers = Vec::new();
            for Target { id, pin } in targets {
                if !seen.insert(id.clone()) {
                    continue;
                }
                let mut look = pin!(signals.unless_ended(Holding::of(self.vault, &id)));
                let holding = loop {
                    tokio::select! {
                        biased;
                        holding = &mut look => break holding?,
                        () = spinner.turn(seen.len()) => {}
                    }
                };
                if self.is_young(&holding) {
                    plan.alone += 1;
                } else if self.is_wanted(&holding, pin) {
                    numbers.push(holding);
                }
            }
            numbers.sort_by_key(|holding| holding.state != State::Unsettled);
            let access_token = waba_id.as_ref().and_then(|waba| self.tokens.of(waba)).cloned();
            plan.accounts.push(Account { waba_id, access_token, numbers });
        }
        plan.accounts.retain(|account| !account.numbers.is_empty());
        plan.accounts.reverse();
        Ok(plan)
    }

    fn is_young(&self, holding: &Holding) -> bool {
        let is_since = |since| holding.rotated_at.is_some_and(|at| at >= since);
        holding.state == State::Settled && self.since.is_some_and(is_since)
    }

    fn is_wanted(&self, holding: &Holding, pin: PinState) -> bool {
        match self.only {
            None => true,
            Some(Only::Unsettled) => matches!(holding.state, State::Unsettled | State::Unreadable),
            Some(Only::NotSet) => pin == PinState::NotSet || holding.state == State::Unsettled,
            Some(Only::NeverRotated) => holding.rotated_at.is_none(),
        }
    }
}
