//! Why no answer came, for people: what happened, and what to do next.

use std::time::{Duration, Instant};

use super::Limits;
use super::choose::Way;
use super::devices::DeviceState;
use super::helper::{Fault, Kind, Link};
use super::server::NoServer;
use crate::android::debugging;
use crate::evidence::SourceError;
use crate::evidence::text::clean;

/// How long the phone and this computer may take to agree before it looks as if the phone asks its person.
const AGREEING: Duration = Duration::from_millis(1200);

/// Why there is no output to look at.
pub(super) enum Why {
    /// The deadline passed, and so much had come.
    Late(Stage, usize),
    Fault(Fault),
}

/// How far the helper has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Begun,
    /// The phone is there; since when.
    Reached(Instant),
    /// The phone waits for someone to tap Allow, for certain.
    Untapped,
    Connected,
}

impl Stage {
    /// Whether the phone waits for its person, as far as one can tell.
    pub(super) fn waits(self) -> bool {
        match self {
            Stage::Reached(since) => since.elapsed() > AGREEING,
            Stage::Untapped => true,
            Stage::Begun | Stage::Connected => false,
        }
    }
}

fn describe(link: &Link) -> String {
    match link {
        Link::Server { addr, .. } => format!("the phone (through the ADB server at {addr})"),
        Link::Tcp { addr, .. } => format!("the phone at {addr}"),
        Link::Usb { .. } | Link::Cables => "the phone on the cable".into(),
    }
}

const AGAIN: &str =
    "Check the cable or network, keep the phone unlocked, and run the same command again.";
const SLOW: &str = "Keep the phone unlocked and run the same command again. If it stays so, restart the phone, or give \
                    it longer with --timeout.";
const TAP: &str = "Unlock the phone and tap Allow on the \"Allow USB debugging?\" message, then run the same command \
                   again. If no message appears, unplug the phone and plug it in again.";
const ENABLE: &str = "Check that USB debugging is on (Settings > System > Developer options) and that the phone \
                      listens on the network at that address and port; then run the same command again.";

impl Why {
    pub(super) fn explain(self, way: &Way, limits: &Limits) -> SourceError {
        let whom = &describe(&way.link);
        let seconds = limits.deadline.as_secs_f32();
        let (what, next) = match self {
            Why::Fault(fault) => return explain(&fault, whom, way, limits),
            Why::Late(Stage::Connected, bytes) => (
                format!(
                    "There was no complete answer from {whom} within {seconds} seconds ({bytes} bytes came)."
                ),
                if bytes == 0 { AGAIN } else { SLOW },
            ),
            Why::Late(Stage::Untapped, _) => (
                format!("Nobody tapped Allow on {whom} within {seconds} seconds."),
                TAP,
            ),
            Why::Late(Stage::Begun | Stage::Reached(_), _) => (
                format!("The connection to {whom} was not complete within {seconds} seconds."),
                "Unlock the phone; if it shows \"Allow USB debugging?\", tap Allow; then run the same command again.",
            ),
        };
        SourceError::new(what, next)
    }
}

fn explain(fault: &Fault, whom: &str, way: &Way, limits: &Limits) -> SourceError {
    let detail = clean(&fault.detail);
    let (what, next) = match fault.kind {
        Kind::Refused => (format!("Nothing accepts a connection to {whom}."), ENABLE),
        Kind::Unreachable => (
            format!("There is no way to reach {whom} ({detail})."),
            ENABLE,
        ),
        Kind::Unauthorized | Kind::Untapped => (format!("Access to {whom} was not allowed."), TAP),
        Kind::Garbled => (
            format!("The answer from {whom} makes no sense ({detail})."),
            AGAIN,
        ),
        Kind::Lost => (
            format!("The connection to {whom} was lost ({detail})."),
            AGAIN,
        ),
        Kind::NoShell => (
            format!("A shell was refused by {whom}."),
            "Restart the phone, unlock it once, and run the same command again. On a managed phone, ask the \
             organisation whether it forbids the use of USB debugging.",
        ),
        Kind::Server => return explain_server(whom, &detail),
        Kind::TooMuch => (
            format!(
                "More than {} bytes came from {whom}; nothing of that was used.",
                limits.max_bytes
            ),
            "Restart the phone and run the same command again.",
        ),
        Kind::Key => (
            format!("The key by which phones know this computer cannot be used ({detail})."),
            "Run the same command again. If it stays so, move the file adbkey away from the folder .android in your \
             home folder. Then tap Allow on the phone once more.",
        ),
        Kind::NotPaired => (
            format!(
                "An encrypted connection is asked for by {whom}, and this computer is not paired with it."
            ),
            "Pair it with `adb pair`, connect with `adb connect`, and run the command without --tcp; or use the \
             cable.",
        ),
        Kind::Other => (
            format!("The connection to {whom} failed ({detail})."),
            AGAIN,
        ),
        Kind::UsbUnusable
        | Kind::UsbBusy
        | Kind::UsbForbidden
        | Kind::UsbNone
        | Kind::UsbGone
        | Kind::UsbSeveral
        | Kind::UsbLeftOut => {
            return explain_cable(fault.kind, &detail, way.for_want_of_adb.as_ref());
        }
    };
    SourceError::new(what, next)
}

/// Faults of the cable. Where it is the way only because there is no adb, nobody can "leave out --usb".
fn explain_cable(kind: Kind, detail: &str, why_no_adb: Option<&NoServer>) -> SourceError {
    let for_want_of_adb = why_no_adb.is_some();
    let no_adb = match why_no_adb {
        Some(why) => format!("no ADB server runs, {why}"),
        None => String::new(),
    };
    const INSTALL: &str =
        "Install Android platform-tools, which bring adb, and run the same command again.";
    let either =
        |without: &str, asked: &str| if for_want_of_adb { without } else { asked }.to_owned();
    let (what, next) = match kind {
        Kind::UsbNone if for_want_of_adb => (
            format!(
                "No Android phone was found: {no_adb}, and no phone with USB debugging is on a cable."
            ),
            debugging::how_to_connect(),
        ),
        Kind::UsbNone => (
            "No phone with USB debugging switched on was found on a cable.".to_owned(),
            debugging::how_to_connect(),
        ),
        Kind::UsbGone => (
            "The phone that was checked is no longer on the cable.".to_owned(),
            "Plug that phone in again and unlock it, or use the path on the phone itself."
                .to_owned(),
        ),
        Kind::UsbUnusable => (
            either(
                &format!(
                    "No Android phone was found: {no_adb}, and the cables cannot be looked through ({detail})."
                ),
                &format!("The cables of this computer cannot be looked through ({detail})."),
            ),
            format!(
                "{} In a virtual machine or container, first let it use the USB port.",
                either(INSTALL, "Leave out --usb to go through adb.")
            ),
        ),
        Kind::UsbBusy => (
            "Another program holds the phone on the cable: usually an ADB server.".to_owned(),
            either(
                "Close the programs that talk to phones (Android Studio, scrcpy, a phone manager), and run the same \
                 command again.",
                "Leave out --usb to go through that server; or stop it with `adb kill-server` and run the same \
                 command again.",
            ),
        ),
        Kind::UsbForbidden => (
            "This computer does not let you use the phone on the cable.".to_owned(),
            format!(
                "{} On Windows, install Android platform-tools and the maker's USB driver, and go through adb.",
                DeviceState::NoPermissions.advice().unwrap_or(AGAIN)
            ),
        ),
        Kind::UsbSeveral => {
            return SourceError::usage(
                format!("Several phones are on cables: {detail}."),
                either(
                    "Unplug all but the one that is meant and run the command again.",
                    "Unplug all but the one that is meant; or leave out --usb and choose one with --serial.",
                ),
            );
        }
        _ if for_want_of_adb => (
            format!(
                "No way to an Android phone: {no_adb}, and this spotcheck was built without --usb."
            ),
            INSTALL.to_owned(),
        ),
        _ => {
            return SourceError::usage(
                "This spotcheck was built without --usb.",
                "Leave out --usb to go through adb, or build spotcheck with its feature `usb`.",
            );
        }
    };
    SourceError::new(what, next)
}

/// The ADB server's refusals, whose words say the state of the phone.
fn explain_server(whom: &str, words: &str) -> SourceError {
    let state = if words.contains("unauthorized") {
        Some(DeviceState::Unauthorized)
    } else if words.contains("offline") {
        Some(DeviceState::Offline)
    } else if words.contains("still authorizing") || words.contains("still connecting") {
        Some(DeviceState::Connecting)
    } else if words.contains("no permissions") || words.contains("insufficient permissions") {
        Some(DeviceState::NoPermissions)
    } else {
        None
    };
    let next = state.and_then(|state| state.advice()).unwrap_or(
        "Unplug the phone, plug it in again, keep it unlocked, and run the same command again.",
    );
    let what = if words == "closed" {
        format!("The connection was closed by {whom} before it answered.")
    } else {
        format!("The ADB server refused to reach {whom}: {words}.")
    };
    SourceError::new(what, next)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Every fault, whoever chose the way, says what happened and what to do that fits.
    #[test]
    fn faults_of_the_cable() {
        for (kind, asked, without) in [
            (Kind::UsbNone, "switch USB debugging", "no ADB server runs"),
            (
                Kind::UsbGone,
                "Plug that phone in again",
                "Plug that phone in again",
            ),
            (
                Kind::UsbUnusable,
                "Leave out --usb",
                "Install Android platform-tools",
            ),
            (Kind::UsbBusy, "adb kill-server", "Android Studio"),
            (Kind::UsbForbidden, "udev", "udev"),
            (Kind::UsbSeveral, "--serial", "Unplug all but"),
            (
                Kind::UsbLeftOut,
                "Leave out --usb",
                "Install Android platform-tools",
            ),
            (Kind::Unauthorized, "tap Allow", "tap Allow"),
            (Kind::Key, "adbkey", "adbkey"),
        ] {
            for (for_want_of_adb, says) in [(false, asked), (true, without)] {
                let way = Way {
                    link: Link::Usb {
                        key: PathBuf::from("k"),
                        only: None,
                    },
                    for_want_of_adb: for_want_of_adb.then_some(NoServer::NoProgram),
                };
                let fault = Fault {
                    kind,
                    detail: "A Phone\u{1b}, B Phone".into(),
                };
                let error = Why::Fault(fault).explain(&way, &Limits::default());
                let text = error.to_string();
                assert!(text.contains(says), "{kind:?} {for_want_of_adb}: {text}");
                assert!(!text.contains('\u{1b}'), "{text}");
                assert!(
                    error.what.ends_with('.') && error.next.ends_with('.'),
                    "{text}"
                );
                if for_want_of_adb {
                    assert!(!text.contains("eave out --usb"), "{text}");
                    assert!(!text.contains("--serial"), "{text}");
                }
            }
        }
    }

    #[test]
    fn time_that_is_over_says_what_it_was_spent_on() {
        let way = Way {
            link: Link::Usb {
                key: PathBuf::from("k"),
                only: None,
            },
            for_want_of_adb: None,
        };
        for (stage, says) in [
            (Stage::Begun, "was not complete within 30 seconds"),
            (Stage::Reached(Instant::now()), "if it shows"),
            (Stage::Untapped, "Nobody tapped Allow"),
            (Stage::Connected, "no complete answer"),
        ] {
            let error = Why::Late(stage, 3).explain(&way, &Limits::default());
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
