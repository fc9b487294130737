//! Reads the files that a user named, and standard input. Every buffer of ours is wiped.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    pin::pin,
    thread,
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until},
};
use whatsapp_two_step::Outcome;
use zeroize::Zeroizing;

use crate::{failure::Failure, report::seconds, signals::Signals, terminal::Console, usage::looks_secret};

pub(crate) type Secret = Zeroizing<String>;

/// Also where the call itself may take less.
const LEAST: Duration = Duration::from_secs(1);

const CORRECT: &str = "Correct the file or the flag; nothing was sent.";

/// Reads within one time limit: a pipe that nobody writes to would hold the program for ever.
pub(crate) struct Inputs<'a> {
    console: &'a Console,
    pub(crate) signals: &'a mut Signals,
    limit: Duration,
    until: Instant,
}

/// What a file held.
struct Content {
    bytes: Zeroizing<Vec<u8>>,
    /// The mode of a file that others can read.
    open_mode: Option<u32>,
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(console: &'a Console, signals: &'a mut Signals, limit: Duration) -> Self {
        // A limit that is none is the library's to refuse, once the token is read.
        let limit = limit.clamp(LEAST, Duration::from_secs(86_400));
        Self { console, signals, limit, until: Instant::now() + limit }
    }

    /// A file that holds one line, or nothing. Its line ending, if it has one, is the file's and not the value's.
    pub(crate) async fn secret(&mut self, flag: &str, path: &Path, max: usize) -> Result<Option<Secret>, Failure> {
        let Content { bytes, open_mode } = self.read(flag, path, max).await?;
        if let Some(mode) = open_mode {
            self.console.warn(&format!("{flag}: others can read {} (mode {mode:o}); 600 is right.", shown(path)));
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let line = bytes.strip_suffix(b"\n").map_or(&bytes[..], |line| line.strip_suffix(b"\r").unwrap_or(line));
        // What isn't UTF-8 becomes a character that no value has, and the library says where.
        Ok(Some(Zeroizing::new(String::from_utf8_lossy(line).into_owned())))
    }

    /// A file that is no secret.
    pub(crate) async fn bytes(&mut self, flag: &str, path: &Path, max: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
        Ok(self.read(flag, path, max).await?.bytes)
    }

    async fn read(&mut self, flag: &str, path: &Path, max: usize) -> Result<Content, Failure> {
        let there = path.to_owned();
        let mut content = pin!(in_thread(move || read(&there, max)));
        let content = tokio::select! {
            biased;
            content = &mut content => content,
            () = self.signals.end() => return Err(Failure::interrupted(0, Outcome::NotSent)),
            () = sleep_until(self.until) => {
                let limit = seconds(self.limit);
                let least = if self.limit == LEAST { ", the least that files get" } else { "" };
                let message =
                    format!("{flag}: {} did not come to its end within the {limit} of --timeout{least}.", shown(path));
                return Err(Failure::input(message, "See that something writes it and closes it; nothing was sent."));
            }
        };
        let content = content
            .map_err(|error| Failure::input(format!("{flag}: can't read {}: {error}.", shown(path)), CORRECT))?;
        if content.bytes.len() > max {
            return Err(Failure::input(format!("{flag}: {} has more than {max} bytes.", shown(path)), CORRECT));
        }
        Ok(content)
    }
}

/// Does blocking work on a thread of its own. Who waits no longer leaves the thread behind: it holds nothing up, and ends with
/// the process.
pub(crate) async fn in_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new().spawn(move || drop(sender.send(work())))?;
    receiver.await.unwrap_or_else(|_| Err(io::Error::other("the thread that read it failed")))
}

pub(crate) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The path, unless the secret itself stands in its place.
pub(crate) fn shown(path: &Path) -> String {
    let text = if is_standard_input(path) {
        "standard input".to_owned()
    } else if path.file_name().is_some_and(looks_secret) {
        "a file whose name looks like a secret and is not shown (a path is wanted, not the secret itself)".to_owned()
    } else {
        format!("{}", path.display())
    };
    crate::terminal::clean(&text)
}

/// Reads one byte more than there may be.
fn read(path: &Path, max: usize) -> io::Result<Content> {
    let source = open(path)?;
    let open_mode = open_mode(&source);
    // As large as it can get, so that growing leaves no copy behind; but for a long pipe.
    let length = source.metadata().ok().and_then(|about| usize::try_from(about.len()).ok()).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity((max + 64).min(length.max(16 << 10) + 64)));
    source.take(max as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Content { bytes, open_mode })
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

#[cfg(unix)]
fn open_mode(source: &File) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;

    let about = source.metadata().ok()?;
    let mode = about.permissions().mode() & 0o7777;
    (about.is_file() && mode & 0o077 != 0).then_some(mode)
}

#[cfg(windows)]
fn open_mode(_: &File) -> Option<u32> {
    None
}
