//! JSON Schema (2020-12) of each kind of definition: what editors are told and what definitions are
//! held to first. Names that must exist elsewhere are the catalog's business.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value as Json, json};

use crate::definitions::Kind;
use crate::language;

mod access;
mod becoming;
mod fields;
mod rules;
mod views;

/// Pattern of every name; the finer rules are in the catalog.
pub(crate) const NAME: &str = "^[a-z][a-z0-9_]{0,39}$";

/// A schema and what was compiled of it.
struct Compiled {
    schema: Json,
    validator: Option<Validator>,
}

/// The schema of a kind's definitions.
pub fn schema(kind: Kind) -> &'static Json {
    &compiled(kind).schema
}

/// Its validator. `None` cannot be: a test compiles every schema.
pub(crate) fn validator(kind: Kind) -> Option<&'static Validator> {
    compiled(kind).validator.as_ref()
}

/// Keys that may stand at a place of a definition.
pub(crate) fn keys_at(kind: Kind, root: &Json, segments: &[String]) -> Vec<String> {
    let whole = schema(kind);
    let (mut schema, mut value) = (branch(whole, root), root);
    for segment in segments {
        let item = segment.parse::<usize>().ok().filter(|_| value.is_array());
        value = item.map_or_else(|| &value[segment.as_str()], |at| &value[at]);
        let next = if item.is_some() { &schema["items"] } else { &schema["properties"][segment.as_str()] };
        let next = if next.get("$ref").is_some() { &whole["$defs"]["field"] } else { next };
        schema = branch(next, value);
    }
    schema["properties"].as_object().map(|keys| keys.keys().cloned().collect()).unwrap_or_default()
}

/// The part of a schema that speaks of a value: that of its field kind, when there is a choice.
fn branch<'a>(schema: &'a Json, value: &Json) -> &'a Json {
    let branches = schema["allOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fits = branches.iter().find(|branch| branch["if"]["properties"]["kind"]["const"] == value["kind"]);
    fits.map_or(schema, |branch| &branch["then"])
}

fn compiled(kind: Kind) -> &'static Compiled {
    static ALL: OnceLock<Vec<(Kind, Compiled)>> = OnceLock::new();
    let all = ALL.get_or_init(|| Kind::ALL.into_iter().map(|kind| (kind, compile(kind))).collect());
    all.iter().find_map(|(found, compiled)| (*found == kind).then_some(compiled)).unwrap_or(&all[0].1)
}

fn compile(kind: Kind) -> Compiled {
    let schema = build(kind);
    let validator = jsonschema::draft202012::new(&schema).ok();
    Compiled { schema, validator }
}

fn build(kind: Kind) -> Json {
    let (title, mut schema) = match kind {
        Kind::Objects => ("Object", object()),
        Kind::Fields => ("Field", fields::field()),
        Kind::OptionSets => ("Option set", option_set()),
        Kind::ListViews => ("List view", views::list_view()),
        Kind::Layouts => ("Layout", views::layout()),
        Kind::Roles => ("Role", access::role("What those who hold it may do.")),
        Kind::PermissionSets => ("Permission set", access::role("What it adds to a user's roles.")),
        Kind::SharingRules => ("Sharing rule", access::sharing_rule()),
        Kind::RestrictionRules => ("Restriction rule", access::restriction_rule()),
        Kind::ValidationRules => ("Validation rule", rules::validation_rule()),
        Kind::FieldConditions => ("Field condition", rules::field_condition()),
        Kind::RecordTypes => ("Record type", rules::record_type()),
        Kind::Processes => ("Process", rules::process()),
        Kind::Conversions => ("Conversion", becoming::conversion()),
        Kind::Recurrences => ("Recurrence", becoming::recurrence()),
        Kind::Apps => ("App", views::app()),
        Kind::Translations => ("Translation", translation()),
        Kind::Settings => ("Setting", setting()),
    };
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = title.into();
    schema
}

/// A name, with what it names.
fn name(description: &str) -> Json {
    json!({"type": "string", "pattern": NAME, "maxLength": 40, "description": description})
}

/// Text of at most `most` characters.
fn text(most: u32, description: &str) -> Json {
    json!({"type": "string", "maxLength": most, "description": description})
}

fn object() -> Json {
    let fields = fields::field();
    json!({
        "type": "object",
        "description": "An object: a table of records, their fields and relations.",
        "required": ["name", "plural"],
        "additionalProperties": false,
        "properties": {
            "name": name("Singular, snake_case: the word in JSON, SQL and GraphQL."),
            "plural": name("Plural, snake_case: the word in URLs."),
            "label": text(80, "What people call one record; made from the name when left out."),
            "plural_label": text(80, "What people call several; made from the plural when left out."),
            "icon": text(60, "Name of an icon."),
            "description": text(2000, "What the object is for."),
            "name_field": name_field(),
            "sharing": sharing(),
            "history": {"type": "boolean", "default": true, "description": "Whether each change leaves a history row."},
            "traits": {"type": "array", "maxItems": 20, "uniqueItems": true,
                "items": name("What the UI may offer: schedulable, pipeline, hierarchical …")},
            "language": language("The language of its texts for search, when it is not the tenant's."),
            "field_order": {"type": "array", "maxItems": 500, "items": {"type": "string"},
                "description": "Names of fields in reading order. Not needed beside `fields`, whose order counts."},
            "fields": {"type": "array", "maxItems": 500, "items": {"$ref": "#/$defs/field"},
                "description": "All fields. Those of the object that are not named here are retired."},
        },
        "$defs": {"field": fields},
    })
}

fn setting() -> Json {
    json!({
        "type": "object",
        "description": "What holds for all of a tenant.",
        "required": ["language"],
        "additionalProperties": false,
        "properties": {"language": language("The language of its texts: search finds forms of a word by one another.")},
    })
}

fn translation() -> Json {
    let texts = |description: &str| json!({"type": "object", "additionalProperties": text(2000, "The text."), "description": description});
    let options = texts("The labels of options by their value.");
    let closed =
        |properties: Json| json!({"type": "object", "additionalProperties": false, "properties": properties});
    let field = closed(
        json!({"label": text(2000, "Its label."), "help": text(2000, "Its help."), "options": options}),
    );
    let object = closed(json!({
        "label": text(2000, "What one record is called."), "plural_label": text(2000, "What many are called."),
        "description": text(2000, "What it is for."),
        "fields": {"type": "object", "additionalProperties": field, "description": "By the name of the field."},
    }));
    let set = closed(json!({"label": text(2000, "Its label."), "options": options}));
    json!({
        "type": "object",
        "description": "What labels and helps are in another language; what it says of something that is not there is passed over.",
        "required": ["locale"],
        "additionalProperties": false,
        "properties": {
            "locale": {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$", "description": "The tag of the language: `de`, `pt-BR`."},
            "texts": texts("What a text is in that language, by the text as it stands in the definitions."),
            "objects": {"type": "object", "additionalProperties": object, "description": "By the name of the object; goes before `texts`."},
            "option_sets": {"type": "object", "additionalProperties": set, "description": "By the name of the option set; goes before `texts`."},
            "active": {"type": "boolean", "default": true},
        },
    })
}

/// The code of a language.
fn language(description: &str) -> Json {
    let codes: Vec<&str> = language::ALL.iter().map(|language| language.code).collect();
    json!({"enum": codes, "description": description})
}

fn name_field() -> Json {
    json!({
        "type": "object",
        "additionalProperties": false,
        "description": "How records are named: by the standard field `name`, by an own field, or joined from several.",
        "properties": {
            "label": text(80, "What people call the name."),
            "field": name("The own text field that is the name."),
            "compose": {"type": "array", "maxItems": 5, "items": name("An own field."),
                "description": "Own fields whose values, joined by blanks, make the name when none is given."},
            "required": {"type": "boolean",
                "description": "Whether a record must have a name; it must when this is left out, unless the name is composed."},
        },
    })
}

fn sharing() -> Json {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "default": {"enum": ["private", "read", "read_write", "controlled_by_parent"],
                "description": "What everybody may do with every record."},
            "hierarchy": {"type": "boolean", "description": "Whether managers see what their people own."},
        },
    })
}

fn option_set() -> Json {
    json!({
        "type": "object",
        "description": "Options that several picklists share.",
        "required": ["label", "options"],
        "additionalProperties": false,
        "properties": {
            "label": text(80, "What people call the set."),
            "options": options(),
        },
    })
}

/// The options of a picklist.
fn options() -> Json {
    json!({
        "type": "array",
        "maxItems": 1000,
        "description": "The options in order.",
        "items": {
            "type": "object",
            "required": ["value"],
            "additionalProperties": false,
            "properties": {
                "value": {"type": "string", "minLength": 1, "maxLength": 100, "description": "What is stored and sent."},
                "label": text(100, "What people read; the value when left out."),
                "color": text(30, "Name of a colour, such as blue."),
                "active": {"type": "boolean", "default": true,
                    "description": "Inactive options stay on records but cannot be chosen anew."},
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldKind;

    #[test]
    fn every_schema_compiles_and_is_a_schema() {
        for kind in Kind::ALL {
            assert!(jsonschema::meta::is_valid(schema(kind)), "{kind:?}");
            assert!(validator(kind).is_some(), "{kind:?}");
        }
    }

    #[test]
    fn every_field_kind_has_its_schema() {
        let all = schema(Kind::Fields);
        for name in FieldKind::NAMES {
            let known = all["allOf"]
                .as_array()
                .unwrap()
                .iter()
                .any(|s| s["if"]["properties"]["kind"]["const"] == **name);
            assert!(known, "{name}");
        }
    }
}
