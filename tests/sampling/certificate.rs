//! The certificate as a PDF, as other programs read it.

use std::path::Path;

use crate::programs::Program;
use crate::run::{Ran, ran, spotcheck};

const SEED: &str = "SPOTCHECK/2026-11/NLOTTO-2026-11-18/03.11.19.27.42.58";

/// A list of synthetic references in groups.
fn list(folder: &Path, groups: &[&str]) {
    let rows: String = (1..=40)
        .map(|i| format!("S{i:03},{}\n", groups[i % groups.len()]))
        .collect();
    std::fs::write(folder.join("staff.csv"), format!("id,group\n{rows}")).expect("written");
    std::fs::write(
        folder.join("spotcheck.toml"),
        "name = \"A synthetic NHS trust\"\n",
    )
    .expect("written");
}

fn draw(folder: &Path, more: &[&str]) -> Ran {
    let mut command = spotcheck();
    command
        .current_dir(folder)
        .args(["draw", "staff.csv", "--date", "2026-11-18"])
        .args(more);
    let ran = ran(command.output().expect("the program starts"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    ran
}

/// What stands on paper, with spaces where lines end.
fn said(pdftotext: &Program, folder: &Path, name: &str) -> String {
    let path = folder.join(name).display().to_string();
    let text = pdftotext.run(&["-layout", "-enc", "UTF-8", &path, "-"]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_pdf_holds_what_the_text_holds_and_names_nobody() {
    let (Some(pdftotext), Some(pdfinfo), Some(qpdf)) = (
        Program::find("pdftotext", "poppler-utils"),
        Program::find("pdfinfo", "poppler-utils"),
        Program::find("qpdf", "qpdf"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    list(folder, &["Medicine", "Surgery", "Community"]);
    let mut commit = spotcheck();
    commit.current_dir(folder).args([
        "draw",
        "commit",
        "staff.csv",
        "--by",
        "group",
        "--seed-from",
        "a synthetic lottery",
        "-o",
        "commitment.toml",
    ]);
    assert!(commit.status().expect("the program starts").success());
    let plain = ["--size", "8", "--seed", SEED];
    let groups = [&plain[..], &["--by", "group"]].concat();
    let fixed = [&groups[..], &["--commitment", "commitment.toml"]].concat();
    let rfc = [
        "--size",
        "8",
        "--seed",
        "9319./2.5.8.10.12./",
        "--method",
        "rfc3797",
        "--by",
        "group",
    ];
    for (name, args) in [
        ("plain", &plain[..]),
        ("groups", &groups),
        ("fixed", &fixed),
        ("rfc", &rfc),
    ] {
        let (pdf, txt) = (format!("{name}.pdf"), format!("{name}.txt"));
        draw(folder, &[args, &["--certificate", &pdf]].concat());
        draw(folder, &[args, &["--certificate", &txt]].concat());
        let text = std::fs::read_to_string(folder.join(&txt)).expect("the text");
        let said = said(&pdftotext, folder, &pdf);
        // Each line of the text, however the paper breaks it; labels stand otherwise there.
        let mut compared = 0;
        for line in text.lines().skip(1) {
            let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
            let (label, value) = line.split_at(line.len().min(18));
            let row = !label.starts_with(' ') && label.ends_with(' ');
            let words = if row { value.trim() } else { &words };
            assert!(said.contains(words), "{name}: {words:?} is not in {said}");
            compared += 1;
        }
        assert!(compared > 25, "{name}: {compared}");
        for part in [
            "Draw certificate",
            "A synthetic NHS trust",
            "Drawn: 8 of 40",
        ] {
            assert!(said.contains(part), "{name}: {part}");
        }
        for i in 1..=40 {
            assert!(!said.contains(&format!("S{i:03}")), "{name}");
        }
        let path = folder.join(&pdf).display().to_string();
        qpdf.run(&["--check", &path]);
        let info = pdfinfo.run(&[&path]);
        let line = |key: &str| info.lines().find(|l| l.starts_with(key)).unwrap_or("");
        assert!(line("Tagged:").ends_with("yes"), "{info}");
        assert!(line("Pages:").ends_with(" 1"), "{name}: {info}");
        assert!(line("Page size:").contains("A4"), "{info}");
        assert!(line("Title:").ends_with("18 November 2026"), "{info}");
        let meta = pdfinfo.run(&["-meta", &path]);
        assert!(meta.contains("<pdfuaid:part>1</pdfuaid:part>"), "{meta}");
        let structure = pdfinfo.run(&["-struct-text", &path]);
        let has = |tag: &str| structure.lines().any(|l| l.trim_start().starts_with(tag));
        assert!(has("H1") && has("H2") && has("P"), "{structure}");
        for tag in ["Table", "TR", "TH", "TD"] {
            assert_eq!(has(tag), name != "plain", "{name}: {tag} in {structure}");
        }
    }
    // The same draw makes the same bytes.
    draw(
        folder,
        &[&fixed[..], &["--certificate", "again.PDF"]].concat(),
    );
    let bytes = |name: &str| std::fs::read(folder.join(name)).expect("a PDF");
    assert!(bytes("fixed.pdf") == bytes("again.PDF"));
}

/// What is to be copied stands on one line each, and the commands on the paper are those that repeat the draw.
#[test]
fn no_line_that_is_to_be_copied_is_broken() {
    let Some(pdftotext) = Program::find("pdftotext", "poppler-utils") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    list(folder, &["a", "b"]);
    let args = ["--size", "8", "--seed", SEED, "--certificate"];
    let csv = draw(folder, &[&args[..], &["c.pdf", "--format", "csv"]].concat());
    draw(folder, &[&args[..], &["c.txt"]].concat());
    let text = std::fs::read_to_string(folder.join("c.txt")).expect("the text");
    let path = folder.join("c.pdf").display().to_string();
    let read = pdftotext.run(&["-layout", "-enc", "UTF-8", &path, "-"]);
    let lines: Vec<&str> = read.lines().map(str::trim).collect();
    let (_, end) = text.split_once("How to repeat").expect("the commands");
    let commands: Vec<&str> = end.lines().filter_map(|l| l.strip_prefix("    ")).collect();
    for line in commands.iter().copied().chain([SEED]) {
        assert!(lines.contains(&line.trim()), "{line} in {read}");
    }
    // As somebody types them who reads the paper.
    let from = lines
        .iter()
        .position(|l| l.starts_with("SEED="))
        .expect("the seed");
    let to = lines
        .iter()
        .position(|l| l.starts_with("done <"))
        .expect("the end");
    let ids: String = (1..=40).map(|i| format!("S{i:03}\n")).collect();
    std::fs::write(folder.join("ids.txt"), ids).expect("written");
    let output = std::process::Command::new("sh")
        .current_dir(folder)
        .args(["-ec", &lines[from..=to].join("\n")])
        .output()
        .expect("a shell");
    let out = String::from_utf8(output.stdout).expect("UTF-8");
    let repeated: Vec<&str> = out.lines().filter_map(|l| l.get(65..)).collect();
    let drawn: Vec<&str> = csv
        .out
        .lines()
        .filter(|row| row.starts_with("drawn,"))
        .filter_map(|row| row.rsplit(',').next())
        .collect();
    assert_eq!(repeated, drawn);
    assert_eq!(drawn.len(), 8);
}

/// Long and odd texts stay on the paper; what it cannot show as it is, it says.
#[test]
fn awkward_seeds_and_groups_stay_on_the_paper() {
    let (Some(pdftotext), Some(qpdf)) = (
        Program::find("pdftotext", "poppler-utils"),
        Program::find("qpdf", "qpdf"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let long = "Wardenkaufhausschild".repeat(5);
    list(folder, &[&long, "\u{4e2d}", "Łódź & <b>"]);
    let long_seed = "x".repeat(190);
    for (name, seed, part) in [
        ("long", long_seed.as_str(), "with nothing between"),
        ("odd", "\u{4e2d} it's", "The certificate as text can"),
    ] {
        let pdf = format!("{name}.pdf");
        draw(
            folder,
            &[
                "--by",
                "group",
                "--size",
                "9",
                "--seed",
                seed,
                "--certificate",
                &pdf,
            ],
        );
        let path = folder.join(&pdf).display().to_string();
        qpdf.run(&["--check", &path]);
        let text = said(&pdftotext, folder, &pdf);
        assert!(text.contains(part), "{name}: {text}");
        let boxes = pdftotext.run(&["-bbox", &path, "-"]);
        let number = |line: &str, key: &str| -> f32 {
            let (_, rest) = line.split_once(&format!("{key}=\"")).expect(key);
            rest.split('"')
                .next()
                .and_then(|n| n.parse().ok())
                .expect("a number")
        };
        for line in boxes.lines().filter(|line| line.contains("<word ")) {
            assert!(number(line, "xMax") <= 595.3 - 40.0, "{name}: {line}");
            assert!(number(line, "yMax") <= 841.9 - 20.0, "{name}: {line}");
        }
    }
}
