//! Reading an account's numbers: pages, what servers do wrong with them, and that reading leaves no doubt about a PIN.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::{TOKEN, assert_hidden, builder_for};
use whatsapp_two_step::{
    AppSecret, Body, Client, ErrorKind, Outcome, PhoneNumber, PinState, TransportError, TwoStepError, http,
};

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

async fn read(client: &Client) -> (Vec<PhoneNumber>, Option<TwoStepError>) {
    let mut numbers = client.phone_numbers("102290129340398".parse().unwrap());
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
    let (numbers, error) = read(&client).await;
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
    assert!(read(&client).await.1.is_none());
    assert!(requests.lock().unwrap()[0].uri().to_string().contains("&limit=100&appsecret_proof="));
}

#[tokio::test]
async fn a_field_that_the_server_refuses_is_left_out() {
    let refused =
        json!({"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (is_pin_enabled)"}});
    let (client, requests) = client(vec![(400, refused.to_string()), page(&[7], None)]);
    let (numbers, error) = read(&client).await;
    assert!(error.is_none() && numbers.len() == 1, "{error:?}");
    assert!(!requests.lock().unwrap()[1].uri().to_string().contains("is_pin_enabled"));
}

#[tokio::test]
async fn fields_that_are_absent_null_or_of_another_type_are_absent() {
    let data = json!({"data": [
        {"id": "1", "display_phone_number": null, "verified_name": 7, "is_pin_enabled": "yes", "status": "NEW_STATUS"},
        {"id": "2", "display_phone_number": "+1 555", "verified_name": format!("x{TOKEN}\u{1b}[2J"), "more": {}},
    ]});
    let (client, _) = client(vec![(200, data.to_string())]);
    let (numbers, error) = read(&client).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((numbers[0].pin, numbers[0].verified_name.as_deref()), (PinState::Unknown, None));
    assert_eq!(numbers[0].status.as_deref(), Some("NEW_STATUS"));
    assert_eq!(numbers[1].verified_name.as_deref(), Some("x[redacted][2J"));
    assert_eq!(serde_json::to_value(&numbers[1]).unwrap()["pin"], "unknown");
}

#[tokio::test]
async fn what_is_no_list_of_numbers_is_an_error_that_says_nothing_was_changed() {
    let cursors = ["a", "b", "c"].iter().cycle().take(40);
    let endless: Vec<_> = cursors.map(|cursor| page(&[1], Some(cursor))).collect();
    let big = json!({"data": [], "x": "x".repeat(1024 * 1024)}).to_string();
    let cases: [(Vec<Answer>, ErrorKind, &str); 9] = [
        (vec![(200, "{}".to_owned())], ErrorKind::UnexpectedResponse, "no \"data\""),
        (vec![(200, "<html>".to_owned())], ErrorKind::UnexpectedResponse, "HTML"),
        (vec![(200, r#"{"data":[{"id":7}]}"#.to_owned())], ErrorKind::UnexpectedResponse, "no usable \"id\""),
        (vec![(200, big)], ErrorKind::UnexpectedResponse, "larger than 1024 KiB"),
        (endless, ErrorKind::UnexpectedResponse, "a cursor comes again"),
        (vec![page(&[1], Some(&format!("x{TOKEN}")))], ErrorKind::UnexpectedResponse, "its cursor repeats a secret"),
        (
            vec![page(&[1], Some("c")), (401, r#"{"error":{"code":190,"message":"expired"}}"#.to_owned())],
            ErrorKind::Authentication,
            "expired",
        ),
        (vec![page(&[1], Some("c")), (429, String::new())], ErrorKind::RateLimited, "its body is empty"),
        (vec![(503, String::new())], ErrorKind::ServiceUnavailable, "HTTP 503"),
    ];
    for (answers, kind, words) in cases {
        let (client, requests) = client(answers);
        let (_, error) = read(&client).await;
        let error = error.unwrap();
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::NotSent), "{error}");
        assert!(error.message().contains(words) && !error.message().contains("PIN"), "{error}");
        assert!(!error.hint().contains("same PIN"), "{}", error.hint());
        let requests = requests.lock().unwrap();
        assert!(requests.len() < 15);
        assert!(requests.iter().all(|request| !request.uri().to_string().contains(TOKEN)), "a token in a URL");
    }
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
    assert_eq!(read(&client).await.0.len(), 1);
}

#[test]
fn fields_of_a_number_are_those_of_the_contract() {
    let names = ["id", "display_phone_number", "verified_name", "pin", "status"];
    let rest = ["code_verification_status", "name_status", "platform_type"];
    let (client, _) = client(vec![page(&[1], None)]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (numbers, _) = runtime.block_on(read(&client));
    let Value::Object(fields) = serde_json::to_value(&numbers[0]).unwrap() else { panic!() };
    let mut due: Vec<_> = names.iter().chain(&rest).map(|name| (*name).to_owned()).collect();
    due.sort();
    assert_eq!(fields.keys().cloned().collect::<Vec<_>>(), due);
}
