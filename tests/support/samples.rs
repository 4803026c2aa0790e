//! The sample backups, by folder name.

use super::backup_builder::Backup;

/// The password of the encrypted sample; it stands in `sample-backups/ios-encrypted-password.txt` too.
pub const SAMPLE_PASSWORD: &str = "synthetic password";

/// Every sample iPhone backup. The encrypted one is the failing one, locked.
pub fn ios_samples() -> [(&'static str, Backup); 4] {
    [
        ("ios-compliant", Backup::compliant()),
        ("ios-failing", Backup::failing()),
        ("ios-gaps", Backup::gaps()),
        (
            "ios-encrypted",
            Backup::failing().encrypted(SAMPLE_PASSWORD),
        ),
    ]
}
