//! Loading: parse, merge what is extended, fill in parameters, check every criterion against the fact catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use toml::Spanned;

use super::parameter::{Parameter, ParameterValue};
use super::resolve;
use super::schema::{RawControl, RawCriterion, RawProfile};
use super::{Control, Profile, ProfileError, Rules};
use crate::apps::{self, App};
use crate::bounded;
use crate::evidence::Platform;

/// `--set NAME=VALUE`, in the order given.
pub type Overrides = [(String, String)];

const SHIPPED: [(&str, &str); 2] = [
    (
        "nhs-england",
        include_str!("../../profiles/nhs-england.toml"),
    ),
    (
        "nhs-england-quick",
        include_str!("../../profiles/nhs-england-quick.toml"),
    ),
];

/// The most a profile file may hold.
const MAX_BYTES: u64 = 1 << 20;
const MAX_DEPTH: usize = 32;

/// Ids of the profiles that are built into the program.
pub fn shipped_ids() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(id, _)| *id)
}

/// The text of a profile that is built into the program.
pub fn shipped(id: &str) -> Option<&'static str> {
    SHIPPED
        .iter()
        .find(|(i, _)| *i == id)
        .map(|(_, text)| *text)
}

/// Loads a profile: the id of a shipped one, or the path of a file.
///
/// # Errors
/// Points at the line where that is possible.
pub fn load(id_or_path: &str, overrides: &Overrides) -> Result<Profile, ProfileError> {
    let text = match shipped(id_or_path) {
        Some(text) => text.to_owned(),
        None => read_file(id_or_path)?,
    };
    let profile = from_text(id_or_path, &text, overrides);
    match &profile {
        // A value of the right kind can still be one that the facts cannot have: that is the option's fault, not the
        // profile's.
        Err(error) if !overrides.is_empty() && from_text(id_or_path, &text, &[]).is_ok() => {
            let first = error.0.lines().next().unwrap_or_default();
            let reason = first.split_once(": ").map_or(first, |(_, reason)| reason);
            let given: Vec<String> = overrides
                .iter()
                .map(|(id, value)| format!("--set {id}={value}"))
                .collect();
            if first.starts_with("--set") {
                profile
            } else {
                Err(ProfileError(format!("{}: {reason}", given.join(" "))))
            }
        }
        _ => profile,
    }
}

fn read_file(path: &str) -> Result<String, ProfileError> {
    let known = shipped_ids().collect::<Vec<_>>().join(", ");
    if !Path::new(path).exists() {
        return Err(ProfileError(format!(
            "There is no profile \"{path}\" in this program and no file of that name.\nProfiles in this program: {known}."
        )));
    }
    bounded::text(Path::new(path), MAX_BYTES)
        .map_err(|e| ProfileError::whole(path, format!("cannot be read: {e}")))
}

/// A profile's text with the name it goes by in errors.
pub(super) struct File {
    name: String,
    text: String,
}

impl File {
    pub(super) fn error(&self, span: Range<usize>, message: impl AsRef<str>) -> ProfileError {
        ProfileError::at(&self.name, &self.text, span, message)
    }
}

type Placed<T> = (Arc<File>, Spanned<T>);

/// A control while profiles are merged: the later file stands over the earlier, field by field.
#[derive(Default)]
struct Draft {
    id: String,
    place: Option<(Arc<File>, Range<usize>)>,
    title: Option<String>,
    question: Option<String>,
    why: Option<String>,
    limits: Option<String>,
    source: Option<String>,
    per_app: Option<bool>,
    mandatory: Option<bool>,
    asked: Option<bool>,
    ownership: Option<super::Ownership>,
    beside: Option<Vec<Placed<String>>>,
    rules: [DraftRules; 2],
}

#[derive(Default)]
struct DraftRules {
    pass: Option<Placed<RawCriterion>>,
    fail: Option<Placed<RawCriterion>>,
    expected: Option<Placed<String>>,
    look: Option<Placed<String>>,
    put_right: Option<Placed<String>>,
}

fn parse(name: &str, text: &str) -> Result<(Arc<File>, RawProfile), ProfileError> {
    if depth(text) > MAX_DEPTH {
        return Err(ProfileError::whole(
            name,
            "nested deeper than a profile can be",
        ));
    }
    let raw = toml::from_str(text)
        .map_err(|e| ProfileError(format!("{name}: {}", e.to_string().trim_end())))?;
    let file = File {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    Ok((Arc::new(file), raw))
}

/// The deepest nesting of brackets and braces, counted without regard to strings: enough to refuse what could
/// exhaust a parser that recurses.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for c in text.bytes() {
        match c {
            b'[' | b'{' => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

fn from_text(name: &str, text: &str, overrides: &Overrides) -> Result<Profile, ProfileError> {
    let (file, raw) = parse(name, text)?;
    let mut hash = Sha256::new();
    let mut layers = Vec::new();
    if let Some(base) = &raw.extends {
        let Some(base_text) = shipped(base.get_ref()) else {
            let known = shipped_ids().collect::<Vec<_>>().join(", ");
            return Err(file.error(
                base.span(),
                format!("a profile can extend one of these: {known}"),
            ));
        };
        let (base_file, base_raw) = parse(base.get_ref(), base_text)?;
        if base_raw.extends.is_some() {
            return Err(file.error(
                base.span(),
                "this profile extends another itself; extend that one",
            ));
        }
        hash.update(base_text.as_bytes());
        layers.push((base_file, base_raw));
    }
    hash.update(text.as_bytes());
    layers.push((file, raw));
    let sha256 = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    build(layers, sha256, overrides)
}

fn build(
    layers: Vec<(Arc<File>, RawProfile)>,
    sha256: String,
    overrides: &Overrides,
) -> Result<Profile, ProfileError> {
    let mut id = String::new();
    let (mut title, mut as_of, mut source) = (None, None, None);
    let mut apps: Vec<App> = Vec::new();
    let mut parameters: BTreeMap<String, Parameter> = BTreeMap::new();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut name = String::new();

    for (file, raw) in layers {
        name.clone_from(&file.name);
        id = raw.id.get_ref().clone();
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(file.error(raw.id.span(), "an id has letters, digits and hyphens"));
        }
        title = raw.title.or(title);
        as_of = raw.as_of.map(|d| d.to_string()).or(as_of);
        source = raw.source.or(source);
        if let Some(scope) = raw.apps {
            apps = in_scope(&file, &scope.in_scope)?;
        }
        for (id, raw) in raw.parameters {
            let value = ParameterValue::from_toml(raw.value.get_ref())
                .map_err(|e| file.error(raw.value.span(), e))?;
            if id == "evidence_max_age" && !matches!(value, ParameterValue::Duration(_)) {
                return Err(file.error(
                    raw.value.span(),
                    "this parameter is a length of time (\"30d\")",
                ));
            }
            let source = match (raw.source, parameters.get(&id)) {
                (Some(source), _) => source,
                (None, Some(_)) => format!("set by profile {}", file.name),
                (None, None) => {
                    return Err(file.error(
                        raw.value.span(),
                        "a parameter needs a source beside its value",
                    ));
                }
            };
            parameters.insert(
                id.clone(),
                Parameter {
                    id,
                    value,
                    source,
                    in_profile: None,
                },
            );
        }
        if let Some(only) = &raw.only {
            drafts = keep_only(&file, only, drafts)?;
        }
        let mut seen = BTreeSet::new();
        for control in raw.control {
            if !seen.insert(control.id.get_ref().clone()) {
                return Err(file.error(control.id.span(), "a second control of this id"));
            }
            lay_over(&mut drafts, &file, control);
        }
    }
    let need = |what: Option<String>, field: &str| {
        what.ok_or_else(|| ProfileError::whole(&name, format!("a profile needs `{field}`")))
    };
    let (title, as_of, source) = (
        need(title, "title")?,
        need(as_of, "as_of")?,
        need(source, "source")?,
    );
    override_parameters(&name, &mut parameters, overrides)?;
    let controls = drafts
        .into_iter()
        .map(|draft| {
            let place = draft.place.clone();
            let control = finish(&name, draft, &parameters)?;
            match place {
                // Without apps it would be judged for none, and nobody would notice.
                Some((file, span)) if control.per_app && apps.is_empty() => Err(file.error(
                    span,
                    "a control per app needs apps in scope ([apps] in_scope)",
                )),
                _ => Ok(control),
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    if controls.is_empty() {
        return Err(ProfileError::whole(
            &name,
            "a profile needs at least one [[control]]",
        ));
    }
    Ok(Profile {
        id,
        title,
        as_of,
        source,
        sha256,
        apps,
        parameters: parameters.into_values().collect(),
        controls,
    })
}

fn in_scope(file: &File, ids: &[Spanned<String>]) -> Result<Vec<App>, ProfileError> {
    let mut apps: Vec<App> = Vec::new();
    for id in ids {
        let app = apps::by_id(id.get_ref())
            .ok_or_else(|| file.error(id.span(), "the app catalogue has no app of this id"))?;
        if apps.contains(app) {
            return Err(file.error(id.span(), "this app is in scope twice"));
        }
        apps.push(app.clone());
    }
    Ok(apps)
}

fn keep_only(
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
                file.error(
                    id.span(),
                    "the profile that is extended has no control of this id",
                )
            })?;
        kept.push(drafts.remove(at));
    }
    Ok(kept)
}

fn lay_over(drafts: &mut Vec<Draft>, file: &Arc<File>, raw: RawControl) {
    let at = drafts.iter().position(|d| d.id == *raw.id.get_ref());
    let at = at.unwrap_or_else(|| {
        drafts.push(Draft {
            id: raw.id.get_ref().clone(),
            ..Draft::default()
        });
        drafts.len() - 1
    });
    let draft = &mut drafts[at];
    draft.place = Some((file.clone(), raw.id.span()));
    let or = |new: Option<String>, old: &mut Option<String>| {
        if new.is_some() {
            *old = new;
        }
    };
    or(raw.title, &mut draft.title);
    or(raw.question, &mut draft.question);
    or(raw.why, &mut draft.why);
    or(raw.limits, &mut draft.limits);
    or(raw.source, &mut draft.source);
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
        if let Some(pass) = pass {
            rules.pass = Some((file.clone(), pass));
            rules.fail = None;
        }
        if let Some(fail) = fail {
            rules.fail = Some((file.clone(), fail));
        }
        if let Some(expected) = own.expected.or_else(|| raw.expected.clone()) {
            rules.expected = Some((file.clone(), expected));
        }
        if let Some(look) = own.look {
            rules.look = Some((file.clone(), look));
        }
        if let Some(put_right) = own.put_right {
            rules.put_right = Some((file.clone(), put_right));
        }
    }
}

fn override_parameters(
    name: &str,
    parameters: &mut BTreeMap<String, Parameter>,
    overrides: &Overrides,
) -> Result<(), ProfileError> {
    for (id, text) in overrides {
        let known: Vec<_> = parameters.keys().cloned().collect();
        let Some(parameter) = parameters.get_mut(id) else {
            return Err(ProfileError(format!(
                "--set {id}: profile {name} has no parameter of this name. It has: {}.",
                known.join(", ")
            )));
        };
        let value = parameter
            .value
            .parse_like(text)
            .map_err(|e| ProfileError(format!("--set {id}={text}: {e}")))?;
        let before = std::mem::replace(&mut parameter.value, value);
        parameter.in_profile.get_or_insert(before);
    }
    Ok(())
}

fn finish(
    name: &str,
    draft: Draft,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<Control, ProfileError> {
    let missing = |field: &str| match &draft.place {
        Some((file, span)) => file.error(span.clone(), format!("this control needs `{field}`")),
        None => ProfileError::whole(name, format!("a control needs `{field}`")),
    };
    let per_app = draft.per_app.unwrap_or(false);
    let beside = draft
        .beside
        .unwrap_or_default()
        .into_iter()
        .map(|(file, id)| resolve::fact(&file, &id, per_app))
        .collect::<Result<_, _>>()?;
    let mut rules = Vec::new();
    for (platform, draft) in [Platform::Ios, Platform::Android]
        .into_iter()
        .zip(draft.rules)
    {
        let criterion = |placed: Option<Placed<RawCriterion>>| {
            placed
                .map(|(file, raw)| resolve::criterion(&file, &raw, per_app, parameters))
                .transpose()
        };
        let phrase = |placed: Option<Placed<String>>, places: Option<Platform>| match placed {
            Some((file, text)) => resolve::fill_in(&file, &text, parameters, places),
            None => Ok(String::new()),
        };
        rules.push(Rules {
            pass: criterion(draft.pass)?,
            fail: criterion(draft.fail)?,
            expected: phrase(draft.expected, None)?,
            look: phrase(draft.look, Some(platform))?,
            put_right: phrase(draft.put_right, Some(platform))?,
        });
    }
    let android = rules.pop().ok_or_else(|| missing("rules"))?;
    let ios = rules.pop().ok_or_else(|| missing("rules"))?;
    let asked = draft.asked.unwrap_or(false);
    for rules in [&ios, &android] {
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
    }
    Ok(Control {
        title: draft.title.clone().ok_or_else(|| missing("title"))?,
        question: draft.question.clone().ok_or_else(|| missing("question"))?,
        source: draft.source.clone().ok_or_else(|| missing("source"))?,
        why: draft.why.unwrap_or_default(),
        limits: draft.limits.unwrap_or_default(),
        id: draft.id,
        per_app,
        mandatory: draft.mandatory.unwrap_or(false),
        asked,
        ownership: draft.ownership,
        beside,
        ios,
        android,
    })
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
