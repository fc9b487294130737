//! The cases: from `tests/vectors`, and from the sandbox's own tables.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{
    case::{Case, Server, TOKEN, case},
    h2, hostile,
    server::Step,
};

pub(crate) fn all() -> Vec<Case> {
    let mut cases = values();
    cases.extend(requests());
    cases.extend(responses());
    cases.extend(calls());
    cases.extend(graph_errors());
    cases.extend(scenarios());
    cases.push(nobody_listens());
    cases.extend(hostile::cases());
    cases.extend(h2::cases());
    cases
}

fn nobody_listens() -> Case {
    let mut base = case("sandbox", "nothing listens");
    base.settings.insert("base_url".to_owned(), "http://127.0.0.1:1".into());
    base.settings.insert("max_retries".to_owned(), 1.into());
    base.server = Server::Nobody;
    base.error =
        Some(fields(&json!({"kind": "connection_failed", "outcome": "not_sent", "attempts": 2, "is_retryable": true})));
    base
}

pub(crate) fn vectors(name: &str) -> Value {
    let path = format!("{}/../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

pub(crate) fn list<'a>(of: &'a Value, key: &str) -> &'a Vec<Value> {
    of[key].as_array().expect(key)
}

pub(crate) fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().expect(key)
}

pub(crate) fn fields(of: &Value) -> Map<String, Value> {
    of.as_object().cloned().expect("an object")
}

fn refused(mut base: Case, kind: &str, words: &Value) -> Case {
    base.server = Server::Nobody;
    base.error = Some(fields(
        &json!({"kind": kind, "outcome": "not_sent", "attempts": 0, "is_retryable": false, "http_status": null}),
    ));
    base.words = words.as_array().into_iter().flatten().map(|word| word.as_str().expect("a word").to_owned()).collect();
    base
}

fn values() -> Vec<Case> {
    let mut cases = Vec::new();
    let (pins, ids, settings) = (vectors("pins.json"), vectors("phone_number_ids.json"), vectors("settings.json"));
    for pin in list(&pins, "valid") {
        let pin = pin.as_str().expect("text").to_owned();
        let body = format!("{{\"pin\":\"{pin}\"}}");
        cases.push(Case { request: Some(json!({"body": body})), pin, ..case("pins", "valid") });
    }
    for bad in list(&pins, "invalid") {
        let pin = text(bad, "input").to_owned();
        cases.push(refused(
            Case { may_skip: pin.ends_with('\n'), pin, ..case("pins", bad.to_string()) },
            "invalid_pin",
            &bad["words"],
        ));
    }
    for id in list(&ids, "valid").iter().map(|id| id.as_str().expect("text")) {
        let script = vec![Step::succeed()];
        let request = Some(json!({"target": format!("/v24.0/{id}")}));
        cases.push(Case { id: id.to_owned(), server: Server::Script(script), request, ..case("ids", "valid") });
    }
    for bad in list(&ids, "invalid") {
        let id = text(bad, "input").to_owned();
        let base = Case { may_skip: id.contains('\0'), id, ..case("ids", bad.to_string()) };
        cases.push(refused(base, "invalid_phone_number_id", &bad["words"]));
    }
    for bad in list(&settings, "invalid") {
        let mut base = case("settings", bad.to_string());
        base.settings.insert(text(bad, "setting").to_owned(), bad["value"].clone());
        base.may_skip = bad["value"].as_f64().is_some_and(|value| value < 0.0) || text_has_nul(&bad["value"]);
        let mut base = refused(base, "invalid_configuration", &bad["words"]);
        base.words.push(text(bad, "setting").to_owned());
        cases.push(base);
    }
    cases
}

fn text_has_nul(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('\0'))
}

fn requests() -> Vec<Case> {
    let vectors = vectors("requests.json");
    let cases = list(&vectors, "cases").iter().map(|of| {
        let mut settings = fields(&of["settings"]);
        let base_url = settings.remove("base_url").unwrap_or_else(|| "https://graph.facebook.com".into());
        let origin_end = |url: &str| url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
        let base_url = base_url.as_str().expect("text");
        // The path stays; the server is ours.
        settings.insert("base_url_path".to_owned(), base_url[origin_end(base_url)..].into());
        let mut request = of["request"].clone();
        let url = text(&request, "url").to_owned();
        request["target"] = url[origin_end(&url)..].into();
        Case {
            id: text(of, "phone_number_id").to_owned(),
            pin: text(of, "pin").to_owned(),
            settings,
            server: Server::Script(vec![Step::succeed()]),
            request: Some(request),
            ..case("requests", text(of, "name"))
        }
    });
    cases.collect()
}

fn responses() -> Vec<Case> {
    let vectors = vectors("responses.json");
    let cases = list(&vectors, "cases").iter().map(|of| Case {
        server: Server::Script(vec![Step::answer(of)]),
        ok: of.get("ok").cloned(),
        error: of.get("error").map(fields),
        ..case("responses", text(of, "name"))
    });
    cases.collect()
}

/// Those that a server can play in a few seconds; the others need a clock to be injected.
fn calls() -> Vec<Case> {
    let vectors = vectors("calls.json");
    let mut cases = Vec::new();
    for of in list(&vectors, "cases") {
        let (steps, expect) = (list(of, "steps"), &of["expect"]);
        let waits: f64 = list(expect, "waits").iter().filter_map(Value::as_f64).sum();
        let playable = |step: &Value| {
            step["after"] == 0
                && (step["answer"].is_object()
                    || (step["fail"] == "connection"
                        && step["before_sending"] == false
                        && step["unprocessed"].is_null()))
        };
        if of["only_value"] == true || waits > 3.0 || !steps.iter().all(playable) {
            continue;
        }
        let script = steps.iter().map(|step| match &step["answer"] {
            Value::Null => Step::Close,
            answer => Step::answer(answer),
        });
        let mut settings = fields(&of["settings"]);
        settings.insert("access_token".to_owned(), TOKEN.into());
        let result: Map<String, Value> = fields(expect)
            .into_iter()
            .filter(|(field, _)| ["kind", "outcome", "attempts", "retry_after"].contains(&field.as_str()))
            .collect();
        let is_ok = expect["ok"] == true;
        cases.push(Case {
            settings,
            server: Server::Script(script.collect()),
            ok: is_ok
                .then(|| json!({"trace_id": null, "api_version": null, "attempts": expect["attempts"], "usage": null})),
            error: (!is_ok).then_some(result),
            ..case("calls", text(of, "name"))
        });
    }
    cases
}

fn graph_errors() -> Vec<Case> {
    let vectors = vectors("graph_errors.json");
    let cases = list(&vectors, "cases").iter().filter(|of| of.get("subcode").is_none()).map(|of| {
        let error =
            json!({"code": of["code"], "type": of["type"], "message": of.get("message").unwrap_or(&of["title"])});
        let answer = json!({"status": of["http_status"], "headers": {}, "body": json!({"error": error}).to_string()});
        let mut expected = Map::new();
        for field in ["kind", "outcome", "is_retryable", "http_status"] {
            expected.insert(field.to_owned(), of[field].clone());
        }
        expected.insert("graph_code".to_owned(), of["code"].clone());
        Case {
            pin: "999999".to_owned(),
            server: Server::Script(vec![Step::answer(&answer)]),
            error: Some(expected),
            ..case("graph errors", of["code"].to_string())
        }
    });
    cases.collect()
}

fn scenarios() -> Vec<Case> {
    let cases = graph_sandbox::scenarios().iter().map(|scenario| {
        let mut base = case("sandbox", scenario.name);
        scenario.id.clone_into(&mut base.id);
        // Short where the time limit has to strike, and long enough for a busy machine where it must not.
        let limit = if scenario.kind == "timed_out" { 0.9 } else { 20.0 };
        base.settings.insert("timeout".to_owned(), limit.into());
        base.within = Some(Duration::from_secs_f64(limit));
        if scenario.kind != "success" {
            base.error = Some(fields(&json!({"kind": scenario.kind, "outcome": scenario.outcome, "attempts": 1})));
        }
        if scenario.name == "interim-answers" {
            base = base.not_for("kotlin", "OkHttp 4 takes one interim answer before the answer, not several");
        }
        base
    });
    cases.collect()
}
