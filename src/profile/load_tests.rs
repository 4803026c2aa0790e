use super::*;
use crate::profile::shipped_ids;

fn from(text: &str) -> Result<Profile, ProfileError> {
    from_text("my.toml", text, &[])
}

const MINIMAL: &str = r#"
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
"#;

#[test]
fn shipped_profiles_load() {
    for id in shipped_ids() {
        let profile = load(id, &[]).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(profile.id, id);
        assert_eq!(profile.sha256.len(), 64);
        for control in &profile.controls {
            for platform in [Platform::Ios, Platform::Android] {
                let rules = control.rules(platform);
                if rules.pass.is_some() {
                    for text in [&rules.look, &rules.put_right, &rules.expected] {
                        assert!(
                            !text.is_empty(),
                            "{} on {platform} lacks a text",
                            control.id
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn the_quick_profile_holds_the_summary_measures() {
    let profile = load("nhs-england-quick", &[]).expect("loads");
    let ids: Vec<_> = profile.controls.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "IM-04", "IM-05a", "IM-05b", "IM-05c", "IM-06", "IM-07", "IM-12a", "IM-12b"
        ]
    );
    assert_ne!(
        profile.sha256,
        load("nhs-england", &[]).expect("loads").sha256
    );
}

#[test]
fn a_parameter_can_be_overridden_for_a_run() {
    let set = [("auto_lock_max".to_owned(), "5m".to_owned())];
    let profile = load("nhs-england-quick", &set).expect("loads");
    let parameter = profile.parameter("auto_lock_max").expect("there");
    assert!(parameter.overridden());
    assert_eq!(parameter.value.to_string(), "PT5M");
    let lock = profile
        .controls
        .iter()
        .find(|c| c.id == "IM-05b")
        .expect("there");
    assert_eq!(
        lock.ios.expected,
        "locks itself after 5 minutes at the most"
    );
    for (name, value) in [
        ("nonsense", "5m"),
        ("auto_lock_max", "soon"),
        ("photo_access_allowed", "banana"),
    ] {
        let error =
            load("nhs-england", &[(name.to_owned(), value.to_owned())]).expect_err("refused");
        assert!(
            error.to_string().starts_with(&format!("--set {name}")),
            "{error}"
        );
    }
}

#[test]
fn a_new_pass_drops_the_fail_of_the_profile_that_is_extended() {
    let text = r#"
id = "mine"
title = "Mine"
extends = "nhs-england"
[[control]]
id = "IM-07"
[control.android]
pass = { fact = "management.can_wipe", is = true }
"#;
    let profile = from(text).expect("loads");
    let control = profile
        .controls
        .iter()
        .find(|c| c.id == "IM-07")
        .expect("there");
    assert_eq!(control.android.fail, None);
    assert!(control.ios.pass.is_some());
    assert_eq!(control.title, "Remote wipe is set up");
}

#[test]
fn wrong_profiles_point_at_the_line() {
    let control = &MINIMAL[MINIMAL.find("[[control]]").expect("a control")..];
    let edits: &[(&str, &str, &str)] = &[
        ("lock.auto_lock", "lock.auto_luck", "no fact of this id"),
        (
            "at_most = \"$limit\"",
            "at_most = \"$limits\"",
            "no parameter of this name",
        ),
        ("{limit}", "{limits}", "no parameter {limits}"),
        (
            "at_most = \"$limit\"",
            "is = true",
            "lock.auto_lock is a length of time",
        ),
        (
            "at_most = \"$limit\"",
            "at_most = \"soon\"",
            "lock.auto_lock is a length of time",
        ),
        (
            "at_most = \"$limit\"",
            "at_most = \"1m\", is = \"1m\"",
            "a criterion is either",
        ),
        (
            "lock.auto_lock\", at_most",
            "lock.credential\", at_most",
            "no more and no less",
        ),
        (
            "{ fact = \"lock.auto_lock\", at_most = \"$limit\" }",
            "{ all = [] }",
            "always be true",
        ),
        (
            "{ fact = \"lock.auto_lock\", at_most = \"$limit\" }",
            "{ not = { any = [] } }",
            "never be true",
        ),
        ("id = \"A\"", "per_app = true\nid = \"A\"", "apps in scope"),
        (
            "[parameters",
            "[apps]\nin_scope = [\"signal\", \"signal\"]\n[parameters",
            "twice",
        ),
        (
            "[parameters.limit]",
            "[parameters.evidence_max_age]\nvalue = 30\nsource = \"a test\"\n[parameters.limit]",
            "length of time",
        ),
        ("\"lock.auto_lock\"", "\"app.installed\"", "per_app = true"),
        (
            "pass = ",
            "past = ",
            "There is no \"past\" here. Did you mean \"pass\"?",
        ),
        ("source = \"a test\"\n[[", "\n[[", "needs a source"),
        (
            "value = \"2m\"",
            "value = \"2 moons\"",
            "not a length of time",
        ),
        ("expected = \"within {limit}\"", "", "needs `expected`"),
        (
            "within {limit}",
            "within {menu:auto-lock}",
            "in `look` and `put_right` only",
        ),
        (
            "expected = ",
            "ios.look = \"{menu:auto-luck}\"\nexpected = ",
            "no place {menu:auto-luck}; they have",
        ),
        (
            "expected = ",
            "ios.put_right = \"{menu:users}\"\nexpected = ",
            "no place {menu:users} on iPhone",
        ),
        (
            "expected = ",
            "android.look = \"{app:two-steps}\"\nexpected = ",
            "the app catalogue has no place {app:two-steps}",
        ),
        (
            "expected = ",
            "android.look = \"{limits}\"\nexpected = ",
            "no parameter {limits}",
        ),
        (
            "pass = { fact = \"lock.auto_lock\", at_most = \"$limit\" }",
            "",
            "needs `pass` or",
        ),
        ("title = \"Locks\"", "", "needs `title`"),
        ("id = \"A\"", "", "missing field `id`"),
        ("title = \"Mine\"", "", "needs `title`"),
        (
            "id = \"mine\"",
            "id = \"my own\"",
            "letters, digits and hyphens",
        ),
        (
            "id = \"mine\"",
            "id = \"mine\"\nextends = \"theirs\"",
            "can extend one of these",
        ),
        (
            "id = \"mine\"",
            "id = \"mine\"\nextends = \"nhs-englnd\"",
            "Did you mean \"nhs-england\"? A profile can extend one of these, or a file beside it: nhs-england,",
        ),
        (
            "[parameters",
            "[apps]\nin_scope = [\"pigeon\"]\n[parameters",
            "no app of this id",
        ),
        (", at_most = \"$limit\"", "", "a criterion is either"),
        (
            "{ fact = \"lock.auto_lock\", at_most = \"$limit\" }",
            "{ indicative = true }",
            "a criterion is either",
        ),
        (
            "{ fact = \"lock.auto_lock\", at_most = \"$limit\" }",
            "{}",
            "a criterion is either",
        ),
        (
            "pass = { fact",
            "pass = { not = { fact = \"boot.locked\", is = true }, fact",
            "a criterion is either",
        ),
        (
            "pass = { fact = \"lock.auto_lock\", at_most",
            "pass = { not = { fact = \"boot.locked\", is = true }, at_most",
            "a criterion is either",
        ),
        (
            "pass = { fact = \"lock.auto_lock\", at_most = \"$limit\" }",
            "pass = { not = { fact = \"boot.locked\", is = true }, any = [{ fact = \"boot.locked\", is = true }] }",
            "a criterion is either",
        ),
        ("{limit}", "{limit", "a { without its }"),
        ("\"2m\"", "-1", "a parameter cannot be negative"),
        ("\"2m\"", "[\"a\", 1]", "a list parameter holds words"),
        (
            "\"2m\"",
            "1.5",
            "a parameter is a length of time (\"2m\"), a number, true or false, or a list of words",
        ),
        ("pass = ", "fail = ", "this control needs `pass`"),
        ("question = \"Does it lock?\"", "", "needs `question`"),
        (
            "source = \"a test\"\npass",
            "pass",
            "this control needs `source`",
        ),
        (
            "[[control]]",
            "[[control]]\nid = \"A\"\n[[control]]",
            "a second control of this id",
        ),
        (control, "", "a profile needs at least one [[control]]"),
        (
            "id = \"mine\"",
            "id = \"mine\"\nextends = 2026-11-21",
            "invalid type",
        ),
    ];
    for (old, new, message) in edits {
        assert!(MINIMAL.contains(old), "{old}");
        let text = MINIMAL.replacen(old, new, 1);
        let error = from(&text).expect_err(new).to_string();
        assert!(error.contains(message), "{new}: {error}");
        assert!(
            error.contains("line ") || error.contains("a profile needs"),
            "{new}: {error}"
        );
    }
    from(MINIMAL).expect("the text itself is right");
}

#[test]
fn nesting_is_bounded() {
    let deep = format!(
        "{} {{ fact = \"lock.auto_lock\" }} {}",
        "{ not = ".repeat(5000),
        "}".repeat(5000)
    );
    let text = MINIMAL.replace("{ fact = \"lock.auto_lock\", at_most = \"$limit\" }", &deep);
    assert!(
        from(&text)
            .expect_err("refused")
            .to_string()
            .contains("nested deeper")
    );
}

#[test]
fn the_number_of_criteria_is_bounded() {
    let control = &MINIMAL[MINIMAL.find("[[control]]").expect("a control")..];
    let text = |controls: usize| {
        let more = (1..controls).map(|n| control.replace("\"A\"", &format!("\"A{n}\"")));
        MINIMAL.to_owned() + &more.collect::<String>()
    };
    assert_eq!(from(&text(1000)).expect("loads").controls.len(), 1000);
    let error = from(&text(1001)).expect_err("refused").0;
    assert_eq!(
        error,
        "my.toml: it holds more criteria than a checklist can"
    );
}

#[test]
fn a_shipped_profile_extends_no_file() {
    let text = MINIMAL.replace("id = \"mine\"", "id = \"x\"\nextends = \"Cargo.toml\"");
    let error = from_text("teams-only", &text, &[]).expect_err("refused").0;
    assert!(
        error.starts_with("teams-only, line 3, column 11: there is no such profile."),
        "{error}"
    );
}

#[test]
fn an_override_is_held_to_the_kind_of_its_limit() {
    let text = MINIMAL.replace(
        "[[control]]",
        "[parameters.most]\nvalue = 3\nsource = \"a test\"\n[parameters.on]\nvalue = true\nsource = \"a test\"\n[[control]]",
    );
    let set = |id: &str, value: &str| from_text("my.toml", &text, &[(id.into(), value.into())]);
    for (id, value, why) in [
        ("limit", "soon", "is not a length of time"),
        ("most", "many", "is not a whole number"),
        ("most", "-1", "is not a whole number"),
        ("most", "", "is not a whole number"),
        ("on", "yes", "is neither true nor false"),
        ("on", "TRUE", "is neither true nor false"),
    ] {
        let error = set(id, value).expect_err(value).0;
        let begins = format!("--set {id}={value}: \"{value}\" {why}");
        assert!(error.starts_with(&begins), "{error}");
    }
    for (id, value, shown) in [
        ("limit", "3m", "PT3M"),
        ("most", "4", "4"),
        ("on", "false", "false"),
    ] {
        let profile = set(id, value).expect(id);
        let parameter = profile.parameter(id).expect("there");
        assert_eq!(parameter.value.to_string(), shown);
    }
}

#[test]
fn a_list_of_ones_own_passes_for_no_shipped_one() {
    let own = |text: &str| from_text("own.toml", text, &[]);
    let error = own("id = \"nhs-england\"\ntitle = \"Ours\"\nextends = \"nhs-england\"\n")
        .expect_err("refused");
    assert!(
        error.0.contains("the id of a checklist in this program"),
        "{error}"
    );
    let nameless = own("id = \"ours\"\nextends = \"nhs-england\"\n").expect("loads");
    assert!(
        nameless.title.ends_with(", changed by ours"),
        "{}",
        nameless.title
    );
}

#[test]
fn what_is_wrong_with_an_extension_points_at_its_own_line() {
    const HEAD: &str = "id = \"ours\"\ntitle = \"Ours\"\nextends = \"nhs-england\"\n";
    for (limit, value, message) in [
        (
            "photo_access_allowed",
            "\"none\"",
            "a list of words such as [\"none\", \"limited\"]",
        ),
        ("photo_access_allowed", "\"2m\"", "a list of words such as"),
        ("photo_access_allowed", "[]", "a list of words such as"),
        (
            "photo_access_allowed",
            "[\"none\", \"limitd\"]",
            "\"limitd\" is none of the words that can stand here. Did you mean \"limited\"? There is: ",
        ),
        (
            "auto_lock_max",
            "[\"none\"]",
            "a length of time such as \"2m\"",
        ),
        ("auto_lock_max", "\"2 moons\"", "not a length of time"),
        (
            "record_transfer_hours",
            "\"72h\"",
            "a whole number such as 3",
        ),
        (
            "record_transfer_hours",
            "\"many\"",
            "a whole number such as 3",
        ),
    ] {
        let text = format!("{HEAD}[parameters.{limit}]\nvalue = {value}\nsource = \"x\"\n");
        let error = from_text("own.toml", &text, &[]).expect_err(value).0;
        assert!(error.contains(message), "{limit} = {value}: {error}");
        assert!(error.starts_with("own.toml, line 5"), "{error}");
    }
    let error = from_text("own.toml", &format!("{HEAD}only = [\"IM-5a\"]\n"), &[]);
    let error = error.expect_err("refused").0;
    assert!(
        error.contains("of this id. Did you mean \"IM-05a\"?"),
        "{error}"
    );
}

#[test]
fn a_limit_that_no_line_uses_is_an_error() {
    let text = "id = \"ours\"\ntitle = \"Ours\"\nextends = \"nhs-england\"\n[parameters.autolock_max]\nvalue = \"30s\"\nsource = \"x\"\n";
    let error = from_text("own.toml", text, &[]).expect_err("refused");
    assert!(
        error.0.contains("no line uses a limit \"autolock_max\""),
        "{error}"
    );
    assert!(error.0.contains("line 5"), "{error}");
    assert!(
        from_text(
            "own.toml",
            &text.replace("autolock_max", "auto_lock_max"),
            &[]
        )
        .is_ok()
    );
}

#[test]
fn a_file_that_is_no_text_is_no_checklist() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), [0xff; 9]).expect("written");
    let name = file.path().display().to_string();
    let error = load(&name, &[]).expect_err("refused").0;
    assert!(error.contains("cannot be read: it is not text"), "{error}");
    assert!(
        error.contains("Give a file that holds a checklist"),
        "{error}"
    );
}
