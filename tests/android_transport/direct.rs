//! What only the direct way can meet, and the helper process itself.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use spotcheck::android::transport::{Phone, Programs, Target, run_with};

use crate::adb_double::{Config, Double, Fault};
use crate::adb_server::free_port;
use crate::{ask, assert_mentions, patient, programs, within};

#[test]
fn nothing_listens() {
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let error = ask(&Target::Tcp(vec![nobody]), "echo hello", &patient()).expect_err("nobody");
    assert_mentions(&error, &["Nothing accepts a connection"], "nobody");
    assert!(error.what.contains(&nobody.to_string()), "{error}");
}

/// A name may have several addresses, of which only one leads to the phone.
#[test]
fn another_address_is_tried_where_the_first_refuses() {
    let double = Double::start(Config::default());
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    for addrs in [vec![nobody, double.addr()], vec![double.addr(), nobody]] {
        let answer = ask(&Target::Tcp(addrs), "echo hello", &patient()).expect("an answer");
        assert_eq!(answer.bytes, b"hello\n");
        assert_eq!(answer.phone, Phone::Tcp(double.addr()));
    }
}

#[test]
fn something_else_listens() {
    for (bytes, seconds, mentions) in [
        // As long as the header of a message: recognised at once.
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            60,
            &["makes no sense"][..],
        ),
        (vec![0xff; 4000], 60, &["makes no sense"][..]),
        // Shorter: it could still become one.
        (b"SSH-2.0-x\r\n".to_vec(), 2, &["within 2 seconds"][..]),
    ] {
        let double = Double::start(Config::faulty(Fault::NoBanner(bytes)));
        let error = ask(
            &Target::Tcp(vec![double.addr()]),
            "echo hello",
            &within(seconds),
        )
        .expect_err("no phone");
        assert_mentions(&error, mentions, "something else");
    }
    let double = Double::start(Config::faulty(Fault::Mute));
    let error =
        ask(&Target::Tcp(vec![double.addr()]), "echo hello", &within(2)).expect_err("a mute");
    assert_mentions(&error, &["within 2 seconds"], "a mute");
}

#[test]
fn a_message_that_claims_to_be_huge() {
    let mut header = Vec::new();
    for word in [0x4554_5257_u32, 1, 1, u32::MAX, 0, !0x4554_5257] {
        header.extend(word.to_le_bytes());
    }
    let double = Double::start(Config::faulty(Fault::NoMessage(header)));
    ask(&Target::Tcp(vec![double.addr()]), "echo hello", &within(2)).expect_err("a huge message");
}

#[test]
fn the_cable_without_a_phone() {
    if std::env::var_os("SPOTCHECK_HAS_PHONE").is_some() {
        return;
    }
    let error = ask(&Target::Usb, "echo hello", &patient()).expect_err("no phone");
    assert_mentions(
        &error,
        &["on a cable", "without --usb", "cannot be looked through"],
        "usb",
    );
}

#[test]
fn a_helper_that_cannot_be_started_or_is_another_program() {
    let double = Double::start(Config::default());
    let target = Target::Tcp(vec![double.addr()]);
    for own in [
        "/nonexistent/spotcheck",
        "/bin/cat",
        "/bin/false",
        "/bin/true",
    ] {
        let programs = Programs {
            own: PathBuf::from(own),
            ..programs()
        };
        run_with(&programs, &target, "echo hello", &within(5)).expect_err(own);
    }
    assert_eq!(double.counters().shells(), 0);
}

#[test]
fn a_helper_that_says_other_than_it_should() {
    let says = |lines: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path().join("helper");
        super::write_program(&own, &format!("#!/bin/sh\nread job\n{lines}\n"));
        let programs = Programs { own, ..programs() };
        let limits = spotcheck::android::transport::Limits {
            max_bytes: 1000,
            ..patient()
        };
        run_with(&programs, &Target::Usb, "echo hello", &limits).expect_err(lines)
    };
    for (lines, what) in [
        (
            "echo '{\"Connected\":null}' >&2; read command; exit 0",
            "which phone it reached",
        ),
        (
            "echo '{\"Connected\":null}' >&2; read command; head -c 9999 /dev/zero; exit 0",
            "1000 bytes",
        ),
    ] {
        let error = says(lines);
        assert!(error.what.contains(what), "{error}");
    }
    let nowhere = ask(&Target::Tcp(vec![]), "echo hello", &patient()).expect_err("no address");
    assert!(
        nowhere.usage && nowhere.what.contains("No address"),
        "{nowhere}"
    );
}

/// A disk that takes nothing, played by the bound on what a process may write. What it says comes through a pipe, to which
/// the bound does not apply.
#[cfg(target_os = "linux")]
#[test]
fn a_key_that_cannot_be_written_is_told_and_not_left_half() {
    let home = tempfile::tempdir().expect("a folder");
    let said = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_spotcheck"))
        .args(["android", "--tcp", "127.0.0.1:1", "--no-input"])
        .env_clear()
        .env("HOME", home.path())
        .output()
        .expect("it starts");
    let error = String::from_utf8_lossy(&said.stderr).replace('\n', " ");
    assert_eq!(said.status.code(), Some(4), "{error}");
    assert!(error.contains("could not be kept in"), "{error}");
    let kept = home.path().join(".config/spotcheck");
    assert_eq!(std::fs::read_dir(kept).expect("listed").count(), 0);
}

/// The helper's end, whoever started it.
fn ends(mut helper: std::process::Child) -> Option<i32> {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        if let Some(status) = helper.try_wait().expect("a process") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = helper.kill();
    panic!("the helper did not end");
}

#[test]
fn the_helper_ends_with_whoever_started_it() {
    let double = Double::start(Config::faulty(Fault::HangAfter(0)));
    let job = format!(
        "{{\"link\":{{\"Tcp\":{{\"addr\":\"{}\",\"key\":\"/no/such/key\"}}}},\"command\":\"true\",\"max_bytes\":9,\"deadline\":{{\"secs\":600,\"nanos\":0}}}}\n",
        double.addr()
    );
    let mut helper = Command::new(programs().own)
        .arg("__adb-helper")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the helper");
    let mut stdin = helper.stdin.take().expect("a pipe");
    stdin.write_all(job.as_bytes()).expect("a job");
    // Its word that it works on the job.
    let mut word = [0; 1];
    helper
        .stderr
        .as_mut()
        .expect("a pipe")
        .read_exact(&mut word)
        .expect("a word");
    drop(stdin);
    assert_eq!(ends(helper), Some(1));
}

#[test]
fn a_helper_without_a_job_ends() {
    for job in ["", "\n", "nonsense\n", "{}\n"] {
        let mut helper = Command::new(programs().own)
            .arg("__adb-helper")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the helper");
        let _ = helper
            .stdin
            .take()
            .expect("a pipe")
            .write_all(job.as_bytes());
        assert_eq!(ends(helper), Some(1), "{job:?}");
    }
}
