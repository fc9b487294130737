//! What an answer and a request have to be by their case.

use serde_json::{Value, json};

use crate::{case::Case, contract, server::Seen};

/// One of the ends that the case names.
fn end(case: &Case, answer: &Value, language: &str) -> Option<String> {
    let (ok, error) = (&answer["ok"], &answer["error"]);
    let kind = |of: &str| error[of].as_str().unwrap_or("?");
    let what = if ok.is_object() { "ok".to_owned() } else { format!("{} {}", kind("kind"), kind("outcome")) };
    let attempts = ok["attempts"].as_u64().or(error["attempts"].as_u64()).unwrap_or_default();
    let counted = format!("{what} {attempts}");
    let exceptions = case.exceptions.iter().filter(|(name, _)| *name == language).map(|(_, end)| end);
    let is_due = case.ends.iter().chain(exceptions).any(|end| *end == what || *end == counted);
    (!is_due).then(|| {
        format!(
            "{counted} instead of {}: {}",
            case.ends.join(" or "),
            error["message"].as_str().map_or_else(|| answer.to_string(), str::to_owned)
        )
    })
}

pub(crate) fn result(case: &Case, answer: &Value, language: &str) -> Vec<String> {
    if !case.ends.is_empty() {
        return end(case, answer, language).into_iter().collect();
    }
    match (&case.error, &answer["error"]) {
        (None, _) if answer["ok"].is_object() => match &case.ok {
            Some(expected) if expected != &answer["ok"] => vec![format!("{} instead of {expected}", answer["ok"])],
            _ => Vec::new(),
        },
        (Some(expected), error @ Value::Object(_)) => {
            let mut differences: Vec<String> = expected
                .iter()
                .filter(|(field, value)| &error[field.as_str()] != *value)
                .map(|(field, value)| format!("{field} is {} instead of {value}", error[field.as_str()]))
                .collect();
            let message = error["message"].as_str().unwrap_or_default();
            // A setting goes by its language's own name: base_url, baseUrl, baseURL.
            let plain = |text: &str| text.replace('_', "").to_lowercase();
            let lacking = case.words.iter().filter(|word| !plain(message).contains(&plain(word)));
            differences.extend(lacking.map(|word| format!("the message lacks {word:?}: {message}")));
            if !message.ends_with('.') || !error["hint"].as_str().is_some_and(|hint| hint.ends_with('.')) {
                differences.push(format!("message or hint is no sentence: {error}"));
            }
            // In the languages that have classes.
            let class = error["class"].as_str();
            if let Some(class) = class.filter(|class| *class != contract::class(error["kind"].as_str().unwrap_or(" ")))
            {
                differences.push(format!("{} is a {class}", error["kind"]));
            }
            differences
        }
        _ => vec![format!(
            "{answer} instead of {}",
            case.error.as_ref().map_or(json!("a success"), |error| json!(error))
        )],
    }
}

pub(crate) fn request(expected: &Value, seen: &[Seen], language: &str) -> Vec<String> {
    let [request] = seen else { return vec![format!("{} requests instead of one", seen.len())] };
    let mut differences = Vec::new();
    let mut check = |what: &str, is: &str, due: &str| {
        if is != due {
            differences.push(format!("{what} is {is:?} instead of {due:?}"));
        }
    };
    check("method", &request.method, "POST");
    if let Some(target) = expected["target"].as_str() {
        check("target", &request.target, target);
    }
    if let Some(body) = expected["body"].as_str() {
        check("body", &String::from_utf8_lossy(&request.body), body);
    }
    check("content-length", request.header("content-length").unwrap_or_default(), &request.body.len().to_string());
    check("transfer-encoding", request.header("transfer-encoding").unwrap_or_default(), "");
    check("accept-encoding", request.header("accept-encoding").unwrap_or("identity"), "identity");
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let due = value.as_str().unwrap_or_default();
        let due = due.replace("{version}", env!("CARGO_PKG_VERSION")).replace("{lang}", language);
        check(name, request.header(name).unwrap_or_default(), &due);
    }
    differences
}
