//! What the documentation says is what the code does. `UPDATE_DOCS=1` writes the generated parts anew.
#![allow(clippy::unwrap_used)] // a test may panic

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
