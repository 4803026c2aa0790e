//! `spotcheck draw` as people use it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::run::{Ran, ran, run, spotcheck};

/// A folder with a list in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        let list: String = (1..=20)
            .map(|i| format!("S{i:03},{}\n", ["a", "b"][i % 2]))
            .collect();
        folder.write("staff.csv", &format!("id,group\n{list}"));
        folder
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).expect("written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn draw(&self, args: &[&str]) -> Ran {
        let mut command = spotcheck();
        command.current_dir(self.0.path()).arg("draw").args(args);
        ran(command.output().expect("the program starts"))
    }
}

const SEED: &str = "SPOTCHECK/2026-11/NLOTTO-2026-11-18/03.11.19.27.42.58";
const DRAW: [&str; 7] = [
    "staff.csv",
    "--size",
    "8",
    "--seed",
    SEED,
    "--date",
    "2026-11-18",
];
const ORDER: [&str; 8] = [
    "S009", "S005", "S006", "S007", "S002", "S014", "S020", "S018",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    DRAW.iter().chain(more).copied().collect()
}

pub fn ids<'a>(rows: &'a str, status: &str) -> Vec<&'a str> {
    let of = |row: &'a str| {
        row.starts_with(status)
            .then(|| row.rsplit(',').next().expect("an id"))
    };
    rows.lines().filter_map(of).collect()
}

fn sh(folder: &Path, script: &str) -> Output {
    Command::new("sh")
        .current_dir(folder)
        .args(["-ec", script])
        .output()
        .expect("a shell")
}

/// The commands on a certificate: what stands indented at its end.
fn commands_of(certificate: &str) -> Vec<&str> {
    let (_, end) = certificate
        .split_once("How to repeat the draw\n")
        .expect("the end");
    end.lines()
        .filter_map(|line| line.strip_prefix("    "))
        .collect()
}

#[test]
fn the_three_shapes_hold_the_same_draw() {
    let folder = Folder::new();
    let csv = folder.draw(&with(&["--format", "csv", "--reserves", "3"]));
    assert_eq!((csv.status, csv.err.as_str()), (0, ""));
    assert_eq!(ids(&csv.out, "drawn,"), ORDER);
    assert_eq!(ids(&csv.out, "reserve,"), ["S003", "S010", "S012"]);

    let json = folder.draw(&with(&["--format", "json"]));
    let value: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(value["version"], 1);
    assert_eq!(value["groups"][0]["drawn"], serde_json::json!(ORDER));
    assert_eq!(
        value["list_sha256"],
        "0d26eb91df6cb681a0b5a4f60d3fdc4836e9276153f4ab951b9c44d5ebaff3c4"
    );

    let table = folder.draw(&DRAW);
    for (name, more, out) in [
        ("draw.json", &[][..], &json.out),
        ("draw.CSV", &["--reserves", "3"], &csv.out),
        ("draw.txt", &[], &table.out),
    ] {
        let ran = folder.draw(&with(&[&["-o", name], more].concat()));
        let said = (ran.status, ran.out.as_str(), ran.err.as_str());
        assert_eq!(said, (0, "", ""), "{name}");
        assert_eq!(&folder.read(name), out);
    }
    insta::assert_snapshot!("list", table.out);
    assert_eq!(folder.draw(&DRAW).out, table.out);
}

#[test]
fn the_certificate_names_nobody_and_its_commands_repeat_the_draw() {
    let folder = Folder::new();
    for (by, drawn) in [(None, ORDER.to_vec()), (Some("group"), Vec::new())] {
        let name = if by.is_some() { "by.txt" } else { "plain.txt" };
        let mut args = with(&["--format", "csv", "--certificate", name]);
        args.extend(by.iter().flat_map(|by| ["--by", by]));
        let ran = folder.draw(&args);
        assert_eq!(ran.status, 0, "{}", ran.err);
        let text = folder.read(name);
        for i in 1..=20 {
            assert!(!text.contains(&format!("S{i:03}")), "{text}");
        }
        insta::assert_snapshot!(name, text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));

        // The commands of the certificate itself, for all or for the first group.
        let list = folder.read("staff.csv");
        let rows = list
            .lines()
            .skip(1)
            .filter(|row| by.is_none() || row.ends_with(",a"));
        let refs: String = rows.map(|row| format!("{}\n", &row[..4])).collect();
        folder.write("ids.txt", &refs);
        let commands = commands_of(&text);
        let (check, repeat) = commands.split_first().expect("commands");
        let output = sh(folder.0.path(), &repeat.join("\n"));
        let out = String::from_utf8(output.stdout).expect("UTF-8");
        let repeated: Vec<&str> = out.lines().map(|line| &line[65..]).collect();
        if by.is_none() {
            assert_eq!(repeated, drawn);
            let hash = String::from_utf8(sh(folder.0.path(), check).stdout).expect("UTF-8");
            assert!(text.contains(&hash[..64]));
        } else {
            assert_eq!(repeated, ids(&ran.out, "drawn,")[..repeated.len()]);
            assert_eq!(repeated.len(), 4);
        }
    }
}

#[test]
fn a_seed_with_a_quotation_mark_is_harmless_in_the_commands() {
    let folder = Folder::new();
    let seed = "it's $(touch x) `touch x` \\n %s";
    let args = [
        "staff.csv",
        "--size",
        "5",
        "--seed",
        seed,
        "--certificate",
        "c",
        "--format",
        "csv",
    ];
    let ran = folder.draw(&args);
    let list: String = (1..=20).map(|i| format!("S{i:03}\n")).collect();
    folder.write("ids.txt", &list);
    let text = folder.read("c");
    let commands = &commands_of(&text)[1..];
    let out = String::from_utf8(sh(folder.0.path(), &commands.join("\n")).stdout).expect("UTF-8");
    let repeated: Vec<&str> = out.lines().map(|line| &line[65..]).collect();
    assert_eq!(repeated, ids(&ran.out, "drawn,"));
    assert!(!folder.at("x").exists());
}

#[test]
fn a_list_that_changed_after_the_commitment_is_refused() {
    let folder = Folder::new();
    let ran = folder.draw(&[
        "commit",
        "staff.csv",
        "--by",
        "group",
        "-o",
        "c.toml",
        "--date",
        "2026-11-02",
    ]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let salt = folder.read("staff.csv.salt");
    let commitment = folder.read("c.toml");
    assert_eq!(salt.trim_end().len(), 64);
    assert!(!commitment.contains(salt.trim_end()) && !ran.err.contains(salt.trim_end()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.at("staff.csv.salt"))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let committed = with(&["--by", "group", "--commitment", "c.toml"]);
    let ran = folder.draw(&[committed.clone(), vec!["--certificate", "cert.txt"]].concat());
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let certificate = folder.read("cert.txt");
    assert!(certificate.contains("2 November 2026") && !certificate.contains(salt.trim_end()));
    // A commitment has to come before the draw.
    for day in ["2026-11-18", "2026-11-19"] {
        let (file, salt) = (format!("{day}.toml"), format!("{day}.salt"));
        let late = ["commit", "staff.csv", "-o", &file, "--salt-file", &salt];
        assert_eq!(
            folder.draw(&[&late[..], &["--date", day]].concat()).status,
            0
        );
        let ran = folder.draw(&with(&["--commitment", &file, "--salt-file", &salt]));
        let note = "Note: The commitment is not older than the draw";
        assert!(ran.status == 0 && ran.err.starts_with(note), "{}", ran.err);
    }

    // What the commitment says of itself is true.
    folder.write("list.salt", &salt);
    folder.write(
        "ids.txt",
        &(1..=20).map(|i| format!("S{i:03}\n")).collect::<String>(),
    );
    let hash = sh(
        folder.0.path(),
        "{ cat list.salt; LC_ALL=C sort ids.txt; } | sha256sum",
    )
    .stdout;
    let hash = String::from_utf8(hash).expect("UTF-8");
    assert!(commitment.contains(&hash[..64]) && certificate.contains(&hash[..64]));

    let list = folder.read("staff.csv");
    let last = "S020,a\n";
    assert!(list.ends_with(last));
    for (changed, part) in [
        (
            format!("{list}S021,a\n"),
            "it had 20 people then, and has 21 now",
        ),
        (
            list.replace(last, "S021,a\n"),
            "not the list of the commitment",
        ),
        (list.replace(last, "S020,b\n"), "their groups are not"),
    ] {
        folder.write("staff.csv", &changed);
        let ran = folder.draw(&committed);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    folder.write("staff.csv", &list);
    for (more, part) in [
        (&[][..], "--by group"),
        (&["--by", "id"], "their groups are not"),
        (
            &["--by", "group", "--method", "rfc3797", "--seed", "1./"],
            "--method sha256",
        ),
    ] {
        let mut args = vec!["staff.csv", "--size", "8", "--commitment", "c.toml"];
        args.extend(more);
        if !more.contains(&"--seed") {
            args.extend(["--seed", SEED]);
        }
        let ran = folder.draw(&args);
        assert_eq!(ran.status, 2, "{more:?}");
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    let mut rows: Vec<&str> = list.lines().collect();
    rows[1..].reverse();
    folder.write("staff.csv", &rows.join("\r\n"));
    assert_eq!(
        folder.draw(&committed).status,
        0,
        "the order of rows makes no difference"
    );

    // A salt that is there is not written over, and another salt does not fit.
    let ran = folder.draw(&["commit", "staff.csv"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("already there"), "{}", ran.err);
    assert_eq!(folder.read("staff.csv.salt"), salt);
    let other = [committed, vec!["--salt", "another salt of enough length"]].concat();
    assert_eq!(folder.draw(&other).status, 2);
}

#[test]
fn a_letter_for_each_person() {
    let folder = Folder::new();
    folder.write(
        "spotcheck.toml",
        "name = \"A synthetic trust\"\ncontact = \"the IG team\"\n",
    );
    let ran = folder.draw(&with(&[
        "--letters",
        "letters",
        "--when",
        "on 7 December 2026",
    ]));
    assert_eq!(ran.status, 0);
    assert!(ran.err.contains("gaps in square brackets"), "{}", ran.err);
    let mut names: Vec<String> = std::fs::read_dir(folder.at("letters"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    assert_eq!(names.len(), 8);
    assert_eq!(names[0], "letter-001.txt");
    for (name, id) in names.iter().zip(ORDER) {
        let letter = folder.read(&format!("letters/{name}"));
        assert!(
            letter.contains(&format!("the reference {id}\n")),
            "{letter}"
        );
        for other in ORDER.iter().filter(|other| **other != id) {
            assert!(!letter.contains(other));
        }
        for sentence in letter.replace("\n  ", " ").split(['.', '?', ':', '\n']) {
            let words = sentence.split_whitespace().count();
            assert!(words <= 24, "{words} words: {sentence}");
        }
    }
    insta::assert_snapshot!("letter", folder.read("letters/letter-001.txt"));
    let again = folder.draw(&with(&["--letters", "letters"]));
    assert_eq!(again.status, 2);
    assert!(again.err.contains("not empty"), "{}", again.err);
}

#[test]
fn replacing() {
    let folder = Folder::new();
    let mut args = vec!["replace"];
    args.extend(&DRAW[..5]);
    args.extend([
        "--not-applicable",
        "S003,S005,S014",
        "--declined",
        "S009",
        "--unreachable",
        "S010",
    ]);
    let ran = folder.draw(&args);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!("replace", ran.out);
    let ran = folder.draw(&[
        "replace",
        "staff.csv",
        "--size",
        "8",
        "--seed",
        SEED,
        "--declined",
        "S016",
    ]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("S016 has no place"), "{}", ran.err);
}

#[test]
fn sizes_in_words() {
    for (args, expected) in [
        (
            "--find 0.1",
            "29 phones: if none fails, you can be 95% sure that fewer than 1 in 10 would\n",
        ),
        (
            "--size 29",
            "29 phones: if none fails, you can be 95% sure that fewer than 1 in 10 would\n",
        ),
        (
            "--people 500 --find 5%",
            "56 phones: if none fails, you can be 95% sure that fewer than 1 in 20 would",
        ),
        (
            "--people 10000 --margin 5%",
            "370 phones. The rate can be told within 5 in 100",
        ),
        (
            "--find 1/100 --confidence 99",
            "459 phones: if none fails, you can be 99% sure that fewer than 1 in 100",
        ),
        ("--people 5 --size 5", "that is everybody"),
        (
            "",
            "59 phones: if none fails, you can be 95% sure that fewer than 1 in 20 would",
        ),
    ] {
        let ran = run(["draw", "size"].into_iter().chain(args.split_whitespace()));
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{args}");
        assert!(ran.out.contains(expected), "{args}: {}", ran.out);
    }
}

#[test]
fn errors_and_their_status() {
    let folder = Folder::new();
    folder.write("twice.csv", "id\nS1\nS2\nS1\n");
    folder.write("odd.toml", "people = 3\ncolour = \"red\"\n");
    std::fs::write(folder.at("windows.toml"), b"\xff\xfep\0").expect("written");
    std::fs::create_dir(folder.at("folder")).expect("made");
    for (args, status, part) in [
        (
            &[&DRAW[..], &["-o", "draw.jsn"]].concat()[..],
            2,
            "Did you mean .json?",
        ),
        (
            &[&DRAW[..], &["-o", "odd.toml"]].concat(),
            2,
            "odd.toml is already there",
        ),
        (
            &[&DRAW[..], &["-o", "d.json", "--format", "csv"]].concat(),
            2,
            "cannot be used with",
        ),
        (
            &[&DRAW[..], &["-o", "none/d.json"]].concat(),
            5,
            "none/d.json (-o) cannot be written. Check the folder; nothing was read yet: No such file or directory.",
        ),
        (
            &[&DRAW[..], &["--commitment", "windows.toml"]].concat(),
            2,
            "it is UTF-16 text, which `>` in Windows PowerShell writes; write it anew with -o FILE, or save it as UTF-8",
        ),
        (&[][..], 2, "--seed"),
        (&["--size", "3", "--seed", "x"], 2, "Name the list"),
        (
            &["none.csv", "--size", "3", "--seed", "x"],
            2,
            "none.csv cannot be read",
        ),
        (
            &["folder", "--size", "3", "--seed", "x"],
            2,
            "it is a folder",
        ),
        (
            &["twice.csv", "--size", "1", "--seed", "x"],
            2,
            "twice.csv, line 4",
        ),
        (&["staff.csv", "--size", "3"], 2, "--seed"),
        (&["staff.csv", "--seed", "x"], 2, "How many"),
        (&["staff.csv", "--size", "0", "--seed", "x"], 2, "nobody"),
        (
            &["staff.csv", "--size", "21", "--seed", "x"],
            2,
            "from a list of 20",
        ),
        (
            &["staff.csv", "--size", "3", "--find", "0.1", "--seed", "x"],
            2,
            "cannot be used with",
        ),
        (&["staff.csv", "--find", "10", "--seed", "x"], 2, "1 in 10"),
        (
            &["staff.csv", "--size", "3", "--seed", " x"],
            2,
            "no space at either end",
        ),
        (
            &["staff.csv", "--size", "3", "--seed", "x\ny"],
            2,
            "plain text",
        ),
        (
            &[
                "staff.csv",
                "--size",
                "3",
                "--seed",
                "x",
                "--method",
                "rfc3797",
            ],
            2,
            "slash",
        ),
        (
            &["staff.csv", "--size", "3", "--seed", "x", "--by", "ward"],
            2,
            "The columns are: id, group",
        ),
        (
            &[
                "staff.csv",
                "--size",
                "3",
                "--seed",
                "x",
                "--by",
                "group",
                "--at-least",
                "2",
            ],
            2,
            "too few",
        ),
        (
            &[
                "staff.csv",
                "--size",
                "3",
                "--seed",
                "x",
                "--commitment",
                "odd.toml",
            ],
            2,
            "colour",
        ),
        (
            &[
                "staff.csv",
                "--size",
                "3",
                "--seed",
                "x",
                "--certificate",
                "staff.csv",
            ],
            2,
            "already there",
        ),
        (
            &[
                "staff.csv",
                "--size",
                "3",
                "--seed",
                "x",
                "--certificate",
                "no/such/file",
            ],
            5,
            "cannot be written",
        ),
        (
            &[
                "staff.csv",
                "--size",
                "3",
                "--seed",
                "x",
                "--letters",
                "staff.csv",
            ],
            5,
            "cannot be made",
        ),
        (&["commit", "staff.csv", "--salt", "short"], 2, "16 to 200"),
        (
            &["commit", "staff.csv", "--salt-file", "no/such/file"],
            5,
            "cannot be written",
        ),
        (
            &["size", "--people", "5", "--size", "6"],
            2,
            "from a list of 5",
        ),
    ] {
        let ran = folder.draw(args);
        assert_eq!(ran.status, status, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(part), "{args:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{args:?}: an error belongs on standard error");
    }
}

#[test]
fn rfc_3797_draws_too() {
    let folder = Folder::new();
    let list: String = (1..=25).map(|i| format!("N{i:02}\n")).collect();
    folder.write("pool.csv", &format!("id\n{list}"));
    let key = "9319./2.5.8.10.12./9.18.26.34.41.45./";
    let args = [
        "pool.csv", "--size", "10", "--seed", key, "--method", "rfc3797", "--format", "csv",
    ];
    let ran = folder.draw(&args);
    let expected = [
        "N17", "N07", "N02", "N16", "N25", "N23", "N08", "N24", "N19", "N13",
    ];
    assert_eq!(ids(&ran.out, "drawn,"), expected, "{}", ran.err);
}
