use super::*;
use crate::ios::crypt::testing::{self, KeyBagBuilder};

#[test]
fn the_real_key_bag_of_an_unencrypted_backup() {
    let Some(bytes) = testing::corpus("ios/trollrestore-keybag/BackupKeyBag.bin") else {
        return;
    };
    let bag = KeyBag::parse(&bytes).unwrap();
    assert_eq!((bag.version, bag.kind, bag.wrap), (5, 1, 0));
    assert_eq!(bag.protection(), Protection::NotEncrypted);
    assert_eq!(bag.second().rounds, 10_000);
    let classes: Vec<u32> = bag.classes().iter().map(|c| c.class).collect();
    assert_eq!(classes, (1..=11).collect::<Vec<_>>());
    assert!(bag.classes().iter().all(WrappedClass::needs_password));
}

#[test]
fn both_generations_of_encryption() {
    let bag = KeyBag::parse(&KeyBagBuilder::default().build()).unwrap();
    let Protection::Double { first, second } = bag.protection() else {
        panic!("{bag:?}");
    };
    assert_eq!((first.rounds, second.rounds), (1000, 100));

    let mut old = KeyBagBuilder::default();
    old.header.retain(|(tag, _)| !tag.starts_with(b"DP"));
    let bag = KeyBag::parse(&old.build()).unwrap();
    assert!(matches!(bag.protection(), Protection::Single { only } if only.rounds == 100));
}

#[test]
fn each_refusal_has_its_reason() {
    use KeyBagError as E;
    let with = |tag: &[u8; 4], value: &[u8]| {
        let mut bag = KeyBagBuilder::default();
        bag.set(tag, value);
        KeyBag::parse(&bag.build()).unwrap_err()
    };
    let without = |tag: &[u8; 4]| {
        let mut bag = KeyBagBuilder::default();
        bag.header.retain(|(t, _)| t != tag);
        KeyBag::parse(&bag.build()).unwrap_err()
    };
    let most = 20_000_000;
    assert_eq!(
        with(b"DPIC", &[0xff; 4]),
        E::TooManyRounds {
            tag: DPIC,
            asked: u32::MAX,
            most
        }
    );
    assert_eq!(
        with(b"DPIC", &20_000_001u32.to_be_bytes()),
        E::TooManyRounds {
            tag: DPIC,
            asked: 20_000_001,
            most
        }
    );
    assert!(matches!(
        with(b"ITER", &1_000_001u32.to_be_bytes()),
        E::TooManyRounds { tag: ITER, .. }
    ));
    assert_eq!(with(b"DPIC", &[0; 4]), E::NoRounds(DPIC));
    assert_eq!(with(b"ITER", &[0; 4]), E::NoRounds(ITER));
    assert_eq!(
        with(b"ITER", &[0; 3]),
        E::BadSize {
            tag: ITER,
            bytes: 3
        }
    );
    assert_eq!(
        with(b"SALT", &[1; 7]),
        E::BadSize {
            tag: SALT,
            bytes: 7
        }
    );
    assert_eq!(
        with(b"DPSL", &[1; 65]),
        E::BadSize {
            tag: DPSL,
            bytes: 65
        }
    );
    assert_eq!(
        with(b"DPSL", &[]),
        E::BadSize {
            tag: DPSL,
            bytes: 0
        }
    );
    for tag in [VERS, TYPE, SALT, ITER, DPSL, DPIC] {
        assert_eq!(without(&tag.0), E::Missing(tag));
    }
    assert_eq!(KeyBag::parse(&[]), Err(E::Missing(VERS)));
    assert_eq!(
        KeyBag::parse(&[0; MAX_BYTES + 1]),
        Err(E::TooLarge(MAX_BYTES + 1))
    );
    assert_eq!(KeyBag::parse(b"vers\0\0\0\0"), Err(E::BadTag { offset: 0 }));
    assert_eq!(
        KeyBag::parse(b"VERS\0\0\0\x04\0\0\0"),
        Err(E::CutShort { offset: 0 })
    );
    assert_eq!(
        KeyBag::parse(b"VERS\xff\xff\xff\xff"),
        Err(E::CutShort { offset: 0 })
    );

    let mut twice = KeyBagBuilder::default();
    twice.header.push((*b"SALT", vec![1; 20]));
    assert_eq!(KeyBag::parse(&twice.build()), Err(E::Duplicate(SALT)));
    let mut twice = KeyBagBuilder::default();
    twice.classes.push((3, 2, vec![0; 40]));
    assert_eq!(KeyBag::parse(&twice.build()), Err(E::Duplicate(CLAS)));
    let mut short = KeyBagBuilder::default();
    short.classes.push((12, 2, vec![0; 39]));
    assert_eq!(
        KeyBag::parse(&short.build()),
        Err(E::BadSize {
            tag: WPKY,
            bytes: 39
        })
    );
    let many = KeyBagBuilder {
        classes: (0..65).map(|class| (class, 2, vec![0; 40])).collect(),
        ..Default::default()
    };
    assert_eq!(KeyBag::parse(&many.build()), Err(E::TooMany));
    let mut wide = KeyBagBuilder::default();
    wide.header
        .extend((0..70).map(|i| ([b'X', b'0' + i / 10, b'0' + i % 10, b'X'], Vec::new())));
    assert_eq!(KeyBag::parse(&wide.build()), Err(E::TooMany));
    let mut none = KeyBagBuilder::default();
    none.classes.clear();
    assert_eq!(KeyBag::parse(&none.build()), Err(E::Missing(CLAS)));
    assert_eq!(
        with(b"DPIC", &[0xff; 4]).to_string(),
        "the key bag asks for 4294967295 rounds of key derivation (DPIC); at most 20000000 are accepted"
    );
}

#[test]
fn other_tags_and_classes_are_skipped() {
    let mut bag = KeyBagBuilder::default();
    bag.set(b"SIGN", &[7; 20]);
    bag.classes.push((200, 0, vec![5; 40]));
    let bag = KeyBag::parse(&bag.build()).unwrap();
    assert!(!bag.classes().last().unwrap().needs_password());
}

#[test]
fn damaged_key_bags_never_panic_or_ask_for_more_work() {
    let good = KeyBagBuilder::default().build();
    for end in 0..good.len() {
        let _ = KeyBag::parse(&good[..end]);
    }
    for at in 0..good.len() {
        for value in [0, 1, 0x20, 0x7f, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= value;
            if let Ok(bag) = KeyBag::parse(&bad) {
                assert!(bag.second().rounds <= MAX_ROUNDS);
                assert!(bag.first().is_none_or(|f| f.rounds <= MAX_DOUBLE_ROUNDS));
            }
        }
    }
}
