//! An Android audit against the daemon double, straight and through adb's own server: shells and bytes both ways for
//! three messaging apps, and the program's own share of the time, which is what is left of a whole run when the time
//! in which the phone's shell ran is taken away. Ends with status 1 where an audit opens more than two shells, or where
//! the median of the program's own share is above 50 ms.

#[path = "../tests/support/adb_double.rs"]
mod adb_double;
#[path = "../tests/support/adb_server.rs"]
mod adb_server;
#[path = "../tests/support/phone_kit.rs"]
mod phone_kit;
#[path = "../tests/support/plugged.rs"]
mod plugged;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use adb_server::AdbServer;
use phone_kit::{NONCE, Phone, SIGNAL, TELEGRAM};
use plugged::Plugged;

const RUNS: u32 = 9;

/// The most that an audit may cost.
const MAX_SHELLS: f64 = 2.0;
const MAX_OWN: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    let phone = Phone::compliant_pixel16().app(TELEGRAM, 0).app(SIGNAL, 0);
    let Some(plugged) = Plugged::in_(&phone) else {
        return ExitCode::SUCCESS;
    };
    let home = tempfile::tempdir().expect("a home");
    let (built, tools) = (&plugged.built, &plugged.tools);
    let profile = spotcheck::profile::load("nhs-england", &[]).expect("loads");
    let platform = spotcheck::evidence::Platform::Android;
    let request =
        spotcheck::evidence::Request::new(profile.facts(platform), profile.apps.clone(), platform);
    let script = spotcheck::android::probe::script(&request, NONCE);

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
    println!("the phone's commands  {phone:?}");
    println!("reading the answer    {judging:?}");

    let mut fine = audits(
        "straight to the phone",
        &plugged,
        &["--tcp", &plugged.addr()],
        home.path(),
    );
    if let Some(server) = AdbServer::start() {
        server.adb(&["connect", &plugged.addr()]);
        let address = server.addr().to_string();
        fine &= audits(
            "through adb's server",
            &plugged,
            &["--server", &address],
            server.home(),
        );
    }
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Audits as a person starts them: what each asks of the phone, and what is left of its time without the phone's.
/// Whether that is within the bounds.
fn audits(way: &str, plugged: &Plugged, arguments: &[&str], home: &Path) -> bool {
    let counters = plugged.double.counters();
    let audit = || {
        let before = counters.busy();
        let start = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_spotcheck"))
            .args(["android", "--format", "json"])
            .args(arguments)
            .env("HOME", home)
            .stdout(std::process::Stdio::null())
            .status()
            .expect("the program starts");
        assert_eq!(status.code(), Some(3));
        let whole = start.elapsed();
        let phone = counters.busy() - before;
        (whole, whole.saturating_sub(phone))
    };
    audit();
    let (shells, received, sent) = (counters.shells(), counters.received(), counters.sent());
    let (mut whole, mut own): (Vec<_>, Vec<_>) = (0..RUNS).map(|_| audit()).unzip();
    let shells = per_run(counters.shells() - shells);
    println!("{way}");
    println!("  shells per audit    {shells}");
    println!(
        "  bytes sent          {}",
        per_run(counters.received() - received)
    );
    println!("  bytes received      {}", per_run(counters.sent() - sent));
    println!("  whole run           {}", spread(&mut whole));
    println!("  the program's own   {}", spread(&mut own));
    let mut fine = true;
    if shells > MAX_SHELLS {
        eprintln!("{way}: {shells} shells per audit are more than {MAX_SHELLS}.");
        fine = false;
    }
    // Sorted by now.
    let median = own[own.len() / 2];
    if median > MAX_OWN {
        eprintln!("{way}: the program's own share is {median:.0?}, more than {MAX_OWN:?}.");
        fine = false;
    }
    fine
}

fn per_run(all: usize) -> f64 {
    all as f64 / f64::from(RUNS)
}

/// Least, median and most, in milliseconds.
fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    format!(
        "{:.0} ms ({:.0} to {:.0})",
        ms(times[times.len() / 2]),
        ms(times[0]),
        ms(times[times.len() - 1])
    )
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
