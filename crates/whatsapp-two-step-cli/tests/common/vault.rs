//! A vault of the test's own, read through the library: the command shows no PIN to a program.

use std::{fs, time::Duration};

use graph_sandbox::Sandbox;
use tempfile::TempDir;
use whatsapp_two_step::PhoneNumberId;
use whatsapp_two_step_rotation::{AnyVault, Keyring, Vault, open_vault};

use super::{End, command, finish};

pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) url: String,
    pub(crate) key: String,
}

impl Place {
    /// An SQLite file, which is not made yet.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("pins").display());
        Self::at(url, folder)
    }

    pub(crate) fn at(url: String, folder: TempDir) -> Self {
        let key = folder.path().join("key").to_str().unwrap().to_owned();
        Self { folder, url, key }
    }

    pub(crate) fn make(self) -> Self {
        let end = finish(command(&["vault", "init", "--vault", &self.url, "--new-key-file", &self.key]), "");
        assert_eq!((end.code, end.out.as_str()), (Some(0), "The vault is ready. Numbers in it: 0.\n"), "{}", end.err);
        self
    }

    pub(crate) fn flags(&self) -> [&str; 4] {
        ["--vault", &self.url, "--vault-key-file", &self.key]
    }

    /// A command with this vault, in whose output there is no PIN that the vault holds.
    pub(crate) fn run(&self, args: &[&str], stdin: &str) -> End {
        let end = finish(command(&[args, &self.flags()].concat()), stdin);
        end.assert_no_secret(&format!("{args:?}"));
        end
    }

    /// `rotate`, with short waits.
    pub(crate) fn rotate(&self, sandbox: &Sandbox, ids: &[&str], more: &[&str]) -> End {
        let args = ["rotate", "--yes", "--base-url", sandbox.base_url(), "--timeout", "1", "--quiet-margin", "1"];
        let end = self.run(&[&args[..], more, &["--phone-number-id"], ids].concat(), "");
        for id in ids {
            for pin in self.may_hold(id) {
                assert!(!format!("{} {}", end.out, end.err).contains(&pin), "a PIN is shown");
            }
        }
        end
    }

    pub(crate) fn vault(&self) -> AnyVault {
        let keys = Keyring::parse(&fs::read_to_string(&self.key).unwrap()).unwrap();
        open_vault(&self.url, Some(keys)).unwrap()
    }

    /// The pending PIN first.
    pub(crate) fn may_hold(&self, id: &str) -> Vec<String> {
        let id = PhoneNumberId::parse(id).unwrap();
        let stored = block_on(self.vault().load(&id)).unwrap();
        let pins = stored.map(|stored| stored.entry.may_hold()).unwrap_or_default();
        pins.iter().map(|pin| pin.expose().to_owned()).collect()
    }
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(Box::pin(work));
    runtime.shutdown_timeout(Duration::ZERO);
    result
}
