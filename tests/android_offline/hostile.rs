//! Files made to do harm, and files that are something else: refused, with what to do.

use std::path::{Path, PathBuf};

use super::*;
use saved::Layout;

fn refused(path: &Path, kind: Kind) -> String {
    let error = offline::read(path, kind, &everything()).expect_err("refused");
    assert!(!error.usage && !error.next.is_empty());
    let text = error.to_string();
    for canary in CANARIES {
        assert!(!text.contains(canary), "{text}");
    }
    text
}

fn zip_with(folder: &Path, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let path = saved::acquisition(&Phone::stock(Make::Pixel, 31), Layout::Zip, folder);
    let mut bytes = std::fs::read(&path).expect("a zip");
    change(&mut bytes);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, window)| *window == from)
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + from.len()].copy_from_slice(to);
    }
}

/// Where the records of a zip stand that name a file.
fn records(bytes: &[u8], mark: &[u8], name: &[u8], name_at: usize) -> Vec<usize> {
    (0..bytes.len().saturating_sub(name_at + name.len()))
        .filter(|at| bytes[*at..].starts_with(mark) && bytes[at + name_at..].starts_with(name))
        .collect()
}

#[test]
fn zips_made_to_do_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();

    let doubled = zip_with(folder, |b| replace(b, b"logcat.txt", b"dumpsys.tx"));
    refused_not(&doubled);
    let doubled = zip_with(folder, |b| replace(b, b"processes.txt", b"packages.json"));
    assert!(refused(&doubled, Kind::Acquisition).contains("two files of the same name"));

    let locked = zip_with(folder, |b| {
        for (mark, name_at, flags) in [(&b"PK\x03\x04"[..], 30, 6), (b"PK\x01\x02", 46, 8)] {
            for at in records(&b.clone(), mark, b"dumpsys.txt", name_at) {
                b[at + flags] |= 1;
            }
        }
    });
    assert!(refused(&locked, Kind::Acquisition).contains("password"));

    let flipped = zip_with(folder, |b| {
        let at = records(b, b"PK\x03\x04", b"dumpsys.txt", 30)[0];
        b[at + 400] ^= 0x55;
    });
    assert!(refused(&flipped, Kind::Acquisition).contains("damaged"));

    let miscounted = zip_with(folder, |b| {
        let at = b.len() - 22;
        b[at + 8] += 1;
        b[at + 10] += 1;
    });
    refused(&miscounted, Kind::Acquisition);

    let bomb = saved::zip(
        &folder.join("bomb.zip"),
        "",
        &[("dumpsys.txt".into(), vec![b'\n'; 16 << 20])],
    );
    assert!(refused(&bomb, Kind::Acquisition).contains("zip bomb"));

    let several = saved::zip(
        &folder.join("several.zip"),
        "",
        &[
            ("a/dumpsys.txt".into(), b"x".to_vec()),
            ("b/dumpsys.txt".into(), b"x".to_vec()),
        ],
    );
    assert!(refused(&several, Kind::Acquisition).contains("several"));
}

/// A change to the bytes of a zip.
type Lie<'a> = &'a dyn Fn(&mut Vec<u8>);

/// What a zip says of its own files is not believed where the bytes say otherwise.
#[test]
fn zips_whose_records_lie() {
    const NO_ZIP: &str = "is cut short, or no zip file";
    let end = |b: &[u8]| b.len() - 22;
    let entries = |b: &[u8]| {
        let local = records(b, b"PK\x03\x04", b"dumpsys.txt", 30)[0];
        (local, records(b, b"PK\x01\x02", b"dumpsys.txt", 46)[0])
    };
    let many = |b: &mut Vec<u8>| {
        let at = end(b);
        b[at + 8..at + 12].fill(0xff);
    };
    let cases: [(&str, Lie<'_>, &str); 7] = [
        ("so many files need a larger record", &many, NO_ZIP),
        (
            "that record is none",
            &|b| {
                many(b);
                let mut locator = b"PK\x06\x07".to_vec();
                locator.resize(20, 0);
                let at = end(b);
                b.splice(at..at, locator);
            },
            NO_ZIP,
        ),
        (
            "a list of many megabytes",
            &|b| {
                let at = end(b);
                b[at + 15] = 3;
            },
            "lists more files than any acquisition has",
        ),
        (
            "a list beyond the end",
            &|b| {
                let at = end(b);
                b[at + 17..at + 20].fill(0xff);
            },
            NO_ZIP,
        ),
        (
            "one part of several",
            &|b| {
                let at = end(b);
                b[at + 4] = 1;
            },
            "is damaged, cut short, or no zip file",
        ),
        (
            "no file where the list says",
            &|b| {
                let (local, _) = entries(b);
                b[local] = b'X';
            },
            "dumpsys.txt cannot be read: the zip is damaged or cut short",
        ),
        (
            "packed in a way that nobody knows",
            &|b| {
                let (local, listed) = entries(b);
                b[local + 8] = 97;
                b[listed + 10] = 97;
            },
            "dumpsys.txt cannot be read: it is packed in a way that is not supported",
        ),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for (what, change, said) in cases {
        let text = refused(&zip_with(folder.path(), change), Kind::Acquisition);
        assert!(text.contains(said), "{what}: {text}");
    }
}

/// A name that is none of those that are read does no harm.
fn refused_not(path: &Path) {
    assert!(offline::read(path, Kind::Acquisition, &everything()).is_ok());
}

#[test]
fn a_zip_cut_anywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved::acquisition(&Phone::stock(Make::Pixel, 31), Layout::Zip, folder.path());
    let bytes = std::fs::read(&path).expect("a zip");
    for part in 0..60 {
        let at = bytes.len() * part / 60;
        std::fs::write(&path, &bytes[..at]).expect("a file");
        refused(&path, Kind::Acquisition);
    }
}

#[test]
fn what_is_something_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    };
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).expect("a folder");
    for (what, path, kind, said) in [
        (
            "not there",
            folder.path().join("none"),
            Kind::Acquisition,
            "cannot be read",
        ),
        (
            "an empty folder",
            empty.clone(),
            Kind::Acquisition,
            "no acquisition",
        ),
        (
            "a text",
            file("a.txt", b"text"),
            Kind::Acquisition,
            "no acquisition",
        ),
        (
            "encrypted",
            file("a.zip.age", b"age-encryption.org/v1\n"),
            Kind::Acquisition,
            "age",
        ),
        (
            "a folder as bug report",
            empty,
            Kind::Bugreport,
            "no Android bug report",
        ),
        (
            "a text without a head",
            file("b.txt", b"text\n"),
            Kind::Bugreport,
            "no Android bug report",
        ),
        (
            "an acquisition as bug report",
            zip_with(folder.path(), |_| {}),
            Kind::Bugreport,
            "no Android bug report",
        ),
        (
            "a zip of something else",
            saved::zip(
                &folder.path().join("else.zip"),
                "",
                &[("notes.txt".into(), b"x".to_vec())],
            ),
            Kind::Acquisition,
            "no acquisition",
        ),
        (
            "a long text about an acquisition",
            saved::store(
                &[("acquisition.json".into(), b"x\n".repeat(1 << 20))],
                Layout::Folder,
                folder.path(),
            ),
            Kind::Acquisition,
            "acquisition.json is far larger than such a file can be",
        ),
    ] {
        let text = refused(&path, kind);
        assert!(text.contains(said), "{what}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved::acquisition(
        &Phone::stock(Make::Pixel, 31),
        Layout::Folder,
        folder.path(),
    );
    let dump = path.join("dumpsys.txt");
    let away = folder.path().join("away.txt");
    std::fs::rename(&dump, &away).expect("moved");
    std::os::unix::fs::symlink(&away, &dump).expect("a link");
    assert!(refused(&path, Kind::Acquisition).contains("not a plain file"));
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_and_what_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("socket");
    let _bound = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    for kind in [Kind::Acquisition, Kind::Bugreport] {
        assert!(refused(&socket, kind).contains("is no file"));
        // It opens, and nothing at its beginning can be read.
        #[cfg(target_os = "linux")]
        assert!(refused(Path::new("/proc/self/mem"), kind).contains("cannot be read"));
    }
}

/// Lines without end and bytes that are no text: read within bounds, nothing known of what they are in.
#[test]
fn endless_lines_and_garbage() {
    let phone = Phone::stock(Make::Pixel, 31);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.txt");
    let text = saved::bugreport_text(&phone);
    for garbage in [
        "x".repeat(2 << 20).into_bytes(),
        vec![0xff; 4096],
        b"\0\0\0".to_vec(),
    ] {
        let at = text.find("Trust manager state:").expect("there");
        let at = at
            + text[at + 1..]
                .find("Trust manager state:")
                .expect("the second");
        let mut bytes = text.as_bytes()[..at + 1].to_vec();
        bytes.extend_from_slice(&garbage);
        bytes.extend_from_slice(&text.as_bytes()[at + 1..]);
        std::fs::write(&path, bytes).expect("a file");
        let audit = judged(&read(&path, Kind::Bugreport));
        assert!(!audit.findings.is_empty());
    }
}
