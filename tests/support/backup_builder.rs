//! Builds synthetic iPhone backups on disk, for tests, samples and the benchmark. Everything in them is invented and
//! labelled so; the same description gives the same bytes every time.
//!
//! A backup is described by its property lists and by the files of the phone in it ([`Content`]); [`Backup::build`]
//! lays them out as a real backup does. Encryption would come in where `payload` turns a content into bytes and where
//! `database` writes Manifest.db.

#![allow(dead_code, reason = "each test program and example uses a part of it")]

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

/// A file in the root of a backup.
#[derive(Debug, Clone)]
pub enum Root {
    Xml(Value),
    Binary(Value),
    Raw(Vec<u8>),
}

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

/// A synthetic backup.
#[derive(Debug, Clone)]
pub struct Backup {
    root: BTreeMap<String, Root>,
    files: BTreeMap<(String, String), Content>,
    /// Files that Manifest.db lists but that are not there.
    unwritten: Vec<(String, String)>,
    /// Files that are there but that Manifest.db does not list.
    unlisted: Vec<(String, String)>,
    /// Files whose record says that they are encrypted.
    keyed: Vec<(String, String)>,
    filler: u64,
    wal_mode: bool,
    database: Option<Vec<u8>>,
    no_database: bool,
}

impl Backup {
    /// Everything that a backup can show is as the checklist asks: an iPhone 13 with iOS 18.7 of 2 November 2026.
    pub fn compliant() -> Backup {
        let mut backup = Backup {
            root: BTreeMap::new(),
            files: BTreeMap::new(),
            unwritten: Vec::new(),
            unlisted: Vec::new(),
            keyed: Vec::new(),
            filler: 0,
            wal_mode: true,
            database: None,
            no_database: false,
        };
        let date = date("2026-11-02T09:14:00Z");
        backup.root.insert(
            "Info.plist".into(),
            Root::Xml(dict([
                ("Build Version", "22H20".into()),
                ("Device Name", "SYNTHETIC SAMPLE CANARY-DEVICE-NAME".into()),
                ("Display Name", "SYNTHETIC SAMPLE CANARY-DEVICE-NAME".into()),
                ("GUID", "CANARY0000000000000000000000GUID".into()),
                ("ICCID", "89440000000000000017".into()),
                ("IMEI", "350000000000017".into()),
                (
                    "Installed Applications",
                    vec![
                        Value::from("com.example.canary-dating-app"),
                        WHATSAPP.into(),
                    ]
                    .into(),
                ),
                ("Last Backup Date", date.clone()),
                ("Phone Number", "+447700900123".into()),
                ("Product Name", "iPhone 13".into()),
                ("Product Type", "iPhone14,5".into()),
                ("Product Version", "18.7".into()),
                ("Serial Number", "CANARYSERIAL01".into()),
                ("Target Identifier", "00008110-CANARYUDID000001".into()),
                ("Target Type", "Device".into()),
                ("Unique Identifier", "00008110-CANARYUDID000001".into()),
                ("iTunes Version", "12.13.4".into()),
            ])),
        );
        let app = |bundle: &str, version: &str| {
            dict([
                ("CFBundleIdentifier", bundle.into()),
                ("CFBundleVersion", version.into()),
                ("ContainerContentClass", "Data/Application".into()),
            ])
        };
        backup.root.insert(
            "Manifest.plist".into(),
            Root::Binary(dict([
                ("BackupKeyBag", Value::Data(key_bag(false))),
                ("Version", "10.0".into()),
                ("Date", date.clone()),
                ("SystemDomainsVersion", "24.0".into()),
                ("WasPasscodeSet", true.into()),
                (
                    "Lockdown",
                    dict([
                        ("BuildVersion", "22H20".into()),
                        ("DeviceName", "SYNTHETIC SAMPLE CANARY-DEVICE-NAME".into()),
                        ("ProductType", "iPhone14,5".into()),
                        ("ProductVersion", "18.7".into()),
                        ("SerialNumber", "CANARYSERIAL01".into()),
                        ("UniqueDeviceID", "00008110-CANARYUDID000001".into()),
                    ]),
                ),
                (
                    "Applications",
                    dict([
                        (
                            "com.example.canary-dating-app",
                            app("com.example.canary-dating-app", "7"),
                        ),
                        (WHATSAPP, app(WHATSAPP, "2.26.40")),
                    ]),
                ),
                ("IsEncrypted", false.into()),
            ])),
        );
        backup.root.insert(
            "Status.plist".into(),
            Root::Binary(dict([
                ("IsFullBackup", false.into()),
                ("Version", "3.3".into()),
                ("UUID", "CANARY00-0000-0000-0000-000000000000".into()),
                ("Date", date),
                ("BackupState", "new".into()),
                ("SnapshotState", "finished".into()),
            ])),
        );
        backup
            .file(HOME, EFFECTIVE, Content::Binary(delays(60, 0)))
            .file(HOME, PUBLIC_EFFECTIVE, Content::Binary(delays(60, 0)))
            .file(
                HOME,
                BULLETINS,
                Content::Binary(dict([
                    ("BBAnnounceSetting", 1.into()),
                    ("BBContentPreviewsSetting", 3.into()),
                ])),
            )
            .section(WHATSAPP, Section::inherits())
            .section("com.example.canary-dating-app", Section::new(2, 1, 2))
            .permissions(Permissions {
                rows: vec![
                    row("kTCCServiceUbiquity", WHATSAPP, 2),
                    row("kTCCServicePhotos", WHATSAPP, 0),
                    row("kTCCServicePhotos", "com.example.canary-dating-app", 2),
                    row("kTCCServiceAddressBook", WHATSAPP, 0),
                ],
                ..Permissions::default()
            })
            .file(
                FIND_MY,
                FIND_MY_STATE,
                Content::Xml(dict([("fmipActive", true.into())])),
            )
            .file(
                FIND_MY,
                FIND_MY_ACCOUNTS,
                Content::Binary(dict([("dsid", "canary.person@example.invalid".into())])),
            )
            .file(
                PROFILES,
                CLOUD_CONFIGURATION,
                Content::Binary(dict([
                    ("AllowPairing", true.into()),
                    ("ConfigurationSource", 0.into()),
                    ("IsSupervised", false.into()),
                ])),
            )
            .file(
                PROFILES,
                PAYLOADS,
                Content::Binary(dict([
                    ("HiddenProfiles", Value::Array(Vec::new())),
                    ("OrderedProfiles", Value::Array(Vec::new())),
                ])),
            )
            .file(
                HOME,
                GLOBALS,
                Content::Binary(dict([
                    ("AppleLocale", "en_GB".into()),
                    ("LDMGlobalEnabled", false.into()),
                ])),
            )
            .file(
                HOME,
                CLOUD_BACKUP,
                Content::Binary(dict([("CloudBackupEnabled", false.into())])),
            )
            .file(
                HOME,
                "Library/SMS/sms.db",
                Content::Raw(b"CANARY-MESSAGE-TEXT".to_vec()),
            )
            .file(
                "SystemPreferencesDomain",
                "SystemConfiguration/com.apple.wifi.plist",
                Content::Raw(b"CANARY-WIFI-NETWORK".to_vec()),
            )
    }

    /// Everything that a backup can show is other than the checklist asks.
    pub fn failing() -> Backup {
        Backup::compliant()
            .passcode(false)
            .file(
                HOME,
                EFFECTIVE,
                Content::Binary(delays(i64::from(i32::MAX), 14_400)),
            )
            .file(
                HOME,
                PUBLIC_EFFECTIVE,
                Content::Binary(delays(i64::from(i32::MAX), 14_400)),
            )
            .key(HOME, BULLETINS, "BBContentPreviewsSetting", Some(1.into()))
            .permissions(Permissions {
                rows: vec![
                    row("kTCCServicePhotos", WHATSAPP, 2),
                    row("kTCCServicePhotosAdd", WHATSAPP, 2),
                    row("kTCCServiceAddressBook", WHATSAPP, 2),
                ],
                ..Permissions::default()
            })
            .key(FIND_MY, FIND_MY_STATE, "fmipActive", Some(false.into()))
            .without(FIND_MY, FIND_MY_ACCOUNTS)
            .key(HOME, CLOUD_BACKUP, "CloudBackupEnabled", Some(true.into()))
    }

    /// Keys and files are missing, or hold values that nobody knows.
    pub fn gaps() -> Backup {
        Backup::compliant()
            .root_key("Manifest.plist", "WasPasscodeSet", None)
            .key(
                HOME,
                EFFECTIVE,
                "restrictedValue.maxInactivity.value",
                Some(0.into()),
            )
            .key(HOME, EFFECTIVE, "restrictedValue.maxGracePeriod", None)
            .without(HOME, BULLETINS)
            .permissions(Permissions {
                rows: vec![
                    row("kTCCServicePhotos", WHATSAPP, 1),
                    row("kTCCServicePhotosAdd", WHATSAPP, 9),
                    row("kTCCServiceAddressBook", WHATSAPP, 7),
                ],
                ..Permissions::default()
            })
            .without(FIND_MY, FIND_MY_STATE)
            .without(FIND_MY, FIND_MY_ACCOUNTS)
            .without(PROFILES, PAYLOADS)
            .without(HOME, CLOUD_BACKUP)
    }

    pub fn passcode(self, set: bool) -> Backup {
        self.root_key("Manifest.plist", "WasPasscodeSet", Some(set.into()))
    }

    /// Product type in both property lists.
    pub fn model(self, product_type: &str) -> Backup {
        self.root_key("Info.plist", "Product Type", Some(product_type.into()))
            .root_key(
                "Manifest.plist",
                "Lockdown.ProductType",
                Some(product_type.into()),
            )
    }

    /// Version of the system in both property lists.
    pub fn system(self, version: &str) -> Backup {
        self.root_key("Info.plist", "Product Version", Some(version.into()))
            .root_key(
                "Manifest.plist",
                "Lockdown.ProductVersion",
                Some(version.into()),
            )
    }

    /// Sets (or with `None` removes) a key, given as a dotted path, of a property list in the root.
    pub fn root_key(mut self, file: &str, path: &str, value: Option<Value>) -> Backup {
        match self.root.get_mut(file) {
            Some(Root::Xml(root) | Root::Binary(root)) => set(root, path, value),
            _ => panic!("{file} is no property list of this backup"),
        }
        self
    }

    /// Replaces a file in the root.
    pub fn root_raw(mut self, file: &str, bytes: impl Into<Vec<u8>>) -> Backup {
        self.root.insert(file.into(), Root::Raw(bytes.into()));
        self
    }

    /// Removes a file from the root.
    pub fn root_without(mut self, file: &str) -> Backup {
        self.root.remove(file);
        self
    }

    /// Adds or replaces a file of the phone.
    pub fn file(mut self, domain: &str, path: &str, content: Content) -> Backup {
        self.files.insert((domain.into(), path.into()), content);
        self
    }

    /// Removes a file of the phone, from the list too.
    pub fn without(mut self, domain: &str, path: &str) -> Backup {
        self.files.remove(&(domain.into(), path.into()));
        self
    }

    /// Lists a file of the phone without laying it down.
    pub fn unwritten(mut self, domain: &str, path: &str) -> Backup {
        self.unwritten.push((domain.into(), path.into()));
        self
    }

    /// Lays down a file of the phone without listing it.
    pub fn unlisted(mut self, domain: &str, path: &str) -> Backup {
        self.unlisted.push((domain.into(), path.into()));
        self
    }

    /// Gives a file's record a key of its own, as encrypted files have.
    pub fn keyed(mut self, domain: &str, path: &str) -> Backup {
        self.keyed.push((domain.into(), path.into()));
        self
    }

    /// Sets (or with `None` removes) a key, given as a dotted path, of a property list of the phone.
    pub fn key(mut self, domain: &str, path: &str, key: &str, value: Option<Value>) -> Backup {
        match self.files.get_mut(&(domain.into(), path.into())) {
            Some(Content::Xml(root) | Content::Binary(root)) => set(root, key, value),
            _ => panic!("{path} is no property list of this backup"),
        }
        self
    }

    /// Sets one app's notification settings.
    pub fn section(self, bundle: &str, section: Section) -> Backup {
        let archive = section.archive(bundle);
        self.section_raw(bundle, Some(archive))
    }

    /// Sets (or removes) the archive of one app's notification settings.
    pub fn section_raw(mut self, bundle: &str, archive: Option<Vec<u8>>) -> Backup {
        let content = self
            .files
            .entry((HOME.into(), SECTIONS.into()))
            .or_insert_with(|| {
                Content::Sections(Sections {
                    version: Some(2.into()),
                    entries: BTreeMap::new(),
                })
            });
        let Content::Sections(sections) = content else {
            panic!("the notification settings were replaced");
        };
        match archive {
            Some(archive) => sections.entries.insert(bundle.into(), archive),
            None => sections.entries.remove(bundle),
        };
        self
    }

    /// Sets the version number of the notification settings.
    pub fn section_version(mut self, version: Option<Value>) -> Backup {
        if let Some(Content::Sections(sections)) =
            self.files.get_mut(&(HOME.into(), SECTIONS.into()))
        {
            sections.version = version;
        }
        self
    }

    pub fn permissions(self, permissions: Permissions) -> Backup {
        self.file(HOME, TCC, Content::Permissions(permissions))
    }

    /// Permissions of WhatsApp alone: service and value.
    pub fn whatsapp_may(self, grants: &[(&str, i64)]) -> Backup {
        self.permissions(Permissions {
            rows: grants
                .iter()
                .map(|(service, value)| row(service, WHATSAPP, *value))
                .collect(),
            ..Permissions::default()
        })
    }

    /// Installs a profile with payloads of these types, named in PayloadManifest.plist by its identifier.
    pub fn profile(mut self, identifier: &str, payloads: &[&str]) -> Backup {
        let Some(Content::Binary(list)) = self.files.get_mut(&(PROFILES.into(), PAYLOADS.into()))
        else {
            panic!("PayloadManifest.plist was replaced");
        };
        if let Some(Value::Array(profiles)) = list
            .as_dictionary_mut()
            .and_then(|list| list.get_mut("OrderedProfiles"))
        {
            profiles.push(identifier.into());
        }
        let payloads: Vec<Value> = payloads
            .iter()
            .map(|kind| {
                dict([
                    ("PayloadType", (*kind).into()),
                    ("ServerURL", "https://canary.person@example.invalid".into()),
                ])
            })
            .collect();
        self.file(
            PROFILES,
            &stub_path(identifier),
            Content::Binary(dict([
                ("PayloadContent", payloads.into()),
                ("PayloadIdentifier", identifier.into()),
                ("PayloadOrganization", "SYNTHETIC ORGANISATION".into()),
            ])),
        )
    }

    /// Adds rows that nobody asks for to Manifest.db (without files), as a full phone has.
    pub fn filler(mut self, rows: u64) -> Backup {
        self.filler = rows;
        self
    }

    /// Whether Manifest.db says that it is in WAL mode, as real ones do.
    pub fn wal_mode(mut self, on: bool) -> Backup {
        self.wal_mode = on;
        self
    }

    /// Replaces Manifest.db.
    pub fn database(mut self, bytes: impl Into<Vec<u8>>) -> Backup {
        self.database = Some(bytes.into());
        self
    }

    /// Leaves Manifest.db out.
    pub fn no_database(mut self) -> Backup {
        self.no_database = true;
        self
    }

    /// Writes the backup into a new folder `dir`.
    pub fn build(&self, dir: &Path) -> PathBuf {
        fs::create_dir_all(dir).expect("a new folder");
        for (name, content) in &self.root {
            let bytes = match content {
                Root::Xml(value) => xml(value),
                Root::Binary(value) => binary(value),
                Root::Raw(bytes) => bytes.clone(),
            };
            fs::write(dir.join(name), bytes).expect("a file in the root");
        }
        let mut files: Vec<((String, String), Vec<u8>)> = Vec::new();
        for (name, content) in &self.files {
            let (bytes, log) = payload(content);
            files.push((name.clone(), bytes));
            if let Some(log) = log {
                files.push(((name.0.clone(), format!("{}-wal", name.1)), log));
            }
        }
        for ((domain, path), bytes) in &files {
            if self.unwritten.contains(&(domain.clone(), path.clone())) {
                continue;
            }
            let target = payload_path(dir, domain, path);
            fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
            fs::write(target, bytes).expect("a file of the phone");
        }
        if !self.no_database {
            let bytes = match &self.database {
                Some(bytes) => bytes.clone(),
                None => self.manifest_db(&files),
            };
            fs::write(dir.join("Manifest.db"), bytes).expect("Manifest.db");
        }
        dir.to_owned()
    }

    fn manifest_db(&self, files: &[((String, String), Vec<u8>)]) -> Vec<u8> {
        let dir = tempfile::tempdir().expect("a folder for the database");
        let path = dir.path().join("Manifest.db");
        let mut db = Connection::open(&path).expect("a database");
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
             CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
             CREATE INDEX FilesDomainIdx ON Files(domain);
             CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
             CREATE INDEX FilesFlagsIdx ON Files(flags);
             CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);",
        )
        .expect("the tables of a real Manifest.db");
        let all = db.transaction().expect("a transaction");
        {
            let mut insert = all
                .prepare("INSERT INTO Files VALUES (?1, ?2, ?3, ?4, ?5)")
                .expect("a statement");
            for ((domain, path), bytes) in files {
                let name = (domain.clone(), path.clone());
                if self.unlisted.contains(&name) {
                    continue;
                }
                let record = file_record(path, bytes.len(), self.keyed.contains(&name));
                insert
                    .execute(params![file_id(domain, path), domain, path, 1, record])
                    .expect("a row");
            }
            let record = file_record("Media/DCIM/filler.jpg", 4096, false);
            for n in 0..self.filler {
                let path = format!("Media/DCIM/100APPLE/IMG_{n:07}.JPG");
                insert
                    .execute(params![
                        file_id("CameraRollDomain", &path),
                        "CameraRollDomain",
                        path,
                        1,
                        record
                    ])
                    .expect("a row");
            }
        }
        all.commit().expect("the rows");
        drop(db);
        let mut bytes = fs::read(&path).expect("the database");
        if self.wal_mode {
            bytes[18..20].copy_from_slice(&[2, 2]);
        }
        bytes
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
    if keyed {
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
    if keyed {
        objects.push(dict([("NS.data", Value::Data(vec![0x44; 44]))]));
    }
    archive(objects)
}

fn payload(content: &Content) -> (Vec<u8>, Option<Vec<u8>>) {
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

fn set(root: &mut Value, path: &str, value: Option<Value>) {
    let (mut at, mut rest) = (root, path);
    loop {
        let dict = at.as_dictionary_mut().expect("a dictionary on the path");
        match rest.split_once('.') {
            Some((key, tail)) if !dict.contains_key(rest) => {
                at = dict.get_mut(key).expect("a key on the path");
                rest = tail;
            }
            _ => {
                match value {
                    Some(value) => dict.insert(rest.to_owned(), value),
                    None => dict.remove(rest),
                };
                return;
            }
        }
    }
}
