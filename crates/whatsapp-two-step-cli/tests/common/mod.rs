//! Runs the real command.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]
#![allow(clippy::print_stdout, reason = "a test that skips something says so")]

pub(crate) mod schema;
#[cfg(unix)]
pub(crate) mod shell;
#[cfg(unix)]
pub(crate) mod terminal;
pub(crate) mod vault;

use std::{
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
};

pub(crate) const COMMAND: &str = env!("CARGO_BIN_EXE_whatsapp-two-step");
pub(crate) const ID: &str = "106540352242922";
pub(crate) const PIN: &str = "735194";
pub(crate) const TOKEN: &str = "EAAG_secret_token_123";

pub(crate) struct End {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl End {
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.out.lines().count(), 1, "one object on one line: {}", self.out);
        let object = serde_json::from_str(&self.out).expect("JSON on standard output");
        schema::check(&object);
        object
    }

    /// One object a line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        let objects = self.out.lines().map(|line| serde_json::from_str(line).expect("JSON on each line"));
        let objects: Vec<_> = objects.collect();
        schema::check_all(&objects);
        objects
    }

    pub(crate) fn assert_no_secret(&self, what: &str) {
        for text in [&self.out, &self.err] {
            assert!(!text.contains(PIN) && !text.contains(TOKEN), "{what} shows a secret:\n{text}");
            // Not its first three letters alone: a trace id may have them by chance.
            assert!(!text.contains(&TOKEN[..8]), "{what} shows a part of a token:\n{text}");
        }
    }
}

/// Variables of this machine that the command heeds.
const FOREIGN: [&str; 10] = [
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_BASE_URL",
    "WHATSAPP_API_VERSION",
    "WHATSAPP_TWO_STEP_LOOPBACK_ONLY",
    "WHATSAPP_TWO_STEP_VAULT",
    "WHATSAPP_TWO_STEP_VAULT_KEY",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "NO_COLOR",
];

/// With the token in the environment, and nothing else of this machine's that matters.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(COMMAND);
    for name in FOREIGN {
        command.env_remove(name);
    }
    command.args(args).env("WHATSAPP_ACCESS_TOKEN", TOKEN);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn finish(mut command: Command, stdin: &str) -> End {
    let mut child = command.spawn().expect("the command starts");
    // It may have ended without reading.
    let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
    end_of(child)
}

pub(crate) fn end_of(child: Child) -> End {
    let output = child.wait_with_output().expect("the command ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    End { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

pub(crate) fn run(args: &[&str], stdin: &str) -> End {
    finish(command(args), stdin)
}

/// `set` against a sandbox, with the test's PIN on standard input.
pub(crate) fn set(base_url: &str, id: &str, more: &[&str]) -> End {
    run(&[&["set", "--base-url", base_url, "--phone-number-id", id], more].concat(), PIN)
}

/// `set` against an embedded sandbox, which shows no secret.
pub(crate) fn sandboxed(more: &[&str], stdin: &str) -> End {
    let end = run(&[&["set", "--sandbox", "--phone-number-id", ID], more].concat(), stdin);
    end.assert_no_secret(&format!("{more:?}"));
    end
}

/// A file that nobody else can read.
pub(crate) fn private_file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A person's machine need not have everything; CI's must.
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|value| value.is_empty()), "{why}");
    println!("skipped: {why}");
}

#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    rustix::process::getuid().is_root()
}
