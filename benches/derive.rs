//! What an encrypted audit costs: the key derivation, by the `pbkdf2` crate and by our own loop, and one lookup in an
//! encrypted `Manifest.db` of three sizes. All data is synthetic. `cargo bench --bench derive`

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use aes::Aes256;
use cbc::Encryptor;
use cbc::cipher::{Array, BlockModeEncrypt, KeyIvInit};
use rusqlite::{Connection, params};
use sha1::{Digest, Sha1};
use spotcheck::ios::crypt::{EncryptedManifest, Job, Key, own_pbkdf2_sha256, rounds_by_crate};

const ROUNDS: u32 = 10_000_000;
const RUNS: usize = 3;
const KEY: [u8; 32] = [7; 32];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    derivation();
    for rows in [1_000, 200_000, 1_000_000] {
        lookups(rows)?;
    }
    Ok(())
}

/// The best of some runs, in seconds.
fn best<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let mut time = || {
        let start = Instant::now();
        let result = black_box(run());
        (start.elapsed().as_secs_f64(), result)
    };
    let first = time();
    (1..RUNS).fold(first, |best, _| {
        let next = time();
        if next.0 < best.0 { next } else { best }
    })
}

fn derivation() {
    let job = Job {
        password: b"synthetic",
        salt: &[5; 20],
        rounds: ROUNDS,
    };
    let mut go_on = |_| ControlFlow::Continue(());
    let (by_crate, expected) = best(|| rounds_by_crate(&job));
    let (own, key) = best(|| own_pbkdf2_sha256(&[job], &mut go_on));
    assert_eq!(key.as_deref().map(|keys| *keys[0]), Some(expected));
    let (two, _) = best(|| own_pbkdf2_sha256(&[job, job], &mut go_on));
    let ratio = own / by_crate;
    let rate = 2.0 * own / two;
    println!("10,000,000 rounds of PBKDF2-HMAC-SHA256, one core, best of {RUNS}:");
    println!("  pbkdf2 crate {by_crate:.3} s, own loop {own:.3} s: {ratio:.2} of the time");
    println!("  two backups' chains in turns {two:.3} s: {rate:.2} times the rate");
}

fn file_id(path: &str) -> String {
    let digest = Sha1::digest(format!("HomeDomain-{path}"));
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

fn lookups(rows: usize) -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("Manifest.db");
    let db = Connection::open(&path)?;
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
         CREATE INDEX FilesDomainIdx ON Files(domain);
         CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
         CREATE INDEX FilesFlagsIdx ON Files(flags); BEGIN;",
    )?;
    let mut insert = db.prepare("INSERT INTO Files VALUES (?, 'HomeDomain', ?, 1, ?)")?;
    let blob = [0u8; 500];
    for i in 0..rows {
        let path = format!("Library/Synthetic/{i}.plist");
        insert.execute(params![file_id(&path), path, blob])?;
    }
    drop(insert);
    db.execute_batch("COMMIT")?;
    drop(db);
    encrypt(&path)?;

    let key = Key::new(&KEY);
    // As an audit does it: open once, then some twenty lookups, of which many find nothing.
    let audit = || -> Result<(u64, usize), Box<dyn std::error::Error>> {
        let mut db = EncryptedManifest::open_encrypted(File::open(&path)?, &key)?;
        let mut found = 0;
        for i in 0..20 {
            let path = format!("Library/Synthetic/{}.plist", i * (rows / 10));
            found += usize::from(db.lookup(&file_id(&path))?.is_some());
        }
        Ok((db.pages_read(), found))
    };
    let (seconds, result) = best(audit);
    let (pages, found) = result?;
    assert_eq!(found, 10);
    let mib = std::fs::metadata(&path)?.len() as f64 / f64::from(1 << 20);
    println!(
        "{rows:9} rows, {mib:.0} MiB encrypted: opening and 20 lookups {:.0} us, {pages} pages decrypted",
        seconds * 1e6
    );
    Ok(())
}

/// In place and with padding, some MiB at a time.
fn encrypt(path: &std::path::Path) -> std::io::Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let size = file.metadata()?.len();
    let mut cbc = Encryptor::<Aes256>::new((&KEY).into(), &[0; 16].into());
    let mut buffer = vec![0; 1 << 22];
    let mut at = 0;
    while at < size {
        let count = (size - at).min(1 << 22);
        let part = &mut buffer[..count as usize];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(part)?;
        cbc.encrypt_blocks(Array::cast_slice_from_core_mut(part.as_chunks_mut().0));
        file.seek(SeekFrom::Start(at))?;
        file.write_all(part)?;
        at += count;
    }
    let mut end = [[16u8; 16]];
    cbc.encrypt_blocks(Array::cast_slice_from_core_mut(&mut end));
    file.write_all(&end[0])
}
