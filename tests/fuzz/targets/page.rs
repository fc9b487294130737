#![no_main]

#[path = "../checks/page.rs"]
mod page;

libfuzzer_sys::fuzz_target!(|data: &[u8]| page::check(data));
