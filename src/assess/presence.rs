//! Which apps are there beyond what the lines of a checklist judge: other messaging apps, handsets, apps of which it
//! cannot be told.

use jiff::Timestamp;

use super::{Judge, found, installed};
use crate::apps::{self, App};
use crate::audit::{Finding, Verdict};
use crate::evidence::{Evidence, Fact, Presence, State, Strength, Subject, Value};
use crate::menus::Phone;
use crate::profile::Control;

/// What is said of messaging apps on the phone beyond the lines of the checklist.
pub(super) struct Besides {
    /// Apps that should not be there any more, or at all.
    pub notices: Vec<String>,
    /// Names of the others that this checklist does not cover.
    pub others: Vec<String>,
    /// Names of those that cannot be looked for on this platform, so that someone has to ask.
    pub to_ask: Vec<String>,
    /// Of a part of the phone it could not be told which of them are there.
    pub untold: bool,
}

/// The messaging apps that were found, seen from a checklist that covers `in_scope`.
pub(super) fn besides(evidence: &Evidence, in_scope: &[App], phone: &Phone) -> Besides {
    let mut found = Besides {
        notices: Vec::new(),
        others: Vec::new(),
        to_ask: Vec::new(),
        untold: false,
    };
    let once = |list: &mut Vec<String>, text: String| {
        if !list.contains(&text) {
            list.push(text);
        }
    };
    for copy in evidence.app_copies() {
        let reading = evidence.get(Fact::AppInstalled, &Subject::App(copy.clone()));
        let covered = in_scope.iter().any(|app| app.id == copy.app);
        if matches!(reading.state, State::Unreadable(_)) && !covered {
            found.untold = true;
        }
        let Some(app) = apps::by_id(&copy.app) else {
            continue;
        };
        let no_id = matches!(reading.state, State::NotReadable(_));
        let unsure_id = reading.strength == Strength::Indicative
            && reading.value() == Some(&Value::Bool(false));
        if (no_id || unsure_id) && !covered && !app.built_in {
            once(&mut found.to_ask, app.name.clone());
        }
        // Where the evidence is weak a hint that it is there is still worth telling.
        if reading.value() != Some(&Value::Bool(true)) {
            continue;
        }
        match app.notice(phone.version) {
            Some(notice) => once(&mut found.notices, notice),
            None if covered => {}
            None => once(&mut found.others, found::app_name(evidence, &copy)),
        }
    }
    found
}

/// The handset of the catalogue that this phone is, if it is one.
fn handset(evidence: &Evidence) -> Option<&'static App> {
    apps::catalogue()
        .apps
        .iter()
        .find(|app| is_handset(evidence, app) == Some(true))
}

/// Whether this phone is that handset; `None` where it states too little.
fn is_handset(evidence: &Evidence, app: &App) -> Option<bool> {
    let handset = app.handset.as_ref()?;
    // What people type of the phone proves nothing.
    let text = |fact| match evidence.get(fact, &Subject::Device).proved() {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    if !app.exists_on(evidence.platform) {
        return Some(false);
    }
    handset.is(
        text(Fact::DeviceMaker).as_deref(),
        text(Fact::DeviceModel).as_deref(),
    )
}

/// What a person should know about the phone and about the data in this program.
pub(super) fn notes(evidence: &Evidence, besides: &Besides, at: Timestamp) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(handset) = handset(evidence) {
        notes.push(format!(
            "This phone is an {} handset: a clinical handset, whose own messages no line here covers.",
            handset.name
        ));
    }
    notes.extend(apps::catalogue().is_old(at));
    if besides.untold && evidence.apps_unseen.is_empty() {
        notes.push(
            "It could not be told of the whole phone which other messaging apps are on it.".into(),
        );
    }
    notes
}

impl Judge<'_> {
    /// A handset of the catalogue is a phone, not an app: none of its own facts is read.
    pub(super) fn handset(&self, control: &Control, app: &App) -> Finding {
        let (verdict, found) = match is_handset(self.evidence, app)
            .or_else(|| installed(self.evidence, &Subject::app(&app.id)))
        {
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
        let finding = self.plain(control, Subject::app(&app.id), verdict, found.into());
        match verdict {
            Verdict::Unresolved => self.observed(control, finding, verdict),
            _ => finding,
        }
    }

    /// The finding where it cannot be told whether the app is there at all.
    pub(super) fn app_unknown(&self, control: &Control, subject: Subject) -> Finding {
        if let Some((Presence::Declined, _)) = self.app_seen(&subject) {
            let found = "the person declined to say whether the app is there".to_owned();
            return self.plain(control, subject, Verdict::Declined, found);
        }
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
        finding.set_aside = self.context.readable_only && (asked_only || beyond_reach);
        self.observed(control, finding, Verdict::Unresolved)
    }
}
