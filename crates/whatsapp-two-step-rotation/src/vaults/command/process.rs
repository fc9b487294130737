//! The program, and one exchange with it.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError, TryRecvError},
    thread,
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{
    protocol,
    shared::{seconds, unreachable},
};
use crate::error::VaultError;

/// An answer's length: room for a list of some 500,000 numbers.
const LINE_MAX: u64 = 16 << 20;
/// How long a program may take to end when its input has.
const GRACE: Duration = Duration::from_secs(2);
/// What is ours, and of no use to the program.
const SECRETS: [&str; 4] = [
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_TWO_STEP_VAULT", // a database's URL has a password in it
    "WHATSAPP_TWO_STEP_VAULT_KEY",
];

pub(super) struct Process {
    child: Child,
    /// None when it has been closed, so that the program ends.
    input: Option<ChildStdin>,
    lines: mpsc::Receiver<io::Result<Zeroizing<Vec<u8>>>>,
    /// Does it wait for a request? If not, nothing more that it says can be trusted to be an answer.
    is_ready: bool,
}

impl Process {
    pub(super) fn start(words: &[OsString]) -> Result<Self, VaultError> {
        let (program, arguments) = words.split_first().ok_or_else(|| unreachable("no program was named"))?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        for name in SECRETS {
            command.env_remove(name);
        }
        // A group of its own: Ctrl-C at a terminal is for us, who end what is under way, and it ends with what it started.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(windows)]
        std::os::windows::process::CommandExt::creation_flags(&mut command, 0x200); // CREATE_NEW_PROCESS_GROUP
        let mut child = command.spawn().map_err(|error| {
            unreachable(&format!("its program {} can't be started", program.display())).with_source(error)
        })?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (line, lines) = mpsc::sync_channel(1);
        let process = Self { child, input, lines, is_ready: true };
        let output = output.ok_or_else(|| unreachable("its program has no output"))?;
        thread::Builder::new()
            .name("whatsapp-two-step-command-output".to_owned())
            .spawn(move || read_lines(output, &line))
            .map_err(|error| unreachable("the system gives no thread for it").with_source(error))?;
        Ok(process)
    }

    /// Has it ended since the last answer? What it says unasked is an error: the next answer could be taken for another one.
    pub(super) fn has_ended(&mut self) -> Result<bool, VaultError> {
        match self.lines.try_recv() {
            Err(TryRecvError::Empty) => Ok(false),
            Err(TryRecvError::Disconnected) => Ok(true),
            Ok(_) => {
                self.is_ready = false;
                Err(unreachable("its program said something before it was asked"))
            }
        }
    }

    /// The program's answer, or its error. After one of the exchange itself, nothing more may be asked of it.
    pub(super) fn ask<T: DeserializeOwned>(
        &mut self,
        request: &[u8],
        limit: Duration,
    ) -> Result<Result<T, VaultError>, VaultError> {
        self.is_ready = false;
        let until = Instant::now() + limit;
        if self.input.as_mut().is_none_or(|input| input.write_all(request).is_err()) {
            return Err(self.ended());
        }
        let line = match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Ok(line)) => line,
            Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                return Err(unreachable(&format!("its program gave an answer of more than {} MiB", LINE_MAX >> 20)));
            }
            Ok(Err(error)) => return Err(unreachable("its program's output broke").with_source(error)),
            Err(RecvTimeoutError::Timeout) => {
                return Err(unreachable(&format!("its program gave no answer within {}", seconds(limit))));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
        };
        let answer = protocol::read(&line)?;
        self.is_ready = true;
        Ok(answer)
    }

    /// Its output has ended; mostly, so has it, or is about to.
    fn ended(&mut self) -> VaultError {
        match self.wait(Duration::from_millis(200)) {
            Some(status) => unreachable(&format!("its program ended without an answer ({status})")),
            None => unreachable("its program closed its output"),
        }
    }

    fn wait(&mut self, limit: Duration) -> Option<std::process::ExitStatus> {
        let until = Instant::now() + limit;
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(10)),
                ended => return ended.ok().flatten(),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.input = None;
        if !self.is_ready || self.wait(GRACE).is_none() {
            #[cfg(unix)]
            if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Hands over line after line, until there is none, or nobody who takes them.
fn read_lines(output: ChildStdout, lines: &mpsc::SyncSender<io::Result<Zeroizing<Vec<u8>>>>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Zeroizing::new(Vec::with_capacity(4096));
        let read = match output.by_ref().take(LINE_MAX).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) if line.ends_with(b"\n") => Ok(line),
            Ok(length) if length as u64 == LINE_MAX => Err(io::ErrorKind::FileTooLarge.into()),
            // It ended in the middle of a line.
            Ok(_) => return,
            Err(error) => Err(error),
        };
        let is_last = read.is_err();
        if lines.send(read).is_err() || is_last {
            return;
        }
    }
}
