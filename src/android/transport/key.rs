//! The key by which phones know this computer, where no ADB server brings one: adb's own if it is there, else one that
//! is made once and kept. A phone asks its person about a key that it has not seen, so a new one at every audit would
//! be asked about at every audit.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey};

use super::names;
use crate::bounded;
use crate::evidence::SourceError;
use crate::private;
use crate::system::{self, Environment, System};
use crate::whole::{Existing, WholeFile};

/// Phones take keys of this length alone.
const BITS: usize = 2048;

/// The most that a file of a key may hold, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// Where keys are on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPlaces {
    /// That of adb, which adb makes when it is first used.
    pub adb: Option<PathBuf>,
    /// That of this program, for where adb never ran.
    pub own: Option<PathBuf>,
}

impl KeyPlaces {
    /// Those of the person who runs this program.
    pub fn here() -> KeyPlaces {
        KeyPlaces::of(System::here(), &system::environment)
    }

    fn of(system: System, environment: Environment<'_>) -> KeyPlaces {
        let adb = environment("ANDROID_USER_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(system::home(system, environment)?.join(".android")));
        KeyPlaces {
            adb: adb.map(|folder| folder.join("adbkey")),
            own: system::config_folder(system, environment).map(|folder| folder.join("adbkey")),
        }
    }

    /// A key that is there and sound; made now if there is none.
    ///
    /// # Errors
    /// A key that others can read, one that is damaged, a folder that does not answer in time or takes no file.
    pub(super) fn ready(&self, end: Instant) -> Result<PathBuf, SourceError> {
        // A home folder on a network can hang for ever.
        let places = self.clone();
        let left = end.saturating_duration_since(Instant::now());
        let found = names::in_time(left, move || places.found())
            .unwrap_or_else(|names::Late| Err(self.late()))?;
        if let Some(path) = found {
            return Ok(path);
        }
        let own = self.own.clone().ok_or_else(|| {
            SourceError::new(
                "There is no home folder, so the key by which phones know this computer has no place.",
                "Set HOME (on Windows APPDATA) to your own folder and run the same command again.",
            )
        })?;
        make(&own)?;
        Ok(own)
    }

    fn found(&self) -> Result<Option<PathBuf>, SourceError> {
        if let Some(path) = self.adb.as_ref().filter(|path| is_there(path))
            && tellable(&read(path)?)
        {
            return Ok(Some(path.clone()));
        }
        if let Some(path) = self.own.as_ref().filter(|path| is_there(path)) {
            check(path)?;
            return Ok(Some(path.clone()));
        }
        Ok(None)
    }

    fn late(&self) -> SourceError {
        let places: Vec<String> = [&self.adb, &self.own]
            .into_iter()
            .flatten()
            .map(|path| path.display().to_string())
            .collect();
        SourceError::new(
            format!(
                "The key by which phones know this computer could not be read in time ({}).",
                places.join(" or ")
            ),
            "Check that your home folder can be reached and run the same command again. If it is on a network that \
             hangs, set ANDROID_USER_HOME to a folder on this computer.",
        )
    }
}

/// A link that leads nowhere counts: it was put there, and is not written through.
fn is_there(path: &Path) -> bool {
    match path.symlink_metadata() {
        Ok(_) => true,
        Err(e) => !matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// Whether a phone can be told the public half of this key.
///
/// Beside the modulus a phone is sent 2^4096 modulo it, for its arithmetic. For one key in 256 that number is a byte or
/// more shorter than the modulus; adb_client 3.2 sends it as short as it is, and no phone takes what is left.
fn tellable(key: &RsaPrivateKey) -> bool {
    let factor = (BigUint::from(1_u8) << (2 * BITS)) % key.n();
    factor.bits().div_ceil(8) == BITS / 8
}

fn damaged(path: &Path, why: &str) -> SourceError {
    SourceError::new(
        format!(
            "The key by which phones know this computer cannot be used: {} ({why}).",
            path.display()
        ),
        "Move that file away and run the same command again. The phone then asks once more: tap Allow.",
    )
}

/// That there is a key here which phones take.
fn check(path: &Path) -> Result<(), SourceError> {
    match tellable(&read(path)?) {
        true => Ok(()),
        false => Err(damaged(
            path,
            "it is one of the few that cannot be told to a phone",
        )),
    }
}

fn read(path: &Path) -> Result<RsaPrivateKey, SourceError> {
    let name = path.display();
    let damaged = |why: &str| damaged(path, why);
    let there = path.metadata().map_err(|e| damaged(&e.to_string()))?;
    // Reading a pipe would wait for whoever writes to it.
    if !there.is_file() {
        return Err(damaged("it is no ordinary file"));
    }
    // It is given to phones as proof of who asks, so nobody else may have it.
    if private::others_may_read(&there) {
        return Err(SourceError::new(
            format!(
                "Other people on this computer can read the key by which phones know it: {name}."
            ),
            format!("Run `chmod 600 '{name}'`, then the same command again."),
        ));
    }
    let text = zeroize::Zeroizing::new(
        bounded::text(path, MAX_FILE).map_err(|e| damaged(&e.to_string()))?,
    );
    let key = RsaPrivateKey::from_pkcs8_pem(&text)
        .map_err(|_| damaged("it is no private key in the form that adb writes"))?;
    if key.n().bits() != BITS {
        return Err(damaged("it is not of the length that phones take"));
    }
    Ok(key)
}

fn make(path: &Path) -> Result<(), SourceError> {
    let kept = |e: &dyn std::fmt::Display| {
        SourceError::new(
            format!(
                "The key by which phones know this computer could not be kept in {}: {e}.",
                path.display()
            ),
            "Make sure that you can write to that folder and that the disk is not full. Then run the same command \
             again.",
        )
    };
    let file = folder_of(path).and_then(|()| WholeFile::open(path, Existing::Keep));
    let file = match file {
        Ok(file) => file,
        // Another run was as far as this one, and faster.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return check(path),
        Err(e) => return Err(kept(&e)),
    };
    let key = loop {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).map_err(|e| kept(&e))?;
        if tellable(&key) {
            break key;
        }
    };
    let text = key.to_pkcs8_pem(LineEnding::LF).map_err(|e| kept(&e))?;
    match file.fill(text.as_bytes()) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => check(path),
        Err(e) => Err(kept(&e)),
    }
}

/// Makes the folder for this file, open to this person alone.
fn folder_of(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) else {
        return Ok(());
    };
    private::new_folder(folder)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;
    use std::io::Write as _;
    use std::time::Duration;

    use super::*;

    fn ready(places: &KeyPlaces) -> Result<PathBuf, SourceError> {
        places.ready(Instant::now() + Duration::from_secs(60))
    }

    fn places(folder: &Path) -> KeyPlaces {
        KeyPlaces {
            adb: Some(folder.join("home/.android/adbkey")),
            own: Some(folder.join("home/.config/spotcheck/adbkey")),
        }
    }

    #[test]
    fn where_keys_are() {
        let all = |name: &str| match name {
            "HOME" | "USERPROFILE" => Some(OsString::from("/home/a")),
            "APPDATA" => Some(OsString::from("/roaming")),
            _ => None,
        };
        for (system, own) in [
            (System::Other, "/home/a/.config/spotcheck/adbkey"),
            (
                System::Mac,
                "/home/a/Library/Application Support/spotcheck/adbkey",
            ),
            (System::Windows, "/roaming/spotcheck/adbkey"),
        ] {
            let places = KeyPlaces::of(system, &all);
            assert_eq!(places.own, Some(PathBuf::from(own)));
            assert_eq!(places.adb, Some(PathBuf::from("/home/a/.android/adbkey")));
        }
        let moved = |name: &str| match name {
            "ANDROID_USER_HOME" => Some(OsString::from("/else")),
            other => all(other),
        };
        let places = KeyPlaces::of(System::Other, &moved);
        assert_eq!(places.adb, Some(PathBuf::from("/else/adbkey")));
    }

    #[test]
    fn a_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let places = places(folder.path());
        let path = ready(&places).expect("a key");
        assert_eq!(Some(&path), places.own.as_ref());
        let first = fs::read(&path).expect("a file");
        assert_eq!(ready(&places), Ok(path.clone()));
        assert_eq!(fs::read(&path).expect("a file"), first);
        // Nothing but the key.
        let beside = fs::read_dir(path.parent().expect("a folder")).expect("listed");
        assert_eq!(beside.count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            for (path, mode) in [(path.as_path(), 0o600), (path.parent().expect("it"), 0o700)] {
                let there = path.metadata().expect("there").permissions().mode();
                assert_eq!(there & 0o777, mode, "{}", path.display());
            }
        }

        // adb's own goes first, and nothing is made beside it.
        let adb = places.adb.clone().expect("a path");
        fs::create_dir_all(adb.parent().expect("a folder")).expect("made");
        fs::rename(&path, &adb).expect("moved");
        assert_eq!(ready(&places), Ok(adb));
        assert!(!path.exists());
    }

    #[test]
    fn a_key_that_cannot_be_used_is_told_and_left_alone() {
        for (text, mode, says) in [
            ("", 0o600, "Move that file away"),
            ("no key", 0o600, "Move that file away"),
            (
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                0o600,
                "Move that file away",
            ),
            ("whatever", 0o644, "chmod 600"),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let places = places(folder.path());
            let path = places.own.clone().expect("a path");
            folder_of(&path).expect("made");
            fs::write(&path, text).expect("written");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            }
            #[cfg(not(unix))]
            let _: i32 = mode;
            let error = ready(&places).expect_err("no key");
            assert!(error.next.contains(says) || cfg!(not(unix)), "{error}");
            assert!(error.what.contains("adbkey"), "{error}");
            assert_eq!(fs::read_to_string(&path).expect("a file"), text);
        }
    }

    #[test]
    fn files_that_hold_no_key_of_the_right_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("adbkey");
        let says = |what: &str| {
            let error = read(&path).expect_err("no key");
            assert!(error.what.contains(what), "{error}");
        };
        #[cfg(unix)]
        says("No such file");
        fs::create_dir(&path).expect("made");
        says("it is no ordinary file");
        fs::remove_dir(&path).expect("removed");
        let short = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 512).expect("a key");
        let short = short.to_pkcs8_pem(LineEnding::LF).expect("written");
        let long = "x".repeat(usize::try_from(MAX_FILE).expect("a length") + 1);
        for (text, what) in [
            (short.as_str(), "it is not of the length that phones take"),
            (long.as_str(), "it is longer than"),
        ] {
            let mut file = fs::File::create(&path).expect("made");
            file.write_all(text.as_bytes()).expect("written");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
            }
            says(what);
        }
    }

    /// A key, made for this test, whose factor is shorter than its modulus.
    fn untellable() -> RsaPrivateKey {
        let number = |hex: &str| BigUint::parse_bytes(hex.as_bytes(), 16).expect("a number");
        let primes = vec![
            number(
                "f8e771b6ad70b4f63e3a8f4a6a303f0306d8accbfebdfb5bec62a89d44171261\
         f080f78a452ff56911c0b482d90438d38be826c50ae9316a722e8edeba0a4531\
         91d24c5e51bf9d8d0d88d7dbc77a6e6e262b87ef91622f9a37145f8f1cdd5732\
         47a7adbf12f220faddd0963ea9a0c02ed3c12d529a9a0ce0e7748c10aaf97457",
            ),
            number(
                "e6ffb6e60fb03b16ab5cd0b52a411f15bfed46c98b8ca00ac2b04e004789ba98\
         4fb9e15d32ee7a9ded9400f2ca216bb4e1a0b7529e59b2dea0b44a305b1ec2da\
         c8f2a203d799c272c730ef84204399f44405de724c2080ac685f675afae1b00e\
         c18eeb10ca303afc1d1c8c6a1d87ff63cac6e4b884fb39370d2f30533ad28839",
            ),
        ];
        RsaPrivateKey::from_primes(primes, BigUint::from(65_537_u32)).expect("a key")
    }

    #[test]
    fn a_key_that_cannot_be_told_to_a_phone_is_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let places = places(folder.path());
        let (adb, own) = (
            places.adb.clone().expect("it"),
            places.own.clone().expect("it"),
        );
        let text = untellable().to_pkcs8_pem(LineEnding::LF).expect("text");
        folder_of(&adb).expect("made");
        fs::write(&adb, &text).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&adb, fs::Permissions::from_mode(0o600)).expect("set");
        }
        assert_eq!(ready(&places), Ok(own.clone()), "adb's own is passed over");
        assert!(tellable(&read(&own).expect("a key")));

        fs::rename(&adb, &own).expect("moved");
        let error = ready(&places).expect_err("it");
        assert!(error.what.contains("cannot be told to a phone"), "{error}");
        assert!(error.next.contains("Move that file away"), "{error}");
    }

    /// Opening a pipe to which nobody writes waits for ever.
    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_told_and_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let places = places(folder.path());
        let path = places.adb.clone().expect("a path");
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()), "a pipe");
        let pipe = ready(&places).expect_err("a pipe");
        fs::remove_file(&path).expect("removed");
        fs::create_dir(&path).expect("made");
        let directory = ready(&places).expect_err("a folder");
        for error in [pipe, directory] {
            assert!(error.what.contains("no ordinary file"), "{error}");
            assert!(error.next.contains("Move that file away"), "{error}");
        }
    }

    #[test]
    fn a_home_that_does_not_answer_in_time_is_told() {
        let error = places(Path::new("/synthetic")).late();
        assert!(
            error.what.contains("/synthetic/home/.android/adbkey"),
            "{error}"
        );
        assert!(error.next.contains("ANDROID_USER_HOME"), "{error}");
    }

    #[test]
    fn where_no_key_can_be_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("home"), "a file, no folder").expect("written");
        let error = ready(&places(folder.path())).expect_err("no folder");
        assert!(error.what.contains("could not be kept"), "{error}");
        let nowhere = KeyPlaces {
            adb: None,
            own: None,
        };
        assert!(ready(&nowhere).is_err());
    }
}
