//! What comes from Android phones: over the cable, out of captures, acquisitions and bug reports.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use spotcheck::android::capture::Capture;
use spotcheck::android::offline::{self, Kind};
use spotcheck::android::section::{Section, Span};
use spotcheck::android::{pages, probe, readers, transport, watch};
use spotcheck::apps;
use spotcheck::assess::{Context, assess};
use spotcheck::evidence::{
    Evidence, Fact, PhoneId, Platform, Reading, Request, Source, State, Subject,
};
use spotcheck::profile::{self, Profile};
use spotcheck::report::{json, saved};

use super::{Target, fit_for_a_terminal, folder, sample, twice, with_file};

pub const TARGETS: &[Target] = &[
    Target {
        name: "android_section",
        run: section,
        seeds: section_seeds,
        words: WORDS,
    },
    Target {
        name: "android_answer",
        run: answer,
        seeds: answer_seeds,
        words: &[
            "@5907c4ec5907c4ec ",
            "@5907c4ec5907c4ec=0\n",
            "@5907c4ec5907c4ec end\n",
            " 0 com.whatsapp",
            "!Permission Denial",
            "skip",
        ],
    },
    Target {
        name: "android_frame",
        run: frame,
        seeds: frame_seeds,
        words: &[
            "@5907c4ec5907c4ec@begin",
            "@5907c4ec5907c4ec@end 0",
            "\n1\n",
            "\r\n",
        ],
    },
    Target {
        name: "android_devices",
        run: devices,
        seeds: devices_seeds,
        words: &[
            "device",
            "unauthorized",
            "no permissions",
            "model:",
            "transport_id:",
            "(no serial number)",
        ],
    },
    Target {
        name: "android_watch",
        run: watched,
        seeds: watched_seeds,
        words: &[
            "Awake", "Asleep", "Dozing", " 0\n", " 1\n", "inf", "NaN", "1e300",
        ],
    },
    Target {
        name: "capture",
        run: capture,
        seeds: capture_seeds,
        words: &[
            "spotcheck android capture 1\n",
            "label: ",
            "taken-at: ",
            "tool: ",
            "nonce: ",
            "sha256: ",
        ],
    },
    Target {
        name: "bug_report",
        run: bug_report,
        seeds: bug_report_seeds,
        words: WORDS,
    },
    Target {
        name: "acquisition",
        run: acquisition,
        seeds: acquisition_seeds,
        words: WORDS,
    },
    Target {
        name: "dump_zip",
        run: dump_zip,
        seeds: dump_zip_seeds,
        words: &[
            "PK\x01\x02",
            "PK\x03\x04",
            "PK\x05\x06",
            "PK\x06\x06",
            "PK\x06\x07",
            "main_entry.txt",
            "dumpsys.txt",
        ],
    },
];

const WORDS: &[&str] = &[
    "!Permission Denial",
    "!Exception",
    "skip",
    "refused",
    "=null",
    "=odd",
    "=-1",
    "=1\n",
    "User ",
    "UserInfo{",
    "true",
    "false",
    "com.whatsapp",
    "DUMP OF SERVICE ",
    "------ ",
    "granted=true",
    "mWakefulness=",
    "deviceLocked=1",
    "2147483647",
    "9223372036854775808",
];

static REQUEST: LazyLock<Request> = LazyLock::new(|| {
    let look_at: Vec<_> = ["whatsapp", "signal", "telegram", "wechat"]
        .iter()
        .filter_map(|id| apps::by_id(id))
        .cloned()
        .collect();
    let besides = apps::besides(&look_at);
    Request::everything(look_at, Platform::Android).noticing(besides)
});

static PROFILE: LazyLock<Profile> =
    LazyLock::new(|| profile::load("nhs-england", &[]).expect("the shipped checklist"));

const SAMPLES: [&str; 3] = [
    "android-compliant.capture",
    "android-failing.capture",
    "android-gaps.capture",
];

static CAPTURES: LazyLock<Vec<Capture>> = LazyLock::new(|| {
    SAMPLES
        .iter()
        .map(|name| Capture::from_bytes(&sample(name)).expect("a sample"))
        .collect()
});

fn at() -> Timestamp {
    "2026-11-02T09:14:00Z".parse().expect("a moment")
}

/// What holds for every reading, whatever was read: a value that the fact can have, and nothing that commands a
/// terminal.
pub fn check(readings: &[(Fact, Subject, Reading)]) {
    for (fact, _, reading) in readings {
        match &reading.state {
            State::Known(value) => {
                assert!(fact.kind().admits(value), "{fact}: {value}");
                fit_for_a_terminal(&value.to_string());
            }
            State::Absent(why) | State::Unreadable(why) | State::NotReadable(why) => {
                fit_for_a_terminal(why)
            }
        }
    }
}

/// Readings and the rest, the same twice.
fn settled(read: impl Fn() -> Evidence) -> Evidence {
    let evidence = read();
    let parts = |evidence: &Evidence| -> Vec<_> {
        evidence
            .readings()
            .map(|(f, s, r)| (f, s.clone(), r.clone()))
            .collect()
    };
    let (first, again) = (parts(&evidence), read());
    assert_eq!(first, parts(&again), "the same bytes gave two results");
    assert_eq!(evidence.read_log, again.read_log);
    check(&first);
    evidence
        .warnings
        .iter()
        .chain(&evidence.apps_unseen)
        .for_each(|text| fit_for_a_terminal(text));
    evidence
}

/// What the cable brought is judged: the result can be saved and is read back as it was.
fn judged(evidence: &Evidence) {
    let audit = assess(evidence, &PROFILE, &Context::new(at()));
    let line = json::line(&audit);
    let records = saved::parse("fuzz", &line).expect("a saved audit is read back");
    let again = records.first().map(json::record_line);
    assert_eq!(
        again.as_deref(),
        Some(line.as_str()),
        "a saved audit reads differently"
    );
}

fn on_the_cable(nonce: &str, answer: &[u8]) -> Evidence {
    let evidence =
        settled(|| probe::evidence(&REQUEST, nonce, answer, Source::AndroidCapture, Some(at())));
    let kept: u64 = evidence.read_log.iter().map(|entry| entry.bytes_kept).sum();
    assert!(kept <= answer.len() as u64, "more was kept than came");
    evidence
}

/// The sections of an answer: mark, text.
fn sections_of(capture: &Capture) -> Vec<(String, Vec<u8>)> {
    let start = format!("@{} ", capture.nonce);
    let end = format!("@{}=", capture.nonce);
    let mut sections: Vec<(String, Vec<u8>)> = Vec::new();
    for line in capture.answer.split_inclusive(|b| *b == b'\n') {
        let text = String::from_utf8_lossy(line);
        if let Some(mark) = text.strip_prefix(&start) {
            sections.push((mark.trim_end().to_owned(), Vec::new()));
        } else if !text.starts_with(&end)
            && let Some((_, body)) = sections.last_mut()
        {
            body.extend_from_slice(line);
        }
    }
    sections
}

fn is_of(mark: &str, section: &Section) -> bool {
    mark.split(' ').next() == Some(section.id)
}

/// One section of a good answer is replaced, in all of its runs: the first byte says which. Every reader runs.
fn section(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    let all = readers::all_sections();
    let Some(section) = all.get(usize::from(*which) % all.len()) else {
        return;
    };
    let capture = &CAPTURES[0];
    let nonce = &capture.nonce;
    let mut answer = Vec::new();
    let mut put = |mark: &str, body: &[u8]| {
        answer.extend_from_slice(format!("@{nonce} {mark}\n").as_bytes());
        if mark != "end" {
            answer.extend_from_slice(body);
            answer.extend_from_slice(format!("\n@{nonce}=0\n").as_bytes());
        }
    };
    for (mark, good) in sections_of(capture) {
        match is_of(&mark, section) {
            true => put(&mark, body),
            false => put(&mark, good.trim_ascii_end()),
        }
    }
    on_the_cable(nonce, &answer);
}

fn section_seeds() -> Vec<Vec<u8>> {
    let all = readers::all_sections();
    let mut seeds = BTreeSet::new();
    for (n, section) in all.iter().enumerate() {
        for capture in CAPTURES.iter() {
            let body = sections_of(capture)
                .into_iter()
                .find(|(mark, _)| is_of(mark, section));
            if let Some((_, body)) = body {
                seeds.insert([&[n as u8][..], body.trim_ascii_end()].concat());
            }
        }
        // Sections that the samples do not hold begin with nothing.
        if section.span != Span::Once {
            seeds.insert(vec![n as u8]);
        }
    }
    seeds.into_iter().collect()
}

/// A whole answer: what does not run to its end tells nothing, and what is judged of it can be saved.
fn answer(bytes: &[u8]) {
    let evidence = on_the_cable("5907c4ec5907c4ec", bytes);
    let end = b"@5907c4ec5907c4ec end";
    let ends = bytes.windows(end.len()).any(|window| window == end);
    assert!(
        ends || evidence
            .readings()
            .all(|(_, _, reading)| reading.value().is_none())
    );
    judged(&evidence);
}

fn answer_seeds() -> Vec<Vec<u8>> {
    CAPTURES
        .iter()
        .map(|capture| {
            let text = String::from_utf8_lossy(&capture.answer);
            text.replace(&capture.nonce, "5907c4ec5907c4ec")
                .into_bytes()
        })
        .collect()
}

/// The frame around an answer: what comes out is no longer than what came in, and has no mark in it.
fn frame(bytes: &[u8]) {
    let nonce = 0x5907_c4ec_5907_c4ec;
    if let Ok((body, status)) = twice(|| transport::framed(nonce, bytes)) {
        assert!(body.len() < bytes.len() && (0..256).contains(&status));
        assert!(
            !String::from_utf8_lossy(&body)
                .lines()
                .any(|line| line.starts_with("@5907c4ec5907c4ec@end "))
        );
    }
}

/// As the phone's `sed` numbers and doubles the lines.
fn frame_seeds() -> Vec<Vec<u8>> {
    ["", "one\ntwo\n", "@5907c4ec5907c4ec base\nx=1\n"]
        .iter()
        .map(|body| {
            let lines = format!("@5907c4ec5907c4ec@begin\n{body}\n@5907c4ec5907c4ec@end 0\n");
            let count = lines.lines().count();
            let numbered = lines.lines().zip(1..);
            let text: String = numbered
                .map(|(line, n)| format!("{n}\n{line}\n{line}\n"))
                .collect();
            format!("{text}{count}\n").into_bytes()
        })
        .collect()
}

/// The list of phones, and what tells one of them from the others.
fn devices(bytes: &[u8]) {
    for device in twice(|| transport::Device::parse_list(bytes)) {
        fit_for_a_terminal(device.state.label());
        device.model.as_deref().map(fit_for_a_terminal);
        if let Some(serial) = &device.serial {
            let _ = twice(|| PhoneId::from_adb_serial(serial));
            let _ = PhoneId::from_backup_folder(serial);
        }
    }
}

fn devices_seeds() -> Vec<Vec<u8>> {
    let list = "SYNTHETIC1 device usb:1-1 product:p model:SYNTHETIC_1 device:d transport_id:3\n\
                (no serial number) unauthorized transport_id:4\n????????????  no permissions (udev); see [x]\nemulator-5554 offline\n";
    vec![list.into()]
}

/// The answers of two small scripts: the watched power key, and a page that was opened.
fn watched(bytes: &[u8]) {
    let _ = twice(|| watch::read(bytes).map(|watched| format!("{watched:?}")));
    if pages::opened(0, bytes).is_ok() {
        assert!(pages::opened(1, bytes).is_err());
        assert!(String::from_utf8_lossy(bytes).contains("Starting: Intent"));
    }
}

fn watched_seeds() -> Vec<Vec<u8>> {
    vec![
        b"10.00 10.10 Awake 0\n10.60 10.70 Awake 0\n11.20 11.30 Asleep 0\n11.80 11.90 Asleep 1\n"
            .to_vec(),
        b"10.00 10.10 Dozing 1\n".to_vec(),
        b"Starting: Intent { act=android.settings.USER_SETTINGS }\n".to_vec(),
    ]
}

/// A capture that is read can be written, and reads the same; and whatever is put into one comes out again.
fn capture(bytes: &[u8]) {
    if let Ok(capture) = twice(|| Capture::from_bytes(bytes)) {
        assert_eq!(
            Capture::from_bytes(&capture.to_bytes()).as_ref(),
            Ok(&capture)
        );
        fit_for_a_terminal(&capture.label);
    }
    // The seal keeps nearly all mutations out: so the parts are sealed anew, too.
    let mut parts = bytes.splitn(3, |b| *b == b'\n');
    let mut part = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (label, tool) = (part(), part());
    let made = Capture {
        taken_at: at(),
        tool,
        nonce: "5907c4ec5907c4ec".into(),
        label,
        answer: parts.next().unwrap_or_default().to_vec(),
    };
    let read = Capture::from_bytes(&made.to_bytes()).expect("what was written is read");
    assert_eq!(read.answer, made.answer);
    assert_eq!(read.to_bytes(), made.to_bytes());
}

fn capture_seeds() -> Vec<Vec<u8>> {
    SAMPLES.iter().map(|name| sample(name)).collect()
}

/// A dump from a file or folder: what is read is as any other evidence.
fn offline(path: &std::path::Path, kind: Kind) {
    let first = offline::read(path, kind, &REQUEST);
    match first {
        Err(error) => {
            assert_eq!(offline::read(path, kind, &REQUEST).err(), Some(error));
        }
        Ok(evidence) => {
            settled(|| offline::read(path, kind, &REQUEST).unwrap_or_else(|_| evidence.clone()));
        }
    }
}

fn bug_report(bytes: &[u8]) {
    if !bytes.starts_with(b"PK") {
        with_file("report.txt", bytes, |path| offline(path, Kind::Bugreport));
    }
}

/// A small dump of every service that is read; the texts are synthetic.
fn services() -> String {
    let dashes = "-".repeat(79);
    [
        ("account", "User UserInfo{0:Owner:c13}:\n  Accounts: 1\n    Account {name=x, type=com.google}\n"),
        ("device_policy", "Current Device Policy Manager state:\n  Enabled Device Admins (User 0, provisioningState: 0):\n"),
        ("lock_settings", "Current lock settings service state:\nUser 0\n    CredentialType: PIN\n"),
        ("package", "Packages:\n  Package [com.whatsapp] (1):\n    versionName=2.26.9\n    targetSdk=36\n    User 0: ceDataInode=1 installed=true hidden=false\n      runtime permissions:\n        android.permission.READ_CONTACTS: granted=true\n\nShared users:\n"),
        ("power", "  mWakefulness=Awake\n  mMaximumScreenOffTimeoutFromDeviceAdmin=120000\n"),
        ("settings", "SECURE SETTINGS (user 0)\n_id:1 name:lock_screen_lock_after_timeout pkg:android value:5000 default:5000\n\n"),
        ("trust", "Trust manager state:\n User \"Owner\" (id=0, flags=0x4c13) (current): trustState=UNTRUSTED, trustManaged=0, deviceLocked=1\n"),
        ("user", "Users:\n  UserInfo{0:Owner:4c13} serialNo=0 isPrimary=true\n    State: RUNNING_UNLOCKED\n"),
    ]
    .iter()
    .map(|(name, text)| {
        format!("{dashes}\nDUMP OF SERVICE {name}:\n{}\n--------- 0.012s was the duration of dumpsys {name}, ending at: 2026-11-02 09:14:00\n", text.trim_end())
    })
    .collect()
}

const PROPS: &str = "[ro.build.version.sdk]: [36]\n[ro.build.version.release]: [16]\n[ro.product.model]: [SYNTHETIC-1]\n[persist.sys.timezone]: [Europe/London]";

fn bug_report_text() -> String {
    let line = "=".repeat(56);
    format!(
        "{line}\n== dumpstate: 2026-11-02 09:14:00\n{line}\n\n------ SYSTEM PROPERTIES (getprop) ------\n{PROPS}\n------ STORAGED IO INFO (storaged -u -p) ------\n{}------ 32.1s was the duration of 'DUMPSYS' ------\n",
        services()
    )
}

fn bug_report_seeds() -> Vec<Vec<u8>> {
    vec![bug_report_text().into_bytes()]
}

/// The files of an acquisition that are read, besides the list of their hashes.
const FILES: [&str; 6] = [
    "getprop.txt",
    "settings_system.txt",
    "settings_secure.txt",
    "settings_global.txt",
    "dumpsys.txt",
    "acquisition.json",
];

/// One file of a good acquisition is replaced: the first byte says which. The hashes are those of what is there.
fn acquisition(bytes: &[u8]) {
    let Some((which, content)) = bytes.split_first() else {
        return;
    };
    let which = usize::from(*which) % (FILES.len() + 1);
    let mut files = good_files();
    if let Some((_, file)) = files.get_mut(which) {
        *file = content.to_vec();
    }
    let hashes: String = files
        .iter()
        .map(|(name, bytes)| format!("{name},{}\n", hex(bytes)))
        .collect();
    files.push((
        "hashes.csv",
        if which == FILES.len() {
            content.to_vec()
        } else {
            hashes.into_bytes()
        },
    ));
    let folder = folder();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    offline(folder.path(), Kind::Acquisition);
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn good_files() -> Vec<(&'static str, Vec<u8>)> {
    let about = r#"{"androidqf_version": "1.7.0", "started": "2026-11-02T09:00:00Z", "completed": "0001-01-01T00:00:00Z"}"#;
    let texts = [
        PROPS.to_owned(),
        "screen_off_timeout=60000".into(),
        "lock_screen_lock_after_timeout=5000\nlock_screen_show_notifications=1\nlock_screen_allow_private_notifications=0".into(),
        "adb_enabled=1".into(),
        format!("Currently running services:\n  power\n{}", services()),
        about.into(),
    ];
    FILES
        .into_iter()
        .zip(texts.map(String::into_bytes))
        .collect()
}

fn acquisition_seeds() -> Vec<Vec<u8>> {
    let files = good_files().into_iter().enumerate();
    files
        .map(|(n, (_, bytes))| [&[n as u8][..], &bytes].concat())
        .collect()
}

/// A zip, as a bug report and as an acquisition.
fn dump_zip(bytes: &[u8]) {
    with_file("dump.zip", bytes, |path| {
        offline(path, Kind::Bugreport);
        offline(path, Kind::Acquisition);
    });
}

fn dump_zip_seeds() -> Vec<Vec<u8>> {
    let zip = |files: &[(&str, Vec<u8>)]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .expect("an entry");
            std::io::Write::write_all(&mut writer, bytes).expect("written");
        }
        writer.finish().expect("a zip").into_inner()
    };
    let name = "bugreport-synthetic.txt";
    vec![
        zip(&[
            (name, bug_report_text().into_bytes()),
            ("main_entry.txt", name.into()),
        ]),
        zip(&good_files()),
    ]
}
