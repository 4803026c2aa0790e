//! The plan, the read log and what is really opened are one and the same.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use spotcheck::apps;
use spotcheck::evidence::{Fact, Platform, Request, Subject};
use spotcheck::ios::backup::Backup as Folder;
use spotcheck::ios::files::{Database, Files, Missing, Need, Place, Plain, Store, Use};
use spotcheck::ios::plist::Keep;
use spotcheck::ios::readers::{AppOnPhone, REGISTRY, Reader, Scope};
use spotcheck::ios::{self};

use crate::backup_builder::*;
use crate::common::{OnDisk, on_disk, request};

/// A provider that writes down what it is asked for.
struct Recorder {
    inner: Folder,
    asked: BTreeMap<String, usize>,
    looked_up: BTreeSet<String>,
}

impl Recorder {
    fn of(on_disk: &OnDisk) -> Recorder {
        Recorder {
            inner: Folder::locate(&on_disk.path).expect("a backup"),
            asked: BTreeMap::new(),
            looked_up: BTreeSet::new(),
        }
    }

    fn note(&mut self, what: String) {
        *self.asked.entry(what).or_default() += 1;
    }
}

impl Files for Recorder {
    fn plain(&mut self, which: Plain) -> Result<Vec<u8>, Missing> {
        self.note(which.name().into());
        self.inner.plain(which)
    }

    fn database(&mut self) -> Database {
        self.inner.database()
    }

    fn file(&mut self, domain: &str, path: &str) -> Result<Vec<u8>, Missing> {
        self.note(format!("{domain}-{path}"));
        self.inner.file(domain, path)
    }

    fn exists(&mut self, domain: &str, path: &str) -> Result<bool, Missing> {
        self.looked_up.insert(format!("{domain}-{path}"));
        self.inner.exists(domain, path)
    }

    fn folders_beyond(
        &mut self,
        known: &BTreeSet<String>,
        enough: usize,
    ) -> Result<usize, Missing> {
        self.note(Place::Folders.to_string());
        self.inner.folders_beyond(known, enough)
    }

    fn database_bytes(&self) -> u64 {
        self.inner.database_bytes()
    }
}

const SIGNAL_DOMAIN: &str = "AppDomain-org.whispersystems.signal";
const SIGNAL_SETTINGS: &str = "Library/Preferences/org.whispersystems.signal.plist";

/// A backup that holds everything that any reader asks for.
fn full() -> Backup {
    Backup::compliant()
        .profile("org.example.one", &["com.apple.wifi.managed"])
        .file(HOME, FIND_MY_ACCOUNTS, Content::Raw(vec![1]))
        .file(
            "SysContainerDomain-com.apple.icloud.findmydeviced",
            FIND_MY_ACCOUNTS,
            Content::Raw(vec![1]),
        )
        .file(PROFILES, MDM, Content::Raw(vec![1]))
        .permissions(Permissions {
            in_log: vec![row("kTCCServicePhotos", WHATSAPP, 2)],
            ..Permissions::default()
        })
        .file(HOME, TCC_JOURNAL, Content::Raw(vec![1]))
        // Of an app that no list names.
        .file(SIGNAL_DOMAIN, SIGNAL_SETTINGS, Content::Raw(vec![1]))
}

fn normal(what: &str) -> String {
    match what.split_once("/profile-") {
        Some((start, _)) => format!("{start}/profile-*.stub"),
        None => what.to_owned(),
    }
}

#[test]
fn the_read_log_is_the_plan_for_what_exists() {
    let on_disk = on_disk(&full());
    let evidence = ios::read(&on_disk.path, &request()).expect("a backup");
    let planned: BTreeMap<String, Vec<&str>> = ios::plan(&request())
        .into_iter()
        .map(|item| (item.what, item.why))
        .collect();
    let read: BTreeMap<String, Vec<&str>> = evidence
        .read_log
        .iter()
        .map(|entry| (entry.what.clone(), entry.why.clone()))
        .collect();
    // Copies that are read only where the first is missing.
    let spare = [
        "PublicEffectiveUserSettings.plist",
        "BulletinBoard/SectionInfo.plist",
    ];
    let expected: BTreeMap<_, _> = planned
        .into_iter()
        .filter(|(what, _)| !spare.iter().any(|s| what.ends_with(s)))
        .collect();
    assert_eq!(read, expected);
    for entry in &evidence.read_log {
        assert!(!entry.why.is_empty(), "{}", entry.what);
        let looked_up_only = ["FMIPAccounts.plist", "MDM.plist", "00 to ff", "AppDomain-*"]
            .iter()
            .any(|n| entry.what.ends_with(n));
        assert_eq!(entry.bytes_kept == 0, looked_up_only, "{}", entry.what);
    }
}

#[test]
fn plan_read_log_and_origins_name_a_place_alike() {
    let planned: BTreeSet<String> = ios::plan(&request()).into_iter().map(|i| i.what).collect();
    for backup in [full(), Backup::gaps(), Backup::failing()] {
        let evidence = ios::read(&on_disk(&backup).path, &request()).expect("a backup");
        let origins = evidence
            .readings()
            .flat_map(|(_, _, reading)| &reading.origin);
        for place in origins
            .map(|origin| &origin.place)
            .chain(evidence.read_log.iter().map(|entry| &entry.what))
        {
            assert!(planned.contains(place), "{place} is not in the plan");
        }
    }
}

#[test]
fn each_file_is_read_at_most_once_and_none_undeclared() {
    let on_disk = on_disk(&full());
    let mut recorder = Recorder::of(&on_disk);
    ios::read_from(&mut recorder, &request());
    let planned: BTreeSet<String> = ios::plan(&request()).into_iter().map(|i| i.what).collect();
    for (what, times) in &recorder.asked {
        assert_eq!(*times, 1, "{what}");
        assert!(planned.contains(&normal(what)), "{what} is not in the plan");
    }
    // Only of the app that no list names, and only by these two names.
    let signal = ["", SIGNAL_SETTINGS].map(|path| format!("{SIGNAL_DOMAIN}-{path}"));
    for name in &signal {
        assert!(recorder.looked_up.remove(name), "{name}");
    }
    assert!(planned.contains("AppDomain-*"));
    for what in &recorder.looked_up {
        assert!(planned.contains(what), "{what} is not in the plan");
        assert!(!recorder.asked.contains_key(what), "{what} was opened");
    }
}

#[test]
fn a_reader_can_reach_nothing_that_it_did_not_declare() {
    let on_disk = on_disk(&full());
    let places: BTreeSet<Place> = REGISTRY
        .iter()
        .flat_map(|reader| reader.needs())
        .map(|need| need.place)
        .collect();
    for reader in REGISTRY {
        let mut folder = Folder::locate(&on_disk.path).expect("a backup");
        let mut store = Store::new(&mut folder, BTreeMap::new());
        let declared = |place: Place, usage: Use| {
            reader
                .needs()
                .iter()
                .any(|need: &Need| need.place == place && need.usage == usage)
        };
        for place in &places {
            let mut handle = store.handle(reader.needs());
            if !declared(*place, Use::Read) {
                assert!(handle.bytes(*place).is_err(), "{place}");
                if let Place::Plain(list) = place {
                    assert!(handle.list(*list).is_err(), "{place}");
                }
            }
            if !declared(*place, Use::Exists) {
                assert!(handle.exists(*place).is_err(), "{place}");
            }
        }
        let mut handle = store.handle(reader.needs());
        if !declared(Place::ProfileStubs, Use::Read) {
            let name = stub_path("org.example.one");
            let name = name.rsplit('/').next().expect("a name");
            assert!(handle.profile_stub(name).is_err());
        }
        if !declared(Place::Database, Use::Read) {
            assert!(handle.database().is_err());
        }
        if !declared(Place::AppData, Use::Exists) {
            assert!(matches!(handle.app_data(WHATSAPP), Some(Err(_))));
        }
    }
}

#[test]
fn a_property_list_is_parsed_once_for_all_readers_and_without_identifiers() {
    let on_disk = on_disk(&full());
    let mut folder = Folder::locate(&on_disk.path).expect("a backup");
    let apps = [AppOnPhone {
        id: "whatsapp".into(),
        bundle: WHATSAPP.into(),
    }];
    let mut store = Store::new(&mut folder, kept(REGISTRY, &apps));
    for list in Plain::ALL {
        let mut first = None;
        for reader in REGISTRY {
            let declared = reader
                .needs()
                .iter()
                .any(|need| need.place == Place::Plain(list));
            assert_eq!(declared, reader.keeps(list, &apps).is_some());
            if !declared {
                continue;
            }
            let parsed = store.handle(reader.needs()).list(list);
            let first = first.get_or_insert_with(|| Rc::clone(&parsed));
            assert!(Rc::ptr_eq(first, &parsed), "{}", list.name());
            let text = format!("{parsed:?}");
            assert!(parsed.as_ref().as_ref().is_ok_and(Result::is_ok), "{text}");
            for canary in CANARIES {
                assert!(!text.contains(canary), "{text}");
            }
            assert!(!text.contains("CANARY"), "{text}");
        }
        assert!(first.is_some(), "{}", list.name());
    }
}

#[test]
fn each_reader_keeps_of_the_property_lists_what_it_uses_and_lives_on_no_other() {
    // What is left are documented defaults, which rest on the model and the version.
    let backup = Backup::compliant()
        .model("iPhone12,8")
        .whatsapp_may(&[])
        .without(HOME, BULLETINS)
        .key(HOME, GLOBALS, "LDMGlobalEnabled", None);
    let on_disk = on_disk(&backup);
    let apps = [AppOnPhone {
        id: "whatsapp".into(),
        bundle: WHATSAPP.into(),
    }];
    let request = request();
    let scope = Scope {
        request: &request,
        apps: &apps,
        besides: &[],
    };
    let read = |reader: &dyn Reader, keeping: &[&dyn Reader]| {
        let mut folder = Folder::locate(&on_disk.path).expect("a backup");
        let mut store = Store::new(&mut folder, kept(keeping, &apps));
        reader.read(&mut store.handle(reader.needs()), &scope)
    };
    for reader in REGISTRY {
        let facts = reader.facts();
        let alone = read(*reader, &[*reader]);
        assert_eq!(alone, read(*reader, REGISTRY), "{facts:?}");
        let keeps = Plain::ALL.iter().any(|l| reader.keeps(*l, &apps).is_some());
        assert_eq!(keeps, alone != read(*reader, &[]), "{facts:?}");
    }
}

/// What these readers keep together.
fn kept(readers: &[&dyn Reader], apps: &[AppOnPhone]) -> BTreeMap<Plain, Keep> {
    let of = |list| {
        let keeps = readers.iter().filter_map(|r| r.keeps(list, apps));
        (list, keeps.fold(Keep::nothing(), Keep::or))
    };
    Plain::ALL.into_iter().map(of).collect()
}

#[test]
fn a_declared_place_is_asked_only_for_what_it_has() {
    let on_disk = on_disk(&full());
    let mut folder = Folder::locate(&on_disk.path).expect("a backup");
    let mut store = Store::new(&mut folder, BTreeMap::new());
    let why = |why: &str| Missing::Unreadable(format!("a fault in this program: {why}"));
    for need in REGISTRY.iter().flat_map(|reader| reader.needs()) {
        let needs: &'static [Need] = std::slice::from_ref(need);
        let mut handle = store.handle(needs);
        match (need.place, need.usage) {
            (Place::File { .. }, _) => {}
            (place, Use::Read) => assert_eq!(
                handle.bytes(place).map(|_| ()),
                Err(why("this place has no bytes of its own")),
                "{place}"
            ),
            (place, Use::Exists) => assert_eq!(
                handle.exists(place),
                Err(why("only files of the phone can be looked up")),
                "{place}"
            ),
        }
    }
}

#[test]
fn stubs_are_reached_by_their_exact_name_only() {
    let on_disk = on_disk(&full());
    let mut folder = Folder::locate(&on_disk.path).expect("a backup");
    let mut store = Store::new(&mut folder, BTreeMap::new());
    let management = REGISTRY
        .iter()
        .find(|reader| reader.facts().contains(&Fact::MdmEnrolled))
        .expect("a reader");
    let mut handle = store.handle(management.needs());
    for name in [
        "PayloadManifest.plist",
        "profile-.stub",
        "profile-../../x.stub",
        "",
        "profile-*.stub",
    ] {
        assert!(handle.profile_stub(name).is_err(), "{name}");
    }
}

#[test]
fn every_declared_fact_is_reported_whatever_the_backup() {
    for backup in [
        full(),
        Backup::gaps(),
        Backup::compliant().no_database(),
        Backup::compliant()
            .root_raw("Manifest.plist", "x")
            .root_raw("Info.plist", "x"),
    ] {
        let evidence = ios::read(&on_disk(&backup).path, &request()).expect("a backup");
        for fact in REGISTRY.iter().flat_map(|reader| reader.facts()) {
            let subjects = if fact.is_per_app() {
                vec![Subject::app("whatsapp"), Subject::app("signal")]
            } else {
                vec![Subject::Device]
            };
            for subject in subjects {
                assert!(evidence.has(*fact, &subject), "{fact} of {subject}");
            }
        }
    }
}

#[test]
fn a_narrow_request_reads_little() {
    let backup = on_disk(&full());
    let narrow = Request::new([Fact::LockCredential], Vec::new(), Platform::Ios);
    let evidence = ios::read(&backup.path, &narrow).expect("a backup");
    let read: Vec<_> = evidence.read_log.iter().map(|e| e.what.as_str()).collect();
    assert_eq!(
        read,
        [
            "Status.plist",
            "Manifest.plist",
            "Info.plist",
            "Manifest.db",
            "the folders 00 to ff"
        ]
    );
    for (fact, _, _) in evidence.readings() {
        assert!(narrow.facts.contains(&fact), "{fact}");
    }
}

#[test]
fn whatever_is_asked_for_the_plan_names_all_that_is_read() {
    let backup = on_disk(&full());
    let apps = vec![apps::by_id("whatsapp").expect("in the catalogue").clone()];
    for fact in REGISTRY.iter().flat_map(|reader| reader.facts()) {
        for apps in [Vec::new(), apps.clone()] {
            let request = Request::new([*fact], apps, Platform::Ios);
            let plan = ios::plan(&request);
            let evidence = ios::read(&backup.path, &request).expect("a backup");
            for entry in &evidence.read_log {
                let item = plan
                    .iter()
                    .find(|item| item.what == entry.what)
                    .unwrap_or_else(|| panic!("{fact}: {} is not in the plan", entry.what));
                assert_eq!(item.why, entry.why, "{fact}: {}", entry.what);
            }
        }
    }
    for reader in REGISTRY {
        for need in reader.needs() {
            assert!(
                !need.facts.is_empty() && need.facts.iter().all(|f| reader.facts().contains(f))
            );
        }
    }
}

#[test]
fn every_fact_of_the_catalogue_that_a_backup_can_tell_has_one_reader() {
    let mut read: Vec<Fact> = REGISTRY.iter().flat_map(|r| r.facts()).copied().collect();
    read.sort();
    let count = read.len();
    read.dedup();
    assert_eq!(read.len(), count, "one fact, two readers");
    let derived = [Fact::AppPreviews, Fact::OsSupported, Fact::OsKnownFixes];
    let expected: Vec<Fact> = Fact::ALL
        .iter()
        .copied()
        .filter(|f| f.on().has(Platform::Ios) && !derived.contains(f))
        .collect();
    assert_eq!(read, expected);
}

#[test]
fn apps_without_an_iphone_id_are_never_taken_for_not_installed() {
    let mut app = apps::by_id("whatsapp").expect("in the catalogue").clone();
    app.ios = None;
    let evidence = ios::read(
        &on_disk(&full()).path,
        &Request::everything(vec![app], Platform::Ios),
    )
    .expect("a backup");
    assert_eq!(
        evidence
            .get(Fact::AppInstalled, &Subject::app("whatsapp"))
            .value(),
        None
    );
}

const CHILD: &str = "SPOTCHECK_TEST_READ_THIS_BACKUP";

/// Not a test of its own: reads the backup named in the environment, for the next test to watch.
#[test]
fn child_that_reads_a_backup() {
    if let Some(path) = std::env::var_os(CHILD) {
        ios::read(path.as_ref(), &request()).expect("a backup");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_kernel_saw_exactly_the_planned_files_opened() {
    if std::process::Command::new("strace")
        .arg("--version")
        .output()
        .is_err()
    {
        crate::common::skipped("strace is not installed (Debian: apt-get install strace)");
        return;
    }
    // Without anything that SQLite could change in passing.
    let dir = tempfile::tempdir().expect("a folder");
    let root = full().build(&dir.path().join("backup"));
    let trace = dir.path().join("trace");
    let output = std::process::Command::new("strace")
        .args([
            "-f",
            "-e",
            "trace=open,openat,creat,unlink,unlinkat,rename,renameat2,mkdir,mkdirat",
            "-s",
            "4096",
            "-o",
        ])
        .arg(&trace)
        .arg(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "declared::child_that_reads_a_backup",
            "--test-threads=1",
        ])
        .env(CHILD, &root)
        .output()
        .expect("strace");
    if !output.status.success() {
        crate::common::skipped("strace may not trace here");
        return;
    }
    let text = std::fs::read_to_string(&trace).expect("a trace");
    let prefix = format!("\"{}/", root.display());
    let mut opened = BTreeSet::new();
    for line in text.lines().filter(|line| line.contains(&prefix)) {
        assert!(
            line.contains("openat(") && line.contains("O_RDONLY"),
            "{line}"
        );
        let rest = line.split(&prefix).nth(1).expect("a path");
        opened.insert(rest.split('"').next().expect("a path").to_owned());
    }
    let evidence = ios::read(&root, &request()).expect("a backup");
    let expected: BTreeSet<String> = evidence
        .read_log
        .iter()
        .filter(|entry| entry.bytes_kept > 0)
        .map(|entry| match entry.what.split_once("-Library/") {
            None => entry.what.clone(),
            Some((domain, _)) if entry.what.ends_with(".stub") => {
                in_folder(domain, &stub_path("org.example.one"))
            }
            Some((domain, path)) => in_folder(domain, &format!("Library/{path}")),
        })
        .collect();
    assert_eq!(opened, expected);
}

#[cfg(target_os = "linux")]
fn in_folder(domain: &str, path: &str) -> String {
    let id = file_id(domain, path);
    format!("{}/{id}", &id[..2])
}
