//! Loading: parse, merge what is extended, fill in parameters, check every criterion against the fact catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use toml::Spanned;

use super::chain::{self, File, Layer};
use super::draft::{self, Draft};
use super::parameter::{Parameter, ParameterValue};
use super::schema::{RawNotCovered, RawParameter};
use super::{Control, NotCovered, Profile, ProfileError};
use crate::apps::{self, App};
use crate::evidence::Platform;
use crate::nearest::did_you_mean;

/// `--set NAME=VALUE`, in the order given.
pub type Overrides = [(String, String)];

/// Loads a profile: the id of a shipped one, or the path of a file.
///
/// # Errors
/// Points at the line where that is possible.
pub fn load(id_or_path: &str, overrides: &Overrides) -> Result<Profile, ProfileError> {
    let text = chain::text(id_or_path)?;
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

fn from_text(name: &str, text: &str, overrides: &Overrides) -> Result<Profile, ProfileError> {
    let (layers, sha256) = chain::layers(name, text)?;
    build(layers, sha256, overrides)
}

fn build(
    layers: Vec<Layer>,
    sha256: String,
    overrides: &Overrides,
) -> Result<Profile, ProfileError> {
    let mut id = String::new();
    let (mut title, mut as_of, mut source) = (None, None, None);
    let mut apps: Vec<App> = Vec::new();
    let mut platforms = vec![Platform::Ios, Platform::Android];
    let mut parameters: BTreeMap<String, Parameter> = BTreeMap::new();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut not_covered: Vec<NotCovered> = Vec::new();
    let mut written_in: Vec<String> = Vec::new();

    let (mut own_title, mut new_parameters) = (true, Vec::new());
    let mut files: Vec<Arc<File>> = Vec::new();
    for (file, raw) in layers {
        files.push(Arc::clone(&file));
        written_in.push(file.name.clone());
        id = raw.id.get_ref().clone();
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(file.error(raw.id.span(), "an id has letters, digits and hyphens"));
        }
        // A list of somebody's own may not pass for one of this program's.
        if chain::shipped(&file.name).is_none() && chain::shipped(&id).is_some() {
            return Err(file.error(
                raw.id.span(),
                "this is the id of a checklist in this program: choose another",
            ));
        }
        own_title = raw.title.is_some();
        title = raw.title.or(title);
        as_of = raw.as_of.map(|d| d.to_string()).or(as_of);
        source = raw.source.or(source);
        if let Some(scope) = raw.apps {
            apps = in_scope(&file, &scope.in_scope)?;
        }
        if let Some(ids) = &raw.platforms {
            platforms = platforms_of(&file, ids)?;
        }
        for (id, raw) in raw.parameters {
            if files.len() > 1 && !parameters.contains_key(&id) {
                new_parameters.push((Arc::clone(&file), id.clone(), raw.value.span()));
            }
            let parameter = parameter(&file, &id, raw, parameters.get(&id))?;
            parameters.insert(id, parameter);
        }
        if let Some(only) = &raw.only {
            drafts = draft::keep_only(&file, only, drafts)?;
            not_covered.clear();
        }
        let mut seen = BTreeSet::new();
        for control in raw.control {
            if !seen.insert(control.id.get_ref().clone()) {
                return Err(file.error(control.id.span(), "a second control of this id"));
            }
            not_covered.retain(|line| line.id != *control.id.get_ref());
            draft::lay_over(&mut drafts, &file, control);
        }
        let mut seen = BTreeSet::new();
        for line in raw.not_covered {
            if !seen.insert(line.id.get_ref().clone()) {
                return Err(file.error(line.id.span(), "a second line of this id"));
            }
            leave_out(&file, line, &mut not_covered, &drafts)?;
        }
    }
    let name = written_in.last().cloned().unwrap_or_default();
    // Without a title of its own it would pass for the one that it extends.
    if !own_title && chain::shipped(&name).is_none() {
        title = title.map(|title| format!("{title}, changed by {id}"));
    }
    let need = |what: Option<String>, field: &str| {
        what.filter(|text| !text.trim().is_empty())
            .ok_or_else(|| ProfileError::whole(&name, format!("a profile needs `{field}`")))
    };
    let (title, as_of, source) = (
        need(title, "title")?,
        need(as_of, "as_of")?,
        need(source, "source")?,
    );
    override_parameters(&name, &mut parameters, overrides)?;
    let frame = draft::Frame {
        parameters: &parameters,
        apps: &apps,
        platforms: &platforms,
    };
    for (file, parameter, span) in new_parameters {
        if !files.iter().any(|file| file.uses(&parameter)) && parameter != "evidence_max_age" {
            let known: Vec<&str> = parameters.keys().map(String::as_str).collect();
            return Err(file.error(
                span,
                format!(
                    "no line uses a limit \"{parameter}\".{} The profile that is extended has: {}",
                    did_you_mean(
                        &parameter,
                        known.iter().copied().filter(|id| *id != parameter)
                    ),
                    known.join(", ")
                ),
            ));
        }
    }
    let controls = drafts
        .into_iter()
        .map(|draft| draft::finish(draft, &frame))
        .collect::<Result<Vec<Control>, _>>()?;
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
        written_in,
        sha256,
        platforms,
        apps,
        parameters: parameters.into_values().collect(),
        controls,
        not_covered,
    })
}

fn parameter(
    file: &File,
    id: &str,
    raw: RawParameter,
    before: Option<&Parameter>,
) -> Result<Parameter, ProfileError> {
    let wrong = |why: String| file.error(raw.value.span(), why);
    let value = match (ParameterValue::from_toml(raw.value.get_ref()), before) {
        (Ok(value), None) => value,
        (Ok(value), Some(before)) => {
            value.replaces(&before.value).map_err(wrong)?;
            value
        }
        // A word where a list of words belongs is no length of time gone wrong.
        (Err(_), Some(before)) if !matches!(before.value, ParameterValue::Duration(_)) => {
            return Err(wrong(before.value.how_to_write()));
        }
        (Err(why), _) => return Err(wrong(why)),
    };
    if id == "evidence_max_age" && !matches!(value, ParameterValue::Duration(_)) {
        return Err(file.error(
            raw.value.span(),
            "this parameter is a length of time (\"30d\")",
        ));
    }
    let source = raw.source.filter(|source| !source.trim().is_empty());
    let source = match (source, before) {
        (Some(source), _) => source,
        (None, Some(_)) => {
            // The path is of this computer, and would go into results.
            let name = std::path::Path::new(&file.name).file_name();
            let name = name.and_then(|name| name.to_str()).unwrap_or("the profile");
            format!("{WITHOUT_SOURCE} {name}")
        }
        (None, None) => {
            return Err(file.error(
                raw.value.span(),
                "a parameter needs a source beside its value",
            ));
        }
    };
    Ok(Parameter {
        id: id.to_owned(),
        value,
        source,
        in_profile: None,
    })
}

/// How the source of a limit begins that a profile changed without naming one.
pub(super) const WITHOUT_SOURCE: &str = "set by profile";

fn platforms_of(
    file: &File,
    ids: &Spanned<Vec<Spanned<String>>>,
) -> Result<Vec<Platform>, ProfileError> {
    let mut platforms = Vec::new();
    for id in ids.get_ref() {
        let platform = [Platform::Ios, Platform::Android]
            .into_iter()
            .find(|platform| platform.id() == id.get_ref())
            .ok_or_else(|| file.error(id.span(), "a platform is ios or android"))?;
        if !platforms.contains(&platform) {
            platforms.push(platform);
        }
    }
    if platforms.is_empty() {
        return Err(file.error(ids.span(), "a checklist speaks about at least one platform"));
    }
    Ok(platforms)
}

fn leave_out(
    file: &File,
    line: RawNotCovered,
    not_covered: &mut Vec<NotCovered>,
    drafts: &[Draft],
) -> Result<(), ProfileError> {
    if drafts.iter().any(|draft| draft.id == *line.id.get_ref()) {
        return Err(file.error(
            line.id.span(),
            "there is a control of this id: it is covered",
        ));
    }
    not_covered.retain(|before| before.id != *line.id.get_ref());
    not_covered.push(NotCovered {
        id: line.id.into_inner(),
        title: line.title,
        why: line.why,
    });
    Ok(())
}

fn in_scope(file: &File, ids: &[Spanned<String>]) -> Result<Vec<App>, ProfileError> {
    let mut apps: Vec<App> = Vec::new();
    for id in ids {
        let app = apps::by_id(id.get_ref()).ok_or_else(|| {
            let known = apps::catalogue().apps.iter().map(|app| app.id.as_str());
            let near = did_you_mean(id.get_ref(), known);
            file.error(
                id.span(),
                format!("the app catalogue has no app of this id.{near}"),
            )
        })?;
        if apps.contains(app) {
            return Err(file.error(id.span(), "this app is in scope twice"));
        }
        apps.push(app.clone());
    }
    Ok(apps)
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
                "--set {id}: profile {name} has no parameter of this name.{} It has: {}.",
                did_you_mean(id, known.iter().map(String::as_str)),
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

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
