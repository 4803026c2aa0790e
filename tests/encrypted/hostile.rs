//! Key bags and lists that were made to hurt: refused at once, with the reason.

use std::time::{Duration, Instant};

use super::backup_builder::*;
use super::common::*;

fn base() -> Backup {
    Backup::compliant().encrypted(PASSWORD)
}

/// Long for a loaded machine, and far below what any of the attacks would take.
const AT_ONCE: Duration = Duration::from_secs(20);

#[test]
fn hostile_key_bags_are_refused_with_the_reason() {
    let most = u32::MAX.to_be_bytes();
    let too_many = 20_000_001u32.to_be_bytes();
    let many_last = 1_000_001u32.to_be_bytes();
    for (case, backup, reasons) in [
        (
            "DPIC 2^32-1",
            base().bag_field(b"DPIC", Some(&most)),
            &["4294967295 rounds"][..],
        ),
        (
            "DPIC just too large",
            base().bag_field(b"DPIC", Some(&too_many)),
            &["20000001 rounds"],
        ),
        (
            "DPIC 0",
            base().bag_field(b"DPIC", Some(&[0; 4])),
            &["no rounds"],
        ),
        (
            "DPIC missing",
            base().bag_field(b"DPIC", None),
            &["no DPIC"],
        ),
        (
            "DPIC of 8 bytes",
            base().bag_field(b"DPIC", Some(&[0; 8])),
            &["DPIC has 8 bytes"],
        ),
        (
            "ITER huge",
            base().bag_field(b"ITER", Some(&most)),
            &["4294967295 rounds"],
        ),
        (
            "ITER just too large",
            base().bag_field(b"ITER", Some(&many_last)),
            &["1000001 rounds"],
        ),
        (
            "ITER 0",
            base().bag_field(b"ITER", Some(&[0; 4])),
            &["no rounds"],
        ),
        ("no SALT", base().bag_field(b"SALT", None), &["no SALT"]),
        (
            "a salt of 1 byte",
            base().bag_field(b"SALT", Some(&[1])),
            &["SALT has 1 bytes"],
        ),
        (
            "a salt of 60,000 bytes",
            base().bag_field(b"DPSL", Some(&[1; 60_000])),
            &["DPSL has 60000 bytes"],
        ),
        (
            "a mebibyte",
            base().bag_field(b"HMCK", Some(&[1; 1 << 20])),
            &["key bag"],
        ),
        (
            "cut short",
            base().bag(|mut bag| {
                bag.truncate(bag.len() - 7);
                bag
            }),
            &["key bag"],
        ),
        (
            "a length past the end",
            base().bag(|mut bag| {
                bag[4..8].fill(0xff);
                bag
            }),
            &["key bag"],
        ),
        ("empty", base().bag(|_| Vec::new()), &["key bag"]),
        (
            "noise",
            base().bag(|bag| vec![0x5e; bag.len()]),
            &["key bag"],
        ),
        (
            "every class twice",
            base().bag(|mut bag| {
                // The classes begin at the second UUID.
                let mut uuids = (0..bag.len() - 4).filter(|i| &bag[*i..*i + 4] == b"UUID");
                let classes = uuids.nth(1).expect("a class");
                let again = bag[classes..].to_vec();
                bag.extend(again);
                bag
            }),
            &["twice"],
        ),
        (
            "a thousand classes",
            base().bag(|mut bag| {
                for class in 100..1100u32 {
                    for (tag, value) in [
                        (b"UUID", &[7; 16][..]),
                        (b"CLAS", &class.to_be_bytes()),
                        (b"WRAP", &[0, 0, 0, 2]),
                        (b"WPKY", &[9; 40]),
                    ] {
                        bag.extend_from_slice(tag);
                        bag.extend_from_slice(&(value.len() as u32).to_be_bytes());
                        bag.extend_from_slice(value);
                    }
                }
                bag
            }),
            &["key bag"],
        ),
        (
            "a field of the header twice",
            base().bag(|bag| {
                let mut twice = bag[..12].to_vec();
                twice.extend(bag);
                twice
            }),
            &["VERS twice"],
        ),
        (
            "ManifestKey of another class",
            base().manifest_key_of_class(5),
            &["class 5"],
        ),
        (
            "ManifestKey of no class",
            base().manifest_key_of_class(0x0400_0000),
            &["class 67108864"],
        ),
        (
            "ManifestKey cut short",
            base().root_key(
                "Manifest.plist",
                "ManifestKey",
                Some(plist::Value::Data(vec![4; 43])),
            ),
            &["43 bytes"],
        ),
        (
            "Manifest.db of another key",
            base().database(vec![0x5e; 8192]),
            &["wrong key"],
        ),
        (
            "Manifest.db cut short",
            base().database(vec![0x5e; 100]),
            &["Manifest.db"],
        ),
    ] {
        let on_disk = OnDisk::new(&backup);
        let start = Instant::now();
        let ran = output(on_disk.audit(PASSWORD));
        assert!(start.elapsed() < AT_ONCE, "{case}");
        discreet(case, &ran);
        let audit = json(&ran);
        assert_eq!(fact(&audit, "lock.credential")["value"], "set", "{case}");
        let open = fact(&audit, "lock.auto_lock");
        assert_eq!(open["state"], "unreadable", "{case}");
        let why = open["why"].as_str().unwrap_or_default();
        for reason in reasons {
            assert!(why.contains(reason), "{case}: {why}");
        }
        // Either it was tried and refused (4), or it was seen from the start that a password would not help (3).
        assert!([3, 4].contains(&ran.status), "{case}: {}", ran.status);
        if ran.status == 4 {
            assert!(
                ran.err
                    .starts_with("spotcheck: The encrypted backup cannot be opened: "),
                "{case}: {}",
                ran.err
            );
        }
    }
}

/// Bytes anywhere in the key bag turned round: any refusal is right, a panic or a wrong pass never.
#[test]
fn a_damaged_key_bag_never_passes_anything_it_should_not() {
    let on_disk = OnDisk::new(&base());
    let path = on_disk.path.join("Manifest.plist");
    let good = std::fs::read(&path).expect("read");
    let bag = good
        .windows(4)
        .position(|w| w == b"VERS")
        .expect("the key bag");
    for step in (0..240).step_by(12) {
        let mut bytes = good.clone();
        bytes[bag + step] ^= 0x81;
        std::fs::write(&path, bytes).expect("written");
        let ran = output(on_disk.audit(PASSWORD));
        discreet("damaged", &ran);
        assert!([3, 4].contains(&ran.status), "{step}: {}", ran.err);
    }
}
