//! The commands of `docs/fleets.md`, run as they stand there; only smaller, and without the question.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use common::COMMAND;

/// A block of the page, with these texts in place of others that must be in it.
fn block(page: &str, number: usize, replaced: &[(&str, &str)]) -> String {
    let block = page.split("```bash\n").nth(number + 1).unwrap().split("```").next().unwrap();
    replaced.iter().fold(block.to_owned(), |block, (text, other)| {
        assert!(block.contains(text), "the page has no {text} in {block}");
        block.replace(text, other)
    })
}

fn bash(script: &str, folder: &Path) -> Command {
    let path = format!("{}:{}", Path::new(COMMAND).parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", script]).env("PATH", path).current_dir(folder);
    command
}

#[test]
fn a_new_user_can_do_it_from_the_page_alone() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/fleets.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let small = [("--port 8080", "--port 0"), ("2000", "200"), ("hour 200", "hour 40"), ("hour 20 ", "hour 1 ")];
    let mut sandbox = bash(&format!("exec {}", block(&page, 0, &small)), folder.path());
    let mut sandbox = sandbox.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(sandbox.stdout.take().unwrap()).read_line(&mut url).unwrap();

    let here = [
        ("http://127.0.0.1:8080", url.trim()),
        ("--hour 20 ", "--hour 1 --yes || true "),
        ("# once", "|| true # once"),
    ];
    let first = block(&page, 1, &here).replace("--dry-run", "--dry-run | grep '200 numbers of 5 accounts'");
    let again = block(&page, 2, &[("--hour 20", "--hour 1"), ("2026-11-25T21:00:00Z", "$since")]);
    let script = format!(
        "since=$(date -u +%Y-%m-%dT%H:%M:%SZ)\n{first}\nfor run in 1 2 3 4 5 6; do\n  if {again}\n  then exit 0; fi; sleep 1\ndone\nexit 1"
    );
    // A request of the first run may be under way for 90 s, so that the last runs would wait for it.
    let script = script.replace("rotate --waba-id", "rotate --timeout 1 --quiet-margin 1 --waba-id");
    let output = bash(&script, folder.path()).output().unwrap();
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}\n{told}");
    assert!(told.contains("To go on: run it again with --since 20") || told.contains("rotated          200"), "{told}");
}
