//! The command vault: what is said on the streams, programs that misbehave, and the programs of examples/vaults.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use common::{assert_error, entry, held, id, keeps_the_rules, keys, one_wins, skip};
use whatsapp_two_step_rotation::{CommandVault, Sealed, Vault, VaultErrorKind};

const UNREACHABLE: VaultErrorKind = VaultErrorKind::Unreachable;
const UNREADABLE: VaultErrorKind = VaultErrorKind::Unreadable;

fn path(of: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(of)
}

fn program(how: &str) -> CommandVault {
    let program = path("tests/stand_ins/program.py");
    CommandVault::new(["python3", program.to_str().unwrap(), how]).timeout(Duration::from_secs(5))
}

#[tokio::test]
async fn it_keeps_the_rules_in_the_clear_and_sealed() {
    let vault = program("well");
    keeps_the_rules(&vault, &vault).await;
    let sealed = Sealed::over(program("noise"), keys());
    keeps_the_rules(&sealed, &sealed).await;
    assert_eq!(sealed.ids().await.unwrap(), [id("1"), id("11")]);
    assert_error(sealed.store().load(&id("1")).await, UNREADABLE, "the entry is sealed, and no key was given");
    sealed.store().save(&id("3"), &entry("012345"), None).await.unwrap();
    assert_error(sealed.load(&id("3")).await, UNREADABLE, "the entry is not sealed, and a key was given");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_save_one_wins() {
    one_wins(Box::leak(Box::new(program("well"))), "1").await;
}

#[tokio::test]
async fn a_program_that_misbehaves_is_told_and_started_anew() {
    for (how, words) in [
        ("dies", "ended without an answer (exit status: 3)"),
        ("half", "ended without an answer (exit status: 0)"),
        ("closes", "closed its output"),
        ("garbage", "not of the protocol"),
        ("binary", "not of the protocol"),
        ("endless", "more than 16 MiB"),
    ] {
        let vault = program(how);
        assert!(held(&vault, "1").await.is_none());
        let begun = Instant::now();
        assert_error(vault.save(&id("1"), &entry("012345"), None).await, UNREACHABLE, words);
        assert!(begun.elapsed() < Duration::from_secs(4), "{how}: {:?}", begun.elapsed());
        assert!(held(&vault, "1").await.is_none(), "{how}: a new one is asked, which knows nothing");
    }
    assert_error(program("greets").save(&id("1"), &entry("012345"), None).await, UNREACHABLE, "program");
    let vault = program("twice");
    assert!(held(&vault, "1").await.is_none());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_error(vault.load(&id("1")).await, UNREACHABLE, "said something before it was asked");

    // One that ended while nobody asked it: nothing is lost.
    let vault = program("one a start");
    for _ in 0..3 {
        assert!(held(&vault, "1").await.is_none());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let none = CommandVault::new(["/no/such/program", "012345"]);
    assert_error(none.load(&id("1")).await, UNREACHABLE, "/no/such/program can't be started");
}

#[tokio::test]
async fn a_program_that_hangs_is_killed_with_what_it_started() {
    // A time of this process's own, to find what sleeps for it.
    let time = format!("1{}", std::process::id());
    let script = path("tests/stand_ins/program.py");
    let vault = CommandVault::new(["python3", script.to_str().unwrap(), "hangs", &time]);
    let vault = vault.timeout(Duration::from_millis(700));
    assert!(held(&vault, "1").await.is_none());
    let sleeping = || {
        let output = Command::new("pgrep").args(["-f", &format!("^sleep {time}$")]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().count()
    };
    let begun = Instant::now();
    let (one, some) = (id("1"), entry("012345"));
    let during = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        sleeping()
    };
    let (saved, during) = tokio::join!(vault.save(&one, &some, None), during);
    assert_error(saved, UNREACHABLE, "gave no answer within 0.7 s");
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!((during, sleeping()), (1, 0));
    assert!(held(&vault, "1").await.is_none());
}

#[tokio::test]
async fn a_programs_own_error_is_told_without_a_pin_and_leaves_it_running() {
    let vault = program("refuses");
    let first = vault.save(&id("1"), &entry("012345"), None).await.unwrap();
    let words = "The vault's program says: No answer for [digits] from  [31mthere.";
    assert_error(vault.save(&id("1"), &entry("998877"), Some(&first)).await, UNREACHABLE, words);
    assert_error(vault.load(&id("1")).await, UNREACHABLE, words);
}

/// Killed at the end of the test.
struct StandIn(Child, u16);

impl StandIn {
    fn start() -> Self {
        let mut child =
            Command::new("python3").arg(path("tests/stand_ins/kv2.py")).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self(child, line.trim().parse().unwrap())
    }

    fn vault(&self, token: &str, mount: &str) -> CommandVault {
        let program = path("../../examples/vaults/hashicorp_kv2.py");
        let (address, token) = (format!("VAULT_ADDR=http://127.0.0.1:{}", self.1), format!("VAULT_TOKEN={token}"));
        CommandVault::new(["env", &address, &token, "python3", program.to_str().unwrap(), "--mount", mount])
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_over_hashicorps_kv_keeps_the_rules() {
    let server = StandIn::start();
    let token = "s.token-of-the-test";
    let (one, other) = (server.vault(token, "secret"), server.vault(token, "secret"));
    assert!(one_ids(&one).await.is_empty());
    keeps_the_rules(&one, &other).await;
    one_wins(Box::leak(Box::new(server.vault(token, "secret"))), "5").await;
    assert_eq!(one_ids(&one).await, ["1", "11", "5"]);

    assert_error(server.vault("s.wrong", "secret").load(&id("1")).await, UNREACHABLE, "HTTP 403");
    assert_error(
        server.vault(token, "other").save(&id("1"), &entry("012345"), None).await,
        UNREACHABLE,
        "no KV version 2",
    );
    let url = format!("http://127.0.0.1:{}/v1/secret/data/whatsapp-two-step/1", server.1);
    let delete = "import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], method='DELETE', headers={'X-Vault-Token': sys.argv[2]}))";
    assert!(Command::new("python3").args(["-c", delete, &url, token]).status().unwrap().success());
    assert_error(one.load(&id("1")).await, UNREADABLE, "was deleted in Vault");

    drop(server);
    assert_error(one.load(&id("11")).await, UNREACHABLE, "Vault can't be reached");
}

async fn one_ids(vault: &CommandVault) -> Vec<String> {
    let ids = whatsapp_two_step_rotation::ByteStore::ids(vault).await.unwrap();
    ids.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_over_a_folder_of_age_files_keeps_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let (key, other_key) = (folder.path().join("key"), folder.path().join("other"));
    for key in [&key, &other_key] {
        if !Command::new("age-keygen").arg("-o").arg(key).output().is_ok_and(|output| output.status.success()) {
            return skip("age is not on this machine");
        }
    }
    let pins = folder.path().join("pins");
    let vault = |key: &PathBuf| {
        let program = path("../../examples/vaults/age_folder.py");
        let words = [&PathBuf::from("python3"), &program, &"--folder".into(), &pins, &"--identity".into(), key];
        CommandVault::new(words)
    };
    keeps_the_rules(&vault(&key), &vault(&key)).await;
    one_wins(Box::leak(Box::new(vault(&key))), "5").await;
    assert_eq!(one_ids(&vault(&key)).await, ["1", "11", "5"]);
    assert_error(vault(&other_key).load(&id("1")).await, UNREADABLE, "the right identity");
    fs::copy(pins.join("1.age"), pins.join("11.age")).unwrap();
    assert_error(vault(&key).load(&id("11")).await, UNREADABLE, "another number's");
    for file in fs::read_dir(&pins).unwrap().map(Result::unwrap) {
        let bytes = fs::read(file.path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"998877"), "{:?}", file.file_name());
    }
}
