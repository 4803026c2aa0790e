//! Which way is taken where none was asked for. The cable is a double: a helper that hands what is meant for the cable
//! to a daemon double on the network.

use std::fs;
use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};

use spotcheck::android::transport::{
    Cable, Connected, NoServer, Phone, Programs, Target, connected_with, run_with,
};
use spotcheck::evidence::SourceError;
use tempfile::TempDir;

use crate::adb_double::{Config, Double};
use crate::adb_server::AdbServer;
use crate::adb_server_double::ServerDouble;
use crate::starting::{instead_of_adb, nobody};
use crate::{assert_mentions, patient, programs, write_program};

fn any(addr: SocketAddrV4, serial: Option<&str>) -> Target {
    Target::Any {
        addr,
        serial: serial.map(str::to_owned),
    }
}

/// A computer without adb, whose helper runs these lines with the job in `$line`.
fn helper(folder: &TempDir, lines: &str) -> Programs {
    let own = folder.path().join("spotcheck");
    write_program(
        &own,
        &format!(
            "#!/bin/sh\ncd '{}'\nIFS= read -r line\nprintf '%s\\n' \"$line\" >> jobs\n{lines}\n",
            folder.path().display()
        ),
    );
    Programs {
        own,
        adb: PathBuf::from("/nonexistent/adb"),
        ..programs()
    }
}

/// One with this phone on its cable.
fn with_cable(folder: &TempDir, double: &Double) -> Programs {
    let lines = format!(
        r##"mkfifo $$
sed -u 's/"Connected":null/"Connected":{{"vendor":1,"product":2,"name":"Maker One"}}/' < $$ >&2 &
{{
  printf '%s\n' "$line" | sed 's#"Usb":{{"key":\("[^"]*"\),"only":\(null\|{{[^}}]*}}\)}}#"Tcp":{{"addr":"{}","key":\1}}#'
  cat
}} | '{}' "$@" 2> $$"##,
        double.addr(),
        env!("CARGO_BIN_EXE_spotcheck")
    );
    helper(folder, &lines)
}

/// One whose cables give this fault.
pub fn with_fault(folder: &TempDir, kind: &str) -> Programs {
    let lines =
        format!(r#"echo '{{"Fault":{{"kind":"{kind}","detail":"in words"}}}}' >&2; exit 1"#);
    helper(folder, &lines)
}

fn jobs(folder: &Path) -> String {
    fs::read_to_string(folder.join("jobs")).unwrap_or_default()
}

fn maker_one() -> Cable {
    Cable {
        vendor: 1,
        product: 2,
        name: Some("Maker One".into()),
    }
}

#[test]
fn a_server_that_runs_comes_first() {
    let folder = TempDir::new().expect("a folder");
    let server = ServerDouble::with_phones("A1 device model:Pixel_7 transport_id:4\n");
    // Neither adb nor the cable is so much as looked at.
    let programs = Programs {
        adb: PathBuf::from("/nonexistent/adb"),
        ..programs()
    };
    for serial in [None, Some("A1")] {
        let target = any(server.addr(), serial);
        let answer = run_with(&programs, &target, "echo hello", &patient()).expect("an answer");
        assert_eq!(answer.bytes, b"hello\n");
        assert!(matches!(answer.phone, Phone::Server { .. }));
    }
    // It holds the phones on the cables: where it has none, there is none.
    let server = ServerDouble::with_phones("");
    let programs = with_fault(&folder, "UsbNone");
    let error = run_with(
        &programs,
        &any(server.addr(), None),
        "echo hello",
        &patient(),
    )
    .expect_err("no phone");
    assert_mentions(&error, &["No Android phone is connected"], "no phone");
    assert_mentions(&error, &["Build number"], "no phone");
    assert_eq!(jobs(folder.path()), "");
}

#[test]
fn a_server_of_a_phone_on_the_network_is_like_any_other() {
    let Some(server) = AdbServer::start() else {
        return;
    };
    let double = Double::start(Config::default());
    let serial = server.connect(double.addr());
    for serial in [None, Some(serial.as_str())] {
        let target = any(server.addr(), serial);
        let answer = run_with(&programs(), &target, "echo hello", &patient()).expect("an answer");
        assert_eq!(answer.bytes, b"hello\n");
    }
}

#[test]
fn then_the_adb_program() {
    let Some(server) = AdbServer::prepare() else {
        return;
    };
    let folder = TempDir::new().expect("a folder");
    let home: String = server
        .environment()
        .into_iter()
        .map(|(name, value)| format!("export {name}='{value}'\n"))
        .collect();
    let programs = instead_of_adb(
        &folder,
        &format!(
            "{home}touch '{}/started'\nexec /usr/bin/env adb \"$@\"",
            folder.path().display()
        ),
    );
    let error = run_with(
        &programs,
        &any(server.addr(), None),
        "echo hello",
        &patient(),
    )
    .expect_err("no phone");
    assert_mentions(&error, &["No Android phone is connected"], "no phone");
    assert!(folder.path().join("started").exists());
}

#[test]
fn then_the_cable() {
    let folder = TempDir::new().expect("a folder");
    let double = Double::start(Config::default());
    let programs = with_cable(&folder, &double);
    let answer = run_with(
        &programs,
        &any(nobody(), None),
        "echo hello; exit 3",
        &patient(),
    )
    .expect("an answer");
    assert_eq!(
        (answer.bytes.as_slice(), answer.status),
        (&b"hello\n"[..], 3)
    );
    assert_eq!(answer.phone, Phone::Usb(maker_one()));

    // And again: only that one.
    let answer = run_with(
        &programs,
        &Target::Same(answer.phone),
        "echo again",
        &patient(),
    )
    .expect("an answer");
    assert_eq!(answer.bytes, b"again\n");
    let jobs = jobs(folder.path());
    let [first, second] = <[_; 2]>::try_from(jobs.lines().collect::<Vec<_>>()).expect("two jobs");
    assert!(first.contains("\"only\":null"), "{first}");
    assert!(second.contains("\"name\":\"Maker One\""), "{second}");
}

#[test]
fn the_cable_cannot_choose_by_serial() {
    let folder = TempDir::new().expect("a folder");
    let programs = with_fault(&folder, "UsbNone");
    let error: SourceError = run_with(
        &programs,
        &any(nobody(), Some("A1")),
        "echo hello",
        &patient(),
    )
    .expect_err("a serial");
    assert!(error.usage);
    for part in ["by its serial", "platform-tools", "ANDROID_SERIAL"] {
        assert_mentions(&error, &[part], "a serial");
    }
    assert_eq!(jobs(folder.path()), "");
}

#[test]
fn what_the_cable_has_against_it() {
    for (kind, mentions, usage) in [
        (
            "UsbNone",
            &[
                "no ADB server runs",
                "Developer options",
                "switch USB debugging off",
            ][..],
            false,
        ),
        (
            "UsbUnusable",
            &["Install Android platform-tools", "(in words)"],
            false,
        ),
        (
            "UsbBusy",
            &["Another program holds", "Android Studio"],
            false,
        ),
        ("UsbForbidden", &["does not let you use", "udev"], false),
        ("UsbSeveral", &["Several phones", "Unplug all but"], true),
        ("UsbLeftOut", &["Install Android platform-tools"], false),
        ("Unauthorized", &["tap Allow"], false),
        ("Lost", &["was lost (in words)"], false),
    ] {
        let folder = TempDir::new().expect("a folder");
        let programs = with_fault(&folder, kind);
        for target in [any(nobody(), None), Target::Usb] {
            let error = run_with(&programs, &target, "echo hello", &patient()).expect_err(kind);
            if target != Target::Usb {
                for part in mentions {
                    assert_mentions(&error, &[part], kind);
                }
                assert_eq!(error.usage, usage, "{kind}");
            }
        }
        let gone = Target::Same(Phone::Usb(maker_one()));
        let programs = with_fault(&folder, "UsbGone");
        let error = run_with(&programs, &gone, "echo hello", &patient()).expect_err("gone");
        assert_mentions(&error, &["no longer on the cable"], "gone");
    }
}

#[test]
fn the_phones_that_are_connected() {
    let folder = TempDir::new().expect("a folder");
    let cables = r#"echo '{"Cables":[{"vendor":1,"product":2,"name":"Maker One"}]}' >&2"#;
    let programs = helper(&folder, cables);
    assert_eq!(
        connected_with(&programs, nobody(), &patient()),
        Ok(Connected::Cables(vec![maker_one()], NoServer::NoProgram))
    );
    for lines in ["exit 0", "echo '{\"Cables\":7}' >&2", "exec sleep 0"] {
        let folder = TempDir::new().expect("a folder");
        connected_with(&helper(&folder, lines), nobody(), &patient()).expect_err(lines);
    }
    let folder = TempDir::new().expect("a folder");
    let error = connected_with(&with_fault(&folder, "UsbUnusable"), nobody(), &patient())
        .expect_err("a fault");
    assert_mentions(&error, &["cannot be looked through"], "a fault");
}
