//! The backup itself: encrypted, finished, when. It runs first and decides whether what rests on Manifest.db may be
//! read at all.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{AppOnPhone, Line, Reader, Scope, device, missing, origin};
use crate::evidence::{self, Fact, Reading, Subject, Value};
use crate::ios::backup;
use crate::ios::files::{Database, Handle, Missing, Need, Parsed, Place, Plain, Use};
use crate::ios::manifest::FileId;
use crate::ios::plist::{self, Keep};

/// Largest key bag, in bytes.
const MAX_KEY_BAG: usize = 64 << 10;
/// How far apart the dates in the three property lists may be.
const DATES_AGREE: SignedDuration = SignedDuration::from_hours(48);
/// Dates before the first iPhone are placeholders that some tools write.
const FIRST_IPHONE: &str = "2007-06-29T00:00:00Z";

/// The first version of iOS that encrypts Manifest.db too.
const ENCRYPTED_LIST: [u32; 2] = [10, 2];

const FACTS: &[Fact] = &[
    Fact::BackupEncrypted,
    Fact::BackupFinished,
    Fact::BackupHoldsMore,
];

/// Both rest on the lists in the root and on Manifest.db.
const STATE: &[Fact] = &[Fact::BackupEncrypted, Fact::BackupFinished];

/// So many folders beyond those of the settings files are more than settings: a few may hold profile stubs, whose
/// names the program does not know beforehand. A backup of a whole phone fills all 256.
const MORE_THAN_SETTINGS: usize = 16;

/// Reads how the backup is kept: encrypted or not, whole or not, and whether it holds more than settings.
pub struct BackupState;

/// What is known of the backup as a whole.
#[derive(Debug, Clone)]
pub struct State {
    /// Whether the backup is encrypted.
    pub encrypted: Reading,
    /// Whether it ran to its end.
    pub finished: Reading,
    /// The moment that the backup describes.
    pub as_of: Option<Timestamp>,
    /// The newest moment that any of its lists states.
    pub newest: Option<Timestamp>,
    /// Why Info.plist and Manifest.plist cannot be of one backup. Nothing that either of them says counts then.
    pub contradiction: Option<String>,
    /// Why nothing that rests on Manifest.db may be read.
    pub gate: Option<String>,
    /// What a password would have to open: the key bag, and the key of Manifest.db since iOS 10.2. `None` where
    /// nothing is encrypted, or where a password would not help.
    pub lock: Option<Lock>,
    /// What a person should know of the backup as a whole, in sentences.
    pub warnings: Vec<String>,
}

/// The locked parts of an encrypted backup's Manifest.plist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The key bag as it stands in Manifest.plist: its keys are wrapped.
    pub key_bag: Vec<u8>,
    /// The wrapped key of Manifest.db; `None` where that is in clear.
    pub manifest_key: Option<Vec<u8>>,
}

impl Reader for BackupState {
    fn facts(&self) -> &'static [Fact] {
        FACTS
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                Need::read(
                    Place::STATUS,
                    STATE,
                    "SnapshotState (whether the backup ran to its end), Date",
                ),
                Need::read(
                    Place::MANIFEST,
                    STATE,
                    "IsEncrypted, Date; BackupKeyBag and ManifestKey, whose keys open nothing without the password",
                ),
                Need::read(Place::INFO, STATE, "Last Backup Date"),
                device::info(STATE),
                device::manifest(STATE),
                Need::read(
                    Place::Database,
                    STATE,
                    "its header, and the records of the files named here, each found by its exact id; it is never listed",
                ),
                Need {
                    place: Place::Folders,
                    usage: Use::Exists,
                    facts: &[Fact::BackupHoldsMore],
                    keeps: "only which of these folders are there (whether the backup holds more than settings); none is opened or listed",
                },
            ]
        }
    }

    fn keeps(&self, list: Plain, _: &[AppOnPhone]) -> Option<Keep> {
        let own = match list {
            Plain::Status => Keep::keys(&["SnapshotState", "Date"]),
            Plain::Manifest => Keep::keys(&["IsEncrypted", "Date", "BackupKeyBag", "ManifestKey"]),
            Plain::Info => Keep::path(&["Last Backup Date"]),
        };
        Some(match device::keeps(list) {
            Some(stated) => own.or(stated),
            None => own,
        })
    }

    fn read(&self, files: &mut Handle<'_, '_>, _: &Scope<'_>) -> Vec<Line> {
        let state = BackupState::examine(files);
        vec![
            (Fact::BackupEncrypted, Subject::Device, state.encrypted),
            (Fact::BackupFinished, Subject::Device, state.finished),
            (Fact::BackupHoldsMore, Subject::Device, holds_more(files)),
        ]
    }
}

impl BackupState {
    /// Looks at the backup as a whole.
    pub fn examine(files: &mut Handle<'_, '_>) -> State {
        let [status, manifest, info] =
            [Plain::Status, Plain::Manifest, Plain::Info].map(|list| files.list(list));
        let database = files
            .database()
            .unwrap_or_else(|_| Database::Unusable("it was not declared".into()));
        examine(&status, &manifest, &info, &database)
    }
}

/// The state of a backup, from its three property lists and the state of Manifest.db.
pub fn examine(status: &Parsed, manifest: &Parsed, info: &Parsed, database: &Database) -> State {
    let finished = finished(status);
    let versions = device::Versions::from_lists(info, manifest);
    let encrypted = encrypted(manifest, database, &versions);
    let mut warnings = Vec::new();
    let dates = as_of(status, manifest, info, &mut warnings);
    let (as_of, newest) = (dates.map(|d| d.0), dates.map(|d| d.1));
    let contradiction = versions.contradiction();
    // Where there are no settings files, nothing rests on the version.
    if contradiction.is_none() && matches!(database, Database::Clear | Database::Opaque) {
        warnings.extend(versions.unfamiliar());
    }
    let mut gate = gate(contradiction.as_ref(), &finished, &encrypted, database);
    let locked = gate.as_deref() == Some(backup::NEEDS_PASSWORD);
    let lock = locked.then(|| lock(manifest, database)).flatten();
    if locked && lock.is_none() {
        // Nobody is to look for a password that would not help.
        gate = Some(
            "the backup is encrypted, and Manifest.plist lacks the key that its password would open"
                .into(),
        );
    }
    State {
        encrypted,
        finished,
        as_of,
        newest,
        contradiction,
        gate,
        lock,
        warnings,
    }
}

fn lock(manifest: &Parsed, database: &Database) -> Option<Lock> {
    let Ok(Ok(root)) = manifest else {
        return None;
    };
    let key_bag = plist::data(root, &["BackupKeyBag"])
        .ok()
        .flatten()?
        .to_vec();
    let manifest_key = plist::data(root, &["ManifestKey"])
        .ok()
        .flatten()
        .map(<[u8]>::to_vec);
    // An encrypted list without its key cannot be opened, and a list in clear needs none.
    let fits = match database {
        Database::Opaque => manifest_key.is_some(),
        Database::Clear => manifest_key.is_none(),
        _ => false,
    };
    fits.then_some(Lock {
        key_bag,
        manifest_key,
    })
}

fn gate(
    contradiction: Option<&String>,
    finished: &Reading,
    encrypted: &Reading,
    database: &Database,
) -> Option<String> {
    if *database == Database::NotGiven {
        return Some(
            "only one file of the backup was given: its settings files are not at hand".into(),
        );
    }
    // Whose settings they are cannot be told.
    if let Some(why) = contradiction {
        return Some(why.clone());
    }
    match database {
        Database::Missing => {
            return Some(
                "the backup has no Manifest.db, so its settings files cannot be found".into(),
            );
        }
        Database::Old => {
            return Some(
                "the backup is of iOS 9 or older (Manifest.mbdb), whose files this program does not read"
                    .into(),
            );
        }
        _ => {}
    }
    if finished.proved() != Some(&Value::Bool(true)) {
        return Some(match finished.value() {
            Some(_) => "the backup was interrupted, and an interrupted backup can mix old and new files".into(),
            None => "it cannot be told whether the backup was finished, and an interrupted backup can mix old and new files"
                .into(),
        });
    }
    match database {
        Database::Unusable(why) => Some(format!(
            "Manifest.db, the backup's list of files, cannot be used: {why}"
        )),
        Database::Unfinished(name) => Some(format!(
            "{name} beside Manifest.db holds changes that were never finished"
        )),
        _ => match &encrypted.state {
            evidence::State::Unreadable(why) => Some(why.clone()),
            // Before iOS 10.2 the list is in clear all the same; but nothing of an encrypted backup is taken as it lies
            // there.
            evidence::State::Known(Value::Bool(true)) => Some(backup::NEEDS_PASSWORD.into()),
            _ if *database == Database::Opaque => Some(match encrypted.why_unknown() {
                // Whether it is damage or a locked list hangs on what is wrong there.
                Some(why) => {
                    format!("Manifest.db is no database, so it is damaged or encrypted: {why}")
                }
                None => "Manifest.db is damaged: it is not a database".into(),
            }),
            _ => None,
        },
    }
}

fn finished(status: &Parsed) -> Reading {
    let reading = match status {
        Err(Missing::Absent(why) | Missing::Unreadable(why)) => Reading::unreadable(why),
        Ok(Err(why)) => Reading::unreadable(format!("Status.plist: {why}")),
        Ok(Ok(root)) => match plist::string(root, &["SnapshotState"]) {
            Ok(Some("finished")) => Reading::known(Value::Bool(true)),
            Ok(Some(_)) => Reading::known(Value::Bool(false)),
            Ok(None) => Reading::unreadable("Status.plist holds no SnapshotState"),
            Err(why) => Reading::unreadable(why),
        },
    };
    reading.from(origin(Place::STATUS, "SnapshotState"))
}

/// Whether files lie in the backup that no reader could need. More folders than theirs prove it; none besides them is
/// no proof of the contrary, for other files can lie in the same folders.
fn holds_more(files: &mut Handle<'_, '_>) -> Reading {
    let known: BTreeSet<String> = super::REGISTRY
        .iter()
        .flat_map(|reader| reader.needs())
        .filter_map(|need| match need.place {
            Place::File { domain, path } => Some(FileId::of(domain, path).folder().to_owned()),
            _ => None,
        })
        .collect();
    let beyond = match files.database() {
        // Before iOS 10 all files lie side by side.
        Ok(Database::Old | Database::Missing | Database::NotGiven) | Err(_) => Err(
            Missing::unreadable("what else the backup holds was not looked at"),
        ),
        Ok(_) => files.folders_beyond(&known, MORE_THAN_SETTINGS),
    };
    let reading = match beyond {
        Ok(MORE_THAN_SETTINGS..) => Reading::known(Value::Bool(true)),
        Ok(_) => Reading::indicative(Value::Bool(false)),
        Err(why) => missing(&why),
    };
    reading.from(origin(Place::Folders, ""))
}

/// What the header of a key bag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyBag {
    /// The header asks for the key derivation that only encrypted backups since iOS 10.2 use.
    Encrypted,
    /// The header has nothing of it, but says that its keys are wrapped: encrypted before iOS 10.2.
    Wrapped,
    /// The header has nothing of it. Backups in clear have such a key bag, and perhaps encrypted ones before iOS 10.2.
    Silent,
    Damaged,
}

/// Reads the header of a key bag: `tag[4] length[4, big endian] value`, up to the first class (the second UUID).
fn key_bag(mut bytes: &[u8]) -> KeyBag {
    if bytes.len() > MAX_KEY_BAG {
        return KeyBag::Damaged;
    }
    let (mut ids, mut derivation, mut version, mut wrapped) = (0, false, false, false);
    while !bytes.is_empty() {
        let Some((tag, rest)) = bytes.split_first_chunk::<4>() else {
            return KeyBag::Damaged;
        };
        let Some((length, rest)) = rest.split_first_chunk::<4>() else {
            return KeyBag::Damaged;
        };
        let length = u32::from_be_bytes(*length) as usize;
        let Some((value, after)) = rest.split_at_checked(length) else {
            return KeyBag::Damaged;
        };
        match tag {
            b"UUID" => ids += 1,
            b"VERS" => version = true,
            b"DPSL" | b"DPIC" | b"DPWT" if ids < 2 => derivation = true,
            b"WRAP" if ids < 2 => wrapped = value.iter().any(|byte| *byte != 0),
            _ => {}
        }
        bytes = after;
    }
    match (version && ids > 0, derivation, wrapped) {
        (false, _, _) => KeyBag::Damaged,
        (true, true, _) => KeyBag::Encrypted,
        (true, false, true) => KeyBag::Wrapped,
        (true, false, false) => KeyBag::Silent,
    }
}

fn encrypted(manifest: &Parsed, database: &Database, versions: &device::Versions) -> Reading {
    let from_manifest = |reading: Reading| {
        reading
            .from(origin(Place::MANIFEST, "IsEncrypted"))
            .from(origin(Place::MANIFEST, "BackupKeyBag"))
    };
    let root = match manifest {
        Err(why) => return from_manifest(missing(why)),
        Ok(Err(why)) => {
            return from_manifest(Reading::unreadable(format!("Manifest.plist: {why}")));
        }
        Ok(Ok(root)) => root,
    };
    let stated = match plist::boolean(root, &["IsEncrypted"]) {
        Ok(stated) => stated,
        Err(why) => return from_manifest(Reading::unreadable(why)),
    };
    let bag = match plist::data(root, &["BackupKeyBag"]) {
        Ok(Some(bytes)) => Some(key_bag(bytes)),
        Ok(None) => None,
        Err(_) => Some(KeyBag::Damaged),
    };
    let key = match plist::at(root, &["ManifestKey"]) {
        Ok(key) => key.is_some(),
        Err(why) => return from_manifest(Reading::unreadable(why)),
    };
    let database_origin = || origin(Place::Database, "").note("its first 16 bytes");
    let contradiction = "Manifest.plist and Manifest.db contradict each other about whether the backup is encrypted";
    match (stated, bag, key, database) {
        (_, Some(KeyBag::Damaged), _, _) => from_manifest(Reading::unreadable(
            "the key bag in Manifest.plist is damaged",
        )),
        // Since iOS 10.2: the list of files itself is encrypted.
        (Some(true), Some(KeyBag::Encrypted), _, Database::Opaque) => {
            from_manifest(Reading::known(Value::Bool(true))).from(database_origin())
        }
        // Before iOS 10.2: the list is in clear, each file has a key of its own.
        (Some(true), Some(bag @ (KeyBag::Wrapped | KeyBag::Silent)), false, Database::Clear)
            if bag == KeyBag::Wrapped || versions.may_be_before(ENCRYPTED_LIST) =>
        {
            from_manifest(Reading::known(Value::Bool(true)))
                .from(database_origin().note("in clear, as before iOS 10.2"))
        }
        (Some(false), Some(KeyBag::Wrapped | KeyBag::Silent) | None, false, Database::Clear) => {
            from_manifest(Reading::known(Value::Bool(false))).from(database_origin())
        }
        (None, Some(KeyBag::Encrypted), _, Database::Opaque) => {
            from_manifest(Reading::known(Value::Bool(true))).from(database_origin())
        }
        (None, Some(KeyBag::Encrypted), _, Database::Clear) | (None, _, true, Database::Clear) => {
            from_manifest(Reading::unreadable(contradiction)).from(database_origin())
        }
        (None, _, _, _) => from_manifest(Reading::absent("Manifest.plist holds no IsEncrypted")),
        (Some(false), _, _, Database::Opaque) => from_manifest(Reading::unreadable(
            "Manifest.plist says that the backup is not encrypted, but Manifest.db is no database: it is damaged, or \
             encrypted after all",
        ))
        .from(database_origin()),
        (_, _, _, Database::Clear | Database::Opaque) => {
            from_manifest(Reading::unreadable(contradiction)).from(database_origin())
        }
        // Without Manifest.db the key bag has to agree with the statement.
        (Some(true), Some(KeyBag::Encrypted), _, _) => {
            from_manifest(Reading::known(Value::Bool(true)))
        }
        (Some(false), Some(KeyBag::Silent), false, _) => {
            from_manifest(Reading::known(Value::Bool(false)))
        }
        (Some(stated), None | Some(KeyBag::Wrapped | KeyBag::Silent), false, _) => {
            from_manifest(Reading::indicative(Value::Bool(stated)))
        }
        _ => from_manifest(Reading::unreadable(
            "Manifest.plist contradicts itself about whether the backup is encrypted",
        )),
    }
}

/// The moment that the backup describes. Status.plist is written last, so its date is the end of the backup; the
/// others stand in for it; and the newest moment that any of them states. Where they disagree by days, the oldest counts:
/// evidence must never look newer than it is.
fn as_of(
    status: &Parsed,
    manifest: &Parsed,
    info: &Parsed,
    warnings: &mut Vec<String>,
) -> Option<(Timestamp, Timestamp)> {
    let earliest: Timestamp = FIRST_IPHONE.parse().ok()?;
    let date = |parsed: &Parsed, key: &str| match parsed {
        Ok(Ok(root)) => plist::date(root, &[key])
            .ok()
            .flatten()
            .filter(|date| *date >= earliest),
        _ => None,
    };
    let dates = [
        date(status, "Date"),
        date(manifest, "Date"),
        date(info, "Last Backup Date"),
    ];
    let stated = || dates.iter().flatten().copied();
    let (oldest, newest) = (stated().min()?, stated().max()?);
    if newest.duration_since(oldest) > DATES_AGREE {
        warnings.push(format!(
            "The backup's own files give different dates, from {} to {}; the oldest is taken as its date.",
            Value::Date(oldest).for_people(),
            Value::Date(newest).for_people()
        ));
        return Some((oldest, newest));
    }
    Some((stated().next()?, newest))
}

#[cfg(test)]
mod tests {
    use ::plist::Value as Plist;

    use super::*;

    fn tlv(items: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (tag, value) in items {
            out.extend_from_slice(*tag);
            out.extend_from_slice(&(value.len() as u32).to_be_bytes());
            out.extend_from_slice(value);
        }
        out
    }

    #[test]
    fn key_bags() {
        let plain: &[(&[u8; 4], &[u8])] = &[
            (b"VERS", &[0, 0, 0, 5]),
            (b"UUID", &[1; 16]),
            (b"WRAP", &[0; 4]),
        ];
        assert_eq!(key_bag(&tlv(plain)), KeyBag::Silent);
        let mut wrapped = plain.to_vec();
        wrapped[2] = (b"WRAP", &[0, 0, 0, 1]);
        assert_eq!(key_bag(&tlv(&wrapped)), KeyBag::Wrapped);
        let mut locked = plain.to_vec();
        locked.push((b"DPSL", &[9; 20]));
        assert_eq!(key_bag(&tlv(&locked)), KeyBag::Encrypted);
        // After the second UUID the header is over.
        let mut late = plain.to_vec();
        late.push((b"UUID", &[2; 16]));
        late.push((b"DPSL", &[9; 20]));
        late.push((b"WRAP", &[0, 0, 0, 3]));
        assert_eq!(key_bag(&tlv(&late)), KeyBag::Silent);
        for damaged in [&b""[..], b"VERS", b"VERS\0\0\0\xffx", &tlv(plain)[..20]] {
            assert_eq!(key_bag(damaged), KeyBag::Damaged);
        }
        for (case, part) in [("no id", [0, 2]), ("no version", [1, 2])] {
            assert_eq!(
                key_bag(&tlv(&part.map(|n| plain[n]))),
                KeyBag::Damaged,
                "{case}"
            );
        }
        let mut long = plain.to_vec();
        let filler = vec![0; MAX_KEY_BAG - tlv(plain).len() - 8];
        long.push((b"SALT", &filler));
        let mut long = tlv(&long);
        assert_eq!(long.len(), MAX_KEY_BAG);
        assert_eq!(key_bag(&long), KeyBag::Silent);
        long.extend(tlv(&[(b"SALT", &[])]));
        assert_eq!(key_bag(&long), KeyBag::Damaged);
    }

    #[test]
    fn what_a_password_would_open() {
        let bag = |items: &[(&[u8; 4], &[u8])]| {
            let head: [(&[u8; 4], &[u8]); 2] = [(b"VERS", &[0, 0, 0, 5]), (b"UUID", &[1; 16])];
            tlv(&[&head, items].concat())
        };
        let silent = bag(&[(b"WRAP", &[0; 4])]);
        let wrapped = bag(&[(b"WRAP", &[0, 0, 0, 1])]);
        let derived = bag(&[(b"DPSL", &[9; 20])]);
        let key = || Some(vec![3; 44]);
        let needed = backup::NEEDS_PASSWORD;
        let (clear, opaque) = (Database::Clear, Database::Opaque);
        // Whether a key bag is there to open, and why nothing is read until then.
        #[rustfmt::skip]
        let table = [
            ("in clear", Some(false), Some(&silent), None, &clear, false, ""),
            ("since iOS 10.2", Some(true), Some(&derived), key(), &opaque, true, needed),
            ("since, and not stated", None, Some(&derived), key(), &opaque, true, needed),
            ("since, without the list's key", Some(true), Some(&derived), None, &opaque, false, "lacks the key"),
            ("before", Some(true), Some(&wrapped), None, &clear, true, needed),
            ("before, with a key for the list", Some(true), Some(&wrapped), key(), &clear, false, "contradict"),
            ("a list that is none, and nothing stated", None, None, None, &opaque, false, "damaged or encrypted"),
            ("a list that is none, said to be in clear", Some(false), None, None, &opaque, false, "no database"),
        ];
        for (case, stated, bag, key, database, locked, why) in table {
            let entries = [
                ("IsEncrypted", stated.map(Plist::Boolean)),
                ("BackupKeyBag", bag.cloned().map(Plist::Data)),
                ("ManifestKey", key.clone().map(Plist::Data)),
            ];
            let list = |entries: &[(&str, Option<Plist>)]| {
                let entries = entries.iter().cloned();
                let entries = entries.filter_map(|(key, value)| Some((key.to_owned(), value?)));
                Ok(Ok(Plist::Dictionary(entries.collect())))
            };
            let finished = list(&[("SnapshotState", Some("finished".into()))]);
            let state = examine(&finished, &list(&entries), &list(&[]), database);
            let lock = bag.filter(|_| locked).map(|bag| Lock {
                key_bag: bag.clone(),
                manifest_key: key,
            });
            assert_eq!(state.lock, lock, "{case}");
            let gate = state.gate.unwrap_or_default();
            assert_eq!(gate.is_empty(), why.is_empty(), "{case}: {gate}");
            assert!(gate.contains(why), "{case}: {gate}");
        }
    }
}
