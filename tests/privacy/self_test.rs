//! The search finds what it is to find: in every form, in every kind of file; and the canaries are where such data are.

use std::io::Write as _;

use super::canaries::{Canary, Flock, Kind, Side};
use super::lab::{Lab, Way};
use super::search::{Finder, base64, hex};
use super::{android, ios};

fn planted() -> (Flock, Canary) {
    let flock = Flock::default();
    for kind in Kind::ALL {
        flock.plant(Side::Phone, kind, "here");
    }
    let canary = flock
        .all()
        .into_iter()
        .find(|c| c.kind == Kind::Name)
        .expect("a name");
    (flock, canary)
}

/// Which kinds are found.
fn found(finder: &Finder, canaries: &[Canary], name: &str, bytes: &[u8]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = finder
        .file(name, bytes)
        .iter()
        .map(|h| canaries[h.canary].kind)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

#[test]
fn every_form_is_found_and_nothing_else() {
    let (flock, _) = planted();
    let canaries = flock.all();
    let finder = Finder::new(&canaries);
    for canary in &canaries {
        let text = &canary.text;
        let core = canary.core.as_bytes();
        let broken: String = text.chars().flat_map(|c| [c, ' ']).collect();
        let (start, end) = canary.core.split_at(5);
        let escaped: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
        for (form, bytes) in [
            ("as it is", text.clone().into_bytes()),
            ("in capitals", text.to_uppercase().into_bytes()),
            ("in small letters", text.to_lowercase().into_bytes()),
            ("cut down to its core", core.to_vec()),
            ("with spaces", broken.into_bytes()),
            (
                "over two lines of a table",
                format!("{start} │\n│ {end}").into_bytes(),
            ),
            (
                "UTF-16",
                text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            ),
            (
                "UTF-16, big end first",
                text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            ),
            ("hexadecimal", hex(text.as_bytes()).into_bytes()),
            ("percent-encoded", escaped.into_bytes()),
            (
                "base64",
                base64(&[text.as_bytes(), b"..."].concat()).into_bytes(),
            ),
            (
                "base64, further on",
                base64(&[b".", text.as_bytes(), b"..."].concat()).into_bytes(),
            ),
            (
                "base64, further still",
                base64(&[b"..", text.as_bytes(), b"..."].concat()).into_bytes(),
            ),
            (
                "SHA-1",
                hex(&<sha1::Sha1 as sha1::Digest>::digest(text)).into_bytes(),
            ),
            (
                "SHA-256",
                hex(&<sha2::Sha256 as sha2::Digest>::digest(text)).into_bytes(),
            ),
            (
                "SHA-256 in capitals",
                hex(&<sha2::Sha256 as sha2::Digest>::digest(text))
                    .to_uppercase()
                    .into_bytes(),
            ),
            (
                "SHA-256, cut short",
                hex(&<sha2::Sha256 as sha2::Digest>::digest(core)[..8]).into_bytes(),
            ),
            (
                "SHA-256 as bytes",
                <sha2::Sha256 as sha2::Digest>::digest(core).to_vec(),
            ),
        ] {
            let bytes = [b"{\"x\": ", &bytes[..], b"}"].concat();
            let kinds = found(&finder, &canaries, form, &bytes);
            assert_eq!(kinds, [canary.kind], "{canary}, {form}");
        }
    }
    let harmless = std::fs::read(super::run::root().join("docs/android.md")).expect("a page");
    assert_eq!(found(&finder, &canaries, "a page", &harmless), []);
}

#[test]
fn every_kind_of_file_is_opened() {
    let (flock, canary) = planted();
    let canaries = flock.all();
    let finder = Finder::new(&canaries);
    let text = canary.text.as_bytes();
    let folder = tempfile::tempdir().expect("a folder");
    let plain = [text.repeat(3), vec![b' '; 5000]].concat();
    let gzip = {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(&plain).expect("packed");
        out.finish().expect("packed")
    };
    let zip = |name: &str, bytes: &[u8]| {
        let path = folder.path().join("it.zip");
        super::saved::zip(&path, "", &[(name.to_owned(), bytes.to_vec())]);
        std::fs::read(path).expect("a zip")
    };
    let database = |rows: &str, bytes: &[u8]| {
        let path = folder.path().join("it.db");
        let _ = std::fs::remove_file(&path);
        let db = rusqlite::Connection::open(&path).expect("a database");
        db.execute_batch("CREATE TABLE t (x)").expect("a table");
        db.execute(rows, [bytes]).expect("a row");
        drop(db);
        std::fs::read(path).expect("the database")
    };
    // A name across two pages of the database: no piece of it is whole in the file.
    let long = [vec![b'-'; 4070], text.to_vec(), vec![b'-'; 9000]].concat();
    let pdf = pdf(&folder, &String::from_utf8_lossy(text));
    let packed = |bytes: &[u8]| !bytes.windows(text.len()).any(|w| w == text);
    assert!(packed(&gzip) && packed(&pdf));
    for (kind, bytes) in [
        ("a gzip", gzip.clone()),
        ("a zip", zip("x.txt", &plain)),
        ("the name of a zip's member", zip(&canary.text, b"")),
        ("a gzip in a zip", zip("x.gz", &gzip)),
        ("a database", database("INSERT INTO t VALUES (?1)", text)),
        (
            "a gzip in a database",
            database("INSERT INTO t VALUES (?1)", &gzip),
        ),
        (
            "a database's cell on several pages",
            database("INSERT INTO t VALUES (?1)", &long),
        ),
        ("a PDF", pdf),
    ] {
        assert_eq!(
            found(&finder, &canaries, kind, &bytes),
            [Kind::Name],
            "{kind}"
        );
    }
}

/// A slip on which a name was asked for: the one way to have one in a PDF of this program.
fn pdf(folder: &tempfile::TempDir, name: &str) -> Vec<u8> {
    let at = |file: &str| folder.path().join(file);
    std::fs::write(
        at("spotcheck.toml"),
        "name = \"A synthetic trust\"\nnames_on_slips = true\n",
    )
    .expect("written");
    let mut command = super::run::spotcheck();
    command
        .current_dir(folder.path())
        .args([
            "ios",
            "--no-input",
            "--as-of",
            "evidence",
            "-o",
            "it.pdf",
            "--name",
            name,
        ])
        .arg(super::run::sample("ios-compliant"));
    let output = command.output().expect("starts");
    std::fs::read(at("it.pdf")).unwrap_or_else(|e| panic!("{e}: {output:?}"))
}

/// The lab tells of a leak, and of an exception that nothing needs.
#[test]
fn a_leak_is_told() {
    let (flock, canary) = planted();
    let lab = Lab::new(&flock, &[]);
    lab.look("a case", Way::Terminal, "standard output", b"nothing");
    assert!(lab.leaks().is_empty());
    lab.look(
        "a case",
        Way::Terminal,
        "standard output",
        canary.text.as_bytes(),
    );
    let leaks = lab.leaks();
    assert!(
        leaks.len() == 1 && leaks[0].contains("CANARY-Name of here"),
        "{leaks:?}"
    );
    // What somebody typed is no leak where it is told back, and is one in a file.
    let lab = Lab::new(&flock, &[]);
    let path = std::path::Path::new("/none").join(&canary.text);
    lab.go("a typed path", "report").path(&path).ends(&[4]);
    assert!(lab.leaks().is_empty(), "{:?}", lab.leaks());
    let go = lab.go("a file", "--version");
    std::fs::write(go.at.join("x"), path.display().to_string()).expect("written");
    go.ends(&[0]);
    assert_eq!(lab.leaks().len(), 1, "{:?}", lab.leaks());
}

/// What is where, so that a canary that is taken away is missed. The ten kinds that the proof is about come first.
const PLACES: &[(Side, &str, &[Kind])] = &[
    (Side::Phone, "dumpsys account", &Kind::COMMON),
    (Side::Phone, "dumpsys activity", &Kind::COMMON),
    (Side::Phone, "dumpsys device_policy", &Kind::COMMON),
    (Side::Phone, "dumpsys lock_settings", &Kind::COMMON),
    (Side::Phone, "dumpsys notification", &Kind::COMMON),
    (Side::Phone, "dumpsys package", &Kind::COMMON),
    (Side::Phone, "dumpsys power", &Kind::COMMON),
    (Side::Phone, "dumpsys safety_center", &Kind::COMMON),
    (Side::Phone, "dumpsys trust", &Kind::COMMON),
    (Side::Phone, "settings list secure", &Kind::COMMON),
    (Side::Phone, "settings list system", &Kind::COMMON),
    (Side::Phone, "settings list global", &Kind::COMMON),
    (Side::Phone, "refusals", &Kind::COMMON),
    (Side::Phone, "bug report", &Kind::COMMON),
    (Side::Phone, "acquisition: logcat.txt", &Kind::COMMON),
    (Side::Phone, "acquisition: sms.json", &Kind::COMMON),
    (
        Side::Phone,
        "acquisition: dumpsys.txt",
        &[
            Kind::Name,
            Kind::Number,
            Kind::Message,
            Kind::Contact,
            Kind::Email,
            Kind::OtherApp,
            Kind::Serial,
            Kind::Location,
        ],
    ),
    (
        Side::Phone,
        "getprop of Android",
        &[
            Kind::Serial,
            Kind::Imei,
            Kind::Meid,
            Kind::Iccid,
            Kind::Imsi,
            Kind::Carrier,
            Kind::Address,
            Kind::Bssid,
            Kind::Bluetooth,
            Kind::DeviceName,
        ],
    ),
    (
        Side::Phone,
        "getprop of the maker",
        &[
            Kind::Name,
            Kind::Email,
            Kind::Number,
            Kind::Wifi,
            Kind::Location,
            Kind::OtherApp,
            Kind::Contact,
            Kind::Message,
        ],
    ),
    (Side::Phone, "pm list packages", &[Kind::OtherApp]),
    (Side::Phone, "cmd appops", &[Kind::OtherApp]),
    (Side::Phone, "user 0", &[Kind::Name]),
    (Side::Phone, "user 10", &[Kind::Name]),
    (
        Side::Phone,
        "settings get",
        &[Kind::OtherApp, Kind::Keyboard],
    ),
    (
        Side::Phone,
        "settings list secure",
        &[
            Kind::Bluetooth,
            Kind::OwnerInfo,
            Kind::DeviceName,
            Kind::Account,
            Kind::Calendar,
            Kind::Picture,
            Kind::Keyboard,
            Kind::Carrier,
            Kind::Address,
        ],
    ),
    (
        Side::Phone,
        "dumpsys device_policy",
        &[
            Kind::Admin,
            Kind::Certificate,
            Kind::Organisation,
            Kind::Link,
            Kind::Account,
            Kind::Keyboard,
        ],
    ),
    (Side::Phone, "dumpsys notification", &[Kind::Notification]),
    (Side::Phone, "the app that owns the phone", &[Kind::Admin]),
    (
        Side::Phone,
        "the folder WhatsApp Images",
        &[Kind::Picture, Kind::Name],
    ),
    (
        Side::Phone,
        "the folder accounts",
        &[Kind::Number, Kind::Picture],
    ),
    (
        Side::Phone,
        "the serial on the ADB server's list",
        &[Kind::Serial],
    ),
    (Side::Phone, "messages", &[Kind::Message, Kind::Number]),
    (
        Side::Phone,
        "contacts",
        &[Kind::Contact, Kind::Number, Kind::Email],
    ),
    (Side::Phone, "calendar", &[Kind::Calendar]),
    (Side::Phone, "dumpsys wifi", &[Kind::Wifi, Kind::Bssid]),
    (Side::Phone, "dumpsys location", &[Kind::Location]),
    (
        Side::Phone,
        "dumpsys telephony",
        &[
            Kind::Imei,
            Kind::Imsi,
            Kind::Iccid,
            Kind::Meid,
            Kind::Number,
        ],
    ),
    (Side::Backup, "Info.plist", &Kind::COMMON),
    (Side::Backup, "Manifest.plist", &Kind::COMMON),
    (Side::Backup, "Status.plist", &Kind::COMMON),
    (Side::Backup, "Library/TCC/TCC.db", &Kind::COMMON),
    (
        Side::Backup,
        "Library/BulletinBoard/VersionedSectionInfo.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/UserConfigurationProfiles/EffectiveUserSettings.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/UserConfigurationProfiles/PublicInfo/PublicEffectiveUserSettings.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/Preferences/com.apple.bulletinboard.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/Preferences/FMIPStateInfo.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/Preferences/com.apple.icloud.findmydeviced.FMIPAccounts.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/Preferences/com.apple.mobile.ldbackup.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/Preferences/.GlobalPreferences.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/ConfigurationProfiles/CloudConfigurationDetails.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/ConfigurationProfiles/PayloadManifest.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "Library/ConfigurationProfiles/MDM.plist",
        &Kind::COMMON,
    ),
    (Side::Backup, "profile-*.stub", &Kind::COMMON),
    (
        Side::Backup,
        "Library/Preferences/group.net.whatsapp.WhatsApp.shared.plist",
        &Kind::COMMON,
    ),
    (
        Side::Backup,
        "SystemConfiguration/com.apple.wifi.plist",
        &Kind::COMMON,
    ),
    (Side::Backup, "Library/TCC/TCC.db-wal", &[Kind::OtherApp]),
    (
        Side::Backup,
        "Info.plist",
        &[
            Kind::DeviceName,
            Kind::Iccid,
            Kind::Meid,
            Kind::Udid,
            Kind::Carrier,
        ],
    ),
    (
        Side::Backup,
        "Manifest.plist",
        &[Kind::DeviceName, Kind::Udid],
    ),
    (Side::Backup, "Status.plist", &[Kind::Udid]),
    (
        Side::Backup,
        "Manifest.db",
        &[Kind::Picture, Kind::OtherApp, Kind::Number],
    ),
    (
        Side::Backup,
        "profile-*.stub",
        &[
            Kind::Organisation,
            Kind::Link,
            Kind::Account,
            Kind::Certificate,
        ],
    ),
    (
        Side::Backup,
        "Library/ConfigurationProfiles/MDM.plist",
        &[Kind::Organisation, Kind::Link, Kind::Certificate],
    ),
    (
        Side::Backup,
        "Library/BulletinBoard/VersionedSectionInfo.plist",
        &[Kind::Notification, Kind::Account],
    ),
    (
        Side::Backup,
        "Library/SMS/sms.db",
        &[Kind::Message, Kind::Number, Kind::Contact, Kind::Email],
    ),
    (
        Side::Backup,
        "Library/AddressBook/AddressBook.sqlitedb",
        &[Kind::Contact, Kind::Number, Kind::Email, Kind::Name],
    ),
    (
        Side::Backup,
        "Library/Calendar/Calendar.sqlitedb",
        &[Kind::Calendar],
    ),
    (
        Side::Backup,
        "Library/Accounts/Accounts3.sqlite",
        &[Kind::Account, Kind::Email],
    ),
    (
        Side::Backup,
        "Library/Preferences/com.apple.commcenter.plist",
        &[Kind::Imsi, Kind::Iccid, Kind::Meid, Kind::Carrier],
    ),
    (
        Side::Backup,
        "Library/Preferences/com.apple.MobileBluetooth.devices.plist",
        &[Kind::Bluetooth],
    ),
    (
        Side::Backup,
        "the folder that holds the backup",
        &[Kind::Name],
    ),
    (Side::Backup, "a folder: the backup's", &[Kind::Udid]),
    (
        Side::Backup,
        "damaged values",
        &[
            Kind::Name,
            Kind::Number,
            Kind::Message,
            Kind::Contact,
            Kind::Email,
            Kind::Wifi,
            Kind::OtherApp,
            Kind::Serial,
            Kind::Imei,
            Kind::Location,
        ],
    ),
    (
        Side::Backup,
        "broken files",
        &[Kind::Name, Kind::Message, Kind::Email, Kind::Serial],
    ),
];

#[test]
fn canaries_are_wherever_such_data_are() {
    let flock = Flock::default();
    let _inputs = (android::Inputs::new(&flock), ios::Inputs::new(&flock));
    let canaries = flock.all();
    let is = |side: Side, place: &str, kind: Kind| {
        canaries
            .iter()
            .any(|c| c.side == side && c.place == place && c.kind == kind)
    };
    for (side, place, kinds) in PLACES {
        for kind in *kinds {
            assert!(is(*side, place, *kind), "{side:?}: no {kind:?} in {place}");
        }
    }
    for kind in Kind::ALL {
        let sides = PLACES.iter().filter(|(_, _, kinds)| kinds.contains(&kind));
        assert!(sides.count() > 0, "the table names no place of {kind:?}");
    }
}
