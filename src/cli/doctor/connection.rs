//! The way to an Android phone: the adb program, its server, what the system lets this person use.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Check, State};
use crate::android::transport::{self, Cable, Device, DeviceState, Limits, Target};
use crate::evidence::SourceError;
use crate::evidence::text::clean;
use crate::system::System;

/// How long each program and server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where Linux looks for rules of who may use which device.
const RULES: [&str; 4] = [
    "/etc/udev/rules.d",
    "/run/udev/rules.d",
    "/lib/udev/rules.d",
    "/usr/lib/udev/rules.d",
];

/// Lets whoever sits at the computer use any phone that offers ADB.
const RULE: &str = r#"SUBSYSTEM=="usb", ENV{ID_USB_INTERFACES}=="*:ff4201:*", TAG+="uaccess""#;

pub(super) fn checks() -> Vec<Check> {
    let adb = find("adb", std::env::var_os("PATH"));
    let mut checks = vec![program(adb.as_deref())];
    let limits = Limits {
        deadline: PATIENCE,
        ..Limits::default()
    };
    let seen = match Target::server(None, None) {
        Ok(Target::Server { addr, .. }) => transport::of_server(addr, &limits),
        Ok(_) => Ok(None),
        Err(error) => Err(error),
    };
    checks.push(server(&seen, adb.is_some()));
    let refused = match &seen {
        Ok(Some((_, devices))) => {
            checks.push(phones(devices));
            devices
                .iter()
                .any(|d| d.state == DeviceState::NoPermissions)
        }
        // With adb, the phones are its server's business, which is not started for this.
        Ok(None) if adb.is_some() => {
            checks.push(
                Check::new(
                    "phones",
                    "Android phones",
                    State::NotHere,
                    "not looked for, because the ADB server does not run",
                )
                .next("spotcheck devices starts it and lists the phones."),
            );
            false
        }
        // A server that runs holds the cables, so that they are looked through only where none does.
        Ok(None) => {
            let cables = transport::on_cables(&limits);
            let refused = matches!(&cables, Ok(cables) if cables.iter().any(|c| c.name.is_none()));
            checks.push(cable(&cables));
            refused
        }
        Err(_) => false,
    };
    checks.push(permission(System::here(), &RULES, refused));
    checks
}

/// The file of a program that the system would start.
fn find(name: &str, path: Option<OsString>) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path?)
        .map(|folder| folder.join(&file))
        .find(|file| file.is_file())
}

fn program(adb: Option<&Path>) -> Check {
    let check = |state, found: String| Check::new("adb", "adb program", state, found);
    let Some(adb) = adb else {
        return check(State::NotHere, "not on this computer: phones are reached over the cable".into())
            .next("Install Android platform-tools (Debian and Ubuntu: adb) for more than one phone, Wi-Fi, or help with keys.");
    };
    let name = adb.display();
    match version(adb) {
        Some(version) => check(State::Ok, format!("{name}, version {version}")),
        None => check(State::Attention, format!("{name} does not say its version"))
            .next("Run adb version by hand to see why; install Android platform-tools anew."),
    }
}

/// What `adb version` says; it starts no server.
fn version(adb: &Path) -> Option<String> {
    let mut child = Command::new(adb)
        .arg("version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let end = Instant::now() + PATIENCE;
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(10)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                break false;
            }
        }
    };
    let mut said = String::new();
    // It fits into the pipe: a program that says more than that has not ended.
    child
        .stdout
        .take()?
        .take(4096)
        .read_to_string(&mut said)
        .ok()?;
    ended.then(|| said_version(&said)).flatten()
}

fn said_version(said: &str) -> Option<String> {
    let bridge = said
        .lines()
        .find_map(|line| line.strip_prefix("Android Debug Bridge version "))?;
    let tools = said.lines().find_map(|line| line.strip_prefix("Version "));
    Some(match tools {
        Some(tools) => clean(&format!("{bridge} ({tools})")),
        None => clean(bridge),
    })
}

fn server(seen: &Result<Option<(u32, Vec<Device>)>, SourceError>, has_adb: bool) -> Check {
    let check = |state, found: &str| Check::new("adb-server", "ADB server", state, found);
    match seen {
        Ok(Some((version, _))) => check(State::Ok, &format!("runs, version 1.0.{version}")),
        Ok(None) if has_adb => check(
            State::Ok,
            "does not run; an audit starts it (adb start-server)",
        ),
        Ok(None) => check(
            State::NotHere,
            "none runs, and none is needed over the cable",
        ),
        Err(error) => check(State::Attention, &clean_lines(&error.what)).next(error.next.clone()),
    }
}

fn clean_lines(text: &str) -> String {
    clean(&text.replace('\n', " "))
}

fn phones(devices: &[Device]) -> Check {
    let check = |state, found: String| Check::new("phones", "Android phones", state, found);
    // Serials are shown by `devices`, to choose a phone; here they would only be in the way.
    let name = |device: &Device| {
        let model = device.model.clone().unwrap_or_else(|| "a phone".into());
        format!("{model}: {}", device.state.label())
    };
    let found: Vec<String> = devices.iter().map(name).collect();
    match devices.iter().find_map(|device| device.state.advice()) {
        _ if devices.is_empty() => check(State::NotHere, "none is connected".into()).next(
            "Plug it in and unlock it. spotcheck devices says how to switch USB debugging on.",
        ),
        Some(advice) => check(State::Attention, found.join("; ")).next(advice),
        None => check(State::Ok, found.join("; ")),
    }
}

fn cable(cables: &Result<Vec<Cable>, SourceError>) -> Check {
    let check = |state, found: String| Check::new("phones", "Android phones", state, found);
    match cables {
        Ok(cables) if cables.is_empty() => check(
            State::NotHere,
            "none offers USB debugging on a cable".into(),
        )
        .next("Plug it in and unlock it. spotcheck devices says how to switch USB debugging on."),
        Ok(cables) => {
            let names: Vec<String> = cables
                .iter()
                .map(|cable| {
                    cable
                        .name
                        .as_deref()
                        .map_or_else(|| "a phone".into(), clean)
                })
                .collect();
            let state = match cables.iter().all(|cable| cable.name.is_some()) {
                true => State::Ok,
                false => State::Attention,
            };
            check(state, format!("on the cable: {}", names.join(", ")))
        }
        Err(error) => check(State::NotHere, clean_lines(&error.what)).next(error.next.clone()),
    }
}

/// Whether this person may use a phone on a cable. `refused` says that one was refused just now.
fn permission(system: System, folders: &[&str], refused: bool) -> Check {
    let check = |state, found: &str| Check::new("usb", "USB permission", state, found);
    let how = format!(
        "Install the package android-sdk-platform-tools-common (Debian, Ubuntu), or write this line into \
         /etc/udev/rules.d/51-android.rules:\n{RULE}\nThen run sudo udevadm control --reload, and plug the phone in again."
    );
    match system {
        System::Mac => check(State::Ok, "macOS asks for none"),
        System::Windows => check(
            State::NotHere,
            "Windows tells it by the driver, which is not looked at",
        )
        .next("If adb does not find the phone, install the USB driver of its maker (or Google's), in Device Manager."),
        System::Other if refused => check(State::Attention, "this computer refuses a phone").next(how),
        System::Other => match folders.iter().find_map(|folder| rule_in(Path::new(folder))) {
            Some(file) => check(State::Ok, &format!("rules for phones: {}", file.display())),
            None => check(State::Attention, "no rules for phones were found").next(how),
        },
    }
}

/// A file of rules that is about phones, as its name says.
fn rule_in(folder: &Path) -> Option<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "rules"))
        .filter(|path| {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().to_lowercase());
            name.is_some_and(|name| {
                name.contains("android") || name.contains("adb") || name.contains("spotcheck")
            })
        })
        .collect();
    files.sort();
    files.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_adb_says_them() {
        for (said, version) in [
            (
                "Android Debug Bridge version 1.0.41\nVersion 34.0.5-debian\nInstalled as /usr/bin/adb\n",
                Some("1.0.41 (34.0.5-debian)"),
            ),
            ("Android Debug Bridge version 1.0.32\n", Some("1.0.32")),
            ("no such thing\n", None),
            ("", None),
        ] {
            assert_eq!(said_version(said).as_deref(), version, "{said}");
        }
    }

    #[test]
    fn who_may_use_a_phone() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = folder.path().display().to_string();
        let folders = [name.as_str()];
        for (system, refused, state, part) in [
            (System::Mac, false, State::Ok, "macOS"),
            (System::Windows, false, State::NotHere, "driver"),
            (System::Other, false, State::Attention, "51-android.rules"),
            (System::Other, true, State::Attention, "refuses"),
        ] {
            let check = permission(system, &folders, refused);
            assert_eq!(check.state, state, "{system:?}");
            let said = format!("{} {}", check.found, check.next.unwrap_or_default());
            assert!(said.contains(part), "{system:?}: {said}");
        }
        std::fs::write(folder.path().join("51-android.rules"), "").expect("written");
        assert_eq!(permission(System::Other, &folders, false).state, State::Ok);
        assert_eq!(
            permission(System::Other, &folders, true).state,
            State::Attention
        );
    }

    #[test]
    fn the_server_and_its_phones() {
        let device = |state| Device {
            serial: Some("A1".into()),
            state,
            model: Some("Pixel 7".into()),
            transport_id: Some(1),
        };
        for (devices, state, part) in [
            (vec![], State::NotHere, "none is connected"),
            (
                vec![device(DeviceState::Ready)],
                State::Ok,
                "Pixel 7: ready",
            ),
            (
                vec![
                    device(DeviceState::Ready),
                    device(DeviceState::NoPermissions),
                ],
                State::Attention,
                "no permissions",
            ),
        ] {
            let check = phones(&devices);
            assert_eq!(check.state, state);
            assert!(check.found.contains(part), "{}", check.found);
            assert!(!check.found.contains("A1"));
        }
        let wrong = Err(SourceError::new("It is too old.", "Update it."));
        for (seen, has_adb, state) in [
            (Ok(Some((41, vec![]))), true, State::Ok),
            (Ok(None), true, State::Ok),
            (Ok(None), false, State::NotHere),
            (wrong, true, State::Attention),
        ] {
            assert_eq!(server(&seen, has_adb).state, state);
        }
    }
}
