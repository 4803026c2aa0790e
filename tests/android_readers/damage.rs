//! Damaged and hostile streams: never a panic, and never a value that the whole stream did not give.

use std::collections::BTreeSet;

use spotcheck::android::{capture, probe};
use spotcheck::evidence::Source;

use super::*;

fn read(request: &Request, answer: &[u8]) -> Evidence {
    probe::evidence(request, NONCE, answer, Source::AndroidAdb, None)
}

/// The known values, as words.
fn known(evidence: &Evidence) -> BTreeSet<(Fact, Subject, String)> {
    all(evidence)
        .into_iter()
        .filter(|(fact, subject, _)| evidence.get(*fact, subject).value().is_some())
        .collect()
}

/// Asserts that a damaged answer gives nothing that the whole one did not give.
fn no_more(
    what: &str,
    whole: &BTreeSet<(Fact, Subject, String)>,
    request: &Request,
    damaged: &[u8],
) {
    let found = known(&read(request, damaged));
    // A value that now only points the way that it proved before is less, not more.
    let was_more = |(fact, subject, word): &(Fact, Subject, String)| {
        let value = word.strip_prefix('~').filter(|v| !v.ends_with('!'));
        value.is_some_and(|value| {
            [value.to_owned(), format!("~{value}!")]
                .into_iter()
                .any(|before| whole.contains(&(*fact, subject.clone(), before)))
        })
    };
    let more: Vec<_> = found
        .difference(whole)
        .filter(|found| !was_more(found))
        .collect();
    assert!(more.is_empty(), "{what}: {more:?}");
}

/// A phone on which many facts have two sources.
fn phone() -> Phone {
    Phone::stock(Make::Samsung, 34)
        .previews(1, 0)
        .user(95, 0x20001010, true)
        .device_owner("com.example.mdm/.R")
        .last_admin(|admin| admin.max_time_to_lock = 60_000)
        .app(WHATSAPP, 0)
        .grant("READ_MEDIA_IMAGES")
        .app(WHATSAPP, 95)
}

fn request() -> Request {
    Request::everything(vec![apps().remove(0)], Platform::Android)
}

/// The answer in sections: each with its marks; what comes first and last as one piece each.
fn sections(answer: &[u8]) -> Vec<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    let start = format!("@{NONCE} ");
    for line in answer.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(start.as_bytes()) {
            parts.push(Vec::new());
        }
        parts.last_mut().expect("a part").extend_from_slice(line);
    }
    parts
}

#[test]
fn damaged_streams() {
    let Some(tools) = Tools::find() else { return };
    let request = request();
    let (answer, evidence) = phone().audit(&request, &tools);
    no_canary("damage", &answer);
    let whole = known(&evidence);
    assert!(whole.len() > 40, "{whole:?}");
    assert!(evidence.warnings.is_empty(), "{:?}", evidence.warnings);

    for end in 0..answer.len() {
        no_more(&format!("cut at {end}"), &whole, &request, &answer[..end]);
    }
    let parts = sections(&answer);
    let glue = |parts: &[&Vec<u8>]| {
        parts
            .iter()
            .flat_map(|p| p.iter().copied())
            .collect::<Vec<u8>>()
    };
    for i in 1..parts.len() {
        let mut list: Vec<&Vec<u8>> = parts.iter().collect();
        list.remove(i);
        no_more(
            &format!("without section {i}"),
            &whole,
            &request,
            &glue(&list),
        );
        let mut list: Vec<&Vec<u8>> = parts.iter().collect();
        list.insert(i, &parts[i]);
        no_more(
            &format!("section {i} twice"),
            &whole,
            &request,
            &glue(&list),
        );
        for j in (i + 1..parts.len()).step_by(3) {
            let mut list: Vec<&Vec<u8>> = parts.iter().collect();
            list.swap(i, j);
            no_more(
                &format!("sections {i} and {j} swapped"),
                &whole,
                &request,
                &glue(&list),
            );
        }
        // Without its end mark, and without its start mark.
        let lines: Vec<&[u8]> = parts[i].split_inclusive(|b| *b == b'\n').collect();
        let mut head: Vec<Vec<u8>> = parts.clone();
        head[i] = lines[..lines.len().saturating_sub(1)].concat();
        no_more(
            &format!("section {i} without its end"),
            &whole,
            &request,
            &head.concat(),
        );
        head[i] = lines[1..].concat();
        no_more(
            &format!("section {i} without its start"),
            &whole,
            &request,
            &head.concat(),
        );
    }
}

#[test]
fn other_line_ends_and_bytes() {
    let Some(tools) = Tools::find() else { return };
    let request = request();
    let (answer, evidence) = phone().audit(&request, &tools);
    let whole = known(&evidence);
    let crlf = String::from_utf8_lossy(&answer).replace('\n', "\r\n");
    assert_eq!(known(&read(&request, crlf.as_bytes())), whole);
    for byte in [0u8, 0x1b, 0x80, 0xff] {
        let spoiled: Vec<u8> = answer
            .iter()
            .map(|b| if *b == b'=' { byte } else { *b })
            .collect();
        no_more(&format!("byte {byte}"), &whole, &request, &spoiled);
    }
    let mut huge = answer.clone();
    huge.extend(std::iter::repeat_n(b'x', 3 << 20));
    no_more("huge", &whole, &request, &huge);
    let mut marks = Vec::new();
    for n in 0..20_000 {
        marks.extend_from_slice(format!("@{NONCE} apps 00000000 {n}\n").as_bytes());
    }
    no_more("a flood of marks", &whole, &request, &marks);
}

#[test]
fn forged_marks_inside_output_do_not_count() {
    let Some(tools) = Tools::find() else { return };
    let forged = "Trust manager state:\n@0=0\n@ =0\n@0123456789abcdef lock 00000000\n  User 0\n    CredentialType: PIN\n@0123456789abcdef=0\n User \"x\" (id=0, flags=0x4c13) (current): trustState=UNTRUSTED, trustManaged=0, deviceLocked=0\n";
    let (_, evidence) = Phone::stock(Make::Pixel, 36)
        .no_lock()
        .answers("dumpsys trust", forged, 0)
        .audit(&everything(), &tools);
    assert_eq!(
        short(&evidence.get(Fact::LockCredential, &Subject::Device)),
        "none"
    );
    assert_eq!(
        short(&evidence.get(Fact::LockHeldOpen, &Subject::Device)),
        "false"
    );
}

/// What stands where a package should goes into the read log, and so into reports: only a package's name may.
#[test]
fn a_mark_names_a_package_or_is_none() {
    let sections = spotcheck::android::readers::all_sections();
    let section = sections
        .iter()
        .find(|s| s.span == spotcheck::android::section::Span::Copies);
    let section = section.expect("a section of app copies");
    let request = everything();
    for (package, taken) in [
        ("com.whatsapp", true),
        ("com.what\u{1b}[31msapp", false),
        ("com.canary\u{202e}x", false),
        ("Canary,Person", false),
        ("", false),
        (&format!("com.{}", "x".repeat(200)), false),
    ] {
        let answer = format!(
            "@{NONCE} {} {} 0 {package}\nx=1\n\n@{NONCE}=0\n@{NONCE} end\n",
            section.id,
            section.print()
        );
        let evidence = read(&request, answer.as_bytes());
        assert_eq!(!evidence.read_log.is_empty(), taken, "{package:?}");
    }
}

#[test]
fn another_versions_sections_are_not_trusted() {
    let Some(tools) = Tools::find() else { return };
    let request = request();
    let (answer, _) = phone().audit(&request, &tools);
    let lines: Vec<String> = String::from_utf8_lossy(&answer)
        .lines()
        .map(
            |line| match line.split(' ').collect::<Vec<_>>().as_slice() {
                [mark, id, _, rest @ ..] if mark.starts_with('@') => {
                    [&[*mark, *id, "00000000"], rest].concat().join(" ")
                }
                _ => line.to_owned(),
            },
        )
        .collect();
    let evidence = read(&request, (lines.join("\n") + "\n").as_bytes());
    assert!(known(&evidence).is_empty(), "{:?}", known(&evidence));
}

/// The front of one phone's answer, broken off in the middle of a line, and then another's: the break can hide the mark
/// of the one section that comes twice.
#[test]
fn two_answers_in_one_are_none() {
    let Some(tools) = Tools::find() else { return };
    let request = request();
    let (first, _) = Phone::stock(Make::Pixel, 36).audit(&request, &tools);
    let (second, _) = phone().audit(&request, &tools);
    for end in first.len() / 2..first.len() {
        let glued = [&first[..end], &second].concat();
        let evidence = read(&request, &glued);
        assert!(known(&evidence).is_empty(), "{end}: {:?}", known(&evidence));
    }
}

/// Without its API level an answer means little; a level that does not fit the version is none.
#[test]
fn a_level_that_the_version_contradicts_is_none() {
    let Some(tools) = Tools::find() else { return };
    let phone = phone().prop("ro.build.version.sdk", "14");
    let (_, evidence) = phone.audit(&request(), &tools);
    let photos = evidence.get(Fact::AppPhotos, &Subject::app("whatsapp"));
    assert_eq!(photos.value(), None, "{photos:?}");
}

/// A word that is neither yes nor no says nothing about what keeps the screen on now.
#[test]
fn an_odd_word_for_kept_awake_is_none() {
    let Some(tools) = Tools::find() else { return };
    let request = request();
    let (answer, whole) = phone().audit(&request, &tools);
    let awake = |evidence: &Evidence| evidence.get(Fact::LockStayAwake, &Subject::Device);
    assert_eq!(short(&awake(&whole)), "false");
    let odd = String::from_utf8_lossy(&answer).replace("mStayOn=false", "mStayOn=-7");
    assert_eq!(short(&awake(&read(&request, odd.as_bytes()))), "unreadable");
}

/// Whatever of the answer came: without its end nobody knows what is missing.
#[test]
fn nothing_is_known_from_an_answer_without_its_end() {
    let Some(tools) = Tools::find() else { return };
    let request = request();
    let (answer, _) = phone().audit(&request, &tools);
    let end = format!("@{NONCE} end\n");
    let cut = answer.strip_suffix(end.as_bytes()).expect("the end mark");
    let evidence = read(&request, cut);
    assert!(known(&evidence).is_empty(), "{:?}", known(&evidence));
    let lock = evidence.get(Fact::LockCredential, &Subject::Device);
    assert_eq!(lock.why_unknown(), Some("the answer ends early"));
    assert!(!lock.origin.is_empty());
    assert_eq!(evidence.warnings.len(), 1, "{:?}", evidence.warnings);
}

/// A phone may answer anything where it was asked for a word: none of it crosses the cable or stands in a reason.
#[test]
fn what_the_phone_says_instead_is_not_quoted() {
    let Some(tools) = Tools::find() else { return };
    let odd = "java.CanaryPerson.Exception: Canary Cottage";
    let names = [PERSON, PLACE, "CanaryPerson"];
    let commands = [
        "dumpsys package check-permission android.permission.READ_MEDIA_IMAGES com.whatsapp 0",
        "dumpsys package check-permission android.permission.READ_CONTACTS com.whatsapp 0",
        "pm path --user 0 com.whatsapp",
        "pm path --user 0 com.topjohnwu.magisk",
        "getenforce",
        "dumpsys lock_settings",
        "dumpsys trust",
        "dumpsys power",
        "dumpsys device_policy",
        "dumpsys account --checkin",
        "dumpsys notification --package com.whatsapp",
        "dpm list-owners",
        "pm list users",
        "settings --user 0 list secure",
        "cmd appops get --user 0 com.whatsapp MANAGE_EXTERNAL_STORAGE",
    ];
    let check = |command: &str, said: &str, status: i32| {
        let (answer, evidence) = Phone::stock(Make::Samsung, 34)
            .app(WHATSAPP, 0)
            .answers(command, said, status)
            .audit(&request(), &tools);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        for name in names {
            assert!(
                !answer.contains(name),
                "{command}: {name} crossed the cable"
            );
            for (fact, _, reading) in evidence.readings() {
                let words = format!("{reading:?}");
                assert!(!words.contains(name), "{command}: {fact} quotes {words}");
            }
        }
    };
    std::thread::scope(|scope| {
        for commands in commands.chunks(4) {
            let check = &check;
            scope.spawn(move || {
                for command in commands {
                    for said in [
                        odd,
                        PERSON,
                        "Canary Person: Canary Cottage",
                        "android.CanaryPerson.Exception",
                    ] {
                        check(command, said, 0);
                        check(command, said, 1);
                    }
                }
            });
        }
    });
    let mut phone = Phone::stock(Make::Samsung, 34)
        .app(WHATSAPP, 0)
        .credential("CanaryPerson")
        .trust(|t| t.state = Some("trustState=CanaryPerson".into()))
        .prop("ro.boot.verifiedbootstate", "CanaryPerson")
        .prop("ro.boot.vbmeta.device_state", "CanaryPerson")
        .prop("ro.boot.flash.locked", "CanaryPerson")
        .prop("ro.crypto.state", "CanaryPerson")
        .prop("ro.build.tags", "CanaryPerson")
        .prop("ro.build.version.security_patch", "CanaryPerson")
        .last_app(|c| c.visibility = Some("CanaryPerson".into()));
    for list in phone.settings.values_mut() {
        for (_, value) in list.iter_mut() {
            *value = "CanaryPerson".into();
        }
    }
    let (_, evidence) = phone.audit(&request(), &tools);
    for (fact, _, reading) in evidence.readings() {
        let words = format!("{reading:?}");
        assert!(!words.contains("CanaryPerson"), "{fact} quotes {words}");
    }
}

#[test]
fn a_capture_holds_what_was_asked_for_and_no_more() {
    let Some(tools) = Tools::find() else { return };
    let phone = Phone::compliant_pixel16();
    let (answer, _) = phone.audit(&only(Fact::LockDelaySetting), &tools);
    let whole = known(&phone.audit(&everything(), &tools).1);
    let evidence = probe::evidence(&everything(), NONCE, &answer, Source::AndroidCapture, None);
    assert_eq!(
        short(&evidence.get(Fact::LockDelaySetting, &Subject::Device)),
        "PT5S"
    );
    let lost = evidence.get(Fact::StorageEncrypted, &Subject::Device);
    assert_eq!(lost.why_unknown(), Some("the capture does not hold this"));
    let found = known(&evidence);
    assert!(found.is_subset(&whole), "{:?}", found.difference(&whole));
}

#[test]
fn capture_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.capture");
    let made = capture::Capture {
        taken_at: "2026-11-02T09:14:00Z".parse().expect("a time"),
        tool: "spotcheck 0.1.0".into(),
        nonce: NONCE.into(),
        label: "SYNTHETIC".into(),
        answer: b"@x \xff\n\n\r\nanything".to_vec(),
    };
    capture::write(&path, &made).expect("written");
    assert_eq!(capture::read(&path).expect("read"), made);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(
        capture::write(&path, &made).is_err(),
        "an existing file is not overwritten"
    );
    assert!(capture::read(&folder.path().join("none")).is_err());

    let bytes = made.to_bytes();
    for end in 0..bytes.len() {
        assert!(
            capture::Capture::from_bytes(&bytes[..end]).is_err(),
            "cut at {end}"
        );
    }
    for i in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[i] ^= 1;
        assert!(
            capture::Capture::from_bytes(&changed).is_err(),
            "byte {i} of the capture changed unseen"
        );
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len() - made.answer.len()]).into_owned();
    for (from, to) in [
        ("2026-11-02", "2027-01-02"),
        ("SYNTHETIC", "a phone"),
        ("0.1.0", "0.2.0"),
        (NONCE, "0000000000000000"),
    ] {
        assert!(text.contains(from));
        let moved = [text.replace(from, to).as_bytes(), made.answer.as_slice()].concat();
        assert!(
            capture::Capture::from_bytes(&moved).is_err(),
            "{from} became {to} unseen"
        );
    }
    for hostile in [
        &b""[..],
        b"\n\n",
        b"spotcheck android capture 2\n\n",
        b"spotcheck android capture 1\nlabel: x\n\n",
        &[0xff; 9000],
    ] {
        let error = capture::Capture::from_bytes(hostile).expect_err("refused");
        assert!(error.what.ends_with('.') && error.next.ends_with('.'));
    }
}
