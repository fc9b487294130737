//! How a number's rotation ended: for people, for programs, and as an exit code.

use std::io;

use serde::Serialize;
use serde_json::Value;
use whatsapp_two_step::{Outcome, PhoneNumberId, TwoStepError, WabaId};
use whatsapp_two_step_rotation::{Rotation, RotationError, VaultError, VaultErrorKind, VaultState};

use crate::{
    failure::{Failure, LEFT, NOT_SENT, REJECTED, UNKNOWN, VAULT},
    json,
    terminal::{Console, Style, clean, err, out, paint},
    utc::rfc3339,
};

/// The weakest one first: it is the exit code of a run over many numbers.
const CODES: [u8; 5] = [UNKNOWN, VAULT, LEFT, REJECTED, NOT_SENT];

/// The same fields, whatever the end.
#[derive(Default, Serialize)]
struct End<'a> {
    phone_number_id: &'a str,
    waba_id: Option<&'a str>,
    success: bool,
    vault_state: &'a str,
    rotated_at: Option<String>,
    resumed: Option<bool>,
    trace_id: Option<&'a str>,
    attempts: u32,
    error: Option<Value>,
}

pub(super) fn weakest(codes: &[u8]) -> u8 {
    CODES.into_iter().find(|code| codes.contains(code)).unwrap_or(0)
}

pub(super) fn success(console: &Console, rotation: &Rotation, waba: Option<&WabaId>) -> io::Result<()> {
    let (id, at) = (&rotation.phone_number_id, rfc3339(rotation.rotated_at));
    if console.chats() {
        let which = if rotation.resumed { "the PIN that was pending" } else { "a new PIN" };
        let trace = rotation.trace_id.as_deref().map(|id| format!(", trace id {id}")).unwrap_or_default();
        let is_coloured = if console.json { console.err_is_coloured() } else { console.out_is_coloured() };
        let id = paint(id.as_str(), Style::Good, is_coloured);
        console.say(&format!("{id}: {which} holds since {at}{}. The vault is settled.", clean(&trace)))?;
    }
    if !console.json {
        return Ok(());
    }
    out(&json::line(&End {
        phone_number_id: id.as_str(),
        waba_id: waba.map(WabaId::as_str),
        success: true,
        vault_state: VaultState::Settled.code(),
        rotated_at: Some(at),
        resumed: Some(rotation.resumed),
        trace_id: rotation.trace_id.as_deref(),
        attempts: rotation.attempts,
        ..End::default()
    }))
}

/// Somebody else has settled it meanwhile.
pub(super) fn settled(console: &Console, id: &PhoneNumberId, waba: Option<&WabaId>) -> io::Result<()> {
    if console.chats() {
        console.say(&format!("{id}: settled already."))?;
    }
    let end = End {
        phone_number_id: id.as_str(),
        waba_id: waba.map(WabaId::as_str),
        success: true,
        vault_state: VaultState::Settled.code(),
        ..End::default()
    };
    if console.json { out(&json::line(&end)) } else { Ok(()) }
}

pub(super) fn failure(
    console: &Console,
    id: &PhoneNumberId,
    error: &RotationError,
    waba: Option<&WabaId>,
) -> io::Result<()> {
    let call = error.call_error();
    let attempts = error.attempts();
    let mut fields = match (call, error.vault_error()) {
        (Some(call), _) => serde_json::to_value(call),
        (None, Some(vault)) => serde_json::to_value(Failure::from(vault)),
        (None, None) => Ok(Value::Null),
    }
    .unwrap_or_default();
    if call.is_none() {
        // The vault's error knows of no call; its requests may have been applied.
        fields["attempts"] = attempts.into();
        fields["outcome"] = error.outcome().code().into();
    }
    let is_open = matches!(error.vault_state(), VaultState::Unsettled | VaultState::Confirmed);
    say_of_the_vault(&mut fields, error.message(), is_open);
    tell(
        console,
        &error.to_string(),
        &End {
            phone_number_id: id.as_str(),
            waba_id: waba.map(WabaId::as_str),
            vault_state: error.vault_state().code(),
            trace_id: call.and_then(TwoStepError::trace_id),
            attempts,
            error: Some(fields),
            ..End::default()
        },
    )
}

/// The second Ctrl-C, after so many attempts that came to this.
pub(super) fn interrupted(
    console: &Console,
    id: &PhoneNumberId,
    attempts: u32,
    outcome: Outcome,
) -> (io::Result<()>, u8) {
    let failure = Failure::interrupted(attempts, outcome);
    // It may have been saved or not; who takes it for saved does nothing wrong.
    let state = VaultState::Unsettled;
    let text = format!(
        "{} The vault may have two PINs, of which either may hold. Run it again to settle it.",
        failure.message()
    );
    let mut fields = serde_json::to_value(&failure).unwrap_or_default();
    say_of_the_vault(&mut fields, text.clone(), true);
    let end = End {
        phone_number_id: id.as_str(),
        vault_state: state.code(),
        attempts,
        error: Some(fields),
        ..End::default()
    };
    (tell(console, &text, &end), if outcome == Outcome::Unknown { UNKNOWN } else { LEFT })
}

/// What a call's own error doesn't know: what the vault holds, and that the PIN to send again is in it.
fn say_of_the_vault(fields: &mut Value, message: String, is_open: bool) {
    fields["message"] = message.into();
    if is_open {
        fields["hint"] = "Run it again: that is safe, and settles it.".into();
    }
}

fn tell(console: &Console, text: &str, end: &End<'_>) -> io::Result<()> {
    if console.speaks() {
        err(&format!(
            "{} {}: {}",
            paint("error:", Style::Bad, console.err_is_coloured()),
            end.phone_number_id,
            clean(text)
        ));
    }
    json::print(console, end)
}

/// What a failure of one number comes to.
pub(super) fn code(error: &RotationError) -> u8 {
    match (error.call_error(), error.vault_error().map(VaultError::kind)) {
        (None, Some(VaultErrorKind::Busy | VaultErrorKind::Conflict)) => LEFT,
        (None, _) => VAULT,
        (Some(_), _) if error.vault_state() == VaultState::Unsettled => UNKNOWN,
        (Some(call), _) => match call.outcome() {
            Outcome::NotSent => NOT_SENT,
            Outcome::Rejected => REJECTED,
            Outcome::Unknown => UNKNOWN,
        },
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_weakest_wins() {
        for (codes, code) in [(&[][..], 0), (&[3], 3), (&[5, 3], 3), (&[3, 6], 6), (&[6, 7], 7), (&[6, 4, 3], 4)] {
            assert_eq!(super::weakest(codes), code);
        }
    }
}
