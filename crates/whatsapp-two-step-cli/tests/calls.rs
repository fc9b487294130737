//! Calls over real sockets: exit codes, and what is printed.

mod common;

use common::{ID, PIN, command, finish, run, set};
use graph_sandbox::Sandbox;

#[test]
fn success() {
    let sandbox = Sandbox::start().unwrap();
    let end = set(sandbox.base_url(), ID, &[]);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    assert!(end.out.starts_with(&format!("The PIN of {ID} is set.\n")), "{}", end.out);
    assert!(end.out.contains("the new one") && end.out.contains("trace id"));
    assert_eq!(sandbox.pin(ID).as_deref(), Some(PIN));

    let end = set(sandbox.base_url(), ID, &["--json", "--api-version", "v25.0"]);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    let object = end.json();
    let keys: Vec<_> = object.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["api_version", "attempts", "error", "outcome", "success", "trace_id", "usage"]);
    assert!(end.out.starts_with("{\"success\":true,"));
    assert_eq!((&object["api_version"], &object["attempts"]), (&"v25.0".into(), &1.into()));
}

#[test]
fn the_embedded_sandbox_reads_back() {
    let mut command = command(&["set", "--sandbox", "--phone-number-id", ID]);
    command.env_remove("WHATSAPP_ACCESS_TOKEN").env("WHATSAPP_APP_SECRET", "of a real app");
    let end = finish(command, PIN);
    end.assert_no_secret("--sandbox");
    assert_eq!(end.code, Some(0), "{}", end.err);
    assert!(
        end.out.contains("the sandbox now holds ******") && end.err.contains("Embedded sandbox at http://127.0.0.1:")
    );
    let end = run(&["set", "--sandbox", "--phone-number-id", ID, "--json"], PIN);
    assert_eq!((end.code, end.err.as_str(), &end.json()["success"]), (Some(0), "", &true.into()));
}

#[test]
fn each_end_has_its_exit_code() {
    let sandbox = Sandbox::start().unwrap();
    for (id, code, words) in [
        ("900001900000463", 3, "the old one: the server changed nothing"),
        ("912000000000000", 3, "the server gave no reason"),
        ("910010000000000", 4, "set the same PIN again until it succeeds"),
        ("910200000000000", 4, "set the same PIN again until it succeeds"),
        ("911000000000000", 4, "HTTP status"),
    ] {
        let timeout = if id == "910010000000000" { "0.5" } else { "30" };
        let end = set(sandbox.base_url(), id, &["--max-retries", "0", "--timeout", timeout]);
        assert_eq!((end.code, end.out.as_str()), (Some(code), ""), "{id}: {}", end.err);
        assert!(end.err.starts_with("error: ") && end.err.contains(words), "{id}: {}", end.err);
    }
    // A port on which nobody listens, and which no other test can get.
    let end = set("http://127.0.0.1:1", ID, &["--max-retries", "1", "--verbose"]);
    assert_eq!(end.code, Some(5));
    assert!(end.err.contains("the old one: nothing was sent") && end.err.contains("attempt 2: failed"), "{}", end.err);
}

#[test]
fn an_error_in_json_has_every_field() {
    let sandbox = Sandbox::start().unwrap();
    let end = set(sandbox.base_url(), "900001900000463", &["--json"]);
    assert_eq!((end.code, end.err.as_str()), (Some(3), ""));
    let object = end.json();
    let error = &object["error"];
    assert!(error["trace_id"].is_string() && error["message"].is_string() && error["hint"].is_string());
    assert_eq!(
        object,
        serde_json::json!({
            "success": false, "outcome": "rejected", "trace_id": error["trace_id"], "api_version": null, "attempts": 1,
            "usage": null, "error": {
                "kind": "authentication", "outcome": "rejected", "http_status": 401, "graph_code": 190,
                "graph_subcode": 463, "graph_type": "OAuthException", "details": null, "user_title": null,
                "user_message": null, "retry_after": null, "is_retryable": false, "reason": null, "attempts": 1,
                "trace_id": error["trace_id"], "message": error["message"], "hint": error["hint"],
            }
        })
    );
}

#[test]
fn verbose_shows_the_attempts() {
    let sandbox = Sandbox::start().unwrap();
    let end = set(sandbox.base_url(), "920010000000000", &["--verbose"]);
    assert_eq!(end.code, Some(0), "{}", end.err);
    let lines: Vec<&str> = end.err.lines().collect();
    assert_eq!(lines.len(), 4, "{}", end.err);
    assert!(lines[1].starts_with("attempt 1: failed, service_unavailable, outcome unknown, HTTP 503, Graph code 2"));
    assert!(lines[1].contains("; the next one in ") && lines[3].starts_with("attempt 3: PIN set, HTTP 200, trace id "));
    assert!(end.out.contains("attempts            3"));
}

#[test]
fn quiet_says_what_went_wrong_and_no_more() {
    let sandbox = Sandbox::start().unwrap();
    let end = set(sandbox.base_url(), ID, &["--quiet"]);
    assert_eq!((end.code, end.out.as_str(), end.err.as_str()), (Some(0), "", ""));
    let end = run(&["set", "--sandbox", "--phone-number-id", ID, "--quiet"], PIN);
    assert_eq!((end.code, end.out.as_str(), end.err.as_str()), (Some(0), "", ""));
    let end = set(sandbox.base_url(), "900001900000463", &["--quiet"]);
    assert_eq!((end.code, end.out.as_str()), (Some(3), ""));
    assert!(end.err.starts_with("error: The server refused the access token"), "{}", end.err);
    let end = set(sandbox.base_url(), ID, &["--quiet", "--json"]);
    assert_eq!((end.code, &end.json()["success"]), (Some(0), &true.into()));
}

#[test]
fn variables_are_settings_and_flags_win() {
    let sandbox = Sandbox::start().unwrap();
    let with = |variables: &[(&str, &str)], more: &[&str]| {
        let mut command = command(&[&["set", "--phone-number-id", ID, "--json"], more].concat());
        finish(
            {
                command.envs(variables.iter().copied());
                command
            },
            PIN,
        )
    };
    let base_url = ("WHATSAPP_BASE_URL", sandbox.base_url());
    let end = with(&[base_url, ("WHATSAPP_API_VERSION", "v25.0")], &[]);
    assert_eq!((end.code, &end.json()["api_version"]), (Some(0), &"v25.0".into()));
    let end = with(
        &[("WHATSAPP_BASE_URL", "http://127.0.0.1:1"), ("WHATSAPP_API_VERSION", "nonsense")],
        &["--base-url", sandbox.base_url(), "--api-version", "v23.0"],
    );
    assert_eq!((end.code, &end.json()["api_version"]), (Some(0), &"v23.0".into()));
    assert_eq!(with(&[("WHATSAPP_BASE_URL", "http://127.0.0.1:1")], &["--sandbox"]).code, Some(0));
    for variable in [("WHATSAPP_BASE_URL", ""), ("WHATSAPP_BASE_URL", "http://mock:1"), ("WHATSAPP_API_VERSION", "24")]
    {
        let end = with(&[base_url, variable], &[]);
        assert_eq!(
            (end.code, &end.json()["error"]["kind"]),
            (Some(2), &"invalid_configuration".into()),
            "{variable:?}"
        );
    }
    // The switch for test runs.
    let only = ("WHATSAPP_TWO_STEP_LOOPBACK_ONLY", "1");
    let end = with(&[only], &[]);
    assert_eq!(end.code, Some(2));
    assert!(end.json()["error"]["message"].as_str().unwrap().contains("WHATSAPP_TWO_STEP_LOOPBACK_ONLY"));
    assert_eq!(with(&[only, base_url], &[]).code, Some(0));
}

#[test]
fn swapped_arguments_are_told() {
    let end = run(&["set", "--sandbox", "--phone-number-id", "012345"], ID);
    assert_eq!(end.code, Some(2));
    assert!(end.err.contains("Are PIN and phone number ID swapped?"), "{}", end.err);
}
