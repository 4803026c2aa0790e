//! Parse, run, exit status.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else: this process may be the helper that holds the connection to a phone.
    if let Some(code) = spotcheck::android::transport::helper(std::env::args_os()) {
        return code;
    }
    spotcheck::cli::main()
}
