//! Waiting for someone to tap Allow, and the key that is allowed.

use std::path::Path;
use std::time::{Duration, Instant};

use spotcheck::android::transport::{KeyPlaces, Programs, Target, run_telling, run_with};

use crate::adb_double::{Auth, Config, Double};
use crate::adb_server_double::{Reply, ServerDouble};
use crate::{Way, ask, assert_mentions, patient, programs, within};

fn phone(auth: Auth) -> Double {
    Double::start(Config {
        auth,
        ..Config::default()
    })
}

/// The programs on a computer where adb never ran.
fn without_key(folder: &Path) -> Programs {
    Programs {
        keys: KeyPlaces {
            adb: Some(folder.join(".android/adbkey")),
            own: Some(folder.join("spotcheck/adbkey")),
        },
        ..programs()
    }
}

#[test]
fn a_phone_that_was_not_told_to_trust_this_computer() {
    for way in Way::all() {
        let double = phone(Auth::Never);
        let error = ask(&way.target(&double), "echo hello", &within(3)).expect_err("no trust");
        assert_mentions(&error, &["tap Allow"], way.name());
        assert!(!error.usage);
        assert_eq!(double.counters().shells(), 0);
    }
}

#[test]
fn a_tap_on_allow_is_waited_for_and_told() {
    for way in Way::all() {
        let double = phone(Auth::Tap(Duration::from_secs(3)));
        let target = way.target(&double);
        let mut told = Vec::new();
        let given = std::cell::Cell::new(Duration::MAX);
        let answer = run_telling(
            &programs(),
            &target,
            &|left| {
                given.set(left);
                "echo hello".into()
            },
            &patient(),
            &mut |left| told.push(left),
        );
        let case = way.name();
        assert_eq!(answer.map(|a| a.bytes), Ok(b"hello\n".to_vec()), "{case}");
        let left: Vec<Duration> = told.iter().copied().flatten().collect();
        assert!(!left.is_empty(), "{case}");
        assert!(left.is_sorted_by(|a, b| a >= b), "{case}: {left:?}");
        assert!(left[0] <= patient().deadline, "{case}: {left:?}");
        assert_eq!(told.last(), Some(&None), "{case}: it is over");
        // The script is made from what the wait has left.
        assert!(
            left.last().is_some_and(|left| given.get() <= *left),
            "{case}: {given:?}"
        );

        // Allowed once is allowed for good.
        let mut told = 0;
        run_telling(
            &programs(),
            &target,
            &|_| "echo hello".into(),
            &patient(),
            &mut |left| told += usize::from(left.is_some()),
        )
        .expect("an answer");
        assert_eq!(told, 0, "{case}: nobody is asked again");
        assert_eq!(double.counters().keys().len(), 1, "{case}");
    }
}

/// The library gives up after ten seconds; people may take longer to find the phone's owner.
#[test]
fn a_tap_after_more_than_ten_seconds() {
    let double = phone(Auth::Tap(Duration::from_secs(12)));
    let answer =
        ask(&Target::Tcp(vec![double.addr()]), "echo hello", &patient()).expect("an answer");
    assert_eq!(answer.bytes, b"hello\n");
    let keys = double.counters().keys();
    assert!(
        keys.len() >= 2 && keys.iter().all(|key| *key == keys[0]),
        "the same key, shown again"
    );
}

#[test]
fn nobody_taps() {
    let double = phone(Auth::Never);
    let started = Instant::now();
    let error =
        ask(&Target::Tcp(vec![double.addr()]), "echo hello", &within(12)).expect_err("no trust");
    assert_mentions(&error, &["Nobody tapped Allow"], "never");
    let took = started.elapsed();
    assert!(
        took >= Duration::from_secs(12) && took < Duration::from_secs(15),
        "{took:?}"
    );
}

/// Who tapped Deny is not asked again and again.
#[test]
fn somebody_taps_deny() {
    let double = phone(Auth::Denied);
    let error =
        ask(&Target::Tcp(vec![double.addr()]), "echo hello", &patient()).expect_err("no trust");
    assert_mentions(&error, &["was not allowed"], "denied");
    assert_eq!(double.counters().keys().len(), 1);
}

#[test]
fn the_same_key_at_every_audit() {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = without_key(folder.path());
    let double = phone(Auth::Never);
    for _ in 0..2 {
        run_with(
            &programs,
            &Target::Tcp(vec![double.addr()]),
            "echo hello",
            // The first run also makes the key.
            &within(6),
        )
        .expect_err("nobody taps");
    }
    let keys = double.counters().keys();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert_eq!(keys[0], keys[1]);
    assert!(!keys[0].is_empty());

    // A phone that was once told to trust it opens at once, and asks nobody.
    let double = phone(Auth::Tap(Duration::ZERO));
    for _ in 0..2 {
        let answer = run_with(
            &programs,
            &Target::Tcp(vec![double.addr()]),
            "echo hello",
            &patient(),
        );
        assert_eq!(answer.map(|a| a.bytes), Ok(b"hello\n".to_vec()));
    }
    assert_eq!(double.counters().keys(), keys[..1]);
}

#[test]
fn a_key_that_cannot_be_used_stops_before_the_phone() {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = without_key(folder.path());
    let key = programs.keys.adb.clone().expect("a path");
    std::fs::create_dir_all(key.parent().expect("a folder")).expect("made");
    std::fs::write(&key, "damaged").expect("written");
    let double = phone(Auth::Open);
    let error = run_with(
        &programs,
        &Target::Tcp(vec![double.addr()]),
        "echo hello",
        &patient(),
    )
    .expect_err("no key");
    assert_mentions(&error, &["Move that file away", "chmod 600"], "damaged");
    assert_eq!(double.counters().connections(), 0);
}

/// Around the tap a phone leaves the server's list and comes back.
#[test]
fn a_phone_that_comes_and_goes_around_the_tap() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let server = ServerDouble::start("", move |request| {
        let list: &[u8] = match request {
            "host:devices-l" => match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0..5 => b"A1 unauthorized transport_id:4\n",
                5..8 => b"",
                8..10 => b"A1 offline transport_id:5\n",
                _ => b"A1 device transport_id:5\n",
            },
            _ => return None,
        };
        Some(Reply::Text(list.to_vec()))
    });
    for serial in [None, Some("A1".to_owned())] {
        let target = Target::Server {
            addr: server.addr(),
            serial,
        };
        let answer = ask(&target, "echo hello", &patient()).expect("an answer");
        assert_eq!(answer.bytes, b"hello\n");
    }
}

/// The last look may come too late for its answer: the phone's state is the reason all the same.
#[test]
fn time_that_is_over_in_the_middle_of_a_look() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let server = ServerDouble::start("", move |request| {
        if request != "host:devices-l" {
            return None;
        }
        let call = calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Some(match call {
            0 => Reply::Text(b"A1 unauthorized transport_id:4\n".to_vec()),
            _ => Reply::Hang,
        })
    });
    let target = Target::Server {
        addr: server.addr(),
        serial: None,
    };
    let error = ask(&target, "echo hello", &within(2)).expect_err("no trust");
    assert_mentions(&error, &["tap Allow"], "too late");
}
