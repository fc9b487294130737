use std::{
    fs::File,
    io::{self, Read, Write},
    pin::pin,
};

use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::{left, no_terminal};
use crate::{
    failure::Failure,
    inputs::{Secret, in_thread},
    signals::{Signals, Wish, suspend},
};

/// As long as the terminal lets a line be.
const LINE_MAX: usize = 4_096;

/// While it lives, the terminal doesn't show what is typed. The rest stays as the user has it: Ctrl-U, Ctrl-C and Ctrl-Z too.
pub(crate) struct Prompt {
    terminal: File,
    before: Termios,
}

impl Prompt {
    pub(crate) fn open() -> Result<Self, Failure> {
        let open = || {
            let terminal = File::options().read(true).write(true).open("/dev/tty")?;
            let before = hide(&terminal)?;
            Ok(Self { terminal, before })
        };
        open().map_err(|error| no_terminal(&error))
    }

    /// A line that the user types.
    pub(crate) async fn ask(&mut self, question: &str, signals: &mut Signals) -> Result<Secret, Failure> {
        let line = self.line(question, signals).await;
        // Enter doesn't show either.
        let _ = self.terminal.write_all(b"\n");
        line.map_err(|error| no_terminal(&error))?.ok_or_else(left)
    }

    async fn line(&mut self, question: &str, signals: &mut Signals) -> io::Result<Option<Secret>> {
        self.terminal.write_all(question.as_bytes())?;
        let terminal = self.terminal.try_clone()?;
        let mut line = pin!(in_thread(move || read_line(terminal)));
        loop {
            tokio::select! {
                biased;
                wish = signals.next() => match wish {
                    Wish::End => {
                        self.forget();
                        return Ok(None);
                    }
                    Wish::Suspend => self.suspend(question)?,
                },
                line = &mut line => return line,
            }
        }
    }

    fn suspend(&mut self, question: &str) -> io::Result<()> {
        self.forget();
        self.show();
        self.terminal.write_all(b"\n")?;
        suspend();
        self.before = hide(&self.terminal)?;
        self.terminal.write_all(question.as_bytes())
    }

    /// Half a PIN is nothing for the shell's command line.
    fn forget(&self) {
        let _ = tcflush(&self.terminal, QueueSelector::IFlush);
    }

    fn show(&self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        self.show();
    }
}

/// Drops what was typed before, since it has shown. The result is how the terminal was.
fn hide(terminal: &File) -> io::Result<Termios> {
    let before = tcgetattr(terminal)?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
    tcsetattr(terminal, OptionalActions::Flush, &hidden)?;
    Ok(before)
}

/// Nothing if the user, or the terminal, ended it before anything was typed.
fn read_line(mut terminal: File) -> io::Result<Option<Secret>> {
    let mut line = Zeroizing::new([0; LINE_MAX]);
    let mut length = 0;
    while length < LINE_MAX && !line[..length].ends_with(b"\n") {
        match terminal.read(&mut line[length..]) {
            Ok(0) if length == 0 => return Ok(None),
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let line = &line[..length];
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    Ok(Some(Zeroizing::new(String::from_utf8_lossy(line).into_owned())))
}
