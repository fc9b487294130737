//! The sandbox as a process of its own, which can be killed.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

pub(crate) struct Server {
    command: String,
    pub(crate) url: String,
    process: Child,
}

impl Server {
    /// By the command, on any free port.
    pub(crate) fn start(command: &str) -> Self {
        let (process, url) = spawn(command, "0");
        Self { command: command.to_owned(), url, process }
    }

    /// With SIGKILL: it closes nothing itself, and answers nothing any more.
    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Where it was before.
    pub(crate) fn restart(&mut self) {
        let port = self.url.rsplit(':').next().unwrap_or_default();
        let (process, url) = spawn(&self.command, port);
        assert_eq!(url, self.url, "another place");
        self.process = process;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(command: &str, port: &str) -> (Child, String) {
    let mut server = Command::new(command);
    server
        .args(["sandbox", "--port", port, "--numbers", &super::FLEET.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut process = server.spawn().expect(command);
    let mut url = String::new();
    let output = process.stdout.take().expect("piped");
    BufReader::new(output).read_line(&mut url).expect("the sandbox's URL");
    (process, url.trim().to_owned())
}
