//! Real shells.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use pty_process::blocking;

use super::{COMMAND, terminal::Terminal};

/// Two installations at once would be in each other's way.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Is the shell there? A person without it is told what is skipped; under CI it is installed, or the test fails.
pub(crate) fn is_there(shell: &str) -> bool {
    let runs = || Command::new(shell).args(["-c", "exit"]).status().is_ok_and(|status| status.success());
    if runs() {
        return true;
    }
    if std::env::var_os("CI").is_none_or(|value| value.is_empty()) {
        println!("skipped: {shell} is not on this machine");
        return false;
    }
    let _alone = INSTALLING.lock();
    let install = "if command -v brew; then brew install \"$1\"; exit; fi
        [ \"$(id -u)\" = 0 ] && as= || as=sudo
        $as apt-get update && $as apt-get install -y \"$1\"";
    let output = Command::new("sh").args(["-c", install, "sh", shell]).output().unwrap();
    assert!(runs(), "{shell} can't be installed: {}", String::from_utf8_lossy(&output.stderr));
    true
}

/// The folder of the command comes first.
pub(crate) fn path() -> String {
    let folder = Path::new(COMMAND).parent().map(PathBuf::from).unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

/// An interactive shell in a folder, without anybody's settings.
pub(crate) fn interactive(shell: &str, args: &[&str], folder: &Path) -> Terminal {
    let command = blocking::Command::new(shell).args(args).current_dir(folder);
    let command = command.env("PATH", path()).env("HOME", folder).env("PS1", "ready> ").env_remove("ENV");
    Terminal::start(command.env("NO_COLOR", "1"), 100)
}
