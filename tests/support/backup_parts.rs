//! What the files of a synthetic backup hold: property lists, archives, databases, by the forms of real ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use plist::{Dictionary, Uid, Value};
use rusqlite::{Connection, params};
use sha1::{Digest, Sha1};

pub const HOME: &str = "HomeDomain";
pub const PROFILES: &str = "SysSharedContainerDomain-systemgroup.com.apple.configurationprofiles";
pub const FIND_MY: &str =
    "SysSharedContainerDomain-systemgroup.com.apple.icloud.findmydevice.managed";

pub const TCC: &str = "Library/TCC/TCC.db";
pub const TCC_WAL: &str = "Library/TCC/TCC.db-wal";
pub const TCC_JOURNAL: &str = "Library/TCC/TCC.db-journal";
pub const SECTIONS: &str = "Library/BulletinBoard/VersionedSectionInfo.plist";
pub const OLD_SECTIONS: &str = "Library/BulletinBoard/SectionInfo.plist";
pub const BULLETINS: &str = "Library/Preferences/com.apple.bulletinboard.plist";
pub const EFFECTIVE: &str = "Library/UserConfigurationProfiles/EffectiveUserSettings.plist";
pub const PUBLIC_EFFECTIVE: &str =
    "Library/UserConfigurationProfiles/PublicInfo/PublicEffectiveUserSettings.plist";
pub const FIND_MY_STATE: &str = "Library/Preferences/FMIPStateInfo.plist";
pub const FIND_MY_ACCOUNTS: &str =
    "Library/Preferences/com.apple.icloud.findmydeviced.FMIPAccounts.plist";
pub const CLOUD_CONFIGURATION: &str =
    "Library/ConfigurationProfiles/CloudConfigurationDetails.plist";
pub const PAYLOADS: &str = "Library/ConfigurationProfiles/PayloadManifest.plist";
pub const MDM: &str = "Library/ConfigurationProfiles/MDM.plist";
pub const GLOBALS: &str = "Library/Preferences/.GlobalPreferences.plist";
pub const CLOUD_BACKUP: &str = "Library/Preferences/com.apple.mobile.ldbackup.plist";
pub const WHATSAPP: &str = "net.whatsapp.WhatsApp";

/// What must never come out of a backup again. Each is unmistakable, so that a test can look for it anywhere.
pub const CANARIES: &[&str] = &[
    "CANARYSERIAL01",
    "350000000000017",
    "89440000000000000017",
    "+447700900123",
    "CANARY-DEVICE-NAME",
    "00008110-CANARYUDID000001",
    "canary.person@example.invalid",
    "com.example.canary-dating-app",
    "CANARY-WIFI-NETWORK",
    "CANARY-MESSAGE-TEXT",
];

/// A file of the phone.
#[derive(Debug, Clone)]
pub enum Content {
    Xml(Value),
    Binary(Value),
    Raw(Vec<u8>),
    Permissions(Permissions),
    Sections(Sections),
}

/// A TCC.db.
#[derive(Debug, Clone, Default)]
pub struct Permissions {
    /// The table of iOS 12 and 13 (`allowed`) instead of that since iOS 14 (`auth_value`).
    pub old_schema: bool,
    /// Service, bundle id, kind of client, value.
    pub rows: Vec<(String, String, i64, i64)>,
    /// Rows that are only in the write-ahead log.
    pub in_log: Vec<(String, String, i64, i64)>,
}

/// A VersionedSectionInfo.plist (or the older SectionInfo.plist).
#[derive(Debug, Clone)]
pub struct Sections {
    pub version: Option<Value>,
    /// Bundle id and archive.
    pub entries: BTreeMap<String, Vec<u8>>,
}

/// One app's notification settings.
#[derive(Debug, Clone)]
pub struct Section {
    /// Prefix of the class names: `BB` or, since about iOS 18, `UNC`.
    pub family: &'static str,
    pub settings: Vec<(&'static str, Value)>,
    pub managed: Option<Vec<(&'static str, Value)>>,
}

impl Section {
    /// Authorised, on the lock screen, previews as on the whole phone.
    pub fn inherits() -> Section {
        Section::new(2, 0, 2)
    }

    pub fn new(authorisation: i64, previews: i64, lock_screen: i64) -> Section {
        Section {
            family: "BB",
            settings: vec![
                ("authorizationStatus", authorisation.into()),
                ("contentPreviewSetting", previews.into()),
                ("lockScreenSetting", lock_screen.into()),
                ("notificationCenterSetting", 2.into()),
                ("alertType", 1.into()),
                ("pushSettings", 63.into()),
            ],
            managed: None,
        }
    }

    pub fn family(mut self, family: &'static str) -> Section {
        self.family = family;
        self
    }

    /// Sets a field, or takes it away.
    pub fn field(mut self, key: &'static str, value: Option<Value>) -> Section {
        self.settings.retain(|(k, _)| *k != key);
        if let Some(value) = value {
            self.settings.push((key, value));
        }
        self
    }

    pub fn managed(mut self, settings: Vec<(&'static str, Value)>) -> Section {
        self.managed = Some(settings);
        self
    }

    /// The archive of this section.
    pub fn archive(&self, bundle: &str) -> Vec<u8> {
        let settings_class = 4;
        let section_class = 5;
        let class = |name: String| {
            dict([
                ("$classname", name.clone().into()),
                (
                    "$classes",
                    vec![name.into(), Value::from("NSObject")].into(),
                ),
            ])
        };
        let fields = |settings: &[(&'static str, Value)]| {
            let mut fields: Dictionary = settings
                .iter()
                .map(|(k, v)| ((*k).to_owned(), v.clone()))
                .collect();
            fields.insert("$class".into(), uid(settings_class));
            Value::Dictionary(fields)
        };
        let mut objects = vec![
            Value::from("$null"),
            dict([
                ("sectionID", uid(2)),
                ("appName", uid(6)),
                ("displayName", uid(6)),
                ("suppressFromSettings", false.into()),
                ("sectionInfoSettings", uid(3)),
                (
                    "managedSectionInfoSettings",
                    uid(if self.managed.is_some() { 7 } else { 0 }),
                ),
                ("subsections", uid(0)),
                ("$class", uid(section_class)),
            ]),
            bundle.into(),
            fields(&self.settings),
            class(format!("{}SectionInfoSettings", self.family)),
            class(format!("{}SectionInfo", self.family)),
            "SYNTHETIC APP".into(),
        ];
        if let Some(managed) = &self.managed {
            objects.push(fields(managed));
        }
        archive(objects)
    }
}

/// A row of TCC.db for an app named by its bundle id.
pub fn row(service: &str, bundle: &str, value: i64) -> (String, String, i64, i64) {
    (service.into(), bundle.into(), 0, value)
}

/// The settings in force: Auto-Lock and delay before the passcode, in seconds.
pub fn delays(auto_lock: i64, grace: i64) -> Value {
    dict([
        (
            "restrictedBool",
            dict([("allowCloudBackup", dict([("value", true.into())]))]),
        ),
        (
            "restrictedValue",
            dict([
                ("maxGracePeriod", dict([("value", grace.into())])),
                ("maxInactivity", dict([("value", auto_lock.into())])),
            ]),
        ),
        ("intersection", dict([])),
        ("union", dict([])),
    ])
}

/// A dictionary in the order given.
pub fn dict<const N: usize>(items: [(&str, Value); N]) -> Value {
    Value::Dictionary(items.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

pub fn uid(n: u64) -> Value {
    Value::Uid(Uid::new(n))
}

pub fn date(text: &str) -> Value {
    Value::Date(plist::Date::from_xml_format(text).expect("a date"))
}

pub fn binary(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    value.to_writer_binary(&mut out).expect("a property list");
    out
}

pub fn xml(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    value.to_writer_xml(&mut out).expect("a property list");
    out.push(b'\n');
    out
}

/// An NSKeyedArchiver archive of these objects; the root is the second.
pub fn archive(objects: Vec<Value>) -> Vec<u8> {
    binary(&dict([
        ("$version", 100_000.into()),
        ("$archiver", "NSKeyedArchiver".into()),
        ("$top", dict([("root", uid(1))])),
        ("$objects", objects.into()),
    ]))
}

/// SHA-1 of `domain-path` in hexadecimal: the name that a backup stores a file under.
pub fn file_id(domain: &str, path: &str) -> String {
    Sha1::digest(format!("{domain}-{path}"))
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// Where a file of the phone lies in a backup folder.
pub fn payload_path(dir: &Path, domain: &str, path: &str) -> PathBuf {
    let id = file_id(domain, path);
    dir.join(&id[..2]).join(id)
}

/// Path of a profile's stub.
pub fn stub_path(identifier: &str) -> String {
    let hash: String = sha2::Sha256::digest(identifier)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    format!("Library/ConfigurationProfiles/profile-{hash}.stub")
}

/// A key bag as real backups hold one: `encrypted` adds the fields that only encrypted backups since iOS 10.2 have.
pub fn key_bag(encrypted: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut put = |tag: &[u8; 4], value: &[u8]| {
        out.extend_from_slice(tag);
        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
        out.extend_from_slice(value);
    };
    put(b"VERS", &5u32.to_be_bytes());
    put(b"TYPE", &1u32.to_be_bytes());
    put(b"UUID", &[0x5a; 16]);
    put(b"HMCK", &[0; 40]);
    put(b"WRAP", &0u32.to_be_bytes());
    put(b"SALT", &[0x11; 20]);
    put(b"ITER", &10_000u32.to_be_bytes());
    if encrypted {
        put(b"DPWT", &0u32.to_be_bytes());
        put(b"DPIC", &1_000u32.to_be_bytes());
        put(b"DPSL", &[0x22; 20]);
    }
    for class in 1..=11u32 {
        put(b"UUID", &[class as u8; 16]);
        put(b"CLAS", &class.to_be_bytes());
        put(b"WRAP", &(if class < 5 { 2u32 } else { 3 }).to_be_bytes());
        put(b"KTYP", &0u32.to_be_bytes());
        put(b"WPKY", &[0x33; 40]);
    }
    out
}

/// The record of a file in Manifest.db: an archived MBFile.
pub fn file_record(path: &str, size: usize, keyed: bool) -> Vec<u8> {
    record_with_key(path, size, keyed.then(|| vec![0x44; 44]))
}

/// The record of a file that has this key of its own.
pub fn record_with_key(path: &str, size: usize, key: Option<Vec<u8>>) -> Vec<u8> {
    let mut fields = Dictionary::new();
    for (key, value) in [
        ("LastModified", 1_793_610_840i64),
        ("Flags", 0),
        ("GroupID", 501),
        ("LastStatusChange", 1_793_610_840),
        ("Birth", 1_793_610_840),
        ("Size", size as i64),
        ("InodeNumber", 1000),
        ("Mode", 33_152),
        ("UserID", 501),
        ("ProtectionClass", 3),
    ] {
        fields.insert(key.into(), value.into());
    }
    fields.insert("RelativePath".into(), uid(2));
    fields.insert("$class".into(), uid(3));
    if key.is_some() {
        fields.insert("EncryptionKey".into(), uid(4));
    }
    let mut objects = vec![
        Value::from("$null"),
        Value::Dictionary(fields),
        path.into(),
        dict([
            ("$classname", "MBFile".into()),
            (
                "$classes",
                vec![Value::from("MBFile"), Value::from("NSObject")].into(),
            ),
        ]),
    ];
    if let Some(key) = key {
        objects.push(dict([("NS.data", Value::Data(key))]));
    }
    archive(objects)
}

/// The bytes of a content, and of the write-ahead log that belongs to it.
pub fn payload(content: &Content) -> (Vec<u8>, Option<Vec<u8>>) {
    match content {
        Content::Xml(value) => (xml(value), None),
        Content::Binary(value) => (binary(value), None),
        Content::Raw(bytes) => (bytes.clone(), None),
        Content::Permissions(permissions) => permissions_db(permissions),
        Content::Sections(sections) => {
            let entries: Dictionary = sections
                .entries
                .iter()
                .map(|(bundle, archive)| (bundle.clone(), Value::Data(archive.clone())))
                .collect();
            let mut root = Dictionary::new();
            if let Some(version) = &sections.version {
                root.insert("sectionInfoVersionNumber".into(), version.clone());
            }
            root.insert("sectionInfo".into(), Value::Dictionary(entries));
            (binary(&Value::Dictionary(root)), None)
        }
    }
}

/// A TCC.db in WAL mode as on a phone, and its log if some rows are only there. The log is SQLite's own, so its salts
/// differ from run to run; the samples have none.
fn permissions_db(permissions: &Permissions) -> (Vec<u8>, Option<Vec<u8>>) {
    let dir = tempfile::tempdir().expect("a folder for the database");
    let path = dir.path().join("TCC.db");
    let db = Connection::open(&path).expect("a database");
    let (columns, insert) = if permissions.old_schema {
        (
            "service TEXT NOT NULL, client TEXT NOT NULL, client_type INTEGER NOT NULL, allowed INTEGER NOT NULL, \
             prompt_count INTEGER NOT NULL, csreq BLOB, policy_id INTEGER, \
             PRIMARY KEY (service, client, client_type)",
            "INSERT INTO access (service, client, client_type, allowed, prompt_count) VALUES (?1, ?2, ?3, ?4, 1)",
        )
    } else {
        (
            "service TEXT NOT NULL, client TEXT NOT NULL, client_type INTEGER NOT NULL, auth_value INTEGER NOT NULL, \
             auth_reason INTEGER NOT NULL, auth_version INTEGER NOT NULL, csreq BLOB, policy_id INTEGER, \
             indirect_object_identifier_type INTEGER, indirect_object_identifier TEXT DEFAULT 'UNUSED', \
             indirect_object_code_identity BLOB, flags INTEGER, last_modified INTEGER NOT NULL DEFAULT 1793610840, \
             PRIMARY KEY (service, client, client_type, indirect_object_identifier)",
            "INSERT INTO access (service, client, client_type, auth_value, auth_reason, auth_version) \
             VALUES (?1, ?2, ?3, ?4, 2, 1)",
        )
    };
    let add = |rows: &[(String, String, i64, i64)]| {
        for (service, client, kind, value) in rows {
            db.execute(insert, params![service, client, kind, value])
                .expect("a row");
        }
    };
    db.execute_batch(&format!(
        "PRAGMA page_size = 4096;
         CREATE TABLE admin (key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL);
         INSERT INTO admin VALUES ('version', 20);
         CREATE TABLE access ({columns});"
    ))
    .expect("the tables of a real TCC.db");
    add(&permissions.rows);
    if permissions.in_log.is_empty() {
        drop(db);
        let mut bytes = fs::read(&path).expect("the database");
        bytes[18..20].copy_from_slice(&[2, 2]);
        return (bytes, None);
    }
    let mode: String = db
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .expect("WAL mode");
    assert_eq!(mode, "wal");
    db.execute_batch("PRAGMA wal_autocheckpoint = 0")
        .expect("no checkpoints");
    add(&permissions.in_log);
    // Copied while the connection is open: closing it would fold the log into the database.
    let bytes = fs::read(&path).expect("the database");
    let log = fs::read(dir.path().join("TCC.db-wal")).expect("the log");
    (bytes, Some(log))
}
