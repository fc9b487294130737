//! Any text as any value: taken as it is, or refused without repeating it; and what is taken makes a request.

use whatsapp_two_step::{
    AccessToken, ApiVersion, AppSecret, BaseUrl, Endpoint, Operation, PhoneNumberId, Pin, SetTwoStepPin,
};

pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    assert_eq!(Pin::parse(text).is_ok(), text.len() == 6 && is_digits);
    assert_eq!(PhoneNumberId::parse(text).is_ok(), (1..=32).contains(&text.len()) && is_digits);
    // A mark that no message has by chance.
    let marked = format!("{text}zqxjk\n");
    let errors = [
        Pin::parse(&marked).err(),
        PhoneNumberId::parse(&marked).err(),
        AccessToken::parse(&marked).err(),
        AppSecret::parse(&marked).err(),
        BaseUrl::parse(&marked).err(),
        ApiVersion::parse(&marked).err(),
    ];
    for error in errors {
        let error = error.expect("a line break is in no value");
        assert!(!format!("{error} {error:?}").contains("zqxjk"), "repeated");
    }
    if let Ok(version) = ApiVersion::parse(text) {
        assert_eq!(version.to_string(), text);
    }
    let token = AccessToken::parse(text).or_else(|_| AccessToken::parse("EAAG")).expect("a token");
    let mut endpoint = Endpoint::new(token);
    if let Ok(url) = BaseUrl::parse(text) {
        assert_eq!(BaseUrl::parse(&url.to_string()).expect("its own spelling"), url);
        endpoint = endpoint.with_base_url(url);
    }
    if let Ok(secret) = AppSecret::parse(text) {
        endpoint = endpoint.with_app_secret(secret).expect("a proof");
    }
    let operation = SetTwoStepPin::new("1".parse().expect("an ID"), "012345".parse().expect("a PIN"));
    let request = operation.to_request(&endpoint).expect("valid parts make a request");
    let scheme = request.uri().scheme_str();
    assert!(scheme == Some("https") || (scheme == Some("http") && request.uri().host().is_some()));
    assert!(request.uri().path().ends_with("/v24.0/1"));
}
