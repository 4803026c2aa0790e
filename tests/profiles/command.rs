//! `spotcheck profile list|show|check|new`.

use spotcheck::profile;

use super::run::{run, words};

const DAY: &str = "2026-11-22";

#[test]
fn list_names_every_profile_and_says_which_are_old() {
    let ran = run(words(&format!("profile list --as-of {DAY}")));
    assert_eq!(ran.status, 0, "{}", ran.err);
    for id in profile::shipped_ids() {
        let profile = profile::load(id, &[]).expect("loads");
        assert!(
            ran.out.contains(id) && ran.out.contains(&profile.title),
            "{id}"
        );
        assert!(
            ran.out
                .contains(&format!("{} lines", profile.controls.len())),
            "{id}"
        );
    }
    assert!(!ran.out.contains("YEAR OLD"));
    let later = run(words("profile list --as-of 2028-01-01"));
    let old = later.out.matches("MORE THAN A YEAR OLD").count();
    assert_eq!(old, profile::shipped_ids().count());
    let earlier = run(words("profile list --as-of 2020-01-01"));
    assert!(earlier.out.contains("dated in the future"));
}

#[test]
fn list_as_json_is_a_line_each() {
    let ran = run(words(&format!("profile list --format json --as-of {DAY}")));
    let lines: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), profile::shipped_ids().count());
    for line in lines {
        assert_eq!(line["age"], "current");
        assert!(line["controls"].as_u64() > Some(0));
        assert!(!line["platforms"].as_array().expect("a list").is_empty());
    }
}

#[test]
fn show_tells_limits_lines_and_what_is_not_covered() {
    for id in profile::shipped_ids() {
        let profile = profile::load(id, &[]).expect("loads");
        let ran = run(words(&format!("profile show {id}")));
        assert_eq!(ran.status, 0, "{id}: {}", ran.err);
        let text: Vec<&str> = ran.out.split_whitespace().collect();
        let text = text.join(" ");
        let mut wanted: Vec<&str> = vec![&profile.title, &profile.as_of];
        for parameter in &profile.parameters {
            wanted.extend([parameter.id.as_str(), &parameter.source]);
        }
        for control in &profile.controls {
            wanted.extend([control.id.as_str(), &control.question, &control.source]);
        }
        for line in &profile.not_covered {
            wanted.extend([line.id.as_str(), &line.title, &line.why]);
        }
        for wanted in wanted {
            // Long words may be broken at a hyphen or a slash.
            let squeezed = |text: &str| text.replace(' ', "");
            assert!(
                squeezed(&text).contains(&squeezed(wanted)),
                "{id}: {wanted}"
            );
        }
        let ran = run(words(&format!("profile show {id} --format json")));
        let shown: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(shown["sha256"], profile.sha256.as_str());
        let count = |key: &str| shown[key].as_array().expect("a list").len();
        assert_eq!(count("controls"), profile.controls.len());
        assert_eq!(count("not_covered"), profile.not_covered.len());
    }
}

#[test]
fn a_report_for_a_person_is_the_same_each_time() {
    insta::assert_snapshot!("show_teams_only", run(words("profile show teams-only")).out);
}

#[test]
fn shipped_profiles_have_no_error_and_the_new_ones_no_warning() {
    for id in profile::shipped_ids() {
        let ran = run(words(&format!("profile check {id} --as-of {DAY}")));
        assert_eq!(ran.status, 0, "{id}: {}", ran.err);
        // The wording of the default checklist is NHS England's own matter.
        let strict = run(words(&format!("profile check {id} --strict --as-of {DAY}")));
        if id != "nhs-england" {
            assert_eq!(strict.status, 0, "{}", strict.out);
            assert!(
                strict.out.contains("nothing to look at again"),
                "{}",
                strict.out
            );
        }
    }
}

#[test]
fn check_says_what_is_wrong_and_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p.toml");
    let name = path.display().to_string();
    let check = |text: &str, more: &[&str]| {
        std::fs::write(&path, text).expect("written");
        let mut args = vec!["profile", "check", "--as-of", DAY];
        args.extend(more);
        args.push(&name);
        run(args)
    };
    let right = "id = \"p\"\ntitle = \"P\"\nextends = \"nhs-england\"\n";
    let ran = check(right, &["--strict"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);

    let warned = format!("{right}[parameters.auto_lock_max]\nvalue = \"1m\"\n");
    let ran = check(&warned, &[]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.out.contains(
            "1 thing to look at again\n  parameter auto_lock_max: it was changed without a source"
        ),
        "{}",
        ran.out
    );
    assert_eq!(check(&warned, &["--strict"]).status, 2);

    let wrong = format!(
        "{right}[[control]]\nid = \"IM-06\"\npass = {{ fact = \"app.preview\", is = \"hidden\" }}\n"
    );
    let ran = check(&wrong, &[]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("p.toml, line 6, column 17"), "{}", ran.err);

    // One that is wrong does not keep the others from being checked.
    let ran = run(["profile", "check", "--as-of", DAY, &name, "teams-only"]);
    assert_eq!(ran.status, 2);
    assert!(ran.out.contains("teams-only: no error"), "{}", ran.out);

    let ran = run(words("profile check nowhere.toml"));
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("no file of that name"), "{}", ran.err);
}

#[test]
fn new_begins_a_profile_that_passes_its_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my-trust.toml");
    let name = path.display().to_string();
    let printed = run(words(&format!("profile new my-trust --as-of {DAY}"))).out;
    assert_eq!(printed.lines().count(), 10);
    let ran = run(["profile", "new", "my-trust", "--as-of", DAY, "-o", &name]);
    assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("spotcheck profile check"));
    assert_eq!(std::fs::read_to_string(&path).expect("written"), printed);
    // What the trust has yet to say is told, and is the only thing.
    let strictly = || run(["profile", "check", "--strict", "--as-of", DAY, &name]);
    assert_eq!(run(["profile", "check", "--as-of", DAY, &name]).status, 0);
    let gap = "[name the section]";
    let ran = strictly();
    assert_eq!(ran.status, 2, "{}", ran.out);
    assert!(
        ran.out.contains("1 thing to look at again") && ran.out.contains(gap),
        "{}",
        ran.out
    );
    std::fs::write(&path, printed.replace(gap, "section 4")).expect("written");
    let ran = strictly();
    assert_eq!(ran.status, 0, "{}", ran.out);
    let mine = profile::load(&name, &[]).expect("loads");
    assert_eq!(mine.id, "my-trust");

    // What is there already is never written over.
    std::fs::write(&path, "mine").expect("written");
    let ran = run(["profile", "new", "my-trust", "-o", &name]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("is there already"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&path).expect("there"), "mine");

    let nowhere = folder
        .path()
        .join("no/such/folder.toml")
        .display()
        .to_string();
    assert_eq!(
        run(["profile", "new", "my-trust", "-o", &nowhere]).status,
        5
    );
    for (id, message) in [
        ("nhs-england", "already"),
        ("my trust", "letters, digits"),
        ("", "letters, digits"),
    ] {
        let ran = run(["profile", "new", id]);
        assert_eq!(ran.status, 2, "{id}");
        assert!(ran.err.contains(message), "{id}: {}", ran.err);
    }
}
