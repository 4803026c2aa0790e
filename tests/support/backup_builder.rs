//! Builds synthetic iPhone backups on disk, for tests, samples and the benchmark. Everything in them is invented and
//! labelled so; the same description gives the same bytes every time.
//!
//! A backup is described by its property lists and by the files of the phone in it ([`Content`]); [`Backup::build`]
//! lays them out as a real backup does, encrypted if asked ([`Backup::encrypted`]).

#![allow(dead_code, reason = "each test program and example uses a part of it")]

#[path = "backup_crypto.rs"]
mod crypto;
#[path = "backup_parts.rs"]
mod parts;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub use crypto::*;
pub use parts::*;
use plist::Value;
use rusqlite::{Connection, params};

/// A file in the root of a backup.
#[derive(Debug, Clone)]
pub enum Root {
    Xml(Value),
    Binary(Value),
    Raw(Vec<u8>),
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
    encryption: Option<Encryption>,
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
            encryption: None,
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
        let files = self.payloads();
        for ((domain, path), bytes) in &files {
            if self.unwritten.contains(&(domain.clone(), path.clone())) {
                continue;
            }
            let target = payload_path(dir, domain, path);
            fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
            let written = match &self.encryption {
                Some(encryption) => &encryption.payload(domain, path, bytes),
                None => bytes,
            };
            fs::write(target, written).expect("a file of the phone");
        }
        if !self.no_database {
            let bytes = match (&self.database, &self.encryption) {
                (Some(bytes), _) => bytes.clone(),
                (None, None) => self.manifest_db(&files),
                (None, Some(encryption)) => encryption.manifest_db(self.manifest_db(&files)),
            };
            fs::write(dir.join("Manifest.db"), bytes).expect("Manifest.db");
        }
        dir.to_owned()
    }

    /// The files of the phone, in clear.
    fn payloads(&self) -> Vec<((String, String), Vec<u8>)> {
        let mut files: Vec<((String, String), Vec<u8>)> = Vec::new();
        for (name, content) in &self.files {
            let (bytes, log) = payload(content);
            files.push((name.clone(), bytes));
            if let Some(log) = log {
                files.push(((name.0.clone(), format!("{}-wal", name.1)), log));
            }
        }
        files
    }

    /// Manifest.db in clear, also of an encrypted backup.
    pub fn list_in_clear(&self) -> Vec<u8> {
        self.manifest_db(&self.payloads())
    }

    /// A file of the phone in clear, also of an encrypted backup.
    pub fn file_in_clear(&self, domain: &str, path: &str) -> Option<Vec<u8>> {
        let mut files = self.payloads().into_iter();
        let (_, bytes) = files.find(|((d, p), _)| d == domain && p == path)?;
        Some(bytes)
    }

    /// A file of the phone with other bytes, as it would lie in this backup.
    pub fn sealed_file(&self, domain: &str, path: &str, clear: &[u8]) -> Vec<u8> {
        match &self.encryption {
            Some(encryption) => encryption.payload(domain, path, clear),
            None => clear.to_vec(),
        }
    }

    /// Another Manifest.db, as it would lie in this backup.
    pub fn sealed_list(&self, clear: &[u8]) -> Vec<u8> {
        match &self.encryption {
            Some(encryption) => encryption.manifest_db(clear.to_vec()),
            None => clear.to_vec(),
        }
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
                let key = match &self.encryption {
                    Some(encryption) => encryption.file_key(domain, path),
                    None => self.keyed.contains(&name).then(|| vec![0x44; 44]),
                };
                let record = record_with_key(path, bytes.len(), key);
                insert
                    .execute(params![file_id(domain, path), domain, path, 1, record])
                    .expect("a row");
            }
            let key = self.encryption.as_ref();
            let key = key.and_then(|e| e.file_key("CameraRollDomain", "Media/DCIM/filler.jpg"));
            let record = record_with_key("Media/DCIM/filler.jpg", 4096, key);
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
