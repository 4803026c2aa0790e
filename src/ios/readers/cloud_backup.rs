//! Whether the phone backs itself up to iCloud.

use super::{Line, Reader, Scope, missing, origin, yes_or_no};
use crate::evidence::{Fact, Reading, Subject};
use crate::ios::files::{Handle, Missing, Need, Place};
use crate::ios::plist::{self, Keep};

const SETTINGS: Place = Place::home("Library/Preferences/com.apple.mobile.ldbackup.plist");
const KEY: &str = "CloudBackupEnabled";

/// Reads whether iCloud Backup is on.
pub struct CloudBackup;

impl Reader for CloudBackup {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::CloudBackup]
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[Need::read(
                SETTINGS,
                &[Fact::CloudBackup],
                "the key CloudBackupEnabled",
            )]
        }
    }

    fn read(&self, files: &mut Handle<'_, '_>, _: &Scope<'_>) -> Vec<Line> {
        let bytes = files.bytes(SETTINGS);
        let reading = cloud_backup(bytes.as_deref().map(|bytes| bytes.as_slice()));
        vec![(Fact::CloudBackup, Subject::Device, reading)]
    }
}

/// Whether iCloud Backup is on, from the backup preferences.
pub fn cloud_backup(bytes: Result<&[u8], &Missing>) -> Reading {
    match bytes {
        Err(why) => missing(why),
        Ok(bytes) => yes_or_no(
            plist::pick(bytes, &Keep::path(&[KEY])).and_then(|root| plist::boolean(&root, &[KEY])),
            KEY,
        ),
    }
    .from(origin(SETTINGS, KEY))
}
