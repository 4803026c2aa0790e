//! A synthetic iPhone backup stuffed with a life: in the files that an audit reads, beside what it reads, and in those
//! that it never opens.

use plist::{Dictionary, Value};

use super::backup_builder::*;
use super::canaries::{Flock, Kind, Side};

/// The folder's name, which is the phone's identifier, and of the folder that holds it.
pub fn folder(flock: &Flock) -> (String, String) {
    (
        plant(flock, Kind::Name, "the folder that holds the backup"),
        plant(flock, Kind::Udid, "a folder: the backup's"),
    )
}

pub fn plant(flock: &Flock, kind: Kind, place: &str) -> String {
    flock.plant(Side::Backup, kind, place)
}

/// Keys as property lists of a phone have them.
fn life(flock: &Flock, place: &str) -> Vec<(&'static str, Value)> {
    let c = |kind| Value::from(plant(flock, kind, place));
    vec![
        ("FullUserName", c(Kind::Name)),
        ("Phone Number", c(Kind::Number)),
        ("LastMessageText", c(Kind::Message)),
        ("ContactName", c(Kind::Contact)),
        ("AppleID", c(Kind::Email)),
        ("SSID_STR", c(Kind::Wifi)),
        ("CFBundleIdentifierOfOther", c(Kind::OtherApp)),
        ("Serial Number", c(Kind::Serial)),
        ("IMEI", c(Kind::Imei)),
        ("LastLocation", c(Kind::Location)),
    ]
}

fn with_life(flock: &Flock, place: &str, list: &Value) -> Value {
    let mut list = list.as_dictionary().cloned().unwrap_or_default();
    let mut inner = Dictionary::new();
    for (key, value) in life(flock, place) {
        inner.insert(key.into(), value.clone());
        list.insert(key.into(), value);
    }
    list.insert("SYNTHETIC".into(), Value::Dictionary(inner));
    Value::Dictionary(list)
}

fn list_of(flock: &Flock, place: &str, items: &[(&str, Value)]) -> Value {
    let items: Dictionary = items
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    with_life(flock, place, &Value::Dictionary(items))
}

/// A property list in the backup's root with a life in it.
fn root(flock: &Flock, mut backup: Backup, file: &str) -> Backup {
    for (key, value) in life(flock, file) {
        backup = backup.root_key(file, key, Some(value));
    }
    backup
}

/// The archive of an app's notification settings with names and texts in every place that is not a setting.
fn section(flock: &Flock, bundle: &str, place: &str, settings: &[(&'static str, i64)]) -> Vec<u8> {
    let c = |kind| Value::from(plant(flock, kind, place));
    let mut fields: Dictionary = settings
        .iter()
        .map(|(k, v)| ((*k).to_owned(), Value::from(*v)))
        .collect();
    fields.insert("$class".into(), uid(4));
    fields.insert("soundTitle".into(), uid(7));
    let class = |name: &str| {
        dict([
            ("$classname", name.into()),
            (
                "$classes",
                vec![Value::from(name), Value::from("NSObject")].into(),
            ),
        ])
    };
    let names = [
        Kind::Name,
        Kind::Number,
        Kind::Message,
        Kind::Email,
        Kind::Wifi,
        Kind::OtherApp,
        Kind::Serial,
        Kind::Imei,
        Kind::Location,
        Kind::Notification,
    ];
    let mut objects = vec![
        Value::from("$null"),
        dict([
            ("sectionID", uid(2)),
            ("appName", uid(6)),
            ("displayName", uid(6)),
            ("universalSectionID", uid(7)),
            ("suppressFromSettings", false.into()),
            ("sectionInfoSettings", uid(3)),
            ("managedSectionInfoSettings", uid(0)),
            ("subsections", uid(8)),
            ("$class", uid(5)),
        ]),
        bundle.into(),
        Value::Dictionary(fields),
        class("BBSectionInfoSettings"),
        class("BBSectionInfo"),
        c(Kind::Contact),
        c(Kind::Account),
        dict([(
            "NS.objects",
            (9..9 + names.len() as u64)
                .map(uid)
                .collect::<Vec<Value>>()
                .into(),
        )]),
    ];
    objects.extend(names.into_iter().map(c));
    archive(objects)
}

/// A database of the phone with one table of these.
fn database(flock: &Flock, place: &str, kinds: &[Kind]) -> Content {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("it.db");
    let db = rusqlite::Connection::open(&path).expect("a database");
    db.execute_batch("CREATE TABLE message (ROWID INTEGER PRIMARY KEY, text TEXT)")
        .expect("a table");
    for kind in kinds {
        db.execute(
            "INSERT INTO message (text) VALUES (?1)",
            [plant(flock, *kind, place)],
        )
        .expect("a row");
    }
    drop(db);
    Content::Raw(std::fs::read(path).expect("the database"))
}

/// Files that no audit opens, and what is in them.
const NEVER: &[(&str, &str, &[Kind])] = &[
    (
        HOME,
        "Library/SMS/sms.db",
        &[Kind::Message, Kind::Number, Kind::Contact, Kind::Email],
    ),
    (
        HOME,
        "Library/AddressBook/AddressBook.sqlitedb",
        &[Kind::Contact, Kind::Number, Kind::Email, Kind::Name],
    ),
    (
        HOME,
        "Library/Calendar/Calendar.sqlitedb",
        &[Kind::Calendar, Kind::Location, Kind::Name],
    ),
    (
        HOME,
        "Library/CallHistoryDB/CallHistory.storedata",
        &[Kind::Number, Kind::Contact],
    ),
    (
        HOME,
        "Library/Accounts/Accounts3.sqlite",
        &[Kind::Account, Kind::Email, Kind::Name],
    ),
    (
        "RootDomain",
        "Library/Caches/locationd/consolidated.db",
        &[Kind::Location, Kind::Wifi, Kind::Bssid],
    ),
    (
        "AppDomainGroup-group.net.whatsapp.WhatsApp.shared",
        "ChatStorage.sqlite",
        &[Kind::Message, Kind::Contact, Kind::Number, Kind::Picture],
    ),
    (
        "WirelessDomain",
        "Library/Databases/CellularUsage.db",
        &[Kind::Iccid, Kind::Imsi, Kind::Number, Kind::Carrier],
    ),
    (
        "CameraRollDomain",
        "Media/PhotoData/Photos.sqlite",
        &[Kind::Picture, Kind::Location, Kind::Name],
    ),
];

/// Property lists that no audit opens.
const NEVER_LISTS: &[(&str, &str, &[Kind])] = &[
    (
        "AppDomainGroup-group.net.whatsapp.WhatsApp.shared",
        "Library/Preferences/group.net.whatsapp.WhatsApp.shared.plist",
        &[Kind::Account],
    ),
    (
        "SystemPreferencesDomain",
        "SystemConfiguration/com.apple.wifi.plist",
        &[Kind::Bssid, Kind::Address],
    ),
    (
        "SysSharedContainerDomain-systemgroup.com.apple.bluetooth",
        "Library/Preferences/com.apple.MobileBluetooth.devices.plist",
        &[Kind::Bluetooth, Kind::Bssid],
    ),
    (
        "WirelessDomain",
        "Library/Preferences/com.apple.commcenter.plist",
        &[Kind::Imsi, Kind::Iccid, Kind::Meid, Kind::Carrier],
    ),
    (
        HOME,
        "Library/SpringBoard/IconState.plist",
        &[Kind::Keyboard],
    ),
    (
        PROFILES,
        "Library/ConfigurationProfiles/MCProfileEvents.plist",
        &[Kind::Organisation],
    ),
];

/// The backup.
pub fn stuffed(flock: &Flock) -> Backup {
    let c = |kind, place: &str| Value::from(plant(flock, kind, place));
    let other = plant(flock, Kind::OtherApp, "Info.plist");
    let mut backup = Backup::compliant();
    for file in ["Info.plist", "Manifest.plist", "Status.plist"] {
        backup = root(flock, backup, file);
    }
    for (key, kind) in [
        ("Device Name", Kind::DeviceName),
        ("Display Name", Kind::DeviceName),
        ("ICCID", Kind::Iccid),
        ("ICCID 2", Kind::Iccid),
        ("IMEI 2", Kind::Imei),
        ("MEID", Kind::Meid),
        ("GUID", Kind::Serial),
        ("Target Identifier", Kind::Udid),
        ("Unique Identifier", Kind::Udid),
        ("Carrier", Kind::Carrier),
    ] {
        backup = backup.root_key("Info.plist", key, Some(c(kind, "Info.plist")));
    }
    let whose = |app: &str| {
        dict([
            ("CFBundleIdentifier", app.into()),
            ("CFBundleVersion", "2.26.40".into()),
            ("ContainerContentClass", "Data/Application".into()),
            ("Path", c(Kind::Serial, "Manifest.plist")),
            (
                "iTunesMetadata",
                dict([
                    ("appleId", c(Kind::Email, "Manifest.plist")),
                    ("artistName", c(Kind::Name, "Manifest.plist")),
                ]),
            ),
        ])
    };
    let other_manifest = plant(flock, Kind::OtherApp, "Manifest.plist");
    let apps: Dictionary = [WHATSAPP, other_manifest.as_str()]
        .iter()
        .map(|app| ((*app).to_owned(), whose(app)))
        .collect();
    backup = backup
        .root_key(
            "Info.plist",
            "Installed Applications",
            Some(vec![Value::from(other.clone()), WHATSAPP.into()].into()),
        )
        .root_key(
            "Info.plist",
            "Applications",
            Some(dict([(WHATSAPP, whose(WHATSAPP)), (&other, whose(&other))])),
        )
        .root_key(
            "Manifest.plist",
            "Applications",
            Some(Value::Dictionary(apps)),
        )
        .root_key(
            "Manifest.plist",
            "Lockdown.DeviceName",
            Some(c(Kind::DeviceName, "Manifest.plist")),
        )
        .root_key(
            "Manifest.plist",
            "Lockdown.SerialNumber",
            Some(c(Kind::Serial, "Manifest.plist")),
        )
        .root_key(
            "Manifest.plist",
            "Lockdown.UniqueDeviceID",
            Some(c(Kind::Udid, "Manifest.plist")),
        )
        .root_key("Status.plist", "UUID", Some(c(Kind::Udid, "Status.plist")));

    // Files that an audit reads a key or two of.
    for (domain, path, list) in [
        (HOME, EFFECTIVE, delays(60, 0)),
        (HOME, PUBLIC_EFFECTIVE, delays(60, 0)),
        (
            HOME,
            BULLETINS,
            dict([("BBContentPreviewsSetting", 3.into())]),
        ),
        (FIND_MY, FIND_MY_STATE, dict([("fmipActive", true.into())])),
        (
            HOME,
            CLOUD_BACKUP,
            dict([("CloudBackupEnabled", false.into())]),
        ),
        (HOME, GLOBALS, dict([("LDMGlobalEnabled", false.into())])),
        (
            PROFILES,
            CLOUD_CONFIGURATION,
            dict([
                ("IsSupervised", false.into()),
                (
                    "OrganizationName",
                    c(Kind::Organisation, CLOUD_CONFIGURATION),
                ),
                ("OrganizationEmail", c(Kind::Account, CLOUD_CONFIGURATION)),
                ("ConfigurationURL", c(Kind::Link, CLOUD_CONFIGURATION)),
            ]),
        ),
        // Only whether these are there is looked up.
        (
            FIND_MY,
            FIND_MY_ACCOUNTS,
            dict([("dsid", c(Kind::Account, FIND_MY_ACCOUNTS))]),
        ),
        (
            PROFILES,
            MDM,
            dict([
                ("ServerURL", c(Kind::Link, MDM)),
                ("Topic", c(Kind::Organisation, MDM)),
                ("IdentityCertificate", c(Kind::Certificate, MDM)),
            ]),
        ),
    ] {
        backup = backup.file(domain, path, Content::Binary(with_life(flock, path, &list)));
    }
    for (domain, path, kinds) in NEVER_LISTS {
        let items: Vec<(String, Value)> = kinds
            .iter()
            .map(|kind| (format!("{kind:?}"), c(*kind, path)))
            .collect();
        let items: Vec<(&str, Value)> = items
            .iter()
            .map(|(key, value)| (key.as_str(), value.clone()))
            .collect();
        backup = backup.file(domain, path, Content::Binary(list_of(flock, path, &items)));
    }
    for (domain, path, kinds) in NEVER {
        backup = backup.file(domain, path, database(flock, path, kinds));
    }
    // Names of files and of apps' domains in Manifest.db.
    let picture = plant(flock, Kind::Picture, "Manifest.db");
    let domain = format!("AppDomain-{}", plant(flock, Kind::OtherApp, "Manifest.db"));
    let chat = format!(
        "Message/Media/{}@s.whatsapp.net/a.jpg",
        plant(flock, Kind::Number, "Manifest.db")
    );
    backup = backup
        .file(
            "CameraRollDomain",
            &format!("Media/DCIM/100APPLE/{picture}"),
            Content::Raw(vec![1]),
        )
        .file(&domain, "Documents/a", Content::Raw(vec![1]))
        .file(
            "AppDomainGroup-group.net.whatsapp.WhatsApp.shared",
            &chat,
            Content::Raw(vec![1]),
        );

    // A profile of the organisation: its identifier, its payloads and its certificate.
    let identifier = format!("uk.nhs.{}", plant(flock, Kind::Admin, PAYLOADS));
    let stub = "profile-*.stub";
    let payload = |kind: &str| {
        list_of(
            flock,
            stub,
            &[
                ("PayloadType", kind.into()),
                ("PayloadDisplayName", c(Kind::Organisation, stub)),
                ("ServerURL", c(Kind::Link, stub)),
                ("EmailAddress", c(Kind::Account, stub)),
                ("PayloadCertificateFileName", c(Kind::Certificate, stub)),
                (
                    "PayloadContent",
                    Value::Data(plant(flock, Kind::Certificate, stub).into_bytes()),
                ),
            ],
        )
    };
    let payloads: Vec<Value> = [
        "com.apple.mdm",
        "com.apple.wifi.managed",
        "com.apple.eas.account",
        "com.apple.security.root",
    ]
    .into_iter()
    .map(payload)
    .collect();
    backup = backup.profile(&identifier, &["com.apple.mdm"]);
    backup = backup
        .key(
            PROFILES,
            PAYLOADS,
            "SYNTHETIC",
            Some(with_life(flock, PAYLOADS, &dict([]))),
        )
        .file(
            PROFILES,
            &stub_path(&identifier),
            Content::Binary(list_of(
                flock,
                stub,
                &[
                    ("PayloadContent", payloads.into()),
                    ("PayloadIdentifier", identifier.as_str().into()),
                    ("PayloadOrganization", c(Kind::Organisation, stub)),
                ],
            )),
        );

    // Notification settings of the messaging app and of others.
    let settings = [
        ("authorizationStatus", 2),
        ("contentPreviewSetting", 0),
        ("lockScreenSetting", 2),
        ("notificationCenterSetting", 2),
        ("alertType", 1),
        ("pushSettings", 63),
    ];
    let other = plant(flock, Kind::OtherApp, SECTIONS);
    backup = backup
        .section_raw("com.example.canary-dating-app", None)
        .section_raw(
            WHATSAPP,
            Some(section(flock, WHATSAPP, SECTIONS, &settings)),
        )
        .section_raw(&other, Some(section(flock, &other, SECTIONS, &settings)));

    // Permissions, also of other apps, some only in the log.
    let other = plant(flock, Kind::OtherApp, TCC);
    let c = |kind| plant(flock, kind, TCC);
    backup.permissions(Permissions {
        rows: vec![
            row("kTCCServiceUbiquity", WHATSAPP, 2),
            row("kTCCServicePhotos", WHATSAPP, 0),
            row("kTCCServicePhotos", &other, 2),
            row("kTCCServiceAddressBook", WHATSAPP, 0),
            row("kTCCServiceAddressBook", &c(Kind::Admin), 2),
            row(&c(Kind::Name), &c(Kind::Contact), 2),
            row(&c(Kind::Number), &c(Kind::Message), 2),
            row(&c(Kind::Email), &c(Kind::Wifi), 2),
            row(&c(Kind::Serial), &c(Kind::Imei), 2),
            row(&c(Kind::Location), &c(Kind::Keyboard), 2),
        ],
        in_log: vec![row(
            "kTCCServicePhotos",
            &plant(flock, Kind::OtherApp, TCC_WAL),
            2,
        )],
        ..Permissions::default()
    })
}

/// The same with damage: values of other kinds where settings are, each of them somebody's word, and files that are none.
pub fn damaged(flock: &Flock) -> Backup {
    let place = "damaged values";
    let word = |kind| Value::from(plant(flock, kind, place));
    let raw = |kind| format!("not a list: {}", plant(flock, kind, place)).into_bytes();
    stuffed(flock)
        .root_key("Manifest.plist", "WasPasscodeSet", Some(word(Kind::Name)))
        .root_key(
            "Manifest.plist",
            "Lockdown.ProductVersion",
            Some(dict([("x", word(Kind::Number))])),
        )
        .root_key("Info.plist", "Last Backup Date", Some(word(Kind::Calendar)))
        .root_key("Status.plist", "SnapshotState", Some(word(Kind::Message)))
        .key(
            HOME,
            EFFECTIVE,
            "restrictedValue.maxInactivity.value",
            Some(word(Kind::Location)),
        )
        .key(
            HOME,
            EFFECTIVE,
            "restrictedValue.maxGracePeriod.value",
            Some(word(Kind::Email)),
        )
        .key(
            HOME,
            BULLETINS,
            "BBContentPreviewsSetting",
            Some(word(Kind::Contact)),
        )
        .file(FIND_MY, FIND_MY_STATE, Content::Raw(raw(Kind::Serial)))
        .file(HOME, CLOUD_BACKUP, Content::Raw(raw(Kind::Imei)))
        .file(HOME, TCC, Content::Raw(raw(Kind::Wifi)))
        .section_raw(WHATSAPP, Some(raw(Kind::OtherApp)))
}

/// A backup whose lists in the root are no lists, and whose database is none.
pub fn broken(flock: &Flock) -> Backup {
    let raw = |kind| format!("not a list: {}", plant(flock, kind, "broken files")).into_bytes();
    stuffed(flock)
        .root_raw("Info.plist", raw(Kind::Name))
        .root_raw("Status.plist", raw(Kind::Message))
        .root_raw("Manifest.plist", raw(Kind::Email))
        .database(raw(Kind::Serial))
}
