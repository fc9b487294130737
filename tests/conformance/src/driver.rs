//! A language's package as a process: one line in, one line out.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    command,
    lanes::Lane,
    memory::{Gauge, Held},
    record::Record,
    secrets::backwards,
    tls::ROOT,
};

/// What makes hosts talk, beside what the drivers switch on themselves.
const TALKATIVE: [(&str, &str); 4] =
    [("NODE_DEBUG", "*"), ("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace"), ("CFNETWORK_DIAGNOSTICS", "3")];

/// How long a driver may take for a call beyond the call's own time, before it counts as hung. Ample: a machine may be busy.
const GRACE: Duration = Duration::from_secs(20);

pub(crate) struct Driver {
    pub(crate) name: String,
    pub(crate) on_a_loop: bool,
    command: String,
    process: Option<(Child, Receiver<String>)>,
    record: Option<Record>,
}

impl Driver {
    pub(crate) fn start(lane: &Lane<'_>) -> Self {
        Self::new(lane, None)
    }

    /// Everything that it prints is kept, and it is asked to print much.
    pub(crate) fn recorded(lane: &Lane<'_>, record: Record) -> Self {
        Self::new(lane, Some(record))
    }

    fn new(lane: &Lane<'_>, record: Option<Record>) -> Self {
        let Lane { name, command, on_a_loop } = *lane;
        Self { name: name.to_owned(), on_a_loop, command: command.to_owned(), process: None, record }
    }

    /// The language that the `User-Agent` names.
    pub(crate) fn language(&self) -> &str {
        if self.name == "command" { "rust" } else { &self.name }
    }

    /// What starts it.
    pub(crate) fn command(&self) -> &str {
        &self.command
    }

    /// What its processes hold now, once it has been asked for something.
    pub(crate) fn holds(&self) -> Held {
        self.process.as_ref().map(|(child, _)| Held::by(child.id())).unwrap_or_default()
    }

    /// How much a call may add to the process's memory, in kB.
    pub(crate) fn memory_limit(&self) -> u64 {
        match self.name.as_str() {
            // Its heap grows until there is a reason to collect; the heap's own limit, 48 MB, is in drivers/run-kotlin.
            "kotlin" => 48 << 10,
            // On Linux URLSession inflates what came compressed, asked or not, and while it does so it hears of no cancelling.
            "swift" => 96 << 10,
            // A process for each call: most of it is the program itself, as it is built for tests.
            "command" => 24 << 10,
            _ => 16 << 10,
        }
    }

    /// The answer, and how far the process's memory rose for it, in kB. The command's is its whole process.
    pub(crate) fn measured(&mut self, call: &Value) -> (Value, u64) {
        if self.name == "command" {
            return command::run(&self.command, call);
        }
        let gauge = self.process.as_ref().map(|(child, _)| Gauge::start(child.id()));
        let answer = self.call(call);
        (answer, gauge.map_or(0, |gauge| gauge.rise()))
    }

    /// Makes the call, and prints all that there is to its result.
    pub(crate) fn show(&mut self, call: &Value, timeout: Duration) -> Value {
        match (&self.record, self.name.as_str()) {
            (Some(record), "command") => command::show(&self.command, call, record),
            _ => self.ask(&backwards(call.clone()), timeout),
        }
    }

    /// Prints a text through this channel.
    pub(crate) fn plant(&mut self, channel: &str, text: &str, timeout: Duration) {
        match (&self.record, self.name.as_str()) {
            (Some(record), "command") => command::plant(&self.command, channel, text, record),
            _ => drop(self.ask(&backwards(json!({"plant": channel, "text": text})), timeout)),
        }
    }

    pub(crate) fn call(&mut self, call: &Value) -> Value {
        if self.name == "command" {
            return command::run(&self.command, call).0;
        }
        let timeout = Duration::from_secs_f64(call["settings"]["timeout"].as_f64().unwrap_or(30.0).max(0.0)) + GRACE;
        self.ask(call, timeout)
    }

    /// What else than a call a driver is asked for; the command isn't.
    pub(crate) fn ask(&mut self, question: &Value, timeout: Duration) -> Value {
        let (child, lines) = self.process.get_or_insert_with(|| spawn(&self.command, self.record.as_ref()));
        let stdin = child.stdin.as_mut().expect("piped");
        // In one piece: a log of what a driver reads, as Node's of its streams, shows where each piece begins.
        let sent = stdin.write_all(format!("{question}\n").as_bytes()).and_then(|()| stdin.flush());
        let answer = sent.ok().and_then(|()| lines.recv_timeout(timeout).ok());
        answer.and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_else(|| {
            // It hung, died or printed something else: the next call gets a new one.
            if let Some((mut child, _)) = self.process.take() {
                let _ = child.kill();
                let _ = child.wait();
            }
            json!({"driver": "hung, died or answered no JSON"})
        })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.process.take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

fn spawn(command: &str, record: Option<&Record>) -> (Child, Receiver<String>) {
    let mut words = command.split(' ');
    let mut process = Command::new(words.next().unwrap_or_default());
    process.args(words).env("ROOT_CERTIFICATES", ROOT.file()).stdin(Stdio::piped()).stdout(Stdio::piped());
    if record.is_some() {
        process.envs(TALKATIVE).stderr(Stdio::piped());
    }
    let mut child = process.spawn().expect(command);
    let output = BufReader::new(child.stdout.take().expect("piped"));
    if let (Some(record), Some(mut errors)) = (record, child.stderr.take()) {
        let mut record = record.clone();
        std::thread::spawn(move || std::io::copy(&mut errors, &mut record));
    }
    let mut record = record.cloned();
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        output.lines().map_while(Result::ok).try_for_each(|line| {
            if let Some(record) = &mut record {
                record.add(line.as_bytes());
            }
            sender.send(line)
        })
    });
    (child, lines)
}
