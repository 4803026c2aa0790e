//! Backups of iPhones.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use plist::Value;
use spotcheck::apps;
use spotcheck::evidence::{Platform, Request, Strength};
use spotcheck::ios::archive::{Archive, Object};
use spotcheck::ios::crypt::{KeyBag, ManifestDb, Protection, keybag, keys};
use spotcheck::ios::files::{Database, Files, Missing, Place, Plain, Use};
use spotcheck::ios::manifest::{ClearList, FileId, Record};
use spotcheck::ios::plist::{self as list, Keep, MAX_DEPTH};
use spotcheck::ios::readers::{AppOnPhone, REGISTRY, photos_contacts};
use spotcheck::ios::{self, wal};

use super::{Target, fit_for_a_terminal, read, root, sample, twice, with_file};

pub const TARGETS: &[Target] = &[
    Target {
        name: "key_bag",
        run: key_bag,
        seeds: key_bag_seeds,
        words: &[
            "VERS", "TYPE", "UUID", "HMCK", "WRAP", "SALT", "ITER", "DPWT", "DPIC", "DPSL", "CLAS",
            "KTYP", "WPKY",
        ],
    },
    Target {
        name: "plist",
        run: plist_,
        seeds: plist_seeds,
        words: &[
            "bplist00",
            "<plist>",
            "<dict>",
            "<key>",
            "</key>",
            "<array>",
            "<integer>",
            "<true/>",
            "<data>",
            "<date>",
            "<!DOCTYPE",
        ],
    },
    Target {
        name: "archive",
        run: archive,
        seeds: archive_seeds,
        words: &[
            "$archiver",
            "NSKeyedArchiver",
            "$top",
            "root",
            "$objects",
            "$class",
            "$classname",
            "NS.data",
        ],
    },
    Target {
        name: "file_record",
        run: file_record,
        seeds: file_record_seeds,
        words: &["EncryptionKey", "Size", "NS.data", "$objects"],
    },
    Target {
        name: "manifest_db",
        run: manifest_db,
        seeds: manifest_db_seeds,
        words: SQL,
    },
    Target {
        name: "tcc_db",
        run: tcc_db,
        seeds: tcc_db_seeds,
        words: SQL,
    },
    Target {
        name: "tcc_log",
        run: tcc_log,
        seeds: tcc_log_seeds,
        words: &["\x37\x7f\x06\x02"],
    },
    Target {
        name: "ios_file",
        run: ios_file,
        seeds: ios_file_seeds,
        words: &[
            "<key>",
            "<true/>",
            "<false/>",
            "<integer>",
            "bplist00",
            "$objects",
        ],
    },
];

const SQL: &[&str] = &[
    "SQLite format 3\0",
    "CREATE TABLE ",
    "CREATE VIEW ",
    "CREATE TRIGGER ",
    "CREATE VIRTUAL TABLE ",
    "Files",
    "access",
    "fileID",
    "auth_value",
    "WITH RECURSIVE",
    "AS (",
    "PRIMARY KEY",
    "UNIQUE",
    "WITHOUT ROWID",
];

/// The rounds are bounded, or the work would not be; each class is there once.
fn key_bag(bytes: &[u8]) {
    let bag = twice(|| KeyBag::parse(bytes).map(|bag| format!("{bag:?}")));
    if bag.is_err() {
        return;
    }
    let Ok(bag) = KeyBag::parse(bytes) else {
        return;
    };
    let most = u64::from(keybag::MAX_DOUBLE_ROUNDS) + 2 * u64::from(keybag::MAX_ROUNDS);
    assert!(keys::total_rounds(&bag) <= most);
    assert!(!bag.classes().is_empty());
    let protected = matches!(
        bag.protection(),
        Protection::Double { .. } | Protection::Single { .. }
    );
    assert!(protected || bag.wrap == 0);
}

fn key_bag_seeds() -> Vec<Vec<u8>> {
    [
        "ios-encrypted/Manifest.plist",
        "ios-compliant/Manifest.plist",
    ]
    .iter()
    .filter_map(|name| {
        let root = list::pick(&sample(name), &Keep::keys(&["BackupKeyBag"])).ok()?;
        Some(list::data(&root, &["BackupKeyBag"]).ok()??.to_vec())
    })
    .collect()
}

/// No value is deeper than the bound; what a part keeps, the whole keeps too, and the same; what was read can be
/// written, and reads the same again.
fn plist_(bytes: &[u8]) {
    let Ok(whole) = list::pick(bytes, &Keep::All) else {
        let none = list::pick(bytes, &Keep::nothing());
        assert!(none.is_err() || bytes.len() > 20);
        return;
    };
    let (values, depth) = size(&whole);
    assert!(depth <= MAX_DEPTH);
    if values > 20_000 {
        return;
    }
    let written = |value: &Value| {
        let mut out = Vec::new();
        plist::to_writer_binary(&mut out, value).ok()?;
        Some(out)
    };
    let Value::Dictionary(dict) = &whole else {
        panic!("the root is no dictionary")
    };
    for key in dict.keys().take(4) {
        let part = list::pick(bytes, &Keep::keys(&[key])).expect("a part of what was read");
        let part = part.as_dictionary().expect("a dictionary");
        assert_eq!(part.len(), 1);
        assert!(same(&part[key], &dict[key]));
    }
    if let Some(out) = written(&whole) {
        let again = list::pick(&out, &Keep::All).expect("what was written is read");
        assert!(same(&again, &whole), "it reads differently once written");
    }
}

/// How many values, and how deep.
fn size(root: &Value) -> (usize, usize) {
    let (mut count, mut deepest) = (0, 0);
    let mut open = vec![(root, 0)];
    while let Some((value, depth)) = open.pop() {
        count += 1;
        deepest = deepest.max(depth);
        match value {
            Value::Array(items) => open.extend(items.iter().map(|v| (v, depth + 1))),
            Value::Dictionary(dict) => open.extend(dict.values().map(|v| (v, depth + 1))),
            _ => {}
        }
    }
    (count, deepest)
}

/// Equal, but for fractions that equal nothing, and moments in parts of a second.
fn same(a: &Value, b: &Value) -> bool {
    let mut open = vec![(a, b)];
    while let Some(pair) = open.pop() {
        let equal = match pair {
            (Value::Array(a), Value::Array(b)) => {
                open.extend(a.iter().zip(b));
                a.len() == b.len()
            }
            (Value::Dictionary(a), Value::Dictionary(b)) => {
                open.extend(
                    a.iter()
                        .filter_map(|(key, value)| Some((value, b.get(key)?))),
                );
                a.len() == b.len() && a.keys().all(|key| b.contains_key(key))
            }
            (Value::Real(a), Value::Real(b)) => {
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
            }
            (Value::Date(_), Value::Date(_)) => true,
            (a, b) => a == b,
        };
        if !equal {
            return false;
        }
    }
    true
}

/// Some files of the samples, as they are and as XML.
fn plist_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = ["Info.plist", "Manifest.plist", "Status.plist"]
        .iter()
        .map(|name| sample(&format!("ios-compliant/{name}")))
        .collect();
    seeds.extend(
        PHONE
            .files
            .values()
            .filter(|bytes| bytes.starts_with(b"bplist"))
            .cloned(),
    );
    let xml: Vec<Vec<u8>> = seeds
        .iter()
        .filter_map(|bytes| {
            let mut out = Vec::new();
            plist::from_bytes::<Value>(bytes)
                .ok()?
                .to_writer_xml(&mut out)
                .ok()?;
            Some(out)
        })
        .filter(|xml| xml.len() < 4096)
        .collect();
    seeds.extend(xml);
    seeds
}

/// Every object that can be reached is walked; a reference leads nowhere else than to an object.
fn archive(bytes: &[u8]) {
    let Ok(archive) = Archive::parse(bytes) else {
        return;
    };
    let Ok(root) = archive.root() else { return };
    walk(root, 3);
}

fn walk(object: Object<'_>, deep: usize) {
    for key in [
        "$class",
        "EncryptionKey",
        "Size",
        "NS.data",
        "NS.string",
        "NS.objects",
        "allowsNotifications",
        "contentPreviewSetting",
        "sectionInfoSettings",
        "sectionID",
    ] {
        let there = object.has(key);
        assert!(there || matches!(object.get(key), Ok(None)));
        let _ = (
            object.integer(key),
            object.boolean(key),
            object.string(key),
            object.class(),
        );
        if deep > 0
            && let Ok(Some(inner)) = object.object(key)
        {
            walk(inner, deep - 1);
        }
    }
}

fn archive_seeds() -> Vec<Vec<u8>> {
    let inside = |bytes: &Vec<u8>| {
        let root = plist::from_bytes::<Value>(bytes).ok()?;
        let sections = root.as_dictionary()?.get("sectionInfo")?.as_dictionary()?;
        Some(
            sections
                .values()
                .filter_map(|v| Some(v.as_data()?.to_vec()))
                .take(3)
                .collect::<Vec<_>>(),
        )
    };
    let mut seeds: Vec<Vec<u8>> = PHONE.files.values().filter_map(inside).flatten().collect();
    seeds.extend(file_record_seeds());
    seeds
}

/// What it says of a file is within what it holds.
fn file_record(bytes: &[u8]) {
    if let Ok(record) = twice(|| Record::parse(bytes)) {
        assert_eq!(record.bytes, bytes.len() as u64);
        assert!(record.key.is_none_or(|key| key.len() <= bytes.len()));
    }
}

fn file_record_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let db = root().join("sample-backups/ios-compliant/Manifest.db");
    let uri = spotcheck::database_file::unchanging(&db).expect("a path");
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_URI;
    let db = rusqlite::Connection::open_with_flags(uri, flags).expect("opens");
    let mut records = db
        .prepare("SELECT file FROM Files WHERE flags = 1 LIMIT 3")
        .expect("a list");
    let rows = records
        .query_map([], |row| row.get::<_, Vec<u8>>(0))
        .expect("rows");
    seeds.extend(rows.flatten());
    // One with a key.
    let mut keyed = plist::Dictionary::new();
    let uid = |n| Value::Uid(plist::Uid::new(n));
    keyed.insert("$archiver".into(), Value::String("NSKeyedArchiver".into()));
    keyed.insert("$version".into(), Value::Integer(100_000.into()));
    keyed.insert(
        "$top".into(),
        Value::Dictionary([("root".to_owned(), uid(1))].into_iter().collect()),
    );
    let file = [
        ("Size".to_owned(), Value::Integer(9.into())),
        ("EncryptionKey".to_owned(), uid(2)),
    ];
    let data = [("NS.data".to_owned(), Value::Data(vec![3; 44]))];
    keyed.insert(
        "$objects".into(),
        Value::Array(vec![
            Value::String("$null".into()),
            Value::Dictionary(file.into_iter().collect()),
            Value::Dictionary(data.into_iter().collect()),
        ]),
    );
    let mut out = Vec::new();
    plist::to_writer_binary(&mut out, &Value::Dictionary(keyed)).expect("written");
    seeds.push(out);
    seeds
}

/// Files that are looked up: two of the samples, and one that no backup holds.
fn looked_up() -> [(&'static str, &'static str); 3] {
    [
        ("HomeDomain", "Library/TCC/TCC.db"),
        ("HomeDomain", "Library/Preferences/.GlobalPreferences.plist"),
        ("HomeDomain", "Library/nothing"),
    ]
}

/// The program's own reader and SQLite do not contradict each other: a file that one of them finds is not missing for
/// the other, unless that one has found damage. The own reader gives a row only for its own domain and path.
fn manifest_db(bytes: &[u8]) {
    let own: Vec<Option<bool>> = twice(|| {
        let mut db = ManifestDb::open(bytes).ok();
        looked_up()
            .iter()
            .map(|(domain, path)| {
                let row = db
                    .as_mut()?
                    .lookup(FileId::of(domain, path).as_str())
                    .ok()?;
                if let Some(row) = &row {
                    assert_eq!(
                        (row.domain.as_str(), row.relative_path.as_str()),
                        (*domain, *path)
                    );
                }
                Some(row.is_some())
            })
            .collect()
    });
    let sqlite = with_file("Manifest.db", bytes, |path| {
        let list = ClearList::open(path).ok();
        looked_up().map(|(domain, path)| {
            let list = list.as_ref()?;
            let found = list.find(domain, path);
            if let (Ok(Some(record)), Ok(has)) = (&found, list.has(domain, path)) {
                assert!(has && record.bytes <= bytes.len() as u64);
            }
            found.ok().map(|record| record.is_some())
        })
    });
    for (own, sqlite) in own.iter().zip(sqlite) {
        let (Some(own), Some(sqlite)) = (own, sqlite) else {
            continue;
        };
        assert_eq!(
            *own, sqlite,
            "one reader finds a file that the other one says is not there"
        );
    }
}

fn manifest_db_seeds() -> Vec<Vec<u8>> {
    vec![sample("ios-compliant/Manifest.db")]
}

fn apps_on_phone() -> Vec<AppOnPhone> {
    let of = |id: &str, bundle: &str| AppOnPhone {
        id: id.into(),
        bundle: bundle.into(),
    };
    vec![
        of("whatsapp", "net.whatsapp.WhatsApp"),
        of("signal", "org.whispersystems.signal"),
    ]
}

fn permissions(database: &[u8], log: Option<&[u8]>) {
    let none = Missing::Absent(String::new());
    let apps = apps_on_phone();
    let lines = twice(|| {
        photos_contacts::permissions(
            Ok(database),
            log.ok_or(&none),
            Err(&none),
            Strength::Direct,
            &apps,
        )
    });
    assert_eq!(
        lines.len(),
        3 * apps.len(),
        "every fact of every app is reported"
    );
    for (fact, _, reading) in lines {
        if let Some(value) = reading.value() {
            assert!(fact.kind().admits(value), "{fact}: {value}");
        }
    }
}

/// Every permission is reported, as a value that it can have or as unknown.
fn tcc_db(bytes: &[u8]) {
    permissions(bytes, None);
}

fn tcc_db_seeds() -> Vec<Vec<u8>> {
    ["ios-compliant", "ios-failing"]
        .iter()
        .map(|name| {
            sample(&format!(
                "{name}/64/64d0019cb3d46bfc8cce545a8ba54b93e7ea9347"
            ))
        })
        .collect()
}

/// The same with a write-ahead log, which makes a database of a bounded length.
fn tcc_log(bytes: &[u8]) {
    let database = &tcc_db_seeds()[0];
    if let Ok(image) = wal::apply(database, bytes) {
        assert!(image.len() <= (32 << 20).max(database.len()));
    }
    permissions(database, Some(bytes));
}

/// A log as SQLite writes it: rows added to the sample's database, and the log copied before it is put in.
fn tcc_log_seeds() -> Vec<Vec<u8>> {
    let folder = super::folder();
    let path = folder.path().join("TCC.db");
    std::fs::write(&path, &tcc_db_seeds()[0]).expect("written");
    let db = rusqlite::Connection::open(&path).expect("opens");
    db.execute_batch("PRAGMA journal_mode = WAL; UPDATE access SET client = client;")
        .expect("changed");
    let log = read(&folder.path().join("TCC.db-wal"));
    drop(db);
    vec![log, Vec::new()]
}

/// A backup in memory.
#[derive(Clone)]
struct Phone {
    plain: BTreeMap<Plain, Vec<u8>>,
    files: BTreeMap<(&'static str, &'static str), Vec<u8>>,
}

/// All files of the sample that any reader may ask for.
static PHONE: LazyLock<Phone> = LazyLock::new(|| {
    let path = root().join("sample-backups/ios-compliant");
    let mut backup = ios::backup::Backup::locate(&path).expect("the sample");
    let mut phone = Phone {
        plain: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    for which in Plain::ALL {
        phone
            .plain
            .insert(which, backup.plain(which).expect("a list"));
    }
    for (domain, path) in places() {
        let bytes = backup.file(domain, path);
        phone
            .files
            .insert((domain, path), bytes.unwrap_or_default());
    }
    phone
});

/// The files that readers declare, in a fixed order.
fn places() -> Vec<(&'static str, &'static str)> {
    let needs = REGISTRY.iter().flat_map(|reader| reader.needs());
    let mut places: Vec<_> = needs
        .filter_map(|need| match (need.place, need.usage) {
            (Place::File { domain, path }, Use::Read) => Some((domain, path)),
            _ => None,
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

impl Files for Phone {
    fn plain(&mut self, which: Plain) -> Result<Vec<u8>, Missing> {
        self.plain
            .get(&which)
            .cloned()
            .ok_or_else(|| Missing::Absent("not there".into()))
    }

    fn database(&mut self) -> Database {
        Database::Clear
    }

    fn file(&mut self, domain: &str, path: &str) -> Result<Vec<u8>, Missing> {
        let found = self
            .files
            .iter()
            .find(|((d, p), _)| (*d, *p) == (domain, path));
        found
            .filter(|(_, bytes)| !bytes.is_empty())
            .map(|(_, bytes)| bytes.clone())
            .ok_or_else(|| Missing::Absent("not there".into()))
    }

    fn exists(&mut self, domain: &str, path: &str) -> Result<bool, Missing> {
        Ok(self.file(domain, path).is_ok())
    }

    fn database_bytes(&self) -> u64 {
        0
    }
}

static REQUEST: LazyLock<Mutex<Request>> = LazyLock::new(|| {
    let apps = ["whatsapp", "signal"]
        .iter()
        .filter_map(|id| apps::by_id(id))
        .cloned()
        .collect();
    Mutex::new(Request::everything(apps, Platform::Ios))
});

/// One file of a good backup is replaced: the first byte says which. Every reader runs. What is known has a value that
/// it can have, what is told is fit for a terminal, and the readings are the same twice.
fn ios_file(bytes: &[u8]) {
    let Some((which, content)) = bytes.split_first() else {
        return;
    };
    let mut phone = PHONE.clone();
    let which = usize::from(*which) % (Plain::ALL.len() + phone.files.len());
    match Plain::ALL.get(which) {
        Some(plain) => {
            phone.plain.insert(*plain, content.to_vec());
        }
        None => {
            if let Some(file) = phone.files.values_mut().nth(which - Plain::ALL.len()) {
                *file = content.to_vec();
            }
        }
    }
    let request = REQUEST
        .lock()
        .map(|r| r.clone())
        .unwrap_or_else(|e| e.into_inner().clone());
    let evidence = twice(|| {
        let evidence = ios::read_from(&mut phone.clone(), &request);
        let readings: Vec<_> = evidence
            .readings()
            .map(|(f, s, r)| (f, s.clone(), r.clone()))
            .collect();
        (readings, evidence.warnings, evidence.apps_unseen)
    });
    super::android::check(&evidence.0);
    evidence
        .1
        .iter()
        .chain(&evidence.2)
        .for_each(|text| fit_for_a_terminal(text));
}

fn ios_file_seeds() -> Vec<Vec<u8>> {
    let lists = PHONE.plain.values().chain(PHONE.files.values());
    lists
        .enumerate()
        .filter(|(_, bytes)| !bytes.is_empty())
        .map(|(n, bytes)| [&[n as u8][..], bytes].concat())
        .collect()
}
