//! A synthetic phone behind a daemon double, with the shell and applets of a phone.

#![allow(dead_code)]

use std::path::{Path, PathBuf};

use super::adb_double::{Config, Double};
use super::phone_kit::{Built, Phone, Tools};

pub struct Plugged {
    pub double: Double,
    pub built: Built,
    folder: tempfile::TempDir,
    pub tools: Tools,
}

impl Plugged {
    /// Plugs a phone in whose daemon has these features. `None`, said aloud, where the shell or its applets are missing.
    pub fn in_with(phone: &Phone, features: &'static str) -> Option<Plugged> {
        Plugged::as_(
            phone,
            Config {
                features,
                ..Config::default()
            },
        )
    }

    /// Plugs a phone in whose daemon is like this; its shell is the phone's.
    pub fn as_(phone: &Phone, config: Config) -> Option<Plugged> {
        let tools = Tools::find()?;
        let folder = tempfile::tempdir().expect("a folder");
        let built = phone.build(folder.path());
        let path = format!(
            "{}:{}",
            built.bin().display(),
            tools.applets.path().display()
        );
        let double = Double::start(Config {
            shell: tools.shell.clone(),
            path: path.into(),
            ..config
        });
        Some(Plugged {
            double,
            built,
            folder,
            tools,
        })
    }

    /// Plugs in a phone of today.
    pub fn in_(phone: &Phone) -> Option<Plugged> {
        Plugged::in_with(phone, Config::default().features)
    }

    /// Where the double listens.
    pub fn addr(&self) -> String {
        self.double.addr().to_string()
    }

    /// The commands that were run on the phone.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The phone's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A home with no key of anybody.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }
}
