//! `spotcheck devices`

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::adb_server_double::ServerDouble;
use crate::{Ran, files, run, spotcheck};

const PHONES: &str = "A1 device model:Pixel_7 transport_id:4\n\
    B2 unauthorized transport_id:5\n\
    C3 no permissions (udev); see [http://x]\n\
    (no serial number) device model:Odd\u{1b}[2J transport_id:7\n";

fn devices(home: &Path, args: &[&str]) -> Ran {
    let mut command = spotcheck(home);
    command.arg("devices").args(args);
    run(command)
}

/// A backup of the samples in one of the places where Apple's programs keep them.
fn keep(sample: &str, place: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("sample-backups")
        .join(sample);
    for file in files(&from) {
        let to = place.join(file.strip_prefix(&from).expect("below"));
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        std::fs::copy(&file, to).expect("copied");
    }
    place.to_owned()
}

#[test]
fn phones_of_a_server_and_what_to_do_about_each() {
    let home = tempfile::tempdir().expect("a home");
    let server = ServerDouble::with_phones(PHONES);
    let addr = server.addr().to_string();
    let ran = devices(home.path(), &["--server", &addr]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for part in [
        &format!("ADB server at {addr}"),
        "Pixel 7, A1",
        &format!("Check it: spotcheck android --server {addr} --serial A1"),
        "model unknown, B2",
        "tap Allow",
        "udev",
        "Odd[2J, no serial",
        "Unplug the other phones",
        "None was found in the places",
        "idevicebackup2 backup FOLDER",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'));
    assert!(
        ran.out.lines().all(|line| line.chars().count() <= 110),
        "{}",
        ran.out
    );

    let ran = devices(home.path(), &["--server", &addr, "--format", "json"]);
    let list: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(list["schema"], 1);
    assert_eq!(list["server"], addr.as_str());
    let states: Vec<&str> = list["phones"]
        .as_array()
        .expect("phones")
        .iter()
        .map(|phone| phone["state"].as_str().expect("a word"))
        .collect();
    assert_eq!(states, ["ready", "unauthorized", "no-permissions", "ready"]);
    assert_eq!(list["phones"][0]["serial"], "A1");
    assert_eq!(list["phones"][0]["advice"], Value::Null);
    assert_eq!(list["backups"], serde_json::json!([]));
    // No phone was asked anything.
    assert!(
        server
            .requests()
            .iter()
            .all(|r| ["host:version", "host:devices-l"].contains(&r.as_str()))
    );
    assert!(files(home.path()).is_empty(), "nothing is written");
}

#[test]
fn no_phone_says_how_to_connect_one() {
    let home = tempfile::tempdir().expect("a home");
    let server = ServerDouble::with_phones("");
    let ran = devices(home.path(), &["--server", &server.addr().to_string()]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for part in [
        "None was found.",
        "Tap this seven times",
        "Samsung: Settings > Developer options",
        "switch USB debugging off again",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }

    // Without a server and adb: the cables, if this computer has any.
    let ran = devices(home.path(), &[]);
    assert!(matches!(ran.status, 0 | 4), "{}", ran.err);
    assert!(
        ran.out.contains("platform-tools") || ran.out.contains("Tap this"),
        "{}",
        ran.out
    );

    // A server that makes no sense hides nothing else.
    let ran = devices(home.path(), &["--server", "127.0.0.9:9"]);
    assert_eq!(ran.status, 4);
    assert!(ran.out.contains("No ADB server answers"), "{}", ran.out);
    assert!(!ran.out.contains("None was found.\n"), "{}", ran.out);
    assert!(ran.out.contains("To check an iPhone"), "{}", ran.out);
}

/// What it says can be done: this command has no `--usb`, and nobody named a server.
#[cfg(unix)]
#[test]
fn an_adb_that_does_not_work() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().expect("a home");
    let programs = home.path().join("programs");
    std::fs::create_dir(&programs).expect("made");
    let adb = programs.join("adb");
    std::fs::write(&adb, "no program").expect("written");
    std::fs::set_permissions(&adb, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let mut command = spotcheck(home.path());
    command.arg("devices").env("PATH", &programs);
    let ran = run(command);
    let shown = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        shown.contains("the adb program on this computer does not work"),
        "{shown}"
    );
    for part in ["--usb", "--server", "start-server"] {
        assert!(!shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn a_server_by_name() {
    let home = tempfile::tempdir().expect("a home");
    let server = ServerDouble::with_phones("A1 device transport_id:4\n");
    let name = format!("localhost:{}", server.addr().port());
    assert_eq!(devices(home.path(), &["--server", &name]).status, 0);
    for (given, part) in [
        (
            "no-such-host.invalid:5037",
            "No computer is known as \"no-such-host.invalid:5037\"",
        ),
        ("nonsense", "e.g. 127.0.0.1:5037"),
        ("localhost:", "e.g. 127.0.0.1:5037"),
        ("localhost:0", "e.g. 127.0.0.1:5037"),
    ] {
        let ran = devices(home.path(), &["--server", given]);
        assert_eq!(ran.status, 2, "{given}: {}", ran.err);
        assert!(ran.err.contains(part), "{given}: {}", ran.err);
    }
}

#[test]
fn backups_where_apples_programs_keep_them() {
    let home = tempfile::tempdir().expect("a home");
    let server = ServerDouble::with_phones("");
    let mac = home
        .path()
        .join("Library/Application Support/MobileSync/Backup");
    let windows = home.path().join("roaming");
    let store = home.path().join("profile");
    for (sample, place) in [
        ("ios-compliant", mac.join("00008110-CANARYUDID000001")),
        (
            "ios-encrypted",
            windows.join("Apple Computer/MobileSync/Backup/00008120-CANARYUDID000002"),
        ),
        (
            "ios-gaps",
            store.join("Apple/MobileSync/Backup/00008130-CANARYUDID000003"),
        ),
    ] {
        keep(sample, &place);
    }
    let broken = mac.join("broken");
    std::fs::create_dir_all(&broken).expect("made");
    std::fs::write(broken.join("Manifest.plist"), "no list").expect("written");
    let before = files(home.path());
    let list = |format: &str| {
        let mut command = spotcheck(home.path());
        command
            .args(["devices", "--format", format])
            .args(["--server", &server.addr().to_string()])
            .env("APPDATA", &windows)
            .env("USERPROFILE", &store);
        run(command)
    };
    let table = list("table");
    assert_eq!(table.status, 0, "{}", table.err);
    for part in [
        "iPhone",
        "iOS 1",
        "made 20",
        "not encrypted",
        "encrypted: its password is needed",
        "Check it: spotcheck ios '",
        "00008110-CANARYUDID000001",
        "00008120-CANARYUDID000002",
        "00008130-CANARYUDID000003",
    ] {
        assert!(table.out.contains(part), "{part}: {}", table.out);
    }

    let json: Value = serde_json::from_str(&list("json").out).expect("JSON");
    let backups = json["backups"].as_array().expect("backups");
    assert_eq!(backups.len(), 4);
    let of = |udid: &str| {
        backups
            .iter()
            .find(|backup| backup["path"].as_str().is_some_and(|p| p.ends_with(udid)))
            .unwrap_or_else(|| panic!("{udid}: {backups:?}"))
    };
    assert_eq!(of("000001")["encrypted"], false);
    assert_eq!(of("000002")["encrypted"], true);
    assert!(
        of("000001")["made_at"]
            .as_str()
            .is_some_and(|t| t.ends_with('Z'))
    );
    assert_eq!(of("broken")["encrypted"], Value::Null);
    assert_eq!(files(home.path()), before, "nothing is written");

    // The command is right as it stands.
    #[cfg(unix)]
    {
        let program = Path::new(env!("CARGO_BIN_EXE_spotcheck"));
        let line = of("000001")["command"].as_str().expect("a command");
        let ran = std::process::Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("{line} --no-input --as-of evidence"))
            .env("PATH", program.parent().expect("a folder"))
            .env("HOME", home.path())
            .output()
            .expect("a shell");
        assert!(
            matches!(ran.status.code(), Some(0 | 1 | 3)),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}

/// As on a Mac without Full Disk Access.
#[cfg(unix)]
#[test]
fn a_place_that_may_not_be_listed_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().expect("a home");
    let place = home
        .path()
        .join("Library/Application Support/MobileSync/Backup");
    std::fs::create_dir_all(&place).expect("made");
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o000)).expect("closed");
    if std::fs::read_dir(&place).is_ok() {
        // The administrator may list everything: what is not allowed cannot be tried.
        return;
    }
    let server = ServerDouble::with_phones("");
    let ran = devices(home.path(), &["--server", &server.addr().to_string()]);
    assert_eq!(ran.status, 4);
    assert!(ran.out.contains("Full Disk Access"), "{}", ran.out);
}
