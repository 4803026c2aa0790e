//! An Android audit against the daemon double: bytes both ways for three messaging apps, and the time of a whole run
//! beside the time that the phone's own commands take. Prints; judges nothing.

#[path = "../tests/support/adb_double.rs"]
mod adb_double;
#[path = "../tests/support/phone_kit.rs"]
mod phone_kit;
#[path = "../tests/support/plugged.rs"]
mod plugged;

use std::process::Command;
use std::time::{Duration, Instant};

use phone_kit::{NONCE, Phone, SIGNAL, TELEGRAM};
use plugged::Plugged;

const RUNS: u32 = 9;

fn main() {
    let phone = Phone::compliant_pixel16().app(TELEGRAM, 0).app(SIGNAL, 0);
    let Some(plugged) = Plugged::in_(&phone) else {
        return;
    };
    let home = tempfile::tempdir().expect("a home");
    let (addr, built, tools) = (plugged.addr(), &plugged.built, &plugged.tools);
    let profile = spotcheck::profile::load("nhs-england", &[]).expect("loads");
    let platform = spotcheck::evidence::Platform::Android;
    let request =
        spotcheck::evidence::Request::new(profile.facts(platform), profile.apps.clone(), platform);
    let script = spotcheck::android::probe::script(&request, NONCE);

    let audit = median(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_spotcheck"))
            .args(["android", "--tcp", &addr, "--format", "json"])
            .env("HOME", home.path())
            .stdout(std::process::Stdio::null())
            .status()
            .expect("the program starts");
        assert_eq!(status.code(), Some(3));
    });
    let phone = median(|| {
        built.run(&script, tools);
    });
    let answer = built.run(&script, tools);
    let judging = median(|| {
        let mut evidence = spotcheck::android::probe::evidence(
            &request,
            NONCE,
            &answer,
            spotcheck::evidence::Source::AndroidAdb,
            None,
        );
        spotcheck::evidence::derive::apply(&mut evidence);
        std::hint::black_box(&evidence);
    });
    let counters = plugged.double.counters();
    let runs = counters.shells();
    println!("shells per audit      {}", runs / (RUNS as usize + 1));
    println!("bytes sent            {}", counters.received() / runs);
    println!("bytes received        {}", counters.sent() / runs);
    println!("whole run, median     {audit:?}");
    println!("the phone's commands  {phone:?}");
    println!("reading the answer    {judging:?}");
    println!(
        "run / phone           x{:.2}",
        audit.as_secs_f64() / phone.as_secs_f64()
    );
}

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}
