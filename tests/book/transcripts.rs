//! Every transcript of the book, run: what the pages say is what the program prints.

use std::path::Path;

use crate::adb_double::Config;
use crate::android_samples;
use crate::pages;
use crate::plugged::Plugged;
use crate::run::root;
use crate::transcript;

/// A page, and what its reader has before the first command.
struct Transcript {
    page: &'static str,
    /// Files and folders of the project, and what they are called there.
    has: &'static [(&'static str, &'static str)],
    /// The synthetic phone that is plugged in, by the name of its capture.
    phone: Option<&'static str>,
}

const SAMPLES: (&str, &str) = ("sample-backups", "sample-backups");
const PHONES: (&str, &str) = ("sample-backups", "phones");
const STAFF: (&str, &str) = ("docs/examples/staff.csv", "staff.csv");
const TRUST: (&str, &str) = ("docs/examples/spotcheck.toml", "spotcheck.toml");

const TRANSCRIPTS: &[Transcript] = &[
    Transcript {
        page: "docs/tutorial.md",
        has: &[SAMPLES, ("docs/examples/look.toml", "look.toml")],
        phone: None,
    },
    Transcript {
        page: "docs/guide-android-double.md",
        has: &[],
        phone: Some("android-failing.capture"),
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
    },
    Transcript {
        page: "docs/guide-nightly.md",
        has: &[SAMPLES],
        phone: None,
    },
    Transcript {
        page: "docs/guide-profile.md",
        has: &[
            SAMPLES,
            ("docs/examples/ward-phones.toml", "ward-phones.toml"),
            ("docs/examples/ward-mistakes.toml", "ward-mistakes.toml"),
        ],
        phone: None,
    },
    Transcript {
        page: "docs/exit-statuses.md",
        has: &[SAMPLES],
        phone: None,
    },
    Transcript {
        page: "docs/programme.md",
        has: &[PHONES, STAFF, TRUST],
        phone: None,
    },
];

impl Transcript {
    fn holds(&self) {
        let folder = tempfile::tempdir().expect("a folder");
        for (from, name) in self.has {
            let (from, to) = (root().join(from), folder.path().join(name));
            if from.is_dir() {
                std::os::unix::fs::symlink(from, to).expect("linked");
            } else {
                std::fs::copy(from, to).expect("copied");
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
        transcript::holds(
            &root().join(self.page),
            folder.path(),
            Path::new(env!("CARGO_BIN_EXE_spotcheck")),
            &instead,
        );
        drop(plugged);
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
    std::thread::scope(|scope| {
        let running: Vec<_> = TRANSCRIPTS
            .iter()
            .map(|one| (one.page, scope.spawn(move || one.holds())))
            .collect();
        let failed: Vec<&str> = running
            .into_iter()
            .filter_map(|(page, thread)| thread.join().is_err().then_some(page))
            .collect();
        assert!(failed.is_empty(), "pages that differ: {failed:?}");
    });
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
