//! What the kernel saw: the files that were opened are those of the plan, nothing is written but what was asked for,
//! and there is no socket but the one to ADB.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha1::{Digest as _, Sha1};

use super::adb_server::AdbServer;
use super::backup_builder::stub_path;
use super::canaries::{Flock, Kind};
use super::fingerprint::fingerprint;
use super::ios::PASSWORD;
use super::plugged::Plugged;
use super::run::{ran, root, run, sample, spotcheck, words};
use super::search::hex;
use super::trace::{Traced, only_in, traced};
use super::{backup, phone};

/// Everything in the plan of a backup's audit: by exact name, and how it is used.
fn plan() -> Vec<(String, String)> {
    let text = run(["plan", "ios"]).out;
    let mut items = Vec::new();
    let mut lines = text
        .lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .peekable();
    while let Some(name) = lines.next() {
        assert!(!name.starts_with(' '), "{name}");
        let mut told = String::new();
        while let Some(more) = lines.next_if(|line| line.starts_with(' ')) {
            told += more;
        }
        items.push((name.to_owned(), told));
    }
    assert!(items.len() >= 20, "{text}");
    items
}

/// Where a file of the plan lies in a backup: its id is the hash of its name.
fn in_backup(name: &str, profile: &str) -> String {
    let name = match name.rsplit_once("Library/ConfigurationProfiles/profile-*.stub") {
        Some((domain, _)) => format!("{domain}{}", stub_path(profile)),
        None => name.to_owned(),
    };
    if !name.contains('/') {
        return name;
    }
    let id = hex(&Sha1::digest(&name));
    format!("{}/{id}", &id[..2])
}

/// The paths below a folder that were opened, whatever for.
fn opened_in(traced: &Traced, folder: &Path) -> BTreeSet<String> {
    let prefix = format!("\"{}/", folder.display());
    traced
        .opened
        .iter()
        .filter_map(|line| line.split_once(&prefix))
        .map(|(_, rest)| rest.split('"').next().unwrap_or(rest).to_owned())
        .collect()
}

/// The kinds of sockets and whom they were connected to, as the trace has them; everything else that was done with
/// sockets is done with one of these.
fn sockets(traced: &Traced) -> BTreeSet<String> {
    let word = |line: &str, start: &str| {
        let (_, rest) = line.split_once(start)?;
        let end = rest.find([',', ')', '}']).unwrap_or(rest.len());
        Some(rest[..end].to_owned())
    };
    let mut all = BTreeSet::new();
    for line in &traced.network {
        if line.contains(" socket(") || line.contains(" socketpair(") {
            all.insert(word(line, "(").unwrap_or_else(|| line.clone()));
        } else if line.contains(" connect(") || line.contains(" bind(") || line.contains("sendto(")
        {
            let port = word(line, "sin_port=htons(");
            let address = word(line, "inet_addr(\"").map(|a| a.trim_end_matches('"').to_owned());
            match (port, address) {
                (Some(port), Some(address)) => drop(all.insert(format!("{address}:{port}"))),
                // Sent over a socket that is connected.
                _ if line.contains("NULL, 0") || line.contains("resumed") => {}
                _ => drop(all.insert(line.clone())),
            }
        }
    }
    all
}

/// Files that tell a program how to find others in a network: none of them is looked at.
fn asks_nobody(case: &str, traced: &Traced) {
    for line in &traced.opened {
        for file in [
            "resolv.conf",
            "nsswitch.conf",
            "/etc/hosts",
            "nscd",
            "/etc/services",
        ] {
            assert!(!line.contains(file), "{case}: {line}");
        }
    }
}

fn told(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn home(command: &mut Command, folder: &Path) {
    command
        .current_dir(folder)
        .env("HOME", folder.join("home"))
        .env("TMPDIR", folder.join("home"))
        .env_remove("XDG_CONFIG_HOME");
}

#[test]
fn of_a_backup_exactly_the_planned_files_are_opened() {
    let flock = Flock::default();
    let plain = backup::stuffed(&flock);
    let profile = format!(
        "uk.nhs.{}",
        backup::plant(&flock, Kind::Admin, super::backup_builder::PAYLOADS)
    );
    for (case, backup) in [
        ("plain", plain.clone()),
        ("encrypted", plain.encrypted(PASSWORD)),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let at = backup.build(&folder.path().join("backup"));
        let before = fingerprint(&at);
        let out = folder.path().join("out");
        std::fs::create_dir_all(folder.path().join("home")).expect("a folder");
        std::fs::create_dir(&out).expect("a folder");
        let mut command = spotcheck();
        home(&mut command, folder.path());
        command
            .args(words(
                "ios --no-input --as-of evidence --password-env SECRET --keep-days 730",
            ))
            .arg(&at)
            .args(["-o", "out/r.json", "-o", "out/r.pdf", "-o", "out/r.html"])
            .args(["--register", "out/register.sqlite"])
            .env("SECRET", PASSWORD);
        let Some(traced) = traced(&command, folder.path()) else {
            return;
        };
        let mut expected = BTreeSet::new();
        let mut looked_up = 0;
        for (name, how) in plan() {
            let path = in_backup(&name, &profile);
            if how.contains("it is not opened") || how.contains("none is opened") {
                looked_up += 1;
            } else if !how.contains("read only where") && at.join(&path).is_file() {
                expected.insert(path);
            }
        }
        let opened = opened_in(&traced, &at);
        assert_eq!(opened, expected, "{case}");
        assert!(
            looked_up >= 4 && expected.len() >= 12,
            "{looked_up} {expected:?}"
        );
        for line in &traced.opened {
            if line.contains(&format!("\"{}", at.display())) {
                assert!(line.contains("O_RDONLY"), "{case}: {line}");
            }
        }
        // The folder of the results; the register puts its own log beside itself.
        only_in(&traced, &[out.clone(), PathBuf::from("out")]);
        assert_eq!(fingerprint(&at), before, "{case}");
        assert_eq!(sockets(&traced), BTreeSet::new(), "{case}");
        asks_nobody(case, &traced);
        let n = fingerprint(&at)
            .values()
            .filter(|what| *what != "folder")
            .count();
        told(&format!(
            "kernel: ios, {case}: {} of {n} files opened, all of the plan; sockets: none",
            opened.len()
        ));
        let ran = ran(traced.output);
        assert!([1, 3].contains(&ran.status), "{case}: {}", ran.err);
    }
}

#[test]
fn the_one_socket_is_that_to_adb() {
    let flock = Flock::default();
    let Some(plugged) = Plugged::in_(&phone::pixel(&flock)) else {
        return;
    };
    let Some(server) = AdbServer::start() else {
        return;
    };
    server.connect(plugged.double.addr());
    let phone: SocketAddr = plugged.double.addr();
    let server = server.addr();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("home")).expect("a folder");
    std::fs::create_dir(folder.path().join("out")).expect("a folder");
    let capture = sample("android-compliant.capture").display().to_string();
    let adb = |addr: String| BTreeSet::from(["AF_INET".to_owned(), addr]);
    let none = BTreeSet::new();
    let same = "--no-input -o out/{n}.json -o out/{n}.pdf --save-capture out/{n}.capture";
    for (n, (line, expected)) in [
        (format!("android --server {server} {same}"), adb(server.to_string())),
        (format!("android --tcp {phone} {same}"), adb(phone.to_string())),
        (format!("devices --server {server}"), adb(server.to_string())),
        ("android --usb --no-input --timeout 3".into(), none.clone()),
        (
            format!("android --capture {capture} --no-input -o out/{{n}}.json --register out/r.sqlite --keep-days 9"),
            none.clone(),
        ),
        ("plan android".into(), none.clone()),
        ("explain IM-06".into(), none.clone()),
        ("notice".into(), none.clone()),
        ("look ios --no-input".into(), none.clone()),
        ("profile list".into(), none.clone()),
        ("draw size --people 100 --size 10".into(), none.clone()),
        ("report out/0.json -o out/again.html".into(), none.clone()),
        ("diff out/0.json out/1.json".into(), none.clone()),
        ("register list --register out/r.sqlite".into(), none.clone()),
        ("foi --register out/r.sqlite".into(), none.clone()),
        ("batch SAMPLES --as-of evidence --html out/batch.html".into(), none.clone()),
    ]
    .into_iter()
    .enumerate()
    {
        let line = line
            .replace("{n}", &n.to_string())
            .replace("SAMPLES", &root().join("sample-backups").display().to_string());
        let mut command = spotcheck();
        home(&mut command, folder.path());
        command.args(words(&line));
        let Some(traced) = traced(&command, folder.path()) else {
            return;
        };
        let line = line.replace(&format!("{}", root().display()), "");
        let mut seen = sockets(&traced);
        if line.contains("--tcp") {
            // The ADB library speaks to the phone through a relay of this program's own on loopback, which keeps to
            // the time limit (src/android/transport/relay.rs): it is bound to a free port, and connected to once.
            assert!(seen.remove("127.0.0.1:0"), "{line}: {seen:?}");
            let own = seen.iter().find(|at| at.starts_with("127.0.0.1:") && !expected.contains(*at));
            let own = own.cloned().expect("the relay's own end");
            seen.remove(&own);
        }
        if line.contains("--usb") {
            // Where there is a bus, libusb hears from the kernel of phones that come and go.
            seen.remove("AF_NETLINK");
        }
        assert_eq!(seen, expected, "{line}");
        asks_nobody(&line, &traced);
        let places = ["out", "home"].map(|at| [folder.path().join(at), PathBuf::from(at)]);
        only_in(&traced, &places.concat());
        let seen: Vec<String> = seen.into_iter().rev().collect();
        let mut seen = if seen.is_empty() { "none".to_owned() } else { seen.join(" to ") };
        if line.contains("--tcp") {
            seen += ", and the program's own relay on loopback";
        }
        let command: Vec<&str> = line.split(' ').take(2).collect();
        told(&format!("kernel: {}: sockets: {seen}", command.join(" ")));
        let status = traced.output.status.code();
        let ends: &[i32] = if line.contains("--usb") { &[0, 1, 2, 3, 4] } else { &[0, 1, 3] };
        assert!(status.is_some_and(|s| ends.contains(&s)), "{line}: {:?}", traced.output);
    }
}
