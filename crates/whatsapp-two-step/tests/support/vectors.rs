//! Reading `tests/vectors`.

use serde_json::Value;

pub(crate) fn read(name: &str) -> Value {
    let path = format!("{}/../../tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

#[track_caller]
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().expect(key)
}

#[track_caller]
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().expect(key)
}

/// `body`, or `body_base64` where it is not text.
pub(crate) fn decoded_body(case: &Value) -> Vec<u8> {
    match case["body"].as_str() {
        Some(body) => body.as_bytes().to_vec(),
        None => data_encoding::BASE64.decode(text(case, "body_base64").as_bytes()).unwrap(),
    }
}
