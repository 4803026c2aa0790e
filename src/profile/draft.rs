//! Controls while profiles are merged, and what becomes of them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use super::chain::File;
use super::parameter::Parameter;
use super::schema::{RawControl, RawCriterion};
use super::{Control, Otherwise, Ownership, ProfileError, Rules};
use super::{reach, resolve};
use crate::apps::App;
use crate::evidence::Platform;
use crate::nearest::did_you_mean;

type Placed<T> = (Arc<File>, Spanned<T>);

/// A control while profiles are merged: the later file stands over the earlier, field by field.
pub(super) struct Draft {
    pub id: String,
    /// The file that last said something about it, and where.
    place: (Arc<File>, Range<usize>),
    said: Said,
}

/// What was said of a control so far.
#[derive(Default)]
struct Said {
    title: Option<String>,
    question: Option<Placed<String>>,
    why: Option<String>,
    limits: Option<String>,
    source: Option<String>,
    per_app: Option<bool>,
    apps: Option<Placed<Vec<Spanned<String>>>>,
    installed_or_not: Option<bool>,
    mandatory: Option<bool>,
    asked: Option<bool>,
    ownership: Option<Ownership>,
    beside: Option<Vec<Placed<String>>>,
    rules: [DraftRules; 2],
}

#[derive(Default)]
struct DraftRules {
    pass: Option<Placed<RawCriterion>>,
    fail: Option<Placed<RawCriterion>>,
    expected: Option<Placed<String>>,
    otherwise: Option<Otherwise>,
    look: Option<Placed<String>>,
    put_right: Option<Placed<String>>,
}

/// Keeps only the controls of these ids, in this order.
pub(super) fn keep_only(
    file: &File,
    only: &[Spanned<String>],
    mut drafts: Vec<Draft>,
) -> Result<Vec<Draft>, ProfileError> {
    let mut kept = Vec::new();
    for id in only {
        let at = drafts
            .iter()
            .position(|d| &d.id == id.get_ref())
            .ok_or_else(|| {
                let near = did_you_mean(id.get_ref(), drafts.iter().map(|d| d.id.as_str()));
                file.error(
                    id.span(),
                    format!("the profile that is extended has no control of this id.{near}"),
                )
            })?;
        kept.push(drafts.remove(at));
    }
    Ok(kept)
}

/// Lays a file's control over what earlier files said about it.
pub(super) fn lay_over(drafts: &mut Vec<Draft>, file: &Arc<File>, raw: RawControl) {
    let place = (file.clone(), raw.id.span());
    let at = drafts.iter().position(|d| d.id == *raw.id.get_ref());
    let at = at.unwrap_or_else(|| {
        drafts.push(Draft {
            id: raw.id.get_ref().clone(),
            place: place.clone(),
            said: Said::default(),
        });
        drafts.len() - 1
    });
    drafts[at].place = place;
    let draft = &mut drafts[at].said;
    let or = |new: Option<String>, old: &mut Option<String>| {
        if new.is_some() {
            *old = new;
        }
    };
    or(raw.title, &mut draft.title);
    or(raw.why, &mut draft.why);
    or(raw.limits, &mut draft.limits);
    or(raw.source, &mut draft.source);
    let place = |text: Option<Spanned<String>>, old: &mut Option<Placed<String>>| {
        if let Some(text) = text {
            *old = Some((file.clone(), text));
        }
    };
    place(raw.question, &mut draft.question);
    if let Some(apps) = raw.apps {
        draft.apps = Some((file.clone(), apps));
    }
    draft.installed_or_not = raw.installed_or_not.or(draft.installed_or_not);
    draft.per_app = raw.per_app.or(draft.per_app);
    draft.mandatory = raw.mandatory.or(draft.mandatory);
    draft.asked = raw.asked.or(draft.asked);
    draft.ownership = raw.ownership.or(draft.ownership);
    if let Some(beside) = raw.beside {
        draft.beside = Some(beside.into_iter().map(|id| (file.clone(), id)).collect());
    }
    for (rules, own) in draft.rules.iter_mut().zip([raw.ios, raw.android]) {
        let pass = own.pass.or_else(|| raw.pass.clone());
        let fail = own.fail.or_else(|| raw.fail.clone());
        // A new `pass` never keeps an older `fail`: the two belong together.
        if pass.is_some() {
            rules.fail = None;
        }
        if pass.is_some() || fail.is_some() {
            rules.otherwise = None;
        }
        if let Some(pass) = pass {
            rules.pass = Some((file.clone(), pass));
        }
        let otherwise = own.otherwise.or(raw.otherwise);
        if otherwise.is_some() {
            rules.otherwise = otherwise;
            rules.fail = None;
        }
        if let Some(fail) = fail {
            rules.fail = Some((file.clone(), fail));
        }
        place(
            own.expected.or_else(|| raw.expected.clone()),
            &mut rules.expected,
        );
        place(own.look, &mut rules.look);
        place(own.put_right, &mut rules.put_right);
    }
}

/// What a control stands in.
pub(super) struct Frame<'a> {
    pub parameters: &'a BTreeMap<String, Parameter>,
    pub apps: &'a [App],
    pub platforms: &'a [Platform],
}

/// The control that a draft has become, checked.
pub(super) fn finish(draft: Draft, frame: &Frame<'_>) -> Result<Control, ProfileError> {
    let Draft {
        id,
        place: (file, span),
        said: draft,
    } = draft;
    let wrong = |message: &str| file.error(span.clone(), message);
    let missing = |field: &str| wrong(&format!("this control needs `{field}`"));
    let per_app = draft.per_app.unwrap_or(false);
    let installed_or_not = draft.installed_or_not.unwrap_or(false);
    if per_app && frame.apps.is_empty() {
        // Without apps it would be judged for none, and nobody would notice.
        return Err(wrong(
            "a control per app needs apps in scope ([apps] in_scope)",
        ));
    }
    if installed_or_not && !per_app {
        return Err(wrong("`installed_or_not` needs `per_app = true`"));
    }
    let apps = limited_to(draft.apps, per_app, frame)?;
    let beside = draft
        .beside
        .unwrap_or_default()
        .into_iter()
        .map(|(file, id)| resolve::fact(&file, &id, per_app))
        .collect::<Result<_, _>>()?;
    let asked = draft.asked.unwrap_or(false);
    let phrase = |placed: Option<Placed<String>>, places: Option<Platform>| match placed {
        Some((file, text)) => resolve::fill_in(&file, &text, frame.parameters, places),
        None => Ok(String::new()),
    };
    let [ios, android] = draft.rules;
    let rules = |platform: Platform, draft: DraftRules| -> Result<Rules, ProfileError> {
        let criterion = |placed: &Option<Placed<RawCriterion>>| {
            placed
                .as_ref()
                .map(|(file, raw)| resolve::criterion(file, raw, per_app, frame.parameters))
                .transpose()
        };
        let rules = Rules {
            pass: criterion(&draft.pass)?,
            fail: criterion(&draft.fail)?,
            otherwise: draft.otherwise.unwrap_or_default(),
            expected: phrase(draft.expected, None)?,
            look: phrase(draft.look, Some(platform))?,
            put_right: phrase(draft.put_right, Some(platform))?,
        };
        if !frame.platforms.contains(&platform) {
            return Ok(Rules::default());
        }
        let judged = rules.pass.is_some() || rules.fail.is_some();
        if !judged && !asked {
            return Err(missing("pass` or `asked = true"));
        }
        if judged && rules.expected.is_empty() {
            return Err(missing("expected"));
        }
        if rules.fail.is_some() && rules.pass.is_none() {
            return Err(missing("pass"));
        }
        if rules.fail.is_some() && draft.otherwise == Some(Otherwise::Ask) {
            return Err(wrong("`fail` and `otherwise = \"ask\"` exclude each other"));
        }
        if let (Some((file, pass)), Some(reach)) = (&draft.pass, reach::reach(&rules, |_| true)) {
            if !reach.pass {
                return Err(file.error(
                    pass.span(),
                    "no phone can pass this: the parts contradict each other",
                ));
            }
            if !reach.fail && !reach.open {
                return Err(file.error(pass.span(), "every phone would pass this"));
            }
        }
        Ok(rules)
    };
    let text = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Ok(Control {
        ios: rules(Platform::Ios, ios)?,
        android: rules(Platform::Android, android)?,
        title: text(draft.title).ok_or_else(|| missing("title"))?,
        question: text(Some(phrase(draft.question, None)?)).ok_or_else(|| missing("question"))?,
        source: text(draft.source).ok_or_else(|| missing("source"))?,
        why: draft.why.unwrap_or_default(),
        limits: draft.limits.unwrap_or_default(),
        id,
        per_app,
        apps,
        installed_or_not,
        mandatory: draft.mandatory.unwrap_or(false),
        asked,
        ownership: draft.ownership,
        beside,
        written_in: file.name.clone(),
    })
}

fn limited_to(
    apps: Option<Placed<Vec<Spanned<String>>>>,
    per_app: bool,
    frame: &Frame<'_>,
) -> Result<Vec<String>, ProfileError> {
    let Some((file, apps)) = apps else {
        return Ok(Vec::new());
    };
    if !per_app {
        return Err(file.error(apps.span(), "`apps` needs `per_app = true`"));
    }
    if apps.get_ref().is_empty() {
        return Err(file.error(apps.span(), "it would be judged for no app"));
    }
    for id in apps.get_ref() {
        if !frame.apps.iter().any(|app| app.id == *id.get_ref()) {
            return Err(file.error(id.span(), "this app is not in scope: name it in [apps] in_scope, or give this control other `apps`"));
        }
    }
    Ok(apps
        .into_inner()
        .into_iter()
        .map(Spanned::into_inner)
        .collect())
}
