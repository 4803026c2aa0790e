//! Profiles that extend others: files, chains, circles, and the errors that point at the line.

use std::path::Path;

use spotcheck::profile::{self, Profile, ProfileError};

fn load(folder: &Path, name: &str) -> Result<Profile, ProfileError> {
    profile::load(&folder.join(name).display().to_string(), &[])
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

fn extending(id: &str, base: &str, more: &str) -> String {
    format!("id = \"{id}\"\ntitle = \"{id}\"\nextends = \"{base}\"\n{more}")
}

#[test]
fn a_chain_of_files_by_relative_paths() {
    let folder = tempfile::tempdir().expect("a folder");
    let limit = |value: &str| {
        format!("[parameters.auto_lock_max]\nvalue = \"{value}\"\nsource = \"a test\"\n")
    };
    write(
        folder.path(),
        "region.toml",
        &extending("region", "nhs-england", &limit("90s")),
    );
    let trust = extending(
        "trust",
        "../region.toml",
        "[[control]]\nid = \"IM-14\"\ntitle = \"Whom to tell\"\n",
    );
    write(folder.path(), "trusts/trust.toml", &trust);
    write(
        folder.path(),
        "trusts/ward.toml",
        &extending("ward", "trust.toml", &limit("1m")),
    );

    let ward = load(folder.path(), "trusts/ward.toml").expect("loads");
    assert_eq!(ward.id, "ward");
    assert_eq!(
        ward.parameter("auto_lock_max")
            .expect("there")
            .value
            .to_string(),
        "PT1M"
    );
    let trust = load(folder.path(), "trusts/trust.toml").expect("loads");
    assert_eq!(
        trust
            .parameter("auto_lock_max")
            .expect("there")
            .value
            .to_string(),
        "PT1M30S"
    );
    let line = ward
        .controls
        .iter()
        .find(|c| c.id == "IM-14")
        .expect("there");
    assert_eq!(line.title, "Whom to tell");
    assert!(line.asked, "the rest is inherited");
    assert_eq!(
        ward.controls.len(),
        profile::load("nhs-england", &[])
            .expect("loads")
            .controls
            .len()
    );
    assert_eq!(ward.written_in.len(), 4);
    assert_eq!(ward.written_in[0], "nhs-england");
}

#[test]
fn the_hash_is_over_all_texts() {
    let folder = tempfile::tempdir().expect("a folder");
    let hash = |middle: &str| {
        write(
            folder.path(),
            "middle.toml",
            &extending("middle", "nhs-england", middle),
        );
        write(
            folder.path(),
            "mine.toml",
            &extending("mine", "middle.toml", ""),
        );
        load(folder.path(), "mine.toml").expect("loads").sha256
    };
    let before = hash("");
    assert_eq!(before, hash(""));
    assert_ne!(before, hash("# another text\n"));
}

#[test]
fn a_profile_extends_one_that_extends_another() {
    let folder = tempfile::tempdir().expect("a folder");
    write(
        folder.path(),
        "mine.toml",
        &extending("mine", "nhs-england-quick", ""),
    );
    assert_eq!(
        load(folder.path(), "mine.toml")
            .expect("loads")
            .controls
            .len(),
        8
    );
}

#[test]
fn circles_depth_and_missing_files_point_at_the_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    write(path, "self.toml", &extending("self", "self.toml", ""));
    write(path, "a.toml", &extending("a", "b.toml", ""));
    write(path, "b.toml", &extending("b", "sub/../a.toml", ""));
    std::fs::create_dir(path.join("sub")).expect("made");
    write(path, "lost.toml", &extending("lost", "nowhere.toml", ""));
    write(path, "folder.toml", &extending("folder", "sub", ""));
    write(path, "wide.toml", &extending("wide", "utf-16.toml", ""));
    std::fs::write(path.join("utf-16.toml"), b"\xff\xfei\0").expect("written");
    for i in 0..12 {
        write(
            path,
            &format!("deep-{i}.toml"),
            &extending("deep", &format!("deep-{}.toml", i + 1), ""),
        );
    }
    write(path, "deep-12.toml", &extending("deep", "nhs-england", ""));
    for (name, message) in [
        ("self.toml", "extend each other in a circle"),
        ("a.toml", "extend each other in a circle"),
        ("lost.toml", "there is no file"),
        ("folder.toml", "there is no file"),
        ("wide.toml", "utf-16.toml cannot be read: it is UTF-16 text"),
        ("deep-0.toml", "more than 8 profiles"),
    ] {
        let error = load(path, name).expect_err(name).to_string();
        assert!(error.contains(message), "{name}: {error}");
        assert!(error.contains("line 3, column 11"), "{name}: {error}");
    }
    load(path, "deep-6.toml").expect("8 profiles are not too many");
    assert!(load(path, "deep-5.toml").is_err(), "9 are");
}

#[test]
fn an_error_in_the_extended_file_names_that_file() {
    let folder = tempfile::tempdir().expect("a folder");
    write(
        folder.path(),
        "base.toml",
        &extending(
            "base",
            "nhs-england",
            "[[control]]\nid = \"IM-05b\"\npass = { fact = \"lock.auto_luck\", is = true }\n",
        ),
    );
    write(
        folder.path(),
        "mine.toml",
        &extending("mine", "base.toml", ""),
    );
    let error = load(folder.path(), "mine.toml")
        .expect_err("refused")
        .to_string();
    assert!(error.contains("base.toml, line 6"), "{error}");
    assert!(error.contains("no fact of this id"), "{error}");
}

/// One control in a profile that is right but for it.
fn with(control: &str) -> Result<Profile, ProfileError> {
    with_frame("", control)
}

fn with_frame(frame: &str, control: &str) -> Result<Profile, ProfileError> {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        "id = \"mine\"\ntitle = \"Mine\"\nas_of = 2026-11-21\nsource = \"a test\"\n{frame}\n[apps]\nin_scope = [\"whatsapp\", \"signal\"]\n[[control]]\nid = \"A\"\ntitle = \"T\"\nquestion = \"Q?\"\nsource = \"a test\"\nexpected = \"e\"\n{control}\n"
    );
    write(folder.path(), "mine.toml", &text);
    load(folder.path(), "mine.toml")
}

#[test]
fn rules_that_cannot_be_right_point_at_the_line() {
    const LOCK: &str = "pass = { fact = \"lock.credential\", is = \"set\" }";
    for (frame, control, message) in [
        (
            "",
            "pass = { fact = \"lock.credential\", at_most = 3 }",
            "no more and no less",
        ),
        (
            "",
            "pass = { fact = \"lock.credential\", is = \"rune\" }",
            "one of a few words: none, set",
        ),
        (
            "",
            "pass = { all = [{ fact = \"boot.locked\", is = true }, { fact = \"boot.locked\", is = false }] }",
            "contradict each other",
        ),
        (
            "",
            "pass = { all = [{ fact = \"accounts.google\", at_least = 2 }, { fact = \"accounts.google\", at_most = 1 }] }",
            "contradict each other",
        ),
        (
            "",
            "pass = { fact = \"boot.locked\", is = true }\nfail = { not = { fact = \"boot.locked\", is = false } }",
            "contradict each other",
        ),
        (
            "",
            "pass = { any = [{ fact = \"boot.locked\", is = true }, { fact = \"boot.locked\", is = false }] }",
            "every phone would pass",
        ),
        (
            "",
            "pass = { fact = \"accounts.google\", at_least = 0 }",
            "every phone would pass",
        ),
        (
            "",
            "pass = { fact = \"lock.auto_lock\", at_most = \"never\" }",
            "every phone would pass",
        ),
        (
            "",
            "pass = { fact = \"boot.locked\", is = true }\nfail = { fact = \"boot.locked\", is = false }\notherwise = \"ask\"",
            "exclude each other",
        ),
        (
            "",
            "pass = { fact = \"boot.locked\", is = true }\notherwise = \"shrug\"",
            "It cannot be \"shrug\" here.",
        ),
        (
            "",
            "installed_or_not = true\npass = { fact = \"boot.locked\", is = true }",
            "needs `per_app = true`",
        ),
        (
            "",
            "apps = [\"signal\"]\npass = { fact = \"boot.locked\", is = true }",
            "needs `per_app = true`",
        ),
        (
            "",
            "per_app = true\napps = []\npass = { fact = \"app.installed\", is = false }",
            "for no app",
        ),
        (
            "",
            "per_app = true\napps = [\"telegram\"]\npass = { fact = \"app.installed\", is = false }",
            "not in scope",
        ),
        ("platforms = []", LOCK, "at least one platform"),
        ("platforms = [\"symbian\"]", LOCK, "ios or android"),
        (
            "",
            "pass = { fact = \"boot.locked\", is = true }\n[[not_covered]]\nid = \"A\"\ntitle = \"t\"\nwhy = \"w\"",
            "it is covered",
        ),
        (
            "",
            "pass = { fact = \"boot.locked\", is = true }\n[[not_covered]]\nid = \"B\"\ntitle = \"t\"",
            "missing field `why`",
        ),
        (
            "[[not_covered]]\nid = \"B\"\ntitle = \"t\"\nwhy = \"w\"\n[[not_covered]]\nid = \"B\"\ntitle = \"t\"\nwhy = \"w\"",
            LOCK,
            "a second line of this id",
        ),
        (
            "[parameters.p]\nvalue = 1\nsource = \" \"",
            LOCK,
            "needs a source",
        ),
    ] {
        let error = with_frame(frame, control).expect_err(control).to_string();
        assert!(error.contains(message), "{control}: {error}");
        assert!(error.contains("line "), "{control}: {error}");
    }
    with(LOCK).expect("right");
    with("pass = { fact = \"boot.locked\", is = true }\nfail = { fact = \"boot.locked\", is = false }").expect("right");
    with("per_app = true\ninstalled_or_not = true\napps = [\"signal\"]\npass = { fact = \"app.installed\", is = false }\notherwise = \"ask\"").expect("right");
}

#[test]
fn what_is_left_out_is_handed_on_until_it_is_covered() {
    let folder = tempfile::tempdir().expect("a folder");
    let control = "[[control]]\nid = \"2.4.3\"\ntitle = \"T\"\nquestion = \"Q?\"\nsource = \"a test\"\nasked = true\n";
    write(
        folder.path(),
        "same.toml",
        &extending("same", "cis-ios-byod", ""),
    );
    write(
        folder.path(),
        "more.toml",
        &extending("more", "cis-ios-byod", control),
    );
    write(
        folder.path(),
        "few.toml",
        &extending("few", "cis-ios-byod", "only = [\"2.4.4\"]\n"),
    );
    let left_out = |name: &str| load(folder.path(), name).expect("loads").not_covered.len();
    let all = left_out("same.toml");
    assert!(all > 20);
    assert_eq!(left_out("more.toml"), all - 1);
    assert_eq!(
        left_out("few.toml"),
        0,
        "a choice of lines is no longer the source's list"
    );
}

#[test]
fn a_new_pass_drops_the_asking_and_asking_drops_the_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    let stricter = "[[control]]\nid = \"EX-1\"\npass = { fact = \"app.installed\", is = false }\n";
    write(
        folder.path(),
        "stricter.toml",
        &extending("stricter", "exception-72h", stricter),
    );
    let softer = "[[control]]\nid = \"NA-WIPE-P\"\n[control.android]\notherwise = \"ask\"\n";
    write(
        folder.path(),
        "softer.toml",
        &extending("softer", "ncsc-android", softer),
    );
    let rule = |name: &str, id: &str| {
        let profile = load(folder.path(), name).expect("loads");
        let control = profile
            .controls
            .into_iter()
            .find(|c| c.id == id)
            .expect("there");
        (control.android.otherwise, control.android.fail.is_some())
    };
    assert_eq!(
        rule("stricter.toml", "EX-1"),
        (profile::Otherwise::Fail, false)
    );
    assert_eq!(
        rule("softer.toml", "NA-WIPE-P"),
        (profile::Otherwise::Ask, false)
    );
}
