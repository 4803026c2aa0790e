//! Each fact about an app, each way it can be.

use plist::Value as P;
use spotcheck::evidence::{Fact, Subject, Value};

use crate::backup_builder::*;
use crate::common::{Expect, check, indicative, known, read};

const PHOTOS: &str = "kTCCServicePhotos";
const ADD: &str = "kTCCServicePhotosAdd";
const CONTACTS: &str = "kTCCServiceAddressBook";

const APP_DOMAIN: &str = "AppDomain-net.whatsapp.WhatsApp";
const APP_SETTINGS: &str = "Library/Preferences/net.whatsapp.WhatsApp.plist";

/// Services and values.
type Grants = &'static [(&'static str, i64)];

fn base() -> Backup {
    Backup::compliant()
}

#[test]
fn installed() {
    let list = |items: &[&str]| {
        base().root_key(
            "Info.plist",
            "Installed Applications",
            Some(P::Array(items.iter().map(|i| P::from(*i)).collect())),
        )
    };
    let key = format!("Applications.{WHATSAPP}");
    let app_file = |b: Backup| {
        b.file(
            APP_DOMAIN,
            APP_SETTINGS,
            Content::Raw(b"CANARY-MESSAGE-TEXT".to_vec()),
        )
    };
    let not_in_manifest = |b: Backup| b.root_key("Manifest.plist", &key, None);
    let no = known(false);
    let yes = known(true);
    for (case, backup, expect) in [
        ("both", base(), yes.clone()),
        ("Info.plist only", not_in_manifest(base()), yes.clone()),
        (
            "Manifest.plist only",
            list(&["com.example.other"]),
            yes.clone(),
        ),
        (
            "neither",
            not_in_manifest(list(&["com.example.other"])),
            no.clone(),
        ),
        (
            "not in Info.plist, no list in Manifest.plist",
            list(&["com.example.other"]).root_key("Manifest.plist", "Applications", None),
            no.clone(),
        ),
        (
            "Info.plist empty, no list in Manifest.plist",
            list(&[]).root_key("Manifest.plist", "Applications", None),
            Expect::Unreadable,
        ),
        (
            "both lists empty",
            list(&[]).root_key("Manifest.plist", "Applications", Some(dict([]))),
            Expect::Unreadable,
        ),
        (
            "Info.plist empty, other apps in Manifest.plist",
            not_in_manifest(list(&[])),
            Expect::Unreadable,
        ),
        (
            "Manifest.plist empty, other apps in Info.plist",
            list(&["com.example.other"]).root_key("Manifest.plist", "Applications", Some(dict([]))),
            Expect::Unreadable,
        ),
        (
            "Info.plist empty, in Manifest.plist",
            list(&[]),
            yes.clone(),
        ),
        (
            "no list names it, but its folder is in the backup",
            not_in_manifest(list(&["com.example.other"])).file(
                APP_DOMAIN,
                "",
                Content::Raw(Vec::new()),
            ),
            Expect::Unreadable,
        ),
        (
            "no list names it, but its settings are in the backup",
            app_file(not_in_manifest(list(&["com.example.other"]))),
            Expect::Unreadable,
        ),
        (
            "the same, and the backup is not whole",
            app_file(not_in_manifest(list(&["com.example.other"]))).root_key(
                "Status.plist",
                "SnapshotState",
                Some("uploading".into()),
            ),
            no,
        ),
        (
            "no list names it, and its settings lie there unlisted",
            app_file(not_in_manifest(list(&["com.example.other"])))
                .unlisted(APP_DOMAIN, APP_SETTINGS),
            Expect::Unreadable,
        ),
        (
            "not in Info.plist, Manifest.plist damaged",
            list(&[]).root_raw("Manifest.plist", "x"),
            Expect::Unreadable,
        ),
        (
            "Info.plist damaged, in Manifest.plist",
            base().root_raw("Info.plist", "x"),
            yes.clone(),
        ),
        (
            "Info.plist damaged, not in Manifest.plist",
            not_in_manifest(base().root_raw("Info.plist", "x")),
            Expect::Unreadable,
        ),
        (
            "no list at all",
            base()
                .root_key("Info.plist", "Installed Applications", None)
                .root_key("Manifest.plist", "Applications", None),
            Expect::Unreadable,
        ),
        (
            "the list is text",
            not_in_manifest(base().root_key(
                "Info.plist",
                "Installed Applications",
                Some(WHATSAPP.into()),
            )),
            Expect::Unreadable,
        ),
        (
            "the list names apps in another way",
            not_in_manifest(base().root_key(
                "Info.plist",
                "Installed Applications",
                Some(P::Array(vec![dict([("id", WHATSAPP.into())])])),
            )),
            Expect::Unreadable,
        ),
    ] {
        let evidence = read(&backup);
        check(
            case,
            &evidence,
            Fact::AppInstalled,
            &Subject::app("whatsapp"),
            &expect,
        );
        // An app that cannot be told leaves the audit with something unseen, and only that does.
        let untold = ["whatsapp", "signal"].iter().any(|app| {
            evidence
                .get(Fact::AppInstalled, &Subject::app(app))
                .value()
                .is_none()
        });
        assert_eq!(untold, !evidence.apps_unseen.is_empty(), "{case}");
    }
}

#[test]
fn a_list_of_another_form_is_no_list_without_the_app() {
    for applications in [P::from(WHATSAPP), P::Array(vec![WHATSAPP.into()])] {
        let installed = vec![P::from("com.example.other")];
        let evidence = read(
            &base()
                .root_key(
                    "Info.plist",
                    "Installed Applications",
                    Some(P::Array(installed)),
                )
                .root_key("Manifest.plist", "Applications", Some(applications)),
        );
        let reading = evidence.get(Fact::AppInstalled, &Subject::app("whatsapp"));
        assert_eq!(
            reading.why_unknown(),
            Some(
                "Info.plist does not list it, and Manifest.plist cannot be used: \
                 Applications in Manifest.plist is no dictionary"
            ),
            "{reading:?}"
        );
    }
}

#[test]
fn version() {
    let key = format!("Applications.{WHATSAPP}");
    let entry = |app: P| base().root_key("Manifest.plist", &key, Some(app));
    let at = |v: P| entry(dict([("CFBundleVersion", v)]));
    for (case, backup, expect) in [
        ("stated", base(), known(Value::text("2.26.40"))),
        ("not stated", entry(dict([])), Expect::Absent),
        ("empty", at("".into()), Expect::Absent),
        ("number", at(2.into()), Expect::Unreadable),
    ] {
        let whatsapp = Subject::app("whatsapp");
        check(case, &read(&backup), Fact::AppVersion, &whatsapp, &expect);
    }
}

#[test]
fn other_messaging_apps_are_found_where_the_id_is_known() {
    use spotcheck::{apps, ios};
    let list = ["com.burbn.instagram", "com.example.other", WHATSAPP];
    let backup = base().root_key(
        "Info.plist",
        "Installed Applications",
        Some(P::Array(list.iter().map(|i| P::from(*i)).collect())),
    );
    let request = crate::common::request();
    let besides = apps::besides(&request.apps);
    let on_disk = crate::common::on_disk(&backup);
    let few = ios::read(&on_disk.path, &request).expect("a backup");
    let evidence = ios::read(&on_disk.path, &request.noticing(besides)).expect("a backup");
    let get = |id: &str| evidence.get(Fact::AppInstalled, &Subject::app(id));
    for (id, expected) in [
        ("instagram", known(true)),
        ("whatsapp", known(true)),
        ("signal", known(false)),
        ("discord", known(false)),
        // There is no such app for iPhones.
        ("google-messages", known(false)),
        // An id that may be wrong proves nothing.
        ("microsoft-copilot", indicative(false)),
    ] {
        check(
            id,
            &evidence,
            Fact::AppInstalled,
            &Subject::app(id),
            &expected,
        );
    }
    for (id, why) in [
        ("pando", "does not know this app's id on iPhone: ask"),
        ("siilo", "does not know this app's id on iPhone: ask"),
        ("apple-messages", "comes with every iPhone"),
    ] {
        let reading = get(id);
        assert!(reading.beyond_reach(), "{id}");
        assert!(
            reading.why_unknown().is_some_and(|w| w.contains(why)),
            "{id}: {reading:?}"
        );
    }
    // No more files are opened for them, and nothing else is read of them.
    let opened = |e: &spotcheck::evidence::Evidence| {
        e.read_log
            .iter()
            .map(|entry| entry.what.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(opened(&few), opened(&evidence));
    for (fact, subject, _) in evidence.readings() {
        if *subject == Subject::app("instagram") {
            assert_eq!(fact, Fact::AppInstalled);
        }
        assert_ne!(*subject, Subject::app("com.example.other"));
    }
    assert!(evidence.apps_unseen.is_empty());
}

#[test]
fn nothing_is_looked_up_for_an_app_that_is_not_installed() {
    let evidence = read(
        &base()
            .section("org.whispersystems.signal", Section::new(2, 1, 2))
            .permissions(Permissions {
                rows: vec![row(PHOTOS, "org.whispersystems.signal", 2)],
                ..Permissions::default()
            }),
    );
    let signal = Subject::app("signal");
    check(
        "signal",
        &evidence,
        Fact::AppInstalled,
        &signal,
        &known(false),
    );
    for fact in [
        Fact::AppPhotos,
        Fact::AppNotificationsPreviews,
        Fact::AppVersion,
    ] {
        let expect = Expect::Absent;
        check("signal", &evidence, fact, &signal, &expect);
    }
}

#[test]
fn permissions_since_ios_14() {
    #[rustfmt::skip]
    let table: Vec<(&str, Grants, [Expect; 3])> = vec![
        ("never asked", &[], [known("none"), known(false), known("none")]),
        ("denied", &[(PHOTOS, 0), (ADD, 0), (CONTACTS, 0)], [known("none"), known(false), known("none")]),
        ("full", &[(PHOTOS, 2), (CONTACTS, 2)], [known("full"), known(true), known("full")]),
        ("limited", &[(PHOTOS, 3), (CONTACTS, 3)], [known("limited"), known(true), known("limited")]),
        ("add only in Photos", &[(PHOTOS, 4)], [indicative("add-only"), indicative(true), known("none")]),
        ("add", &[(ADD, 2)], [known("none"), known(true), known("none")]),
        ("add only", &[(ADD, 4)], [known("none"), indicative(true), known("none")]),
        ("add only, library full", &[(PHOTOS, 2), (ADD, 4)], [known("full"), known(true), known("none")]),
        ("add denied, library full", &[(PHOTOS, 2), (ADD, 0)], [known("full"), known(true), known("none")]),
        ("unknown", &[(PHOTOS, 1), (CONTACTS, 1)], [Expect::Unreadable, Expect::Unreadable, Expect::Unreadable]),
        ("unfamiliar", &[(PHOTOS, 5), (ADD, 6), (CONTACTS, 4)], [Expect::Unreadable, Expect::Unreadable, Expect::Unreadable]),
        ("limited adding", &[(ADD, 3)], [known("none"), Expect::Unreadable, known("none")]),
        ("negative", &[(PHOTOS, -1)], [Expect::Unreadable, Expect::Unreadable, known("none")]),
    ];
    for (case, grants, expected) in table {
        let evidence = read(&base().whatsapp_may(grants));
        for (fact, expect) in [Fact::AppPhotos, Fact::AppPhotosAdd, Fact::AppContacts]
            .iter()
            .zip(&expected)
        {
            check(case, &evidence, *fact, &Subject::app("whatsapp"), expect);
        }
    }
}

#[test]
fn a_permission_of_an_unfamiliar_kind_is_named() {
    for (fact, service, value) in [
        (Fact::AppPhotos, PHOTOS, 5),
        (Fact::AppPhotosAdd, ADD, 3),
        (Fact::AppContacts, CONTACTS, 4),
    ] {
        let evidence = read(&base().whatsapp_may(&[(service, value)]));
        let reading = evidence.get(fact, &Subject::app("whatsapp"));
        let why = format!("auth_value in TCC.db is {value}, which is unfamiliar");
        assert_eq!(reading.why_unknown(), Some(why.as_str()), "{fact}");
    }
}

#[test]
fn permissions_of_ios_12_and_13() {
    for (case, value, expect) in [
        ("denied", Some(0), known("none")),
        ("allowed", Some(1), known("full")),
        ("never asked", None, known("none")),
        ("unfamiliar", Some(2), Expect::Unreadable),
    ] {
        let evidence = read(
            &base().permissions(Permissions {
                old_schema: true,
                rows: value
                    .map(|v| row(PHOTOS, WHATSAPP, v))
                    .into_iter()
                    .collect(),
                ..Permissions::default()
            }),
        );
        check(
            case,
            &evidence,
            Fact::AppPhotos,
            &Subject::app("whatsapp"),
            &expect,
        );
    }
}

#[test]
fn rows_that_only_the_log_holds_count() {
    let evidence = read(&base().permissions(Permissions {
        rows: vec![row(PHOTOS, WHATSAPP, 0)],
        in_log: vec![row(ADD, WHATSAPP, 2), row(CONTACTS, WHATSAPP, 2)],
        ..Permissions::default()
    }));
    let whatsapp = Subject::app("whatsapp");
    check("log", &evidence, Fact::AppPhotos, &whatsapp, &known("none"));
    check(
        "log",
        &evidence,
        Fact::AppPhotosAdd,
        &whatsapp,
        &known(true),
    );
    check(
        "log",
        &evidence,
        Fact::AppContacts,
        &whatsapp,
        &known("full"),
    );
}

#[test]
fn a_permission_database_that_cannot_be_trusted_proves_nothing() {
    let contents = |rows: Vec<(String, String, i64, i64)>| {
        base().permissions(Permissions {
            rows,
            ..Permissions::default()
        })
    };
    let log = |bytes: Vec<u8>| base().file(HOME, TCC_WAL, Content::Raw(bytes));
    let tcc = |bytes: &[u8]| base().file(HOME, TCC, Content::Raw(bytes.to_vec()));
    for (case, backup, expect) in [
        ("missing", base().without(HOME, TCC), Expect::Absent),
        ("empty", tcc(b""), Expect::Unreadable),
        ("garbage", tcc(&[0x5e; 8192]), Expect::Unreadable),
        (
            "magic and garbage",
            tcc(&[b"SQLite format 3\0".as_slice(), &[0x5e; 8192]].concat()),
            Expect::Unreadable,
        ),
        (
            "a client of another kind",
            contents(vec![(PHOTOS.into(), WHATSAPP.into(), 1, 0)]),
            Expect::Unreadable,
        ),
        (
            "contradicting rows",
            contents(vec![
                row(PHOTOS, WHATSAPP, 0),
                (PHOTOS.into(), WHATSAPP.into(), 1, 2),
            ]),
            Expect::Unreadable,
        ),
        ("garbage log", log(vec![7; 5000]), Expect::Unreadable),
        (
            "a stump of a log",
            log(vec![0x37, 0x7f, 6, 0x82]),
            Expect::Unreadable,
        ),
        ("an empty log", log(Vec::new()), known("none")),
        (
            "a log that is listed but not there",
            log(vec![1]).unwritten(HOME, TCC_WAL),
            Expect::Unreadable,
        ),
        (
            "a log that is there but not listed",
            log(vec![1]).unlisted(HOME, TCC_WAL),
            Expect::Unreadable,
        ),
        (
            "a log with a key of its own",
            log(vec![1]).keyed(HOME, TCC_WAL),
            Expect::Unreadable,
        ),
    ] {
        let evidence = read(&backup);
        check(
            case,
            &evidence,
            Fact::AppPhotos,
            &Subject::app("whatsapp"),
            &expect,
        );
    }
}

/// A TCC.db that was changed by hand.
fn changed(sql: &str) -> Backup {
    let (bytes, _) = payload(&Content::Permissions(Permissions {
        rows: vec![
            row(PHOTOS, WHATSAPP, 2),
            row(CONTACTS, "com.example.other", 2),
        ],
        ..Permissions::default()
    }));
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("TCC.db");
    std::fs::write(&path, bytes).expect("the database");
    let db = rusqlite::Connection::open(&path).expect("a database");
    db.execute_batch(&format!("PRAGMA journal_mode = DELETE; {sql}"))
        .expect("a change");
    drop(db);
    let bytes = std::fs::read(&path).expect("the database");
    base().file(HOME, TCC, Content::Raw(bytes))
}

#[test]
fn rows_of_another_type_are_never_taken_for_no_row() {
    let loose = "CREATE TABLE rows AS SELECT * FROM access; DROP TABLE access; \
                 CREATE TABLE access (service, client, client_type, auth_value); \
                 INSERT INTO access SELECT service, client, client_type, auth_value FROM rows;";
    for (case, sql, expect) in [
        ("untouched", String::new(), known("full")),
        ("of any type, and right", loose.to_owned(), known("full")),
        (
            "service",
            "UPDATE access SET service = CAST(service AS BLOB)".into(),
            Expect::Unreadable,
        ),
        (
            "client",
            "UPDATE access SET client = CAST(client AS BLOB)".into(),
            Expect::Unreadable,
        ),
        (
            "client of another row",
            "UPDATE access SET client = x'00' WHERE client LIKE '%other'".into(),
            Expect::Unreadable,
        ),
        (
            "value of another row",
            "UPDATE access SET auth_value = 'x' WHERE client LIKE '%other'".into(),
            Expect::Unreadable,
        ),
        (
            "a number as text",
            format!("{loose} UPDATE access SET auth_value = '0'"),
            Expect::Unreadable,
        ),
        (
            "a kind of client as text",
            format!("{loose} UPDATE access SET client_type = '0'"),
            Expect::Unreadable,
        ),
        (
            "no service",
            format!("{loose} UPDATE access SET service = NULL"),
            Expect::Unreadable,
        ),
    ] {
        let evidence = read(&changed(&sql));
        check(
            case,
            &evidence,
            Fact::AppPhotos,
            &Subject::app("whatsapp"),
            &expect,
        );
    }
}

#[test]
fn a_journal_beside_the_permissions_leaves_them_untold() {
    let journal = |bytes: &[u8]| base().file(HOME, TCC_JOURNAL, Content::Raw(bytes.to_vec()));
    for (case, backup, expect) in [
        ("empty", journal(b""), known("none")),
        ("not empty", journal(&[0; 512]), Expect::Unreadable),
        (
            "listed, but not there",
            journal(&[0; 512]).unwritten(HOME, TCC_JOURNAL),
            Expect::Unreadable,
        ),
        (
            "there, but not listed",
            journal(&[0; 512]).unlisted(HOME, TCC_JOURNAL),
            Expect::Unreadable,
        ),
    ] {
        let evidence = read(&backup);
        for fact in [Fact::AppPhotos, Fact::AppContacts] {
            check(case, &evidence, fact, &Subject::app("whatsapp"), &expect);
        }
    }
}
