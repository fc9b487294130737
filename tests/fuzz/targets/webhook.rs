#![no_main]

#[path = "../checks/webhook.rs"]
mod webhook;

libfuzzer_sys::fuzz_target!(|data: &[u8]| webhook::check(data));
