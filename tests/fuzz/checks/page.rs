//! Any page of numbers: numbers or a typed error, and never the token in it; the way through the pages ends.

use whatsapp_two_step::{Body, Endpoint, Operation, PhoneNumberPages, http};

const TOKEN: &str = "EAAG_secret_token_123";

pub(crate) fn check(data: &[u8]) {
    let endpoint = Endpoint::new(TOKEN.parse().expect("a token"));
    let mut pages = PhoneNumberPages::new("1".parse().expect("an ID"));
    // The server says the same each time: a cursor that repeats ends it, or the last page.
    for turn in 0.. {
        let Some(page) = pages.next() else { break };
        let request = page.to_request(&endpoint).expect("a request");
        assert!(!request.uri().to_string().contains(TOKEN));
        let response = http::Response::new(Body::from(data.to_vec()));
        match pages.read(page.read_response(&endpoint, &response)) {
            Ok(numbers) => assert!(!format!("{numbers:?}").contains(TOKEN)),
            Err(error) => {
                assert!(!format!("{error} {error:?}").contains(TOKEN));
                break;
            }
        }
        assert!(turn < 4, "it goes round in a circle");
    }
}
