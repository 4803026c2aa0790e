//! One fuzz target: the one of this program's name.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| spotcheck_fuzz::feed(env!("CARGO_BIN_NAME"), bytes));
