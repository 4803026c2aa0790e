//! The figures of a report, and the sentences that tell them. Every shape of the report is made from this alone: what
//! must not be published is not in it.

mod beside;
mod public;
mod rates;
mod words;

use super::change::{Compared, LineCompared};
use super::{GroupSummary, Summary};
use crate::evidence::Platform;
use crate::menus::{self, Phone};
use crate::profile::{Control, Profile};
use crate::sampling::intervals::Interval;
use crate::sampling::suppress::Cell;
use beside::beside;
use jiff::civil::Date;
use rates::{in_proportion, range, way};

/// Who reads the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Those who may know of single people.
    Team,
    /// Everybody: no small numbers, nothing about single people.
    Everybody,
}

/// All that a report says.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Id of the campaign.
    pub id: String,
    /// For whom it was made: what it may tell depends on it.
    pub readers: Readers,
    /// What surrounds the figures; empty until [`Report::framed`].
    pub frame: Frame,
    /// The days of the first and the last check; not published.
    pub days: Option<(String, String)>,
    /// Phones that failed, that passed, of which it could not be told; not published.
    pub phones: Option<[u64; 3]>,
    /// Of the phones that passed, those of which not every line was looked at; 0 where published.
    pub passed_in_part: u64,
    /// Ids of the checklists that the phones were held to.
    pub checklists: Vec<String>,
    /// People on the list, and those drawn.
    pub list: Option<(u64, u64)>,
    /// What became of those drawn, in the order of the report; parts that must not be told are hidden.
    pub coverage: Vec<(Part, Cell)>,
    /// People in whose place a reserve stands.
    pub replaced: Option<u64>,
    /// The rate of failing of the phones as a whole, three ways, or as far as it may be published.
    pub whole: Vec<Way>,
    /// Empty with fewer than two groups; not published.
    pub groups: Vec<GroupRow>,
    /// What the ranges assume.
    pub assumed: Vec<String>,
    /// Most failures first.
    pub lines: Vec<LineRow>,
    /// Lines of which nothing is published: id and title.
    pub hidden: Vec<(String, String)>,
    /// Lines that were set aside on all phones: id and title.
    pub not_looked_at: Vec<(String, String)>,
    /// What staff can do about the lines that failed most, worst first.
    pub advice: Vec<Advice>,
    /// Lines that failed as often as the last of them.
    pub as_often: u64,
    /// The command that tells all about the first of them.
    pub explain: String,
    /// `None` where no earlier campaign was given.
    pub beside: Option<Beside>,
    /// Answers of people: yes, no, not answered, declined. `None` where nobody answered; not published.
    pub attested: Option<[u64; 4]>,
    /// References of those whose last audit failed; not published.
    pub recheck: Vec<String>,
    /// Could not be told, and nobody has looked again.
    pub look_again: Vec<String>,
    /// What should be known about these numbers.
    pub notes: Vec<String>,
    /// The end of the register's chain at the time of the report.
    pub head: String,
}

/// What surrounds the figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The day on which the report is made.
    pub made: Option<Date>,
    /// Name of the trust.
    pub trust: Option<String>,
    /// It is published before the round is over.
    pub interim: bool,
}

/// What became of those drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Their phone was checked, whatever came of it.
    Checked,
    /// Checked as well, but whether it passed could not be told.
    CouldNotTell,
    /// They would not be checked.
    Declined,
    /// They were not reached in the time there was.
    Unreachable,
    /// The check was not for them, and no reserve took their place.
    ToReplace,
    /// Nothing is recorded of them yet.
    Open,
}

impl Part {
    /// In JSON.
    pub fn id(self) -> &'static str {
        match self {
            Part::Checked => "checked",
            Part::CouldNotTell => "could_not_tell",
            Part::Declined => "declined",
            Part::Unreachable => "unreachable",
            Part::ToReplace => "no_stand_in",
            Part::Open => "still_to_do",
        }
    }

    /// In a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Part::Checked => "checked",
            Part::CouldNotTell => "checked, but it could not be told",
            Part::Declined => "declined",
            Part::Unreachable => "could not be reached",
            Part::ToReplace => "not for them, and nobody stands in",
            Part::Open => "still to be checked",
        }
    }
}

/// How a rate is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Failures among the phones that failed or passed, and nobody else.
    CheckedOnly,
    /// Everybody of whom nothing is known counted as failed.
    AtWorst,
    /// Nobody of them counted as failed.
    AtBest,
    /// Fewer than 5 are unknown, and it is not published how many: 4 counted as failed.
    AtWorstFew,
    /// Everybody who was not checked counted as failed, and 4 of those checked: fewer than 5 of them could not be told,
    /// and it is not published how many.
    AtWorstFewTold,
    /// Fewer than 5 failed, and more is not published.
    Few,
}

impl How {
    /// In JSON.
    pub fn id(self) -> &'static str {
        match self {
            How::CheckedOnly => "checked-only",
            How::AtWorst => "at-worst",
            How::AtBest => "at-best",
            How::AtWorstFew => "at-worst-4-unknown",
            How::AtWorstFewTold => "at-worst-4-could-not-be-told",
            How::Few => "fewer-than-5",
        }
    }

    /// Of whom the rate is told.
    pub fn who(self) -> &'static str {
        match self {
            How::CheckedOnly => "Of the phones that could be told",
            How::AtWorst => "At worst, if everybody of whom nothing is known failed",
            How::AtBest => "At best, if nobody of them did",
            How::AtWorstFew => "At worst, if 4 more failed",
            How::AtWorstFewTold => "At worst, if 4 more failed and all who were not checked",
            How::Few => "Of those drawn",
        }
    }
}

/// A rate of failing.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// What is counted as failed, and among whom.
    pub how: How,
    /// `None`: fewer than 5, and not published.
    pub failed: Option<u64>,
    /// How many people it is a rate of.
    pub of: u64,
    /// The rate over the whole list, each group weighted by its size.
    pub weighted: Option<f64>,
    /// Where the true rate lies (95%); `None` where nothing sound can be said.
    pub interval: Option<Interval>,
}

/// One group of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// As the list calls it; empty where it has no name.
    pub name: String,
    /// How many are on the list.
    pub people: u64,
    /// How many were drawn.
    pub drawn: u64,
    /// Phones that failed.
    pub failed: u64,
    /// Phones that failed or passed.
    pub known: u64,
    /// Phones that were checked, but it could not be told.
    pub could_not_tell: u64,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq)]
pub struct LineRow {
    /// Id of the control.
    pub id: String,
    /// A few words from the checklist; empty where no known checklist has the line.
    pub title: String,
    /// Phones that failed it.
    pub failed: u64,
    /// Phones of which it was told; where published, those that the rate is of.
    pub of: u64,
    /// Where the true rate lies (95%); `None` where the phones of which it is known are no fair sample.
    pub interval: Option<Interval>,
    /// Not published.
    pub more: Option<More>,
}

/// What else is known of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct More {
    /// Of the failed ones.
    pub put_right: u64,
    /// Failed, and someone answers for it.
    pub waived: u64,
    /// Looked at, and still open.
    pub could_not_tell: u64,
    /// Left out by `--readable-only`, and not looked at.
    pub set_aside: u64,
    /// Phones to which it does not apply.
    pub not_applicable: u64,
    /// Phones whose checklist does not have the line.
    pub not_asked: u64,
}

/// How staff put right what failed most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Id of the control.
    pub id: String,
    /// A few words from the checklist.
    pub title: String,
    /// Kind of phone, and what to do; one entry without a kind where it is the same on all.
    pub texts: Vec<(Option<&'static str>, String)>,
}

/// The comparison with an earlier campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Id of the earlier campaign.
    pub id: String,
    /// What the comparison comes to, as sentences.
    pub words: Vec<String>,
    /// The phones as a whole; `None` where published.
    pub whole: Option<Compared>,
    /// Lines whose difference stands: title and figures.
    pub lines: Vec<(String, LineCompared)>,
    /// How many lines were compared.
    pub looked_at: u64,
}

/// The checklist that `spotcheck explain` takes without being told.
const EXPLAINED: &str = "nhs-england";

/// The most lines that advice is given for.
const MOST_ADVICE: usize = 6;

const PLATFORMS: [Platform; 2] = [Platform::Ios, Platform::Android];

impl Report {
    /// `head`: the end of the register's chain; for publication without its number, which would tell how many records
    /// there are. `profiles`: checklists to take titles and advice from, the likeliest first.
    pub fn new(
        id: &str,
        summary: &Summary,
        before: Option<(&str, &Summary)>,
        readers: Readers,
        head: String,
        profiles: &[Profile],
    ) -> Report {
        let report = Report {
            id: id.to_owned(),
            readers,
            frame: Frame::default(),
            days: None,
            phones: None,
            passed_in_part: 0,
            checklists: summary.profiles.iter().cloned().collect(),
            list: summary.begun.as_ref().map(|b| (b.population, b.drawn)),
            coverage: Vec::new(),
            replaced: None,
            whole: Vec::new(),
            groups: Vec::new(),
            assumed: Vec::new(),
            lines: Vec::new(),
            hidden: Vec::new(),
            not_looked_at: not_looked_at(summary, profiles),
            advice: Vec::new(),
            as_often: 0,
            explain: String::new(),
            beside: None,
            attested: None,
            recheck: Vec::new(),
            look_again: Vec::new(),
            notes: Vec::new(),
            head,
        };
        match readers {
            Readers::Team => report.for_team(summary, before, profiles),
            Readers::Everybody => report.for_everybody(summary, before, profiles),
        }
    }

    /// The same with what surrounds the figures.
    pub fn framed(mut self, frame: Frame) -> Report {
        if frame.interim {
            for (part, _) in &mut self.coverage {
                if *part == Part::ToReplace {
                    *part = Part::Open;
                }
            }
        }
        self.frame = frame;
        self
    }

    fn for_team(
        mut self,
        s: &Summary,
        before: Option<(&str, &Summary)>,
        profiles: &[Profile],
    ) -> Report {
        self.coverage = [
            (Part::Checked, s.checked),
            (Part::Declined, s.declined),
            (Part::Unreachable, s.unreachable),
            (Part::ToReplace, s.to_replace),
            (Part::Open, s.open().unwrap_or(0)),
        ]
        .into_iter()
        .filter(|(part, n)| *n > 0 || *part == Part::Checked)
        .map(|(part, n)| (part, Cell::Shown(n)))
        .collect();
        self.replaced = Some(s.replaced);
        self.days.clone_from(&s.days);
        self.phones = Some([s.overall.not_met, s.overall.met, s.overall.could_not_tell]);
        self.passed_in_part = s.passed_in_part;
        let mut hows = match s.checked {
            // Nobody was checked: there is no rate.
            0 => Vec::new(),
            _ => vec![How::CheckedOnly],
        };
        if s.checked > 0 && s.overall.unknown() + s.open().unwrap_or(0) > 0 {
            hows.extend([How::AtWorst, How::AtBest]);
        }
        let mut thin = Vec::new();
        for how in hows {
            let (way, too_few) = way(how, s);
            thin = if how == How::CheckedOnly {
                too_few
            } else {
                thin
            };
            self.whole.push(way);
        }
        self.assumptions(s, &thin);
        let named = |group: &GroupSummary| group.name.clone().unwrap_or_default();
        if s.groups.len() > 1 {
            self.groups = s
                .groups
                .iter()
                .map(|group| GroupRow {
                    name: named(group),
                    people: group.people,
                    drawn: group.drawn,
                    failed: group.overall.not_met,
                    known: group.overall.not_met + group.overall.met,
                    could_not_tell: group.overall.could_not_tell,
                })
                .collect();
        }
        self.lines = s
            .lines
            .iter()
            .map(|(id, line)| {
                let outcomes = &line.outcomes;
                let of = outcomes.met + outcomes.not_met;
                LineRow {
                    id: id.clone(),
                    title: title(id, profiles),
                    failed: outcomes.not_met,
                    of,
                    // Of a phone that nobody looked at only a failure shows: the others are no random part.
                    interval: (of > 0 && line.set_aside == 0)
                        .then(|| range(outcomes.not_met, of, s.population())),
                    more: Some(More {
                        put_right: line.put_right,
                        waived: line.waived,
                        could_not_tell: outcomes.could_not_tell,
                        set_aside: line.set_aside,
                        not_applicable: line.not_applicable,
                        not_asked: s.checked.saturating_sub(
                            of + outcomes.could_not_tell
                                + line.waived
                                + line.set_aside
                                + line.not_applicable,
                        ),
                    }),
                }
            })
            .collect();
        self.lines
            .sort_by(|a, b| b.failed.cmp(&a.failed).then_with(|| a.id.cmp(&b.id)));
        let platforms: Vec<Platform> = PLATFORMS
            .into_iter()
            .filter(|platform| s.platforms.contains(platform.id()))
            .collect();
        self.advise(profiles, &platforms);
        self.attested = Some(s.attested).filter(|[yes, no, _, declined]| yes + no + declined > 0);
        self.recheck.clone_from(&s.recheck);
        self.look_again.clone_from(&s.look_again);
        self.notes.clone_from(&s.warnings);
        self.beside = before.map(|(id, before)| beside(id, before, s, profiles));
        self
    }

    /// What the ranges assume, where groups were drawn.
    fn assumptions(&mut self, s: &Summary, thin: &[String]) {
        if s.groups.len() < 2 {
            return;
        }
        if !self.whole.is_empty() && self.whole.iter().all(|way| way.interval.is_some()) {
            self.assumed.push(
                "The ranges are for the whole list. Each group counts by its size, not by how many of it were checked."
                    .into(),
            );
        }
        if !thin.is_empty() {
            self.assumed.push(format!(
                "Too few phones were checked to tell a rate in: {}. The range allows for anything there, so it is wide.",
                thin.join(", ")
            ));
        }
        if !in_proportion(s) {
            self.assumed.push(
                "Line by line, all phones are taken together without weights. That is right where each person is as likely to be drawn. Here they were not, so read those ranges with care."
                    .into(),
            );
        }
    }

    /// What to do about the three lines that failed most, and others that failed as often, six at most.
    fn advise(&mut self, profiles: &[Profile], platforms: &[Platform]) {
        let failed = || self.lines.iter().filter(|line| line.failed > 0);
        let least = failed().take(3).last().map_or(1, |line| line.failed);
        let tied = failed().take_while(|line| line.failed >= least).count();
        self.as_often = tied.saturating_sub(MOST_ADVICE) as u64;
        let worst = || failed().take(tied.min(MOST_ADVICE));
        if let Some(first) = worst().next() {
            let by_default = |p: &Profile| p.id == EXPLAINED;
            let controls = || {
                profiles
                    .iter()
                    .filter(|p| p.controls.iter().any(|c| c.is(&first.id)))
            };
            let more = match controls().any(by_default) {
                true => String::new(),
                false => controls()
                    .next()
                    .map_or(String::new(), |p| format!(" --profile {}", p.id)),
            };
            self.explain = format!("spotcheck explain {}{more}", first.id);
        }
        self.advice = worst()
            .map(|line| {
                let found = find(&line.id, profiles);
                let mut texts: Vec<(Option<&'static str>, String)> = Vec::new();
                for platform in platforms {
                    let Some((_, control)) = found.filter(|(p, _)| p.covers(*platform)) else {
                        continue;
                    };
                    let text = &control.rules(*platform).put_right;
                    if !text.is_empty() {
                        let text = text.replace("{app}: {app:", "{app:");
                        let text = menus::fill(&text, &Phone::any(*platform), None)
                            .replace("{app}", "the app")
                            .replace(". look for ", ". Look for ");
                        texts.push((Some(platform.name()), text));
                    }
                }
                if let [(kind, one), rest @ ..] = texts.as_mut_slice()
                    && !rest.is_empty()
                    && rest.iter().all(|(_, text)| text == one)
                {
                    *kind = None;
                    texts.truncate(1);
                }
                Advice {
                    id: line.id.clone(),
                    title: line.title.clone(),
                    texts,
                }
            })
            .collect();
    }

    /// Lines that failed and whose advice is not in the report.
    pub fn without_advice(&self) -> Vec<&str> {
        self.lines
            .iter()
            .filter(|line| line.failed > 0)
            .filter(|line| {
                !self
                    .advice
                    .iter()
                    .any(|a| a.id == line.id && !a.texts.is_empty())
            })
            .map(|line| line.id.as_str())
            .collect()
    }
}

fn find<'p>(id: &str, profiles: &'p [Profile]) -> Option<(&'p Profile, &'p Control)> {
    profiles.iter().find_map(|profile| {
        let control = profile.controls.iter().find(|control| control.is(id))?;
        Some((profile, control))
    })
}

fn not_looked_at(s: &Summary, profiles: &[Profile]) -> Vec<(String, String)> {
    let ids = s.not_looked_at.iter();
    ids.map(|id| (id.clone(), title(id, profiles))).collect()
}

fn title(id: &str, profiles: &[Profile]) -> String {
    find(id, profiles).map_or(String::new(), |(_, control)| control.title.clone())
}
