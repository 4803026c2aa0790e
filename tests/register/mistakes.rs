//! What people do wrong at first: names that are not there, campaigns that nobody began, registers of others. All data is
//! synthetic.

use spotcheck::register::entry::{Campaign, Group};
use spotcheck::register::{Body, Register};

use crate::common::*;
use crate::run::{Ran, run, words};

fn on(folder: &Folder, line: &str) -> Ran {
    let register = folder.text("r.sqlite");
    run(words(line)
        .into_iter()
        .chain(["--register".into(), register]))
}

fn names(folder: &Folder) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder.at(""))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    names
}

/// A register with another one merged into it; the head of the other.
fn merged(folder: &Folder) -> String {
    let mut register = filled(&folder.at("r.sqlite"));
    let mut other =
        Register::open(&folder.at("other.sqlite"), Some("another team")).expect("opens");
    other.add(&audit(99), 730).expect("added");
    let mut records = Vec::new();
    other
        .each(|record, _| {
            records.push(record);
            Ok::<(), spotcheck::register::Problem>(())
        })
        .expect("read");
    register.merge(&records).expect("merged");
    other.head().expect("a head").to_string()
}

#[test]
fn what_only_reads_makes_no_register() {
    let code = format!("SPOTCHECK1 7K3M-9QXD-2RTC FAIL {}", "9f86d081".repeat(8));
    for empty in [false, true] {
        for line in [
            "register list",
            "register show 1",
            "register export",
            "register backup copy.sqlite",
            "register verify",
            "register purge",
            "campaign status 2026-11",
            "campaign report 2026-11",
            "campaign outcome 2026-11 S-1 declined --keep-days 9",
            "foi",
        ] {
            let folder = Folder::new();
            if empty {
                std::fs::write(folder.at("r.sqlite"), "").expect("written");
            }
            let before = names(&folder);
            let ran = on(&folder, line);
            assert_eq!(ran.status, 2, "{line}: {}", ran.err);
            assert!(
                ran.err.contains("There is no register "),
                "{line}: {}",
                ran.err
            );
            assert_eq!(names(&folder), before, "{line}");
        }
    }
    let folder = Folder::new();
    let ran = run(["verify-slip", &code, "--register", &folder.text("r.sqlite")]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert_eq!(names(&folder), Vec::<String>::new());
}

/// Commands that read write nothing, also beside the register; run by an account that may not write it, or by any.
#[cfg(unix)]
#[test]
fn a_register_that_may_not_be_written_is_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    drop(filled(&folder.at("r.sqlite")));
    let set = |name: &str, mode: u32| {
        std::fs::set_permissions(folder.at(name), std::fs::Permissions::from_mode(mode))
            .expect("set");
    };
    set("r.sqlite", 0o400);
    set("", 0o500);
    let before = std::fs::read(folder.at("r.sqlite")).expect("read");
    for line in [
        "register list",
        "register show 3",
        "register export",
        "register verify",
        "campaign status 2026-11",
        "campaign report 2026-11",
        "foi",
    ] {
        let ran = on(&folder, line);
        assert_eq!(ran.status, 0, "{line}: {}", ran.err);
        assert_eq!(names(&folder), ["r.sqlite"], "{line}");
    }
    assert!(std::fs::read(folder.at("r.sqlite")).expect("read") == before);
    set("", 0o700);
    // Any account may do that to a register which is another's, so it is tried without its rights too.
    set("r.sqlite", 0o444);
    set("", 0o555);
    if std::fs::File::create(folder.at("x")).is_ok() {
        // This account may write anywhere.
        let _ = std::fs::remove_file(folder.at("x"));
        set("", 0o755);
        let program = folder.text("spotcheck");
        std::fs::copy(env!("CARGO_BIN_EXE_spotcheck"), &program).expect("copied");
        set("spotcheck", 0o755);
        set("", 0o555);
        let register = folder.text("r.sqlite");
        let ran = std::process::Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", &program])
            .args(["register", "verify", "--register", &register])
            .current_dir("/")
            .output();
        set("", 0o755);
        let Ok(ran) = ran else { return };
        let err = String::from_utf8_lossy(&ran.stderr);
        if !err.contains("setpriv:") {
            assert!(ran.status.success(), "{err}");
        }
        assert_eq!(names(&folder), ["r.sqlite", "spotcheck"]);
        return;
    }
    set("", 0o755);
}

/// Changes that a writer has not put into the file yet are not passed over where this account cannot read them.
#[cfg(unix)]
#[test]
fn changes_that_this_account_cannot_reach_are_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let writer = filled(&folder.at("r.sqlite"));
    let set = |name: &str, mode: u32| {
        std::fs::set_permissions(folder.at(name), std::fs::Permissions::from_mode(mode))
            .expect("set");
    };
    let program = folder.text("spotcheck");
    std::fs::copy(env!("CARGO_BIN_EXE_spotcheck"), &program).expect("copied");
    let modes = [
        ("spotcheck", 0o755),
        ("r.sqlite", 0o444),
        ("r.sqlite-wal", 0o444),
        ("r.sqlite-shm", 0o000),
        ("", 0o555),
    ];
    for (name, mode) in modes {
        set(name, mode);
    }
    let own = ["register", "list", "--register", &folder.text("r.sqlite")];
    let reads_anything = std::fs::read(folder.at("r.sqlite-shm")).is_ok();
    let mut command = match reads_anything {
        true => std::process::Command::new("setpriv"),
        false => std::process::Command::new(&program),
    };
    if reads_anything {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", &program]);
    }
    let ran = command.args(own).current_dir("/").output();
    set("", 0o755);
    drop(writer);
    let Ok(ran) = ran.map(crate::run::ran) else {
        return;
    };
    if ran.err.contains("setpriv:") {
        return;
    }
    assert_ne!(ran.status, 0, "{}", ran.out);
    assert_eq!(ran.out, "");
    let said = ran.err.replace('\n', " ");
    assert!(
        said.contains(
            "its last changes are not in the file yet, and this account may not put them there"
        ),
        "{said}"
    );
    assert!(
        said.contains("Ask whoever may write to it to run spotcheck register list."),
        "{said}"
    );
}

/// Changes of a writer that has not closed the register yet are read too.
#[test]
fn what_another_program_writes_is_read_at_once() {
    let folder = Folder::new();
    let mut writer = filled(&folder.at("r.sqlite"));
    writer.add(&audit(50), 730).expect("added");
    let list = on(&folder, "register list");
    assert!(
        list.out.contains("CANARY-00050"),
        "{}{}",
        list.out,
        list.err
    );
    writer.add(&audit(51), 730).expect("added");
}

#[test]
fn nothing_is_made_of_a_changed_register() {
    for change in [
        "UPDATE record SET said = replace(said, 'FAIL', 'PASS') WHERE number = 4",
        "UPDATE record SET campaign = NULL WHERE number = 4",
        "DELETE FROM record WHERE number = 4",
    ] {
        let folder = Folder::new();
        drop(filled(&folder.at("r.sqlite")));
        let db = rusqlite::Connection::open(folder.at("r.sqlite")).expect("opens");
        db.execute_batch(change).expect("changed");
        drop(db);
        for line in ["campaign report 2026-11", "campaign status 2026-11", "foi"] {
            let ran = on(&folder, line);
            assert_eq!((ran.status, ran.out.as_str()), (5, ""), "{change}: {line}");
            assert!(
                ran.err.contains("Run spotcheck register verify."),
                "{}",
                ran.err
            );
        }
    }
    // Each record is looked at when it is read, in a register of any size.
    let folder = Folder::new();
    let register = filled(&folder.at("r.sqlite"));
    let db = rusqlite::Connection::open(folder.at("r.sqlite")).expect("opens");
    db.execute_batch("UPDATE record SET said = replace(said, 'FAIL', 'PASS') WHERE number = 4")
        .expect("changed");
    let wrong = register.bodies(None).expect_err("changed").to_string();
    assert!(wrong.starts_with("record 4 of "), "{wrong}");
    register
        .each_of_campaign("2026-11", |_, _, _| Ok(()))
        .expect_err("changed");
    assert!(!register.has_gaps().expect("read"));
    db.execute_batch("DELETE FROM record WHERE number = 4")
        .expect("removed");
    assert!(register.has_gaps().expect("read"));
}

#[test]
fn every_chain_of_a_merged_register_has_its_head() {
    let folder = Folder::new();
    let head = merged(&folder);
    let line = format!("Head of the chain of another team: {head}\n");
    for command in ["register list", "register verify"] {
        let ran = on(&folder, command);
        assert!(ran.out.contains(&line), "{command}: {}", ran.out);
        assert!(
            ran.out.contains("Head of the chain of a synthetic team: "),
            "{}",
            ran.out
        );
    }
    let report = on(&folder, "campaign report 2026-11");
    assert!(report.err.contains(&line), "{}", report.err);
    let published = on(&folder, "campaign report 2026-11 --publish");
    assert!(!published.err.contains("Head"), "{}", published.err);
    let found = on(&folder, &format!("register verify --head {head}"));
    assert_eq!(found.status, 0, "{}", found.out);
    assert!(
        found.out.contains(&format!(
            "Head {head}: found, record 2 of the chain of another team.\n"
        )),
        "{}",
        found.out
    );
    let export = run([
        "register",
        "export",
        "--register",
        &folder.text("other.sqlite"),
    ]);
    assert!(
        export.err.contains("holds staff references"),
        "{}",
        export.err
    );
    std::fs::write(folder.at("x.jsonl"), export.out).expect("written");
    let merged = on(
        &folder,
        &format!("register merge {}", folder.text("x.jsonl")),
    );
    assert!(merged.out.ends_with(&line), "{}{}", merged.out, merged.err);
}

#[test]
fn the_list_has_a_heading_and_its_records_can_be_shown() {
    let folder = Folder::new();
    let head = merged(&folder);
    let list = on(&folder, "register list").out;
    let lines: Vec<&str> = list.lines().collect();
    let at = |word: &str| lines[0].find(word).expect(word);
    assert!(lines[0].trim_start().starts_with("number"), "{list}");
    let audits = lines.iter().filter(|line| line.contains("CANARY-0"));
    for line in audits {
        assert!(line[at("who")..].starts_with("CANARY-"), "{list}");
        assert!(line[at("phone")..].starts_with("iPhone 13"), "{list}");
        assert!(
            line[at("checklist")..].starts_with("nhs-england-quick"),
            "{list}"
        );
        assert!(line[at("campaign")..].starts_with("2026-11"), "{list}");
    }
    let name = format!("{}-2", &head[..8]);
    assert!(list.contains(&name), "{list}");
    let shown = on(&folder, &format!("register show {name}"));
    assert!(shown.out.contains("CANARY-00099"), "{}", shown.out);
    assert!(on(&folder, "register show 3").out.contains("CANARY-00001"));
    for wrong in ["x", "1-2", "9f3c01ab-", "zzzzzzzz-1", "00000000-1", "99"] {
        assert_eq!(
            on(&folder, &format!("register show {wrong}")).status,
            2,
            "{wrong}"
        );
    }
}

#[test]
fn a_campaign_has_to_have_begun_and_a_name_that_can_be_typed() {
    let folder = Folder::new();
    drop(filled(&folder.at("r.sqlite")));
    let ran = on(
        &folder,
        "campaign outcome 2026-12 S-1 declined --keep-days 9",
    );
    assert_eq!(ran.status, 2, "{}", ran.out);
    assert!(
        ran.err.contains(
            "No campaign 2026-12 has begun. Begin it with spotcheck campaign new 2026-12, or check the name."
        ),
        "{}",
        ran.err
    );
    let long = "x".repeat(41);
    for id in ["", "a b", "a/b", "ä", &long] {
        let new = ["campaign", "new", id, "--population", "9", "--drawn", "3"];
        let register = folder.text("r.sqlite");
        let place = ["--register", &register, "--keep-days", "9"];
        let ran = run(new.into_iter().chain(place));
        assert_eq!(ran.status, 2, "{id}: {}", ran.out);
        assert!(ran.err.contains("1 to 40 letters"), "{}", ran.err);
        let ran = run(["ios", "sample-backups/ios-gaps", "--campaign", id]);
        assert_eq!(ran.status, 2, "{id}");
        assert!(ran.err.contains("1 to 40 letters"), "{}", ran.err);
    }
}

#[test]
fn an_audit_of_somebody_who_was_not_drawn_says_so_first() {
    let folder = Folder::new();
    let mut register = open(&folder.at("r.sqlite"));
    let group = Group {
        name: None,
        people: 9,
        drawn: vec!["S-1".into()],
        reserves: vec!["S-2".into()],
    };
    let begun = Campaign {
        id: "c1".into(),
        population: 9,
        drawn: 1,
        commitment: None,
        seed: None,
        groups: vec![group],
    };
    register.add(&Body::Campaign(begun), 730).expect("added");
    drop(register);
    for (more, note) in [
        ("--campaign c1 --staff-ref S-1", ""),
        (
            "--campaign c1 --staff-ref S-2",
            "Note: S-2 is a reserve and stands in for nobody in campaign c1: this check will not count in its rates.",
        ),
        (
            "--campaign c1 --staff-ref S-9",
            "Note: S-9 was not drawn in campaign c1: this check will not count in its rates.",
        ),
        ("--campaign c1", "Note: There is no --staff-ref"),
        (
            "--campaign ci1 --staff-ref S-1",
            "Note: No campaign ci1 has begun in this register. Did you mean \"c1\"? Begin it",
        ),
        (
            "--campaign another --staff-ref S-1",
            "Note: No campaign another has begun in this register. Begin it",
        ),
        ("", ""),
    ] {
        let ran = on(
            &folder,
            &format!("ios sample-backups/ios-gaps --as-of evidence --keep-days 9 {more}"),
        );
        assert!(ran.err.starts_with(note), "{more}: {}", ran.err);
        assert!(
            !note.is_empty() || !ran.err.contains("Note: "),
            "{more}: {}",
            ran.err
        );
        let kept = ran.err.contains("Kept in the register. Head: ");
        assert!(kept, "{more}: {}", ran.err);
        assert_eq!(
            ran.err.matches("Write the head down").count(),
            1,
            "{}",
            ran.err
        );
    }
}

#[test]
fn no_register_is_made_that_nothing_may_be_added_to() {
    let folder = Folder::new();
    std::fs::write(folder.at("audit.json"), "{}").expect("written");
    for line in [
        "ios sample-backups/ios-gaps --as-of evidence".to_owned(),
        "campaign new c1 --population 9 --drawn 3".to_owned(),
        format!("register import {}", folder.text("audit.json")),
    ] {
        let ran = on(&folder, &line);
        assert_eq!(ran.status, 2, "{line}: {}", ran.err);
        assert!(ran.err.contains("Say it with --keep-days"), "{}", ran.err);
        assert_eq!(names(&folder), ["audit.json"], "{line}");
    }
}

#[test]
fn an_export_goes_to_a_file_and_one_in_utf_16_is_told() {
    let folder = Folder::new();
    drop(filled(&folder.at("r.sqlite")));
    let (whole, wide) = (folder.text("e.jsonl"), folder.text("wide.jsonl"));
    let ran = on(&folder, &format!("register export -o {whole}"));
    assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
    let text = std::fs::read_to_string(&whole).expect("read");
    assert_eq!(text, on(&folder, "register export").out);
    let again = on(&folder, &format!("register export -o {whole}"));
    assert_eq!(again.status, 2, "{}", again.err);
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(units).collect();
    std::fs::write(&wide, bytes).expect("written");
    for line in ["merge", "import --keep-days 9"] {
        let ran = on(&folder, &format!("register {line} {wide}"));
        assert_eq!(ran.status, 4, "{line}: {}", ran.err);
        assert!(ran.err.contains("it is UTF-16 text"), "{}", ran.err);
    }
}

#[test]
fn the_days_to_keep_are_from_a_day_to_a_hundred_years() {
    let folder = Folder::new();
    for (days, good) in [
        ("0", false),
        ("1", true),
        ("36500", true),
        ("36501", false),
        ("4294967295", false),
        ("-1", false),
    ] {
        let option = format!("--keep-days={days}");
        let new = [
            "campaign",
            "new",
            days.trim_start_matches('-'),
            "--population",
            "9",
            "--drawn",
            "3",
        ];
        let register = folder.text("r.sqlite");
        let ran = run(new.into_iter().chain(["--register", &register, &option]));
        assert_eq!(ran.status, if good { 0 } else { 2 }, "{days}: {}", ran.err);
        assert!(good || ran.err.contains("1 to 36500 days"), "{}", ran.err);
        let toml = format!("[register]\nkeep_days = {days}\n");
        assert_eq!(
            spotcheck::trust::parse("spotcheck.toml", &toml).is_ok(),
            good,
            "{days}"
        );
    }
    assert!(
        open(&folder.at("r.sqlite"))
            .add(&audit(1), u32::MAX)
            .is_err()
    );
}

#[test]
fn a_backup_writes_over_nothing() {
    let folder = Folder::new();
    drop(filled(&folder.at("r.sqlite")));
    let copy = folder.text("copy.sqlite");
    let line = format!("register backup {copy}");
    assert_eq!(on(&folder, &line).status, 0);
    let ran = on(&folder, &line);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(
        ran.err.contains(&format!(
            "{copy} is there already and is not overwritten. Choose another name."
        )),
        "{}",
        ran.err
    );
    assert_eq!(run(["register", "verify", "--register", &copy]).status, 0);
}

#[test]
fn a_part_of_a_checklist_does_not_count_in_a_campaign() {
    let backup = crate::run::sample("ios-compliant").display().to_string();
    let audit = |more: &[&str]| {
        let mut line = vec!["ios", &backup, "--as-of", "evidence", "--no-input"];
        line.extend(["--controls", "IM-05a", "--format", "json"]);
        line.extend(more);
        crate::run::spotcheck()
            .args(line)
            .env("SPOTCHECK_CAMPAIGN", "2026-11")
            .output()
            .map(crate::run::ran)
            .expect("the program starts")
    };
    let asked = audit(&["--campaign", "2026-11"]);
    assert_eq!(asked.status, 2, "{}", asked.err);
    assert!(
        asked.err.contains("Leave out --controls, or --campaign"),
        "{}",
        asked.err
    );
    // The campaign of the day is not asked for: the audit belongs to none.
    let by_default = audit(&[]);
    assert_eq!(by_default.status, 0, "{}", by_default.err);
    assert!(
        by_default.out.contains("\"campaign\": null"),
        "{}",
        by_default.out
    );
}
