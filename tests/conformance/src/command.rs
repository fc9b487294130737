//! The command as a driver: it takes a call as flags, the secrets by its environment and standard input, and ends after each.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::{memory::Watch, record::Record, tls::ROOT};

/// The answer, and the peak of its memory, in kB.
pub(crate) fn run(command: &str, call: &Value) -> (Value, u64) {
    let mut process = match prepared(command, call) {
        Ok(process) => process,
        Err(why) => return (json!({"skip": why}), 0),
    };
    let (output, peak) = ended(process.arg("--json"), call);
    let answer = match serde_json::from_slice::<Value>(&output.stdout) {
        Ok(mut object) if object["success"] == true => {
            // What every object has, beside the response.
            for name in ["success", "outcome", "error"] {
                object.as_object_mut().and_then(|object| object.remove(name));
            }
            json!({"ok": object})
        }
        Ok(object) if object["error"].is_object() => json!({"error": object["error"]}),
        other => json!({"driver": format!("{:?}, {other:?}", output.status.code())}),
    };
    (answer, peak)
}

/// All that it prints at its most talkative, in both of its forms.
pub(crate) fn show(command: &str, call: &Value, record: &Record) -> Value {
    for form in [&["--verbose"][..], &["--verbose", "--json"]] {
        match prepared(command, call) {
            Ok(mut process) => keep(&ended(process.args(form).env("RUST_LOG", "trace"), call).0, record),
            Err(why) => return json!({"skip": why}),
        }
    }
    json!({"show": true})
}

/// It shows the path of the URL: in a dry run, and to whoever wants to know what it does.
pub(crate) fn plant(command: &str, channel: &str, text: &str, record: &Record) {
    let url = format!("http://127.0.0.1:1/{text}");
    let settings = json!({"access_token": "EAAG", "base_url": url});
    let call = json!({"phone_number_id": "1", "pin": "012345", "settings": settings});
    match (channel, prepared(command, &call)) {
        ("standard output", Ok(mut process)) => keep(&ended(process.arg("--dry-run"), &call).0, record),
        (_, Ok(mut process)) => keep(&ended(process.args(["--verbose", "--max-retries=0"]), &call).0, record),
        (_, Err(_)) => {}
    }
}

/// An account's numbers, one object a line, and what it ended with.
pub(crate) fn numbers(command: &str, question: &Value, record: Option<&Record>) -> Value {
    let settings = &question["settings"];
    let flag = |name: &str| settings[name].to_string().trim_matches('"').to_owned();
    let mut process = Command::new(command);
    let output = process
        .args(["numbers", "--json", "--waba-id", question["numbers"].as_str().unwrap_or_default()])
        .args(["--base-url", &flag("base_url"), "--timeout", &flag("timeout"), "--max-retries", &flag("max_retries")])
        .env_clear()
        .env("WHATSAPP_ACCESS_TOKEN", flag("access_token"));
    let output = match (record, settings["app_secret"].as_str()) {
        (Some(_), Some(secret)) => output.arg("--verbose").env("RUST_LOG", "trace").env("WHATSAPP_APP_SECRET", secret),
        _ => output,
    };
    let output = output.output().expect("the command");
    if let Some(record) = record {
        keep(&output, record);
    }
    let lines = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut line = serde_json::from_slice::<Value>(line).ok()?;
        // Which of the accounts that it was asked for, and what a vault has of the number: the command's own.
        line.as_object_mut()?.retain(|name, _| !["waba_id", "vault_state", "rotated_at"].contains(&name.as_str()));
        Some(line)
    });
    let (errors, numbers): (Vec<_>, Vec<_>) = lines.partition(|line| line["error"].is_object());
    let error = errors.first().map(|line| line["error"].clone());
    json!({"count": numbers.len(), "first": numbers.first(), "error": error})
}

/// It draws one a process.
pub(crate) fn draw(command: &str) -> Value {
    let one = |_| {
        let output = Command::new(command).args(["pin", "generate"]).output().expect("the command");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    };
    json!({"pins": (0..10).map(one).collect::<Vec<_>>()})
}

fn keep(output: &Output, record: &Record) {
    let mut record = record.clone();
    record.add(&output.stdout);
    record.add(&output.stderr);
}

fn ended(process: &mut Command, call: &Value) -> (Output, u64) {
    let process = process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = process.spawn().expect("the command");
    let watch = Watch::start(&child);
    let _ = child.stdin.take().expect("piped").write_all(call["pin"].as_str().unwrap_or_default().as_bytes());
    let output = child.wait_with_output().expect("its output");
    (output, watch.peak())
}

/// Without what is in the way: why it can't take the call.
fn prepared(command: &str, call: &Value) -> Result<Command, &'static str> {
    let settings = &call["settings"];
    let (id, pin) = (call["phone_number_id"].as_str().unwrap_or_default(), call["pin"].as_str().unwrap_or_default());
    let variables = [("WHATSAPP_ACCESS_TOKEN", "access_token"), ("WHATSAPP_APP_SECRET", "app_secret")];
    let has_nul = |value: &Value| value.as_str().is_some_and(|text| text.contains('\0'));
    if id.contains('\0') || settings.as_object().is_some_and(|settings| settings.values().any(has_nul)) {
        return Err("a process takes no NUL");
    }
    if pin.ends_with('\n') {
        return Err("the line ending of standard input is no part of the PIN");
    }
    let mut process = Command::new(command);
    process.args(["set", &format!("--phone-number-id={id}")]).env_clear();
    for (variable, setting) in variables {
        if let Some(value) = settings[setting].as_str() {
            process.env(variable, value);
        }
    }
    for setting in ["base_url", "api_version", "timeout", "connect_timeout", "max_retries", "max_in_flight"] {
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
    Ok(process)
}
