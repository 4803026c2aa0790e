//! Every error says what happened, where, and what to do next; and has its exit status.

use super::run::{run, sample, words};

#[test]
fn errors_and_their_status() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("broken.toml"), "id = \"x\"\ntitle = 3\n").expect("written");
    std::fs::write(path("about.toml"), "staff = \"x\"\n").expect("written");
    std::fs::write(path("notes.txt"), "nothing").expect("written");
    std::fs::create_dir(path("empty")).expect("made");
    let good = sample("ios-compliant").display().to_string();
    for (line, status, part) in [
        (format!("ios {}", path("missing")), 4, "Check the path"),
        (format!("ios {}", path("empty")), 4, "backup"),
        (format!("ios {}", path("notes.txt")), 4, "backup"),
        (
            format!("android --capture {}", path("missing")),
            4,
            "missing",
        ),
        (
            format!("android --capture {}", path("notes.txt")),
            4,
            "capture",
        ),
        (
            "android ward-7.capture".into(),
            2,
            "name its kind: --capture FILE, --folder FOLDER or --bugreport FILE.",
        ),
        (
            format!("ios {good} --password hunter2"),
            2,
            "Never type a password into a command",
        ),
        (format!("iphone {}", path("missing")), 4, "Check the path"),
        (
            format!("ios {good} --profile nonsense"),
            2,
            "Give one of these",
        ),
        (
            format!("ios {good} --profile {}", path("broken.toml")),
            2,
            "line 2",
        ),
        (
            format!("ios {good} --set auto_lock_max=soon"),
            2,
            "--set auto_lock_max=soon",
        ),
        (
            format!("ios {good} --set nothing=5m"),
            2,
            "It has: auto_lock_max",
        ),
        (
            format!("ios {good} --controls IM-99"),
            2,
            "no control IM-99",
        ),
        (
            format!("ios {good} --as-of yesterday"),
            2,
            "--as-of yesterday",
        ),
        (
            format!("ios {good} --about {}", path("missing")),
            2,
            "--about",
        ),
        (
            format!("ios {good} --about {}", path("about.toml")),
            2,
            "There is no \"staff\" here. Did you mean \"staff_ref\"?",
        ),
        (format!("ios {good} --format paper"), 2, "possible values"),
        ("ios".into(), 2, "Usage"),
        ("explain IM-99".into(), 2, "Controls:"),
    ] {
        let ran = run(words(&line));
        assert_eq!(ran.status, status, "{line}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(part), "{line}: {}", ran.err);
        assert!(!ran.err.contains("(os error"), "{line}: {}", ran.err);
        assert!(
            ran.out.is_empty(),
            "{line}: an error belongs on standard error"
        );
    }
}

#[test]
fn a_narrowed_run_finds_a_wrong_option_before_it_reads() {
    // The profile is wrong and the backup is missing: the first of the two is told.
    let ran = run(["ios", "no-such-folder", "--profile", "nonsense"]);
    assert_eq!(ran.status, 2);
}
