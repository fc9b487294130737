//! `whatsapp-two-step-bindgen swift LIBRARY OUT`: writes the code that calls LIBRARY, read from the library itself.
//!
//! A program of its own, so that the library doesn't carry its features, and small: UniFFI's own has a command line, which
//! takes a minute more to build.

use std::{env, error::Error};

use uniffi::{GenerateOptions, TargetLanguage, generate};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let ["swift", library, out] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
        return Err("usage: whatsapp-two-step-bindgen swift LIBRARY OUT".into());
    };
    generate(GenerateOptions {
        languages: vec![TargetLanguage::Swift],
        source: library.into(),
        out_dir: out.into(),
        config_override: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/../uniffi.toml").into()),
        ..GenerateOptions::default()
    })?;
    Ok(())
}
