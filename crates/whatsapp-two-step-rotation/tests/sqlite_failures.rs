//! The SQLite vault where disks fill up, files are read-only, and processes are killed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use common::{child, child_argument, entry, held, id, is_root, skip, under};
use whatsapp_two_step_rotation::{Keyring, SqliteStore, SqliteVault, Vault};

/// Of all the processes here.
const KEY: &str = "00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100";

fn vault(path: impl AsRef<Path>) -> SqliteVault {
    SqliteVault::new(path, Keyring::parse(KEY).unwrap())
}

#[tokio::test]
#[ignore = "a process of the test below"]
async fn child_that_saves() {
    let Some(path) = child_argument() else { return };
    let vault = vault(path);
    for n in 0.. {
        let number = id(&(n % 5 + 1).to_string());
        let version = vault.load(&number).await.unwrap().map(|stored| stored.version);
        let pin = format!("{:06}", n / 5);
        let version = vault.save(&number, &entry(&pin), version.as_ref()).await.unwrap();
        println!("saved {number} {version} {pin}");
    }
}

/// What was said to be saved is there, whenever the process is killed, and what wasn't is there wholly or not at all.
#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut cut_short = 0;
    for round in 0..40_u64 {
        let path = folder.path().join(round.to_string());
        SqliteStore::new(&path).init().await.unwrap();
        let mut process = child("child_that_saves", path.to_str().unwrap()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        while !lines.next().unwrap().unwrap().contains("saved") {}
        // Moments that no other round had.
        thread::sleep(Duration::from_micros(round * 1_733 % 40_000));
        process.kill().unwrap();
        process.wait().unwrap();

        let mut said: HashMap<String, (u64, u32)> = HashMap::new();
        for line in lines.map_while(Result::ok) {
            if let ["saved", number, version, pin] = line.split(' ').collect::<Vec<_>>()[..] {
                said.insert(number.to_owned(), (version.parse().unwrap(), pin.parse().unwrap()));
            }
        }
        for (number, (version, pin)) in said {
            let (text, found) = held(&vault(&path), &number).await.unwrap();
            let found: u64 = found.as_str().parse().unwrap();
            assert!(found == version || found == version + 1, "{found} after {version}");
            let pin = u64::from(pin) + (found - version);
            assert_eq!(text, entry(&format!("{pin:06}")).to_json().as_str());
            cut_short += found - version;
        }
    }
    println!("{cut_short} saves were there of which the process had not heard");
}

#[tokio::test]
#[ignore = "a process of the test below"]
async fn child_that_saves_once() {
    let Some(path) = child_argument() else { return };
    let vault = vault(path);
    assert!(held(&vault, "1").await.is_none());
    println!("begins");
    vault.save(&id("1"), &entry("012345"), None).await.unwrap();
    println!("has saved");
}

#[tokio::test]
async fn a_save_is_on_the_disk_before_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let (path, log) = (folder.path().join("pins.vault"), folder.path().join("log"));
    SqliteStore::new(&path).init().await.unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-e", "trace=write,fsync,fdatasync", "-o"]).arg(&log);
    strace.arg(std::env::current_exe().unwrap());
    let done = under(strace, "child_that_saves_once", path.to_str().unwrap()).output();
    if !done.is_ok_and(|output| output.status.success()) {
        return skip("strace is not there, or may not watch");
    }
    let log = fs::read_to_string(log).unwrap();
    let lines: Vec<_> = log.lines().collect();
    let at =
        |words: &str| lines.iter().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}: {log}"));
    let between = &lines[at("\"begins")..at("\"has saved")];
    assert!(between.iter().any(|line| line.contains("sync(") && line.contains("pins.vault-wal")), "{between:#?}");
}

#[tokio::test]
#[ignore = "a process of the test below"]
async fn child_on_a_small_disk() {
    let Some(folder) = child_argument().map(PathBuf::from) else { return };
    let ballast = folder.join("ballast");
    fs::write(&ballast, vec![1; 200 * 1024]).unwrap();
    let vault = vault(folder.join("pins.vault"));
    vault.store().init().await.unwrap();
    let mut saved = 0;
    let error = loop {
        assert!(saved < 10_000, "the disk is never full");
        match vault.save(&id(&format!("{saved}")), &entry("012345"), None).await {
            Ok(_) => saved += 1,
            Err(error) => break error,
        }
    };
    println!("full after {saved}: {error}");
    for number in 0..saved {
        assert!(held(&vault, &number.to_string()).await.is_some(), "{number} of {saved} was lost");
    }
    fs::remove_file(ballast).unwrap();
    let version = vault.load(&id(&saved.to_string())).await.unwrap().map(|stored| stored.version);
    vault.save(&id(&saved.to_string()), &entry("012345"), version.as_ref()).await.unwrap();
    println!("and works again");
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // A disk of its own, in a name space of its own, which an ordinary user may have on most systems.
    let mut program = Command::new("unshare");
    program.args(if is_root() { &["-m"][..] } else { &["-rm"] });
    let mount = "mount -t tmpfs -o size=600k none \"$0\" && exec \"$@\"";
    program.args(["sh", "-c", mount]).arg(folder.path()).arg(std::env::current_exe().unwrap());
    let output = under(program, "child_on_a_small_disk", folder.path().to_str().unwrap()).output();
    let Ok(output) = output else { return skip("unshare is not there") };
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !said.contains("running 1 test") {
        return skip(&format!("no disk can be mounted: {failed}"));
    }
    assert!(
        said.contains("The vault can't be reached: the disk of ") && said.contains("(unreachable)"),
        "{said}{failed}"
    );
    assert!(output.status.success() && said.contains("and works again"), "{said}{failed}");
}

#[tokio::test]
#[ignore = "a process of the test below"]
async fn child_that_may_only_read() {
    let Some(path) = child_argument() else { return };
    let vault = vault(path);
    match vault.load(&id("1")).await {
        Ok(found) => assert!(found.is_some()),
        Err(error) => println!("load: {error}"),
    }
    let error = vault.save(&id("2"), &entry("012345"), None).await.unwrap_err();
    println!("save: {error}");
}

#[tokio::test]
async fn a_file_that_may_only_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pins.vault");
    let vault = vault(&path);
    vault.store().init().await.unwrap();
    vault.save(&id("1"), &entry("012345"), None).await.unwrap();
    drop(vault);
    thread::sleep(Duration::from_millis(300));
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();

    for (file, directory, words) in
        [(0o444, 0o777, "read-only"), (0o444, 0o555, "can't be"), (0o600, 0o755, "can't be opened")]
    {
        if file == 0o600 && !is_root() {
            continue; // one's own file
        }
        mode(&path, file);
        mode(folder.path(), directory);
        // Root may write everything.
        let mut program = Command::new(if is_root() { "setpriv" } else { "env" });
        if is_root() {
            program.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        }
        program.arg(std::env::current_exe().unwrap());
        let output = under(program, "child_that_may_only_read", path.to_str().unwrap()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let failed = String::from_utf8_lossy(&output.stderr);
        if !said.contains("running 1 test") {
            return skip(&format!("the test can't be run as another user: {failed}"));
        }
        let line = said.lines().find(|line| line.contains("save: ")).unwrap_or_else(|| panic!("{said}{failed}"));
        assert!(line.contains(words) && line.contains("(unreachable)"), "{file:o} {directory:o} {line}");
        mode(folder.path(), 0o755);
    }
}
