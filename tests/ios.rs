//! iPhone backups, from folders that the backup builder writes.

#[path = "support/backup_builder.rs"]
mod backup_builder;
#[path = "support/fingerprint.rs"]
mod fingerprint;
#[path = "support/samples.rs"]
mod samples;

#[path = "ios/common.rs"]
mod common;

#[path = "ios/apps.rs"]
mod apps;
#[path = "ios/archives.rs"]
mod archives;
#[path = "ios/backup_facts.rs"]
mod backup_facts;
#[path = "ios/bad_input.rs"]
mod bad_input;
#[path = "ios/contradictions.rs"]
mod contradictions;
#[path = "ios/corpus.rs"]
mod corpus;
#[path = "ios/declared.rs"]
mod declared;
#[path = "ios/device_facts.rs"]
mod device_facts;
#[path = "ios/hostile.rs"]
mod hostile;
#[path = "ios/hostile_databases.rs"]
mod hostile_databases;
#[path = "ios/list_of_files.rs"]
mod list_of_files;
#[path = "ios/notifications.rs"]
mod notifications;
#[path = "ios/promises.rs"]
mod promises;
#[path = "ios/providers.rs"]
mod providers;
#[path = "ios/sample_backups.rs"]
mod sample_backups;
#[path = "ios/unfamiliar.rs"]
mod unfamiliar;
#[path = "ios/unlocking.rs"]
mod unlocking;
