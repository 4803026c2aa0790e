//! Dumps cut short, with lines lost and with files lost: no verdict gets better. The places are drawn with a seed.

use super::*;
use saved::Layout;

/// A small generator: the same places each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).expect("small")
    }
}

fn not_better(name: &str, whole: &Audit, damaged: &Audit) {
    for finding in &damaged.findings {
        let before = whole
            .findings
            .iter()
            .find(|f| f.control == finding.control && f.subject == finding.subject)
            .map_or(1, |f| rank(f.verdict));
        assert!(
            rank(finding.verdict) <= before.max(1),
            "{name}: {} of {} became {:?}: {}",
            finding.control,
            finding.subject,
            finding.verdict,
            finding.found
        );
    }
}

fn phones() -> [Phone; 3] {
    [
        Phone::stock(Make::Pixel, 31)
            .previews(1, 0)
            .user(10, 0x410, false)
            .app(WHATSAPP, 0)
            .grant("READ_CONTACTS"),
        Phone::stock(Make::Nokia, 29)
            .trust(|t| t.locked = true)
            .global("stay_on_while_plugged_in", "3")
            .app(WHATSAPP, 0),
        Phone::stock(Make::Motorola, 33)
            .prop("ro.lineage.version", "22")
            .trust(|t| t.managing = vec![true])
            .user(10, 0x1030, true)
            .app(WHATSAPP, 0)
            .app(WHATSAPP, 10),
    ]
}

#[test]
fn bug_reports_cut_anywhere() {
    let mut draw = Draw(0x5907_c4ec);
    for phone in phones() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.txt");
        let text = saved::bugreport_text(&phone);
        std::fs::write(&path, &text).expect("a file");
        let whole = judged(&read(&path, Kind::Bugreport));
        for _ in 0..60 {
            let at = 200 + draw.below(text.len() - 200);
            let cut = text.get(..at).expect("ASCII");
            std::fs::write(&path, cut).expect("a file");
            not_better(
                &format!("cut at {at}"),
                &whole,
                &judged(&read(&path, Kind::Bugreport)),
            );
        }
    }
}

/// Without hashes.csv only the marks in the text show what is whole.
#[test]
fn acquisitions_cut_anywhere() {
    let mut draw = Draw(0xec4c_7095);
    for phone in phones() {
        for hashed in [true, false] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = saved::acquisition(&phone, Layout::Folder, folder.path());
            if !hashed {
                std::fs::remove_file(path.join("hashes.csv")).expect("removed");
            }
            let whole = judged(&read(&path, Kind::Acquisition));
            for name in [
                "dumpsys.txt",
                "getprop.txt",
                "settings_secure.txt",
                "settings_system.txt",
                "settings_global.txt",
                "acquisition.json",
            ] {
                let file = path.join(name);
                let bytes = std::fs::read(&file).expect("a file");
                for _ in 0..12 {
                    let at = draw.below(bytes.len());
                    std::fs::write(&file, &bytes[..at]).expect("a file");
                    let damaged = judged(&read(&path, Kind::Acquisition));
                    not_better(&format!("{name} cut at {at}, {hashed}"), &whole, &damaged);
                }
                std::fs::remove_file(&file).expect("removed");
                let damaged = judged(&read(&path, Kind::Acquisition));
                not_better(&format!("{name} lost, {hashed}"), &whole, &damaged);
                std::fs::write(&file, &bytes).expect("a file");
            }
        }
    }
}

/// A whole service that is lost, doubled or out of place.
#[test]
fn services_lost_doubled_or_moved() {
    for phone in phones() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = saved::acquisition(&phone, Layout::Folder, folder.path());
        std::fs::remove_file(path.join("hashes.csv")).expect("removed");
        let whole = judged(&read(&path, Kind::Acquisition));
        let text = saved::dumpsys(&phone);
        for (name, dump) in saved::services(&phone) {
            let part = saved::service(name, &dump);
            assert!(text.contains(&part), "{name}");
            for (what, text) in [
                ("lost", text.replace(&part, "")),
                ("doubled", text.replace(&part, &format!("{part}{part}"))),
                (
                    "said to be another",
                    text.replace(&part, &part.replace(name, "power")),
                ),
                (
                    "given up on",
                    text.replace(
                        &part,
                        &saved::service(
                            name,
                            &format!("\n*** SERVICE '{name}' DUMP TIMEOUT (10000ms) EXPIRED ***\n"),
                        ),
                    ),
                ),
            ] {
                std::fs::write(path.join("dumpsys.txt"), text).expect("a file");
                let damaged = judged(&read(&path, Kind::Acquisition));
                not_better(&format!("{name} {what}"), &whole, &damaged);
            }
        }
    }
}
