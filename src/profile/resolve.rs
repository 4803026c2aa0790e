//! Turning the criteria and phrases of a profile file into checked ones, with parameters filled in.

use std::collections::BTreeMap;

use toml::Spanned;

use super::ProfileError;
use super::chain::File;
use super::criteria::{Criterion, Test};
use super::parameter::{Parameter, ParameterValue, parse_duration};
use super::schema::RawCriterion;
use crate::evidence::{Fact, Kind, Platform, Value};
use crate::menus;
use crate::nearest::did_you_mean;

pub(super) fn fact(file: &File, id: &Spanned<String>, per_app: bool) -> Result<Fact, ProfileError> {
    let fact = Fact::from_id(id.get_ref()).ok_or_else(|| {
        let near = did_you_mean(id.get_ref(), Fact::ALL.iter().map(|fact| fact.id()));
        file.error(
            id.span(),
            format!("the fact catalogue has no fact of this id.{near}"),
        )
    })?;
    if fact.is_per_app() && !per_app {
        return Err(file.error(
            id.span(),
            "this fact is about an app: the control needs `per_app = true`",
        ));
    }
    Ok(fact)
}

pub(super) fn criterion(
    file: &File,
    raw: &Spanned<RawCriterion>,
    per_app: bool,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<Criterion, ProfileError> {
    let c = raw.get_ref();
    let parts = |parts: &[Spanned<RawCriterion>]| {
        parts
            .iter()
            .map(|part| criterion(file, part, per_app, parameters))
            .collect::<Result<Vec<_>, _>>()
    };
    let neither = || {
        file.error(
            raw.span(),
            "a criterion is either `fact` with one of is, one_of, at_most, at_least, or one of all, any, not",
        )
    };
    let tests = (&c.is, &c.one_of, &c.at_most, &c.at_least);
    match (&c.fact, &c.all, &c.any, &c.not) {
        (Some(id), None, None, None) => {
            let fact = fact(file, id, per_app)?;
            let operand = |v: &Spanned<toml::Value>| operand(file, fact, v, parameters);
            let ordered = |v: &Spanned<toml::Value>| match fact.kind() {
                Kind::Count | Kind::Duration | Kind::Date => Ok(()),
                _ => Err(file.error(
                    v.span(),
                    format!(
                        "{fact} is {}: it has no more and no less",
                        fact.kind().name()
                    ),
                )),
            };
            let test = match tests {
                (Some(v), None, None, None) => Test::Is(operand(v)?),
                (None, Some(v), None, None) => Test::OneOf(operands(file, fact, v, parameters)?),
                (None, None, Some(v), None) => {
                    ordered(v)?;
                    Test::AtMost(operand(v)?)
                }
                (None, None, None, Some(v)) => {
                    ordered(v)?;
                    Test::AtLeast(operand(v)?)
                }
                _ => return Err(neither()),
            };
            Ok(Criterion::Fact {
                fact,
                test,
                indicative: c.indicative.unwrap_or(false),
            })
        }
        // Whatever tests a fact has no place beside parts.
        _ if tests != (&None, &None, &None, &None) || c.indicative.is_some() => Err(neither()),
        (None, Some(all), None, None) => {
            if all.is_empty() {
                return Err(file.error(raw.span(), "an empty `all` would always be true"));
            }
            Ok(Criterion::All(parts(all)?))
        }
        (None, None, Some(any), None) => {
            if any.is_empty() {
                return Err(file.error(raw.span(), "an empty `any` would never be true"));
            }
            Ok(Criterion::Any(parts(any)?))
        }
        (None, None, None, Some(not)) => {
            criterion(file, not, per_app, parameters).map(|c| Criterion::Not(Box::new(c)))
        }
        _ => Err(neither()),
    }
}

/// The parameter that a "$name" operand means.
fn parameter<'a>(
    file: &File,
    value: &Spanned<toml::Value>,
    parameters: &'a BTreeMap<String, Parameter>,
) -> Result<Option<&'a Parameter>, ProfileError> {
    match value.get_ref().as_str().and_then(|s| s.strip_prefix('$')) {
        None => Ok(None),
        Some(name) => parameters
            .get(name)
            .map(Some)
            .ok_or_else(|| file.error(value.span(), "the profile has no parameter of this name")),
    }
}

fn operand(
    file: &File,
    fact: Fact,
    value: &Spanned<toml::Value>,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<Value, ProfileError> {
    let wrong = || {
        let words = match fact.kind() {
            Kind::Word(words) => format!(": {}", words.join(", ")),
            _ => String::new(),
        };
        file.error(
            value.span(),
            format!("{fact} is {}{words}", fact.kind().name()),
        )
    };
    let found = match parameter(file, value, parameters)? {
        Some(parameter) => match (&parameter.value, fact.kind()) {
            (ParameterValue::Duration(d), Kind::Duration) => Some(Value::Duration(*d)),
            (ParameterValue::Count(n), Kind::Count) => Some(Value::Count(*n)),
            (ParameterValue::Bool(b), Kind::Bool) => Some(Value::Bool(*b)),
            _ => None,
        },
        None => literal(fact, value.get_ref()),
    };
    found.ok_or_else(wrong)
}

fn literal(fact: Fact, value: &toml::Value) -> Option<Value> {
    match (fact.kind(), value) {
        (Kind::Bool, toml::Value::Boolean(b)) => Some(Value::Bool(*b)),
        (Kind::Count, toml::Value::Integer(n)) => u64::try_from(*n).ok().map(Value::Count),
        (Kind::Duration, toml::Value::String(s)) if s == "never" => Some(Value::Never),
        (Kind::Duration, toml::Value::String(s)) => parse_duration(s).ok().map(Value::Duration),
        (Kind::Word(_), toml::Value::String(s)) => fact.word(s),
        (Kind::Text, toml::Value::String(s)) => Some(Value::text(s)),
        (Kind::Date, toml::Value::Datetime(d)) => {
            let text = d.to_string();
            let full = if text.contains('T') {
                text
            } else {
                format!("{text}T00:00:00Z")
            };
            full.parse().ok().map(Value::Date)
        }
        _ => None,
    }
}

fn operands(
    file: &File,
    fact: Fact,
    value: &Spanned<toml::Value>,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<Vec<Value>, ProfileError> {
    let wrong = || {
        let words = match fact.kind() {
            Kind::Word(words) => format!(": {}", words.join(", ")),
            _ => String::new(),
        };
        file.error(
            value.span(),
            format!("a list of values that {fact} can have{words}"),
        )
    };
    let found: Option<Vec<Value>> = match parameter(file, value, parameters)? {
        Some(parameter) => match &parameter.value {
            ParameterValue::Words(words) => words.iter().map(|w| fact.word(w)).collect(),
            _ => None,
        },
        None => value
            .get_ref()
            .as_array()
            .and_then(|items| items.iter().map(|item| literal(fact, item)).collect()),
    };
    found.filter(|values| !values.is_empty()).ok_or_else(wrong)
}

/// Replaces `{name}` by the parameter's value in words. Places in menus and apps (`{menu:auto-lock}`) stay, where the
/// text may have them (`places`), until there is a phone.
pub(super) fn fill_in(
    file: &File,
    text: &Spanned<String>,
    parameters: &BTreeMap<String, Parameter>,
    places: Option<Platform>,
) -> Result<String, ProfileError> {
    let mut out = String::new();
    let mut rest = text.get_ref().as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after
            .split_once('}')
            .ok_or_else(|| file.error(text.span(), "a { without its }"))?;
        // The app's name is known only once there is an app.
        if name == "app" {
            out += before;
            out += "{app}";
            rest = behind;
            continue;
        }
        if menus::is_placeholder(name) {
            match places {
                Some(platform) => menus::check(name, platform),
                None => Err(format!(
                    "{{{name}}} can stand in `look` and `put_right` only"
                )),
            }
            .map_err(|why| file.error(text.span(), why))?;
            out += before;
            out += &format!("{{{name}}}");
            rest = behind;
            continue;
        }
        let parameter = parameters.get(name).ok_or_else(|| {
            file.error(
                text.span(),
                format!("the profile has no parameter {{{name}}}"),
            )
        })?;
        out += before;
        out += &parameter.value.for_people();
        rest = behind;
    }
    out += rest;
    Ok(out)
}
