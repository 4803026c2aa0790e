//! A saved audit is shown again byte for byte; one that was changed, damaged or made up is refused.

use serde_json::{Value, json};

use crate::common::*;

/// Answers of every kind, with notes, and a waiver: they are in an audit too.
fn people(folder: &Folder) -> Vec<String> {
    let now = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).expect("now");
    let mut answers = format!("by = \"IG-3\"\nat = {now}\n");
    for (control, subject, answer) in [
        (
            "IM-04",
            "whatsapp",
            "seen = \"fixed\"\nnote = \"PIN set <now> & \\\"there\\\"\"",
        ),
        ("IM-05a", "device", "seen = \"otherwise\""),
        ("IM-05b", "device", "seen = \"cannot-tell\""),
        ("IM-07", "device", "seen = \"declined\""),
        ("IM-02", "device", "said = \"does-not-apply\""),
        ("IM-08", "device", "said = \"no\"\nnote = \"not yet\""),
        ("IM-10", "device", "said = \"yes\""),
        ("IM-13", "device", "said = \"declined\""),
    ] {
        answers +=
            &format!("\n[[answer]]\ncontrol = \"{control}\"\nsubject = \"{subject}\"\n{answer}\n");
    }
    let waiver = "[[waiver]]\ncontrol = \"IM-12a\"\nownership = \"trust\"\nreason = \"Wound photographs\"\napprover = \"Head of IG\"\nexpires = 2126-01-31\n";
    [
        "--answers",
        &folder.file("answers.toml", &answers),
        "--waivers",
        &folder.file("waivers.toml", waiver),
        "--set",
        "evidence_max_age=36500d",
        "--set",
        "auto_lock_max=30s",
        "--ownership",
        "trust",
        "--staff-ref",
        "S-001",
        "--site",
        "North <1> & \"2\"",
        "--notice-given",
        "2026-11-01",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// For every sample, every profile, with and without people: what is written of the saved audit is what was written of
/// the audit.
#[test]
fn a_saved_audit_is_shown_again_byte_for_byte() {
    let profiles: Vec<&str> = spotcheck::profile::shipped_ids().collect();
    let mut compared = 0;
    for (sample, line) in SAMPLES {
        for with_people in [false, true] {
            let folder = Folder::new();
            let mut args: Vec<String> = vec!["--no-input".into()];
            if with_people {
                args.extend(people(&folder));
            } else {
                args.extend([
                    "--as-of".into(),
                    "evidence".into(),
                    "--readable-only".into(),
                ]);
            }
            for profile in &profiles {
                args.extend(["--profile".into(), (*profile).to_owned()]);
            }
            for ending in ENDINGS {
                args.extend(["-o".into(), folder.text(&format!("{{profile}}.{ending}"))]);
            }
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let first = with(line, &args);
            assert!([0, 1, 3].contains(&first.status), "{sample}: {}", first.err);
            let saved: Vec<String> = profiles
                .iter()
                .map(|profile| folder.text(&format!("{profile}.json")))
                .collect();
            let table = with(
                "report",
                &saved.iter().map(String::as_str).collect::<Vec<_>>(),
            );
            assert_eq!(table.status, first.status, "{sample}: {}", table.err);
            assert_eq!(table.out, first.out, "{sample}: the table");
            for (profile, path) in profiles.iter().zip(&saved) {
                let mut again: Vec<String> = vec![path.clone()];
                for ending in ENDINGS {
                    again.extend([
                        "-o".into(),
                        folder.text(&format!("again-{profile}.{ending}")),
                    ]);
                }
                let again: Vec<&str> = again.iter().map(String::as_str).collect();
                with("report", &again);
                for ending in ENDINGS {
                    assert_eq!(
                        folder.read(&format!("again-{profile}.{ending}")),
                        folder.read(&format!("{profile}.{ending}")),
                        "{sample} {profile} {ending}"
                    );
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, SAMPLES.len() * 2 * profiles.len() * ENDINGS.len());
}

#[test]
fn the_results_of_a_batch_are_shown_again() {
    let folder = Folder::new();
    let batch = "batch sample-backups --as-of evidence --profile nhs-england-quick";
    let lines = with(batch, &["--format", "jsonl"]);
    let saved = folder.file("results.jsonl", &lines.out);
    let (first, again) = (folder.text("first.html"), folder.text("again.html"));
    with(batch, &["--html", &first]);
    let ran = with("report", &[&saved, "-o", &again, "--format", "json"]);
    assert_eq!(ran.status, lines.status, "{}", ran.err);
    assert_eq!(ran.out, lines.out);
    assert_eq!(folder.read("first.html"), folder.read("again.html"));
    // The same with the results of earlier runs in a file.
    let resumed = folder.text("resumed.jsonl");
    for (name, force) in [("resumed.html", &[][..]), ("resumed.html", &["--force"])] {
        let page = folder.text(name);
        let mut args = vec!["--resume", resumed.as_str(), "--html", &page];
        args.extend(force);
        let ran = with(batch, &args);
        assert_eq!(ran.status, lines.status, "{}", ran.err);
        assert_eq!(folder.read(name), folder.read("first.html"));
    }
}

fn saved() -> Value {
    let ran = with(
        "ios sample-backups/ios-failing --as-of evidence --profile nhs-england-quick",
        &["--format", "json", "--no-input"],
    );
    serde_json::from_str(&ran.out).expect("JSON")
}

/// Sets the value at a pointer.
fn change(mut audit: Value, at: &str, to: Value) -> String {
    *audit.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = to;
    audit.to_string()
}

fn refused(folder: &Folder, text: &str) -> String {
    let path = folder.file("saved.json", text);
    let page = folder.text("page.html");
    for command in [
        vec!["report", &path, "-o", &page],
        vec!["diff", &path, &path],
    ] {
        let ran = crate::run::run(&command);
        assert_eq!(ran.status, 4, "{command:?} {}{}", ran.out, ran.err);
        assert!(ran.out.is_empty(), "{}", ran.out);
    }
    assert!(!folder.at("page.html").exists());
    crate::run::run(["report", &path]).err
}

#[test]
fn what_was_changed_is_refused_with_its_field() {
    let folder = Folder::new();
    let audit = saved();
    for (at, to, part) in [
        ("/schema", json!(2), "schema version 2"),
        ("/schema", json!("1"), "schema version"),
        ("/tool/name", json!("other"), "tool.name"),
        (
            "/overall",
            json!("PASS"),
            "overall says PASS, but the findings come to FAIL",
        ),
        ("/overall", json!("GOOD"), "overall is \"GOOD\""),
        ("/overall", Value::Null, "overall is not text"),
        ("/platform", json!("symbian"), "platform is \"symbian\""),
        ("/source", json!("rumour"), "source is \"rumour\""),
        (
            "/profile/sha256",
            json!("abc"),
            "profile.sha256 is no SHA-256",
        ),
        ("/profile/id", json!(7), "profile.id is not text"),
        (
            "/audited_at",
            json!("yesterday"),
            "audited_at is not a moment",
        ),
        (
            "/audited_at",
            json!("2026-11-02T09:14:00.5Z"),
            "audited_at is not a moment",
        ),
        (
            "/audited_at",
            json!("2026-11-02T10:14:00+01:00"),
            "audited_at is not a moment",
        ),
        (
            "/notice_given",
            json!("2 November"),
            "notice_given is not a day",
        ),
        (
            "/attested/yes",
            json!(-1),
            "attested.yes is not a whole number",
        ),
        (
            "/attested/yes",
            json!(5_000_000_000_u64),
            "attested.yes is too large",
        ),
        ("/about/ownership", json!("mine"), "about.ownership"),
        ("/parameters/0/value", json!("soon"), "parameters[0].value"),
        ("/parameters/0/kind", json!("colour"), "parameters[0].value"),
        (
            "/findings/1/verdict",
            json!("maybe"),
            "findings[1].verdict is \"maybe\"",
        ),
        ("/findings/1/subject", json!("../x"), "findings[1].subject"),
        (
            "/findings/1/subject",
            json!("whatsapp@007"),
            "findings[1].subject",
        ),
        (
            "/findings/1/strength",
            json!("strong"),
            "findings[1].strength",
        ),
        (
            "/findings/1/set_aside",
            json!("no"),
            "findings[1].set_aside",
        ),
        ("/findings", json!({}), "findings is not a list"),
        (
            "/findings/1/found",
            json!("\u{1b}[2J"),
            "findings[1].found holds characters",
        ),
        (
            "/findings/1/found",
            json!("a\u{202e}b"),
            "findings[1].found holds characters",
        ),
        (
            "/facts/0/fact",
            json!("shoe.size"),
            "facts[0].fact is \"shoe.size\"",
        ),
        ("/facts/0/state", json!("guessed"), "facts[0].state"),
        (
            "/read_log/0/why/0",
            json!("shoe.size"),
            "read_log[0].why[0]",
        ),
        (
            "/read_log/0/bytes_kept",
            json!(1.5),
            "read_log[0].bytes_kept",
        ),
    ] {
        let error = refused(&folder, &change(audit.clone(), at, to));
        assert!(error.contains(part), "{at}: {error}");
    }
}

/// A pass cannot be made of a fail by changing the result, nor by taking the failures away.
#[test]
fn a_result_that_does_not_add_up_is_refused() {
    let folder = Folder::new();
    let mut audit = saved();
    let findings = audit["findings"].as_array_mut().expect("findings");
    findings.retain(|finding| finding["verdict"] != "fail");
    let error = refused(&folder, &audit.to_string());
    assert!(
        error.contains("overall says FAIL, but the findings come to INCOMPLETE"),
        "{error}"
    );
}

#[test]
fn what_is_no_audit_is_refused() {
    let folder = Folder::new();
    let whole = saved().to_string();
    let deep = "[".repeat(100_000);
    let doubled = change(saved(), "/facts/1", saved()["facts"][0].clone());
    for (text, part) in [
        ("", "holds no audit"),
        ("notes", "no whole JSON"),
        ("{}", "schema is missing"),
        ("[]", "the document is not an object"),
        ("null", "the document is not an object"),
        ("{\"schema\":1}", "tool is missing"),
        (&whole[..whole.len() / 2], "no whole JSON"),
        (&deep, "no whole JSON"),
        (&doubled, "holds a fact twice"),
    ] {
        let error = refused(&folder, text);
        let start: String = text.chars().take(30).collect();
        assert!(error.contains(part), "{start}: {error}");
    }
    let missing = crate::run::run(["report", &folder.text("nothing.json")]);
    assert_eq!(missing.status, 4);
    // Sparse: longer than any such file.
    let path = folder.file("long.json", "");
    let file = std::fs::File::options()
        .write(true)
        .open(&path)
        .expect("opens");
    file.set_len(300 << 20).expect("grows");
    let long = crate::run::run(["report", &path]);
    assert_eq!(long.status, 4, "{}", long.err);
    assert!(long.err.contains("longer than"), "{}", long.err);
}

/// Whatever happens to a file, it is refused, or it is shown the same again and again; nothing panics.
#[test]
fn damaged_files_are_refused_or_shown() {
    use spotcheck::report::{csv, html, json, junit, saved as again, table};
    const ODD: &[u8] = b"0{}[]\",:\\ntfx-9";
    let text = saved().to_string();
    // A small generator of our own: the same damage each time.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let (mut shown, mut refused) = (0, 0);
    for _ in 0..1500 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(3) {
                0 => bytes[at] = ODD[random(ODD.len())],
                1 => drop(bytes.remove(at)),
                _ => {
                    let end = (at + random(40)).min(bytes.len());
                    bytes.drain(at..end);
                }
            }
        }
        let Ok(damaged) = String::from_utf8(bytes) else {
            continue;
        };
        match again::parse("damaged", &damaged) {
            Err(error) => {
                assert!(error.to_string().starts_with("damaged"), "{error}");
                refused += 1;
            }
            Ok(records) => {
                html::render(&records);
                junit::render(&records);
                csv::render(&records);
                for record in &records {
                    if let Some(audit) = &record.audit {
                        table::render(audit, record.kept.as_ref(), 80);
                    }
                }
                let lines: String = records
                    .iter()
                    .map(|r| json::record_line(r) + "\n")
                    .collect();
                let twice = again::parse("written", &lines).expect("what was written is read");
                let lines_again: String =
                    twice.iter().map(|r| json::record_line(r) + "\n").collect();
                assert_eq!(lines, lines_again);
                shown += 1;
            }
        }
    }
    assert!(
        shown > 50 && refused > 50,
        "{shown} shown, {refused} refused"
    );
}

/// Within version 1 fields may be added; those that were added may be missing in older files.
#[test]
fn older_and_newer_files_of_version_1_are_read() {
    let folder = Folder::new();
    let mut audit = saved();
    audit["new_thing"] = json!({ "a": [1] });
    audit["findings"][0]["new_thing"] = json!("x");
    let newer = folder.file("newer.json", &audit.to_string());
    assert_eq!(crate::run::run(["report", &newer]).status, 1);
    let mut audit = saved();
    audit["profile"]
        .as_object_mut()
        .expect("profile")
        .remove("source");
    audit["device"]
        .as_object_mut()
        .expect("device")
        .remove("maker");
    for parameter in audit["parameters"].as_array_mut().expect("a list") {
        parameter.as_object_mut().expect("one").remove("kind");
    }
    for fact in audit["facts"].as_array_mut().expect("a list") {
        fact.as_object_mut().expect("one").remove("best_possible");
    }
    let older = folder.file("older.json", &audit.to_string());
    assert_eq!(crate::run::run(["report", &older]).status, 1);
}
