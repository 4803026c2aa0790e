//! Answers files: what they change, and what is wrong with them.

use crate::common::*;
use crate::run::{run, sample};

/// Runs the quick checklist over a sample with these answers.
fn with(name: &str, list: &[(&str, &str, &str)]) -> crate::run::Ran {
    let folder = Folder::new();
    let path = folder.file("answers.toml", &answers(list));
    audit(
        name,
        &["--profile", "nhs-england-quick", "--answers", &path],
    )
}

#[test]
fn a_look_settles_what_no_backup_tells() {
    for (answer, verdict, first, status) in [
        ("seen = \"as-it-should-be\"", "pass", "null", 0),
        ("seen = \"otherwise\"", "fail", "null", 1),
        ("seen = \"fixed\"", "pass", "fail", 0),
        ("seen = \"cannot-tell\"", "unresolved", "null", 3),
        ("seen = \"declined\"", "declined", "null", 3),
        (
            "seen = \"does-not-apply\"\nnote = \"no number of its own\"",
            "not-applicable",
            "null",
            0,
        ),
    ] {
        let ran = with("ios-compliant", &[("IM-04", "whatsapp", answer)]);
        assert_eq!(ran.status, status, "{answer}: {}", ran.err);
        let audit = json(&ran.out);
        let finding = finding(&audit, "IM-04", "whatsapp");
        assert_eq!(finding["verdict"], verdict, "{answer}");
        assert_eq!(finding["first_verdict"].as_str().unwrap_or("null"), first);
        assert_eq!(finding["observation"]["manner"], "seen");
        assert_eq!(finding["observation"]["by"], "IG-3");
    }
}

#[test]
fn a_later_look_outranks_an_older_backup_and_both_are_shown() {
    for (name, control, answer, verdict, found) in [
        (
            "ios-failing",
            "IM-05a",
            "as-it-should-be",
            "pass",
            "the look decides",
        ),
        (
            "ios-compliant",
            "IM-05a",
            "otherwise",
            "fail",
            "contradict each other",
        ),
        (
            "ios-failing",
            "IM-05a",
            "fixed",
            "pass",
            "put right in front of the auditor",
        ),
        (
            "ios-failing",
            "IM-05a",
            "cannot-tell",
            "fail",
            "Screen lock: none",
        ),
        (
            "ios-compliant",
            "IM-05a",
            "cannot-tell",
            "pass",
            "Screen lock: set",
        ),
    ] {
        let answer = format!("seen = \"{answer}\"");
        let ran = with(name, &[(control, "device", &answer)]);
        let audit = json(&ran.out);
        let finding = finding(&audit, control, "device");
        assert_eq!(finding["verdict"], verdict, "{name} {answer}");
        let text = finding["found"].as_str().expect("text");
        assert!(text.contains(found), "{text}");
        assert!(
            text.contains("Screen lock"),
            "the reading is shown too: {text}"
        );
    }
}

/// A look from before the backup does not outrank it, and an old one settles nothing.
#[test]
fn an_old_look_passes_nothing() {
    let folder = Folder::new();
    let old = |day: &str, answer: &str| {
        answers(&[("IM-05a", "device", answer), ("IM-04", "whatsapp", answer)])
            .lines()
            .map(|line| match line.starts_with("at = ") {
                true => format!("at = {day}\n"),
                false => format!("{line}\n"),
            })
            .collect::<String>()
    };
    let seen = "seen = \"as-it-should-be\"";
    for (day, max_age, name, passcode, two_step) in [
        // Before the backup of 2 November: the two contradict each other.
        ("2026-11-01", "36500d", "ios-failing", "fail", "pass"),
        // Long ago.
        ("2026-11-03", "1s", "ios-failing", "fail", "unresolved"),
        // In the future.
        ("2126-11-03", "36500d", "ios-failing", "fail", "unresolved"),
    ] {
        let path = folder.file("answers.toml", &old(day, seen));
        let set = format!("evidence_max_age={max_age}");
        let sample = sample(name).display().to_string();
        let ran = run([
            "ios",
            &sample,
            "--profile",
            "nhs-england-quick",
            "--format",
            "json",
            "--set",
            &set,
            "--answers",
            &path,
        ]);
        let audit = json(&ran.out);
        let verdict = |control, subject| finding(&audit, control, subject)["verdict"].clone();
        assert_eq!(verdict("IM-05a", "device"), passcode, "{day}");
        assert_eq!(verdict("IM-04", "whatsapp"), two_step, "{day}");
    }
}

#[test]
fn what_is_said_is_counted_apart() {
    let folder = Folder::new();
    let path = folder.file(
        "answers.toml",
        &answers(&[
            ("IM-10", "device", "said = \"yes\""),
            ("IM-08", "device", "said = \"no\""),
            ("IM-13", "device", "said = \"declined\""),
            ("IM-02", "device", "said = \"does-not-apply\""),
        ]),
    );
    let without = json(&audit("ios-compliant", &[]).out);
    let with = json(&audit("ios-compliant", &["--answers", &path]).out);
    assert_eq!(with["overall"], without["overall"]);
    let count = |key: &str| with["attested"][key].as_i64().expect("a number");
    assert_eq!((count("yes"), count("no"), count("declined")), (1, 1, 1));
    let unanswered = without["attested"]["unanswered"]
        .as_i64()
        .expect("a number");
    assert_eq!(count("unanswered"), unanswered - 4);
    let social = finding(&with, "IM-10", "device");
    assert_eq!(
        (&social["verdict"], &social["statement"]["answer"]),
        (&"pass".into(), &"yes".into())
    );
    assert_eq!(social["observation"], serde_json::Value::Null);
    assert_eq!(finding(&with, "IM-08", "device")["verdict"], "fail");
}

#[test]
fn unknown_and_unused_answers_are_errors_with_the_line() {
    let folder = Folder::new();
    for (control, subject, answer, expected) in [
        (
            "IM-99",
            "device",
            "seen = \"otherwise\"",
            "no checklist of this run has the line IM-99",
        ),
        (
            "IM-04",
            "telegram",
            "seen = \"otherwise\"",
            "IM-04 does not apply here",
        ),
        (
            "IM-04",
            "device",
            "seen = \"otherwise\"",
            "IM-04 is not asked about device",
        ),
        (
            "IM-04",
            "whatsapp",
            "said = \"yes\"",
            "is to be seen on the phone",
        ),
        (
            "IM-04",
            "whatsapp",
            "seen = \"maybe\"",
            "expected one of: as-it-should-be",
        ),
        (
            "IM-04",
            "pigeon",
            "seen = \"fixed\"",
            "expected device, or an app",
        ),
    ] {
        let path = folder.file("answers.toml", &answers(&[(control, subject, answer)]));
        let ran = audit(
            "ios-compliant",
            &["--profile", "nhs-england-quick", "--answers", &path],
        );
        assert_eq!(ran.status, 2, "{answer}: {}", ran.err);
        let err = ran.err.replace('\n', " ");
        assert!(err.contains(expected), "{err}");
        assert!(err.contains("line "), "{err}");
        assert_eq!(ran.out, "");
    }
}

/// The template has every open question, and filled in it is an answers file.
#[test]
fn the_template_can_be_filled_in() {
    let folder = Folder::new();
    for (platform, args) in [
        ("a backup", vec!["ios", "sample-backups/ios-gaps"]),
        ("a look alone", vec!["look", "android"]),
        ("a look alone", vec!["look", "ios"]),
    ] {
        let base: Vec<&str> = args
            .iter()
            .copied()
            .chain(NEVER_TOO_OLD)
            .chain(["--ownership", "personal"])
            .collect();
        let template = run(base.iter().copied().chain(["--answers-template"]));
        assert_eq!(template.status, 0, "{}", template.err);
        // Empty, it is a valid file in which nothing is answered.
        let empty = folder.file("empty.toml", &template.out);
        let none = run(base
            .iter()
            .copied()
            .chain(["--answers", &empty, "--format", "json"]));
        assert_ne!(none.status, 2, "{platform}: {}", none.err);
        // Of the apps only WhatsApp is there.
        let filled = template
            .out
            .split_inclusive("note = \"\"\n")
            .map(|answer| {
                let answered = ["device", "whatsapp"]
                    .iter()
                    .any(|subject| answer.contains(&format!("subject = \"{subject}\"\n")));
                if answered {
                    answer
                        .replace("seen = \"\"", "seen = \"as-it-should-be\"")
                        .replace("said = \"\"", "said = \"yes\"")
                } else {
                    answer.to_owned()
                }
            })
            .collect::<String>()
            .lines()
            .map(|line| match line.split_once(" = \"\" # ") {
                Some((id, name)) if !["by", "seen", "said"].contains(&id) => {
                    let there = if id == "whatsapp" {
                        "there"
                    } else {
                        "not-there"
                    };
                    format!("{id} = \"{there}\" # {name}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect::<String>();
        let path = folder.file("filled.toml", &filled);
        let ran = run(base
            .iter()
            .copied()
            .chain(["--answers", &path, "--format", "json"]));
        assert!(
            ran.status == 0 || ran.status == 3,
            "{platform}: {}",
            ran.err
        );
        let audit = json(&ran.out);
        for finding in audit["findings"].as_array().expect("findings") {
            let asked_in_the_template = template.out.contains(&format!(
                "control = \"{}\"",
                finding["control"].as_str().expect("text")
            ));
            if asked_in_the_template && finding["subject"] == "device" {
                assert_eq!(finding["verdict"], "pass", "{platform}: {finding}");
            }
        }
    }
}

/// With no cable and no backup, the answers alone can pass the whole list.
#[test]
fn a_look_alone_can_pass() {
    let folder = Folder::new();
    let base = ["look", "ios", "--ownership", "trust", "--format", "json"];
    let apps = "[apps]\nwhatsapp = \"there\"\nwhatsapp-business = \"not-there\"\nmessenger = \"not-there\"\n\
                telegram = \"not-there\"\nsignal = \"not-there\"\n";
    let first = folder.file("first.toml", &(answers(&[]) + apps));
    let open = json(&run(base.iter().copied().chain(["--answers", &first])).out);
    assert_eq!(open["overall"], "INCOMPLETE");
    assert_eq!(open["source"], "look");
    assert_eq!(open["read_log"], serde_json::json!([]));
    let mut text = answers(&[]) + apps;
    for f in open["findings"].as_array().expect("findings") {
        if f["verdict"] != "unresolved" {
            continue;
        }
        let answer = match f["asked"].as_bool() {
            Some(true) => "said = \"yes\"",
            _ => "seen = \"as-it-should-be\"",
        };
        text += &format!(
            "[[answer]]\ncontrol = {}\nsubject = {}\n{answer}\n",
            f["control"], f["subject"]
        );
    }
    let path = folder.file("all.toml", &text);
    let ran = run(base.iter().copied().chain(["--answers", &path]));
    assert_eq!(ran.status, 0, "{} {}", ran.err, ran.out);
    let audit = json(&ran.out);
    assert_eq!(audit["overall"], "PASS");
    assert_eq!(audit["attested"]["unanswered"], 0);
    // Where it is not known whether an app is there, nothing passes.
    let unknown = text.replace("telegram = \"not-there\"", "telegram = \"cannot-tell\"");
    let path = folder.file("unknown.toml", &unknown);
    let ran = run(base.iter().copied().chain(["--answers", &path]));
    assert_eq!(json(&ran.out)["overall"], "INCOMPLETE");
}

#[test]
fn what_points_to_a_person_is_not_kept() {
    for (option, value, expected) in [
        ("--staff-ref", "Jane Smith", "It looks like a name"),
        ("--auditor", "x@example.org", "an e-mail address"),
        ("--site", "SW1A 1AA", "a postcode"),
        ("--campaign", "943 476 5919", "an NHS number"),
        ("--role", "07700 900123", "a phone number"),
    ] {
        let ran = audit("ios-compliant", &[option, value]);
        assert_eq!(ran.status, 2, "{option}");
        let err = ran.err.replace('\n', " ");
        assert!(err.contains(option) && err.contains(expected), "{err}");
        assert!(!err.contains(value), "{err}");
    }
}

/// Evidence that is too old does not say that an app is not there: it may have come since. Looks at everything else do
/// not make such a phone pass.
#[test]
fn old_evidence_hides_no_app() {
    let folder = Folder::new();
    let backup = sample("ios-compliant").display().to_string();
    let base = [
        "ios",
        &backup,
        "--profile",
        "nhs-england-quick",
        "--set",
        "evidence_max_age=1d",
        "--format",
        "json",
    ];
    let judged = |text: &str| {
        let path = folder.file("answers.toml", text);
        let ran = run(base.iter().copied().chain(["--answers", &path]));
        json(&ran.out)
    };
    let everything = |extra: &str, audit: &serde_json::Value| {
        let mut text = answers(&[]) + extra;
        for f in audit["findings"].as_array().expect("findings") {
            let of_it = f["subject"] == "device" || f["subject"] == "whatsapp";
            if of_it && f["verdict"] == "unresolved" {
                text += &format!(
                    "[[answer]]\ncontrol = {}\nsubject = {}\nseen = \"as-it-should-be\"\n",
                    f["control"], f["subject"]
                );
            }
        }
        text
    };
    let open = judged(&answers(&[]));
    assert_eq!(finding(&open, "IM-04", "signal")["verdict"], "unresolved");
    let looked = judged(&everything("", &open));
    assert_eq!(looked["overall"], "INCOMPLETE");
    let apps = "[apps]\nwhatsapp-business = \"not-there\"\nmessenger = \"not-there\"\ntelegram = \"not-there\"\nsignal = \"not-there\"\n";
    let looked_for = judged(&everything(apps, &open));
    assert_eq!(looked_for["overall"], "PASS");
    assert_eq!(
        finding(&looked_for, "IM-04", "signal")["verdict"],
        "not-applicable"
    );
}

/// Two checklists that ask one line differently: an answer to one is none to the other.
#[test]
fn an_answer_belongs_to_one_question() {
    let folder = Folder::new();
    let strict = folder.file(
        "strict.toml",
        "id = \"strict\"\ntitle = \"Synthetic\"\nextends = \"nhs-england\"\nonly = [\"IM-05b\"]\n\
         [parameters.auto_lock_max]\nvalue = \"30s\"\nsource = \"a synthetic policy\"\n",
    );
    let base = [
        "look",
        "ios",
        "--profile",
        "nhs-england",
        "--profile",
        &strict,
        "--controls",
        "IM-05b",
        "--format",
        "json",
    ];
    let with = |answer: &str| {
        let path = folder.file("answers.toml", &answers(&[("IM-05b", "device", answer)]));
        run(base.iter().copied().chain(["--answers", &path]))
    };
    let both = with("seen = \"as-it-should-be\"");
    assert_eq!(both.status, 2, "{}", both.out);
    assert!(both.err.contains("ask IM-05b differently"), "{}", both.err);
    let one =
        with("seen = \"as-it-should-be\"\nasked = \"locks itself after 2 minutes at the most\"");
    let verdicts: Vec<String> = one
        .out
        .lines()
        .map(|line| finding(&json(line), "IM-05b", "device")["verdict"].to_string())
        .collect();
    assert_eq!(verdicts, ["\"pass\"", "\"unresolved\""], "{}", one.err);
    let other = with("seen = \"otherwise\"\nasked = \"something else\"");
    assert_eq!(other.status, 2);
}

/// What counts for the phone as a whole applies to every phone; what is taken out of an app's lines stays in sight.
#[test]
fn what_is_said_not_to_apply_stays_in_sight() {
    let reason = "seen = \"does-not-apply\"\nnote = \"unneeded\"";
    let folder = Folder::new();
    let path = folder.file("answers.toml", &answers(&[("IM-05a", "device", reason)]));
    let ran = audit(
        "ios-gaps",
        &["--profile", "nhs-england-quick", "--answers", &path],
    );
    assert_eq!(
        finding(&json(&ran.out), "IM-05a", "device")["verdict"],
        "unresolved"
    );
    let path = folder.file("answers.toml", &answers(&[("IM-04", "whatsapp", reason)]));
    let backup = sample("ios-compliant").display().to_string();
    let args = [
        "ios",
        &backup,
        "--profile",
        "nhs-england-quick",
        "--answers",
        &path,
    ];
    let ran = run(args.into_iter().chain(NEVER_TOO_OLD));
    for text in ["1 SAID NOT TO APPLY", "said not to", "unneeded"] {
        assert!(ran.out.contains(text), "{text}: {}", ran.out);
    }
}

#[test]
fn what_would_deceive_a_terminal_is_not_kept() {
    let folder = Folder::new();
    let note = "seen = \"otherwise\"\nnote = \"a\\u001b[2Jb\\nPASS: all\"";
    let path = folder.file("answers.toml", &answers(&[("IM-04", "whatsapp", note)]));
    let ran = audit(
        "ios-compliant",
        &["--profile", "nhs-england-quick", "--answers", &path],
    );
    let kept = finding(&json(&ran.out), "IM-04", "whatsapp")["observation"]["note"].clone();
    assert_eq!(kept, "a[2JbPASS: all");
    let trust = folder.file("trust.toml", "name = \"a\\u001b[2Jb\"\n");
    assert_eq!(run(["notice", "--trust", &trust]).status, 2);
    let profile = folder.file(
        "p.toml",
        "id = \"p\"\ntitle = \"a\\u001b[2Jb\"\nextends = \"nhs-england\"\n",
    );
    let ran = audit("ios-compliant", &["--profile", &profile]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("control characters"), "{}", ran.err);
}
