//! Nothing in clear is left anywhere.

use super::backup_builder::*;
use super::common::*;
use super::fingerprint::fingerprint;
use super::run::{Ran, ran, spotcheck};
use super::trace::{only_in, traced};

fn kinds() -> Vec<(&'static str, Backup)> {
    let log_only = Backup::compliant().permissions(Permissions {
        in_log: vec![row("kTCCServicePhotos", WHATSAPP, 2)],
        ..Permissions::default()
    });
    vec![
        ("since 10.2", Backup::compliant().encrypted(PASSWORD)),
        (
            "before 10.2",
            Backup::failing().encrypted(PASSWORD).before_10_2(),
        ),
        ("a database with a log", log_only.encrypted(PASSWORD)),
    ]
}

/// The names and texts of a person that the builder puts into every backup.
fn no_canary(case: &str, text: &str) {
    for canary in CANARIES.iter().chain(&["CANARY"]) {
        assert!(!text.contains(canary), "{case}: {canary}: {text}");
    }
    discreet(
        case,
        &Ran {
            status: 0,
            out: text.into(),
            err: String::new(),
        },
    );
}

#[test]
fn an_audit_opens_nothing_for_writing() {
    for (case, backup) in kinds() {
        let on_disk = OnDisk::new(&backup);
        let elsewhere = tempfile::tempdir().expect("a folder");
        let before = fingerprint(on_disk.folder());
        let mut command = on_disk.audit(PASSWORD);
        // A temporary folder of its own, to see that it stays empty.
        let temporary = tempfile::tempdir().expect("a folder");
        command.env("TMPDIR", temporary.path());
        let Some(traced) = traced(&command, elsewhere.path()) else {
            return;
        };
        only_in(&traced, &[]);
        assert_eq!(fingerprint(on_disk.folder()), before, "{case}");
        assert!(fingerprint(temporary.path()).is_empty(), "{case}");
        let ran = ran(traced.output);
        assert_eq!(
            fact(&json(&ran), "lock.auto_lock")["state"],
            "known",
            "{case}"
        );
    }
}

#[test]
fn a_batch_writes_only_what_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let backups = folder.path().join("backups");
    for (n, (_, backup)) in kinds().into_iter().enumerate() {
        backup.build(&backups.join(format!("00008110-CANARYUDID00000{n}")));
    }
    let before = fingerprint(&backups);
    let out = folder.path().join("out");
    let results = folder.path().join("results.jsonl");
    let mut command = spotcheck();
    command
        .arg("batch")
        .arg(&backups)
        .args(["--as-of", "evidence", "--password-env", VARIABLE, "-o"])
        .arg(&out)
        .arg("--resume")
        .arg(&results)
        .env(VARIABLE, PASSWORD);
    let Some(traced) = traced(&command, folder.path()) else {
        return;
    };
    only_in(&traced, &[out.clone(), results.clone()]);
    assert_eq!(fingerprint(&backups), before);
    let ran = ran(traced.output);
    no_canary("standard output", &ran.out);
    no_canary("standard error", &ran.err);
    let files = fingerprint(&out);
    assert_eq!(files.len(), 3);
    for file in files.keys().chain([&results]) {
        let text = std::fs::read_to_string(file).expect("text");
        no_canary("a result", &text);
        assert!(text.contains("lock.auto_lock"));
    }
}

#[test]
fn no_clear_text_in_any_output() {
    for (case, backup) in kinds() {
        let on_disk = OnDisk::new(&backup);
        // The canaries are there, and those of the payloads are not to be seen without the password.
        let all: Vec<u8> = fingerprint(&on_disk.path)
            .into_keys()
            .filter(|path| path.is_file() && path.extension().is_none())
            .flat_map(|path| std::fs::read(path).expect("a file"))
            .collect();
        assert!(!all.is_empty(), "{case}");
        for canary in CANARIES {
            assert!(
                !all.windows(canary.len()).any(|w| w == canary.as_bytes()),
                "{case}"
            );
        }
        for (password, format) in [
            (PASSWORD, "json"),
            (PASSWORD, "table"),
            ("wrong", "json"),
            ("wrong", "table"),
        ] {
            let mut command = spotcheck();
            command
                .arg("ios")
                .arg(&on_disk.path)
                .args(["--as-of", "evidence", "--password-env", VARIABLE])
                .args(["--format", format])
                .env(VARIABLE, password);
            let ran = output(command);
            let case = format!("{case}, {password}, {format}");
            no_canary(&case, &ran.out);
            no_canary(&case, &ran.err);
        }
    }
}
