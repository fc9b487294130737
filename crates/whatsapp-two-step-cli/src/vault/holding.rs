//! What a vault holds of a number, without its PINs.

use std::time::SystemTime;

use serde::Serialize;
use whatsapp_two_step::PhoneNumberId;
use whatsapp_two_step_rotation::{AnyVault, Vault, VaultErrorKind};

use crate::{failure::Failure, utc::rfc3339};

pub(crate) struct Holding {
    pub(crate) id: PhoneNumberId,
    pub(crate) state: State,
    pub(crate) rotated_at: Option<SystemTime>,
    pub(crate) quiet_until: Option<SystemTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// It has no PIN of it.
    Nothing,
    /// One PIN, which holds.
    Settled,
    /// A pending PIN, which may hold.
    Unsettled,
    /// What it has can't be opened.
    Unreadable,
}

/// The form in JSON.
#[derive(Serialize)]
pub(crate) struct Fields<'a> {
    phone_number_id: &'a str,
    vault_state: State,
    rotated_at: Option<String>,
    quiet_until: Option<String>,
}

impl Holding {
    /// An entry that can't be read is a state; a vault that can't be reached is a failure.
    pub(crate) async fn of(vault: &AnyVault, id: &PhoneNumberId) -> Result<Self, Failure> {
        let holding = |state| Self { id: id.clone(), state, rotated_at: None, quiet_until: None };
        match vault.load(id).await {
            Ok(None) => Ok(holding(State::Nothing)),
            Ok(Some(stored)) => {
                let entry = stored.entry;
                let state = match (entry.is_settled(), &entry.current) {
                    (false, _) => State::Unsettled,
                    (true, Some(_)) => State::Settled,
                    (true, None) => State::Nothing,
                };
                Ok(Self { rotated_at: entry.rotated_at, quiet_until: entry.quiet_until, ..holding(state) })
            }
            Err(error) if error.kind() == VaultErrorKind::Unreadable => Ok(holding(State::Unreadable)),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields {
            phone_number_id: self.id.as_str(),
            vault_state: self.state,
            rotated_at: self.rotated_at.map(rfc3339),
            quiet_until: self.quiet_until.map(rfc3339),
        }
    }
}

impl State {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Settled => "settled",
            Self::Unsettled => "unsettled",
            Self::Unreadable => "unreadable",
        }
    }
}
