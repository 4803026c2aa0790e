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
        Connected::Cables(_) => panic!("adb is there"),
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
    assert_mentions(&error, &["adb program was not found"], "no adb");
    assert_mentions(&error, &["--usb"], "no adb");
}

#[test]
fn a_server_elsewhere_is_not_started() {
    let folder = TempDir::new().expect("a folder");
    let programs = instead_of_adb(
        &folder,
        &format!("touch '{}/started'", folder.path().display()),
    );
    let addr = SocketAddrV4::new([127, 0, 0, 9].into(), free_port());
    let error = list(&programs, addr, &patient()).expect_err("nobody");
    assert_mentions(&error, &["No ADB server answers at 127.0.0.9"], "elsewhere");
    assert!(!folder.path().join("started").exists());
}

#[test]
fn an_adb_that_fails() {
    let folder = TempDir::new().expect("a folder");
    let programs = instead_of_adb(
        &folder,
        "printf 'cannot bind\\033[31m\\nport in use\\n' >&2; exit 1",
    );
    let error = list(&programs, nobody(), &patient()).expect_err("a failure");
    assert_mentions(
        &error,
        &["could not be started: cannot bind[31m port in use"],
        "failing",
    );
}

#[test]
fn an_adb_that_hangs() {
    let folder = TempDir::new().expect("a folder");
    let programs = instead_of_adb(&folder, "exec sleep 30");
    let error = list(&programs, nobody(), &within(1)).expect_err("a hang");
    assert_mentions(&error, &["did not start in time"], "hanging");
}

#[test]
fn an_adb_that_says_all_is_well_and_leaves_its_pipes_open() {
    let folder = TempDir::new().expect("a folder");
    let programs = instead_of_adb(&folder, "sleep 20 & exit 0");
    let started = std::time::Instant::now();
    let error = list(&programs, nobody(), &within(15)).expect_err("no server");
    assert_mentions(&error, &["No ADB server answers"], "lying");
    assert!(started.elapsed().as_secs() < 15, "it waited for the pipe");
}
