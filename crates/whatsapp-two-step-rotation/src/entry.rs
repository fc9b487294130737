use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use whatsapp_two_step::Pin;
use zeroize::Zeroizing;

use crate::error::VaultError;

/// The form that this version writes and reads.
const FORM: u32 = 1;

/// What a vault keeps of one number: which PIN holds now, or which two may.
///
/// Its PINs are printed by nothing, and wiped from memory on drop.
///
/// | `pending` | which PIN holds |
/// |---|---|
/// | none | `current` |
/// | some | `pending` or `current` |
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Entry {
    /// The PIN that the server confirmed last.
    pub current: Option<Pin>,
    /// A PIN that was sent, or was going to be, and was not confirmed. The server may hold it.
    pub pending: Option<Pin>,
    /// Until then a request with an earlier PIN may still arrive, so that no other PIN is sent. Whole seconds.
    pub quiet_until: Option<SystemTime>,
    /// When the server confirmed `current`. Whole seconds.
    pub rotated_at: Option<SystemTime>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    form: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    current: Option<&'a str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pending: Option<&'a str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quiet_until: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotated_at: Option<u64>,
}

/// Read first: what another version wrote may have other fields.
#[derive(Deserialize)]
struct FormNumber {
    form: u32,
}

impl Entry {
    /// The PINs of which one holds: the pending one first. None if nothing is known of the number.
    #[must_use]
    pub fn may_hold(&self) -> Vec<Pin> {
        self.pending.iter().chain(&self.current).cloned().collect()
    }

    /// Is it known which PIN holds?
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.pending.is_none()
    }

    /// The form that vaults keep: one line of JSON, **with the PINs in it**. Times are seconds since 1970 in UTC.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<String> {
        let form = Written {
            form: FORM,
            current: self.current.as_ref().map(Pin::expose),
            pending: self.pending.as_ref().map(Pin::expose),
            quiet_until: self.quiet_until.map(|time| to_seconds(time, true)),
            rotated_at: self.rotated_at.map(|time| to_seconds(time, false)),
        };
        // Room for all of it, so that no growing leaves a copy behind.
        let mut text = Zeroizing::new(Vec::with_capacity(256));
        // Numbers and text can always be written.
        let _ = serde_json::to_writer(&mut *text, &form);
        Zeroizing::new(String::from_utf8(std::mem::take(&mut *text)).unwrap_or_default())
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// `unreadable`: an older or newer form, or none at all. The message says which, and holds nothing of the text.
    pub fn from_json(text: &str) -> Result<Self, VaultError> {
        let damaged = || VaultError::unreadable("the entry is damaged: it is not what a vault wrote");
        let FormNumber { form } = serde_json::from_str(text).map_err(|_| damaged())?;
        if form != FORM {
            let what = if form > FORM {
                "a newer version wrote the entry: update this program"
            } else {
                "the entry has no form that was ever written"
            };
            return Err(VaultError::unreadable(&format!("{what} (form {form}, and {FORM} is known)")));
        }
        let form: Written<'_> = serde_json::from_str(text).map_err(|_| damaged())?;
        let pin = |text: Option<&str>| text.map(Pin::parse).transpose().map_err(|_| damaged());
        let time = |seconds: Option<u64>| {
            seconds.map(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or_else(damaged)).transpose()
        };
        Ok(Self {
            current: pin(form.current)?,
            pending: pin(form.pending)?,
            quiet_until: time(form.quiet_until)?,
            rotated_at: time(form.rotated_at)?,
        })
    }
}

/// A time before 1970 is 1970.
fn to_seconds(time: SystemTime, up: bool) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() + u64::from(up && since.subsec_nanos() > 0)
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("current", &self.current)
            .field("pending", &self.pending)
            .field("quiet_until", &self.quiet_until)
            .field("rotated_at", &self.rotated_at)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
        for entry in [
            Entry::default(),
            Entry { current: Pin::parse("012345").ok(), rotated_at: at(1), ..Entry::default() },
            Entry { pending: Pin::parse("998877").ok(), quiet_until: at(u64::from(u32::MAX)), ..Entry::default() },
        ] {
            let text = entry.to_json();
            assert_eq!(*Entry::from_json(&text).unwrap().to_json(), *text);
            assert!(!format!("{entry:?}").contains("012345"));
        }
        let half = Entry { quiet_until: Some(UNIX_EPOCH + Duration::from_millis(1_500)), ..Entry::default() };
        assert_eq!(Entry::from_json(&half.to_json()).unwrap().quiet_until, at(2));
    }

    #[test]
    fn another_form_is_named() {
        for (text, words) in [
            (r#"{"form":2,"held":["012345"]}"#, "a newer version"),
            (r#"{"form":0}"#, "no form"),
            (r#"{"form":1,"current":"01234"}"#, "damaged"),
            (r#"{"form":1,"current":12345}"#, "damaged"),
            (r#"{"form":1,"pin":"012345"}"#, "damaged"),
            (r#"{"form":1,"quiet_until":18446744073709551615}"#, "damaged"),
            ("", "damaged"),
            ("012345", "damaged"),
        ] {
            let error = Entry::from_json(text).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(words) && !shown.contains("01234"), "{shown}");
        }
    }
}
