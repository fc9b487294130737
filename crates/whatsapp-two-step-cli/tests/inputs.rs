//! Files and standard input: what they may be.

mod common;

use common::{ID, PIN, private_file, run, sandboxed};
use graph_sandbox::Sandbox;

#[test]
fn pin_and_secrets_from_files() {
    let sandbox = Sandbox::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| private_file(folder.path(), name, content);
    let token = file("token", "EAAsandboxProofRequired\n");
    let secret = file("secret", &format!("{}\r\n", graph_sandbox::APP_SECRET));
    for (content, code) in [("048213", 0), ("048213\n", 0), ("048213\r\n", 0), ("048213\n\n", 2), ("048213\r", 2)] {
        let pin = file("pin", content);
        let base = sandbox.base_url();
        let args = ["set", "--base-url", base, "--phone-number-id", ID, "--pin-file", &pin];
        let end = run(&[&args[..], &["--token-file", &token, "--app-secret-file", &secret]].concat(), "");
        assert_eq!(end.code, Some(code), "{content:?}: {}", end.err);
        assert!(!end.err.contains("warning"), "{}", end.err);
    }
    assert_eq!(sandbox.pin(ID).as_deref(), Some("048213"));
    assert_eq!(sandboxed(&["--pin-file", "-"], "048213\n").code, Some(0));
    let end = sandboxed(&[], &PIN.repeat(1_000));
    assert_eq!(end.code, Some(2));
    assert!(end.err.contains("standard input has more than 4096 bytes"), "{}", end.err);
}

#[test]
fn nothing_at_all_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = private_file(folder.path(), "nothing", "");
    for (more, words) in [(&[][..], "standard input is empty"), (&["--pin-file", &nothing], "nothing is empty")] {
        let end = sandboxed(more, "");
        assert_eq!(end.code, Some(2));
        assert!(end.err.contains(words) && end.err.contains("--pin-file PATH"), "{}", end.err);
        let end = sandboxed(&[more, &["--json"]].concat(), "");
        assert_eq!((end.code, &end.json()["error"]["kind"]), (Some(2), &"invalid_pin".into()));
    }
    for flag in ["--token-file", "--app-secret-file"] {
        let end = sandboxed(&[flag, &nothing], PIN);
        assert!(end.code == Some(2) && end.err.contains(&format!("{flag}: ")) && end.err.contains("is empty"));
    }
}
