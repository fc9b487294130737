//! What there is beside the call: an account's numbers, PINs that are drawn, the security webhook.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};
use whatsapp_two_step::{AppSecret, Pin, TwoStepError, blocking, security_events};

pub(crate) fn numbers(client: &blocking::Client, waba_id: &str) -> Result<Value, TwoStepError> {
    let (mut count, mut first, mut end) = (0, None, None);
    for number in client.phone_numbers(waba_id.parse()?) {
        match number {
            Ok(number) => {
                count += 1;
                first.get_or_insert(number);
            }
            Err(error) => end = Some(error),
        }
    }
    Ok(json!({"count": count, "first": first, "error": end}))
}

pub(crate) fn draw(call: &Value) -> Result<Value, TwoStepError> {
    let pins = (0..call["draw"].as_u64().unwrap_or_default()).map(|_| Ok(Pin::generate()?.expose().to_owned()));
    let weak = call["weak"].as_array().into_iter().flatten();
    let weak = weak.map(|pin| Ok(Pin::parse(pin.as_str().unwrap_or_default())?.is_weak()));
    Ok(json!({
        "pins": pins.collect::<Result<Vec<String>, TwoStepError>>()?,
        "weak": weak.collect::<Result<Vec<bool>, TwoStepError>>()?,
    }))
}

pub(crate) fn webhook(call: &Value) -> Result<Value, TwoStepError> {
    let case = &call["webhook"];
    let mut body = case["body"].as_str().unwrap_or_default().as_bytes().to_vec();
    if let Some(length) = case["padded_to"].as_u64() {
        body.resize(length.try_into().unwrap_or_default(), b' ');
    }
    let secret = AppSecret::parse(call["app_secret"].as_str().unwrap_or_default())?;
    let events = security_events(&body, case["signature"].as_str(), &secret)?;
    let fields = events.iter().map(|event| {
        let time = event.time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map(|since| since.as_secs());
        json!({
            "waba_id": event.waba_id, "display_phone_number": event.display_phone_number, "event": event.event.as_str(),
            "requester": event.requester, "time": time,
        })
    });
    Ok(json!({"events": fields.collect::<Vec<_>>()}))
}
