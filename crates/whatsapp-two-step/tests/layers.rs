//! The crate's rooms, from the ground up: each imports only from below, and from the room where a thing lives.
#![allow(clippy::unwrap_used)] // a test may panic

use std::{
    fs,
    path::{Path, PathBuf},
};

const ROOMS: &[&[&str]] = &[
    &["usage"],
    &["error", "body"],
    &["values"],
    &["endpoint"],
    &["redact"],
    &["graph", "webhook"],
    &["operation"],
    &["call"],
    &["transport"],
    &["clock", "reqwest_transport"],
    &["client"],
    &["blocking"],
];

fn floor(room: &str) -> Option<usize> {
    ROOMS.iter().position(|floor| floor.contains(&room))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What stands behind each `crate::` of the code: a name, or each name of a list in braces.
fn imports(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            names.push(first_name(rest));
            continue;
        };
        let (mut depth, mut begins) = (1, true);
        for (at, character) in list.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => begins = true,
                _ if begins && character.is_alphabetic() => {
                    names.push(first_name(&list[at..]));
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    names
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn each_room_imports_only_from_below() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for file in files(&source).into_iter().filter(|file| !file.ends_with("lib.rs")) {
        let place = file.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
        let room = place.split(['/', '\\', '.']).next().unwrap();
        let here = floor(room).unwrap_or_else(|| panic!("{room} has no floor: add it to ROOMS"));
        let text = fs::read_to_string(&file).unwrap();
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for name in imports(&code) {
            seen += 1;
            let there =
                floor(&name).unwrap_or_else(|| panic!("{place}: crate::{name} is no room; import from where it lives"));
            assert!(there < here || name == room, "{place}: {room} imports {name}, which is not below it");
        }
    }
    assert!(seen > 50, "only {seen} imports were read");
}

#[test]
fn imports_are_read_from_lists_too() {
    assert_eq!(imports("use crate::{a::{b, c}, d::E};\nfn f() { crate::g::h() }"), ["a", "d", "g"]);
}
