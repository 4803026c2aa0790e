//! The undamaged phones: every sample in `sample-backups/`, and a few richer synthetic ones, each with what the program
//! makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use spotcheck::android::capture::{self, Capture};
use spotcheck::evidence::Platform;
use spotcheck::profile::{self, Profile};

use super::android_samples;
use super::backup_builder::{self as build, Backup, Permissions, Section, row};
use super::look::{Bench, Outcome, Read};
use super::phone_kit::{Make, Phone, Tools, WHATSAPP};
use super::run_kit::sample;
use super::samples::ios_samples;

/// The files of a backup folder, by their path in it.
pub type Folder = BTreeMap<String, Vec<u8>>;

/// All undamaged phones, and the checklists that judge them.
pub struct World {
    pub samples: Vec<Sample>,
    pub profiles: Vec<Profile>,
}

pub struct Sample {
    pub name: String,
    pub body: Body,
    /// What the program makes of it undamaged.
    pub whole: Outcome,
    /// What it reads there.
    pub read: Option<Read>,
    /// The same of an encrypted backup without its password.
    pub locked: Option<Outcome>,
}

pub enum Body {
    Iphone(Box<Iphone>),
    Android(Capture),
}

pub struct Iphone {
    /// As it lies on the disk.
    pub files: Folder,
    /// The same in clear.
    pub clear: Folder,
    /// Domain and path of the phone's files, by where they lie.
    pub names: BTreeMap<String, (String, String)>,
    /// What describes it, where it is encrypted; and its password.
    pub sealed: Option<(Backup, String)>,
}

impl Iphone {
    /// What origins call a file of the backup.
    pub fn place(&self, file: &str) -> String {
        match self.names.get(file) {
            Some((domain, path)) => format!("{domain}-{path}"),
            None => file.to_owned(),
        }
    }
}

impl Sample {
    pub fn platform(&self) -> Platform {
        match self.body {
            Body::Iphone(_) => Platform::Ios,
            Body::Android(_) => Platform::Android,
        }
    }

    pub fn iphone(&self) -> Option<&Iphone> {
        match &self.body {
            Body::Iphone(iphone) => Some(iphone),
            Body::Android(_) => None,
        }
    }

    pub fn capture(&self) -> Option<&Capture> {
        match &self.body {
            Body::Iphone(_) => None,
            Body::Android(capture) => Some(capture),
        }
    }
}

impl World {
    pub fn new() -> World {
        let profiles = profile::shipped_ids()
            .map(|id| profile::load(id, &[]).expect("a shipped profile"))
            .collect();
        let mut world = World {
            samples: Vec::new(),
            profiles,
        };
        let mut bodies = shipped();
        assert!(bodies.len() >= 7, "every sample is damaged");
        bodies.extend(richer());
        for (name, body) in bodies {
            world.samples.push(Sample {
                name,
                body,
                whole: Outcome::default(),
                read: None,
                locked: None,
            });
        }
        let mut bench = Bench::new();
        for i in 0..world.samples.len() {
            let whole = bench.look(&world, i, &super::look::Damage::none());
            let read = bench.take_last();
            let locked = match world.samples[i].iphone() {
                Some(Iphone {
                    sealed: Some(_), ..
                }) => Some(bench.look_locked(&world, i)),
                _ => None,
            };
            world.samples[i].whole = whole;
            world.samples[i].read = read;
            world.samples[i].locked = locked;
        }
        world
    }

    /// The other samples of the same platform, encrypted ones left out: their files fit nowhere else.
    pub fn donors(&self, of: usize) -> Vec<usize> {
        let Some(own) = self.samples.get(of) else {
            return Vec::new();
        };
        (0..self.samples.len())
            .filter(|i| {
                let sample = &self.samples[*i];
                *i != of
                    && sample.platform() == own.platform()
                    && sample.iphone().is_none_or(|iphone| iphone.sealed.is_none())
            })
            .collect()
    }
}

/// Every sample in `sample-backups/`, whatever there is.
fn shipped() -> Vec<(String, Body)> {
    let folder = sample("");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("the samples")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("UTF-8"))
        .collect();
    names.sort();
    let mut found = Vec::new();
    for name in names {
        let path = folder.join(&name);
        if path.is_dir() {
            let sealed = ios_samples()
                .into_iter()
                .find(|(known, _)| {
                    *known == name && folder.join(format!("{name}-password.txt")).exists()
                })
                .map(|(_, backup)| (backup, super::samples::SAMPLE_PASSWORD.to_owned()));
            found.push((name, iphone(&path, sealed)));
        } else if let Some(short) = name.strip_suffix(".capture") {
            let capture = capture::read(&path).expect("a capture");
            found.push((short.to_owned(), Body::Android(capture)));
        }
    }
    found
}

fn iphone(path: &Path, sealed: Option<(Backup, String)>) -> Body {
    let mut files = Folder::new();
    gather(path, path, &mut files);
    let list = match &sealed {
        Some((backup, _)) => backup.list_in_clear(),
        None => files["Manifest.db"].clone(),
    };
    let names = super::tables::names(&list);
    let mut clear = files.clone();
    if let Some((backup, _)) = &sealed {
        clear.insert("Manifest.db".into(), list);
        for (file, (domain, path)) in &names {
            let bytes = backup.file_in_clear(domain, path).expect("listed");
            assert_eq!(
                backup.sealed_file(domain, path, &bytes),
                files[file],
                "{path} is sealed as the sample is"
            );
            clear.insert(file.clone(), bytes);
        }
        assert_eq!(
            backup.sealed_list(&clear["Manifest.db"]),
            files["Manifest.db"]
        );
    }
    Body::Iphone(Box::new(Iphone {
        files,
        clear,
        names,
        sealed,
    }))
}

fn gather(root: &Path, folder: &Path, into: &mut Folder) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(root, &path, into);
        } else {
            let name = path.strip_prefix(root).expect("inside");
            into.insert(
                name.to_str().expect("UTF-8").to_owned(),
                fs::read(&path).expect("a file"),
            );
        }
    }
}

/// The files of every iPhone sample.
pub fn samples_by_name() -> Vec<(String, Folder)> {
    shipped()
        .into_iter()
        .filter_map(|(name, body)| match body {
            Body::Iphone(iphone) => Some((name, iphone.clear)),
            Body::Android(_) => None,
        })
        .collect()
}

/// Phones with what the samples lack: management, a second app, old systems, other users, a lock on a phone that fails.
fn richer() -> Vec<(String, Body)> {
    const SIGNAL: &str = "org.whispersystems.signal";
    let mut found = Vec::new();
    let two_apps = vec![plist::Value::from(build::WHATSAPP), SIGNAL.into()];
    let managed = Backup::compliant()
        .root_key(
            "Info.plist",
            "Installed Applications",
            Some(two_apps.into()),
        )
        .key(
            build::FIND_MY,
            build::FIND_MY_STATE,
            "fmipActive",
            Some(false.into()),
        )
        .without(build::FIND_MY, build::FIND_MY_ACCOUNTS)
        .key(
            build::HOME,
            build::BULLETINS,
            "BBContentPreviewsSetting",
            Some(1.into()),
        )
        .section(build::WHATSAPP, Section::new(2, 2, 2).family("UNC"))
        .section(SIGNAL, Section::new(2, 1, 1))
        .profile(
            "org.example.one",
            &["com.apple.mdm", "com.apple.applicationaccess"],
        )
        .permissions(Permissions {
            rows: vec![
                row("kTCCServicePhotos", build::WHATSAPP, 3),
                row("kTCCServicePhotos", SIGNAL, 2),
            ],
            in_log: vec![row("kTCCServicePhotosAdd", SIGNAL, 2)],
            ..Permissions::default()
        });
    let old = Backup::failing()
        .model("iPhone12,8")
        .system("13.7")
        .passcode(true)
        .without(build::HOME, build::BULLETINS)
        .section(build::WHATSAPP, Section::new(2, 0, 2))
        .permissions(Permissions {
            old_schema: true,
            rows: vec![
                row("kTCCServicePhotos", build::WHATSAPP, 1),
                row("kTCCServiceCamera", build::WHATSAPP, 0),
                row("kTCCServiceAddressBook", build::WHATSAPP, 1),
            ],
            ..Permissions::default()
        });
    let folder = tempfile::tempdir().expect("a folder");
    for (name, backup) in [("managed iPhone", managed), ("old iPhone", old)] {
        let path = backup.build(&folder.path().join(name));
        found.push((name.to_owned(), iphone(&path, None)));
    }
    let Some(tools) = Tools::find() else {
        return found;
    };
    for (name, phone) in [
        (
            "Samsung 14, two users",
            Phone::stock(Make::Samsung, 34)
                .previews(1, 0)
                .user(95, 0x2000_1010, true)
                .device_owner("com.example.mdm/.R")
                .last_admin(|admin| admin.max_time_to_lock = 60_000)
                .app(WHATSAPP, 0)
                .grant("READ_MEDIA_IMAGES")
                .app(WHATSAPP, 95),
        ),
        (
            "Android 10",
            Phone::stock(Make::Pixel, 29)
                .secure("lock_screen_lock_after_timeout", "30000")
                .trust(|trust| trust.locked = true)
                .account("com.google", 1)
                .app(WHATSAPP, 0)
                .grant("READ_EXTERNAL_STORAGE"),
        ),
        (
            "Pixel 15, fails",
            Phone::stock(Make::Pixel, 35)
                .secure("lock_screen_lock_after_timeout", "30000")
                .screen_timeout(600_000)
                .trust(|trust| trust.managing = vec![true])
                .user(10, 0x410, true)
                .app(WHATSAPP, 0)
                .grant("READ_MEDIA_VISUAL_USER_SELECTED")
                .grant("READ_MEDIA_VIDEO")
                .app(WHATSAPP, 10),
        ),
        (
            "custom Android",
            Phone::stock(Make::Pixel, 36)
                .prop("ro.lineage.version", "23.0")
                .prop("ro.boot.verifiedbootstate", "orange")
                .previews(1, 0)
                .screen_timeout(30_000)
                .app(WHATSAPP, 0),
        ),
    ] {
        let capture = android_samples::capture("SYNTHETIC", &phone, &tools);
        found.push((name.to_owned(), Body::Android(capture)));
    }
    found
}
