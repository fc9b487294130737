//! The key that seals a vault's entries: where it comes from, and how one is made.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use whatsapp_two_step_rotation::{Keyring, VaultKey};

use crate::{
    failure::Failure,
    flags::VaultArgs,
    inputs::{Inputs, Secret, shown},
    secrets,
};

/// The file's, else the environment's, else none.
pub(super) async fn of(args: &VaultArgs, inputs: &mut Inputs<'_>) -> Result<Option<Keyring>, Failure> {
    Ok(text(args, inputs).await?.map(|text| Keyring::parse(&text)).transpose()?)
}

/// The same, as it is written.
pub(super) async fn text(args: &VaultArgs, inputs: &mut Inputs<'_>) -> Result<Option<Secret>, Failure> {
    match &args.vault_key_file {
        Some(path) => Ok(Some(secrets::from_file("--vault-key-file", path, inputs).await?)),
        None => secrets::variable("WHATSAPP_TWO_STEP_VAULT_KEY"),
    }
}

/// A key in a file, which this may just have made.
pub(super) struct NewKey<'a> {
    pub(super) key: VaultKey,
    pub(super) is_drawn: bool,
    path: &'a Path,
}

impl<'a> NewKey<'a> {
    pub(super) async fn at(path: &'a Path, inputs: &mut Inputs<'_>) -> Result<Self, Failure> {
        if path == Path::new("-") {
            let message = "--new-key-file must be the path of a file: a key on a stream would be lost.";
            return Err(Failure::input(message, "Give a path in a folder that can be written."));
        }
        let key = VaultKey::generate()?;
        match write(path, &key) {
            Ok(()) => Ok(Self { key, is_drawn: true, path }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let text = secrets::from_file("--new-key-file", path, inputs).await?;
                Ok(Self { key: VaultKey::parse(&text)?, is_drawn: false, path })
            }
            Err(error) => {
                let message = format!("--new-key-file: can't write {}: {error}.", shown(path));
                Err(Failure::input(message, "Give a path in a folder that can be written."))
            }
        }
    }

    /// What to say of it, if it is new.
    pub(super) fn notice(&self) -> Option<String> {
        self.is_drawn.then(|| {
            format!(
                "A new key is in {}. Keep a copy of it, apart from the copies of the vault: without the key the PINs are lost.",
                shown(self.path)
            )
        })
    }

    /// It has sealed nothing: takes the file away again, if this has made it.
    pub(super) fn undo(&self) {
        if self.is_drawn {
            let _ = fs::remove_file(self.path);
        }
    }
}

/// For this user alone, and on the disk before anything is sealed with it.
fn write(path: &Path, key: &VaultKey) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(key.to_text().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    if cfg!(unix) {
        let absolute = std::path::absolute(path)?;
        File::open(absolute.parent().unwrap_or(path))?.sync_all()?;
    }
    Ok(())
}
