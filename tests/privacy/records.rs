//! Every command that works on audits that were saved, and those that need none.

use std::path::Path;

use super::android::EVERY_FILE;
use super::lab::{Lab, Way};
use super::{android, ios};

/// A list of synthetic references and a draw of them, for a campaign.
fn list(folder: &Path) {
    let rows: String = (1..=20)
        .map(|n| format!("S-{n:03},{}\n", ["a", "b"][n % 2]))
        .collect();
    std::fs::write(folder.join("staff.csv"), format!("id,group\n{rows}")).expect("written");
    let trust =
        "name = \"A synthetic NHS trust\"\n[policy]\nname = \"Messaging\"\nversion = \"1\"\n";
    std::fs::write(folder.join("spotcheck.toml"), trust).expect("written");
}

/// A campaign begins before anybody is audited for it.
pub fn campaign(lab: &Lab, register: &Path) {
    let go = lab.go(
        "register",
        "campaign new 2026-11 --population 20 --drawn 8 --keep-days 730 --register",
    );
    go.path(register).ends(&[0]);
}

pub fn all(lab: &Lab, android: &android::Kept, ios: &ios::Kept, registers: [&Path; 2]) {
    reports(lab, android, ios);
    for (n, register) in registers.into_iter().enumerate() {
        register_of(lab, ios, register, registers[1 - n]);
    }
    without_a_phone(lab);
}

fn reports(lab: &Lab, android: &android::Kept, ios: &ios::Kept) {
    for audit in [&android.audit, &ios.audit] {
        let case = "report";
        lab.go(case, "report")
            .path(audit)
            .words(EVERY_FILE)
            .ends(&[1, 3]);
        lab.go(case, "report --format json")
            .path(audit)
            .ends(&[1, 3]);
        for size in ["a6", "roll"] {
            let go = lab
                .go(case, "report -o @/r.pdf -o @/r.txt --slip-size")
                .text(size);
            go.path(audit).ends(&[1, 3]);
        }
        for format in ["table", "json"] {
            let go = lab.go("diff", "diff --format").text(format);
            go.path(audit).path(audit).ends(&[0]);
        }
        // The slip's own code, given back.
        let go = lab.go(case, "report -o @/r.txt").path(audit);
        let slip = go.at.join("r.txt");
        go.ends(&[1, 3]);
        let slip = std::fs::read_to_string(slip).expect("a slip");
        let (_, code) = slip.split_once("Code: ").expect("a code");
        let code: Vec<&str> = code.split_whitespace().take(4).collect();
        let go = lab.go("verify-slip", "verify-slip --audit").path(audit);
        go.text(&code.join(" ")).ends(&[0]);
    }
    let go = lab.go("diff", "diff").path(&android.audit).path(&ios.audit);
    go.ends(&[0, 1, 2, 4]);
    let go = lab.go(
        "report, of a batch",
        "report -o @/r.html -o @/r.csv -o @/r.xml",
    );
    go.path(&ios.batch).ends(&[1, 3, 4]);
    lab.go("merge", "merge")
        .path(&ios.batch)
        .ends_traced(&[1, 3, 4]);
    for command in ["report", "merge", "diff", "verify-slip X --audit"] {
        // What is no audit: a capture.
        let go = lab
            .go("saved audits that are none", command)
            .path(&android.capture);
        let go = if command == "diff" {
            go.path(&ios.audit)
        } else {
            go
        };
        go.ends_traced(&[2, 4]);
    }
}

fn register_of(lab: &Lab, ios: &ios::Kept, register: &Path, other: &Path) {
    let case = "register";
    let with = |words: &str| lab.go(case, words).words("--register").path(register);
    let each = |words: &str, format: &str| with(&format!("{words} --format {format}"));
    with("register import")
        .path(&ios.batch)
        .words("--keep-days 730")
        .ends(&[0, 1, 3, 4]);
    with("register list").ends(&[0]);
    for number in ["1", "2"] {
        with("register show").text(number).ends(&[0]);
    }
    let export = with("register export").ends(&[0]);
    with("register verify").ends(&[0]);
    with("register backup @/copy.sqlite").ends(&[0]);
    let go = lab.go(
        "register, merged",
        "register merge --keep-days 730 --register @/new.sqlite",
    );
    let lines = lab.input("export").join("export.jsonl");
    std::fs::write(&lines, export.out).expect("written");
    go.path(&lines).ends(&[0]);
    let folder = lab.input("draw");
    list(&folder);
    with("campaign outcome 2026-11 S-015 declined --keep-days 730").ends(&[0]);
    for format in ["table", "json"] {
        each("campaign status 2026-11", format).ends(&[0]);
        each("campaign report 2026-11", format).ends(&[0]);
    }
    with("campaign report 2026-11 --publish --interim -o @/r.html -o @/r.json -o @/r.txt")
        .ends(&[0]);
    for format in ["table", "csv", "json"] {
        each(
            &format!("foi -o @/f.{format}").replace("table", "txt"),
            format,
        )
        .ends(&[0]);
    }
    lab.go(case, "register show 1 --register")
        .path(other)
        .ends(&[0]);
    // Errors: what is no register, what cannot be taken in.
    let go = lab
        .go("register, not one", "register list --register")
        .path(&ios.audit);
    go.ends_traced(&[2, 4, 5]);
    with("register merge")
        .path(&ios.audit)
        .ends_traced(&[2, 4, 5]);
    with("register show 4711").ends_traced(&[2, 4]);
    lab.look_at_register(case, register);
    with("register purge").ends(&[0, 5]);
    lab.look_at_register(case, register);
    assert!(std::fs::metadata(register).expect("a register").len() > 10_000);
    lab.look(
        case,
        Way::Register,
        "its name",
        register.display().to_string().as_bytes(),
    );
}

/// Commands that know of no phone.
fn without_a_phone(lab: &Lab) {
    let folder = lab.input("draw");
    list(&folder);
    let staff = folder.join("staff.csv");
    for platform in ["ios", "android"] {
        lab.go("plan", "plan").text(platform).ends(&[0]);
        lab.go("look", "look --no-input -o @/r.json -o @/r.pdf")
            .text(platform)
            .ends(&[3]);
        lab.go("look", "look --answers-template")
            .text(platform)
            .ends(&[0]);
    }
    lab.go("notice", "notice").ends(&[0]);
    for id in ["IM-06", "lock.auto_lock"] {
        lab.go("explain", "explain").text(id).ends(&[0]);
    }
    lab.go("explain", "explain IM-99").ends(&[2]);
    for words in [
        "profile list",
        "profile show cyber-essentials",
        "profile check nhs-england",
        "profile new mine -o @/mine.toml",
    ] {
        lab.go("profile", words).ends(&[0, 2]);
    }
    lab.go("draw", "draw size --people 1000 --size 60")
        .ends(&[0]);
    let go = lab.go(
        "draw",
        "draw commit --by group --salt abcdefghijklmnopqrstuv -o @/c.toml",
    );
    go.path(&staff).ends(&[0]);
    let draw = "draw --by group --size 4 --seed 03.11.19.27.42.58";
    for format in ["table", "csv", "json"] {
        let go = lab.go("draw", draw).words("--format").text(format);
        let go = go
            .words("--certificate @/c.pdf --letters @/letters")
            .path(&staff);
        go.ends(&[0]);
    }
    let go = lab.go(
        "draw",
        "draw replace --by group --size 4 --seed 03.11.19.27.42.58",
    );
    go.path(&staff)
        .words("--not-applicable S-001")
        .ends(&[0, 2]);
    for words in ["", "help", "--version", "android --help"] {
        lab.go("help", words).ends(&[0, 2]);
    }
}
