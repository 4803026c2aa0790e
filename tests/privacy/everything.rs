//! Everything at once, and the sum of it.

use std::io::Write as _;
use std::path::Path;

use super::canaries::{Canary, Flock, Kind, Side};
use super::lab::{Allowed, Lab, Way};
use super::search::Finder;
use super::{android, ios, records};

/// What is shown on purpose, and where alone.
const ALLOWED: &[Allowed] = &[
    Allowed {
        case: "devices",
        way: Way::Terminal,
        kind: Kind::Serial,
        place: "the serial on the ADB server's list",
        form: "as it is",
        why: "a phone is chosen by it",
    },
    Allowed {
        case: "android --server, two phones",
        way: Way::Terminal,
        kind: Kind::Serial,
        place: "the serial on the ADB server's list",
        form: "as it is",
        why: "one of several phones is chosen by it",
    },
    Allowed {
        case: "android --server, a phone that is gone",
        way: Way::Terminal,
        kind: Kind::Serial,
        place: "the serial on the ADB server's list",
        form: "as it is",
        why: "it says which phone does not answer",
    },
    Allowed {
        case: "devices, backups",
        way: Way::Terminal,
        kind: Kind::Udid,
        place: "a folder: the backup's",
        form: "as it is",
        why: "a backup is chosen by it",
    },
    Allowed {
        case: "batch, on a terminal",
        way: Way::Terminal,
        kind: Kind::Udid,
        place: "a folder: the backup's",
        form: "as it is",
        why: "the person at the terminal finds the backup by it",
    },
    Allowed {
        case: "android --tcp, owned",
        way: Way::Cable,
        kind: Kind::Admin,
        place: "the app that owns the phone",
        form: "as it is",
        why: "an app that owns the phone is its manager: the audit says who can wipe it",
    },
    Allowed {
        case: "android --tcp, owned",
        way: Way::Terminal,
        kind: Kind::Admin,
        place: "the app that owns the phone",
        form: "as it is",
        why: "the audit says who can wipe the phone",
    },
    Allowed {
        case: "android --tcp, owned",
        way: Way::File,
        kind: Kind::Admin,
        place: "the app that owns the phone",
        form: "as it is",
        why: "the audit says who can wipe the phone",
    },
];

/// A register that somebody else has open: its log stays, and can be searched too.
fn held(path: &Path) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(path).expect("a register");
    db.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")
        .expect("read");
    db
}

#[test]
fn no_canary_comes_out_anywhere() {
    let flock = Flock::default();
    let phones = android::Inputs::new(&flock);
    let backups = ios::Inputs::new(&flock);
    let canaries = flock.all();
    let there = [
        (Side::Phone, phones.everything()),
        (Side::Backup, backups.everything(&flock)),
    ];
    assert_eq!(
        flock.all().len(),
        canaries.len(),
        "planted too late to be searched for"
    );
    let lab = Lab::new(&flock, ALLOWED);
    planted(&lab.finder, &canaries, &there);
    let registers = [
        lab.input("registers").join("a.sqlite"),
        lab.input("registers").join("b.sqlite"),
    ];
    for register in &registers {
        records::campaign(&lab, register);
    }
    let made = std::thread::scope(|scope| {
        let android = scope.spawn(|| android::all(&lab, &phones, &registers[0]));
        let look = scope.spawn(|| android::during_the_look(&lab, &phones));
        let ios = ios::all(&lab, &flock, &backups, &registers[1]);
        look.join().expect("no panic");
        (android.join().expect("no panic"), ios)
    });
    let (Some(android), ios) = made else { return };
    let _held = registers.each_ref().map(|path| held(path));
    records::all(
        &lab,
        &android,
        &ios,
        registers.each_ref().map(|path| path.as_path()),
    );
    let mut told = summary(&canaries);
    told += &lab.told();
    let _ = writeln!(std::io::stderr(), "{told}");
    let leaks = lab.leaks();
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

/// Every canary is where it is said to be, and the finder finds it there.
fn planted(finder: &Finder, canaries: &[Canary], there: &[(Side, Vec<u8>); 2]) {
    for (side, bytes) in there {
        let found: Vec<usize> = finder
            .flat("", bytes)
            .iter()
            .map(|hit| hit.canary)
            .collect();
        for (n, canary) in canaries.iter().enumerate().filter(|(_, c)| c.side == *side) {
            assert!(found.contains(&n), "{canary} was not planted");
        }
    }
}

fn summary(canaries: &[Canary]) -> String {
    let mut text = String::new();
    for side in [Side::Phone, Side::Backup] {
        let of: Vec<&Canary> = canaries.iter().filter(|c| c.side == side).collect();
        text += &format!("{side:?}: {} canaries\n", of.len());
        for kind in Kind::ALL {
            let mut places: Vec<&str> = of
                .iter()
                .filter(|c| c.kind == kind)
                .map(|c| c.place.as_str())
                .collect();
            places.sort_unstable();
            places.dedup();
            if places.is_empty() {
                continue;
            }
            text += &format!("  {kind:?}: {}: {}\n", places.len(), places.join("; "));
        }
    }
    text
}
