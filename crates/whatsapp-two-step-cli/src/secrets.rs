//! Where PIN, access token and app secret come from: files, standard input, the environment, a hidden prompt.
//! Never arguments. Every buffer of ours is wiped.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::Path,
};

use whatsapp_two_step::{AccessToken, AppSecret, PhoneNumberId, Pin};
use zeroize::Zeroizing;

use crate::{args::SetArgs, failure::Failure, interrupt, usage::looks_secret};

pub(crate) type Secret = Zeroizing<String>;

/// Enough for six digits and any mistake worth naming.
const PIN_MAX: usize = 4_096;
/// As long as the library takes, and a line ending.
const TOKEN_MAX: usize = 8_194;
const CERTIFICATES_MAX: usize = 4 << 20;

const CORRECT: &str = "Correct the file or the flag; nothing was sent.";

/// A token for an embedded sandbox, if the user has none.
pub(crate) const SANDBOX_TOKEN: &str = "EAAsandbox";

/// The access token: the file's, else the environment's, else, with `--sandbox`, the sandbox's.
pub(crate) fn access_token(args: &SetArgs) -> Result<AccessToken, Failure> {
    let token = match &args.token_file {
        Some(path) => read_line("--token-file", path, TOKEN_MAX)?,
        None => match variable("WHATSAPP_ACCESS_TOKEN")? {
            Some(token) => token,
            None if args.sandbox => Zeroizing::new(SANDBOX_TOKEN.to_owned()),
            None => {
                let message = "There is no access token.";
                return Err(Failure::input(message, "Set WHATSAPP_ACCESS_TOKEN, or give --token-file PATH."));
            }
        },
    };
    Ok(AccessToken::parse(&token)?)
}

/// The app secret, if there is one: the file's, else the environment's. The environment's is of a real app, whose proofs
/// an embedded sandbox would refuse.
pub(crate) fn app_secret(args: &SetArgs) -> Result<Option<AppSecret>, Failure> {
    let secret = match &args.app_secret_file {
        Some(path) => Some(read_line("--app-secret-file", path, TOKEN_MAX)?),
        None if args.sandbox => None,
        None => variable("WHATSAPP_APP_SECRET")?,
    };
    Ok(secret.map(|secret| AppSecret::parse(&secret)).transpose()?)
}

/// Certificate authorities; no secret, but read the same way.
pub(crate) fn certificates(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    read("--ca-certificates", path, CERTIFICATES_MAX)
}

/// Standard input can be read once.
pub(crate) fn check_standard_input(args: &SetArgs) -> Result<(), Failure> {
    let files = [
        ("--pin-file", args.pin_file.as_deref()),
        ("--token-file", args.token_file.as_deref()),
        ("--app-secret-file", args.app_secret_file.as_deref()),
    ];
    let readers: Vec<&str> =
        files.into_iter().filter(|(_, path)| path.is_some_and(is_standard_input)).map(|(flag, _)| flag).collect();
    match readers[..] {
        [first, second, ..] => {
            let message = format!("{first} and {second} can't both be standard input.");
            Err(Failure::input(message, "Give a path to one of them."))
        }
        _ => Ok(()),
    }
}

/// The PIN's text, from where the user has it. Call it last: it may ask the user.
pub(crate) fn pin_text(args: &SetArgs, id: &PhoneNumberId) -> Result<Secret, Failure> {
    let is_taken = [&args.token_file, &args.app_secret_file].into_iter().flatten().any(|path| is_standard_input(path));
    match &args.pin_file {
        Some(path) if !is_standard_input(path) => read_line("--pin-file", path, PIN_MAX),
        _ if is_taken || io::stdin().is_terminal() => prompt_twice(id),
        _ => read_line("--pin-file", Path::new("-"), PIN_MAX),
    }
}

fn prompt_twice(id: &PhoneNumberId) -> Result<Secret, Failure> {
    // Held: rpassword raises SIGINT before it turns the echo on again; caught, it comes to that.
    let held = interrupt::hold()?;
    let first = prompt(&format!("New PIN for {id}, six digits, not shown: "))?;
    Pin::parse(&first)?;
    let second = prompt("The same PIN again: ")?;
    drop(held);
    if *first == *second {
        Ok(first)
    } else {
        Err(Failure::input("The two PINs are not the same.", "Start again; nothing was sent."))
    }
}

fn prompt(text: &str) -> Result<Secret, Failure> {
    let typed = rpassword::prompt_password(text).map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => Failure::interrupted_before(),
        io::ErrorKind::UnexpectedEof => Failure::input("The prompt was left without a PIN.", "Nothing was sent."),
        _ => Failure::input(
            format!("There is no terminal to ask for the PIN: {error}."),
            "Pipe the PIN to standard input, or give --pin-file PATH.",
        ),
    })?;
    Ok(Zeroizing::new(typed))
}

/// As it is: a variable holds what the user wants it to hold.
fn variable(name: &str) -> Result<Option<Secret>, Failure> {
    let Some(value) = std::env::var_os(name) else { return Ok(None) };
    let text = value.into_string().map_err(|value| {
        drop(Zeroizing::new(value.into_encoded_bytes()));
        Failure::input(format!("{name} is not text."), "Correct the variable; nothing was sent.")
    })?;
    Ok(Some(Zeroizing::new(text)))
}

/// A file that holds one line. Its line ending, if it has one, is the file's and not the value's.
fn read_line(flag: &str, path: &Path, max: usize) -> Result<Secret, Failure> {
    let bytes = read(flag, path, max)?;
    let line = bytes.strip_suffix(b"\n").map_or(&bytes[..], |line| line.strip_suffix(b"\r").unwrap_or(line));
    // What isn't UTF-8 becomes a character that no value has, and the library says where.
    Ok(Zeroizing::new(String::from_utf8_lossy(line).into_owned()))
}

fn read(flag: &str, path: &Path, max: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let shown = if is_standard_input(path) {
        "standard input".to_owned()
    } else if path.file_name().is_some_and(looks_secret) {
        "a file whose name looks like a secret and is not shown (a path is wanted, not the secret itself)".to_owned()
    } else {
        format!("{}", path.display())
    };
    let shown = crate::terminal::clean(&shown);
    // As large as it can get, so that growing leaves no copy behind.
    let first = if max > TOKEN_MAX { 0 } else { max + 64 };
    let mut bytes = Zeroizing::new(Vec::with_capacity(first));
    open(path)
        .and_then(|source| source.take(max as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::input(format!("{flag}: can't read {shown}: {error}."), CORRECT))?;
    if bytes.len() > max {
        return Err(Failure::input(format!("{flag}: {shown} has more than {max} bytes."), CORRECT));
    }
    Ok(bytes)
}

fn open(path: &Path) -> io::Result<File> {
    if !is_standard_input(path) {
        return File::open(path);
    }
    // Past the library's buffer, which is never wiped.
    #[cfg(unix)]
    let handle = std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?;
    #[cfg(windows)]
    let handle = std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned()?;
    Ok(handle.into())
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}
