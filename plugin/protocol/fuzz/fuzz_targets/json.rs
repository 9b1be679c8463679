#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wecom_protocol_fuzz::json(bytes));
