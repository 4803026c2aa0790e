//! The head of the register stands on everything that is made of an audit that was kept, and changes nothing of it.

use crate::common::*;
use crate::run::{Ran, run, words};

const AUDIT: &str =
    "ios sample-backups/ios-failing --as-of evidence --no-input --profile nhs-england-quick";
const ENDINGS: [&str; 5] = ["json", "xml", "html", "pdf", "txt"];

/// Audits with a register, and every file of it beside.
fn kept(folder: &Folder, name: &str, line: &str) -> Ran {
    let mut args = words(line);
    args.extend(["--register".into(), folder.text("r.sqlite")]);
    args.extend(["--keep-days".into(), "730".into()]);
    for ending in ENDINGS {
        args.extend(["-o".into(), folder.text(&format!("{name}.{ending}"))]);
    }
    run(args)
}

fn read(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.at(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The head that the program told on the terminal.
fn told(ran: &Ran) -> String {
    let (_, after) = ran.err.split_once("Head: ").expect("a head");
    after.split_whitespace().next().expect("a head").to_owned()
}

fn code(slip: &str) -> String {
    let (_, code) = slip.split_once("Code: ").expect("a code");
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn everything_made_of_a_kept_audit_bears_the_head() {
    let folder = Folder::new();
    let first = kept(&folder, "a", AUDIT);
    assert_eq!(first.status, 1, "{}", first.err);
    let head = told(&first);
    assert!(
        first
            .out
            .contains(&format!("Register:   {head} (record 2;"))
    );
    for ending in ["json", "xml", "html", "txt"] {
        let text = read(&folder, &format!("a.{ending}"));
        assert!(text.contains(&head), "{ending}: {text}");
    }
    assert!(read(&folder, "a.xml").contains(&format!(
        "<property name=\"register.head\" value=\"{head}\"/>"
    )));
    let json: serde_json::Value = serde_json::from_str(&read(&folder, "a.json")).expect("JSON");
    assert_eq!(json["register"]["head"], *head);
    assert_eq!(json["register"]["number"], 2);
    let schema = serde_json::from_str(spotcheck::report::json::JSON_SCHEMA).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    assert!(schema.is_valid(&json));

    // The head is in the register, and not in one whose end was cut off.
    let path = folder.text("r.sqlite");
    let verify = || run(["register", "verify", "--register", &path, "--head", &head]);
    assert_eq!(verify().status, 0);
    let db = rusqlite::Connection::open(&path).expect("opens");
    db.execute("DELETE FROM record WHERE number = 2", [])
        .expect("cut");
    drop(db);
    let cut = verify();
    assert_eq!(cut.status, 1, "{}", cut.out);
    assert!(cut.out.contains("its end was cut off"), "{}", cut.out);
}

#[test]
fn keeping_changes_nothing_of_the_audit() {
    let folder = Folder::new();
    let plain = folder.text("plain.txt");
    run(words(AUDIT).into_iter().chain(["-o".into(), plain]));
    let first = kept(&folder, "a", AUDIT);
    assert_eq!(
        code(&read(&folder, "plain.txt")),
        code(&read(&folder, "a.txt"))
    );
    // The same once more: it is the same record.
    let again = kept(&folder, "b", AUDIT);
    assert!(
        again.err.contains("is in the register already"),
        "{}",
        again.err
    );
    assert_eq!(told(&again), told(&first));
    assert_eq!(read(&folder, "a.json"), read(&folder, "b.json"));
    // Saved and taken in again.
    let (register, saved) = (folder.text("r.sqlite"), folder.text("a.json"));
    let import = |register: &str| {
        run([
            "register",
            "import",
            &saved,
            "--register",
            register,
            "--keep-days",
            "730",
        ])
    };
    let known = import(&register);
    assert!(
        known.out.contains("1 was in the register already"),
        "{}",
        known.out
    );
    // Another register takes it in, and knows the slip too.
    let other = folder.text("other.sqlite");
    assert!(import(&other).out.starts_with("1 audit was added"));
    let code = code(&read(&folder, "a.txt"));
    for place in [
        ["--register", register.as_str()],
        ["--register", other.as_str()],
        ["--audit", saved.as_str()],
    ] {
        let ran = run(["verify-slip", code.as_str()].into_iter().chain(place));
        assert_eq!(ran.status, 0, "{place:?}: {} {}", ran.out, ran.err);
    }
}

/// A slip that is made of the results of a batch is known by the register that took them in.
#[test]
fn slips_of_a_batch_are_known() {
    let folder = Folder::new();
    let batch = run(words(
        "batch sample-backups --profile nhs-england-quick --as-of evidence --format jsonl",
    ));
    let line = batch
        .out
        .lines()
        .find(|line| line.contains("\"overall\":\"FAIL\""));
    let (saved, slip) = (folder.text("one.jsonl"), folder.text("slip.txt"));
    std::fs::write(&saved, line.expect("a failure")).expect("written");
    let register = folder.text("r.sqlite");
    let ran = run([
        "register",
        "import",
        &saved,
        "--register",
        &register,
        "--keep-days",
        "9",
    ]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    run(["report", &saved, "-o", &slip]);
    let code = code(&read(&folder, "slip.txt"));
    let ran = run(["verify-slip", &code, "--register", &register]);
    assert_eq!(ran.status, 0, "{} {}", ran.out, ran.err);
}

#[test]
fn a_saved_audit_shows_its_head_again() {
    let folder = Folder::new();
    let first = kept(&folder, "a", AUDIT);
    let saved = folder.text("a.json");
    let mut args = vec!["report".to_owned(), saved];
    for ending in ENDINGS {
        args.extend(["-o".into(), folder.text(&format!("b.{ending}"))]);
    }
    let again = run(args);
    assert_eq!((again.status, &again.out), (first.status, &first.out));
    for ending in ENDINGS {
        let bytes = |name: &str| std::fs::read(folder.at(&format!("{name}.{ending}")));
        assert!(
            bytes("a").expect("read") == bytes("b").expect("read"),
            "{ending}"
        );
    }
    // One that was changed is refused.
    let head = told(&first);
    for (from, to) in [
        (head.clone(), head.to_uppercase()),
        (head.clone(), head.replace("-2-", "-3-")),
        (head.clone(), "a head".into()),
        ("\"number\": 2".into(), "\"number\": 3".into()),
    ] {
        let changed = read(&folder, "a.json").replace(&from, &to);
        std::fs::write(folder.at("c.json"), changed).expect("written");
        let refused = run(["report", &folder.text("c.json")]);
        assert_eq!(refused.status, 4, "{to}: {}", refused.out);
        assert!(refused.err.contains("register."), "{}", refused.err);
    }
}

#[test]
fn each_checklist_has_its_record_and_its_head() {
    let folder = Folder::new();
    let args = format!("{AUDIT} --profile nhs-england");
    let mut args = words(&args);
    args.extend(["--register".into(), folder.text("r.sqlite")]);
    args.extend(["--keep-days".into(), "730".into()]);
    args.extend(["-o".into(), folder.text("{profile}.json")]);
    let ran = run(args);
    assert_eq!(ran.status, 1, "{}", ran.err);
    for (profile, number) in [("nhs-england-quick", 2), ("nhs-england", 3)] {
        let text = read(&folder, &format!("{profile}.json"));
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(json["register"]["number"], number, "{profile}");
    }
}

/// What cannot be kept is shown all the same, and claims no head.
#[test]
fn an_audit_that_cannot_be_kept_claims_no_head() {
    let folder = Folder::new();
    drop(open(&folder.at("r.sqlite")));
    let db = rusqlite::Connection::open(folder.at("r.sqlite")).expect("opens");
    db.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'a synthetic fault'); END;",
    )
    .expect("a fault");
    drop(db);
    let ran = kept(&folder, "a", AUDIT);
    assert_eq!(ran.status, 5, "{}", ran.err);
    assert!(
        ran.err
            .contains("The audit by nhs-england-quick is NOT in the register"),
        "{}",
        ran.err
    );
    assert!(ran.out.starts_with("FAIL"), "{}", ran.out);
    assert!(!ran.out.contains("Register:"), "{}", ran.out);
    for ending in ["json", "xml", "html", "txt"] {
        let text = read(&folder, &format!("a.{ending}"));
        assert!(!text.contains("register verify"), "{ending}");
        assert!(
            !text.contains("\"register\"") && !text.contains("register.head"),
            "{ending}"
        );
    }
}

/// A result that cannot be written says that the audit is kept.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_says_that_the_audit_is_kept() {
    let folder = Folder::new();
    let full = std::fs::File::options().write(true).open("/dev/full");
    let output = crate::run::spotcheck()
        .args(words(AUDIT))
        .args(["--register", &folder.text("r.sqlite"), "--keep-days", "730"])
        .stdout(full.expect("a full disk"))
        .output()
        .expect("the program starts");
    let ran = crate::run::ran(output);
    assert_eq!(ran.status, 5, "{}", ran.err);
    assert!(
        ran.err
            .contains("The audit IS in the register all the same: "),
        "{}",
        ran.err
    );
    let list = run(["register", "list", "--register", &folder.text("r.sqlite")]);
    assert!(list.out.contains("FAIL"), "{}", list.out);
}
