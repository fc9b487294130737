//! The same functions for a JVM: the object `Core` of the Kotlin package, by JNI. A record crosses as bytes, in UniFFI's own form.
//!
//! The Kotlin code that UniFFI writes goes through JNA, which is slow for small records and has a thread that never lets a class
//! loader go.

#![allow(missing_docs)] // as above

use jni::{
    Env, EnvUnowned,
    errors::{Result, ThrowRuntimeExAndDefault},
    jni_mangle,
    objects::{JByteArray, JClass},
    sys::{jboolean, jint, jlong},
};
use uniffi::{Lift, Lower};
use zeroize::Zeroizing;

use crate::UniFfiTag;

/// The form of the records. Kotlin's `Core` has the same number, and compares: another library than the JAR's own reads them wrongly.
/// It goes up with each change of what `records.txt` holds.
const RECORDS: jint = 4;

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn records(_: EnvUnowned<'_>, _: JClass<'_>) -> jint {
    RECORDS
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn set_loopback_only(_: EnvUnowned<'_>, _: JClass<'_>, is_on: jboolean) {
    crate::set_loopback_only(is_on);
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn open_client<'l>(env: EnvUnowned<'l>, _: JClass<'l>, settings: JByteArray<'l>) -> JByteArray<'l> {
    give(env, |env| Ok(crate::open_client(take(env, &settings)?)))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn with_access_token<'l>(
    env: EnvUnowned<'l>,
    _: JClass<'l>,
    client: jlong,
    access_token: JByteArray<'l>,
) -> JByteArray<'l> {
    give(env, |env| Ok(crate::with_access_token(client.cast_unsigned(), take(env, &access_token)?)))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn close_client(_: EnvUnowned<'_>, _: JClass<'_>, client: jlong) {
    crate::close_client(client.cast_unsigned());
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn begin<'l>(env: EnvUnowned<'l>, _: JClass<'l>, beginning: JByteArray<'l>) -> JByteArray<'l> {
    give(env, |env| Ok(crate::begin(take(env, &beginning)?)))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn answered<'l>(
    env: EnvUnowned<'l>,
    _: JClass<'l>,
    call: jlong,
    elapsed: jlong,
    answer: JByteArray<'l>,
) -> JByteArray<'l> {
    give(env, |env| Ok(crate::answered(call.cast_unsigned(), elapsed.cast_unsigned(), take(env, &answer)?)))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn failed<'l>(
    env: EnvUnowned<'l>,
    _: JClass<'l>,
    call: jlong,
    elapsed: jlong,
    no_answer: JByteArray<'l>,
) -> JByteArray<'l> {
    give(env, |env| Ok(crate::failed(call.cast_unsigned(), elapsed.cast_unsigned(), take(env, &no_answer)?)))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn expired<'l>(
    env: EnvUnowned<'l>,
    _: JClass<'l>,
    call: jlong,
    elapsed: jlong,
    may_have_left: jboolean,
) -> JByteArray<'l> {
    give(env, |_| Ok(crate::expired(call.cast_unsigned(), elapsed.cast_unsigned(), may_have_left)))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn waited<'l>(env: EnvUnowned<'l>, _: JClass<'l>, call: jlong, elapsed: jlong) -> JByteArray<'l> {
    give(env, |_| Ok(crate::waited(call.cast_unsigned(), elapsed.cast_unsigned())))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn cancel(_: EnvUnowned<'_>, _: JClass<'_>, call: jlong) {
    crate::cancel(call.cast_unsigned());
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn generate_pin<'l>(env: EnvUnowned<'l>, _: JClass<'l>) -> JByteArray<'l> {
    give(env, |_| Ok(crate::generate_pin()))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn is_weak_pin<'l>(env: EnvUnowned<'l>, _: JClass<'l>, pin: JByteArray<'l>) -> JByteArray<'l> {
    give(env, |env| Ok(crate::is_weak_pin(take(env, &pin)?)))
}

#[jni_mangle("io.github.whatsapptwostep.Core")]
pub fn security_events<'l>(env: EnvUnowned<'l>, _: JClass<'l>, delivery: JByteArray<'l>) -> JByteArray<'l> {
    give(env, |env| Ok(crate::security_events(take(env, &delivery)?)))
}

// A record may hold a secret, so its bytes are wiped.

/// Room for a record with the longest token, which has 8 KiB: bytes that have to grow leave a copy of themselves behind.
const LONGEST: usize = 16 * 1_024;

fn take<T: Lift<UniFfiTag>>(env: &Env<'_>, record: &JByteArray<'_>) -> Result<T> {
    let bytes = Zeroizing::new(env.convert_byte_array(record)?);
    Ok(T::try_read(&mut bytes.as_slice()).expect("a record as Kotlin's Record writes it"))
}

fn give<'l, T: Lower<UniFfiTag>>(
    mut env: EnvUnowned<'l>,
    work: impl FnOnce(&mut Env<'l>) -> Result<T>,
) -> JByteArray<'l> {
    let bytes = env.with_env(|env| {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
        T::write(work(env)?, &mut bytes);
        env.byte_array_from_slice(&bytes)
    });
    bytes.resolve::<ThrowRuntimeExAndDefault>()
}

#[cfg(test)]
mod tests;
