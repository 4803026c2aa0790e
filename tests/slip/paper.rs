//! The PDFs, as other programs read them.

use std::time::{Duration, Instant};

use spotcheck::report::slip::Size;

use crate::common::{Folder, Program, every_slip};

/// The text without what differs by nature: line ends, rules, room for handwriting, what repeats on each page.
fn bare(text: &str, reference: &str) -> String {
    let footer = format!("Slip {reference}");
    text.lines()
        .map(|line| line.trim_matches(['\u{c}', ' ']))
        .filter(|line| !["OFFICIAL", ""].contains(line))
        .filter(|line| !line.starts_with(&footer) && !is_page_number(line))
        .filter(|line| !line.chars().all(|c| c == '=' || c == '-'))
        .take_while(|line| !line.starts_with("Code: SPOTCHECK1"))
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace() && *c != '_')
        .collect()
}

fn is_page_number(line: &str) -> bool {
    line.strip_prefix("Page ")
        .and_then(|rest| rest.split_once(" of "))
        .is_some_and(|(x, y)| x.parse::<u32>().is_ok() && y.parse::<u32>().is_ok())
}

#[test]
fn the_pdf_says_what_the_text_says() {
    let Some(pdftotext) = Program::find("pdftotext", "poppler-utils") else {
        return;
    };
    let folder = Folder::new();
    for made in every_slip() {
        let pdf = folder.file("slip.pdf", made.pdf());
        let code = made.code();
        let reference = code.split(' ').nth(1).expect("a reference");
        let read = pdftotext.run(&["-raw", "-enc", "UTF-8", &pdf, "-"]);
        assert_eq!(
            bare(&read, reference),
            bare(&made.text(), reference),
            "{}",
            made.name
        );
        let pages = read.matches('\u{c}').count();
        for page in 1..=pages {
            let number = format!("Page {page} of {pages}");
            assert!(read.contains(&number), "{}: {number}", made.name);
        }
        let marks = read
            .lines()
            .filter(|l| l.trim_matches('\u{c}') == "OFFICIAL");
        let marked = made.case.trust.marking.text().is_some();
        assert_eq!(
            marks.count(),
            if marked { 2 * pages } else { 0 },
            "{}",
            made.name
        );
    }
}

#[test]
fn nothing_runs_off_the_page() {
    let Some(pdftotext) = Program::find("pdftotext", "poppler-utils") else {
        return;
    };
    let folder = Folder::new();
    let number = |line: &str, key: &str| -> f32 {
        let (_, rest) = line.split_once(&format!("{key}=\"")).expect(key);
        let (value, _) = rest.split_once('"').expect("an end");
        value.parse().expect("a number")
    };
    for made in every_slip() {
        let pdf = folder.file("slip.pdf", made.pdf());
        let words = pdftotext.run(&["-bbox", &pdf, "-"]);
        let (mut width, mut height, mut seen) = (0.0, 0.0, 0);
        for line in words.lines() {
            if line.contains("<page ") {
                (width, height) = (number(line, "width"), number(line, "height"));
                let wanted = match made.options.size {
                    Size::A4 => 595.0,
                    Size::A6 => 297.0,
                    Size::Roll80 => 226.0,
                };
                assert!((width - wanted).abs() < 1.0, "{}: {width}", made.name);
            }
            if line.contains("<word ") {
                seen += 1;
                // Printers leave some millimetres white.
                let inside = number(line, "xMin") >= 9.0
                    && number(line, "xMax") <= width - 9.0
                    && number(line, "yMin") >= 6.0
                    && number(line, "yMax") <= height - 6.0;
                assert!(inside, "{}: {line} on {width} x {height}", made.name);
            }
        }
        assert!(seen > 50, "{}: {seen} words", made.name);
    }
}

#[test]
fn the_code_is_read_back() {
    let Some(pdftoppm) = Program::find("pdftoppm", "poppler-utils") else {
        return;
    };
    let Some(zbarimg) = Program::find("zbarimg", "zbar-tools") else {
        return;
    };
    let folder = Folder::new();
    for made in every_slip() {
        let pdf = folder.file("slip.pdf", made.pdf());
        let picture = folder.at("slip");
        // The code is near the head; zbarimg finds none in a picture more than 16,000 pixels high, as long rolls make.
        let head = ["-r", "150", "-H", "4000", "-gray", "-png", "-singlefile"];
        pdftoppm.run(&[head.as_slice(), &[&pdf, &picture]].concat());
        let picture = format!("{picture}.png");
        let read = zbarimg.run(&[
            "-q",
            "--raw",
            "--nodbus",
            "-Sdisable",
            "-Sqrcode.enable",
            &picture,
        ]);
        assert_eq!(read.trim_end(), made.code(), "{}", made.name);
    }
}

#[test]
fn a_checker_finds_no_fault() {
    let Some(qpdf) = Program::find("qpdf", "qpdf") else {
        return;
    };
    let folder = Folder::new();
    for made in every_slip() {
        let pdf = folder.file("slip.pdf", made.pdf());
        // It fails on warnings too.
        qpdf.run(&["--check", &pdf]);
    }
}

#[test]
fn slips_are_tagged_titled_and_carry_their_fonts() {
    let Some(pdfinfo) = Program::find("pdfinfo", "poppler-utils") else {
        return;
    };
    let Some(pdffonts) = Program::find("pdffonts", "poppler-utils") else {
        return;
    };
    let folder = Folder::new();
    for made in every_slip() {
        let pdf = folder.file("slip.pdf", made.pdf());
        let info = pdfinfo.run(&[&pdf]);
        let code = made.code();
        let reference = code.split(' ').nth(1).expect("a reference");
        let line = |key: &str| {
            info.lines()
                .find(|line| line.starts_with(key))
                .unwrap_or("")
        };
        assert!(line("Tagged:").ends_with("yes"), "{}: {info}", made.name);
        assert!(line("Title:").ends_with(reference), "{}: {info}", made.name);
        assert!(line("CreationDate:").is_empty(), "the same bytes each time");
        let meta = pdfinfo.run(&["-meta", &pdf]);
        assert!(meta.contains("<pdfuaid:part>1</pdfuaid:part>"), "{meta}");
        assert!(meta.contains("en-GB"), "{meta}");
        let structure = pdfinfo.run(&["-struct-text", &pdf]);
        for tag in ["H1", "H2", "P", "Figure"] {
            let found = structure.lines().any(|l| l.trim_start().starts_with(tag));
            assert!(found, "{}: {tag} in {structure}", made.name);
        }
        for font in pdffonts.run(&[&pdf]).lines().skip(2) {
            // Embedded, a subset, and with a map back to Unicode.
            assert!(font.contains("yes yes yes"), "{}: {font}", made.name);
        }
    }
}

#[test]
fn slips_are_quick_and_the_same_each_time() {
    for made in every_slip() {
        let start = Instant::now();
        let first = made.pdf();
        assert!(start.elapsed() < Duration::from_secs(1), "{}", made.name);
        assert!(first == made.pdf(), "{}: the same bytes", made.name);
        assert!(
            first.len() < 200_000,
            "{}: {} bytes",
            made.name,
            first.len()
        );
    }
}
