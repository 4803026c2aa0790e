//! Starting the adb server.

use std::fs;
use std::net::SocketAddrV4;
use std::path::PathBuf;

use spotcheck::android::transport::{
    Connected, Limits, Programs, Target, connected_with, run_with,
};
use tempfile::TempDir;

use crate::adb_double::{Config, Double};
use crate::adb_server::{AdbServer, free_port};
use crate::choosing::with_fault;
use crate::{assert_mentions, patient, programs, within, write_program};

/// A program of these shell lines in the place of adb.
pub fn instead_of_adb(folder: &TempDir, lines: &str) -> Programs {
    let adb = folder.path().join("adb");
    write_program(&adb, &format!("#!/bin/sh\n{lines}\n"));
    Programs { adb, ..programs() }
}

pub fn nobody() -> SocketAddrV4 {
    SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, free_port())
}

fn list(
    programs: &Programs,
    addr: SocketAddrV4,
    limits: &Limits,
) -> Result<usize, spotcheck::evidence::SourceError> {
    connected_with(programs, addr, limits).map(|connected| match connected {
        Connected::Server(_, devices) => devices.len(),
        Connected::Cables(..) => panic!("adb is there"),
    })
}

#[test]
fn a_server_that_does_not_run_is_started() {
    let Some(server) = AdbServer::prepare() else {
        return;
    };
    let folder = TempDir::new().expect("a folder");
    let home: String = server
        .environment()
        .into_iter()
        .filter(|(name, _)| *name != "ANDROID_ADB_SERVER_PORT")
        .map(|(name, value)| format!("export {name}='{value}'\n"))
        .collect();
    // It must be told the port in full, and not by the environment of whoever runs the tests.
    let lines = format!(
        "{home}echo \"$*\" > '{}/arguments'\nexec /usr/bin/env adb \"$@\"",
        folder.path().display()
    );
    let programs = instead_of_adb(&folder, &lines);
    assert_eq!(list(&programs, server.addr(), &patient()), Ok(0));
    let arguments = fs::read_to_string(folder.path().join("arguments")).expect("what adb was told");
    assert_eq!(
        arguments.trim(),
        format!("-P {} start-server", server.addr().port())
    );

    // It runs now, and is not started again.
    fs::remove_file(folder.path().join("arguments")).expect("the file");
    let double = Double::start(Config::default());
    let target = Target::Server {
        addr: server.addr(),
        serial: Some(server.connect(double.addr())),
    };
    let answer = run_with(&programs, &target, "echo hello", &patient()).expect("an answer");
    assert_eq!(answer.bytes, b"hello\n");
    assert!(!folder.path().join("arguments").exists());
}

#[test]
fn without_adb() {
    let programs = Programs {
        adb: PathBuf::from("/nonexistent/adb"),
        ..programs()
    };
    let target = Target::Server {
        addr: nobody(),
        serial: None,
    };
    let error = run_with(&programs, &target, "echo hello", &patient()).expect_err("no adb");
    assert_mentions(&error, &["No ADB server answers"], "no adb");
    assert_mentions(&error, &["Leave out --server"], "no adb");
}

/// A mistyped address must not leave a second server running.
#[test]
fn a_server_that_is_named_is_not_started() {
    for ip in [[127, 0, 0, 1], [127, 0, 0, 9]] {
        let folder = TempDir::new().expect("a folder");
        let programs = instead_of_adb(
            &folder,
            &format!("touch '{}/started'", folder.path().display()),
        );
        let addr = SocketAddrV4::new(ip.into(), free_port());
        let target = Target::Server { addr, serial: None };
        let error = run_with(&programs, &target, "echo hello", &patient()).expect_err("nobody");
        let case = addr.to_string();
        assert_mentions(
            &error,
            &[&format!("No ADB server answers at {addr}")],
            &case,
        );
        for part in ["Leave out --server", "127.0.0.1:5037"] {
            assert_mentions(&error, &[part], &case);
        }
        assert!(!folder.path().join("started").exists(), "{case}");
    }
}

/// Where an adb that does not work is all that there is, the cable is tried, and the message says so.
#[test]
fn an_adb_that_does_not_work_is_none() {
    let unsound = |folder: &TempDir, lines: &str, mode: u32| {
        let programs = instead_of_adb(folder, lines);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(&programs.adb, mode).expect("permissions");
        programs.adb
    };
    for (case, lines, mode, mentions) in [
        (
            "failing",
            "printf 'cannot bind\\033[31m\\nport in use\\n' >&2; exit 1",
            0o755,
            "does not work (cannot bind[31m port in use)",
        ),
        ("silent", "exit 3", 0o755, "does not work (exit status: 3)"),
        (
            "not to be run",
            "exit 0",
            0o644,
            "does not work (Permission denied",
        ),
        (
            "lying",
            "exit 0",
            0o755,
            "does not work (it started no ADB server)",
        ),
        (
            "lying, with its pipes open",
            "sleep 20 & exit 0",
            0o755,
            "does not work (it started no ADB server)",
        ),
        (
            "it goes on writing",
            "echo lost >&2; (n=0; while [ $n -lt 200 ]; do echo >&2; sleep 0.09; n=$((n+1)); done) & exit 1",
            0o755,
            "does not work (lost",
        ),
    ] {
        let folder = TempDir::new().expect("a folder");
        let programs = Programs {
            adb: unsound(&folder, lines, mode),
            ..with_fault(&folder, "UsbNone")
        };
        let started = std::time::Instant::now();
        let target = Target::Any {
            addr: nobody(),
            serial: None,
        };
        let error = run_with(&programs, &target, "echo hello", &within(15)).expect_err(case);
        assert!(started.elapsed().as_secs() < 12, "{case}: it waited");
        assert_mentions(&error, &[mentions], case);
        for part in ["No Android phone was found", "Developer options"] {
            assert_mentions(&error, &[part], case);
        }
    }
}

#[test]
fn an_adb_that_hangs() {
    let folder = TempDir::new().expect("a folder");
    let programs = instead_of_adb(&folder, "exec sleep 30");
    let error = list(&programs, nobody(), &within(1)).expect_err("a hang");
    assert_mentions(&error, &["did not start in time"], "hanging");
    assert!(!error.to_string().contains("--usb"), "{error}");
}
