//! What others can learn of the process while it waits for a PIN.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use common::{COMMAND, ID, TOKEN};

/// Not root, whom nothing stops.
const NOBODY: u32 = 65_534;

/// Waits on standard input for the PIN, as an ordinary user's.
fn waiting(folder: &std::path::Path) -> Child {
    // The test's own folders may be closed to that user.
    let program = folder.join("whatsapp-two-step");
    fs::copy(COMMAND, &program).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Sc \"$(ulimit -Hc)\"; exec \"$@\"", "sh"]).arg(program);
    command.args(["set", "--sandbox", "--phone-number-id", ID]).env("WHATSAPP_ACCESS_TOKEN", TOKEN).current_dir(folder);
    if rustix::process::getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn no_core_dump_and_no_look_into_its_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = waiting(folder.path());
    let of = |file: &str| format!("/proc/{}/{file}", child.id());
    // It tells so by the owner of these files: root, for a process that only root may look into.
    for _ in 0..500 {
        if fs::metadata(of("mem")).unwrap().uid() == 0 {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    assert_eq!(fs::metadata(of("mem")).unwrap().uid(), 0);
    let limits = fs::read_to_string(of("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}
