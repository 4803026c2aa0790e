//! The JSON Schema of profile files, for editors: from the catalogues of facts and apps.

use serde_json::{Value, json};
use spotcheck::apps;
use spotcheck::evidence::Fact;

/// The schema as text.
pub fn text() -> String {
    let text = serde_json::to_string_pretty(&schema()).expect("strings and lists only");
    text + "\n"
}

fn schema() -> Value {
    let facts: Vec<&str> = Fact::ALL.iter().map(|fact| fact.id()).collect();
    let apps: Vec<&str> = apps::catalogue()
        .apps
        .iter()
        .map(|app| app.id.as_str())
        .collect();
    let parts = json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/criterion" } });
    let operand = json!({ "type": ["string", "integer", "boolean"] });
    let phrase = |what: &str| json!({ "type": "string", "description": what });
    let rules = json!({
        "pass": { "$ref": "#/$defs/criterion", "description": "What has to hold" },
        "fail": { "$ref": "#/$defs/criterion", "description": "What fails it; left out, whatever is known not to pass" },
        "otherwise": { "enum": ["fail", "ask"], "description": "ask: what does not pass is left open for someone to ask about" },
        "expected": phrase("What is expected, as a phrase; {name} is a limit"),
    });
    let platform_rules = merge(
        rules.clone(),
        json!({
            "look": phrase("Where to look by hand"),
            "put_right": phrase("How to put it right"),
        }),
    );
    let control = merge(
        json!({
            "id": { "type": "string", "minLength": 1 },
            "title": phrase("A few words for tables"),
            "question": phrase("The question in plain English; {name} is a limit"),
            "why": phrase("Why it matters"),
            "limits": phrase("What the reading cannot show"),
            "source": phrase("Where the line comes from"),
            "per_app": { "type": "boolean", "description": "Judged for each app in scope that is installed" },
            "apps": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/app" }, "description": "Only for these of the apps in scope" },
            "installed_or_not": { "type": "boolean", "description": "Judged for an app that is not installed, too" },
            "mandatory": { "type": "boolean", "description": "Counts towards the overall result" },
            "asked": { "type": "boolean", "description": "The person is asked; answers are counted apart" },
            "ownership": { "enum": ["personal", "trust"], "description": "Applies only to phones of this ownership" },
            "beside": { "type": "array", "items": { "$ref": "#/$defs/fact" }, "description": "Facts that are shown beside and decide nothing" },
        }),
        merge(
            rules,
            json!({ "ios": { "$ref": "#/$defs/rules" }, "android": { "$ref": "#/$defs/rules" } }),
        ),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:spotcheck:profile",
        "title": "spotcheck profile",
        "description": "A checklist as data. `spotcheck profile check FILE` finds more than this schema can.",
        "type": "object",
        "required": ["id"],
        "additionalProperties": false,
        "properties": {
            "id": { "type": "string", "pattern": "^[A-Za-z0-9-]+$" },
            "title": phrase("The checklist's name for people"),
            "as_of": phrase("The day on which its sources were last read"),
            "source": phrase("Where the checklist comes from"),
            "extends": phrase("A profile in the program, or a file by its path from this one"),
            "only": { "type": "array", "items": { "type": "string" }, "description": "Keeps only these lines of the profile that is extended, in this order" },
            "platforms": { "type": "array", "minItems": 1, "items": { "enum": ["ios", "android"] }, "description": "Kinds of phone that the checklist is about; left out, both" },
            "apps": {
                "type": "object",
                "required": ["in_scope"],
                "additionalProperties": false,
                "properties": { "in_scope": { "type": "array", "uniqueItems": true, "items": { "$ref": "#/$defs/app" } } }
            },
            "parameters": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "required": ["value"],
                    "additionalProperties": false,
                    "properties": {
                        "value": { "type": ["string", "integer", "boolean", "array"], "items": { "type": "string" } },
                        "source": phrase("Where the number comes from")
                    }
                }
            },
            "control": { "type": "array", "items": { "$ref": "#/$defs/control" } },
            "not_covered": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "title", "why"],
                    "additionalProperties": false,
                    "properties": { "id": { "type": "string" }, "title": { "type": "string" }, "why": { "type": "string" } }
                }
            }
        },
        "$defs": {
            "fact": { "enum": facts },
            "app": { "enum": apps },
            "control": { "type": "object", "required": ["id"], "additionalProperties": false, "properties": control },
            "rules": { "type": "object", "additionalProperties": false, "properties": platform_rules },
            "criterion": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "fact": { "$ref": "#/$defs/fact" },
                    "is": operand,
                    "one_of": { "type": ["array", "string"], "minItems": 1, "items": operand },
                    "at_most": operand,
                    "at_least": operand,
                    "indicative": { "type": "boolean", "description": "Evidence that only points one way may decide" },
                    "all": parts,
                    "any": parts,
                    "not": { "$ref": "#/$defs/criterion" }
                },
                "oneOf": [
                    { "required": ["fact", "is"] },
                    { "required": ["fact", "one_of"] },
                    { "required": ["fact", "at_most"] },
                    { "required": ["fact", "at_least"] },
                    { "required": ["all"] },
                    { "required": ["any"] },
                    { "required": ["not"] }
                ]
            }
        }
    })
}

fn merge(mut first: Value, second: Value) -> Value {
    if let (Value::Object(first), Value::Object(second)) = (&mut first, second) {
        first.extend(second);
    }
    first
}
