//! The Rust crate behind the line protocol: `{phone_number_id, pin, settings}` in, `{ok}` or `{error}` out.
#![allow(clippy::print_stdout)] // it is the protocol

mod beyond;
mod contract;
mod show;
mod soak;

use std::{collections::HashMap, io::BufRead, time::Duration};

use serde_json::{Value, json};
use whatsapp_two_step::{Client, SetTwoStepPinResponse, TwoStepError, blocking};

fn main() {
    let mut clients: HashMap<String, blocking::Client> = HashMap::new();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let call: Value = serde_json::from_str(&line).unwrap_or_default();
        println!("{}", answer_to(&mut clients, &call));
    }
}

fn answer_to(clients: &mut HashMap<String, blocking::Client>, call: &Value) -> Value {
    if call["settle"] == true {
        return json!({"settle": {"heap": null}}); // nothing is collected here
    }
    if call["contract"] == true {
        return json!({"contract": contract::offered()});
    }
    if call["draw"].is_u64() {
        return of(beyond::draw(call), "draw");
    }
    if call["webhook"].is_object() {
        return of(beyond::webhook(call), "webhook");
    }
    if let Some(waba_id) = call["numbers"].as_str() {
        let read = kept(clients, call).map(|client| of(beyond::numbers(client, waba_id), "numbers"));
        return read.unwrap_or_default();
    }
    if let Some(channel) = call["plant"].as_str() {
        show::plant(channel, &backwards(&call["text"]));
        return json!({"plant": true});
    }
    if call["show"] == true {
        return shown(clients, call);
    }
    let answer = match call["soak"].as_array() {
        None => run(clients, call).map(|response| json!({"ok": response})),
        Some(ids) => kept(clients, call).map(|client| json!({"soak": soak::run(client, ids, call)})),
    };
    answer.unwrap_or_else(|refusal| match refusal {
        Refusal::Error(error) => json!({"error": *error}),
        Refusal::Skip(why) => json!({"skip": why}),
    })
}

fn of(result: Result<Value, TwoStepError>, question: &str) -> Value {
    let answer = result.unwrap_or_else(|error| json!({"error": error}));
    json!({question: answer})
}

/// Its secrets come spelled backwards, so that nothing that shows the input shows them.
fn shown(clients: &mut HashMap<String, blocking::Client>, call: &Value) -> Value {
    show::talk();
    let mut call = call.clone();
    for place in ["/pin", "/settings/access_token", "/settings/app_secret"] {
        if let Some(secret) = call.pointer_mut(place) {
            *secret = backwards(secret).into();
        }
    }
    let result = match run(clients, &call) {
        Ok(response) => Ok(response),
        Err(Refusal::Error(error)) => Err(*error),
        Err(Refusal::Skip(why)) => return json!({"skip": why}),
    };
    show::show(&clients.get(&call["settings"].to_string()), &result);
    json!({"show": true})
}

fn backwards(text: &Value) -> String {
    text.as_str().unwrap_or_default().chars().rev().collect()
}

enum Refusal {
    Error(Box<TwoStepError>),
    Skip(&'static str),
}

impl From<TwoStepError> for Refusal {
    fn from(error: TwoStepError) -> Self {
        Self::Error(Box::new(error))
    }
}

fn run(clients: &mut HashMap<String, blocking::Client>, call: &Value) -> Result<SetTwoStepPinResponse, Refusal> {
    let text = |key: &str| call[key].as_str().unwrap_or_default();
    Ok(kept(clients, call)?.set_two_step_pin(&text("phone_number_id").parse()?, &text("pin").parse()?)?)
}

fn kept<'a>(clients: &'a mut HashMap<String, blocking::Client>, call: &Value) -> Result<&'a blocking::Client, Refusal> {
    let key = call["settings"].to_string();
    if !clients.contains_key(&key) {
        clients.insert(key.clone(), client(&call["settings"])?);
    }
    Ok(&clients[&key])
}

fn client(settings: &Value) -> Result<blocking::Client, Refusal> {
    let text = |key: &str| settings[key].as_str();
    let time = |key: &str| match settings[key].as_f64() {
        None => Ok(None),
        Some(seconds) => {
            Duration::try_from_secs_f64(seconds).map(Some).map_err(|_| Refusal::Skip("a Duration isn't negative"))
        }
    };
    let mut builder = Client::builder(text("access_token").unwrap_or_default().parse()?);
    if let Some(url) = text("base_url") {
        builder = builder.base_url(url.parse()?);
    }
    if let Some(version) = text("api_version") {
        builder = builder.api_version(version.parse()?);
    }
    if let Some(secret) = text("app_secret") {
        builder = builder.app_secret(secret.parse()?);
    }
    if let Some(timeout) = time("timeout")? {
        builder = builder.timeout(timeout);
    }
    if let Some(timeout) = time("connect_timeout")? {
        builder = builder.connect_timeout(timeout);
    }
    if let Some(calls) = settings["max_in_flight"].as_u64() {
        builder = builder.max_in_flight(calls.try_into().unwrap_or(u32::MAX));
    }
    if let Some(count) = settings["max_retries"].as_u64() {
        builder = builder.max_retries(count.try_into().unwrap_or(u32::MAX));
    }
    if let Some(pem) = text("root_certificates") {
        builder = builder.root_certificates(pem.as_bytes());
    }
    Ok(blocking::Client::build(builder)?)
}
