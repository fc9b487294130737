//! A terminal of the test's own: what somebody types on it, and what it shows.

use std::{
    io::{Read, Write},
    process::Child,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use pty_process::{
    Size,
    blocking::{Command, Pty, open},
};
use rustix::{
    process::{Signal, kill_process_group},
    termios::{LocalModes, tcgetattr, tcgetpgrp},
};

use super::{COMMAND, FOREIGN, PIN, TOKEN};

pub(crate) const LONG: Duration = Duration::from_secs(30);

pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    output: Receiver<Vec<u8>>,
    /// Since it was last cleared.
    pub(crate) shown: String,
}

impl Terminal {
    /// The command itself, without a shell around it.
    pub(crate) fn of_command(args: &[&str]) -> Self {
        Self::start(Command::new(COMMAND).args(args).env("NO_COLOR", "1"), 80)
    }

    pub(crate) fn start(mut command: Command, columns: u16) -> Self {
        for name in FOREIGN.into_iter().filter(|name| *name != "NO_COLOR") {
            command = command.env_remove(name);
        }
        let (pty, end) = open().unwrap();
        pty.resize(Size::new(50, columns)).unwrap();
        let child = command.env("WHATSAPP_ACCESS_TOKEN", TOKEN).env("TERM", "xterm").spawn(end).unwrap();
        let (pty, (sender, output)) = (Arc::new(pty), channel());
        let reader = pty.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = (&*reader).read(&mut buffer) {
                let _ = sender.send(buffer[..count].to_vec());
            }
        });
        Self { pty, child, output, shown: String::new() }
    }

    fn has(&self, mode: LocalModes) -> bool {
        tcgetattr(&*self.pty).unwrap().local_modes.contains(mode)
    }

    pub(crate) fn echoes(&self) -> bool {
        self.has(LocalModes::ECHO)
    }

    /// As a shell that doesn't see to it leaves it.
    pub(crate) fn is_sane(&self) -> bool {
        self.has(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        assert!(self.shows(text, LONG), "no {text:?} in {:?}", self.shown);
    }

    /// Does it come within that time?
    pub(crate) fn shows(&mut self, text: &str, within: Duration) -> bool {
        let until = Instant::now() + within;
        while !self.shown.contains(text) {
            match self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => return false,
            }
        }
        true
    }

    /// What is shown until nothing more comes for a while.
    pub(crate) fn settle(&mut self) -> &str {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(400)) {
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
        &self.shown
    }

    pub(crate) fn enter(&mut self, typed: &str) {
        self.shown.clear();
        (&*self.pty).write_all(typed.as_bytes()).unwrap();
    }

    /// Waits for the prompt, and until it hides what is typed.
    #[track_caller]
    pub(crate) fn wait_for_prompt(&mut self, prompt: &str) {
        self.wait_for(prompt);
        assert!(!self.echoes(), "the prompt shows what is typed");
    }

    #[track_caller]
    pub(crate) fn answer(&mut self, prompt: &str, typed: &str) {
        self.wait_for_prompt(prompt);
        self.enter(typed);
    }

    /// To whatever runs in the foreground.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process_group(tcgetpgrp(&*self.pty).unwrap(), signal).unwrap();
    }

    /// The exit code, and all that was shown since the last answer.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        loop {
            match self.output.recv_timeout(LONG) {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it doesn't end: {:?}", self.shown),
            }
        }
        let code = self.child.wait().unwrap().code();
        assert!(!self.shown.contains(PIN) && !self.shown.contains(TOKEN), "{}", self.shown);
        (code, std::mem::take(&mut self.shown))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
