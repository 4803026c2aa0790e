//! `spotcheck doctor`

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::desk::{Desk, json};
use crate::run::{Ran, ran};

/// A port that nothing listens on just now.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

/// A visit on a computer on which no ADB server runs; without adb unless `path` has it.
fn visit(desk: &Desk, port: u16, path: Option<&str>, more: &[&str]) -> Ran {
    let mut command = desk.command();
    command
        .arg("doctor")
        .args(more)
        .env("ANDROID_ADB_SERVER_PORT", port.to_string())
        .env_remove("APPDATA")
        .env_remove("USERPROFILE");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    ran(command.output().expect("starts"))
}

fn check<'a>(list: &'a Value, id: &str) -> &'a Value {
    let mut checks = list["checks"].as_array().expect("checks").iter();
    checks.find(|check| check["id"] == id).expect("the check")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn a_computer_on_which_nothing_is_wrong() {
    let desk = Desk::new("[register]\nfile = \"r.sqlite\"\nkeep_days = 30\n", "");
    let (port, before) = (free_port(), files(&desk.at("")));
    // Once as it is, with adb where it is installed, once without.
    for path in [None, Some("/no-programs")] {
        let ran = visit(&desk, port, path, &["--format", "json"]);
        assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
        let list = json(&ran);
        assert_eq!(list["schema"], 1);
        assert_eq!(list["blocked"], false);
        for (id, state) in [
            ("settings", "ok"),
            ("checklist", "ok"),
            ("register", "not-here"),
            ("notice", "attention"),
            ("clock", "ok"),
            ("terminal", "not-here"),
            ("backups", "not-here"),
        ] {
            assert_eq!(check(&list, id)["state"], state, "{id}: {}", ran.out);
        }
        let words = ["ok", "attention", "not-here", "blocks"];
        for check in list["checks"].as_array().expect("checks") {
            assert!(words.contains(&check["state"].as_str().expect("a word")));
            let advised = check["next"].is_string() || check["state"] == "ok";
            assert!(
                advised
                    || check["id"] == "terminal"
                    || check["id"] == "adb-server"
                    || check["id"] == "register",
                "{check}"
            );
        }
    }
    // Nothing was written and nothing was started.
    assert_eq!(files(&desk.at("")), before);
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    let text = visit(&desk, port, Some("/no-programs"), &[]).out;
    assert!(
        text.contains("Nothing stands in the way of a check"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 110),
        "{text}"
    );
}

#[test]
fn what_stops_a_check_is_told_with_what_to_do() {
    let not_a_register = "[register]\nfile = \"notes.txt\"\nkeep_days = 30\n";
    for (settings, id, part) in [
        (
            "[defaults]\nprofil = \"x\"\n",
            "settings",
            "Did you mean \"profile\"?",
        ),
        (
            "[defaults]\nprofile = \"nhs-englnd\"\n",
            "checklist",
            "nhs-englnd",
        ),
        (
            "[limits]\nauto_lok_max = \"1m\"\n",
            "checklist",
            "auto_lock_max",
        ),
        (not_a_register, "register", "notes.txt"),
        ("[register]\nfile = \"r.sqlite\"\n", "register", "keep_days"),
    ] {
        let desk = Desk::new(settings, "");
        std::fs::write(desk.at("work/notes.txt"), "These are notes.\n".repeat(100))
            .expect("written");
        let ran = visit(
            &desk,
            free_port(),
            Some("/no-programs"),
            &["--format", "json"],
        );
        assert_eq!(ran.status, 2, "{settings}: {}", ran.out);
        let list = json(&ran);
        assert_eq!(list["blocked"], true);
        let check = check(&list, id);
        assert_eq!(check["state"], "blocks", "{settings}: {}", ran.out);
        assert!(
            check.to_string().replace("\\\"", "\"").contains(part),
            "{settings}: {check}"
        );
        let text = visit(&desk, free_port(), Some("/no-programs"), &[]);
        assert!(
            text.out.contains("1 thing has to be put right"),
            "{}",
            text.out
        );
    }
}

#[test]
fn a_misspelt_variable_is_named_and_those_of_tests_are_not() {
    let desk = Desk::new("", "")
        .with("SPOTCHECK_PROFIEL", "teams-only")
        .with("SPOTCHECK_CORPUS", "x")
        .with("SPOTCHECK_STRICT", "1");
    let ran = visit(
        &desk,
        free_port(),
        Some("/no-programs"),
        &["--format", "json"],
    );
    assert_eq!(ran.status, 0, "{}", ran.out);
    let list = json(&ran);
    let variables = check(&list, "variables");
    assert_eq!(variables["state"], "attention");
    let said = variables.to_string();
    assert!(
        said.contains("SPOTCHECK_PROFIEL: did you mean SPOTCHECK_PROFILE?"),
        "{said}"
    );
    assert!(
        !said.contains("CORPUS") && !said.contains("STRICT"),
        "{said}"
    );
}

/// The register is read through, and what is due in it is told.
#[test]
fn a_register_with_audits_in_it() {
    let desk = Desk::new("[register]\nfile = \"r.sqlite\"\nkeep_days = 1\n", "");
    assert_ne!(desk.audit(&[]).status, 5);
    let look = || {
        json(&visit(
            &desk,
            free_port(),
            Some("/no-programs"),
            &["--format", "json"],
        ))
    };
    let list = look();
    assert_eq!(check(&list, "register")["state"], "ok", "{list}");
    assert_eq!(check(&list, "register")["found"], "2 records, in order");
}
