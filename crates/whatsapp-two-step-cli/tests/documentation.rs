//! What the documentation says is what the code does. `UPDATE_DOCS=1` writes the generated parts anew.
#![allow(clippy::unwrap_used)] // a test may panic

use whatsapp_two_step::{ErrorKind, Outcome};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn page(name: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}/{name}")).expect(name)
}

#[test]
fn the_sandbox_page_has_the_table_that_is_served() {
    let page_now = page("docs/sandbox.md");
    let (head, rest) = page_now.split_once("<!-- table -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- /table -->").unwrap();
    let page_due = format!("{head}<!-- table -->\n{}<!-- /table -->{tail}", graph_sandbox::scenario_table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(format!("{ROOT}/docs/sandbox.md"), &page_due).unwrap();
    }
    assert!(
        page("docs/sandbox.md") == page_due,
        "docs/sandbox.md is out of date: UPDATE_DOCS=1 cargo test --test documentation"
    );
}

#[test]
fn the_readme_names_every_kind_outcome_field_and_default() {
    let readme = page("README.md");
    let row_with = |word: &str| readme.lines().any(|line| line.starts_with('|') && line.contains(word));
    for kind in ErrorKind::ALL {
        assert!(row_with(&format!("`{kind}`")), "{kind}");
    }
    for outcome in Outcome::ALL {
        assert!(row_with(&format!("| `{outcome}` |")), "{outcome}");
    }
    let error = serde_json::to_value("".parse::<whatsapp_two_step::Pin>().unwrap_err()).unwrap();
    for field in error.as_object().unwrap().keys() {
        assert!(readme.contains(&format!("`{field}`")), "{field}");
    }
    for row in
        ["| `timeout` | 30 s |", "| `connect_timeout` | 10 s |", "| `max_retries` | 2 |", "| `api_version` | `v24.0` |"]
    {
        assert!(row_with(row), "{row}");
    }
}

#[test]
fn the_readme_s_magic_ids_are_the_sandbox_s() {
    let readme = page("README.md");
    let ids = ["910010000000000", "912000000000000", "914000000000000", "920010000000000"];
    let names = ["hang", "success-false", "applied-then-500", "fails-twice"];
    for (id, name) in ids.into_iter().zip(names) {
        assert!(readme.contains(&format!("| `{id}` |")), "{id}");
        assert!(graph_sandbox::scenarios().iter().any(|scenario| scenario.id == id && scenario.name == name), "{name}");
    }
}
