use super::*;
use crate::ios::crypt::testing::{self, KeyBagBuilder, Random, wrap};

fn carry_on(_: Rounds) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

/// A line of the known answers.
struct Answer {
    name: String,
    password: String,
    /// With one class, 4.
    bag: KeyBag,
    kek: Vec<u8>,
    class_key: Vec<u8>,
}

fn known_answers() -> Vec<Answer> {
    let Some(file) = testing::corpus("ios/itunes-backup-kat/vectors.tsv") else {
        return Vec::new();
    };
    let answers: Vec<_> = String::from_utf8(file)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let [name, password, _, hash, kek, class_key] =
                line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let [_, version, wpky, iter, salt, dpic, dpsl] =
                hash.split('*').collect::<Vec<_>>().try_into().unwrap();
            let number = |n: &str| n.parse::<u32>().unwrap().to_be_bytes();
            let mut bag = KeyBagBuilder::default();
            bag.set(b"SALT", &unhex(salt));
            bag.set(b"ITER", &number(iter));
            match version {
                "10" => {
                    bag.set(b"DPIC", &number(dpic));
                    bag.set(b"DPSL", &unhex(dpsl));
                }
                _ => bag.header.retain(|(tag, _)| !tag.starts_with(b"DP")),
            }
            bag.classes = vec![(4, 2, unhex(wpky))];
            Answer {
                name: name.to_owned(),
                password: password.to_owned(),
                bag: KeyBag::parse(&bag.build()).unwrap(),
                kek: unhex(kek),
                class_key: unhex(class_key),
            }
        })
        .collect();
    assert_eq!(answers.len(), 6);
    answers
}

#[test]
fn known_answers_come_out_one_by_one_and_together() {
    let answers = known_answers();
    let passwords: Vec<_> = answers
        .iter()
        .map(|a| Password::new(a.password.as_str()))
        .collect();
    let backups: Vec<_> = answers.iter().map(|a| &a.bag).zip(&passwords).collect();
    // All at once: pairs with as many rounds and with fewer, and older ones in between.
    let mut together = derive_all(&backups, &mut carry_on).unwrap();
    for (answer, (bag, password)) in answers.iter().zip(&backups).rev() {
        let mut derived = vec![together.pop().unwrap()];
        if total_rounds(bag) < 1_000_000 {
            derived.push(derive(bag, password, &mut carry_on).unwrap());
        }
        for kek in derived {
            assert_eq!(kek.expose()[..], answer.kek, "{}", answer.name);
            let keys = ClassKeys::open(bag, &kek).unwrap();
            assert_eq!(
                keys.class_key(4).unwrap().expose()[..],
                answer.class_key,
                "{}",
                answer.name
            );
        }
    }
}

#[test]
fn wrong_passwords_are_told_apart() {
    let answers = known_answers();
    let wrong = Password::new("hashcat ");
    let backups: Vec<_> = answers.iter().map(|a| (&a.bag, &wrong)).collect();
    let keks = derive_all(&backups, &mut carry_on).unwrap();
    for (answer, kek) in answers.iter().zip(&keks) {
        let error = ClassKeys::open(&answer.bag, kek).unwrap_err();
        assert_eq!(error, KeyError::WrongPassword, "{}", answer.name);
    }
}

/// A synthetic key bag with known class keys, for the password "synthetic".
fn synthetic() -> (KeyBagBuilder, Vec<[u8; 32]>) {
    let mut bag = KeyBagBuilder::default();
    let parsed = KeyBag::parse(&bag.build()).unwrap();
    let kek = derive(&parsed, &Password::new("synthetic"), &mut carry_on).unwrap();
    let keys: Vec<[u8; 32]> = (1..=11).map(|i| [i; 32]).collect();
    for ((class, _, wrapped), key) in bag.classes.iter_mut().zip(&keys) {
        assert_eq!(u32::from(key[0]), *class);
        *wrapped = wrap(kek.expose(), key);
    }
    (bag, keys)
}

fn open(bag: &KeyBagBuilder, password: &str) -> Result<ClassKeys, KeyError> {
    let bag = KeyBag::parse(&bag.build()).unwrap();
    unlock(&bag, &Password::new(password), &mut carry_on)
}

#[test]
fn class_keys_open_the_keys_of_manifest_and_files() {
    let (bag, class_keys) = synthetic();
    let keys = open(&bag, "synthetic").unwrap();
    assert_eq!(
        open(&bag, "Synthetic").unwrap_err(),
        KeyError::WrongPassword
    );

    let file_key = [0xa5; 32];
    let mut wrapped = 3u32.to_le_bytes().to_vec();
    wrapped.extend(wrap(&class_keys[2], &file_key));
    assert_eq!(keys.unwrap_key(&wrapped).unwrap().expose(), &file_key);

    assert_eq!(
        keys.unwrap_key(&wrapped[..43]).unwrap_err(),
        KeyError::BadSize(43)
    );
    assert_eq!(keys.unwrap_key(&[]).unwrap_err(), KeyError::BadSize(0));
    let mut other_class = wrapped.clone();
    other_class[0] = 4;
    assert_eq!(
        keys.unwrap_key(&other_class).unwrap_err(),
        KeyError::Damaged(4)
    );
    other_class[0] = 12;
    assert_eq!(
        keys.unwrap_key(&other_class).unwrap_err(),
        KeyError::NoSuchClass(12)
    );
    // Big-endian by mistake.
    other_class[..4].copy_from_slice(&3u32.to_be_bytes());
    assert_eq!(
        keys.unwrap_key(&other_class).unwrap_err(),
        KeyError::NoSuchClass(0x0300_0000)
    );
}

#[test]
fn one_damaged_class_is_not_a_wrong_password() {
    let (mut bag, _) = synthetic();
    bag.classes[0].2[7] ^= 1;
    bag.classes[1].1 = 1;
    let keys = open(&bag, "synthetic").unwrap();
    assert_eq!(keys.class_key(1).unwrap_err(), KeyError::ClassNotOpen(1));
    assert_eq!(keys.class_key(2).unwrap_err(), KeyError::ClassNotOpen(2));
    assert!(keys.class_key(3).is_ok());

    bag.classes.iter_mut().for_each(|class| class.1 = 1);
    assert_eq!(
        open(&bag, "synthetic").unwrap_err(),
        KeyError::NoPasswordClass
    );
}

#[test]
fn progress_is_reported_and_can_cancel() {
    let mut bag = KeyBagBuilder::default();
    bag.set(b"DPIC", &200_000u32.to_be_bytes());
    let bag = KeyBag::parse(&bag.build()).unwrap();
    let mut heard = Vec::new();
    derive(&bag, &Password::new("x"), &mut |rounds| {
        heard.push(rounds);
        ControlFlow::Continue(())
    })
    .unwrap();
    let total = total_rounds(&bag);
    assert_eq!(total, 200_200);
    assert!(heard.len() > 3 && heard.len() < 10, "{heard:?}");
    assert!(heard.is_sorted_by_key(|r| r.done) && heard.iter().all(|r| r.total == total));
    assert_eq!(heard.last().unwrap().done, total);

    for calls in 0..heard.len() {
        let mut left = calls;
        let cancelled = derive(&bag, &Password::new("x"), &mut |_| match left {
            0 => ControlFlow::Break(()),
            _ => {
                left -= 1;
                ControlFlow::Continue(())
            }
        });
        assert_eq!(cancelled.unwrap_err(), KeyError::Cancelled);
    }
}

#[test]
fn the_own_loop_gives_what_the_crate_gives() {
    let mut random = Random(1);
    let inputs: Vec<(Vec<u8>, Vec<u8>, u32)> = (0..300)
        .map(|case| {
            // Passwords of every length around one SHA-256 block, and up to beyond two.
            let password = if case < 140 { case } else { random.below(200) };
            let salt = random.below(70);
            let rounds = 1 + random.below(if case % 50 == 0 { 200_000 } else { 60 });
            (random.bytes(password), random.bytes(salt), rounds as u32)
        })
        .collect();
    let jobs: Vec<_> = inputs
        .iter()
        .map(|(password, salt, rounds)| kdf::Job {
            password,
            salt,
            rounds: *rounds,
        })
        .collect();
    let go_on = &mut |_| ControlFlow::Continue(());
    let together = kdf::own_pbkdf2_sha256(&jobs, go_on).unwrap();
    assert_eq!(together.len(), jobs.len());
    for (job, own) in jobs.iter().zip(&together) {
        let expected = kdf::rounds_by_crate(job);
        let what = format!(
            "{} and {} bytes, {}",
            job.password.len(),
            job.salt.len(),
            job.rounds
        );
        assert_eq!(**own, expected, "{what}");
        if job.rounds < 100 {
            let alone = kdf::own_pbkdf2_sha256(std::slice::from_ref(job), go_on).unwrap();
            assert_eq!(*alone[0], expected, "{what}, alone");
        }
    }
    assert!(kdf::own_pbkdf2_sha256(&[], go_on).unwrap().is_empty());
}

#[test]
fn several_backups_together_can_be_cancelled() {
    let (bag, _) = synthetic();
    let bag = KeyBag::parse(&bag.build()).unwrap();
    let password = Password::new("synthetic");
    let three = [(&bag, &password); 3];
    let mut heard = Vec::new();
    let keks = derive_all(&three, &mut |rounds| {
        heard.push(rounds);
        ControlFlow::Continue(())
    });
    assert!(
        keks.unwrap()
            .iter()
            .all(|kek| ClassKeys::open(&bag, kek).is_ok())
    );
    let total = 3 * total_rounds(&bag);
    assert!(heard.is_sorted_by_key(|r| r.done) && heard.iter().all(|r| r.total == total));
    assert_eq!(heard.last().unwrap().done, total);
    let cancelled = derive_all(&three, &mut |_| ControlFlow::Break(()));
    assert_eq!(cancelled.unwrap_err(), KeyError::Cancelled);
}

#[test]
fn secrets_are_not_shown() {
    let (bag, _) = synthetic();
    let keys = open(&bag, "synthetic").unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:#?}",
        Password::new("hunter2"),
        keys,
        Key::new(&[0x5a; 32]),
        keys.class_key(3),
    );
    for secret in ["hunter2", "104, 117", "90", "5a", "3, 3", "0303"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn secrets_are_wiped() {
    // What `drop` calls; memory after a drop cannot be looked at in safe code.
    let mut password = Password::new("hunter2");
    password.zeroize();
    assert!(password.0.is_empty());
    let mut key = Key::new(&[1; 32]);
    key.0.zeroize();
    assert_eq!(key.expose(), &[0; 32]);
    fn wipes_on_drop<T: ZeroizeOnDrop>(_: &T) {}
    wipes_on_drop(&password);
    wipes_on_drop(&*key.0);
}
