//! What each built package offers, by its own account, held to `tests/vectors`: kinds, outcomes, classes, fields, settings and
//! their defaults. Nothing may be missing, and nothing beside it but what is named here.

use std::{collections::BTreeSet, process::Command};

use serde_json::{Value, json};

use crate::{
    cases::{list, text, vectors},
    driver::Driver,
};

const LISTS: [&str; 6] = ["kinds", "outcomes", "error_fields", "response_fields", "usage_fields", "settings"];

/// Each part of the contract, and how the language's package differs there.
pub(crate) fn check(driver: &mut Driver) -> Vec<(&'static str, Vec<String>)> {
    let language = driver.name.clone();
    let offered = match language.as_str() {
        "command" => of_the_command(driver),
        _ => driver.call(&json!({"contract": true}))["contract"].take(),
    };
    let due = vectors("kinds.json");
    let mut parts: Vec<_> = LISTS
        .into_iter()
        .filter(|part| !left_out(&language).contains(part))
        .map(|part| (part, lists(&language, part, &offered[part], &due[part])))
        .collect();
    if ["python", "node", "kotlin"].contains(&language.as_str()) {
        parts.push(("classes", names(&offered["classes"], &due["kinds"], |name, kind| name == class(kind))));
    }
    if language == "swift" {
        let is_case_of = |name: &str, code: &str| snake(name) == code;
        parts.push(("cases", names(&offered["cases"]["kinds"], &due["kinds"], is_case_of)));
        parts.push(("cases", names(&offered["cases"]["outcomes"], &due["outcomes"], is_case_of)));
    }
    parts.push(("defaults", defaults(&offered["defaults"])));
    parts
}

/// What a language can't be asked for: its compiler is (Rust), or its source (Swift), by other tests.
fn left_out(language: &str) -> &'static [&'static str] {
    match language {
        "rust" | "swift" => &["settings"],
        // What it prints of a success is compared whole, case by case.
        "command" => &["kinds", "outcomes", "response_fields", "usage_fields"],
        _ => &[],
    }
}

/// Names that a language has beside the contract's, and those that it has no use for.
fn apart(language: &str, part: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match (language, part) {
        // A mirror shows what is private too.
        ("swift", "error_fields") => (&["cause", "text"], &[]),
        // Of a rotation.
        ("python" | "node", "error_fields") => (&["vault_state"], &[]),
        ("kotlin", "error_fields") => (&["sentence"], &[]),
        // Proxy and roots are the host's HTTP stack's own.
        ("kotlin", "settings") => (&["http_client", "listener"], &["proxy", "root_certificates"]),
        ("command", "settings") => (&[], &["transport"]),
        _ => (&[], &[]),
    }
}

/// Each list that a package has of them: the contract's names in any order.
fn lists(language: &str, part: &str, offered: &Value, due: &Value) -> Vec<String> {
    let (beside, without) = apart(language, part);
    let due: BTreeSet<String> = strings(due).filter(|name| !without.contains(&name.as_str())).collect();
    let sources = offered.as_object().filter(|sources| !sources.is_empty());
    let Some(sources) = sources else { return vec!["the package doesn't say".to_owned()] };
    let mut differences = Vec::new();
    for (source, names) in sources {
        let names: BTreeSet<String> =
            strings(names).map(|name| snake(&name)).filter(|name| !beside.contains(&name.as_str())).collect();
        let missing = due.difference(&names).map(|name| format!("{source} lacks {name}"));
        let extra = names.difference(&due).map(|name| format!("{source} has {name}, which is not in the contract"));
        differences.extend(missing.chain(extra));
    }
    differences
}

/// Each list of names with the codes that they stand for, where the language says them: one name a code.
fn names(offered: &Value, due: &Value, is_name_of: fn(&str, &str) -> bool) -> Vec<String> {
    let sources = offered.as_object().filter(|sources| !sources.is_empty());
    let Some(sources) = sources else { return vec!["the package doesn't say".to_owned()] };
    let mut differences = Vec::new();
    for (source, names) in sources {
        let names = names.as_object().cloned().unwrap_or_default();
        for code in strings(due) {
            match names.iter().find(|(name, _)| is_name_of(name, &code)) {
                None => differences.push(format!("{source} has no name for {code}")),
                Some((name, Value::String(own))) if *own != code => differences.push(format!("{name} is {own} there")),
                Some(_) => {}
            }
        }
        if names.len() != strings(due).count() {
            differences.push(format!("{source} has {} names for {} codes", names.len(), strings(due).count()));
        }
    }
    differences
}

/// What a transport saw of a client that was given a token only.
fn defaults(seen: &Value) -> Vec<String> {
    let settings = vectors("settings.json");
    let due = &list(&settings, "defaults")[0];
    let url = format!("{}/{}/1", text(due, "base_url"), text(due, "api_version"));
    let mut differences = Vec::new();
    let mut check = |what: &str, is_so: bool, due: &Value| {
        if !is_so {
            differences.push(format!("{what} is {} instead of {due}", seen[what]));
        }
    };
    check("url", seen["url"] == url, &url.clone().into());
    for time in ["timeout", "connect_timeout"] {
        // A little of it is gone by then.
        let (is, limit) = (seen[time].as_f64().unwrap_or_default(), due[time].as_f64().unwrap_or_default());
        check(time, is <= limit && is > limit - 1.0, &due[time]);
    }
    let attempts = due["max_retries"].as_u64().map(|retries| retries + 1);
    check("attempts", seen["attempts"].as_u64() == attempts, &json!(attempts));
    differences
}

/// The command's flags and their defaults are in its help; the fields of an error in what it prints.
fn of_the_command(driver: &mut Driver) -> Value {
    let help = Command::new(driver.command()).args(["set", "--help"]).output().expect("the command");
    // It is wrapped somewhere.
    let help = String::from_utf8_lossy(&help.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    let flags: Vec<(&str, &str)> = help
        .split(" --")
        .skip(1)
        .filter_map(|it| it.split_once(|end: char| !end.is_ascii_alphanumeric() && end != '-'))
        .collect();
    let default = |flag: &str| {
        let mut words =
            flags.iter().filter(|(name, _)| *name == flag).filter_map(|(_, words)| words.split_once("[default: "));
        words.next().and_then(|(_, words)| words.split(']').next()).unwrap_or_default()
    };
    let settings = flags.iter().map(|(flag, _)| match *flag {
        "token-file" => "access_token".to_owned(),
        "app-secret-file" => "app_secret".to_owned(),
        flag => flag.replace('-', "_"),
    });
    // Beside the settings it has flags of its own.
    let known: Vec<String> = strings(&vectors("kinds.json")["settings"]).collect();
    let settings: Vec<_> = settings.filter(|name| known.contains(name)).collect();
    let number = |flag| default(flag).parse::<f64>().ok();
    let refused = driver.call(&json!({"phone_number_id": "1", "pin": "", "settings": {"access_token": "EAAG"}}));
    json!({
        "error_fields": {"--json": refused["error"].as_object().map(|fields| fields.keys().collect::<Vec<_>>())},
        "settings": {"--help": settings},
        "defaults": {
            "url": format!("{}/{}/1", default("base-url"), default("api-version")),
            "timeout": number("timeout"),
            "connect_timeout": number("connect-timeout"),
            "attempts": default("max-retries").parse::<u64>().ok().map(|retries| retries + 1),
        },
    })
}

fn strings(of: &Value) -> impl Iterator<Item = String> {
    of.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}

/// `rate_limited` is `RateLimitedError`, in every language with classes.
pub(crate) fn class(kind: &str) -> String {
    let words = kind.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect::<String>() + "Error"
}

/// The contract's spelling of a language's: `timeoutMs` is `timeout`, `phoneNumberID` `phone_number_id`.
fn snake(name: &str) -> String {
    let name = name.strip_suffix("Ms").unwrap_or(name);
    let mut text = String::new();
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_uppercase() && before != '_' && !before.is_uppercase() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
        before = letter;
    }
    text
}
