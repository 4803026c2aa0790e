//! What tells one phone from another. It is known before anything is read: the serial by which the ADB server lists a
//! phone on the cable, the name that Apple's programs give to a backup's folder. Only the register takes it, and keeps a
//! keyed hash of it.

use std::fmt;

/// Tells one phone from all others. It is never shown, printed or written.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneId {
    kind: &'static str,
    id: String,
}

impl fmt::Debug for PhoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneId(..)")
    }
}

impl PhoneId {
    /// From the word by which an ADB server lists a phone. `None` unless it is the serial of a phone on the cable: not
    /// an address, not a name of a phone on Wi-Fi, not an emulator, not a word that many phones share.
    pub fn from_adb_serial(serial: &str) -> Option<PhoneId> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let lower = serial.to_ascii_lowercase();
        // What makers leave in where a phone should have a serial of its own.
        let shared = "0123456789abcdef".starts_with(&lower)
            || "1234567890abcdef".starts_with(&lower)
            || lower == "unknown"
            || all_the_same(&lower);
        let fits = (6..=64).contains(&serial.len()) && serial.bytes().all(plain);
        (fits && !shared && !lower.starts_with("emulator-")).then(|| PhoneId {
            kind: "android serial",
            id: serial.to_owned(),
        })
    }

    /// From the name of a backup's folder. `None` unless it is a UDID: 40 hexadecimal digits, or 8, a hyphen and 16.
    pub fn from_backup_folder(name: &str) -> Option<PhoneId> {
        let hex = |part: &str, digits: usize| {
            part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let udid = hex(name, 40)
            || name
                .split_once('-')
                .is_some_and(|(chip, rest)| hex(chip, 8) && hex(rest, 16));
        let id = name.to_ascii_lowercase();
        (udid && !all_the_same(&id.replace('-', ""))).then_some(PhoneId {
            kind: "ios udid",
            id,
        })
    }

    /// What a keyed hash is taken over: what kind of word it is, a zero byte, the word.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [self.kind.as_bytes(), b"\0", self.id.as_bytes()].concat()
    }
}

fn all_the_same(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    chars.all(|c| Some(c) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_serial_of_a_phone_on_the_cable_tells_a_phone() {
        for (serial, tells) in [
            ("R58M123ABC", true),
            ("1A2B3C4D5E6F", true),
            ("ZY22-4_x9", true),
            ("192.0.2.7:5555", false),
            ("[2001:db8::1]:5555", false),
            ("localhost:58526", false),
            ("adb-R58M123ABC-aB3xYz._adb-tls-connect._tcp", false),
            ("adb-R58M123ABC-aB3xYz._adb-tls-connect._tcp.", false),
            ("emulator-5554", false),
            ("vsock:3:5555", false),
            ("0123456789ABCDEF", false),
            ("123456789", false),
            ("000000000000", false),
            ("????????????", false),
            ("unknown", false),
            ("A1", false),
            ("", false),
            ("R58M\u{1b}[2J", false),
        ] {
            let id = PhoneId::from_adb_serial(serial);
            assert_eq!(id.is_some(), tells, "{serial}");
            assert!(!format!("{id:?}").contains("R58M"));
        }
    }

    #[test]
    fn only_a_udid_tells_an_iphone() {
        let old = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
        let new = "00008110-000A1B2C3D4E5F60";
        for (name, tells) in [
            (old, true),
            (&old.to_uppercase(), true),
            (new, true),
            (&new.to_lowercase(), true),
            ("00008110000A1B2C3D4E5F60", false),
            (&old[1..], false),
            (
                "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567-20261103-091400",
                false,
            ),
            ("phone-17", false),
            ("0000000000000000000000000000000000000000", false),
            ("", false),
        ] {
            assert_eq!(PhoneId::from_backup_folder(name).is_some(), tells, "{name}");
        }
        assert_eq!(
            PhoneId::from_backup_folder(new),
            PhoneId::from_backup_folder(&new.to_lowercase())
        );
        assert!(!format!("{:?}", PhoneId::from_backup_folder(new)).contains("8110"));
    }
}
