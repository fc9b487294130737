//! What a vault keeps of a number, and the vaults that ship.

use std::{sync::Arc, time::SystemTime};

use napi::{
    Env,
    bindgen_prelude::{Either, Object, Unknown},
};
use napi_derive::napi;
use whatsapp_two_step::{PhoneNumberId, TwoStepError};
use whatsapp_two_step_rotation::{
    AnyVault, Entry, Keyring, Vault, VaultError, VaultErrorKind, VaultKey, VaultState, Version,
};

use crate::{
    given, host_http::since_1970, outcome::Failure, runtime::runtime, secret::Secret, settings::told,
    work::phone_number_id,
};

/// An entry. Nothing prints its PINs.
#[napi]
#[derive(Clone)]
pub struct NativeEntry(Entry);

/// What an error of a vault says.
#[napi(object, object_from_js = false)]
pub struct VaultFailure {
    pub kind: &'static str,
    pub message: String,
    pub retry_after_ms: Option<f64>,
    /// After a rotation.
    pub vault_state: Option<&'static str>,
}

/// What a vault answers: a failure, or what was asked for.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct VaultAnswer {
    pub entry: Option<NativeEntry>,
    /// Of the entry that was read or written.
    pub version: Option<String>,
    pub ids: Option<Vec<String>>,
    pub failure: Option<VaultFailure>,
}

impl VaultFailure {
    /// `message` has the error's, and perhaps more.
    pub(crate) fn new(error: &VaultError, message: String, vault_state: Option<VaultState>) -> Self {
        Self {
            kind: error.kind().code(),
            message,
            retry_after_ms: error.retry_after().map(crate::host_http::in_millis),
            vault_state: vault_state.map(VaultState::code),
        }
    }
}

impl From<VaultError> for VaultFailure {
    fn from(error: VaultError) -> Self {
        Self::new(&error, error.message().to_owned(), None)
    }
}

impl From<Entry> for NativeEntry {
    fn from(entry: Entry) -> Self {
        Self(entry)
    }
}

impl NativeEntry {
    pub(crate) fn core(&self) -> &Entry {
        &self.0
    }
}

#[napi]
impl NativeEntry {
    /// One line of JSON with the PINs in it.
    #[napi]
    pub fn serialize(&self) -> Secret {
        self.0.to_json().to_string().into()
    }

    /// Is it known which PIN holds?
    #[napi(getter)]
    pub fn is_settled(&self) -> bool {
        self.0.is_settled()
    }

    /// When the server confirmed the current PIN: since 1970.
    #[napi(getter)]
    pub fn rotated_at_ms(&self) -> Option<f64> {
        self.0.rotated_at.map(millis)
    }

    /// Until then an earlier request may still arrive: since 1970.
    #[napi(getter)]
    pub fn quiet_until_ms(&self) -> Option<f64> {
        self.0.quiet_until.map(millis)
    }

    /// The PINs of which one holds.
    #[napi]
    pub fn may_hold(&self) -> Vec<Secret> {
        self.0.may_hold().iter().map(|pin| pin.expose().to_owned().into()).collect()
    }
}

fn millis(time: SystemTime) -> f64 {
    since_1970(time).unwrap_or_default()
}

/// Reads what `serialize` wrote.
#[napi(catch_unwind)]
pub fn parse_entry(text: Unknown<'_>) -> Either<NativeEntry, VaultFailure> {
    let text = given::text(text).unwrap_or_default(); // what is no text is no entry either
    Entry::from_json(&text).map_or_else(|error| Either::B(error.into()), |entry| Either::A(NativeEntry(entry)))
}

/// Draws a key.
#[napi(catch_unwind)]
pub fn generate_vault_key() -> Either<Secret, Failure> {
    match VaultKey::generate() {
        Ok(key) => Either::A(key.to_text().to_string().into()),
        Err(error) => Either::B(told(error).into()),
    }
}

/// A vault that ships.
#[napi]
pub struct NativeVault(Arc<AnyVault>);

/// The one in a file, or the one on a database server; nothing is opened yet.
#[napi(catch_unwind)]
pub fn open_native_vault(is_file: bool, place: Unknown<'_>, key: Unknown<'_>) -> Either<NativeVault, Failure> {
    let open = || {
        let place = given::required_text(if is_file { "path" } else { "url" }, place)?;
        let keys = Keyring::parse(&given::required_text("vault_key", key)?)?;
        if is_file { Ok(AnyVault::sqlite(&*place, keys)) } else { AnyVault::postgres(&place, keys) }
    };
    match open() {
        Ok(vault) => Either::A(NativeVault(Arc::new(vault))),
        Err(error) => Either::B(told(error).into()),
    }
}

/// Each method gives a promise of a `VaultAnswer`, or says at once what is wrong with an argument. The work is done elsewhere than on
/// JavaScript's thread, and holds the process until it is done.
#[napi]
impl NativeVault {
    #[napi(catch_unwind)]
    pub fn init<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let vault = self.0.clone();
        promise(env, async move { vault.init().await.map(|()| VaultAnswer::default()) })
    }

    #[napi(catch_unwind)]
    pub fn ids<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let vault = self.0.clone();
        promise(env, async move {
            let ids = vault.ids().await?.iter().map(|id| id.as_str().to_owned()).collect();
            Ok(VaultAnswer { ids: Some(ids), ..VaultAnswer::default() })
        })
    }

    #[napi(catch_unwind)]
    pub fn load<'env>(
        &self,
        env: &'env Env,
        phone_number_id: Unknown<'_>,
    ) -> napi::Result<Either<Object<'env>, Failure>> {
        let vault = self.0.clone();
        with_id(phone_number_id, |id| {
            promise(env, async move {
                let Some(stored) = vault.load(&id).await? else { return Ok(VaultAnswer::default()) };
                let version = Some(stored.version.as_str().to_owned());
                Ok(VaultAnswer { entry: Some(stored.entry.into()), version, ..VaultAnswer::default() })
            })
        })
    }

    #[napi(catch_unwind)]
    pub fn save<'env>(
        &self,
        env: &'env Env,
        phone_number_id: Unknown<'_>,
        entry: &NativeEntry,
        expected: Option<String>,
    ) -> napi::Result<Either<Object<'env>, Failure>> {
        let (vault, entry, expected) = (self.0.clone(), entry.0.clone(), expected.map(Version::new));
        with_id(phone_number_id, |id| {
            promise(env, async move {
                let version = vault.save(&id, &entry, expected.as_ref()).await?;
                Ok(VaultAnswer { version: Some(version.as_str().to_owned()), ..VaultAnswer::default() })
            })
        })
    }
}

fn with_id<'env>(
    given: Unknown<'_>,
    work: impl FnOnce(PhoneNumberId) -> napi::Result<Object<'env>>,
) -> napi::Result<Either<Object<'env>, Failure>> {
    match phone_number_id(given) {
        Ok(id) => work(id).map(Either::A),
        Err(error) => Ok(Either::B(error.into())),
    }
}

fn promise(
    env: &Env,
    work: impl Future<Output = Result<VaultAnswer, VaultError>> + Send + 'static,
) -> napi::Result<Object<'_>> {
    let (deferred, promise) = env.create_deferred()?;
    let answer = |result: Result<VaultAnswer, VaultError>| {
        result.unwrap_or_else(|error| VaultAnswer { failure: Some(error.into()), ..VaultAnswer::default() })
    };
    let failed = || VaultError::new(VaultErrorKind::Unreachable, TwoStepError::internal().message());
    let settle = move |result| deferred.resolve(move |_| Ok(answer(result)));
    let Some(runtime) = runtime() else {
        settle(Err(failed()));
        return Ok(promise);
    };
    // A task of its own: its panic is a failure like another.
    let work = runtime.spawn(work);
    runtime.spawn(async move { settle(work.await.unwrap_or_else(|_| Err(failed()))) });
    Ok(promise)
}
