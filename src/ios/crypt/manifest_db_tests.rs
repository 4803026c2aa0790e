//! The lookup held against real SQLite, on databases of many shapes and on damaged ones. All data is synthetic.

use std::collections::BTreeMap;
use std::io;

use cbc::Encryptor;
use cbc::cipher::{Array, BlockModeEncrypt, KeyIvInit};
use rusqlite::{Connection, MAIN_DB, params};

use super::*;
use crate::ios::crypt::testing::{self, Random};

pub(super) const APPLE: &str = "
    CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
    CREATE INDEX FilesDomainIdx ON Files(domain);
    CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
    CREATE INDEX FilesFlagsIdx ON Files(flags);
    CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);";

pub(super) fn file_id(domain: &str, path: &str) -> String {
    let digest = Sha1::digest(format!("{domain}-{path}"));
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

/// What the database should give for the `i`th file.
pub(super) fn row(random: &mut Random, i: usize, most_bytes: usize) -> FileRow {
    let blob = random.below(most_bytes + 1);
    FileRow {
        domain: ["HomeDomain", "AppDomain-org.example.synthetic"][i % 2].to_owned(),
        relative_path: format!("Library/{}/{i}.plist", "x".repeat(random.below(40))),
        flags: [1, 2, 4][random.below(3)],
        file: random.bytes(blob),
    }
}

pub(super) fn insert(db: &Connection, row: &FileRow) -> String {
    let id = file_id(&row.domain, &row.relative_path);
    db.prepare_cached(
        "INSERT INTO Files (fileID, domain, relativePath, flags, file) VALUES (?, ?, ?, ?, ?)",
    )
    .unwrap()
    .execute(params![
        id,
        row.domain,
        row.relative_path,
        row.flags,
        row.file
    ])
    .unwrap();
    id
}

/// A database with `rows` synthetic rows, as bytes, and what is in it.
pub(super) fn database(
    pragmas: &str,
    schema: &str,
    rows: usize,
    most_bytes: usize,
) -> (Vec<u8>, BTreeMap<String, FileRow>) {
    let mut random = Random(rows as u64 + most_bytes as u64);
    let mut db = Connection::open_in_memory().unwrap();
    db.execute_batch(pragmas).unwrap();
    db.execute_batch(schema).unwrap();
    db.execute_batch("BEGIN").unwrap();
    let mut expected = BTreeMap::new();
    for i in 0..rows {
        let row = row(&mut random, i, most_bytes);
        expected.insert(insert(&db, &row), row);
    }
    db.execute_batch("COMMIT").unwrap();
    (image(&mut db), expected)
}

pub(super) fn image(db: &mut Connection) -> Vec<u8> {
    db.serialize(MAIN_DB).unwrap().to_vec()
}

pub(super) fn open(image: &[u8]) -> Result<ManifestDb<&[u8]>, ManifestDbError> {
    ManifestDb::open(image)
}

/// Looks all ids of `expected` up (a sample, if there are many), and as many that are not there.
pub(super) fn check(image: &[u8], expected: &BTreeMap<String, FileRow>) {
    let mut db = open(image).unwrap();
    for (id, row) in expected.iter().step_by(1 + expected.len() / 300) {
        assert_eq!(db.lookup(id).unwrap().as_ref(), Some(row), "{id}");
        for absent in [id.replace('e', "f"), file_id("Absent", id)] {
            let found = db.lookup(&absent).unwrap();
            assert_eq!(found.as_ref(), expected.get(&absent), "{absent}");
        }
    }
    for absent in ["0".repeat(40), "f".repeat(40)] {
        assert_eq!(db.lookup(&absent).unwrap(), None);
    }
}

#[test]
fn all_page_sizes_and_numbers_of_rows() {
    for page_size in [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536] {
        for (rows, most_bytes) in [(0, 0), (1, 100), (7, 9000), (300, 1500), (3000, 300)] {
            let pragmas = format!("PRAGMA page_size = {page_size}");
            let (image, expected) = database(&pragmas, APPLE, rows, most_bytes);
            assert_eq!(expected.len(), rows);
            check(&image, &expected);
        }
    }
}

#[test]
fn two_hundred_thousand_rows() {
    let (image, expected) = database("", APPLE, 200_000, 600);
    check(&image, &expected);
    let mut db = open(&image).unwrap();
    let before = db.pages_read();
    db.lookup(expected.keys().next().unwrap()).unwrap().unwrap();
    assert!(db.pages_read() - before <= 10);
}

#[test]
fn real_schemas() {
    for version in ["10.3.3", "11.1.2", "11.2"] {
        let path = format!("ios/richinfante-schemas/manifestdb_{version}.sql");
        let Some(schema) = testing::corpus(&path) else {
            return;
        };
        let schema = String::from_utf8(schema).unwrap();
        let (image, expected) = database("", &schema, 100, 1000);
        check(&image, &expected);
    }
}

#[test]
fn other_schemas() {
    let many: String = (0..200)
        .map(|i| format!("CREATE TABLE \"t{i}\" (a{} TEXT);", "a".repeat(i * 20)))
        .collect();
    for schema in [
        // Other order, quotes, a comment, one more column, no primary key but an index of our own.
        "CREATE TABLE \"files\" (file BLOB, \n[flags] INTEGER, -- a comment, with a comma\n 'relativePath' TEXT,
         extra TEXT DEFAULT 'x', fileid TEXT, \"domain\" TEXT);
         CREATE INDEX odd ON files (flags); CREATE INDEX partial ON files (fileID) WHERE flags = 1;
         CREATE INDEX nocase ON files (fileID COLLATE NOCASE); CREATE INDEX falling ON files (fileID DESC);
         CREATE UNIQUE INDEX mine ON files (fileID);",
        "CREATE TABLE Files (domain TEXT, relativePath TEXT, fileID TEXT NOT NULL, flags INTEGER, file BLOB,
         CONSTRAINT id PRIMARY KEY (fileID ASC));",
        "CREATE TABLE Files (fileID TEXT UNIQUE, domain, relativePath, flags, file); CREATE VIEW v AS SELECT * FROM
         Files; CREATE TRIGGER t AFTER DELETE ON Files BEGIN SELECT 1; END;",
        &format!("{many}{APPLE}"),
        &format!("{APPLE}{many}"),
    ] {
        for pragmas in ["PRAGMA page_size = 512", "PRAGMA page_size = 4096"] {
            let (image, expected) = database(pragmas, schema, 200, 3000);
            check(&image, &expected);
        }
    }
}

#[test]
fn added_columns_deleted_rows_and_free_pages() {
    for vacuum in ["NONE", "FULL", "INCREMENTAL"] {
        for page_size in [512, 4096] {
            let mut random = Random(page_size);
            let mut db = Connection::open_in_memory().unwrap();
            db.execute_batch(&format!(
                "PRAGMA page_size = {page_size}; PRAGMA auto_vacuum = {vacuum}; {APPLE} BEGIN;"
            ))
            .unwrap();
            let mut expected = BTreeMap::new();
            for i in 0..2000 {
                let row = row(&mut random, i, 900);
                let id = insert(&db, &row);
                expected.insert(id, row);
                // Deletions all along, so that pages are freed, merged and used again.
                if random.below(3) == 0 {
                    let nth = random.below(expected.len());
                    let id = expected.keys().nth(nth).unwrap().clone();
                    db.execute("DELETE FROM Files WHERE fileID = ?", [&id])
                        .unwrap();
                    expected.remove(&id);
                }
                if random.below(10) == 0 {
                    let nth = random.below(expected.len());
                    let (id, row) = expected.iter_mut().nth(nth).unwrap();
                    let size = random.below(3000);
                    row.file = random.bytes(size);
                    db.execute(
                        "UPDATE Files SET file = ? WHERE fileID = ?",
                        params![row.file, id],
                    )
                    .unwrap();
                }
            }
            db.execute_batch("COMMIT; ALTER TABLE Files ADD COLUMN later TEXT;")
                .unwrap();
            check(&image(&mut db), &expected);
            db.execute_batch("DELETE FROM Files WHERE rowid % 50 != 0")
                .unwrap();
            let left: Vec<String> = db
                .prepare("SELECT fileID FROM Files")
                .unwrap()
                .query_map([], |row| row.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            expected.retain(|id, _| left.contains(id));
            check(&image(&mut db), &expected);
            db.execute_batch("DELETE FROM Files").unwrap();
            check(&image(&mut db), &BTreeMap::new());
        }
    }
}

#[test]
fn rowids_of_all_sizes() {
    let mut db = Connection::open_in_memory().unwrap();
    db.execute_batch(APPLE).unwrap();
    let mut expected = BTreeMap::new();
    for rowid in [
        i64::MIN,
        -70_000,
        -1,
        0,
        1,
        200,
        1 << 20,
        1 << 40,
        i64::MAX - 1,
        i64::MAX,
    ] {
        let row = FileRow {
            domain: "HomeDomain".to_owned(),
            relative_path: rowid.to_string(),
            flags: rowid,
            file: vec![0; 500],
        };
        let id = insert(&db, &row);
        db.execute(
            "UPDATE Files SET rowid = ? WHERE fileID = ?",
            params![rowid, id],
        )
        .unwrap();
        expected.insert(id, row);
    }
    check(&image(&mut db), &expected);
}

#[test]
fn reserved_bytes_and_wal_mode() {
    // SQLite has no pragma for reserved bytes: they are put into an empty database, which then grows.
    let mut empty = Connection::open_in_memory().unwrap();
    empty
        .execute_batch("PRAGMA page_size = 1024; PRAGMA user_version = 1")
        .unwrap();
    let mut start = image(&mut empty);
    let usable: u16 = 1024 - 32;
    start[20] = 32;
    start[105..107].copy_from_slice(&usable.to_be_bytes());
    let mut db = Connection::open_in_memory().unwrap();
    let size = start.len();
    db.deserialize_read_exact(MAIN_DB, io::Cursor::new(start), size, false)
        .unwrap();
    db.execute_batch(APPLE).unwrap();
    let mut random = Random(3);
    let mut expected = BTreeMap::new();
    for i in 0..500 {
        let row = row(&mut random, i, 3000);
        expected.insert(insert(&db, &row), row);
    }
    let mut image = image(&mut db);
    assert_eq!(image[20], 32);
    check(&image, &expected);

    image[18..20].copy_from_slice(&[2, 2]);
    check(&image, &expected);
    // Written by a program that does not keep the page count in the header.
    image[92..96].copy_from_slice(&[0xff; 4]);
    check(&image, &expected);
    image.extend([7; 100]);
    check(&image, &expected);
}

fn refusal(image: &[u8]) -> String {
    open(image).unwrap_err().to_string()
}

#[test]
fn what_is_not_understood_is_refused() {
    let (good, expected) = database("", APPLE, 10, 100);
    let with = |at: usize, bytes: &[u8]| {
        let mut image = good.clone();
        image[at..at + bytes.len()].copy_from_slice(bytes);
        refusal(&image)
    };
    assert!(with(0, b"s").contains("not a SQLite database"));
    assert!(refusal(b"").contains("not a SQLite database"));
    assert!(with(16, &[3, 0]).contains("page size"));
    assert!(with(19, &[3]).contains("version"));
    assert!(with(21, &[63]).contains("fractions"));
    assert!(with(44, &[0, 0, 0, 5]).contains("schema format"));
    assert!(with(56, &[0, 0, 0, 2]).contains("text encoding"));
    assert!(refusal(&good[..good.len() - 1]).contains("cut short"));

    for (schema, reason) in [
        (
            "CREATE TABLE Other (fileID TEXT PRIMARY KEY)",
            "no table Files",
        ),
        (
            "CREATE TABLE Files (fileID, domain, relativePath, flags, file)",
            "no index",
        ),
        (
            "CREATE TABLE Files (fileID TEXT COLLATE NOCASE PRIMARY KEY, domain, relativePath, flags, file)",
            "collation",
        ),
        (
            "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain, relativePath, flags, file) WITHOUT ROWID",
            "without rowids",
        ),
        (
            "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain, relativePath, flags)",
            "no column file",
        ),
        (
            "PRAGMA encoding = 'UTF-16'; CREATE TABLE Files (fileID TEXT PRIMARY KEY)",
            "text encoding",
        ),
        ("", "schema format"),
    ] {
        let (image, _) = database("PRAGMA user_version = 1", schema, 0, 0);
        assert!(refusal(&image).contains(reason), "{}", refusal(&image));
    }

    let mut db = open(&good).unwrap();
    let id = expected.keys().next().unwrap();
    for bad in [
        &id[1..],
        &id.to_uppercase(),
        &id.replace('a', "/"),
        "",
        &format!("{id}0"),
    ] {
        assert!(
            matches!(db.lookup(bad), Err(ManifestDbError::BadId)) || *bad == **id,
            "{bad}"
        );
    }
}

#[test]
fn rows_that_contradict_their_id_are_errors() {
    let (image, expected) = database("", APPLE, 50, 100);
    let id = expected.keys().nth(20).unwrap();
    let next = expected.keys().nth(21).unwrap();
    let no_entry = Some("an index entry that is not a text and a rowid");
    for (change, of, reason) in [
        (
            "domain = 'Other'",
            id,
            Some("a file id does not belong to its domain and path"),
        ),
        (
            "relativePath = NULL",
            id,
            Some("a column of Files is not a text"),
        ),
        (
            "domain = x'ff'",
            id,
            Some("a column of Files is not a text"),
        ),
        (
            "domain = CAST(x'ff' AS TEXT)",
            id,
            Some("a text of Files is not UTF-8"),
        ),
        (
            "file = 'text'",
            id,
            Some("the record of a file is not a blob"),
        ),
        ("file = zeroblob(200000)", id, Some("a record of 200")),
        (
            "flags = NULL",
            id,
            Some("the flags of a file are not a number"),
        ),
        ("fileID = NULL", next, no_entry),
        ("fileID = x'00'", next, no_entry),
        // So long that the entry goes on on other pages.
        ("fileID = zeroblob(2000)", next, no_entry),
        (
            "fileID = fileID || hex(zeroblob(9000))",
            next,
            Some("a record of 180"),
        ),
        ("file = NULL", next, None),
    ] {
        let mut db = Connection::open_in_memory().unwrap();
        let size = image.len();
        db.deserialize_read_exact(MAIN_DB, io::Cursor::new(image.clone()), size, false)
            .unwrap();
        db.execute_batch(&format!("UPDATE Files SET {change} WHERE fileID = '{of}'"))
            .unwrap();
        let changed = super::tests::image(&mut db);
        match (open(&changed).unwrap().lookup(id), reason) {
            (Err(error), Some(reason)) => {
                let said = error.to_string();
                assert!(said.contains(reason), "{change}: {said}");
            }
            (found, _) => assert!(found.is_ok() && reason.is_none(), "{change}: {found:?}"),
        }
    }
}

#[test]
fn indexes_and_tables_that_disagree_are_errors() {
    let (_, expected) = database("", APPLE, 50, 100);
    let id = expected.keys().nth(20).unwrap();
    let root = |db: &Connection, name: &str| -> i64 {
        let sql = "SELECT rootpage FROM sqlite_master WHERE name = ?";
        db.query_row(sql, [name], |row| row.get(0)).unwrap()
    };
    // The index's root is one of another index, or of an empty one.
    for other in [
        "FilesDomainIdx",
        "FilesFlagsIdx",
        "sqlite_autoindex_Properties_1",
    ] {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(APPLE).unwrap();
        for row in expected.values() {
            insert(&db, row);
        }
        let other = root(&db, other);
        db.execute_batch("PRAGMA writable_schema = ON").unwrap();
        db.execute(
            "UPDATE sqlite_master SET rootpage = ? WHERE name = 'sqlite_autoindex_Files_1'",
            [other],
        )
        .unwrap();
        let changed = image(&mut db);
        let mut db = open(&changed).unwrap();
        assert!(db.lookup(id).is_err());
        assert!(db.lookup(&"a".repeat(40)).is_err());
    }
    // Two rows with one id, under an index that allows it.
    let mut db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "PRAGMA page_size = 512; CREATE TABLE Files (fileID, domain, relativePath, flags, file);
         CREATE INDEX i ON Files(fileID);",
    )
    .unwrap();
    for row in expected.values().chain(expected.values()) {
        insert(&db, row);
    }
    let doubled = image(&mut db);
    let mut db = open(&doubled).unwrap();
    for id in expected.keys() {
        assert!(db.lookup(id).unwrap_err().to_string().contains("twice"));
    }
}

const KEY: [u8; 32] = [7; 32];

fn encrypt(mut image: Vec<u8>, padded: bool) -> Vec<u8> {
    if padded {
        image.extend([16; 16]);
    }
    let blocks = image.as_chunks_mut::<16>().0;
    Encryptor::<aes::Aes256>::new((&KEY).into(), &[0; 16].into())
        .encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    image
}

#[test]
fn encrypted_files_padded_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Manifest.db");
    let (image, expected) = database("", APPLE, 2000, 700);

    std::fs::write(&path, &image).unwrap();
    let mut plain = PlainManifest::open_plain(File::open(&path).unwrap()).unwrap();
    for padded in [false, true] {
        std::fs::write(&path, encrypt(image.clone(), padded)).unwrap();
        let file = || File::open(&path).unwrap();
        let mut db = EncryptedManifest::open_encrypted(file(), &Key::new(&KEY)).unwrap();
        for (id, row) in &expected {
            assert_eq!(db.lookup(id).unwrap().as_ref(), Some(row));
        }
        assert_eq!(db.lookup(&file_id("Absent", "")).unwrap(), None);

        let wrong = EncryptedManifest::open_encrypted(file(), &Key::new(&[8; 32]));
        assert!(matches!(
            wrong,
            Err(ManifestDbError::Btree(BtreeError::NotSqlite))
        ));
        assert!(PlainManifest::open_plain(file()).is_err());
    }
    std::fs::write(&path, &image).unwrap();
    for (id, row) in &expected {
        assert_eq!(plain.lookup(id).unwrap().as_ref(), Some(row));
    }
    let directory = || File::open(folder.path()).unwrap();
    for error in [
        PlainManifest::open_plain(directory()).unwrap_err(),
        EncryptedManifest::open_encrypted(directory(), &Key::new(&KEY)).unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "Manifest.db could not be read: not a regular file"
        );
    }

    let cut = encrypt(image, true);
    std::fs::write(&path, &cut[..cut.len() - 17]).unwrap();
    let error = EncryptedManifest::open_encrypted(File::open(&path).unwrap(), &Key::new(&KEY));
    assert!(error.unwrap_err().to_string().contains("cut short"));
}

#[test]
fn rows_are_not_shown_whole() {
    let mut random = Random(9);
    let row = FileRow {
        file: vec![77; 5],
        ..row(&mut random, 1, 0)
    };
    assert!(format!("{row:?}").ends_with("file: 5 }"));
}
