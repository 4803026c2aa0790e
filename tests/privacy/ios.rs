//! Every way in which an iPhone's backup is audited, alone and among others.

use std::path::{Path, PathBuf};

use super::android::EVERY_FILE;
use super::backup_builder::{Backup, HOME, TCC, payload_path};
use super::canaries::{Flock, Kind};
use super::lab::Lab;
use super::search::files;
use super::terminal::Terminal;
use super::{PROFILES, backup};

pub const PASSWORD: &str = "a synthetic passphrase";
const VARIABLE: &str = "SPOTCHECK_TEST_PASSWORD";

/// What is put in: backups in folders whose names tell.
pub struct Inputs {
    owner: String,
    udid: String,
    backups: [(&'static str, Backup); 4],
}

impl Inputs {
    pub fn new(flock: &Flock) -> Inputs {
        let (owner, udid) = backup::folder(flock);
        for n in 0..4 {
            backup::plant(flock, Kind::Udid, &format!("a folder: in a batch, {n}"));
        }
        Inputs {
            owner,
            udid,
            backups: [
                ("plain", backup::stuffed(flock)),
                ("encrypted", backup::stuffed(flock).encrypted(PASSWORD)),
                ("damaged", backup::damaged(flock)),
                ("broken", backup::broken(flock)),
            ],
        }
    }

    fn backup(&self, name: &str) -> &Backup {
        &self
            .backups
            .iter()
            .find(|(n, _)| *n == name)
            .expect("a backup")
            .1
    }

    /// Everything that is put in, to see that the canaries are there; of the encrypted backup nothing can be seen.
    pub fn everything(&self, flock: &Flock) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut all = Vec::new();
        for name in ["plain", "damaged", "broken"] {
            self.backup(name).build(&folder.path().join(name));
        }
        for (_, bytes) in files(folder.path()) {
            all.extend(bytes);
        }
        all.extend(self.owner.as_bytes());
        all.extend(self.udid.as_bytes());
        for n in 0..4 {
            all.extend(udid(flock, n).as_bytes());
        }
        all
    }

    /// A backup in a folder of its own.
    pub fn build(&self, lab: &Lab, name: &str) -> PathBuf {
        let folder = lab.input(name).join(&self.owner).join(&self.udid);
        if !folder.exists() {
            self.backup(name).build(&folder);
        }
        folder
    }
}

fn udid(flock: &Flock, n: usize) -> String {
    backup::plant(flock, Kind::Udid, &format!("a folder: in a batch, {n}"))
}

/// Saved audits, for commands that go on from there.
pub struct Kept {
    pub audit: PathBuf,
    pub batch: PathBuf,
}

pub fn all(lab: &Lab, flock: &Flock, inputs: &Inputs, register: &Path) -> Kept {
    let audit = alone(lab, inputs, register);
    errors(lab, inputs);
    let batch = batches(lab, flock, inputs);
    on_a_terminal(lab, inputs);
    in_apples_places(lab, inputs);
    Kept { audit, batch }
}

fn alone(lab: &Lab, inputs: &Inputs, register: &Path) -> PathBuf {
    let mut kept = None;
    for name in ["plain", "encrypted", "damaged"] {
        let case = format!("ios, {name}");
        let path = inputs.build(lab, name);
        let go = lab
            .go(&case, "ios --no-input --as-of evidence")
            .path(&path)
            .words(EVERY_FILE);
        let go = go
            .words("--password-env")
            .text(VARIABLE)
            .env(VARIABLE, PASSWORD);
        let at = go.at.clone();
        go.words("--staff-ref S-004 --campaign 2026-11 --keep-days 730 --register")
            .path(register)
            .ends(&[1, 3]);
        if name == "plain" {
            let json = std::fs::read_to_string(at.join("r.json")).expect("the audit");
            let audit: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            let read = audit["read_log"].as_array().expect("a read log").len();
            assert!(read >= 15, "{read} files were read");
            kept = Some(at.join("r.json"));
        }
        let mut go = lab.go(&case, "ios --no-input --format json").path(&path);
        for profile in PROFILES {
            go = go.words("--profile").text(profile);
        }
        let go = go
            .words("--password-file -")
            .input(&format!("{PASSWORD}\n"));
        go.words("-o @/{profile}.json -o @/{profile}.html")
            .ends(&[1, 3]);
    }
    let plain = inputs.build(lab, "plain");
    for (case, words) in [
        ("ios, answers to fill in", "--answers-template"),
        ("ios, declined", "--declined"),
        ("ios, answers kept", "--save-answers @/answers.toml"),
    ] {
        lab.go(case, "ios --no-input")
            .path(&plain)
            .words(words)
            .ends(&[0, 1, 3]);
    }
    for list in ["Manifest.plist", "Info.plist"] {
        let go = lab.go("ios, by a list in it", "ios --no-input --as-of evidence");
        go.path(&plain.join(list)).words(EVERY_FILE).ends(&[1, 3]);
        // The same list alone.
        let alone = lab.input("lists").join(&inputs.owner);
        std::fs::create_dir_all(&alone).expect("a folder");
        std::fs::copy(plain.join(list), alone.join(list)).expect("copied");
        let go = lab.go("ios, a list alone", "ios --no-input --as-of evidence");
        go.path(&alone.join(list)).words(EVERY_FILE).ends(&[1, 3]);
    }
    kept.expect("an audit")
}

fn errors(lab: &Lab, inputs: &Inputs) {
    let encrypted = inputs.build(lab, "encrypted");
    for (case, words, password) in [
        ("ios, no password", "", ""),
        (
            "ios, a wrong password",
            "--password-env SPOTCHECK_TEST_PASSWORD",
            "wrong",
        ),
        (
            "ios, an empty password",
            "--password-env SPOTCHECK_TEST_PASSWORD",
            "",
        ),
        ("ios, no password file", "--password-file @/none", ""),
    ] {
        let go = lab
            .go(case, "ios --no-input --as-of evidence")
            .path(&encrypted)
            .words(words);
        let go = go.env(VARIABLE, password).words(EVERY_FILE);
        go.ends_traced(&[1, 2, 3, 4]);
    }
    // Each of these is a backup of its own, hurt in one way.
    let hurt = |name: &str, of: &str, hurt: &dyn Fn(&Path)| {
        let folder = lab
            .input(&format!("hurt {name}"))
            .join(&inputs.owner)
            .join(&inputs.udid);
        inputs.backup(of).build(&folder);
        hurt(&folder);
        let go = lab
            .go(&format!("ios, {name}"), "ios --no-input --as-of evidence")
            .path(&folder);
        let go = go
            .words("--password-env")
            .text(VARIABLE)
            .env(VARIABLE, PASSWORD);
        go.words(EVERY_FILE).ends_traced(&[1, 3, 4]);
    };
    let write = |path: PathBuf, bytes: &[u8]| std::fs::write(path, bytes).expect("written");
    let halve = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a file");
        write(path, &bytes[..bytes.len() / 2]);
    };
    let folder_instead = |path: PathBuf| {
        std::fs::remove_file(&path).expect("removed");
        std::fs::create_dir(&path).expect("a folder");
    };
    for of in ["plain", "encrypted"] {
        let name = |what: &str| format!("{of}, {what}");
        hurt(&name("half a database"), of, &|at| {
            halve(at.join("Manifest.db"))
        });
        hurt(&name("a folder for a database"), of, &|at| {
            folder_instead(at.join("Manifest.db"))
        });
        hurt(&name("half a list"), of, &|at| {
            halve(at.join("Manifest.plist"))
        });
        hurt(&name("a folder for a list"), of, &|at| {
            folder_instead(at.join("Info.plist"))
        });
        hurt(&name("half the permissions"), of, &|at| {
            halve(payload_path(at, HOME, TCC))
        });
        hurt(&name("a folder for permissions"), of, &|at| {
            folder_instead(payload_path(at, HOME, TCC))
        });
        hurt(&name("a link to elsewhere"), of, &|at| {
            let path = payload_path(at, HOME, TCC);
            std::fs::remove_file(&path).expect("removed");
            std::os::unix::fs::symlink(at.join("Info.plist"), path).expect("a link");
        });
        hurt(&name("no database"), of, &|at| {
            std::fs::remove_file(at.join("Manifest.db")).expect("removed");
        });
    }
    hurt("a broken one", "broken", &|_| {});
    hurt("a log beside the database", "plain", &|at| {
        std::fs::copy(payload_path(at, HOME, TCC), at.join("Manifest.db-wal")).expect("copied");
    });
    let owner = lab.input("plain").join(&inputs.owner);
    for path in [
        owner.join("none"),
        owner.clone(),
        owner.join(&inputs.udid).join("none.plist"),
    ] {
        let go = lab.go("ios, not a backup", "ios --no-input").path(&path);
        go.words(EVERY_FILE).ends_traced(&[2, 4]);
    }
}

/// The folder of a batch: backups by their identifiers.
fn batch_folder(lab: &Lab, flock: &Flock, inputs: &Inputs) -> PathBuf {
    let folder = lab.input("batch").join(&inputs.owner);
    for (n, name) in ["plain", "encrypted", "damaged", "broken"]
        .iter()
        .enumerate()
    {
        inputs.backup(name).build(&folder.join(udid(flock, n)));
    }
    // A capture that somebody called by a name.
    let named = folder.join(format!("{}.capture", inputs.owner));
    std::fs::copy(super::run::sample("android-failing.capture"), named).expect("copied");
    folder
}

fn batches(lab: &Lab, flock: &Flock, inputs: &Inputs) -> PathBuf {
    let folder = batch_folder(lab, flock, inputs);
    let mut kept = None;
    for shape in [
        "--format table",
        "--format jsonl",
        "--format csv",
        "--resume @/batch.jsonl",
    ] {
        let go = lab
            .go("batch", "batch --as-of evidence --jobs 2")
            .words(shape)
            .path(&folder);
        let go = go
            .words("-o @/each --html @/batch.html --password-env")
            .text(VARIABLE);
        kept = Some(go.at.join("batch.jsonl"));
        go.env(VARIABLE, PASSWORD).ends_traced(&[1]);
    }
    let rules = lab.input("rules").join("rules.toml");
    let text = format!(
        "\"{}\" = {{ env = \"{VARIABLE}\" }}\n\"*\" = {{ file = \"none.txt\" }}\n",
        udid(flock, 1)
    );
    std::fs::write(&rules, text).expect("written");
    let go = lab
        .go(
            "batch, rules for passwords",
            "batch --as-of evidence --passwords",
        )
        .path(&rules);
    go.path(&folder).env(VARIABLE, "wrong").ends_traced(&[4]);
    let go = lab.go(
        "batch, one backup",
        "batch --as-of evidence --resume @/one.jsonl",
    );
    go.path(&folder.join(udid(flock, 0))).ends(&[1, 3]);
    let go = lab
        .go("batch, of nothing", "batch")
        .path(&folder.join("none"));
    go.ends_traced(&[2, 4]);
    kept.expect("results")
}

/// A person at a terminal sees folder names, and is asked for a password.
fn on_a_terminal(lab: &Lab, inputs: &Inputs) {
    let plain = inputs.build(lab, "plain");
    let parent = plain.parent().expect("a folder");
    let go = lab
        .go("batch, on a terminal", "batch --as-of evidence")
        .path(parent);
    go.words("-o @/each --html @/batch.html --resume @/batch.jsonl")
        .shown(|_| {});
    let go = lab.go(
        "ios, asked for the password",
        "ios --as-of evidence --profile nhs-england-quick",
    );
    let go = go
        .words("--readable-only -o @/r.json -o @/r.pdf")
        .path(&inputs.build(lab, "encrypted"));
    go.shown(|terminal: &mut Terminal| {
        terminal.wait_for("Answer: ");
        terminal.send("y\n");
        terminal.wait_for("assword");
        terminal.wait_for_hidden();
        terminal.send("wrong\n");
        terminal.wait_for_times("assword", 2);
        terminal.wait_for_hidden();
        terminal.send(&format!("{PASSWORD}\n"));
    });
}

/// Where Apple's programs keep backups: for `devices` and `batch --default-locations`.
fn in_apples_places(lab: &Lab, inputs: &Inputs) {
    let server = super::adb_server_double::ServerDouble::with_phones("");
    let addr = server.addr().to_string();
    for format in ["table", "json"] {
        let go = lab.go("devices, backups", "devices --format").text(format);
        let place = "Library/Application Support/MobileSync/Backup";
        // Outside of what is searched: a home that was there before.
        let home = lab.input("home");
        let folder = home.join(place).join(&inputs.udid);
        if !folder.exists() {
            inputs.backup("plain").build(&folder);
        }
        let home = home.display().to_string();
        go.words("--server")
            .text(&addr)
            .env("HOME", &home)
            .ends(&[0]);
        let go = lab.go(
            "batch, Apple's places",
            "batch --default-locations --as-of evidence",
        );
        go.words("-o @/each --html @/batch.html")
            .env("HOME", &home)
            .ends(&[1, 3]);
    }
}
