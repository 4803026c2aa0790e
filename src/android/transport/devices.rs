//! The phones that an ADB server knows, and what to do about the state of each.

use serde::{Deserialize, Serialize};

use crate::android::debugging;
use crate::evidence::text::clean;
use crate::evidence::{PhoneId, SourceError};

/// A line of the ADB server's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// `None` where the phone states none. Only for the terminal, to choose a phone.
    pub serial: Option<String>,
    /// Whether it can be asked anything, and if not, why.
    pub state: DeviceState,
    /// Model code as the phone states it, cleaned.
    pub model: Option<String>,
    /// The server's own number for this connection, which no other phone ever gets.
    pub transport_id: Option<u32>,
}

/// What the ADB server says of a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceState {
    /// It can be asked.
    Ready,
    /// Nobody has allowed USB debugging for this computer yet.
    Unauthorized,
    /// The server and the phone are still agreeing.
    Connecting,
    /// It is known to the server and does not answer.
    Offline,
    /// This computer does not let this account use it.
    NoPermissions,
    /// In recovery or rescue mode.
    Recovery,
    /// In recovery, waiting for an update from this computer.
    Sideload,
    /// In the bootloader: Android does not run.
    Bootloader,
    /// The phone is itself the host of something, e.g. in USB host mode.
    Host,
    /// Another word, cleaned.
    Other(String),
}

impl DeviceState {
    fn parse(text: &str) -> DeviceState {
        if text.starts_with("no permissions") {
            return DeviceState::NoPermissions;
        }
        match text.split_whitespace().next().unwrap_or_default() {
            "device" => DeviceState::Ready,
            "unauthorized" => DeviceState::Unauthorized,
            "authorizing" | "connecting" => DeviceState::Connecting,
            "offline" => DeviceState::Offline,
            "recovery" | "rescue" => DeviceState::Recovery,
            "sideload" => DeviceState::Sideload,
            "bootloader" => DeviceState::Bootloader,
            "host" => DeviceState::Host,
            other => DeviceState::Other(clean(other)),
        }
    }

    /// The word for scripts.
    pub fn id(&self) -> &'static str {
        match self {
            DeviceState::Ready => "ready",
            DeviceState::Unauthorized => "unauthorized",
            DeviceState::Connecting => "connecting",
            DeviceState::Offline => "offline",
            DeviceState::NoPermissions => "no-permissions",
            DeviceState::Recovery => "recovery",
            DeviceState::Sideload => "sideload",
            DeviceState::Bootloader => "bootloader",
            DeviceState::Host => "host",
            DeviceState::Other(_) => "other",
        }
    }

    /// A few words for lists.
    pub fn label(&self) -> &str {
        match self {
            DeviceState::Ready => "ready",
            DeviceState::Unauthorized => {
                "unauthorized: waits for someone to tap Allow on the phone"
            }
            DeviceState::Connecting => "still connecting",
            DeviceState::Offline => "offline: does not answer",
            DeviceState::NoPermissions => "no permissions: this computer does not let you use it",
            DeviceState::Recovery => "in recovery mode",
            DeviceState::Sideload => "in sideload mode",
            DeviceState::Bootloader => "in the bootloader",
            DeviceState::Host => "acts as a USB host",
            DeviceState::Other(word) => word,
        }
    }

    /// What to do next, as sentences; `None` where the phone is ready.
    pub fn advice(&self) -> Option<&'static str> {
        Some(match self {
            DeviceState::Ready => return None,
            DeviceState::Unauthorized => {
                "Unlock the phone and tap Allow on the \"Allow USB debugging?\" message, then run the same command \
                 again. If no message appears, unplug the phone and plug it in again."
            }
            DeviceState::Connecting => {
                "Wait a few seconds, look whether the phone asks \"Allow USB debugging?\" (tap Allow), then run the \
                 same command again."
            }
            DeviceState::Offline => {
                "Unlock the phone, unplug it and plug it in again, then run the same command again. If it stays \
                 offline, switch USB debugging off and on again on the phone."
            }
            DeviceState::NoPermissions => {
                "On Linux, install the udev rules for Android phones (package android-sdk-platform-tools-common on \
                 Debian and Ubuntu) and make sure that you are in the group plugdev; then log in again and plug the \
                 phone in again."
            }
            DeviceState::Recovery | DeviceState::Sideload | DeviceState::Bootloader => {
                "Restart the phone normally, unlock it once, then run the same command again."
            }
            DeviceState::Host => {
                "Plug the phone directly into this computer with another cable. Choose \"File transfer\" where it \
                 asks what USB is used for. Then run the same command again."
            }
            DeviceState::Other(_) => {
                "Unplug the phone, restart it, plug it in again, then run the same command again."
            }
        })
    }
}

impl Device {
    /// Parses a line of `host:devices-l`: serial, state, then `key:value` words.
    fn parse(line: &str) -> Option<Device> {
        const NO_SERIAL: &str = "(no serial number)";
        let line = line.trim();
        let (serial, rest) = match line.strip_prefix(NO_SERIAL) {
            Some(rest) => (None, rest),
            None => {
                let (serial, rest) = line.split_once(char::is_whitespace)?;
                // A row of question marks is an older server's word for a phone that it may not even ask.
                let known = !serial.chars().all(|c| c == '?');
                (known.then(|| serial.to_owned()), rest)
            }
        };
        let rest = rest.trim_start();
        let word = |key: &str| rest.split_whitespace().find_map(|w| w.strip_prefix(key));
        Some(Device {
            serial,
            state: DeviceState::parse(rest),
            model: word("model:").map(|model| clean(&model.replace('_', " "))),
            transport_id: word("transport_id:").and_then(|id| id.parse().ok()),
        })
    }

    /// Parses the whole list, as the ADB server gives it (`host:devices-l`). Bytes that are no text spoil only their own
    /// line.
    pub fn parse_list(list: &[u8]) -> Vec<Device> {
        String::from_utf8_lossy(list)
            .lines()
            .filter_map(Device::parse)
            .collect()
    }

    /// Tells the phone from others for good.
    pub(super) fn id(&self) -> Option<PhoneId> {
        self.serial.as_deref().and_then(PhoneId::from_adb_serial)
    }

    /// Whether this is certainly the same phone: the same connection of it, or another with a serial that no other
    /// phone has.
    pub(super) fn is_same(&self, other: &Device) -> bool {
        self.is_called_like(other)
            && (self.transport_id.is_some() && self.transport_id == other.transport_id
                || self.id().is_some())
    }

    /// Whether the list calls it the same.
    pub(super) fn is_called_like(&self, other: &Device) -> bool {
        match (&self.serial, &other.serial) {
            (Some(one), Some(other)) => one == other,
            (None, None) => self.transport_id == other.transport_id && self.model == other.model,
            _ => false,
        }
    }

    /// Model, or else serial, for sentences.
    fn name(&self) -> String {
        match (&self.model, &self.serial) {
            (Some(model), _) if !model.is_empty() => format!("The phone ({model})"),
            (_, Some(serial)) => format!("The phone {}", clean(serial)),
            _ => "The phone".into(),
        }
    }

    /// `Err` with what to do unless the phone is ready.
    pub(super) fn ready(&self) -> Result<(), SourceError> {
        match self.state.advice() {
            None => Ok(()),
            Some(next) => Err(SourceError::new(
                format!("{} cannot be asked: {}.", self.name(), self.state.label()),
                next,
            )),
        }
    }
}

/// The phone to ask: the one with this serial, or the only one. Which phone is meant is never guessed, not even
/// where all others are unusable: the phone on the auditor's desk may be one of those.
pub(super) fn choose<'d>(
    devices: &'d [Device],
    serial: Option<&str>,
) -> Result<&'d Device, SourceError> {
    match (serial, devices) {
        (_, []) => Err(none_connected(serial)),
        (None, [only]) => Ok(only),
        (None, _) => Err(SourceError::usage(
            format!("Several phones are connected:\n{}", listing(devices)),
            "Say which one with --serial, or unplug the others, and run the command again.",
        )),
        (Some(serial), _) => {
            let mut found = devices
                .iter()
                .filter(|d| d.serial.as_deref() == Some(serial));
            match (found.next(), found.next()) {
                (Some(device), None) => Ok(device),
                (Some(_), Some(_)) => Err(SourceError::new(
                    format!("Two connected phones have the serial {}.", clean(serial)),
                    "Unplug the one that is not meant and run the same command again.",
                )),
                (None, _) => Err(SourceError::new(
                    format!(
                        "No phone with the serial {} is connected. Connected are:\n{}",
                        clean(serial),
                        listing(devices)
                    ),
                    "Plug in the phone that is meant, or choose one of these with --serial. The environment variable \
                     ANDROID_SERIAL counts where --serial is not given.",
                )),
            }
        }
    }
}

fn none_connected(serial: Option<&str>) -> SourceError {
    let what = match serial {
        None => "No Android phone is connected.".to_owned(),
        Some(serial) => format!(
            "No Android phone is connected, and so not the one with the serial {}.",
            clean(serial)
        ),
    };
    SourceError::new(what, debugging::how_to_connect())
}

fn listing(devices: &[Device]) -> String {
    let lines = devices.iter().map(|device| {
        format!(
            "  {}  {}  {}",
            device
                .serial
                .as_deref()
                .map_or_else(|| "(no serial)".into(), clean),
            device.model.as_deref().unwrap_or("(model unknown)"),
            device.state.label()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_a_server() {
        let list = b"R58M123ABC             device usb:1-4 product:a52 model:SM_A525F device:a52q transport_id:3\n\
            emulator-5554          offline transport_id:4\n\
            0123456789ABCDEF       no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html] usb:1-2 transport_id:5\n\
            ????????????           no permissions; see [http://developer.android.com]\n\
            (no serial number)     device usb:1-3 model:X transport_id:8\n\
            192.0.2.7:5555         unauthorized transport_id:6\n\
            bad\xff\xfe            sideload\n\
            a\x1b[31mb             authorizing model:\x1b]0;x\x07y\n\
            x                      hovering\n\
            \n";
        let devices = Device::parse_list(list);
        let seen: Vec<_> = devices
            .iter()
            .map(|d| {
                (
                    d.serial.as_deref(),
                    &d.state,
                    d.model.as_deref(),
                    d.transport_id,
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                (
                    Some("R58M123ABC"),
                    &DeviceState::Ready,
                    Some("SM A525F"),
                    Some(3)
                ),
                (Some("emulator-5554"), &DeviceState::Offline, None, Some(4)),
                (
                    Some("0123456789ABCDEF"),
                    &DeviceState::NoPermissions,
                    None,
                    Some(5)
                ),
                (None, &DeviceState::NoPermissions, None, None),
                (None, &DeviceState::Ready, Some("X"), Some(8)),
                (
                    Some("192.0.2.7:5555"),
                    &DeviceState::Unauthorized,
                    None,
                    Some(6)
                ),
                (
                    Some("bad\u{fffd}\u{fffd}"),
                    &DeviceState::Sideload,
                    None,
                    None
                ),
                (
                    Some("a\u{1b}[31mb"),
                    &DeviceState::Connecting,
                    Some("]0;xy"),
                    None
                ),
                (
                    Some("x"),
                    &DeviceState::Other("hovering".into()),
                    None,
                    None
                ),
            ]
        );
        assert!(!listing(&devices).contains('\u{1b}'));
    }

    #[test]
    fn which_phone_is_meant() {
        let two = Device::parse_list(
            b"A device model:Pixel_7 transport_id:1\nB no permissions transport_id:2\n",
        );
        let error = choose(&two, None).expect_err("two phones");
        assert!(error.usage);
        for part in [
            "A  Pixel 7  ready",
            "B  (model unknown)  no permissions",
            "--serial",
        ] {
            assert!(error.to_string().contains(part), "{error}");
        }
        assert_eq!(choose(&two, Some("A")).map(|d| d.transport_id), Ok(Some(1)));
        let error = choose(&two, Some("B"))
            .and_then(Device::ready)
            .expect_err("no permissions");
        assert!(error.to_string().contains("udev"), "{error}");
        assert!(
            choose(&two, Some("C"))
                .expect_err("not there")
                .to_string()
                .contains("serial C")
        );
        assert!(
            choose(&[], None)
                .expect_err("none")
                .next
                .contains("USB debugging")
        );
        let twins = Device::parse_list(b"A device transport_id:1\nA device transport_id:2\n");
        assert!(
            choose(&twins, Some("A"))
                .expect_err("twins")
                .what
                .contains("Two")
        );
    }

    #[test]
    fn every_state_but_ready_says_what_to_do() {
        for word in [
            "unauthorized",
            "authorizing",
            "connecting",
            "offline",
            "no permissions",
            "recovery",
            "rescue",
            "sideload",
            "bootloader",
            "host",
            "unknown",
            "detached",
            "",
        ] {
            let state = DeviceState::parse(word);
            assert!(state.advice().is_some(), "{word}");
        }
        assert_eq!(DeviceState::parse("device usb:1"), DeviceState::Ready);
    }
}
