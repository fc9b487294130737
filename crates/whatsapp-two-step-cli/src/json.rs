//! What a program reads: one object, on one line.

use serde::Serialize;
use whatsapp_two_step::SetTwoStepPinResponse;

use crate::{
    failure::Failure,
    terminal::{Console, clean, out},
};

#[derive(Serialize)]
struct Success<'a> {
    success: bool,
    #[serde(flatten)]
    response: &'a SetTwoStepPinResponse,
}

#[derive(Serialize)]
struct Refusal<'a> {
    success: bool,
    error: &'a Failure,
}

pub(crate) fn success(console: &Console, response: &SetTwoStepPinResponse) {
    print(console, &Success { success: true, response });
}

pub(crate) fn failure(console: &Console, error: &Failure) {
    print(console, &Refusal { success: false, error });
}

pub(crate) fn print(console: &Console, object: &impl Serialize) {
    if console.json {
        // Names, numbers and text: nothing that JSON can't say.
        let line = serde_json::to_string(object).unwrap_or_else(|_| "{\"success\":false}".to_owned());
        out(&clean(&line));
    }
}
