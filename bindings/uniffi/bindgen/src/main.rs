//! `whatsapp-two-step-bindgen kotlin|swift LIBRARY OUT`: writes the code that calls LIBRARY, read from the library itself.
//!
//! A program of its own, so that the library doesn't carry its features, and small: UniFFI's own has a command line, which
//! takes a minute more to build.

use std::{env, error::Error};

use uniffi::{GenerateOptions, TargetLanguage, generate};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [language, library, out] = arguments.as_slice() else {
        return Err("usage: whatsapp-two-step-bindgen kotlin|swift LIBRARY OUT".into());
    };
    let language = match language.as_str() {
        "kotlin" => TargetLanguage::Kotlin,
        "swift" => TargetLanguage::Swift,
        other => return Err(format!("no such language: {other}").into()),
    };
    generate(GenerateOptions {
        languages: vec![language],
        source: library.into(),
        out_dir: out.into(),
        config_override: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/../uniffi.toml").into()),
        ..GenerateOptions::default()
    })?;
    Ok(())
}
