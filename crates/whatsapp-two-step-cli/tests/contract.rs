//! What pages and doc comments say of the contract is what `tests/vectors` says: every kind, outcome, field and setting, no other,
//! and the defaults. The core and the built packages are held to the same lists by tests of their own.
#![allow(clippy::unwrap_used)] // a test may panic

use serde_json::Value;

fn page(name: &str) -> String {
    std::fs::read_to_string(format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"))).expect(name)
}

fn vectors(name: &str) -> Value {
    serde_json::from_str(&page(&format!("tests/vectors/{name}.json"))).unwrap()
}

fn due(list: &str) -> Vec<String> {
    vectors("kinds")[list].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

/// The words in backticks.
fn code(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The first column of the table whose head begins so.
fn first_column(page: &str, head: &str) -> Vec<String> {
    let rows = page.lines().skip_while(|line| !line.starts_with(head)).skip(2).take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| code(row.split('|').nth(1).unwrap())).collect()
}

/// `rate_limited` as `rateLimited`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |text, word| text + &word[..1].to_uppercase() + &word[1..])
}

fn class(kind: &str) -> String {
    let name = camel(kind);
    name[..1].to_uppercase() + &name[1..] + "Error"
}

#[test]
fn tables_of_kinds_and_outcomes() {
    let (reference, node, python) = (page("docs/reference.md"), page("node/README.md"), page("python/README.md"));
    assert_eq!(first_column(&reference, "| kind | when |"), due("kinds"));
    assert_eq!(sorted(first_column(&node, "| `kind` | when |")), sorted(due("kinds")));
    assert_eq!(first_column(&reference, "| outcome | which PIN"), due("outcomes"));
    assert_eq!(first_column(&node, "| `outcome` | which PIN"), due("outcomes"));
    let classes = first_column(&python, "| exception | when |").into_iter().filter(|name| name.ends_with("Error"));
    let builtin = ["ValueError", "ConnectionError", "TimeoutError"];
    let classes = classes.filter(|name| !builtin.contains(&name.as_str())).collect();
    assert_eq!(sorted(classes), sorted(due("kinds").iter().map(|kind| class(kind)).collect()));
    assert!(page("docs/errors.md").contains(&format!("`kind` ({}, stable spellings)", due("kinds").len())));
}

#[test]
fn lists_of_fields() {
    for (name, begin, end) in [
        ("docs/reference.md", "`TwoStepError`, with the fields", "Its kinds"),
        ("python/README.md", "Each has", "They can be"),
    ] {
        let page = page(name);
        let (_, list) = page.split_once(begin).expect(begin);
        assert_eq!(code(list.split_once(end).expect(end).0), due("error_fields"), "{name}");
    }
}

#[test]
fn lists_of_settings() {
    assert_eq!(sorted(first_column(&page("docs/reference.md"), "| setting | default |")), sorted(due("settings")));
    let node = first_column(&page("node/README.md"), "| setting | default |");
    let node = node.iter().map(|name| name.trim_end_matches("Ms").to_owned()).collect();
    assert_eq!(sorted(node), sorted(due("settings").iter().map(|name| camel(name)).collect()));
    let python = page("python/README.md");
    let (_, prose) = python.split_once("By keyword, for both clients:").unwrap();
    let named = code(prose.split_once("\n\n").unwrap().0);
    // The token comes first, and is no keyword.
    for setting in due("settings").iter().skip(1) {
        assert!(named.contains(setting), "{setting} in python/README.md");
    }
    // Swift's names can be read in the source only. Its proxy and roots are URLSession's.
    let swift = page("bindings/swift/Sources/WhatsAppTwoStep/TwoStepClient.swift");
    let (_, list) = swift.split_once("public init(\n").unwrap();
    let list =
        list.split_once("\n    )").unwrap().0.lines().map(|line| line.trim().split(':').next().unwrap().to_owned());
    let theirs = due("settings").into_iter().filter(|name| !["proxy", "root_certificates"].contains(&name.as_str()));
    let theirs = theirs.map(|name| camel(&name).replace("Url", "URL").replace("Http", "HTTP"));
    assert_eq!(sorted(list.collect()), sorted(theirs.collect()));
}

/// Where a page says a setting's default: in the line that has these words, or in the comment above it.
enum Place {
    On(&'static str),
    Above(&'static str),
}

#[test]
fn defaults() {
    use Place::{Above, On};
    let kotlin = "bindings/kotlin/src/main/kotlin/io/github/whatsapptwostep/TwoStepClient.kt";
    let pages = [
        ("crates/whatsapp-two-step/src/client/builder.rs", Above("pub fn {snake}("), " s"),
        ("python/src/whatsapp_two_step/_client.py", On("    {snake}: "), ""),
        ("python/src/whatsapp_two_step/_async_client.py", On("    {snake}: "), ""),
        ("python/README.md", On("`{snake}` ("), " s"),
        ("node/src/client.cts", Above("  {camel}{Ms}?: "), ",000"),
        ("node/README.md", On("`{camel}{Ms}`"), ",000"),
        (kotlin, Above("public fun {camel}("), " s"),
        ("bindings/kotlin/README.md", On("    {camel}("), " s"),
        ("bindings/swift/Sources/WhatsAppTwoStep/TwoStepClient.swift", On("///   - {camel}: "), " s"),
        ("bindings/swift/README.md", On("    {camel}: "), " s"),
        ("docs/reference.md", On("| `{snake}` |"), " s"),
    ];
    for (setting, default) in vectors("settings")["defaults"][0].as_object().unwrap() {
        let is_time = setting.ends_with("timeout");
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        for (path, place, unit) in &pages {
            let (On(marker) | Above(marker)) = place;
            let camel = if path.contains("swift") { camel(setting).replace("Url", "URL") } else { camel(setting) };
            let marker = marker.replace("{snake}", setting).replace("{camel}", &camel);
            let marker = marker.replace("{Ms}", if is_time { "Ms" } else { "" });
            let page = page(path);
            let lines: Vec<&str> = page.lines().collect();
            let places = (0..lines.len()).filter(|number| lines[*number].contains(&marker));
            let said: Vec<&str> =
                places.map(|number| lines[if matches!(place, On(_)) { number } else { number - 1 }]).collect();
            // In Python, a signature has the same words; it says None.
            let said: Vec<&str> = said.into_iter().filter(|line| !line.ends_with("= None,")).collect();
            let value = if is_time { format!("{default}{unit}") } else { default.clone() };
            assert!(!said.is_empty(), "{path} says nothing of {setting}");
            assert!(said.iter().all(|line| says(line, &value)), "{setting} is {value}, but in {path}: {said:?}");
        }
    }
}

/// Is the value what the line calls the default, or, where that word isn't in it, a word of the line?
fn says(line: &str, value: &str) -> bool {
    let text = line.replace(['`', '"'], "");
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric()) && !rest.starts_with(",0");
    match text.split_once("efault ") {
        Some((_, said)) => said.strip_prefix(value).is_some_and(ends),
        None => {
            text.split(value).skip(1).any(ends) && text.contains(&format!(" {value}"))
                || text.contains(&format!("({value}"))
        }
    }
}
