//! Synthetic phones of every version, maker and state that matter, each judged by the whole checklist and held against
//! verdicts that are worked out from what is known of Android, without asking the program.

#[path = "support/phone_kit.rs"]
mod phone_kit;

#[path = "android_matrix/matrix.rs"]
mod matrix;
#[path = "android_matrix/oracle.rs"]
mod oracle;
#[path = "android_matrix/phones.rs"]
mod phones;
#[path = "android_matrix/run.rs"]
mod run;
#[path = "android_matrix/states.rs"]
mod states;
#[path = "android_matrix/table.rs"]
mod table;
#[path = "android_matrix/uncalibrated.rs"]
mod uncalibrated;
#[path = "android_matrix/unknown_versions.rs"]
mod unknown_versions;

use phone_kit::*;
