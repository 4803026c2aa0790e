//! The lookup on damaged and hostile databases: an error or the right row, within bounds. All data is synthetic.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::tests::{APPLE, check, database, file_id, image, insert, open, row};
use super::*;
use crate::ios::crypt::testing::Random;

/// A damaged database may refuse, or give the right row (with at most the damaged byte in it); nothing else.
fn no_wrong_answer(image: &[u8], expected: &BTreeMap<String, FileRow>, ids: &[&str], what: &str) {
    let Ok(mut db) = open(image) else { return };
    for id in ids {
        match (db.lookup(id), expected.get(*id)) {
            (Err(_), _) | (Ok(None), None) => {}
            (Ok(Some(found)), Some(row)) => {
                assert_eq!(found.domain, row.domain, "{what}");
                assert_eq!(found.relative_path, row.relative_path, "{what}");
                assert_eq!(found.file.len(), row.file.len(), "{what}");
                let differ = found
                    .file
                    .iter()
                    .zip(&row.file)
                    .filter(|(a, b)| a != b)
                    .count();
                let flags = usize::from(found.flags != row.flags);
                assert!(differ + flags <= 1, "{what}");
            }
            (Ok(found), row) => panic!("{what}: {id} gives {found:?} instead of {row:?}"),
        }
    }
    assert!(db.pages_read() < 2000, "{what}");
}

/// A small database with all kinds of pages in it: interior and leaf, index and table, overflow and free.
fn small() -> (Vec<u8>, BTreeMap<String, FileRow>) {
    let mut random = Random(7);
    let mut db = Connection::open_in_memory().unwrap();
    db.execute_batch("PRAGMA page_size = 512").unwrap();
    db.execute_batch("CREATE TABLE gone (x); INSERT INTO gone VALUES (zeroblob(900));")
        .unwrap();
    db.execute_batch(APPLE).unwrap();
    db.execute_batch("DROP TABLE gone; DROP INDEX FilesFlagsIdx; DROP INDEX FilesDomainIdx;")
        .unwrap();
    let mut expected = BTreeMap::new();
    for i in 0..24 {
        let row = row(&mut random, i, if i % 8 == 0 { 900 } else { 30 });
        expected.insert(insert(&db, &row), row);
    }
    db.execute_batch("DELETE FROM Files WHERE rowid IN (3, 11)")
        .unwrap();
    expected.retain(|id, _| {
        let sql = "SELECT count(*) FROM Files WHERE fileID = ?";
        db.query_row(sql, [id], |row| row.get::<_, bool>(0))
            .unwrap()
    });
    assert_eq!(expected.len(), 22);
    (image(&mut db), expected)
}

#[test]
fn damaged_bytes_give_errors_and_never_wrong_answers() {
    let (image, expected) = small();
    check(&image, &expected);
    let absent = [file_id("Absent", "a"), "0".repeat(40), "f".repeat(40)];
    let ids: Vec<&str> = expected.keys().chain(&absent).map(String::as_str).collect();
    let mut random = Random(4);
    let mut bad = image.clone();
    for at in 0..image.len() {
        let good = image[at];
        let flipped = good ^ 1 << random.below(8);
        for value in [0, 0xff, flipped, good.wrapping_add(1)] {
            if value != good {
                bad[at] = value;
                let some: Vec<&str> = (0..3).map(|_| ids[random.below(ids.len())]).collect();
                no_wrong_answer(&bad, &expected, &some, &format!("byte {at} = {value}"));
            }
        }
        bad[at] = good;
    }
}

#[test]
fn cut_short_databases_give_errors_and_never_wrong_answers() {
    let (mut image, expected) = small();
    let ids: Vec<&str> = expected.keys().map(String::as_str).step_by(5).collect();
    for counted in [true, false] {
        if !counted {
            image[92] ^= 1;
        }
        for end in 0..image.len() {
            no_wrong_answer(&image[..end], &expected, &ids, &format!("{end} bytes"));
        }
    }
}

#[test]
fn swapped_pages_and_rings_give_errors_and_never_wrong_answers() {
    let (image, expected) = database("PRAGMA page_size = 512", APPLE, 200, 900);
    let ids: Vec<&str> = expected.keys().map(String::as_str).step_by(19).collect();
    let pages = image.len() / 512;
    let mut random = Random(5);
    for case in 0..1500 {
        let mut bad = image.clone();
        let (from, to) = (random.below(pages) * 512, random.below(pages) * 512);
        match case % 3 {
            0 => bad.copy_within(from..from + 512, to),
            // Any four bytes that might be a page number point to some other page.
            1 => {
                let at = random.below(image.len() - 4);
                let number = 1 + random.below(pages) as u32;
                bad[at..at + 4].copy_from_slice(&number.to_be_bytes());
            }
            // Every right-most child and every overflow chain leads back to its own page.
            _ => {
                let number = (from / 512 + 1) as u32;
                bad[from + 8..from + 12].copy_from_slice(&number.to_be_bytes());
                bad[to..to + 4].copy_from_slice(&((to / 512 + 1) as u32).to_be_bytes());
            }
        }
        if case % 3 == 1 {
            // Inside of a file's record four bytes may differ: only the rest must be right.
            let Ok(mut db) = open(&bad) else { continue };
            for id in &ids {
                if let Ok(found) = db.lookup(id) {
                    assert_eq!(found.unwrap().relative_path, expected[*id].relative_path);
                }
            }
        } else {
            no_wrong_answer_but_blobs(&bad, &expected, &ids);
        }
    }
}

/// As [`no_wrong_answer`], but where whole overflow pages changed only the rest of the row must be right.
fn no_wrong_answer_but_blobs(image: &[u8], expected: &BTreeMap<String, FileRow>, ids: &[&str]) {
    let Ok(mut db) = open(image) else { return };
    for id in ids {
        if let Ok(found) = db.lookup(id) {
            let (found, row) = (found.unwrap(), &expected[*id]);
            assert_eq!(found.domain, row.domain);
            assert_eq!(found.relative_path, row.relative_path);
        }
    }
}

#[test]
fn noise_is_refused() {
    let mut random = Random(6);
    let (image, _) = database("PRAGMA page_size = 512", APPLE, 24, 900);
    for _ in 0..300 {
        let mut noise = random.bytes(4096);
        assert!(open(&noise).is_err());
        noise[..100].copy_from_slice(&image[..100]);
        assert!(open(&noise).is_err());
    }
}

#[test]
fn damaged_and_hostile_schemas_are_refused() {
    let schema = |change: &str| format!("{APPLE} PRAGMA writable_schema = ON; {change};");
    let tables = |count: usize, letters: usize| -> String {
        let name = "a".repeat(letters);
        (0..count)
            .map(|i| format!("CREATE TABLE t{i} ({name} TEXT);"))
            .collect()
    };
    let malformed = "Manifest.db is damaged at page 1: a malformed schema row";
    for (pragmas, schema, reason) in [
        (
            "",
            schema("UPDATE sqlite_master SET tbl_name = 'FILES' WHERE name = 'Properties'"),
            "Manifest.db is damaged: two tables Files",
        ),
        (
            "",
            schema("UPDATE sqlite_master SET tbl_name = NULL WHERE name = 'Properties'"),
            malformed,
        ),
        (
            "",
            schema("UPDATE sqlite_master SET type = x'00' WHERE name = 'Files'"),
            malformed,
        ),
        (
            "",
            schema("UPDATE sqlite_master SET rootpage = 1 WHERE name = 'Files'"),
            "Manifest.db is damaged at page 1: a schema row without a root page",
        ),
        (
            "PRAGMA page_size = 65536",
            format!("{APPLE}{}", tables(60, 80_000)),
            "Manifest.db is of an unsupported kind: its schema is too large",
        ),
        (
            "PRAGMA page_size = 512",
            format!("{APPLE}{}", tables(300, 300)),
            "Manifest.db is damaged: a lookup does not end",
        ),
    ] {
        let (image, _) = database(pragmas, &schema, 0, 0);
        assert_eq!(open(&image).unwrap_err().to_string(), reason);
    }
    // A row with fewer values than the schema's five.
    assert_eq!(
        SchemaRow::read(&[2, 1, 0]).err(),
        Some("a malformed schema row")
    );
}

#[test]
fn rows_without_all_columns_are_errors() {
    let mut db = Connection::open_in_memory().unwrap();
    let id = file_id("HomeDomain", "a");
    db.execute_batch(&format!(
        "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER);
         INSERT INTO Files VALUES ('{id}', 'HomeDomain', 'a', 1);
         ALTER TABLE Files ADD COLUMN file BLOB;"
    ))
    .unwrap();
    let image = image(&mut db);
    assert_eq!(
        open(&image).unwrap().lookup(&id).unwrap_err().to_string(),
        "Manifest.db is damaged: a row of Files is too short"
    );
}
