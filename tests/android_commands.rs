//! Every command that can ever be sent to a phone: only what is on the list, nothing that changes a phone, nothing
//! personal unfiltered, and from no other place of the program than those that are named here.

#[path = "support/phone_kit.rs"]
mod phone_kit;

#[path = "android_commands/allowed.rs"]
mod allowed;
#[path = "android_commands/places.rs"]
mod places;
#[path = "android_commands/sent.rs"]
mod sent;
#[path = "android_commands/shell.rs"]
mod shell;

use phone_kit::*;
