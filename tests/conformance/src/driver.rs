//! A language's package as a process: one line in, one line out.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    memory::{Gauge, Held, Watch},
    tls::ROOT,
};

/// How long a driver may take for a call beyond the call's own time, before it counts as hung. Ample: a machine may be busy.
const GRACE: Duration = Duration::from_secs(20);

pub(crate) struct Driver {
    pub(crate) name: String,
    command: String,
    process: Option<(Child, Receiver<String>)>,
}

impl Driver {
    pub(crate) fn start(name: &str, command: &str) -> Self {
        Self { name: name.to_owned(), command: command.to_owned(), process: None }
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
            _ => 16 << 10,
        }
    }

    /// The answer, and how far the process's memory rose for it, in kB. The command's is its whole process.
    pub(crate) fn measured(&mut self, call: &Value) -> (Value, u64) {
        if self.name == "command" {
            return command_line(&self.command, call);
        }
        let gauge = self.process.as_ref().map(|(child, _)| Gauge::start(child.id()));
        let answer = self.call(call);
        (answer, gauge.map_or(0, |gauge| gauge.rise()))
    }

    pub(crate) fn call(&mut self, call: &Value) -> Value {
        if self.name == "command" {
            return command_line(&self.command, call).0;
        }
        let timeout = Duration::from_secs_f64(call["settings"]["timeout"].as_f64().unwrap_or(30.0).max(0.0)) + GRACE;
        self.ask(call, timeout)
    }

    /// What else than a call a driver is asked for; the command isn't.
    pub(crate) fn ask(&mut self, question: &Value, timeout: Duration) -> Value {
        let (child, lines) = self.process.get_or_insert_with(|| spawn(&self.command));
        let stdin = child.stdin.as_mut().expect("piped");
        let sent = writeln!(stdin, "{question}").and_then(|()| stdin.flush());
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

fn spawn(command: &str) -> (Child, Receiver<String>) {
    let mut words = command.split(' ');
    let mut child = Command::new(words.next().unwrap_or_default())
        .args(words)
        .env("ROOT_CERTIFICATES", ROOT.file())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect(command);
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let (sender, lines) = channel();
    std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    (child, lines)
}

/// The command takes a call as flags, the secrets by its environment and standard input, and ends after each.
fn command_line(command: &str, call: &Value) -> (Value, u64) {
    let settings = &call["settings"];
    let (id, pin) = (call["phone_number_id"].as_str().unwrap_or_default(), call["pin"].as_str().unwrap_or_default());
    let variables = [("WHATSAPP_ACCESS_TOKEN", "access_token"), ("WHATSAPP_APP_SECRET", "app_secret")];
    let has_nul = |value: &Value| value.as_str().is_some_and(|text| text.contains('\0'));
    if id.contains('\0') || settings.as_object().is_some_and(|settings| settings.values().any(has_nul)) {
        return (json!({"skip": "a process takes no NUL"}), 0);
    }
    if pin.ends_with('\n') {
        return (json!({"skip": "the line ending of standard input is no part of the PIN"}), 0);
    }
    let mut process = Command::new(command);
    process.args(["set", "--json", &format!("--phone-number-id={id}")]).env_clear();
    for (variable, setting) in variables {
        if let Some(value) = settings[setting].as_str() {
            process.env(variable, value);
        }
    }
    for setting in ["base_url", "api_version", "timeout", "connect_timeout", "max_retries"] {
        let value = match &settings[setting] {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        process.arg(format!("--{}={value}", setting.replace('_', "-")));
    }
    if settings["root_certificates"].is_string() {
        process.arg("--ca-certificates").arg(ROOT.file());
    }
    let mut child = process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect(command);
    let watch = Watch::start(&child);
    let _ = child.stdin.take().expect("piped").write_all(pin.as_bytes());
    let output = child.wait_with_output().expect(command);
    let peak = watch.peak();
    let answer = match serde_json::from_slice::<Value>(&output.stdout) {
        Ok(mut object) if object["success"] == true => {
            object.as_object_mut().and_then(|object| object.remove("success"));
            json!({"ok": object})
        }
        Ok(object) if object["error"].is_object() => json!({"error": object["error"]}),
        other => json!({"driver": format!("{:?}, {other:?}", output.status.code())}),
    };
    (answer, peak)
}
