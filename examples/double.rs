//! A synthetic Android phone to try spotcheck on (needs mksh and toybox): `cargo run --example double -- failing`,
//! then `spotcheck android --tcp 127.0.0.1:5555` in another terminal. `compliant` and `gaps` are other phones.

#[path = "../tests/support/adb_double.rs"]
mod adb_double;
#[allow(dead_code, reason = "shared with the tests and the other examples")]
#[path = "../tests/support/android_samples.rs"]
mod android_samples;
#[path = "../tests/support/phone_kit.rs"]
mod phone_kit;
#[path = "../tests/support/plugged.rs"]
mod plugged;

use std::io::BufRead as _;
use std::process::ExitCode;

use adb_double::Config;
use plugged::Plugged;

/// Where a phone listens that was told to listen on the network.
const PORT: u16 = 5555;

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "failing".into());
    let Some((_, label, phone)) = android_samples::phones()
        .into_iter()
        .find(|(name, ..)| *name == format!("android-{wanted}.capture"))
    else {
        eprintln!("There is no phone of this name. Say compliant, failing or gaps.");
        return ExitCode::from(2);
    };
    let config = Config {
        port: PORT,
        ..Config::default()
    };
    let Some(plugged) = Plugged::as_(&phone, config) else {
        return ExitCode::from(2);
    };
    println!(
        "{label}.\nIt listens on {}. Check it in another terminal:\n\n  spotcheck android --tcp {0} --profile nhs-england-quick\n\nPress Enter here to unplug it.",
        plugged.addr()
    );
    let _ = std::io::stdin().lock().lines().next();
    ExitCode::SUCCESS
}
