//! Assessment: a pure function of evidence, profile and moment. It reads nothing.

mod eval;
mod found;

use jiff::Timestamp;

use crate::apps::{App, Kind};
use crate::audit::{About, Attested, Audit, Finding, Overall, Verdict};
use crate::evidence::{AppCopy, Evidence, Fact, State, Strength, Subject, Value};
use crate::menus::Phone;
use crate::profile::{Control, ParameterValue, Profile, Rules};
use eval::{Leaf, Outcome};

/// What else the verdicts depend on.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment of judgement.
    pub at: Timestamp,
    /// Whether the moment was chosen (`--as-of`), not taken from the clock.
    pub moment_chosen: bool,
    pub about: About,
    /// Set aside what no cable or backup can decide on this platform.
    pub readable_only: bool,
    /// The controls that the run was narrowed to; empty for all.
    pub narrowed_to: Vec<String>,
}

/// Whether the evidence may still let a control pass.
enum Freshness {
    Fresh,
    /// Why nothing may pass, as a sentence.
    Stale(String),
}

/// Compares evidence with a profile. Same input, same result.
pub fn assess(evidence: &Evidence, profile: &Profile, context: &Context) -> Audit {
    // What rests on data that is too old by then is unknown.
    let evidence = &evidence.at(context.at);
    let freshness = freshness(evidence, profile, context.at);
    let judge = Judge {
        evidence,
        context,
        freshness,
        phone: found::phone(evidence),
    };
    let mut findings = Vec::new();
    for control in &profile.controls {
        if control.per_app {
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
    for copy in evidence.app_copies() {
        if covered(&copy) && installed(evidence, &Subject::App(copy.clone())) == Some(true) {
            let name = found::app_name(evidence, &copy);
            if !apps_found.contains(&name) {
                apps_found.push(name);
            }
        }
    }
    let looked_for = profile.controls.iter().any(|control| control.per_app);
    let none_there = looked_for
        && evidence.apps_unseen.is_empty()
        && apps_found.is_empty()
        && profile
            .apps
            .iter()
            .all(|app| installed(evidence, &Subject::app(&app.id)) == Some(false));
    let besides = found::besides(evidence, &profile.apps, &judge.phone);
    let looked_besides = evidence.app_copies().iter().any(|copy| !covered(copy));
    let mut warnings = evidence.warnings.clone();
    if let Freshness::Stale(why) = &judge.freshness {
        warnings.push(why.clone());
    }
    warnings.extend(evidence.apps_unseen.iter().cloned());
    warnings.extend(besides.notices);
    let mut notes = Vec::new();
    if let Some(handset) = found::handset(evidence) {
        notes.push(format!(
            "This phone is an {} handset: a clinical handset, whose own messages no line here covers.",
            handset.name
        ));
    }
    notes.extend(crate::apps::catalogue().is_old(context.at));
    if besides.untold && evidence.apps_unseen.is_empty() {
        notes.push(
            "It could not be told of the whole phone which other messaging apps are on it.".into(),
        );
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
        evidence_as_of: evidence.as_of,
        about: context.about.clone(),
        parameters: profile.parameters.clone(),
        overall: overall(&findings),
        attested: attested(&findings),
        readable_only: context.readable_only,
        narrowed_to: context.narrowed_to.clone(),
        apps_in_scope: profile.apps.iter().map(|app| app.name.clone()).collect(),
        no_app_there: none_there,
        apps_found: looked_for.then_some(apps_found),
        apps_besides: looked_besides.then_some(besides.others),
        apps_to_ask: besides.to_ask,
        notes,
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

/// `FAIL` if any counted finding fails; `PASS` only if something passed and nothing is left open.
fn overall(findings: &[Finding]) -> Overall {
    let counted = || {
        findings
            .iter()
            .filter(|finding| !finding.set_aside)
            .filter_map(|finding| finding.counted)
    };
    if counted().any(|verdict| verdict == Verdict::Fail) {
        Overall::Fail
    } else if counted().any(|v| matches!(v, Verdict::Unresolved | Verdict::Declined)) {
        Overall::Incomplete
    } else if counted().any(|verdict| verdict == Verdict::Pass) {
        Overall::Pass
    } else {
        Overall::Incomplete
    }
}

fn attested(findings: &[Finding]) -> Attested {
    let mut attested = Attested::default();
    for finding in findings.iter().filter(|finding| finding.asked) {
        match finding.verdict {
            Verdict::NotApplicable => {}
            Verdict::Declined => attested.declined += 1,
            Verdict::Pass | Verdict::Fail | Verdict::Unresolved => attested.unanswered += 1,
        }
    }
    attested
}

fn freshness(evidence: &Evidence, profile: &Profile, at: Timestamp) -> Freshness {
    /// spotcheck's own number, for profiles that name none.
    const THIRTY_DAYS: std::time::Duration = std::time::Duration::from_secs(30 * 86_400);
    let max = match profile.parameter("evidence_max_age").map(|p| &p.value) {
        Some(ParameterValue::Duration(d)) => *d,
        _ => THIRTY_DAYS,
    };
    let Some(as_of) = evidence.as_of else {
        return Freshness::Stale(
            "It is not known when this evidence was taken, so nothing in it can pass.".into(),
        );
    };
    let age = at.duration_since(as_of);
    if age.is_negative() {
        return Freshness::Stale(
            "The evidence is dated in the future, so nothing in it can pass. Check the clocks of this computer and of the phone.".into(),
        );
    }
    if age.unsigned_abs() > max {
        return Freshness::Stale(format!(
            "The evidence is too old (older than {}): nothing in it can pass. Take a new backup or connect the phone.",
            ParameterValue::Duration(max).for_people()
        ));
    }
    Freshness::Fresh
}

fn installed(evidence: &Evidence, subject: &Subject) -> Option<bool> {
    match evidence.get(Fact::AppInstalled, subject).proved() {
        Some(Value::Bool(b)) => Some(*b),
        _ => None,
    }
}

struct Judge<'a> {
    evidence: &'a Evidence,
    context: &'a Context,
    freshness: Freshness,
    phone: Phone,
}

impl Judge<'_> {
    fn per_app(&self, profile: &Profile, control: &Control, findings: &mut Vec<Finding>) {
        let copies = self.evidence.app_copies();
        for app in &profile.apps {
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
                    Some(true) => self.control(control, subject),
                    Some(false) => self.plain(
                        control,
                        subject,
                        Verdict::NotApplicable,
                        if app.exists_on(self.evidence.platform) {
                            "the app is not installed".into()
                        } else {
                            format!("there is no such app for {}", self.evidence.platform.name())
                        },
                    ),
                    None => {
                        let reading = self.evidence.get(Fact::AppInstalled, &subject);
                        let why = reading.why_unknown().unwrap_or(
                            "it was not found, but spotcheck is not sure of its id: ask whether it is there",
                        );
                        let found = match reading.state {
                            State::NotReadable(_) => why.to_owned(),
                            _ => format!("it could not be told whether the app is installed: {why}"),
                        };
                        let mut finding = self.plain(control, subject, Verdict::Unresolved, found);
                        let beyond_reach = reading.beyond_reach();
                        finding.origin = reading.origin;
                        let asked_only = control.rules(self.evidence.platform).pass.is_none();
                        finding.set_aside =
                            self.context.readable_only && (asked_only || beyond_reach);
                        finding
                    }
                });
            }
        }
        for unseen in &self.evidence.apps_unseen {
            findings.push(self.plain(
                control,
                Subject::Device,
                Verdict::Unresolved,
                unseen.clone(),
            ));
        }
    }

    /// A handset of the catalogue is a phone, not an app: none of its own facts is read.
    fn handset(&self, control: &Control, app: &App) -> Finding {
        let (verdict, found) = match found::is_handset(self.evidence, app) {
            Some(true) => (
                Verdict::Unresolved,
                "the phone is this handset, whose own messages are not read: look at it",
            ),
            Some(false) => (Verdict::NotApplicable, "the phone is not this handset"),
            None => (
                Verdict::Unresolved,
                "it could not be told whether the phone is this handset: look at it",
            ),
        };
        self.plain(control, Subject::app(&app.id), verdict, found.into())
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
        let judged = rules.pass.is_some();
        let advice = |text: &str| found::advice(text, &subject, &self.phone);
        let (look, put_right) = (advice(&rules.look), advice(&rules.put_right));
        let open = !matches!(verdict, Verdict::Pass | Verdict::NotApplicable);
        Finding {
            control: control.id.clone(),
            title: control.title.clone(),
            question: control.question.clone(),
            subject_name: found::subject_name(self.evidence, &subject),
            subject,
            verdict,
            counted: (control.mandatory && judged).then_some(verdict),
            asked: control.asked,
            expected: rules.expected.clone(),
            found,
            beside: Vec::new(),
            strength: None,
            origin: Vec::new(),
            look,
            put_right: if open { put_right } else { String::new() },
            set_aside: false,
        }
    }

    fn control(&self, control: &Control, subject: Subject) -> Finding {
        let rules = control.rules(self.evidence.platform);
        let asked_only = rules.pass.is_none();
        let mut finding = match (control.ownership, self.context.about.ownership) {
            (Some(wanted), Some(is)) if wanted != is => self.plain(
                control,
                subject.clone(),
                Verdict::NotApplicable,
                format!(
                    "it applies only to phones of this ownership: {}",
                    wanted.id()
                ),
            ),
            (Some(_), None) => self.plain(
                control,
                subject.clone(),
                Verdict::Unresolved,
                "it depends on who owns the phone, which was not stated (--ownership)".into(),
            ),
            _ if asked_only => self.plain(
                control,
                subject.clone(),
                Verdict::Unresolved,
                "not asked yet".into(),
            ),
            _ => self.judged(control, rules, subject.clone()),
        };
        if finding.verdict == Verdict::NotApplicable {
            return finding;
        }
        finding.beside = self.beside(control, &subject);
        if asked_only {
            finding.set_aside = self.context.readable_only;
        }
        finding
    }

    fn judged(&self, control: &Control, rules: &Rules, subject: Subject) -> Finding {
        let (seen, leaves) = self.verdict(rules, &subject);
        let beyond_reach = seen == Verdict::Unresolved
            && !leaves.is_empty()
            && leaves.iter().all(|leaf| leaf.reading.beyond_reach());
        let mut found = found::describe(&leaves);
        let (mut seen, mut beyond_reach) = (seen, beyond_reach);
        if seen == Verdict::Pass
            && let Freshness::Stale(why) = &self.freshness
        {
            seen = Verdict::Unresolved;
            beyond_reach = false;
            found = format!("{found}. {why}");
        }
        // What the person says stands beside what was seen; without an answer only a fail is settled.
        let verdict = match seen {
            Verdict::Pass if control.asked => {
                found = format!("{found}. Not asked yet");
                Verdict::Unresolved
            }
            other => other,
        };
        let mut finding = self.plain(control, subject, verdict, found);
        finding.counted = control.mandatory.then_some(seen);
        finding.strength = leaves.iter().filter_map(Leaf::strength).min();
        for leaf in &leaves {
            for origin in &leaf.reading.origin {
                if !finding.origin.contains(origin) {
                    finding.origin.push(origin.clone());
                }
            }
        }
        // What could be seen is settled; the rest is the person's answer, which no cable gives.
        let only_the_answer = seen == Verdict::Pass && verdict == Verdict::Unresolved;
        finding.set_aside = self.context.readable_only && (beyond_reach || only_the_answer);
        finding
    }

    /// `fail` true gives fail; else `pass` true gives pass; else unresolved, with the facts that left it open.
    fn verdict(&self, rules: &Rules, subject: &Subject) -> (Verdict, Vec<Leaf>) {
        let Some(pass) = &rules.pass else {
            return (Verdict::Unresolved, Vec::new());
        };
        let pass = eval::evaluate(pass, self.evidence, subject);
        let fail = match &rules.fail {
            Some(fail) => eval::evaluate(fail, self.evidence, subject),
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
