//! Settings that are wrong: told with their place and the right word, never passed over.

use crate::desk::Desk;

#[test]
fn a_wrong_setting_is_an_error_whatever_the_command() {
    for (text, parts) in [
        (
            "[defaults]\nprofil = \"x\"\n",
            &["spotcheck.toml, line 2", "Did you mean \"profile\"?"][..],
        ),
        ("nmae = \"x\"\n", &["line 1", "Did you mean \"name\"?"]),
        ("[defaults\n", &["spotcheck.toml, line 1"]),
        ("[defaults]\ntimeout = 0\n", &["line 2", "1 to 600 seconds"]),
        (
            "[defaults]\nauditor = \"Jane Smith\"\n",
            &["line 2", "looks like a name"],
        ),
        ("[register]\nkeep_days = 0\n", &["keep_days"]),
    ] {
        let desk = Desk::new(text, "");
        for args in [
            &["plan", "ios"][..],
            &["profile", "list"],
            &["config", "show"],
            &["devices"],
        ] {
            let ran = desk.run(args);
            assert_eq!(ran.status, 2, "{text} {args:?}: {}", ran.out);
            assert!(ran.out.is_empty(), "{text} {args:?}: {}", ran.out);
            for part in parts {
                assert!(ran.err.contains(part), "{text} {args:?}: {}", ran.err);
            }
        }
        // Help is there all the same.
        assert_eq!(desk.run(&["--help"]).status, 0);
        // So it is where the other file is wrong.
        let ran = Desk::new("name = \"x\"\n", text).run(&["plan", "ios"]);
        assert_eq!(ran.status, 2, "{text}: {}", ran.out);
    }
}

#[test]
fn what_only_an_audit_can_find_wrong_is_told_with_its_place() {
    for (text, parts) in [
        (
            "[defaults]\nprofile = \"nhs-englnd\"\n",
            &[
                "spotcheck.toml, line 2, profile",
                "There is no profile \"nhs-englnd\"",
            ][..],
        ),
        (
            "[limits]\nauto_lok_max = \"1m\"\n",
            &["spotcheck.toml, line 2", "Did you mean \"auto_lock_max\"?"],
        ),
        (
            "[limits]\nauto_lock_max = \"soon\"\n",
            &[
                "spotcheck.toml, line 2: limit auto_lock_max=soon",
                "length of time",
            ],
        ),
        (
            "[limits]\nauto_lock_max = true\n",
            &["spotcheck.toml, line 2"],
        ),
    ] {
        let ran = Desk::new(text, "").audit(&[]);
        assert_eq!(ran.status, 2, "{text}: {}", ran.out);
        assert!(ran.out.is_empty(), "{text}");
        for part in parts {
            assert!(ran.err.contains(part), "{text}: {}", ran.err);
        }
    }
}

#[test]
fn variables_that_are_wrong() {
    for (name, value, part) in [
        (
            "SPOTCHECK_TIMEOUT",
            "soon",
            "The variable SPOTCHECK_TIMEOUT is not right",
        ),
        ("SPOTCHECK_FORMAT", "jsn", "Did you mean \"json\"?"),
        (
            "SPOTCHECK_LIMIT_AUTO_LOK_MAX",
            "1m",
            "Did you mean \"auto_lock_max\"?",
        ),
        (
            "SPOTCHECK_CONFIG",
            "nowhere.toml",
            "nowhere.toml cannot be read",
        ),
    ] {
        let ran = Desk::new("", "").with(name, value).audit(&[]);
        assert_eq!(ran.status, 2, "{name}: {}", ran.out);
        assert!(ran.err.contains(part), "{name}: {}", ran.err);
    }
    // Other people's variables, and those of the tests, are left alone.
    let ran = Desk::new("", "")
        .with("SPOTCHECK_CORPUS", "x")
        .run(&["plan", "ios"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_there_and_cannot_be_read_is_no_missing_file() {
    let desk = Desk::new("", "");
    std::os::unix::fs::symlink("nowhere", desk.here()).expect("linked");
    assert_eq!(desk.run(&["plan", "ios"]).status, 2);
    std::fs::remove_file(desk.here()).expect("removed");
    std::fs::create_dir(desk.here()).expect("made");
    let ran = desk.run(&["plan", "ios"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("cannot be read"), "{}", ran.err);
}
