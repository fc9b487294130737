//! The scripts that every language plays, on the value itself.
#![allow(clippy::unwrap_used)] // a test may panic

use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use whatsapp_two_step::{
    AccessToken, Body, Call, Endpoint, Limits, Pin, SetTwoStepPin, SetTwoStepPinResponse, Step, TransportError,
    TwoStepError,
};
use whatsapp_two_step_rotation::{
    Entry, Rotation, RotationError, RotationRun, RotationSettings, RotationStep, Stored, VaultError, VaultErrorKind,
    Version,
};

fn seconds(value: &Value) -> Option<Duration> {
    value.as_f64().map(Duration::from_secs_f64)
}

fn time(value: &Value) -> Option<SystemTime> {
    seconds(value).map(|seconds| UNIX_EPOCH + seconds)
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// The PINs that a run has drawn, by their names in the script.
#[derive(Default)]
struct Drawn(HashMap<String, Pin>);

impl Drawn {
    fn pin(&self, name: &Value) -> Option<Pin> {
        let name = name.as_str()?;
        Some(self.0.get(name).cloned().unwrap_or_else(|| name.parse().unwrap()))
    }

    /// A name that is new stands for the PIN that is there.
    fn learn(&mut self, name: &Value, pin: Option<&Pin>, current: Option<&Pin>) {
        let (Some(name), Some(pin)) = (name.as_str().filter(|name| name.starts_with("drawn")), pin) else { return };
        if !self.0.contains_key(name) {
            assert!(current.is_none_or(|current| current.expose() != pin.expose()), "the current PIN was drawn");
            self.0.insert(name.to_owned(), pin.clone());
        }
    }

    fn entry(&self, form: &Value) -> Entry {
        let mut entry = Entry::default();
        (entry.current, entry.pending) = (self.pin(&form["current"]), self.pin(&form["pending"]));
        (entry.quiet_until, entry.rotated_at) = (time(&form["quiet_until"]), time(&form["rotated_at"]));
        entry
    }
}

fn failure(name: &Value) -> VaultError {
    let kind = match name.as_str().unwrap() {
        "conflict" => VaultErrorKind::Conflict,
        "unreachable" => VaultErrorKind::Unreachable,
        "unreadable" => VaultErrorKind::Unreadable,
        name => panic!("{name}"),
    };
    VaultError::new(kind, "It failed.")
}

#[test]
fn scripts() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/rotations.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = list(&file, "cases");
    assert!(cases.len() > 30);
    for case in cases {
        let default = RotationSettings::default();
        let settings = RotationSettings {
            timeout: seconds(&case["settings"]["timeout"]).unwrap_or(default.timeout),
            quiet_margin: seconds(&case["settings"]["quiet_margin"]).unwrap_or(default.quiet_margin),
        };
        let id = "106540352242922".parse().unwrap();
        let mut step = match case["wish"].as_str() {
            Some("rotate") => RotationRun::rotate(id, settings),
            Some("settle") => RotationRun::settle(id, settings),
            wish => panic!("{wish:?}"),
        };
        let mut drawn = Drawn::default();
        for told in list(case, "steps") {
            assert_hidden(&step, &drawn, case);
            step = tell(step, told, &mut drawn, case);
        }
        let RotationStep::Done(result) = step else { panic!("{case}: {step:?}") };
        compare(&result, &case["expect"], case);
    }
}

fn tell(step: RotationStep, told: &Value, drawn: &mut Drawn, case: &Value) -> RotationStep {
    let now = time(&told["at"]).unwrap();
    match step {
        RotationStep::Load { loading } => {
            assert!(told.get("load").is_some(), "{case}: it reads, and not {told}");
            let load = &told["load"];
            let stored = load.is_object().then(|| Stored {
                entry: drawn.entry(&load["entry"]),
                version: Version::new(load["version"].as_str().unwrap()),
            });
            loading.loaded(now, if told["fails"].is_null() { Ok(stored) } else { Err(failure(&told["fails"])) })
        }
        RotationStep::Save { entry, expected, saving } => {
            let form = &told["save"];
            assert!(form.is_object(), "{case}: it saves, and not {told}");
            drawn.learn(&form["pending"], entry.pending.as_ref(), entry.current.as_ref());
            // PINs are made up here, so that they may be shown.
            assert_eq!(*entry.to_json(), *drawn.entry(form).to_json(), "{case}");
            assert_eq!(expected.as_ref().map(Version::as_str), told["expected"].as_str(), "{case}");
            let version = told["version"].as_str().map(Version::new);
            saving.saved(now, version.ok_or_else(|| failure(&told["fails"])))
        }
        RotationStep::Call { pin, timeout, window, calling } => {
            assert_eq!(Some(pin.expose()), drawn.pin(&told["call"]).as_ref().map(Pin::expose), "{case}");
            assert_eq!(Some(timeout), seconds(&told["timeout"]), "{case}");
            for look in list(told, "window") {
                assert_eq!(Some(window.is_open(time(&look["at"]).unwrap())), look["open"].as_bool(), "{case}: {look}");
            }
            let meets = list(told, "meets");
            match call(pin, timeout, meets) {
                Err(error) if meets.last().unwrap()["withheld"] == true => calling.withheld(now, error),
                result => calling.ended(now, result),
            }
        }
        RotationStep::Done(result) => panic!("{case}: {result:?} instead of {told}"),
    }
}

/// A call that meets these events.
fn call(pin: Pin, timeout: Duration, meets: &[Value]) -> Result<SetTwoStepPinResponse, TwoStepError> {
    let endpoint = Endpoint::new(AccessToken::parse("EAAG_example").unwrap());
    let operation = SetTwoStepPin::new("106540352242922".parse().unwrap(), pin);
    let limits = Limits { timeout: timeout.max(Duration::from_secs(9)), ..Limits::default() };
    let mut step = Call::begin(&endpoint, limits, operation, 7);
    let mut meets = meets.iter();
    loop {
        step = match step {
            Step::Send { sending, .. } => {
                let event = meets.next().unwrap();
                if event["withheld"] == true {
                    sending.failed(Duration::ZERO, &TransportError::withheld())
                } else if event["fail"] == "connection" {
                    let problem = TransportError::connection("gone");
                    let left = event["before_sending"] != true;
                    sending.failed(Duration::ZERO, &if left { problem } else { problem.before_sending() })
                } else {
                    let answer = &event["answer"];
                    let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
                    let mut response = http::Response::builder().status(status);
                    for (name, value) in answer["headers"].as_object().unwrap() {
                        response = response.header(name, value.as_str().unwrap());
                    }
                    let body = Body::from(answer["body"].as_str().unwrap());
                    sending.answered(Duration::ZERO, &response.body(body).unwrap())
                }
            }
            Step::Wait { waiting, .. } => waiting.waited(Duration::ZERO),
            Step::Done(result) => {
                assert!(meets.next().is_none());
                return result;
            }
        };
    }
}

fn compare(result: &Result<Option<Rotation>, RotationError>, expect: &Value, case: &Value) {
    let end = match result {
        Ok(None) => json!({"ok": true, "nothing": true}),
        Ok(Some(rotation)) => json!({
            "ok": true,
            "rotated_at": rotation.rotated_at.duration_since(UNIX_EPOCH).unwrap().as_secs(),
            "resumed": rotation.resumed,
            "attempts": rotation.attempts,
            "trace_id": rotation.trace_id,
        }),
        Err(error) => {
            assert!(error.message().ends_with(error.vault_state().words()), "{error}");
            let mut end = json!({"vault_state": error.vault_state().code()});
            if let Some(error) = error.call_error() {
                end["call_error"] = error.kind().code().into();
                end["outcome"] = error.outcome().code().into();
            }
            if let Some(error) = error.vault_error() {
                end["vault_error"] = error.kind().code().into();
            }
            if let Some(wait) = error.vault_error().and_then(VaultError::retry_after) {
                end["retry_after"] = wait.as_secs().into();
            }
            end
        }
    };
    assert_eq!(end, *expect, "{case}");
}

/// No step prints a PIN.
fn assert_hidden(step: &RotationStep, drawn: &Drawn, case: &Value) {
    let shown = format!("{step:?} {step:#?}");
    let pins = drawn.0.values().map(Pin::expose).chain(["111222", "333444"]);
    assert!(pins.into_iter().all(|pin| !shown.contains(pin)), "a PIN shows in a step of {}", case["name"]);
}
