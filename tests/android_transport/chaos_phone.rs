//! Faults of the phone itself: some of its commands answer late, in part, twice, in another order, with something
//! else, or never. The phones are such that what one command says can be contradicted by what another one says.

use std::time::Duration;

use spotcheck::android::probe;
use spotcheck::evidence::Request;

use crate::chaos::Random;
use crate::phone_kit::{HANGS, Make, NONCE, Phone, Tools, WHATSAPP};

/// Each command gets a second.
pub const DEADLINE: Duration = Duration::from_secs(6);

/// What one of them says, another one may say otherwise.
const SECOND: &[&str] = &[
    "dumpsys safety_center data",
    "dumpsys lock_settings",
    "dumpsys trust",
    "dumpsys power",
    "dumpsys device_policy",
    "dpm list-owners",
    "pm list users",
    "settings --user 0 list secure",
    "dumpsys notification --package com.whatsapp",
    "dumpsys activity service com.android.systemui/.SystemUIService NotificationLockscreenUserManagerImpl",
    "dumpsys activity service com.android.systemui/.keyguard.KeyguardService",
];

/// A phone, the commands that an audit runs on it, and what it then answers.
pub struct Asked {
    pub phone: Phone,
    /// Command line, what it prints, and its exit status.
    commands: Vec<(String, String, i32)>,
    pub whole: Vec<u8>,
}

/// Runs an audit's script on a phone.
pub fn ask(phone: &Phone, request: &Request, tools: &Tools, within: Duration) -> Asked {
    let folder = tempfile::tempdir().expect("a folder");
    let built = phone.build(folder.path());
    let whole = built.run(&probe::script_within(request, NONCE, within), tools);
    let log = built.log();
    // Of two that are alike the first counts.
    let mut commands: Vec<(String, String, i32)> = Vec::new();
    for (line, output, status) in phone.commands() {
        let fresh = commands.iter().all(|(known, ..)| *known != line);
        if fresh && log.contains(&line) {
            commands.push((line, output, status));
        }
    }
    Asked {
        phone: phone.clone(),
        commands,
        whole,
    }
}

/// Phones that meet every line, and phones that meet none, but for one command that says the opposite.
pub fn phones(request: &Request, tools: &Tools) -> Vec<Asked> {
    let good = |make, sdk| {
        Phone::stock(make, sdk)
            .previews(1, 0)
            .device_owner(
                "com.google.android.apps.work.clouddpc/.receivers.CloudDeviceAdminReceiver",
            )
            .app(WHATSAPP, 0)
    };
    let bad = |make, sdk| {
        Phone::stock(make, sdk)
            .no_lock()
            .screen_timeout(1_800_000)
            .trust(|trust| {
                trust.managed = true;
                trust.managing = vec![true];
            })
            .user(10, 0x410, true)
            .app(WHATSAPP, 0)
            .grant("READ_MEDIA_IMAGES")
            .grant("READ_EXTERNAL_STORAGE")
            .grant("READ_CONTACTS")
    };
    let mut phones = vec![good(Make::Pixel, 36), good(Make::Samsung, 34)];
    phones.extend([bad(Make::Pixel, 36), bad(Make::Samsung, 28)]);
    for (n, command) in SECOND.iter().enumerate() {
        // Some only Samsung's phones are asked.
        let (make, sdk) = [(Make::Pixel, 36), (Make::Samsung, 34)][n % 2];
        let (good, bad) = (good(make, sdk), bad(make, sdk));
        phones.push(good.clone().answers(command, &bad.dump(command), 0));
        phones.push(bad.answers(command, &good.dump(command), 0));
    }
    phones
        .iter()
        .map(|phone| ask(phone, request, tools, Duration::from_secs(60)))
        .collect()
}

/// The same phone with a fault in one to three of its commands; what the faults are, and whether they change what is
/// said: another value is no better or worse.
pub fn damaged(asked: &Asked, random: &mut Random) -> (Phone, String, bool) {
    let changes = random.below(4) == 0;
    let mut phone = asked.phone.clone();
    let mut told = Vec::new();
    for _ in 0..=random.below(3) {
        // There are many small questions: half the time it is one of the sources that contradict each other.
        let source = random.below(2) == 0;
        let pool: Vec<_> = asked
            .commands
            .iter()
            .filter(|(line, ..)| !source || SECOND.contains(&line.as_str()))
            .collect();
        let (line, output, status) = pool[random.below(pool.len())];
        let kind = random.below(6);
        let (name, output, status) = match (changes, kind) {
            (false, 0) => {
                phone = phone.slow(line, 0.2);
                told.push(format!("{line}: late"));
                continue;
            }
            (false, 1) => {
                phone = phone.slow(line, 3.0);
                told.push(format!("{line}: too late"));
                continue;
            }
            (false, 2) => ("nothing", String::new(), 255),
            (false, 3) => ("cut", cut(output, random), [1, 137, 141][random.below(3)]),
            (false, _) => ("hangs", HANGS.to_owned(), 0),
            (true, 0) => ("cut without a word", cut(output, random), *status),
            (true, 1) => ("twice", format!("{output}\n{output}"), *status),
            (true, 2 | 3) => ("in another order", reordered(output, random), *status),
            (true, _) => ("garbage", garbage(random), *status),
        };
        told.push(format!("{line}: {name}"));
        phone = instead(phone, line, &output, status);
    }
    (phone, told.join(", "), changes)
}

/// What a command answers from now on, whatever was said of it before.
fn instead(mut phone: Phone, line: &str, output: &str, status: i32) -> Phone {
    phone.instead.retain(|(known, ..)| known != line);
    phone.answers(line, output, status)
}

fn cut(output: &str, random: &mut Random) -> String {
    let mut at = random.below(output.len());
    while !output.is_char_boundary(at) {
        at -= 1;
    }
    output[..at].to_owned()
}

fn reordered(output: &str, random: &mut Random) -> String {
    let mut lines: Vec<&str> = output.lines().collect();
    for _ in 0..4 {
        let (a, b) = (random.below(lines.len()), random.below(lines.len()));
        if a < lines.len() && b < lines.len() {
            lines.swap(a, b);
        }
    }
    lines.join("\n")
}

/// Printable and not; a NUL has a meaning of its own in these phones.
fn garbage(random: &mut Random) -> String {
    let length = [3, 300, 30_000][random.below(3)];
    (0..length)
        .map(|_| match random.below(12) {
            0 => '\n',
            1 => '=',
            2 => '@',
            _ => char::from((random.next() as u8).max(1)),
        })
        .collect()
}
