//! Finding the few sections that matter in the text of `dumpsys` and of a bug report. Whatever else passes by is
//! dropped line by line.
//!
//! The marks are those of Android's own `dumpsys` (frameworks/native/cmds/dumpsys, Android 8 to 16): a line of dashes,
//! `DUMP OF SERVICE x:`, the text, and `--------- 0.012s was the duration of dumpsys x, ending at: ...`. A bug report
//! (frameworks/native/cmds/dumpstate) puts a second copy of some services under `DUMP OF SERVICE HIGH x:` and the like:
//! shorter, and not read. It sets its own sections between lines `------ NAME (command) ------`, with a line for the
//! duration at the end only where that was half a second or more (from Android 9).

use std::collections::BTreeMap;

/// Most bytes that are kept of one section.
const MAX_KEPT: usize = 8 << 20;

/// What a kept line takes besides its text.
const LINE: usize = 40;

/// A section's lines, or why there are none.
pub type Lines = Result<Vec<String>, String>;

const UNFINISHED: &str = "is not finished: it is cut short, or something else begins in its middle";
const TWICE: &str = "came twice";

/// What is looked for, and what was found so far.
pub struct Dumps<'a> {
    services: &'a [&'a str],
    /// Of the service `package`, only what it says of these is kept.
    packages: &'a [&'a str],
    open: Open,
    /// The line before this one is the line of dashes in front of a service.
    dashes: bool,
    /// The section that ended last: what follows it must be a mark.
    ended: Option<String>,
    found: BTreeMap<String, Lines>,
    lines: u64,
    date: Option<String>,
}

/// The section that is being read.
enum Open {
    None,
    Service(Section),
    Properties(Section),
}

struct Section {
    name: String,
    /// `None` if nothing of it is kept.
    kept: Option<Vec<String>>,
    bytes: usize,
    fault: Option<&'static str>,
    packages: bool,
    in_package: bool,
}

/// What was found.
pub struct Found {
    pub services: BTreeMap<String, Lines>,
    /// Date and time in the head of a bug report, in the phone's own time.
    pub date: Option<String>,
}

/// A heading that comes after the list of packages in every whole dump of `package`.
pub const AFTER_PACKAGES: &str = "Shared users:";

/// The name under which the properties of a bug report are found.
pub const PROPERTIES: &str = "getprop";

impl<'a> Dumps<'a> {
    pub fn new(services: &'a [&'a str], packages: &'a [&'a str]) -> Self {
        Dumps {
            services,
            packages,
            open: Open::None,
            dashes: false,
            ended: None,
            found: BTreeMap::new(),
            lines: 0,
            date: None,
        }
    }

    /// Takes the next line.
    pub fn line(&mut self, line: &str, whole: bool) {
        self.lines += 1;
        if self.lines <= 10 && self.date.is_none() {
            self.date = line.strip_prefix("== dumpstate: ").map(str::to_owned);
        }
        let dashes = std::mem::replace(&mut self.dashes, is_dashes(line));
        if let Some(name) = line
            .strip_prefix("DUMP OF SERVICE ")
            .and_then(|rest| rest.strip_suffix(':'))
            .filter(|_| dashes)
        {
            self.close(Some(UNFINISHED));
            self.ended = None;
            let wanted = self.services.contains(&name);
            self.open = Open::Service(Section::new(name, wanted));
            return;
        }
        self.follows(line);
        match &mut self.open {
            Open::Service(section) if is_footer(line, &section.name) => self.close(None),
            Open::Service(section) => section.line(line, whole, self.packages),
            Open::Properties(_) if line.starts_with("------ ") => {
                self.close(None);
                self.ended = None;
            }
            Open::Properties(section) => section.line(line, whole, self.packages),
            Open::None
                if line.starts_with("------ SYSTEM PROPERTIES (") && line.ends_with(") ------") =>
            {
                self.open = Open::Properties(Section::new(PROPERTIES, true));
            }
            Open::None => {}
        }
    }

    /// After the end of a service comes a mark, or the end was none: the text of some app can look like one.
    fn follows(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if let Some(name) = self.ended.take() {
            let mark = is_dashes(line)
                || ["------ ", "=====", "*** "]
                    .iter()
                    .any(|mark| line.starts_with(mark));
            if !mark && let Some(lines) = self.found.get_mut(&name) {
                *lines = Err("goes on after its end".into());
            }
        }
    }

    /// Ends the open section; `fault` says why it is not whole.
    fn close(&mut self, fault: Option<&'static str>) {
        let (Open::Service(section) | Open::Properties(section)) =
            std::mem::replace(&mut self.open, Open::None)
        else {
            return;
        };
        let Some(kept) = section.kept else {
            return;
        };
        let lines = match fault.or(section.fault) {
            Some(fault) => Err(fault.to_owned()),
            None => Ok(kept),
        };
        self.ended = Some(section.name.clone());
        self.found
            .entry(section.name)
            .and_modify(|first| *first = Err(TWICE.into()))
            .or_insert(lines);
    }

    /// The end of the text: what is open now is cut.
    pub fn finish(mut self) -> Found {
        self.close(Some(UNFINISHED));
        Found {
            services: self.found,
            date: self.date,
        }
    }
}

impl Section {
    fn new(name: &str, wanted: bool) -> Self {
        Section {
            name: name.to_owned(),
            kept: wanted.then(Vec::new),
            bytes: 0,
            fault: None,
            packages: false,
            in_package: false,
        }
    }

    fn line(&mut self, line: &str, whole: bool, packages: &[&str]) {
        let keep = self.name != "package" || self.is_of(line, packages);
        let Some(kept) = self.kept.as_mut().filter(|_| keep) else {
            return;
        };
        // A line takes room even where it is empty.
        self.bytes += line.len() + LINE;
        if !whole || self.bytes > MAX_KEPT {
            self.fault = Some("is longer than any phone's");
            *kept = Vec::new();
        } else if self.fault.is_none() {
            kept.push(line.to_owned());
        }
    }

    /// Whether a line of the service `package` belongs to one of these packages, or is a line about the dump itself.
    fn is_of(&mut self, line: &str, packages: &[&str]) -> bool {
        if line.trim().is_empty() {
            return false;
        }
        if !line.starts_with(' ') {
            // "Packages:", "Hidden system packages:", and refusals.
            self.packages = line == "Packages:";
            self.in_package = false;
            return self.packages
                || line == AFTER_PACKAGES
                || line.starts_with("*** SERVICE")
                || line.starts_with("Permission Denial");
        }
        if !self.packages {
            return false;
        }
        if !line.starts_with("   ") {
            self.in_package = package_head(line).is_some_and(|name| packages.contains(&name));
        }
        self.in_package
    }
}

/// The package in `  Package [com.whatsapp] (1e0e763):`.
pub fn package_head(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix("  Package [")?.split_once(']')?;
    (rest.starts_with(" (") && rest.ends_with("):")).then_some(name)
}

fn is_dashes(line: &str) -> bool {
    line.len() >= 70 && line.bytes().all(|b| b == b'-')
}

/// `--------- 0.012s was the duration of dumpsys NAME, ending at: 2026-11-02 09:14:00`
fn is_footer(line: &str, name: &str) -> bool {
    let Some((seconds, rest)) = line
        .strip_prefix("--------- ")
        .and_then(|rest| rest.split_once("s was the duration of dumpsys "))
    else {
        return false;
    };
    let name = name.rsplit(' ').next().unwrap_or(name);
    seconds.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && rest
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(", ending at: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DASHES: &str =
        "-------------------------------------------------------------------------------";

    fn scan(text: &str) -> BTreeMap<String, Lines> {
        let mut dumps = Dumps::new(&["trust", "power", "package"], &["com.whatsapp"]);
        for line in text.lines() {
            dumps.line(line, true);
        }
        dumps.finish().services
    }

    fn service(name: &str, text: &str) -> String {
        format!(
            "{DASHES}\nDUMP OF SERVICE {name}:\n{text}\n--------- 0.012s was the duration of dumpsys {name}, ending at: 2026-11-02 09:14:00\n"
        )
    }

    #[test]
    fn a_section_is_whole_or_it_is_nothing() {
        let trust = service("trust", "Trust manager state:");
        let other = service("activity", "DUMP OF SERVICE power:\npower");
        let good = |text: &str| scan(text).remove("trust").is_some_and(|l| l.is_ok());
        assert!(good(&trust));
        assert!(good(&format!("{other}{trust}{other}")));
        assert!(good(&format!(
            "{trust}\n------ 9.1s was the duration of 'DUMPSYS' ------\n"
        )));
        for (what, text) in [
            ("twice", format!("{trust}{trust}")),
            (
                "twice, once in the middle of another",
                format!("{}{trust}", service("activity", trust.trim_end())),
            ),
            ("cut", trust.replace("--------- 0.012s", "")),
            (
                "another begins in it",
                format!("{DASHES}\nDUMP OF SERVICE trust:\nTrust manager state:\n{other}"),
            ),
            ("goes on after its end", format!("{trust}  trusted=1\n")),
            (
                "another's end",
                trust.replace("dumpsys trust,", "dumpsys power,"),
            ),
            (
                "only the short copy",
                service("HIGH trust", "Trust manager state:").replace("dumpsys HIGH ", "dumpsys "),
            ),
            ("no line of dashes", trust.replace(DASHES, "")),
        ] {
            assert!(!good(&text), "{what}");
        }
        for end in 0..trust.len() - 1 {
            let cut = &trust[..end];
            // The end mark states the time last, which nothing needs.
            assert!(!good(cut) || cut.contains("dumpsys trust"), "cut at {end}");
        }
    }

    #[test]
    fn of_packages_only_those_that_are_asked_for() {
        let text = service(
            "package",
            "Permissions:\n  Permission [x] (1):\nPackages:\n  Package [com.canary.dating] (1a):\n    versionName=1\n  Package [com.whatsapp] (2b):\n    versionName=2\n    User 0: installed=true\nHidden system packages:\n  Package [com.whatsapp] (3c):\n    versionName=0\nShared users:\n  SharedUser [x] (4d):",
        );
        assert_eq!(
            scan(&text)
                .remove("package")
                .expect("there")
                .expect("whole"),
            [
                "Packages:",
                "  Package [com.whatsapp] (2b):",
                "    versionName=2",
                "    User 0: installed=true",
                "Shared users:",
            ]
        );
    }

    #[test]
    fn the_properties_of_a_bug_report_end_at_the_next_mark() {
        let text = "== dumpstate: 2026-11-02 09:14:00\n------ SYSTEM PROPERTIES (getprop) ------\n[a]: [b]\n";
        assert!(scan(text).remove(PROPERTIES).expect("there").is_err());
        let whole = format!("{text}------ STORAGED IO INFO (storaged -u -p) ------\n");
        assert_eq!(
            scan(&whole)
                .remove(PROPERTIES)
                .expect("there")
                .expect("whole"),
            ["[a]: [b]"]
        );
    }
}
