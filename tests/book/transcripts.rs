//! Every transcript of the book, run: what the pages say is what the program prints.

use std::path::{Path, PathBuf};

use crate::adb_double::Config;
use crate::android_samples;
use crate::pages;
use crate::plugged::Plugged;
use crate::run::root;
use crate::transcript::{self, Machine};

/// A page, and what its reader has before the first command.
struct Transcript {
    page: &'static str,
    /// Files and folders of the project, and what they are called there.
    has: &'static [(&'static str, &'static str)],
    /// The synthetic phone that is plugged in, by the name of its capture.
    phone: Option<&'static str>,
    on: On,
}

/// Where a transcript holds.
#[derive(Clone, Copy, PartialEq)]
enum On {
    Any,
    /// Only a system on which spotcheck is not installed yet.
    Fresh,
}

/// Names the folder of a fresh Debian system. All transcripts then run on it, with what the package installed there;
/// `cargo xtask fresh` makes both.
const FRESH: &str = "SPOTCHECK_FRESH_DEBIAN";

/// Where the package puts what its reader has.
const DOCS: &str = "usr/share/doc/spotcheck";

const SAMPLES: (&str, &str) = ("sample-backups", "sample-backups");
const PHONES: (&str, &str) = ("sample-backups", "phones");
const STAFF: (&str, &str) = ("docs/examples/staff.csv", "staff.csv");
const TRUST: (&str, &str) = ("docs/examples/spotcheck.toml", "spotcheck.toml");

const TRANSCRIPTS: &[Transcript] = &[
    // First: the others use what it installs.
    Transcript {
        page: "docs/installation.md",
        has: &[(
            "target/debian/spotcheck_0.1.0-1_amd64.deb",
            "spotcheck_0.1.0-1_amd64.deb",
        )],
        phone: None,
        on: On::Fresh,
    },
    Transcript {
        page: "docs/tutorial.md",
        has: &[SAMPLES, ("docs/examples/look.toml", "look.toml")],
        phone: None,
        on: On::Any,
    },
    Transcript {
        page: "docs/guide-android-double.md",
        has: &[],
        phone: Some("android-failing.capture"),
        on: On::Any,
    },
    Transcript {
        page: "docs/guide-campaign.md",
        has: &[
            PHONES,
            STAFF,
            TRUST,
            ("docs/examples/fixed.toml", "fixed.toml"),
        ],
        phone: None,
        on: On::Any,
    },
    Transcript {
        page: "docs/guide-nightly.md",
        has: &[SAMPLES],
        phone: None,
        on: On::Any,
    },
    Transcript {
        page: "docs/guide-profile.md",
        has: &[
            SAMPLES,
            ("docs/examples/ward-phones.toml", "ward-phones.toml"),
            ("docs/examples/ward-mistakes.toml", "ward-mistakes.toml"),
        ],
        phone: None,
        on: On::Any,
    },
    Transcript {
        page: "docs/exit-statuses.md",
        has: &[SAMPLES],
        phone: None,
        on: On::Any,
    },
    Transcript {
        page: "docs/programme.md",
        has: &[PHONES, STAFF, TRUST],
        phone: None,
        on: On::Any,
    },
];

impl Transcript {
    /// Runs it on the fresh system below this folder, or here.
    fn holds(&self, fresh: Option<&Path>) {
        let folder = match fresh {
            Some(system) => tempfile::tempdir_in(system.join("tmp")),
            None => tempfile::tempdir(),
        };
        let folder = folder.expect("a folder");
        let installed = fresh
            .filter(|_| self.on == On::Any)
            .map(|system| system.join(DOCS));
        for (from, name) in self.has {
            let from = installed.as_deref().unwrap_or(root()).join(from);
            let to = folder.path().join(name);
            if fresh.is_none() && from.is_dir() {
                std::os::unix::fs::symlink(from, to).expect("linked");
            } else {
                copy(&from, &to);
            }
        }
        let mut instead = Vec::new();
        let plugged = match self.phone {
            None => None,
            Some(name) => {
                let Some(plugged) = plug_in(name) else { return };
                instead.push(("127.0.0.1:5555", plugged.addr()));
                Some(plugged)
            }
        };
        // Where no phone listens.
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = nobody.local_addr().expect("an address");
        drop(nobody);
        instead.push(("127.0.0.1:5556", addr.to_string()));
        let here = Path::new(env!("CARGO_BIN_EXE_spotcheck"));
        let machine = fresh.map_or(Machine::This(here), Machine::Below);
        transcript::holds(&root().join(self.page), folder.path(), &machine, &instead);
        drop(plugged);
    }
}

/// A file or a whole folder.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir(to).expect("a folder");
        for entry in std::fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
    }
}

fn plug_in(name: &str) -> Option<Plugged> {
    let (_, _, phone) = android_samples::phones()
        .into_iter()
        .find(|(known, ..)| *known == name)
        .expect("a synthetic phone of this name");
    Plugged::as_(&phone, Config::default())
}

#[test]
fn every_transcript_holds() {
    let fresh = std::env::var_os(FRESH).map(PathBuf::from);
    let fresh = fresh.as_deref();
    let (run, skipped): (Vec<_>, Vec<_>) = TRANSCRIPTS
        .iter()
        .partition(|one| fresh.is_some() || one.on == On::Any);
    for one in skipped {
        println!(
            "SKIPPED: {} needs a fresh system, and {FRESH} names none",
            one.page
        );
    }
    let holds = |one: &Transcript| {
        std::thread::scope(|scope| scope.spawn(|| one.holds(fresh)).join().is_ok())
    };
    let failed: Vec<&str> = if fresh.is_some() {
        run.iter()
            .filter(|one| !holds(one))
            .map(|one| one.page)
            .collect()
    } else {
        std::thread::scope(|scope| {
            let running: Vec<_> = run
                .iter()
                .map(|one| (one.page, scope.spawn(|| holds(one))))
                .collect();
            running
                .into_iter()
                .filter_map(|(page, thread)| (!thread.join().unwrap_or(false)).then_some(page))
                .collect()
        })
    };
    assert!(failed.is_empty(), "pages that differ: {failed:?}");
}

#[test]
fn every_page_with_a_transcript_is_run() {
    let with: Vec<String> = pages::all()
        .into_iter()
        .filter(|page| page.blocks().iter().any(|b| b.language == "console"))
        .map(|page| page.path)
        .collect();
    let mut run: Vec<&str> = TRANSCRIPTS.iter().map(|one| one.page).collect();
    run.sort_unstable();
    assert_eq!(with, run);
}
