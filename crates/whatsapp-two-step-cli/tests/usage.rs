//! Arguments: what is refused, how it is said, and that it is never repeated.

mod common;

use common::{End, ID, PIN, TOKEN, command, finish, run};

fn refused(args: &[&str], words: &str) {
    let text = run(args, PIN);
    assert_eq!((text.code, text.out.as_str()), (Some(2), ""), "{args:?}");
    assert!(text.err.contains(words), "{args:?}: {}", text.err);
    text.assert_no_secret(&format!("{args:?}"));
    let digits = text.err.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    assert!(digits < Some(6), "{args:?}: {}", text.err);

    let json = run(&[args, &["--json"]].concat(), PIN);
    json.assert_no_secret(&format!("{args:?} --json"));
    assert_eq!((json.code, json.err.as_str()), (Some(2), ""), "{args:?}");
    let error = json.json()["error"].clone();
    assert_eq!((&error["kind"], &error["outcome"]), (&"invalid_configuration".into(), &"not_sent".into()));
}

#[test]
fn a_pin_is_no_argument() {
    let why = "process list";
    for args in [
        &["735194"][..],
        &["set", "735194"],
        &["set", "--phone-number-id", ID, "735194"],
        &["set", "--phone-number-id", ID, "--pin", "735194"],
        &["set", "--phone-number-id", ID, "--pin=735194"],
        &["--pin", "735194", "set"],
        &["--pin=735194"],
        &["sandbox", "735194"],
        &["sandbox", "--pin", "735194"],
        &["pin", "735194"],
        &["pin", "generate", "735194"],
        &["numbers", "735194"],
        &["rotate", "735194"],
        &["vault", "735194"],
        &["vault", "list", "735194"],
    ] {
        refused(args, why);
    }
}

#[test]
fn nor_is_a_token_or_an_app_secret() {
    for flag in ["--token", "--access-token"] {
        refused(&["set", flag, TOKEN], "WHATSAPP_ACCESS_TOKEN");
        refused(&["set", &format!("{flag}={TOKEN}")], "--token-file");
    }
    refused(&["set", TOKEN], "WHATSAPP_ACCESS_TOKEN");
    refused(&[TOKEN], "WHATSAPP_ACCESS_TOKEN");
    refused(&["set", "--app-secret", "s3cret"], "--app-secret-file");
    refused(&["rotate", "--vault-key", "0011223344"], "--vault-key-file");
}

#[test]
fn what_is_wrong_is_said_without_repeating_it() {
    for (args, words) in [
        (&["set"][..], "--phone-number-id <ID> is needed"),
        (&["set", "--phone-number-id"], "needs a value"),
        (&["set", "--time", "3"], "--timeout meant"),
        (&["sat"], "Unknown command sat"),
        (&["set", "--735194"], "not shown"),
        (&["set", "-735194"], "not shown"),
        (&["set", "--phone-number-id", ID, "x735194y"], "not shown"),
        (&["set", "--phone-number-id", ID, "--timeout", "735194s"], "takes seconds"),
        (&["set", "--phone-number-id", ID, "--timeout", "-735194"], "takes seconds"),
        (&["set", "--phone-number-id", ID, "--timeout", "nan"], "takes seconds"),
        (&["set", "--phone-number-id", ID, "--max-retries", TOKEN], "whole number"),
        (&["set", "--phone-number-id", ID, "--color", PIN], "auto, always, never"),
        (&["set", "--phone-number-id", ID, "--verbose=735194"], "--verbose"),
        (&["set", "--phone-number-id", ID, "--phone-number-id", PIN], "given twice"),
        (&["set", "--phone-number-id", ID, "--sandbox", "--base-url", TOKEN], "exclude each other"),
        (&["set", "--phone-number-id", ID, "--pin-file", PIN], "--pin-file: can't read"),
        (&["set", "--phone-number-id", ID, "--token-file", TOKEN], "--token-file: can't read"),
        (&["set", "--phone-number-id", ID, "--token-file", "/no/such"], "/no/such: No such file"),
        (&["set", "--phone-number-id", ID, "--pin-file", "-", "--token-file", "-"], "can't both be"),
        (&["numbers"], "--waba-id <ID>... is needed"),
        (&["numbers", "--waba-id"], "needs a value"),
        (&["numbers", "--waba-id", "1", "x"], "waba_id is not an account's ID"),
        (&["numbers", "--waba-id", "1", "--token-file", "-", "--app-secret-file", "-"], "can't both be"),
        (&["numbers", "--waba-id", "1", "--quiet", "--verbose"], "exclude each other"),
        (&["pin", "generate", "--yes=735194"], "--yes"),
        (&["rotate"], "--phone-number-id <ID>... is needed"),
        (&["rotate", "--phone-number-id", ID, "--only", PIN], "takes one of: unsettled"),
        (&["rotate", "--phone-number-id", ID, "--quiet-margin", "735194s"], "takes seconds"),
        (&["rotate", "--phone-number-id", ID, "--yes"], "There is no vault"),
        (&["rotate", "--yes", "--only", "unsettled", "--vault", "735194:x"], "must begin with sqlite:"),
        (&["rotate", "--yes", "--only", "unsettled", "--vault-key-file", "-", "--token-file", "-"], "can't both be"),
    ] {
        refused(args, words);
    }
    refused(&["completions", PIN], "bash");
    refused(&["sandbox", "--port", PIN], "takes a port");
    for (flag, value, words) in [
        ("--numbers", "x735194", "takes a whole number from"),
        ("--numbers", "-1", "takes a whole number from"),
        ("--wabas", "0", "takes a whole number from"),
        ("--wabas", TOKEN, "takes a whole number from"),
        ("--calls-per-hour", TOKEN, "takes a whole number from"),
        ("--app-calls-per-hour", "-1", "takes a whole number from"),
        ("--faults", "735194", "from 0 to 1000"),
        ("--seed", "-735194", "takes a whole number from"),
        ("--hour", "735194m", "takes seconds"),
        ("--latency", "-1", "takes seconds from 0 up"),
    ] {
        let end = run(&["sandbox", flag, value], "");
        end.assert_no_secret(flag);
        assert!(end.code == Some(2) && end.err.contains(words), "{}", end.err);
    }
}

#[test]
fn values_are_checked_by_the_library() {
    for (more, kind) in [
        (&["--phone-number-id", "+49 151 735194"][..], "invalid_phone_number_id"),
        (&["--phone-number-id", TOKEN], "invalid_phone_number_id"),
        (&["--phone-number-id", ID, "--base-url", "http://graph.facebook.com"], "invalid_configuration"),
        (&["--phone-number-id", ID, "--base-url", TOKEN], "invalid_configuration"),
        (&["--phone-number-id", ID, "--api-version", PIN], "invalid_configuration"),
        (&["--phone-number-id", ID, "--timeout", "0"], "invalid_configuration"),
        (&["--phone-number-id", ID, "--timeout", PIN], "invalid_configuration"),
        (&["--phone-number-id", ID, "--proxy", "socks5://user:735194@host"], "invalid_configuration"),
        (&["--phone-number-id", ID, "--ca-certificates", "Cargo.toml"], "invalid_configuration"),
    ] {
        let end = run(&[&["set", "--json"], more].concat(), "not read");
        end.assert_no_secret(&format!("{more:?}"));
        assert_eq!((end.code, &end.json()["error"]["kind"]), (Some(2), &kind.into()), "{more:?}");
    }
    let end = run(&["set", "--json", "--phone-number-id", ID], "735194\n\n");
    assert_eq!((end.code, &end.json()["error"]["kind"]), (Some(2), &"invalid_pin".into()));
}

#[test]
fn a_token_is_needed_and_taken_as_it_is() {
    let with = |token: Option<&str>| {
        let mut command = command(&["set", "--phone-number-id", ID, "--json", "--verbose"]);
        match token {
            Some(token) => command.env("WHATSAPP_ACCESS_TOKEN", token),
            None => command.env_remove("WHATSAPP_ACCESS_TOKEN"),
        };
        finish(command, PIN)
    };
    let message = |end: End| {
        assert_eq!(end.code, Some(2));
        end.assert_no_secret("a token error");
        assert!(end.err.contains("error: "), "with --verbose the text for people too");
        end.json()["error"]["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message(with(None)), "There is no access token.");
    assert!(message(with(Some(&format!("{TOKEN}\n")))).contains("line break"));
    assert!(message(with(Some(""))).contains("empty"));
}

#[test]
fn help_version_and_completions() {
    let end = run(&["--version"], "");
    assert_eq!((end.code, end.out.trim()), (Some(0), concat!("whatsapp-two-step ", env!("CARGO_PKG_VERSION"))));
    let end = run(&["set", "--help"], "");
    assert_eq!(end.code, Some(0));
    for word in ["Examples:", "WHATSAPP_ACCESS_TOKEN", "Exit codes:", "--root-certificates", "line\nending"] {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat(&end.out).contains(&flat(word)), "{word}");
    }
    let end = run(&[], "");
    assert_eq!((end.code, end.out.as_str()), (Some(2), ""));
    assert!(end.err.contains("Usage:"));
    for shell in ["bash", "zsh", "fish"] {
        let end = run(&["completions", shell], "");
        assert!(end.code == Some(0) && end.out.contains("phone-number-id"), "{shell}");
    }
}

#[test]
fn a_dry_run_masks_and_sends_nothing() {
    let mut with_secret = command(&["set", "--phone-number-id", ID, "--dry-run"]);
    with_secret.env("WHATSAPP_APP_SECRET", "s3cret");
    let end = finish(with_secret, PIN);
    end.assert_no_secret("a dry run");
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    let expected = format!(
        "Nothing was sent. The request would be:\n\n\
         POST https://graph.facebook.com/v24.0/{ID}?appsecret_proof=********\n\
         Accept: application/json\nAuthorization: Bearer ********\nContent-Length: 16\n\
         Content-Type: application/json\nUser-Agent: whatsapp-two-step/{};lang=rust\n\n{{\"pin\":\"******\"}}\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(end.out, expected);

    let sandbox = graph_sandbox::Sandbox::start().unwrap();
    let end = common::set(sandbox.base_url(), ID, &["--dry-run", "--json"]);
    end.assert_no_secret("a dry run in JSON");
    let object = end.json();
    assert_eq!((&object["dry_run"], &object["request"]["body"]), (&true.into(), &"{\"pin\":\"******\"}".into()));
    assert_eq!(sandbox.stats().connections, 0);
}
