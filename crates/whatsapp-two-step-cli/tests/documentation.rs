//! What the documentation says is what the code does. `UPDATE_DOCS=1` writes the generated parts anew.
#![allow(clippy::unwrap_used)] // a test may panic

mod common;

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
fn the_readme_s_magic_ids_are_the_sandbox_s() {
    let readme = page("README.md");
    let ids = ["910010000000000", "912000000000000", "914000000000000", "920010000000000"];
    let names = ["hang", "success-false", "applied-then-500", "fails-twice"];
    for (id, name) in ids.into_iter().zip(names) {
        assert!(readme.contains(&format!("| `{id}` |")), "{id}");
        assert!(graph_sandbox::scenarios().iter().any(|scenario| scenario.id == id && scenario.name == name), "{name}");
    }
}

#[test]
fn the_schema_has_every_kind_outcome_reason_and_field() {
    let schema: serde_json::Value = serde_json::from_str(&page("docs/command.schema.json")).unwrap();
    let kinds: serde_json::Value = serde_json::from_str(&page("tests/vectors/kinds.json")).unwrap();
    let sorted = |names: &serde_json::Value, less: &[&str]| -> Vec<String> {
        let names = names.as_array().unwrap().iter().filter_map(serde_json::Value::as_str);
        let mut names: Vec<String> = names.filter(|name| !less.contains(name)).map(str::to_owned).collect();
        names.sort();
        names
    };
    let error = &schema["$defs"]["error"];
    // These are the command's own, and the vault's.
    let own = ["interrupted", "conflict", "unreachable", "unreadable", "busy"];
    assert_eq!(sorted(&error["properties"]["kind"]["enum"], &own), sorted(&kinds["kinds"], &[]));
    assert_eq!(sorted(&error["properties"]["reason"]["enum"], &[]), sorted(&kinds["reasons"], &[]));
    assert_eq!(sorted(&schema["$defs"]["outcome"]["enum"], &[]), sorted(&kinds["outcomes"], &[]));
    assert_eq!(sorted(&error["required"], &[]), sorted(&kinds["error_fields"], &[]));
}

#[test]
fn the_command_s_page_shows_what_is_printed() {
    let page = page("docs/command.md");
    let objects = page.split("```json\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let objects: Vec<serde_json::Value> = objects.map(|object| serde_json::from_str(object).unwrap()).collect();
    objects.iter().for_each(common::schema::check);
    assert_eq!(objects.len(), 8);
    // Its codes are those of the help.
    let help = common::run(&["--help"], "").out;
    for code in ["0", "2", "3", "4", "5", "6", "7"] {
        assert!(page.contains(&format!("\n| {code} |")) && help.contains(&format!("\n  {code}  ")), "{code}");
    }
}
