//! What the documents show works as they say, and the schema for editors fits every profile.

use spotcheck::audit::Verdict;
use spotcheck::evidence::Platform;
use spotcheck::profile::{self, Ownership, check};

use super::run::{root, run, words};
use super::shorthand::{evidence, judge, judge_by, verdict};

const EXAMPLE: &str = "docs/examples/my-trust.toml";

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn the_page_shows_the_example_as_it_is() {
    let example = read(EXAMPLE);
    let shown = format!("```toml\n{example}```");
    assert!(
        read("docs/profiles.md").contains(&shown),
        "docs/profiles.md shows another {EXAMPLE}"
    );
    assert_eq!(example.lines().count(), 10);
    assert!(example.contains("SYNTHETIC"));
}

#[test]
fn a_trusts_ten_lines_work_as_the_page_shows() {
    let path = root().join(EXAMPLE).display().to_string();
    let mine = profile::load(&path, &[]).expect("loads");
    let base = profile::load("nhs-england", &[]).expect("loads");
    assert_eq!(mine.controls.len(), base.controls.len());
    let day = "2026-11-22".parse().expect("a day");
    assert_eq!(check::check(&mine, day), []);

    let e = evidence(Platform::Ios, "lock.auto_lock=120 lock.credential=set");
    let audit = judge(&e, "nhs-england", false, None);
    assert_eq!(verdict(&audit, "IM-05b", "device"), Verdict::Pass);
    let audit = judge_by(&e, &mine, false, None);
    assert_eq!(verdict(&audit, "IM-05b", "device"), Verdict::Fail);
    let question = |p: &profile::Profile| {
        p.controls
            .iter()
            .find(|c| c.id == "IM-14")
            .map(|c| c.question.clone())
    };
    assert_ne!(question(&mine), question(&base));

    let ran = run(words(&format!(
        "ios sample-backups/ios-compliant --profile {EXAMPLE} --readable-only --ownership personal --as-of evidence"
    )));
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("Example trust: messaging on phones (my-trust)")
    );
    assert!(ran.out.contains("ring the service desk"));
}

#[test]
fn the_lines_on_the_page_are_right() {
    let page = read("docs/profiles.md");
    let lines = page
        .split("```toml\n")
        .filter_map(|part| part.split("```").next())
        .find(|block| block.starts_with("[[control]]"))
        .expect("a block of lines");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p.toml");
    let text = format!("id = \"p\"\ntitle = \"P\"\nextends = \"nhs-england\"\nonly = []\n{lines}");
    std::fs::write(&path, text).expect("written");
    let profile = profile::load(&path.display().to_string(), &[]).expect("loads");
    let e = evidence(Platform::Android, "telegram/app.installed=yes");
    for (ownership, line, expected) in [
        (Ownership::Trust, "A-1", Verdict::Fail),
        (Ownership::Personal, "A-2", Verdict::Unresolved),
    ] {
        let audit = judge_by(&e, &profile, false, Some(ownership));
        assert_eq!(verdict(&audit, line, "telegram"), expected);
    }
}

#[test]
fn the_page_tells_of_every_profile_and_every_field() {
    let page = read("docs/profiles.md");
    for id in profile::shipped_ids() {
        assert!(page.contains(&format!("`{id}`")), "{id}");
    }
    let schema: serde_json::Value =
        serde_json::from_str(&read("docs/profile.schema.json")).expect("JSON");
    let mut fields: Vec<&String> = schema["properties"]
        .as_object()
        .expect("fields")
        .keys()
        .collect();
    for part in ["control", "rules", "criterion"] {
        fields.extend(
            schema["$defs"][part]["properties"]
                .as_object()
                .expect(part)
                .keys(),
        );
    }
    for field in fields {
        assert!(
            page.contains(&format!("`{field}")),
            "docs/profiles.md says nothing about {field}"
        );
    }
}

/// TOML as JSON, dates as text.
fn json(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(k, v)| (k, json(v))).collect(),
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(n) => n.into(),
        toml::Value::Boolean(b) => b.into(),
        toml::Value::Float(f) => f.into(),
    }
}

#[test]
fn the_schema_for_editors_takes_every_profile_and_refuses_what_the_program_refuses() {
    let schema = serde_json::from_str(&read("docs/profile.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let valid =
        |text: &str| validator.is_valid(&json(text.parse::<toml::Table>().expect("TOML").into()));
    let mut texts: Vec<String> = profile::shipped_ids()
        .map(|id| profile::shipped(id).expect("there").to_owned())
        .collect();
    texts.push(read(EXAMPLE));
    for text in &texts {
        let errors: Vec<String> = validator
            .iter_errors(&json(text.parse::<toml::Table>().expect("TOML").into()))
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:?} in {text}");
    }
    let right =
        "id = \"a\"\n[[control]]\nid = \"A\"\npass = { fact = \"lock.grace\", at_most = \"5s\" }\n";
    assert!(valid(right));
    for (old, new) in [
        ("id = \"a\"", "id = \"my own\""),
        ("id = \"a\"", "id = \"a\"\ncolour = \"red\""),
        ("id = \"a\"", "id = \"a\"\nplatforms = [\"symbian\"]"),
        ("lock.grace", "lock.grease"),
        ("at_most", "at_least_most"),
        ("at_most = \"5s\"", "at_most = \"5s\", is = \"1s\""),
        (", at_most = \"5s\"", ""),
        ("pass = ", "otherwise = \"shrug\"\npass = "),
        ("pass = ", "ownership = \"mine\"\npass = "),
        ("pass = ", "apps = [\"pigeon\"]\npass = "),
        ("pass = ", "past = "),
    ] {
        assert!(right.contains(old), "{old}");
        assert!(!valid(&right.replacen(old, new, 1)), "{new}");
    }
}
