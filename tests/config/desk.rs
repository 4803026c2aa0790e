//! A folder to work in and a home, with files of settings in both.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Ran, ran, root, sample, spotcheck};

pub struct Desk {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Desk {
    /// `here` is the spotcheck.toml of the folder, `home` that of the config folder; empty for none.
    pub fn new(here: &str, home: &str) -> Desk {
        let desk = Desk {
            folder: tempfile::tempdir().expect("a folder"),
            variables: Vec::new(),
        };
        for (path, text) in [(desk.here(), here), (desk.home(), home)] {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            if !text.is_empty() {
                std::fs::write(path, text).expect("written");
            }
        }
        desk
    }

    pub fn with(mut self, name: &str, value: &str) -> Desk {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The folder's file of settings.
    pub fn here(&self) -> PathBuf {
        self.at("work/spotcheck.toml")
    }

    /// The config folder's file of settings.
    pub fn home(&self) -> PathBuf {
        self.at("config/spotcheck/spotcheck.toml")
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn command(&self) -> Command {
        let mut command = spotcheck();
        command
            .current_dir(self.at("work"))
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.at("config"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command().args(args).output().expect("starts"))
    }

    /// Audits a sample without asking anything.
    pub fn audit(&self, more: &[&str]) -> Ran {
        let backup = sample("ios-compliant").display().to_string();
        let mut args = vec!["ios", &backup, "--as-of", "evidence", "--no-input"];
        args.extend(more);
        self.run(&args)
    }
}

/// What a run printed as JSON.
pub fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}{}", ran.out, ran.err))
}

#[test]
fn options_stand_over_variables_and_those_over_files() {
    let files = |here: &str, home: &str| {
        let table = |profile: &str| match profile {
            "" => String::new(),
            profile => format!("[defaults]\nprofile = \"{profile}\"\n"),
        };
        Desk::new(&table(here), &table(home))
    };
    for (here, home, variable, option, profile) in [
        ("", "", "", "", "nhs-england"),
        ("", "teams-only", "", "", "teams-only"),
        ("cyber-essentials", "teams-only", "", "", "cyber-essentials"),
        ("cyber-essentials", "", "ncsc-ios", "", "ncsc-ios"),
        (
            "cyber-essentials",
            "",
            "ncsc-ios",
            "cis-ios-byod",
            "cis-ios-byod",
        ),
        ("", "", "", "nhs-england-quick", "nhs-england-quick"),
    ] {
        let desk = files(here, home).with("SPOTCHECK_PROFILE", variable);
        let mut args = vec!["--format", "json"];
        if !option.is_empty() {
            args.extend(["--profile", option]);
        }
        let ran = desk.audit(&args);
        assert_eq!(json(&ran)["profile"]["id"], profile, "{}", ran.err);
        // What was not asked for here is said here.
        let said = ran.err.contains(&format!("Checklist: {profile} ("));
        let from_settings = option.is_empty() && profile != "nhs-england";
        assert_eq!(said, from_settings, "{}", ran.err);
    }
}

#[test]
fn a_limit_of_the_settings_is_told_like_one_of_the_command_line() {
    let desk = Desk::new("[limits]\nauto_lock_max = \"1m\"\n", "");
    let by_file = desk.audit(&["--profile", "nhs-england-quick"]);
    let by_option = Desk::new("", "").audit(&[
        "--profile",
        "nhs-england-quick",
        "--set",
        "auto_lock_max=1m",
    ]);
    assert_eq!(by_file.out, by_option.out);
    assert_eq!(by_file.status, by_option.status);
    assert!(
        by_file
            .out
            .contains("auto_lock_max is 1 minute for this run"),
        "{}",
        by_file.out
    );
    assert!(by_file.out.contains("LIMITS CHANGED for this run"));
    assert!(
        by_file
            .err
            .contains("Limit: auto_lock_max=1m (spotcheck.toml, line 2)"),
        "{}",
        by_file.err
    );
    // An option stands over it, and a checklist that has no such limit is none the worse.
    let ran = desk.audit(&["--set", "auto_lock_max=5m", "--format", "json"]);
    let parameters = json(&ran)["parameters"].clone();
    assert!(parameters.to_string().contains("PT5M"), "{parameters}");
    assert!(!ran.err.contains("Limit:"), "{}", ran.err);
    let other = desk.audit(&["--profile", "teams-only"]);
    assert!(
        other.status != 2 && !other.err.contains("Limit:"),
        "{}",
        other.err
    );
    let by_variable = Desk::new("[limits]\nauto_lock_max = \"5m\"\n", "")
        .with("SPOTCHECK_LIMIT_AUTO_LOCK_MAX", "1m")
        .audit(&["--profile", "nhs-england-quick"]);
    assert_eq!(by_variable.out, by_option.out);
}

#[test]
fn circumstances_formats_and_files_come_from_the_settings() {
    let desk = Desk::new(
        "[defaults]\nrole = \"nurse\"\nsite = \"north\"\nformat = \"json\"\n[register]\nfile = \"r.sqlite\"\n",
        "[defaults]\nsite = \"south\"\nauditor = \"IG-3\"\n[register]\nkeep_days = 30\n",
    );
    let about = desk.at("work/about.toml");
    std::fs::write(&about, "role = \"midwife\"\n").expect("written");
    let ran = desk.audit(&["--about", "about.toml"]);
    let audit = json(&ran);
    assert_eq!(audit["about"]["site"], "north");
    assert_eq!(audit["about"]["auditor"], "IG-3");
    // What is said of this phone stands over what holds for all.
    assert_eq!(audit["about"]["role"], "midwife");
    assert!(desk.at("work/r.sqlite").exists());
    let other = Desk::new("", "")
        .with("SPOTCHECK_REGISTER", "by-variable.sqlite")
        .with("SPOTCHECK_KEEP_DAYS", "30");
    assert_ne!(other.audit(&[]).status, 2);
    assert!(other.at("work/by-variable.sqlite").exists());
    // Where a command has no such format, its own default stays.
    let folder = root().join("sample-backups").display().to_string();
    let batch = desk.run(&["batch", &folder, "--as-of", "evidence", "--readable-only"]);
    assert!(
        !batch.out.starts_with('{') && batch.status != 2,
        "{}",
        batch.err
    );
    let devices = desk
        .command()
        .args(["profile", "list"])
        .output()
        .expect("starts");
    assert!(devices.stdout.starts_with(b"{"));
    // An option of another kind stands beside a setting from outside.
    let with_timeout = Desk::new("", "").with("SPOTCHECK_TIMEOUT", "5");
    let ran = with_timeout.run(&["android", "--folder", "nowhere", "--no-input"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
}

#[test]
fn a_file_that_is_named_stands_alone_and_what_it_names_lies_beside_it() {
    let desk = Desk::new("[defaults]\nsite = \"north\"\n", "");
    let other = desk.at("other");
    std::fs::create_dir(&other).expect("made");
    let write = |path: &Path, text: &str| std::fs::write(path, text).expect("written");
    write(
        &other.join("mine.toml"),
        "id = \"mine\"\nextends = \"nhs-england-quick\"\n",
    );
    write(
        &other.join("settings.toml"),
        "[defaults]\nprofile = \"mine.toml\"\n[register]\nfile = \"r.sqlite\"\nkeep_days = 30\n",
    );
    let settings = other.join("settings.toml").display().to_string();
    for args in [["--config", &settings], ["--trust", &settings]] {
        let audit = json(&desk.audit(&[&args[..], &["--format", "json"]].concat()));
        assert_eq!(audit["profile"]["id"], "mine");
        assert_eq!(audit["about"]["site"], serde_json::Value::Null);
    }
    assert!(other.join("r.sqlite").exists());
    let desk = desk.with("SPOTCHECK_CONFIG", &settings);
    assert_eq!(
        json(&desk.audit(&["--format", "json"]))["profile"]["id"],
        "mine"
    );
}
