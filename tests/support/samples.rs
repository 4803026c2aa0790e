//! The sample backups, by folder name.

use super::backup_builder::Backup;

/// Every sample iPhone backup.
pub fn ios_samples() -> [(&'static str, Backup); 3] {
    [
        ("ios-compliant", Backup::compliant()),
        ("ios-failing", Backup::failing()),
        ("ios-gaps", Backup::gaps()),
    ]
}
