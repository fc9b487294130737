//! A check of a vault that TypeScript drives: it says what to ask the vault, and hears what that gave.

use napi::bindgen_prelude::{Either, Unknown};
use napi_derive::napi;
use whatsapp_two_step_rotation::{
    HostedAsk, HostedCheck, HostedCheckStep, HostedWish, Stored, VaultError, VaultErrorKind, Version,
};
use zeroize::Zeroizing;

use crate::{entry::NativeEntry, outcome::Failure, settings::told, work};

/// One check. `next` gives what to ask the vault, or the end.
#[napi]
pub struct NativeCheck(HostedCheck);

/// One thing that the vault is asked.
#[napi]
pub struct NativeAsk(HostedAsk);

/// What to do next. `kind` is `ask`, `kept` or `broken`.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct NativeCheckStep {
    pub kind: &'static str,
    /// All of them at once.
    pub asks: Option<Vec<NativeAsk>>,
    /// What is wrong.
    pub message: Option<String>,
    /// That of the ask whose failure shows it, where it is a failure.
    pub number: Option<u32>,
}

/// What the vault is asked. `kind` is `load` or `save`.
#[napi(object, object_from_js = false)]
pub struct NativeWish {
    pub kind: &'static str,
    pub phone_number_id: String,
    /// To save, if the vault still has the expected version.
    pub entry: Option<NativeEntry>,
    pub expected: Option<String>,
}

/// Begins one; no I/O.
#[napi(catch_unwind)]
pub fn begin_check(phone_number_id: Unknown<'_>) -> Either<NativeCheck, Failure> {
    match work::phone_number_id(phone_number_id) {
        Ok(id) => Either::A(NativeCheck(HostedCheck::begin(id))),
        Err(error) => Either::B(told(error).into()),
    }
}

#[napi]
impl NativeCheck {
    /// What to do next. The end comes once.
    #[napi(catch_unwind)]
    pub fn next(&self) -> NativeCheckStep {
        let step = NativeCheckStep::default();
        match self.0.next() {
            HostedCheckStep::Ask(asks) => {
                let asks = asks.into_iter().map(NativeAsk).collect();
                NativeCheckStep { kind: "ask", asks: Some(asks), ..step }
            }
            HostedCheckStep::Kept => NativeCheckStep { kind: "kept", ..step },
            HostedCheckStep::Broken(fault, of) => {
                let number = of.and_then(|number| u32::try_from(number).ok());
                NativeCheckStep { kind: "broken", message: Some(fault.to_string()), number, ..step }
            }
        }
    }
}

#[napi]
impl NativeAsk {
    /// Each has its own.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        u32::try_from(self.0.number()).unwrap_or(u32::MAX)
    }

    /// What is asked.
    #[napi(catch_unwind)]
    pub fn wish(&self) -> NativeWish {
        match self.0.wish() {
            HostedWish::Load(id) => {
                NativeWish { kind: "load", phone_number_id: id.as_str().to_owned(), entry: None, expected: None }
            }
            HostedWish::Save(id, entry, expected) => NativeWish {
                kind: "save",
                phone_number_id: id.as_str().to_owned(),
                entry: Some(entry.clone().into()),
                expected: expected.as_ref().map(|version| version.as_str().to_owned()),
            },
        }
    }

    /// The vault has an entry.
    #[napi(catch_unwind)]
    pub fn loaded(&self, entry: &NativeEntry, version: String) {
        self.0.loaded(Some(Stored { entry: entry.core().clone(), version: Version::new(version) }));
    }

    /// The vault has none.
    #[napi(catch_unwind)]
    pub fn loaded_nothing(&self) {
        self.0.loaded(None);
    }

    /// The vault has saved the entry, and this is its version now.
    #[napi(catch_unwind)]
    pub fn saved(&self, version: String) {
        self.0.saved(Version::new(version));
    }

    /// The vault threw something. `message` holds no PIN.
    #[napi(catch_unwind)]
    pub fn failed(&self, kind: String, message: String) {
        self.0.failed(VaultError::new(VaultErrorKind::of_a_vault(&kind), message));
    }

    /// To be asked before the check hears of it: does what a vault threw show a PIN of the entry?
    #[napi(catch_unwind)]
    pub fn repeats_a_secret(&self, text: String) -> bool {
        self.0.repeats_a_secret(&Zeroizing::new(text))
    }
}
