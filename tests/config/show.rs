//! `spotcheck config`

use crate::desk::{Desk, json};

#[test]
fn each_value_is_shown_with_where_it_came_from() {
    let desk = Desk::new(
        "name = \"A synthetic trust\"\n[defaults]\nsite = \"north\"\n[limits]\nauto_lock_max = \"1m\"\n[[app]]\nid = \"signal\"\n",
        "[register]\nkeep_days = 30\n",
    )
    .with("SPOTCHECK_AUDITOR", "IG-3");
    let ran = desk.run(&["config", "show", "--role", "nurse", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let shown = json(&ran);
    assert_eq!(shown["schema"], 1);
    let home = desk.home().display().to_string();
    for (key, value, from) in [
        (
            "defaults.profile",
            "nhs-england",
            r#"{"kind":"built-in"}"#.to_owned(),
        ),
        (
            "defaults.role",
            "nurse",
            r#"{"kind":"option","name":"--role"}"#.into(),
        ),
        (
            "defaults.auditor",
            "IG-3",
            r#"{"kind":"variable","name":"SPOTCHECK_AUDITOR"}"#.into(),
        ),
        (
            "defaults.site",
            "north",
            r#"{"kind":"file","path":"spotcheck.toml","line":3}"#.into(),
        ),
        ("defaults.timeout", "30", r#"{"kind":"built-in"}"#.into()),
        (
            "register.keep_days",
            "30",
            format!(r#"{{"kind":"file","path":"{home}","line":2}}"#),
        ),
        (
            "limits.auto_lock_max",
            "1 minute",
            r#"{"kind":"file","path":"spotcheck.toml","line":5}"#.into(),
        ),
        (
            "limits.record_transfer_hours",
            "72",
            r#"{"kind":"checklist","id":"nhs-england"}"#.into(),
        ),
        (
            "name",
            "A synthetic trust",
            r#"{"kind":"file","path":"spotcheck.toml","line":1}"#.into(),
        ),
        (
            "app",
            "1 entry",
            r#"{"kind":"file","path":"spotcheck.toml","line":6}"#.into(),
        ),
    ] {
        let lines = shown["settings"].as_array().expect("lines");
        let line = lines.iter().find(|line| line["key"] == key);
        let line = line.unwrap_or_else(|| panic!("{key}: {}", ran.out));
        if !value.is_empty() {
            assert_eq!(line["value"], value, "{key}");
        }
        assert_eq!(line["from"].to_string(), from, "{key}");
    }
    let text = desk.run(&["config", "show"]).out;
    assert!(text.contains("spotcheck.toml, line 3"), "{text}");
    assert!(text.contains("variable SPOTCHECK_AUDITOR"), "{text}");
    assert!(text.contains("spotcheck.toml: read"), "{text}");
}

#[test]
fn the_places_and_a_file_to_begin_with() {
    let desk = Desk::new("", "");
    let home = desk.home().display().to_string();
    let paths = desk.run(&["config", "path"]);
    assert_eq!(
        paths.out,
        format!("spotcheck.toml: not there\n{home}: not there\n")
    );
    for args in [&["config", "init"][..], &["config", "init", "--user"]] {
        let ran = desk.run(args);
        assert_eq!(ran.status, 0, "{}", ran.err);
        // It never writes over one.
        let again = desk.run(args);
        assert_eq!(again.status, 2, "{}", again.out);
        assert!(again.err.contains("already there"), "{}", again.err);
    }
    let paths = desk.run(&["config", "path"]);
    assert_eq!(paths.out, format!("spotcheck.toml: there\n{home}: there\n"));
    // A file that was only begun changes nothing.
    let before = Desk::new("", "").audit(&["--format", "json"]);
    assert_eq!(desk.audit(&["--format", "json"]).out, before.out);
}
