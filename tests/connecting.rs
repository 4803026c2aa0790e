//! From the command to the phone: which way is taken, what is shown while it asks to be allowed, which phones and
//! backups there are.

#[path = "support/adb_double.rs"]
mod adb_double;
#[path = "support/adb_server.rs"]
mod adb_server;
#[path = "support/adb_server_double.rs"]
mod adb_server_double;
#[path = "support/phone_kit.rs"]
mod phone_kit;
#[path = "support/plugged.rs"]
mod plugged;
#[cfg(unix)]
#[path = "support/terminal.rs"]
mod terminal;

#[cfg(unix)]
#[path = "connecting/audits.rs"]
mod audits;
#[path = "connecting/devices.rs"]
mod devices;
#[cfg(unix)]
#[path = "connecting/wizard.rs"]
mod wizard;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program in a home of its own, on a computer without adb and with no ADB server.
fn spotcheck(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spotcheck"));
    command
        .env("HOME", home)
        .env("PATH", home.join("no-programs"))
        .env(
            "ANDROID_ADB_SERVER_PORT",
            adb_server::free_port().to_string(),
        );
    for variable in [
        "ANDROID_SERIAL",
        "ANDROID_USER_HOME",
        "APPDATA",
        "USERPROFILE",
        "XDG_CONFIG_HOME",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
    ] {
        command.env_remove(variable);
    }
    command
}

struct Ran {
    status: i32,
    out: String,
    err: String,
}

fn run(mut command: Command) -> Ran {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program starts");
    Ran {
        status: status.code().expect("a status"),
        out: String::from_utf8(stdout).expect("UTF-8"),
        err: String::from_utf8(stderr).expect("UTF-8"),
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}
