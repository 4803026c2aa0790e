//! What happens to a phone or a server in the middle of a check, and to the phone that answered before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use spotcheck::android::transport::Target;

use crate::adb_double::{Config, Double};
use crate::adb_server::AdbServer;
use crate::adb_server_double::{Reply, ServerDouble};
use crate::{ask, assert_mentions, patient};

const READY: &str = "A1 device product:p model:Pixel_7 device:d transport_id:4\n";

fn through(server: &ServerDouble) -> Target {
    Target::Server {
        addr: server.addr(),
        serial: None,
    }
}

#[test]
fn the_phone_after_its_answer_broke_off() {
    let lost: &[&str] = &["it was unplugged, or the link dropped"];
    for (after, mentions) in [
        ("", lost),
        // Another phone is not that phone.
        ("B2 device model:Pixel_7 transport_id:5\n", lost),
        (
            "A1 offline model:Pixel_7 transport_id:4\n",
            &["cannot be asked: offline"],
        ),
        ("A1 recovery transport_id:6\n", &["in recovery mode"]),
        ("A1 unauthorized transport_id:6\n", &["tap Allow"]),
        (
            READY,
            &["cut short", "something else", "without any answer"],
        ),
    ] {
        for breaks_at in ["host:transport-id:4", "shell"] {
            let shells = AtomicUsize::new(0);
            let server = ServerDouble::start("", move |request| {
                if request == "host:devices-l" {
                    let list = match shells.load(Ordering::SeqCst) {
                        0 => READY,
                        _ => after,
                    };
                    return Some(Reply::Text(list.into()));
                }
                request.starts_with(breaks_at).then(|| {
                    shells.fetch_add(1, Ordering::SeqCst);
                    match breaks_at {
                        "shell" => Reply::Stream(b"\x01\x03\x00\x00\x00@ab".to_vec()),
                        _ => Reply::Fail(b"device 'A1' not found".to_vec()),
                    }
                })
            });
            let error = ask(&through(&server), "echo hello", &patient()).expect_err(after);
            let mut mentions = mentions.to_vec();
            if breaks_at != "shell" && after == READY {
                mentions = vec!["device 'A1' not found"];
            }
            assert_mentions(&error, &mentions, &format!("{after:?} {breaks_at}"));
            let asked = server.requests();
            assert!(
                !asked.iter().any(|r| r == "host:transport-id:5"),
                "{asked:?}"
            );
        }
    }
}

#[test]
fn a_server_that_is_killed_in_the_middle() {
    let Some(server) = AdbServer::start() else {
        return;
    };
    let double = Double::start(Config::default());
    let target = Target::Server {
        addr: server.addr(),
        serial: Some(server.connect(double.addr())),
    };
    let error = thread::scope(|scope| {
        scope.spawn(|| {
            while double.counters().shells() == 0 {
                thread::sleep(Duration::from_millis(20));
            }
            server.adb(&["kill-server"]);
        });
        ask(&target, "sleep 20", &patient()).expect_err("no server")
    });
    assert_mentions(&error, &["ended in the middle"], "killed");
    assert_mentions(&error, &["Run the same command again"], "killed");
}

#[test]
fn a_phone_that_is_unplugged_in_the_middle_of_its_answer() {
    let Some(server) = AdbServer::start() else {
        return;
    };
    let double = Double::start(Config::default());
    let serial = server.connect(double.addr());
    let target = Target::Server {
        addr: server.addr(),
        serial: Some(serial.clone()),
    };
    let error = thread::scope(|scope| {
        scope.spawn(|| {
            while double.counters().shells() == 0 {
                thread::sleep(Duration::from_millis(20));
            }
            server.adb(&["disconnect", &serial]);
        });
        ask(&target, "echo one; sleep 20", &patient()).expect_err("no phone")
    });
    assert_mentions(&error, &["it was unplugged"], "unplugged");
    assert_mentions(&error, &["Plug the phone in again"], "unplugged");
}

/// Whatever is connected by then, a second run goes to the phone of the first or to none.
#[test]
fn the_same_phone_again() {
    const OWN: &str = "R58M12 device model:Pixel_7 transport_id:4\n";
    // A serial that makers leave in many phones.
    const SHARED: &str = "0123456789ABCDEF device model:Pixel_7 transport_id:4\n";
    const NONE: &str = "(no serial number) device model:Pixel_7 transport_id:4\n";
    type Case<'a> = (&'static str, &'a str, Result<&'a str, &'a [&'a str]>);
    let gone: &[&str] = &["no longer connected"];
    let cases: [Case<'_>; 11] = [
        (OWN, OWN, Ok("host:transport-id:4")),
        (SHARED, SHARED, Ok("host:transport-id:4")),
        (NONE, NONE, Ok("host:transport-id:4")),
        // Plugged in again, and another beside it.
        (
            OWN,
            "B2 device transport_id:4\nR58M12 device transport_id:9\n",
            Ok("host:transport-id:9"),
        ),
        // Plugged in again, or another.
        (
            SHARED,
            "0123456789ABCDEF device model:Pixel_7 transport_id:9\n",
            Err(gone),
        ),
        (
            NONE,
            "(no serial number) device model:Odd transport_id:4\n",
            Err(gone),
        ),
        (OWN, "B2 device model:Pixel_7 transport_id:4\n", Err(gone)),
        (OWN, NONE, Err(gone)),
        (
            OWN,
            "R58M12 device transport_id:4\nR58M12 device transport_id:5\n",
            Err(gone),
        ),
        (OWN, "", Err(gone)),
        (
            OWN,
            "R58M12 offline transport_id:4\n",
            Err(&["no longer connected", "offline"]),
        ),
    ];
    for (list, later, expected) in cases {
        let runs = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&runs);
        let text = later.to_owned();
        let server = ServerDouble::start(list, move |request| {
            (request == "host:devices-l" && seen.load(Ordering::SeqCst) > 0)
                .then(|| Reply::Text(text.clone().into_bytes()))
        });
        let first = ask(&through(&server), "echo first", &patient()).expect("an answer");
        runs.store(1, Ordering::SeqCst);
        let before = server.requests().len();
        let second = ask(&Target::Same(first.phone), "echo second", &patient());
        let asked = server.requests().split_off(before);
        match expected {
            Ok(transport) => {
                assert_eq!(second.map(|a| a.bytes), Ok(b"second\n".to_vec()), "{later}");
                assert!(asked.iter().any(|r| r == transport), "{later}: {asked:?}");
            }
            Err(mentions) => {
                assert_mentions(&second.expect_err(later), mentions, later);
                assert!(
                    !asked.iter().any(|r| r.starts_with("host:transport")),
                    "{later}: {asked:?}"
                );
            }
        }
    }
    let double = Double::start(Config::default());
    let first =
        ask(&Target::Tcp(vec![double.addr()]), "echo first", &patient()).expect("an answer");
    let second = ask(&Target::Same(first.phone), "echo second", &patient()).expect("an answer");
    assert_eq!(second.bytes, b"second\n");
}
