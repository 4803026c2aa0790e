//! NSKeyedArchiver archives that are not as the phone writes them: an error, and no value.

use plist::Value as P;
use spotcheck::ios::archive::Archive;
use spotcheck::ios::manifest::Record;

use crate::backup_builder::*;

#[test]
fn archives_that_refer_to_nothing_or_to_themselves() {
    let object = |field: P| {
        archive(vec![
            "$null".into(),
            dict([("field", field)]),
            uid(2),
            uid(1),
        ])
    };
    for (case, field) in [
        ("out of bounds", uid(99)),
        ("far out of bounds", uid(u64::MAX)),
        ("a reference to itself", uid(2)),
        ("a reference to a reference", uid(3)),
    ] {
        let archive = Archive::parse(&object(field)).expect("an archive");
        let root = archive.root().expect("a root");
        assert!(root.get("field").is_err(), "{case}");
        assert!(root.class().is_err(), "{case}");
    }
    // An object may refer to itself: it is walked step by step.
    let cyclic = archive(vec!["$null".into(), dict([("me", uid(1))])]);
    let parsed = Archive::parse(&cyclic).expect("an archive");
    let mut object = parsed.root().expect("a root");
    for _ in 0..1000 {
        object = object.object("me").expect("itself").expect("itself");
    }
    for bytes in [
        binary(&dict([("$archiver", "NSKeyedArchiver".into())])),
        binary(&dict([
            ("$archiver", "other".into()),
            ("$top", dict([("root", uid(0))])),
        ])),
        archive(vec![]),
        archive(vec!["$null".into()]),
        archive(vec!["$null".into(), "text".into()]),
    ] {
        assert!(
            Archive::parse(&bytes)
                .and_then(|a| a.root().map(|_| ()))
                .is_err()
        );
    }
}

#[test]
fn what_an_archive_lacks_is_told() {
    let top = || ("$top", dict([("root", uid(1))]));
    let kind = || ("$archiver", "NSKeyedArchiver".into());
    for (case, list, why) in [
        (
            "of another kind",
            dict([("$archiver", "other".into()), top()]),
            "the archive is not of the expected kind",
        ),
        (
            "no root",
            dict([kind(), ("$objects", P::Array(vec![]))]),
            "the archive has no root",
        ),
        (
            "no objects",
            dict([kind(), top()]),
            "the archive holds no objects",
        ),
        (
            "objects that are no list",
            dict([kind(), top(), ("$objects", "CANARY".into())]),
            "the archive holds no objects",
        ),
    ] {
        let refused = Archive::parse(&binary(&list)).map(|_| ());
        assert_eq!(refused, Err(why.to_owned()), "{case}");
    }
}

#[test]
fn a_field_of_another_type_is_no_value() {
    let bytes = archive(vec![
        "$null".into(),
        dict([("text", "CANARY".into()), ("number", 1.into())]),
    ]);
    let archive = Archive::parse(&bytes).expect("an archive");
    let root = archive.root().expect("a root");
    for (refused, why) in [
        (
            root.boolean("text").err(),
            "text is text where yes or no belongs",
        ),
        (
            root.boolean("number").err(),
            "number is a number where yes or no belongs",
        ),
        (
            root.integer("text").err(),
            "text is text where a whole number belongs",
        ),
        (
            root.string("number").err(),
            "number is a number where text belongs",
        ),
        (
            root.object("text").err(),
            "text is text where an object belongs",
        ),
    ] {
        assert_eq!(refused.as_deref(), Some(why));
    }
}

/// A record that is not understood is no record of a file in clear, and none of a file without a length.
#[test]
fn a_record_of_another_form_is_refused() {
    const DAMAGED: &str = "its record in Manifest.db is damaged";
    const ODD_KEY: &str = "its record in Manifest.db holds a key of an unfamiliar form";
    let key = |key: P, object: P| {
        archive(vec![
            "$null".into(),
            dict([("Size", 9.into()), ("EncryptionKey", key)]),
            object,
        ])
    };
    let data = || P::Data(vec![0x44; 44]);
    let nothing = || P::from("");
    for (case, bytes, expected) in [
        (
            "a key",
            key(uid(2), dict([("NS.data", data())])),
            Ok(Some(vec![0x44; 44])),
        ),
        (
            "a key in its place",
            key(data(), nothing()),
            Ok(Some(vec![0x44; 44])),
        ),
        ("no key", file_record("x", 9, false), Ok(None)),
        ("no property list", b"x".to_vec(), Err(DAMAGED)),
        (
            "a root that is text",
            archive(vec!["$null".into(), "x".into()]),
            Err(DAMAGED),
        ),
        (
            "a length that is text",
            archive(vec!["$null".into(), dict([("Size", "9".into())])]),
            Err(DAMAGED),
        ),
        (
            "a key that is not there",
            key(uid(99), nothing()),
            Err(DAMAGED),
        ),
        (
            "a key that is text",
            key("x".into(), nothing()),
            Err(DAMAGED),
        ),
        (
            "a key whose bytes are not there",
            key(uid(2), dict([("NS.data", uid(99))])),
            Err(DAMAGED),
        ),
        ("a key without bytes", key(uid(2), dict([])), Err(ODD_KEY)),
        (
            "a key whose bytes are text",
            key(uid(2), dict([("NS.data", "x".into())])),
            Err(ODD_KEY),
        ),
        (
            "a key that is nothing",
            key(uid(0), nothing()),
            Err(ODD_KEY),
        ),
    ] {
        let read = Record::parse(&bytes).map(|record| {
            assert_eq!(record.size, Some(9), "{case}");
            record.key
        });
        assert_eq!(read, expected.map_err(str::to_owned), "{case}");
    }
}
