//! The profile file as it is written, before anything is merged or filled in.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Otherwise, Ownership};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProfile {
    pub id: Spanned<String>,
    pub title: Option<String>,
    pub as_of: Option<toml::value::Datetime>,
    pub source: Option<String>,
    pub extends: Option<Spanned<String>>,
    /// Keeps only these controls of the profile that is extended, in this order.
    pub only: Option<Vec<Spanned<String>>>,
    /// Kinds of phone that the checklist speaks about; left out, all.
    pub platforms: Option<Spanned<Vec<Spanned<String>>>>,
    pub apps: Option<RawApps>,
    #[serde(default)]
    pub parameters: BTreeMap<String, RawParameter>,
    #[serde(default)]
    pub control: Vec<RawControl>,
    #[serde(default)]
    pub not_covered: Vec<RawNotCovered>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNotCovered {
    pub id: Spanned<String>,
    pub title: String,
    pub why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawApps {
    pub in_scope: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawParameter {
    pub value: Spanned<toml::Value>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawControl {
    pub id: Spanned<String>,
    pub title: Option<String>,
    pub question: Option<Spanned<String>>,
    pub why: Option<String>,
    pub limits: Option<String>,
    pub source: Option<String>,
    pub per_app: Option<bool>,
    /// Only for these of the apps in scope.
    pub apps: Option<Spanned<Vec<Spanned<String>>>>,
    /// Judged for an app that is not installed, too.
    pub installed_or_not: Option<bool>,
    pub mandatory: Option<bool>,
    pub asked: Option<bool>,
    pub ownership: Option<Ownership>,
    pub beside: Option<Vec<Spanned<String>>>,
    pub pass: Option<Spanned<RawCriterion>>,
    pub fail: Option<Spanned<RawCriterion>>,
    pub otherwise: Option<Otherwise>,
    pub expected: Option<Spanned<String>>,
    #[serde(default)]
    pub ios: RawRules,
    #[serde(default)]
    pub android: RawRules,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRules {
    pub pass: Option<Spanned<RawCriterion>>,
    pub fail: Option<Spanned<RawCriterion>>,
    pub otherwise: Option<Otherwise>,
    pub expected: Option<Spanned<String>>,
    pub look: Option<Spanned<String>>,
    pub put_right: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCriterion {
    pub fact: Option<Spanned<String>>,
    pub is: Option<Spanned<toml::Value>>,
    pub one_of: Option<Spanned<toml::Value>>,
    pub at_most: Option<Spanned<toml::Value>>,
    pub at_least: Option<Spanned<toml::Value>>,
    pub indicative: Option<bool>,
    pub all: Option<Vec<Spanned<RawCriterion>>>,
    pub any: Option<Vec<Spanned<RawCriterion>>>,
    pub not: Option<Box<Spanned<RawCriterion>>>,
}
