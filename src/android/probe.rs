//! The one script that an audit sends to a phone, the plan of it, and what its answer says: all from the readers'
//! declarations.

use std::time::Duration;

use jiff::Timestamp;

use super::readers::reach::Reach;
use super::readers::{self, Out, View};
use super::section::{PROLOGUE, Section, Span};
use super::stream::{self, Answer};
use crate::apps::App;
use crate::evidence::{Evidence, PlanItem, Platform, ReadLogEntry, Request, Source};

/// What a run may take in all unless told otherwise.
const DEADLINE: Duration = Duration::from_secs(30);

/// The sections that this request needs, in the order in which they run.
pub(super) fn wanted(request: &Request) -> Vec<&'static Section> {
    let wanted = readers::sections(readers::wanted(request));
    let apps = !packages(&request.apps).is_empty();
    let besides = !packages(&request.besides).is_empty();
    readers::all_sections()
        .into_iter()
        .filter(|section| wanted.iter().any(|w| w.id == section.id))
        .filter(|section| match section {
            section if readers::looks_besides(section) => besides,
            section => apps || !readers::needs_apps(section),
        })
        .collect()
}

/// Packages to look for, in the order in which the script looks.
pub(super) fn packages(apps: &[App]) -> Vec<&str> {
    let mut packages: Vec<&str> = apps.iter().flat_map(readers::packages_of).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// A nonce that can stand in a shell script: letters and digits only.
fn plain(nonce: &str) -> String {
    nonce
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .collect()
}

/// The script for a POSIX shell on the phone. `nonce` goes into every mark: give a new random one each time.
pub fn script(request: &Request, nonce: &str) -> String {
    script_within(request, nonce, DEADLINE)
}

/// As [`script`], for a run that may take so long in all: each of the phone's commands gets a sixth of it.
pub fn script_within(request: &Request, nonce: &str, deadline: Duration) -> String {
    let sections = wanted(request);
    // The milliseconds that went by since a whole number was given cost no second.
    let deadline = (deadline.as_millis() as u64 + 500) / 1000;
    let seconds = (deadline / 6).max(1);
    // How many sections may be stopped: what the phone has said by then still has to come back.
    let stops = (deadline / seconds).saturating_sub(1).clamp(1, 5);
    // Until when something is asked, in tenths: a last command, and the way back, come after it.
    let asks = (deadline * 9).saturating_sub(seconds * 10).max(5);
    // One function: a script that arrives cut short does nothing, and no command can read the rest of it.
    let mut script = format!(
        "exec 2>/dev/null\nN={}\nY={seconds}\nC={stops}\nM={asks}\n{PROLOGUE}\nm(){{\n",
        plain(nonce)
    );
    for section in sections.iter().filter(|s| s.span == Span::Once) {
        script += &format!("s {} {}\n{}\n", section.id, section.print(), section.text());
    }
    let of = |span| sections.iter().filter(move |s| s.span == span);
    if of(Span::Users).next().is_some() {
        script += &format!(
            "P='{}'; Q='{}'\nfor u in ${{US:-0}}; do\n",
            packages(&request.apps).join(" "),
            packages(&request.besides).join(" ")
        );
        for section in of(Span::Users) {
            script += &format!(
                "s {} {} $u\n{}\n",
                section.id,
                section.print(),
                section.text()
            );
        }
        script += "[ \"$I\" ] || continue\n";
        if of(Span::OtherUsers).next().is_some() {
            script += "if [ $u != 0 ]; then\n";
            for section in of(Span::OtherUsers) {
                script += &format!(
                    "s {} {} $u\n{}\n",
                    section.id,
                    section.print(),
                    section.text()
                );
            }
            script += "fi\n";
        }
        if of(Span::Copies).next().is_some() {
            script += "for p in $I; do\n";
            for section in of(Span::Copies) {
                script += &format!(
                    "s {} {} $u $p\n{}\n",
                    section.id,
                    section.print(),
                    section.text()
                );
            }
            script += "done\n";
        }
        script += "done\n";
    }
    script += "s end\n}\nm </dev/null\nexit 0\n";
    script
}

/// What the script runs, section by section, word for word.
pub fn plan(request: &Request) -> Vec<PlanItem> {
    let mut items = vec![PlanItem {
        what: PROLOGUE.to_owned(),
        place: "sh".to_owned(),
        why: Vec::new(),
        keeps: "nothing: the filter and the marks that the commands below use".to_owned(),
    }];
    for section in wanted(request) {
        let apps = if readers::looks_besides(section) {
            packages(&request.besides).join(", ")
        } else {
            packages(&request.apps).join(", ")
        };
        let keeps = match section.span {
            Span::Once => section.keeps.to_owned(),
            Span::Users => format!("for each Android user ($u), of {apps}: {}", section.keeps),
            Span::OtherUsers => format!(
                "for each other Android user with one of the apps ($u): {}",
                section.keeps
            ),
            Span::Copies => format!(
                "for each installed app of {apps} ($p) in each Android user ($u): {}",
                section.keeps
            ),
        };
        items.push(PlanItem {
            what: section.text().into_owned(),
            place: section.place.to_owned(),
            why: why(request, section),
            keeps,
        });
    }
    items
}

/// Ids of the wanted facts that a section is read for.
pub(super) fn why(request: &Request, section: &Section) -> Vec<&'static str> {
    let mut why: Vec<&'static str> = Vec::new();
    for reader in readers::wanted(request) {
        if reader.sections().iter().any(|s| s.id == section.id) {
            for fact in reader.facts() {
                if request.facts.contains(fact) && !why.contains(&fact.id()) {
                    why.push(fact.id());
                }
            }
        }
    }
    why
}

/// What an answer to [`script`] says. Pure, and never panics, whatever the answer holds.
pub fn evidence(
    request: &Request,
    nonce: &str,
    answer: &[u8],
    source: Source,
    as_of: Option<Timestamp>,
) -> Evidence {
    let nonce = plain(nonce);
    let answer = stream::split(&readers::all_sections(), &nonce, answer);
    let mut evidence = read(request, &answer, source, as_of);
    for section in wanted(request) {
        for (key, bytes) in answer.runs().filter(|(key, _)| key.section == section.id) {
            evidence.read_log.push(ReadLogEntry {
                what: readers::place(section, key.user, key.package.as_deref()),
                why: why(request, section),
                bytes_kept: bytes,
            });
        }
    }
    evidence
}

/// What the readers make of an answer, wherever it came from; without the read log.
pub(super) fn read(
    request: &Request,
    answer: &Answer,
    source: Source,
    as_of: Option<Timestamp>,
) -> Evidence {
    let mut evidence = Evidence::new(Platform::Android, source, as_of);
    if !answer.ended {
        evidence.warnings.push(
            "The phone's answer ends early: nothing in it counts as known. Take it again.".into(),
        );
    }
    let reach = Reach::of(answer, source);
    let copies = readers::installed(answer, source, &request.apps);
    for reader in readers::wanted(request) {
        let view =
            View::new(reader, answer, source, &request.apps, &copies).noticing(&request.besides);
        reader.read(
            &view,
            &mut Out::new(reader, &request.facts, &reach, &mut evidence),
        );
    }
    evidence
}
