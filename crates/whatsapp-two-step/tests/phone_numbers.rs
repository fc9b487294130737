//! Reading an account's numbers: pages, what servers do wrong with them, and that reading leaves no doubt about a PIN.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use graph_sandbox::{Sandbox, waba_scenarios};
use serde_json::{Value, json};
use support::{TOKEN, assert_hidden, builder, builder_for};
use whatsapp_two_step::{
    AccessToken, AppSecret, Body, Client, Endpoint, ErrorKind, Operation, Outcome, PhoneNumber, PhoneNumberPages,
    PinState, TransportError, TwoStepError, WabaId, http,
};

const WABA: &str = "102290129340398";

/// Status and body.
type Answer = (u16, String);

type Requests = Arc<Mutex<Vec<http::Request<Body>>>>;

/// A client whose server answers with these, one after the other.
fn client(answers: Vec<Answer>) -> (Client, Requests) {
    let requests = Requests::default();
    let seen = requests.clone();
    let transport = move |request: http::Request<Body>| {
        let mut seen = seen.lock().unwrap();
        let (status, body) = answers.get(seen.len()).cloned().unwrap_or((500, String::new()));
        seen.push(request);
        async move {
            let response = http::Response::builder().status(status).body(Body::from(body)).unwrap();
            Ok::<_, TransportError>(response)
        }
    };
    let settings = builder_for("https://graph.facebook.com".parse().unwrap()).max_retries(0);
    (settings.transport(Arc::new(transport)).build().unwrap(), requests)
}

fn page(ids: &[u64], after: Option<&str>) -> (u16, String) {
    let data: Vec<_> = ids.iter().map(|id| json!({"id": id.to_string(), "is_pin_enabled": id % 2 == 0})).collect();
    let mut page = json!({"data": data, "paging": {"cursors": {"before": "b", "after": after}}});
    if let Some(after) = after {
        page["paging"]["next"] = format!("https://graph.facebook.com/?access_token={TOKEN}&after={after}").into();
    }
    (200, page.to_string())
}

async fn read(client: &Client, waba: &str) -> (Vec<PhoneNumber>, Option<TwoStepError>) {
    let mut numbers = client.phone_numbers(waba.parse().unwrap());
    let mut read = Vec::new();
    while let Some(number) = numbers.next().await {
        match number {
            Ok(number) => read.push(number),
            Err(error) => {
                assert!(numbers.next().await.is_none(), "an error ends it");
                return (read, Some(error));
            }
        }
    }
    (read, None)
}

#[tokio::test]
async fn page_after_page_by_the_cursor() {
    let (client, requests) = client(vec![page(&[1, 2], Some("c/1=")), page(&[], Some("c2")), page(&[3], None)]);
    let (numbers, error) = read(&client, WABA).await;
    assert!(error.is_none(), "{error:?}");
    let ids: Vec<_> = numbers.iter().map(|number| number.id.as_str().to_owned()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert_eq!(numbers[0].pin, PinState::NotSet);
    assert_eq!(numbers[1].pin, PinState::Set);
    let requests = requests.lock().unwrap();
    let urls: Vec<_> = requests.iter().map(|request| request.uri().to_string()).collect();
    let first = "https://graph.facebook.com/v24.0/102290129340398/phone_numbers?fields=id,display_phone_number,verified_name,\
                 status,code_verification_status,name_status,platform_type,is_pin_enabled&limit=100";
    assert_eq!(urls, [first.to_owned(), format!("{first}&after=c%2F1%3D"), format!("{first}&after=c2")]);
    assert!(requests.iter().all(|request| request.method() == "GET" && request.body().as_bytes().is_empty()));
}

#[test]
fn a_way_that_was_saved_goes_on_where_it_stood() {
    let endpoint = Endpoint::new(AccessToken::parse(TOKEN).unwrap());
    let waba = WabaId::parse(WABA).unwrap();
    let mut pages = PhoneNumberPages::new(waba.clone());
    let mut read = |answer: Answer| {
        let response = http::Response::builder().status(answer.0).body(Body::from(answer.1)).unwrap();
        let numbers = pages.read(pages.next().unwrap().read_response(&endpoint, &response));
        let saved = pages.save();
        if let Some(saved) = &saved {
            assert!(PhoneNumberPages::restore(waba.clone(), "what it didn't give").is_err());
            pages = PhoneNumberPages::restore(waba.clone(), saved).unwrap();
        }
        (numbers.map(|numbers| numbers.len()), saved.is_some(), pages.next())
    };
    let refused =
        json!({"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (is_pin_enabled)"}});
    let (numbers, is_more, next) = read((400, refused.to_string()));
    assert_eq!((numbers.unwrap(), is_more), (0, true));
    let url = |next: Option<whatsapp_two_step::ReadPhoneNumbers>| {
        next.unwrap().to_request(&endpoint).unwrap().uri().to_string()
    };
    assert!(!url(next).contains("is_pin_enabled"));
    let (_, _, next) = read(page(&[1], Some("c1")));
    assert!(url(next.clone()).ends_with("&after=c1") && !url(next).contains("is_pin_enabled"));
    assert_eq!(read(page(&[2], Some("c2"))).0.unwrap(), 1);
    let circle = (0..5).find_map(|turn| read(page(&[3], Some(["c1", "c2"][turn % 2]))).0.err());
    assert_eq!(circle.map(|error| error.kind()), Some(ErrorKind::UnexpectedResponse));
}

#[tokio::test]
async fn a_client_with_an_app_secret_adds_its_proof_and_prints_no_secret() {
    let (plain, requests) = client(vec![page(&[1], None)]);
    let numbers = format!("{:?}", plain.phone_numbers("1".parse().unwrap()));
    drop(plain);
    assert_hidden(&numbers, &[TOKEN], "a stream");
    let seen = requests.clone();
    let transport = move |request: http::Request<Body>| {
        seen.lock().unwrap().push(request);
        async { Ok::<_, TransportError>(http::Response::new(Body::from(r#"{"data":[]}"#))) }
    };
    let settings = builder_for("https://graph.facebook.com".parse().unwrap()).transport(Arc::new(transport));
    let client = settings.app_secret(AppSecret::parse("s3cret").unwrap()).build().unwrap();
    assert!(read(&client, WABA).await.1.is_none());
    assert!(requests.lock().unwrap()[0].uri().to_string().contains("&limit=100&appsecret_proof="));
}

#[tokio::test]
async fn what_is_no_list_of_numbers_is_an_error_that_says_nothing_was_changed() {
    let cases: [(Vec<Answer>, ErrorKind, &str); 4] = [
        (vec![(200, "<html>".to_owned())], ErrorKind::UnexpectedResponse, "HTML"),
        (vec![(200, r#"{"data":[{"name":"x"}]}"#.to_owned())], ErrorKind::UnexpectedResponse, "no usable \"id\""),
        (vec![page(&[1], Some("c")), (429, String::new())], ErrorKind::RateLimited, "its body is empty"),
        (vec![(503, String::new())], ErrorKind::ServiceUnavailable, "HTTP 503"),
    ];
    for (answers, kind, words) in cases {
        let (client, _) = client(answers);
        let (_, error) = read(&client, WABA).await;
        assert_read_failed(&error.unwrap(), kind.code(), words);
    }
}

fn assert_read_failed(error: &TwoStepError, kind: &str, words: &str) {
    assert_eq!((error.kind().code(), error.outcome()), (kind, Outcome::NotSent), "{error}");
    assert!(error.message().contains(words) && !error.message().contains("PIN"), "{error}");
    assert!(!error.hint().contains("same PIN"), "{}", error.hint());
    assert_hidden(&format!("{error:?} {error}"), &[TOKEN], "an error");
}

/// What the message of each odd list says.
fn words(scenario: &str) -> &'static str {
    match scenario {
        "numeric-id" => "no usable \"id\"",
        "same-cursor" | "circle" => "a cursor comes again",
        "next-without-cursor" => "no usable cursor",
        "token-in-cursor" => "its cursor repeats a secret",
        "no-data" => "no \"data\"",
        "page-1200-kb" => "larger than 1024 KiB",
        "token-expires" => "expired",
        _ => "",
    }
}

#[tokio::test]
async fn every_odd_list_of_the_sandbox_ends_as_its_table_says() {
    for scenario in waba_scenarios() {
        let sandbox = Sandbox::start().unwrap();
        let client = builder(&sandbox).timeout(Duration::from_millis(900)).max_retries(0).build().unwrap();
        let (numbers, error) = read(&client, scenario.id).await;
        assert_eq!(numbers.len(), scenario.numbers, "{}: {error:?}", scenario.name);
        match error {
            Some(error) => assert_read_failed(&error, scenario.kind, words(scenario.name)),
            None => assert_eq!(scenario.kind, "success", "{}", scenario.name),
        }
        assert_hidden(&format!("{numbers:?}"), &[TOKEN, "\u{1b}"], scenario.name);
        let requests = sandbox.requests();
        assert!(requests.len() <= 4, "{} in {} requests", scenario.name, requests.len());
        // The server's own URL has the token in it.
        assert!(requests.iter().all(|request| !request.query().unwrap().contains(TOKEN)), "{}", scenario.name);
    }
}

#[tokio::test]
async fn fields_of_any_kind() {
    let sandbox = Sandbox::start().unwrap();
    let client = builder(&sandbox).build().unwrap();
    let first = async |name: &str| {
        let id = waba_scenarios().iter().find(|scenario| scenario.name == name).unwrap().id;
        read(&client, id).await.0.swap_remove(0)
    };
    for name in ["absent-fields", "null-fields", "fields-of-another-type"] {
        let number = first(name).await;
        assert_eq!((number.pin, &number.verified_name, &number.status), (PinState::Unknown, &None, &None), "{name}");
    }
    let number = first("unknown-values").await;
    assert_eq!((number.pin, number.status.as_deref()), (PinState::NotSet, Some("SOMETHING_NEW")));
    let number = first("echo-token-in-fields").await;
    assert_eq!(number.verified_name.as_deref(), Some("[redacted][31m"));
    let number = first("refused-field").await;
    assert_eq!(serde_json::to_value(&number).unwrap()["pin"], "unknown");
    assert!(!sandbox.requests().last().unwrap().query().unwrap().contains("is_pin_enabled"), "asked without it");
}

#[tokio::test]
async fn a_fleet_of_2500_numbers_in_25_pages_and_which_of_them_has_a_pin() {
    let sandbox = Sandbox::builder().numbers(2_500).start().unwrap();
    let client = builder(&sandbox).build().unwrap();
    client.set_two_step_pin(&"106540352244000".parse().unwrap(), &"735194".parse().unwrap()).await.unwrap();
    let (numbers, error) = read(&client, "930000000000001").await;
    assert!(error.is_none(), "{error:?}");
    let ids: BTreeSet<_> = numbers.iter().map(|number| number.id.as_str()).collect();
    assert_eq!((ids.len(), sandbox.stats().requests), (2_500, 1 + 25));
    let set: Vec<_> = numbers.iter().filter(|number| number.pin == PinState::Set).collect();
    assert_eq!((set.len(), set[0].id.as_str()), (1, "106540352244000"));
    assert_eq!(numbers.iter().filter(|number| number.pin == PinState::NotSet).count(), 2_499);
}

#[tokio::test]
async fn nothing_is_read_ahead() {
    let sandbox = Sandbox::builder().numbers(300).start().unwrap();
    let client = builder(&sandbox).build().unwrap();
    let mut numbers = client.phone_numbers("930000000000001".parse().unwrap());
    assert_eq!(sandbox.stats().requests, 0);
    for _ in 0..101 {
        numbers.next().await.unwrap().unwrap();
    }
    drop(numbers);
    assert_eq!(sandbox.stats().requests, 2);
}

#[tokio::test]
async fn a_rate_limit_in_the_middle_is_waited_for_where_that_fits() {
    let sandbox = Sandbox::start().unwrap();
    let (numbers, error) = read(&builder(&sandbox).build().unwrap(), "940620000000000").await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((numbers.len(), sandbox.stats().requests), (250, 4));
    let (numbers, error) = read(&builder(&sandbox).build().unwrap(), "940610000000000").await;
    assert_eq!((numbers.len(), error.unwrap().retry_after()), (100, Some(Duration::from_secs(300))));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_leaves_no_doubt() {
    let count = Arc::new(Mutex::new(0));
    let there = count.clone();
    let transport = move |_: http::Request<Body>| {
        let mut count = there.lock().unwrap();
        *count += 1;
        let is_lost = *count == 1;
        async move {
            if is_lost {
                return Err(TransportError::connection("reset"));
            }
            Ok(http::Response::new(Body::from(page(&[1], None).1)))
        }
    };
    let settings = builder_for("https://graph.facebook.com".parse().unwrap());
    let client = settings.max_retries(1).transport(Arc::new(transport)).build().unwrap();
    assert_eq!(read(&client, WABA).await.0.len(), 1);
}

#[tokio::test]
async fn a_failure_before_an_answer_has_no_hint_about_a_pin() {
    // A port on which nobody listens, and which no other test can get.
    let refused = builder_for("http://127.0.0.1:1".parse().unwrap()).max_retries(0).build().unwrap();
    let (_, error) = read(&refused, WABA).await;
    assert_read_failed(error.as_ref().unwrap(), "connection_failed", "refused");
    assert!(error.unwrap().hint().ends_with("then ask again."));
}

#[test]
fn fields_of_a_number_are_those_of_the_contract() {
    let names = ["id", "display_phone_number", "verified_name", "pin", "status"];
    let rest = ["code_verification_status", "name_status", "platform_type"];
    let (client, _) = client(vec![page(&[1], None)]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (numbers, _) = runtime.block_on(read(&client, WABA));
    let Value::Object(fields) = serde_json::to_value(&numbers[0]).unwrap() else { panic!() };
    let mut due: Vec<_> = names.iter().chain(&rest).map(|name| (*name).to_owned()).collect();
    due.sort();
    assert_eq!(fields.keys().cloned().collect::<Vec<_>>(), due);
}

/// For longer than the transport waits for a request of which nothing leaves: of a read, nobody hears whether it left.
#[tokio::test]
async fn a_page_that_never_comes_takes_its_time_and_is_asked_for_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = builder(&sandbox).timeout(Duration::from_millis(2_500)).max_retries(0).build().unwrap();
    let hangs = waba_scenarios().iter().find(|scenario| scenario.name == "hang").unwrap();
    let mut numbers = client.phone_numbers(hangs.id.parse().unwrap());
    let error = loop {
        match numbers.next().await.unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 1));
    assert_eq!(sandbox.requests().len(), 2);
}
