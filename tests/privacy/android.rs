//! Every way in which an Android phone or what was taken from one is audited.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use spotcheck::android::capture::Capture;
use spotcheck::android::watch;

use super::adb_double::{Auth, Config, Double, Fault};
use super::adb_server_double::{Reply, ServerDouble};
use super::canaries::{Flock, Kind, Side};
use super::lab::{Lab, Way};
use super::phone_kit::{Built, Phone, Tools};
use super::plugged::Plugged;
use super::saved::{self, Layout};
use super::{PROFILES, phone};

/// Every kind of file that a result can be written to.
pub const EVERY_FILE: &str = "-o @/r.json -o @/r.csv -o @/r.xml -o @/r.html -o @/r.pdf -o @/r.txt";
/// The same for any number of checklists.
const EVERY_PROFILE: &str = "-o @/{profile}.json -o @/{profile}.csv -o @/{profile}.xml -o @/{profile}.html -o @/{profile}.pdf -o @/{profile}.txt";

/// What is put in.
pub struct Inputs {
    phones: Vec<(&'static str, Phone)>,
    serial: String,
    /// The typed path of files, which holds a name.
    owner: String,
    saved: Vec<(String, Vec<u8>)>,
    report: String,
}

impl Inputs {
    pub fn new(flock: &Flock) -> Inputs {
        let samsung = phone::samsung(flock);
        let life = |place: &str| phone::life(flock, place);
        let mut saved: Vec<(String, Vec<u8>)> = saved::files(&samsung)
            .into_iter()
            .map(|(name, bytes)| {
                let place = format!("acquisition: {name}");
                let text = phone::own(flock, &place, &String::from_utf8_lossy(&bytes));
                let text = match name.as_str() {
                    "logcat.txt" | "processes.txt" | "packages.json" => text + "\n" + &life(&place),
                    _ => text,
                };
                (name, text.into_bytes())
            })
            .collect();
        for name in [
            "sms.json",
            "env.txt",
            "services.txt",
            "backup.ab",
            "files.json",
        ] {
            saved.push((
                name.into(),
                life(&format!("acquisition: {name}")).into_bytes(),
            ));
        }
        let place = "bug report";
        let report = phone::own(flock, place, &saved::bugreport_text(&samsung)).replace(
            "------ SYSTEM LOG (logcat) ------\n",
            &format!("------ SYSTEM LOG (logcat) ------\n{}", life(place)),
        );
        Inputs {
            phones: vec![
                ("samsung", samsung),
                ("pixel", phone::pixel(flock)),
                ("old", phone::old(flock)),
                ("refusing", phone::refusing(flock)),
                ("odd", phone::odd(flock)),
                ("owned", phone::owned(flock)),
                ("looked at", phone::looked_at(flock)),
            ],
            serial: flock.plant(
                Side::Phone,
                Kind::Serial,
                "the serial on the ADB server's list",
            ),
            owner: flock.plant(Side::Phone, Kind::Name, "the folder of a saved dump"),
            saved,
            report,
        }
    }

    /// Everything that is put in, to see that the canaries are there.
    pub fn everything(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for (_, phone) in &self.phones {
            all.extend(phone::everything(phone));
        }
        for (name, bytes) in &self.saved {
            all.extend(name.as_bytes());
            all.extend(bytes);
        }
        all.extend(self.report.as_bytes());
        all.extend(self.serial.as_bytes());
        all.extend(self.owner.as_bytes());
        all
    }

    fn phone(&self, name: &str) -> &Phone {
        &self
            .phones
            .iter()
            .find(|(n, _)| *n == name)
            .expect("a phone")
            .1
    }
}

/// Runs all of it. What it returns is a saved audit, its capture and the register, for commands that go on from there.
pub fn all(lab: &Lab, inputs: &Inputs, register: &Path) -> Option<Kept> {
    let kept = live(lab, inputs, register)?;
    faults(lab, inputs)?;
    through_a_server(lab, inputs, register)?;
    from_files(lab, inputs, &kept);
    Some(kept)
}

/// Somebody opens a page of the settings during the look, and the power key is watched: more commands for the phone.
pub fn during_the_look(lab: &Lab, inputs: &Inputs) -> Option<()> {
    let phone = inputs.phone("looked at");
    let plugged = Plugged::in_(phone)?;
    let case = "android --tcp, at a terminal";
    let go = lab.go(
        case,
        "android --notice-given 2026-11-20 --controls IM-06 -o @/r.json --tcp",
    );
    go.text(&plugged.addr()).shown(|terminal| {
        terminal.wait_for("Question 1 of");
        terminal.wait_for("Answer: ");
        terminal.send("o\n");
        terminal.wait_for("The page is open on the phone");
        terminal.send("s\ns\ns\ns\n");
    });
    assert!(plugged.log().contains("am start"), "{}", plugged.log());
    let crossed = plugged.double.counters().crossed();
    lab.look(case, Way::Cable, "the shell's stream", &crossed);
    let tools = Tools::find()?;
    let watched = plugged.built.run(&watch::script(), &tools);
    assert!(
        watch::read(&watched).is_ok(),
        "{}",
        String::from_utf8_lossy(&watched)
    );
    lab.look("the power key", Way::Cable, "the shell's output", &watched);
    Some(())
}

pub struct Kept {
    pub audit: PathBuf,
    pub capture: PathBuf,
}

fn live(lab: &Lab, inputs: &Inputs, register: &Path) -> Option<Kept> {
    let mut kept = None;
    for (name, phone) in inputs.phones.iter().filter(|(n, _)| *n != "looked at") {
        let plugged = Plugged::in_(phone)?;
        let case = format!("android --tcp, {name}");
        let go = lab
            .go(&case, "android --no-input --tcp")
            .text(&plugged.addr());
        let go = go
            .words(EVERY_FILE)
            .words("--save-capture @/a.capture --keep-days 730 --register");
        let at = go.at.clone();
        go.path(register)
            .words("--staff-ref S-001 --ownership personal --campaign 2026-11")
            .ends(&[1, 3]);
        lab.look(
            &case,
            Way::Cable,
            "the shell's stream",
            &plugged.double.counters().crossed(),
        );
        assert!(plugged.double.counters().sent() > 500, "{case}");
        let log = plugged.log();
        for command in [
            "dumpsys trust",
            "dumpsys lock_settings",
            "pm list users",
            "settings --user 0 list secure",
        ] {
            assert!(log.contains(command), "{case}: {command} was not run");
        }
        if *name == "samsung" {
            let json = std::fs::read_to_string(at.join("r.json")).expect("the audit");
            let audit: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            assert!(
                audit["read_log"]
                    .as_array()
                    .is_some_and(|log| log.len() > 20)
            );
            kept = Some(Kept {
                audit: at.join("r.json"),
                capture: at.join("a.capture"),
            });
        }
    }
    let plugged = Plugged::in_with(inputs.phone("samsung"), "")?;
    let case = "android --tcp, shell v1, all checklists";
    let mut go = lab
        .go(case, "android --no-input --format json --tcp")
        .text(&plugged.addr());
    for profile in PROFILES {
        go = go.words("--profile").text(profile);
    }
    go.words(EVERY_PROFILE).ends(&[1, 3]);
    lab.look(
        case,
        Way::Cable,
        "the shell's stream",
        &plugged.double.counters().crossed(),
    );
    let plugged = Plugged::in_(inputs.phone("samsung"))?;
    for (case, words) in [
        ("android, answers to fill in", "--answers-template"),
        ("android, declined", "--declined"),
    ] {
        let go = lab
            .go(case, "android --no-input --tcp")
            .text(&plugged.addr());
        go.words(words).ends(&[0, 3]);
    }
    lab.look(
        "android",
        Way::Cable,
        "the shell's stream",
        &plugged.double.counters().crossed(),
    );
    kept
}

/// Unplugged, hanging, garbled, not allowed.
fn faults(lab: &Lab, inputs: &Inputs) -> Option<()> {
    let tools = Tools::find()?;
    let folder = tempfile::tempdir().expect("a folder");
    let built = inputs.phone("samsung").build(folder.path());
    let path = format!(
        "{}:{}",
        built.bin().display(),
        tools.applets.path().display()
    );
    for (name, auth, faults) in [
        ("unplugged midway", Auth::Open, vec![Fault::CutAfter(3000)]),
        ("closed midway", Auth::Open, vec![Fault::CloseAfter(1500)]),
        ("hanging midway", Auth::Open, vec![Fault::HangAfter(2500)]),
        ("a garbled byte", Auth::Open, vec![Fault::Garble(700, b'~')]),
        (
            "another's words before",
            Auth::Open,
            vec![Fault::Before(phone_words(inputs))],
        ),
        (
            "another's words instead",
            Auth::Open,
            vec![Fault::Instead(phone_words(inputs))],
        ),
        (
            "no message",
            Auth::Open,
            vec![Fault::NoMessage(phone_words(inputs))],
        ),
        ("denied", Auth::Denied, vec![]),
        (
            "never allowed",
            Auth::After(Duration::from_secs(60)),
            vec![],
        ),
    ] {
        let double = Double::start(Config {
            shell: tools.shell.clone(),
            path: path.clone().into(),
            auth,
            faults,
            ..Config::default()
        });
        let case = format!("android --tcp, {name}");
        let go = lab.go(
            &case,
            "android --no-input --timeout 2 --save-capture @/a.capture --tcp",
        );
        let go = go.text(&double.addr().to_string()).words(EVERY_FILE);
        let statuses = if name.contains("before") {
            &[1, 3, 4][..]
        } else {
            &[4]
        };
        if name.contains("never") {
            go.ends(statuses);
        } else {
            go.ends_traced(statuses);
        }
        // What a fault makes the phone print never came through its filters.
        if !name.contains("another") {
            lab.look(
                &case,
                Way::Cable,
                "the shell's stream",
                &double.counters().crossed(),
            );
        }
    }
    Some(())
}

/// What a phone would print if it printed everything.
fn phone_words(inputs: &Inputs) -> Vec<u8> {
    let (_, text, _) = inputs
        .phone("samsung")
        .instead
        .iter()
        .find(|(command, ..)| command == "dumpsys trust")
        .expect("an answer");
    text.clone().into_bytes()
}

/// What a shell of this phone sends, as shell v2 packs it.
fn stream(built: &Built, tools: &Tools, request: &str) -> Vec<u8> {
    let command = request.split_once(':').map_or("", |(_, command)| command);
    let path = format!(
        "{}:{}",
        built.bin().display(),
        tools.applets.path().display()
    );
    let output = Command::new(&tools.shell)
        .args(["-c", command])
        .env_clear()
        .env("PATH", path)
        .output()
        .expect("a shell");
    let status = output.status.code().unwrap_or(255) as u8;
    [(1, output.stdout), (2, output.stderr), (3, vec![status])]
        .into_iter()
        .flat_map(|(channel, bytes)| {
            let length = (bytes.len() as u32).to_le_bytes();
            [&[channel], &length[..], &bytes].concat()
        })
        .collect()
}

/// Through an ADB server that tells the phone's serial.
fn through_a_server(lab: &Lab, inputs: &Inputs, register: &Path) -> Option<()> {
    let tools = Tools::find()?;
    let folder = tempfile::tempdir().expect("a folder");
    let built = inputs.phone("pixel").build(folder.path());
    let serial = &inputs.serial;
    let one = format!("{serial} device usb:1-2 product:p model:Pixel_10 device:d transport_id:4\n");
    let two = format!("{one}B2 device model:Pixel_7 transport_id:5\n");
    let gone = format!("{serial} offline transport_id:4\n");
    // A list lives as long as its server, which is as long as this program.
    let list = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let crossed = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = std::sync::Arc::clone(&crossed);
    let server = ServerDouble::start(list(one), move |request| {
        request.starts_with("shell").then(|| {
            let bytes = stream(&built, &tools, request);
            heard.lock().expect("no panic").extend_from_slice(&bytes);
            Reply::Stream(bytes)
        })
    });
    let addr = server.addr().to_string();
    for (case, words) in [
        ("android --server", "--keep-days 730 --staff-ref S-002"),
        (
            "android --server, again",
            "--keep-days 730 --staff-ref S-003",
        ),
    ] {
        let go = lab
            .go(case, "android --no-input --server")
            .text(&addr)
            .words(EVERY_FILE);
        let go = go
            .words(words)
            .words("--save-capture @/a.capture --register")
            .path(register);
        let ran = go.ends(&[1, 3]);
        let again = format!("{}{}", ran.out, ran.err).contains("audited before");
        assert_eq!(
            again,
            case.ends_with("again"),
            "{case}: {}{}",
            ran.out,
            ran.err
        );
    }
    let go = lab.go("android --server --serial", "android --no-input --server");
    go.text(&addr)
        .words("--serial")
        .text(serial)
        .words(EVERY_FILE)
        .ends(&[1, 3]);
    let crossed = crossed.lock().expect("no panic").clone();
    assert!(crossed.len() > 1000);
    lab.look(
        "android --server",
        Way::Cable,
        "the shell's stream",
        &crossed,
    );
    for format in ["table", "json"] {
        let go = lab.go("devices", "devices --server").text(&addr);
        go.words("--format").text(format).ends(&[0]);
    }
    for (case, phones) in [("two phones", two), ("a phone that is gone", gone)] {
        let server = ServerDouble::with_phones(list(phones));
        let case = format!("android --server, {case}");
        let go = lab.go(&case, "android --no-input --timeout 2 --server");
        let go = go.text(&server.addr().to_string()).words(EVERY_FILE);
        go.ends_traced(&[2, 4]);
    }
    Some(())
}

/// The answer with a life at the end of every section.
fn stuffed_capture(inputs: &Inputs, capture: &Path) -> Vec<u8> {
    let mut capture =
        Capture::from_bytes(&std::fs::read(capture).expect("a capture")).expect("a capture");
    let answer = String::from_utf8_lossy(&capture.answer).into_owned();
    let words = String::from_utf8(phone_words(inputs)).expect("UTF-8");
    let end = format!("\n@{}=", capture.nonce);
    capture.answer = answer
        .replace(&end, &format!("\n{words}{end}"))
        .into_bytes();
    capture.to_bytes()
}

/// Captures, acquisitions, bug reports: whole, damaged, in places whose names tell.
fn from_files(lab: &Lab, inputs: &Inputs, kept: &Kept) {
    let owner = lab.input("saved").join(&inputs.owner);
    std::fs::create_dir_all(&owner).expect("a folder");
    let capture = owner.join("a.capture");
    std::fs::copy(&kept.capture, &capture).expect("copied");
    let stuffed = owner.join("stuffed.capture");
    std::fs::write(&stuffed, stuffed_capture(inputs, &capture)).expect("written");
    let cut = owner.join("cut.capture");
    let bytes = std::fs::read(&capture).expect("a capture");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).expect("written");
    let text = owner.join("report.txt");
    std::fs::write(&text, &inputs.report).expect("written");
    let zip = saved::zip(
        &owner.join("report.zip"),
        "",
        &[
            ("version.txt".into(), b"2.0".to_vec()),
            (
                "bugreport-synthetic.txt".into(),
                inputs.report.clone().into_bytes(),
            ),
            (
                format!("FS/data/{}.txt", inputs.owner),
                inputs.owner.clone().into_bytes(),
            ),
            ("main_entry.txt".into(), b"bugreport-synthetic.txt".to_vec()),
        ],
    );
    let half = owner.join("half.zip");
    let bytes = std::fs::read(&zip).expect("a zip");
    std::fs::write(&half, &bytes[..bytes.len() / 2]).expect("written");
    for (option, path) in [
        ("--capture", &capture),
        ("--capture", &stuffed),
        ("--bugreport", &text),
        ("--bugreport", &zip),
    ] {
        let case = format!(
            "android {option}, {}",
            path.file_name().expect("a name").display()
        );
        let go = lab
            .go(&case, "android --no-input --as-of evidence")
            .text(option)
            .path(path);
        go.words(EVERY_FILE).ends(&[1, 3]);
    }
    for layout in saved::LAYOUTS {
        let folder = owner.join(format!("{layout:?}"));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = saved::acquisition_of(inputs.saved.clone(), *layout, &folder);
        let case = format!("android --folder, {layout:?}");
        let go = lab
            .go(&case, "android --no-input --as-of evidence --folder")
            .path(&path);
        go.words(EVERY_FILE).ends(&[1, 3]);
        if *layout == Layout::Folder {
            // As if written by somebody else: hashes that do not fit, and files that are not there.
            std::fs::write(path.join("getprop.txt"), phone_words(inputs)).expect("written");
            std::fs::remove_file(path.join("dumpsys.txt")).expect("removed");
            let go = lab
                .go("android --folder, damaged", "android --no-input --folder")
                .path(&path);
            go.words(EVERY_FILE).ends_traced(&[1, 3, 4]);
            std::fs::write(path.join("acquisition.json"), phone_words(inputs)).expect("written");
            let go = lab
                .go("android --folder, broken", "android --no-input --folder")
                .path(&path);
            go.words(EVERY_FILE).ends_traced(&[1, 3, 4]);
        }
    }
    for (option, path) in [
        ("--capture", cut.as_path()),
        ("--capture", &text),
        ("--capture", &owner.join("none.capture")),
        ("--bugreport", &half),
        ("--bugreport", &capture),
        ("--folder", &text),
        ("--folder", &owner),
        ("--folder", &owner.join("none")),
    ] {
        let case = format!(
            "android {option}, of no use: {}",
            path.file_name().expect("a name").display()
        );
        let case = case.replace(&inputs.owner, "the folder");
        let go = lab.go(&case, "android --no-input").text(option).path(path);
        go.words(EVERY_FILE).ends_traced(&[2, 3, 4]);
    }
}
