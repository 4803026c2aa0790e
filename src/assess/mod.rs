//! Assessment: a pure function of evidence, profile and moment. It reads nothing.

mod eval;
mod found;
mod freshness;
mod observed;
mod presence;
#[cfg(test)]
mod tests;
pub mod waivers;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::apps::{App, Kind};
use crate::audit::{About, Attested, Audit, Finding, Overall, Verdict};
use crate::evidence::{
    Answer, AppCopy, Evidence, Fact, Manner, Observation, Observations, Platform, Presence, Source,
    State, Strength, Subject, Value,
};
use crate::menus::Phone;
use crate::profile::{Control, Otherwise, Profile, Rules};
use eval::{Leaf, Outcome};
pub use freshness::good_until;
use freshness::{Freshness, freshness, max_age};
use observed::together;
pub use waivers::Waiver;

/// What else the verdicts depend on.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment of judgement.
    pub at: Timestamp,
    /// Whether the moment was chosen (`--as-of`), not taken from the clock.
    pub moment_chosen: bool,
    /// Who and what the audit is about; kept in it as given.
    pub about: About,
    /// Set aside what no cable or backup can decide on this platform.
    pub readable_only: bool,
    /// The controls that the run was narrowed to; empty for all.
    pub narrowed_to: Vec<String>,
    /// What was seen on the phone and said by the person.
    pub observations: Observations,
    /// Failures that someone answers for.
    pub waivers: Vec<Waiver>,
    /// The day on which the person was given the privacy notice.
    pub notice_given: Option<Date>,
    /// The person declined the whole check.
    pub declined: bool,
}

impl Context {
    /// Nothing but the moment.
    pub fn new(at: Timestamp) -> Self {
        Context {
            at,
            moment_chosen: false,
            about: About::default(),
            readable_only: false,
            narrowed_to: Vec::new(),
            observations: Observations::default(),
            waivers: Vec::new(),
            notice_given: None,
            declined: false,
        }
    }
}

/// Compares evidence with a profile. Same input, same result.
pub fn assess(evidence: &Evidence, profile: &Profile, context: &Context) -> Audit {
    // What rests on data that is too old by then is unknown.
    let evidence = &evidence.at(context.at);
    let max_age = max_age(profile);
    let freshness = freshness(evidence, max_age, context.at);
    let with_seen_apps = observed::with_seen_apps(evidence, context, &freshness, max_age);
    let judge = Judge {
        all_apps_settled: profile
            .apps
            .iter()
            .all(|app| installed(&with_seen_apps, &Subject::app(&app.id)).is_some()),
        evidence: &with_seen_apps,
        context,
        freshness,
        phone: found::phone(evidence),
        max_age,
    };
    let mut findings = Vec::new();
    for control in &profile.controls {
        if let Some(why) = judge.beside_the_point(profile, control) {
            findings.push(judge.plain(control, Subject::Device, Verdict::NotApplicable, why));
        } else if context.declined {
            let found = "the person declined the check".to_owned();
            findings.push(judge.plain(control, Subject::Device, Verdict::Declined, found));
        } else if control.per_app && !judge.waits_for_ownership(control) {
            judge.per_app(profile, control, &mut findings);
        } else {
            findings.push(judge.control(control, Subject::Device));
        }
    }
    let text = |fact| match evidence.get(fact, &Subject::Device).state {
        State::Known(value) => Some(value.for_people()),
        _ => None,
    };
    let mut apps_found: Vec<String> = Vec::new();
    let covered = |copy: &AppCopy| profile.apps.iter().any(|app| app.id == copy.app);
    for copy in judge.evidence.app_copies() {
        if covered(&copy) && installed(judge.evidence, &Subject::App(copy.clone())) == Some(true) {
            let name = found::app_name(judge.evidence, &copy);
            if !apps_found.contains(&name) {
                apps_found.push(name);
            }
        }
    }
    let platform = evidence.platform;
    let looked_for: Vec<&App> = profile
        .apps
        .iter()
        .filter(|app| profile.looks_for(app, platform))
        .collect();
    let there = |app: &App| installed(judge.evidence, &Subject::app(&app.id));
    let none_there = !looked_for.is_empty()
        && evidence.apps_unseen.is_empty()
        && apps_found.is_empty()
        && looked_for.iter().all(|app| there(app) == Some(false));
    let besides = presence::besides(judge.evidence, &profile.apps, &judge.phone);
    let looked_besides = evidence.app_copies().iter().any(|copy| !covered(copy));
    let mut warnings = evidence.warnings.clone();
    if let Freshness::Stale(why) = &judge.freshness
        && !context.declined
    {
        warnings.push(why.clone());
    }
    warnings.extend(judge.unseen().iter().cloned());
    warnings.extend(waivers::apply(
        &context.waivers,
        &context.about,
        context.at,
        profile,
        &mut findings,
    ));
    warnings.extend(besides.notices.iter().cloned());
    if !profile.covers(platform) {
        warnings.push(format!(
            "This checklist says nothing about {}, so nothing was judged.",
            match platform {
                Platform::Ios => "iPhones",
                Platform::Android => "Android phones",
            }
        ));
    }
    Audit {
        profile_id: profile.id.clone(),
        profile_title: profile.title.clone(),
        profile_sha256: profile.sha256.clone(),
        profile_source: profile.source.clone(),
        profile_as_of: profile.as_of.clone(),
        platform: evidence.platform,
        source: evidence.source,
        device_model: text(Fact::DeviceModel),
        device_os: text(Fact::DeviceOs),
        audited_at: context.at,
        moment_chosen: context.moment_chosen,
        // A look reads nothing: its own moments stand beside what was seen.
        evidence_as_of: evidence.as_of.filter(|_| evidence.source != Source::Look),
        about: context.about.clone(),
        notice_given: context.notice_given,
        declined: context.declined,
        parameters: profile.parameters.clone(),
        overall: Overall::of(&findings),
        attested: attested(&findings),
        readable_only: context.readable_only,
        narrowed_to: context.narrowed_to.clone(),
        apps_unknown: looked_for
            .iter()
            .filter(|app| !context.declined && there(app).is_none())
            .map(|app| app.id.clone())
            .collect(),
        not_covered: profile.not_covered.clone(),
        apps_in_scope: profile.apps.iter().map(|app| app.name.clone()).collect(),
        no_app_there: none_there,
        notes: presence::notes(evidence, &besides, context.at),
        apps_besides: looked_besides.then_some(besides.others),
        apps_to_ask: besides.to_ask,
        apps_found: (!looked_for.is_empty()).then_some(apps_found),
        device_maker: text(Fact::DeviceMaker),
        findings,
        facts: evidence
            .readings()
            .filter(|(_, subject, reading)| match subject {
                Subject::App(copy) if !covered(copy) => reading.value() == Some(&Value::Bool(true)),
                _ => true,
            })
            .map(|(fact, subject, reading)| ((subject.clone(), fact), reading.clone()))
            .collect(),
        read_log: evidence.read_log.clone(),
        warnings,
    }
}

fn attested(findings: &[Finding]) -> Attested {
    let mut attested = Attested::default();
    for finding in findings.iter().filter(|finding| finding.asked) {
        let said = finding.statement.as_ref().map(|said| said.answer);
        match (finding.verdict, said) {
            (_, Some(Answer::AsItShouldBe)) => attested.yes += 1,
            (_, Some(Answer::Otherwise | Answer::Fixed)) => attested.no += 1,
            (_, Some(Answer::Declined)) => attested.declined += 1,
            (Verdict::Declined, None) if finding.observation.is_none() => attested.declined += 1,
            (Verdict::NotApplicable, _) | (_, Some(Answer::DoesNotApply)) => {}
            (_, Some(Answer::CannotTell) | None) => attested.unanswered += 1,
        }
    }
    attested
}

fn installed(evidence: &Evidence, subject: &Subject) -> Option<bool> {
    match evidence.get(Fact::AppInstalled, subject).proved() {
        Some(Value::Bool(b)) => Some(*b),
        _ => None,
    }
}

/// Whether something of the control can be seen on the phone, by a reading or by a look; of the others only the person
/// can speak.
fn can_be_seen(control: &Control, rules: &Rules) -> bool {
    rules.pass.is_some() || !control.asked
}

struct Judge<'a> {
    /// As read, and with the apps that were seen.
    evidence: &'a Evidence,
    context: &'a Context,
    freshness: Freshness,
    phone: Phone,
    max_age: Duration,
    /// Of every app in scope it is known whether it is there.
    all_apps_settled: bool,
}

impl Judge<'_> {
    /// Why apps may have gone unseen. On an iPhone that is about the apps in scope alone, so that a look at each of them
    /// settles it; an Android phone can hold more copies of them.
    fn unseen(&self) -> &[String] {
        if self.evidence.platform == Platform::Ios && self.all_apps_settled {
            return &[];
        }
        &self.evidence.apps_unseen
    }

    /// What was seen of an app of the phone's owner, if not too long ago.
    fn app_seen(&self, subject: &Subject) -> Option<(Presence, Timestamp)> {
        match subject {
            Subject::App(copy) if copy.user == 0 => self
                .context
                .observations
                .app(&copy.app)
                .filter(|seen| observed::in_time(seen.at, self.context.at, self.max_age))
                .map(|seen| (seen.presence, seen.at)),
            _ => None,
        }
    }

    /// Why a control has nothing to say about this phone.
    fn beside_the_point(&self, profile: &Profile, control: &Control) -> Option<String> {
        if !profile.covers(self.evidence.platform) {
            return Some("the checklist says nothing about this kind of phone".into());
        }
        match (control.ownership, self.context.about.ownership) {
            (Some(wanted), Some(is)) if wanted != is => Some(format!(
                "it applies only to phones of this ownership: {}",
                wanted.id()
            )),
            _ => None,
        }
    }

    /// Whether it was not stated who owns the phone, and the control depends on it: one finding says so, not one per app.
    fn waits_for_ownership(&self, control: &Control) -> bool {
        control.ownership.is_some() && self.context.about.ownership.is_none()
    }

    fn per_app(&self, profile: &Profile, control: &Control, findings: &mut Vec<Finding>) {
        let copies = self.evidence.app_copies();
        for app in profile.apps.iter().filter(|app| control.is_about(app)) {
            if app.kind == Kind::Handset {
                findings.push(self.handset(control, app));
                continue;
            }
            let mut subjects: Vec<Subject> = copies
                .iter()
                .filter(|copy| copy.app == app.id)
                .map(|copy| Subject::App(copy.clone()))
                .collect();
            if !subjects.contains(&Subject::app(&app.id)) {
                subjects.insert(0, Subject::app(&app.id));
            }
            for subject in subjects {
                findings.push(match installed(self.evidence, &subject) {
                    _ if control.installed_or_not => self.control(control, subject),
                    Some(true) => self.control(control, subject),
                    Some(false) => {
                        let seen = matches!(self.app_seen(&subject), Some((Presence::NotThere, _)));
                        let found = if seen {
                            "seen on the phone: the app is not there".to_owned()
                        } else if app.exists_on(self.evidence.platform) {
                            "the app is not installed".to_owned()
                        } else {
                            format!("there is no such app for {}", self.evidence.platform.name())
                        };
                        self.plain(control, subject, Verdict::NotApplicable, found)
                    }
                    None => self.app_unknown(control, subject),
                });
            }
        }
        for unseen in self.unseen() {
            let finding = self.plain(
                control,
                Subject::Device,
                Verdict::Unresolved,
                unseen.clone(),
            );
            findings.push(self.observed(control, finding, Verdict::Unresolved));
        }
    }

    /// A finding that rests on no criterion.
    fn plain(
        &self,
        control: &Control,
        subject: Subject,
        verdict: Verdict,
        found: String,
    ) -> Finding {
        let rules = control.rules(self.evidence.platform);
        let advice = |text: &str| found::advice(text, &subject, &self.phone);
        Finding {
            control: control.id.clone(),
            title: control.title.clone(),
            question: control.question.clone(),
            subject_name: found::subject_name(self.evidence, &subject),
            verdict,
            first_verdict: None,
            seen: can_be_seen(control, rules).then_some(verdict),
            counted: (control.mandatory && can_be_seen(control, rules)).then_some(verdict),
            asked: control.asked,
            expected: rules.expected.clone(),
            found,
            beside: Vec::new(),
            strength: None,
            origin: Vec::new(),
            look: advice(&rules.look),
            put_right: match verdict {
                Verdict::Pass | Verdict::NotApplicable => String::new(),
                _ => advice(&rules.put_right),
            },
            set_aside: false,
            observation: None,
            statement: None,
            waiver: None,
            subject,
        }
    }

    fn control(&self, control: &Control, subject: Subject) -> Finding {
        let rules = control.rules(self.evidence.platform);
        let mut finding = match (control.ownership, self.context.about.ownership) {
            (Some(_), None) => self.plain(
                control,
                subject.clone(),
                Verdict::Unresolved,
                "it depends on who owns the phone, which was not stated (--ownership)".into(),
            ),
            _ if rules.pass.is_none() => {
                let finding = self.plain(
                    control,
                    subject.clone(),
                    Verdict::Unresolved,
                    "not asked yet".into(),
                );
                self.observed(control, finding, Verdict::Unresolved)
            }
            _ => self.judged(control, rules, subject.clone()),
        };
        finding.beside = self.beside(control, &subject);
        if rules.pass.is_none() {
            let answered = finding.observation.is_some() || finding.statement.is_some();
            finding.set_aside = self.context.readable_only && !answered;
        }
        finding
    }

    /// The verdict of the readings, and of what was seen and said on top of them.
    fn judged(&self, control: &Control, rules: &Rules, subject: Subject) -> Finding {
        let (mut read, leaves) = self.verdict(rules, &subject);
        let beyond_reach = read == Verdict::Unresolved
            && !leaves.is_empty()
            && leaves.iter().all(|leaf| leaf.reading.beyond_reach());
        let mut found = found::describe(&leaves);
        let all_proved = leaves.iter().all(|leaf| leaf.reading.proved().is_some());
        if read == Verdict::Unresolved && rules.otherwise == Otherwise::Ask && all_proved {
            found = format!("{found}. That can be right: someone has to ask");
        }
        if read == Verdict::Pass
            && let Freshness::Stale(why) = &self.freshness
        {
            read = Verdict::Unresolved;
            found = format!("{found}. {why}");
        }
        let mut finding = self.plain(control, subject, read, found);
        finding.strength = leaves.iter().filter_map(Leaf::strength).min();
        for leaf in &leaves {
            for origin in &leaf.reading.origin {
                if !finding.origin.contains(origin) {
                    finding.origin.push(origin.clone());
                }
            }
        }
        let mut finding = self.observed(control, finding, read);
        let seen_is_fine = read == Verdict::Pass && finding.observation.is_none();
        let open = finding.observation.is_none() && beyond_reach;
        // What could be seen is settled; the rest is the person's answer, which no cable gives.
        let only_the_answer = control.asked
            && finding.statement.is_none()
            && seen_is_fine
            && finding.verdict == Verdict::Unresolved;
        finding.set_aside = self.context.readable_only && (open || only_the_answer);
        finding
    }

    /// Adds what was seen on the phone and what the person said to a finding that the readings alone left at `read`.
    fn observed(&self, control: &Control, mut finding: Finding, read: Verdict) -> Finding {
        let rules = control.rules(self.evidence.platform);
        let mut seen = read;
        if can_be_seen(control, rules) {
            if let Some(look) = self.observation(control, &finding, Manner::Seen) {
                let in_time = observed::in_time(look.at, self.context.at, self.max_age);
                let answer = match look.answer {
                    Answer::Otherwise => Answer::Otherwise,
                    // What counts for the phone as a whole applies to every phone: it stays open.
                    Answer::DoesNotApply
                        if control.mandatory && finding.subject == Subject::Device =>
                    {
                        Answer::CannotTell
                    }
                    answer if in_time => answer,
                    _ => Answer::CannotTell,
                };
                let both = together(read, answer, observed::order(look.at, self.evidence));
                finding.found = observed::found(&finding.found, read, look, both, in_time);
                if read == Verdict::Unresolved {
                    finding.strength = None;
                }
                finding.first_verdict = both.first;
                finding.observation = Some(look.clone());
                seen = both.verdict;
            }
            finding.seen = Some(seen);
            finding.counted = control.mandatory.then_some(seen);
            finding.verdict = seen;
        }
        if control.asked {
            let said = self
                .observation(control, &finding, Manner::Stated)
                .filter(|said| observed::in_time(said.at, self.context.at, self.max_age));
            let read = can_be_seen(control, rules).then_some(seen);
            finding.verdict = observed::with_statement(read, said.map(|said| said.answer));
            match said {
                Some(said) if read.is_some() => {
                    finding.found = format!("{}; {}", finding.found, observed::stated(said));
                }
                Some(said) => finding.found = observed::stated(said),
                None if read == Some(Verdict::Pass) => finding.found += ". Not asked yet",
                None => {}
            }
            finding.statement = said.cloned();
        }
        if finding.observation.is_some() || finding.statement.is_some() {
            finding.set_aside = false;
        }
        finding.put_right = match finding.verdict {
            Verdict::Pass | Verdict::NotApplicable => String::new(),
            _ => found::advice(&rules.put_right, &finding.subject, &self.phone),
        };
        finding
    }

    fn observation(
        &self,
        control: &Control,
        finding: &Finding,
        manner: Manner,
    ) -> Option<&Observation> {
        let asked = match manner {
            Manner::Seen => &finding.expected,
            Manner::Stated => &finding.question,
        };
        self.context
            .observations
            .of(&control.id, &finding.subject, manner, asked)
    }

    /// `fail` true gives fail; else `pass` true gives pass; else unresolved, with the facts that left it open.
    fn verdict(&self, rules: &Rules, subject: &Subject) -> (Verdict, Vec<Leaf>) {
        let Some(pass) = &rules.pass else {
            return (Verdict::Unresolved, Vec::new());
        };
        let pass = eval::evaluate(pass, self.evidence, subject);
        let fail = match &rules.fail {
            Some(fail) => eval::evaluate(fail, self.evidence, subject),
            None if rules.otherwise == Otherwise::Ask => Outcome {
                truth: Some(false),
                leaves: pass.leaves.clone(),
            },
            None => Outcome {
                truth: pass.truth.map(|t| !t),
                leaves: pass.leaves.clone(),
            },
        };
        if fail.truth == Some(true) {
            return (Verdict::Fail, fail.leaves);
        }
        match (pass.truth, fail.truth) {
            // A pass has to rest on something.
            (Some(true), _) if !pass.leaves.is_empty() => (Verdict::Pass, pass.leaves),
            (None, None) => (Verdict::Unresolved, eval::joined(pass.leaves, fail.leaves)),
            (None, _) => (Verdict::Unresolved, pass.leaves),
            (Some(_), _) => (Verdict::Unresolved, fail.leaves),
        }
    }

    fn beside(&self, control: &Control, subject: &Subject) -> Vec<String> {
        control
            .beside
            .iter()
            .filter(|fact| fact.on().has(self.evidence.platform))
            .map(|fact| found::line(&Leaf::read(self.evidence, *fact, subject)))
            .collect()
    }
}

impl Leaf {
    fn strength(&self) -> Option<Strength> {
        self.reading.value().map(|_| self.reading.strength)
    }
}
