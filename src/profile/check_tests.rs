use super::*;

const DAY: &str = "2026-11-22";

fn today() -> Date {
    DAY.parse().expect("a day")
}

fn profile(text: &str) -> Profile {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p.toml");
    std::fs::write(&path, text).expect("written");
    crate::profile::load(&path.display().to_string(), &[]).expect("loads")
}

const SOUND: &str = r#"
id = "mine"
title = "Mine"
as_of = 2026-11-21
source = "a test"
[parameters.limit]
value = "2m"
source = "a test"
[[control]]
id = "A"
title = "Locks"
question = "Does it lock?"
source = "a test"
pass = { fact = "lock.auto_lock", at_most = "$limit" }
expected = "within {limit}"
[control.ios]
look = "Settings"
put_right = "Settings"
[control.android]
look = "Settings"
put_right = "Settings"
"#;

#[test]
fn a_sound_profile_has_no_warning() {
    assert_eq!(check(&profile(SOUND), today()), []);
}

#[test]
fn each_warning() {
    let long = "word ".repeat(21);
    let hard = "why = \"Unattended inactivity necessarily precipitates authentication\"\nsource = \"a test\"\npass";
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            "2026-11-21",
            "2025-11-21",
            "profile",
            "more than a year ago",
        ),
        ("2026-11-21", "2026-11-23", "profile", "in the future"),
        (
            "\"lock.auto_lock\", at_most = \"$limit\"",
            "\"boot.locked\", is = true",
            "control A",
            "nothing decides it on iPhone: boot.locked",
        ),
        (
            "\"$limit\"",
            "\"$limit\", indicative = true",
            "control A",
            "points one way",
        ),
        (
            "look = \"Settings\"",
            "",
            "control A",
            "no `look` for iPhone",
        ),
        (
            "put_right = \"Settings\"",
            "",
            "control A",
            "no `put_right` for iPhone",
        ),
        (
            "title = \"Mine\"",
            "title = \"[name of the trust]: ours\"",
            "profile",
            "its title has a gap to fill in: [name of the trust].",
        ),
        (
            "value = \"2m\"\nsource = \"a test\"",
            "value = \"2m\"\nsource = \"our policy [name the section]\"",
            "parameter limit",
            "its source has a gap to fill in: [name the section].",
        ),
        (
            "put_right = \"Settings\"",
            "put_right = \"[the trust fills in: whom to ask]\"",
            "control A",
            "its put_right has a gap to fill in",
        ),
        ("Does it lock?", &long, "control A", "more than 20 words"),
        (
            "look = \"Settings\"",
            &format!("look = \"{long}\""),
            "control A",
            "more than 20 words",
        ),
        (
            "source = \"a test\"\npass",
            hard,
            "control A",
            "reading age of",
        ),
    ];
    for (old, new, place, what) in cases {
        assert!(SOUND.contains(old), "{old}");
        let warnings = check(&profile(&SOUND.replacen(old, new, 1)), today());
        assert!(
            warnings
                .iter()
                .any(|w| w.place == *place && w.what.contains(what)),
            "{new}: {warnings:?}"
        );
    }
}

#[test]
fn an_asked_line_needs_no_fact_that_decides() {
    let text = SOUND
        .replacen(
            "\"lock.auto_lock\", at_most = \"$limit\"",
            "\"boot.locked\", is = true",
            1,
        )
        .replacen("id = \"A\"", "id = \"A\"\nasked = true", 1);
    assert_eq!(check(&profile(&text), today()), []);
}

#[test]
fn a_limit_changed_without_a_source() {
    let text =
        "id = \"mine\"\nextends = \"nhs-england\"\n[parameters.auto_lock_max]\nvalue = \"1m\"\n";
    let warnings = check(&profile(text), today());
    let places: Vec<_> = warnings.iter().map(|w| w.place.as_str()).collect();
    assert_eq!(places, ["parameter auto_lock_max"]);
}

#[test]
fn how_old_the_sources_are() {
    for (as_of, expected) in [
        ("2026-11-22", Age::Current),
        ("2025-11-22", Age::Current),
        ("2025-11-21", Age::Stale),
        ("2026-11-23", Age::Future),
        ("1999-01-01", Age::Stale),
        ("soon", Age::Unknown),
    ] {
        let mut profile = profile(SOUND);
        profile.as_of = as_of.into();
        assert_eq!(age(&profile, today()), expected, "{as_of}");
    }
}
