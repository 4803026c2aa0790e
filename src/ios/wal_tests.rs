//! Logs as SQLite writes them, whole and damaged field by field. All data is synthetic.

use std::fs;

use rusqlite::Connection;

use super::*;

const PAGE: usize = 512;
const FRAME: usize = 24 + PAGE;
const DAMAGED: &str = "the database's write-ahead log is damaged or cut short";

/// A database, the log of the changes since, and the database that SQLite makes of the two.
fn written(changes: &[&str]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("synthetic.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(
        "PRAGMA page_size = 512; CREATE TABLE t (a); PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;",
    )
    .unwrap();
    let before = fs::read(&path).unwrap();
    for change in changes {
        db.execute_batch(change).unwrap();
    }
    let log = fs::read(folder.path().join("synthetic.db-wal")).unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    (before, log, fs::read(&path).unwrap())
}

/// Two transactions, of one frame each.
fn two_frames() -> (Vec<u8>, Vec<u8>) {
    let (database, log, _) = written(&["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"]);
    assert_eq!(log.len(), 32 + 2 * FRAME);
    (database, log)
}

fn put(log: &mut [u8], at: usize, word: u32) {
    log[at..at + 4].copy_from_slice(&word.to_be_bytes());
}

/// Makes all checksums right again, so that it is another check which has to find the damage.
fn sum_again(log: &mut [u8]) {
    let big_endian = log[3] == 0x83;
    let mut sum = checksum(big_endian, (0, 0), log[..24].as_chunks().0);
    put(log, 24, sum.0);
    put(log, 28, sum.1);
    for frame in log[32..].chunks_exact_mut(FRAME) {
        sum = checksum(big_endian, sum, frame[..8].as_chunks().0);
        sum = checksum(big_endian, sum, frame[24..].as_chunks().0);
        put(frame, 16, sum.0);
        put(frame, 20, sum.1);
    }
}

#[test]
fn a_log_gives_what_sqlite_makes_of_it() {
    let grown = "INSERT INTO t SELECT zeroblob(300) FROM (VALUES (1), (2), (3), (4), (5), (6))";
    let shrunk = "DELETE FROM t; VACUUM;";
    for changes in [
        &["INSERT INTO t VALUES (1)"][..],
        &["INSERT INTO t VALUES (1)", "UPDATE t SET a = 2"],
        &[grown],
        &[grown, shrunk],
        &[grown, shrunk, grown, "UPDATE t SET a = zeroblob(200)"],
    ] {
        let (before, mut log, after) = written(changes);
        assert_ne!(before, after);
        assert_eq!(apply(&before, &log).as_ref(), Ok(&after), "{changes:?}");
        // The same log as a processor of the other kind writes it.
        log[3] ^= 1;
        sum_again(&mut log);
        assert_eq!(apply(&before, &log).as_ref(), Ok(&after), "{changes:?}");
    }
    assert_eq!(apply(b"anything", &[]).as_deref(), Ok(&b"anything"[..]));
}

#[test]
fn changes_that_were_not_committed_are_left_out() {
    let (database, log) = two_frames();
    let first = apply(&database, &log[..32 + FRAME]).unwrap();
    assert_ne!(first, database);
    let mut open = log.clone();
    put(&mut open, 32 + FRAME + 4, 0);
    sum_again(&mut open);
    assert_eq!(apply(&database, &open), Ok(first));
    put(&mut open, 32 + 4, 0);
    sum_again(&mut open);
    assert_eq!(apply(&database, &open), Ok(database));
}

#[test]
fn every_damaged_field_is_an_error() {
    type Damage = fn(&mut Vec<u8>);
    let (database, log) = two_frames();
    let too_many = (MAX_DATABASE / PAGE + 1) as u32;
    assert_eq!(too_many, 65_537);
    let damages: [(&str, Damage); 20] = [
        ("less than a word", |log| log.truncate(3)),
        ("a header cut short", |log| log.truncate(28)),
        ("a header and a part of a word", |log| log.truncate(34)),
        ("another magic number", |log| log[3] = 0x84),
        ("another version", |log| put(log, 4, 3_007_001)),
        ("another page size", |log| put(log, 8, 1024)),
        ("no page size", |log| put(log, 8, 0)),
        ("a frame's header cut short", |log| {
            log.truncate(32 + FRAME + 20);
        }),
        ("a page cut short", |log| log.truncate(32 + 2 * FRAME - 4)),
        ("a frame and some bytes", |log| log.push(0)),
        ("a first frame from before", |log| log[32 + 11] ^= 1),
        ("a first frame with another draw", |log| log[32 + 15] ^= 1),
        ("a later frame with another draw", |log| {
            log[32 + FRAME + 15] ^= 1;
        }),
        ("a later frame from after", |log| {
            let at = 32 + FRAME + 8;
            let salt = u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
            put(log, at, salt.wrapping_add(1));
        }),
        ("page 0", |log| put(log, 32, 0)),
        ("a page that is too far", |log| put(log, 32, 65_537)),
        ("the last page of all", |log| put(log, 32, u32::MAX)),
        ("too many pages", |log| put(log, 32 + 4, 65_537)),
        ("the most pages of all", |log| put(log, 32 + 4, u32::MAX)),
        ("too many pages in the end", |log| {
            put(log, 32 + FRAME + 4, 65_537);
        }),
    ];
    for (what, damage) in damages {
        let mut bad = log.clone();
        damage(&mut bad);
        if bad.len() > 32 {
            sum_again(&mut bad);
        }
        assert_eq!(apply(&database, &bad), Err(DAMAGED.to_owned()), "{what}");
    }
    // The checksums themselves, and what only they cover.
    for at in [
        12,
        24,
        28,
        32,
        32 + 5,
        32 + 16,
        32 + 20,
        32 + 24,
        32 + FRAME + 16,
    ] {
        let mut bad = log.clone();
        bad[at] ^= 1;
        assert_eq!(apply(&database, &bad), Err(DAMAGED.to_owned()), "byte {at}");
    }
    for database in [&[][..], b"not a database", &database[..90]] {
        assert_eq!(apply(database, &log), Err(DAMAGED.to_owned()));
    }
}

#[test]
fn the_largest_database_is_still_made() {
    let (database, mut log) = two_frames();
    put(&mut log, 32 + FRAME, 65_536);
    put(&mut log, 32 + FRAME + 4, 65_536);
    sum_again(&mut log);
    let image = apply(&database, &log).unwrap();
    assert_eq!(image.len(), MAX_DATABASE);
    assert_eq!(image[MAX_DATABASE - PAGE..], log[32 + FRAME + 24..]);
}

#[test]
fn only_frames_from_before_a_reset_may_follow() {
    let (database, log) = two_frames();
    let salt = u32::from_be_bytes(log[16..20].try_into().unwrap());
    let first = apply(&database, &log[..32 + FRAME]).unwrap();
    for (resets, left_out) in [(1, true), (1 << 20, true), ((1 << 20) + 1, false)] {
        let mut old = log.clone();
        put(&mut old, 32 + FRAME + 8, salt.wrapping_sub(resets));
        let expected = match left_out {
            true => Ok(first.clone()),
            false => Err(DAMAGED.to_owned()),
        };
        assert_eq!(apply(&database, &old), expected, "{resets} resets");
        // A frame of now after one from before cannot be.
        old.extend_from_slice(&log[32..32 + FRAME]);
        assert_eq!(apply(&database, &old), Err(DAMAGED.to_owned()));
        old.truncate(32 + 2 * FRAME + 8);
        assert_eq!(apply(&database, &old), Err(DAMAGED.to_owned()));
    }
}
