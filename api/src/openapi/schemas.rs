//! An object's records as JSON Schema: as they are answered, as they are made, as they are changed, and asked for.

use metadata::catalog::{Column, Field, Object};
use metadata::field_kinds::{ColumnType, FieldKind};
use serde_json::{Map, Value as Json, json};

use super::filters::{Asked, clock};
use super::shape::{id, list, nullable, reference};
use crate::call::Call;
use crate::rest::rights::FieldRights;

/// `deal` → `Deal`; the name of the schema of its records.
pub(super) fn name(object: &Object) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    object.name.split('_').map(capital).collect()
}

/// The schemas of an object.
pub(super) fn of(call: &Call, object: &Object) -> Vec<(String, Json)> {
    let asked = Asked::new(call, object);
    let rights = FieldRights::new(call, object);
    let mut read = Map::new();
    for (field, column) in asked.columns() {
        read.insert(column.key.clone(), property(field, column, false));
    }
    for (field, other) in asked.to_one() {
        let text = format!("The {}, when `fields` names it", other.label);
        let nested = json!({ "anyOf": [reference(&name(other)), { "type": "null" }], "description": text });
        read.entry(field.name.clone()).or_insert(nested);
    }
    for (relation, other) in asked.to_many() {
        let mut nested = list(reference(&name(other)));
        nested["description"] = format!("{}, when `fields` names them", other.plural_label).into();
        read.insert(relation.to_owned(), nested);
    }
    let (write, required) = written(&asked, &rights);
    let title = name(object);
    let closed = |properties: &Map<String, Json>| json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let mut create = closed(&write);
    if !required.is_empty() {
        create["required"] = json!(required);
    }
    let answered = json!({ "type": "object", "title": object.label, "properties": read, "required": ["id"] });
    let mut all = vec![
        (title.clone(), answered),
        (format!("{title}Create"), create),
        (format!("{title}Update"), closed(&write)),
    ];
    all.extend(asked.schemas());
    all
}

/// Keys that the caller may write, and those of them that a new record must have.
fn written(asked: &Asked<'_>, rights: &FieldRights) -> (Map<String, Json>, Vec<String>) {
    let (mut write, mut required) = (Map::new(), Vec::new());
    for (field, column) in asked.columns() {
        if !rights.writes(field) || field.computed.is_some() {
            continue;
        }
        write.insert(column.key.clone(), property(field, column, true));
        let is_given = field.default.is_some() || field.default_formula.is_some();
        let is_mirror = field.standard && asked.object.name_field.field.is_some();
        if field.required && !is_given && !is_mirror {
            required.push(column.key.clone());
        }
    }
    for field in asked.object.fields.iter().filter(|field| field.kind.is_to_many() && rights.writes(field)) {
        let mut ids = nullable(list(id()));
        ids["description"] = field.label.clone().into();
        write.insert(field.name.clone(), ids);
    }
    (write, required)
}

/// A record as somebody would send it: what it must have, and a little more.
pub(super) fn example(asked: &Asked<'_>) -> Json {
    let mut record = Map::new();
    // Of what the caller sees, like all that the document tells.
    for (field, column) in asked.columns() {
        if field.read_only || field.computed.is_some() || field.columns.len() != 1 {
            continue;
        }
        let schema = ty(field, column, true);
        let value = match (&schema["examples"][0], column.ty) {
            (Json::Null, ColumnType::Text) => "Tidewater".into(),
            (Json::Null, ColumnType::Bigint | ColumnType::Numeric(..)) => 5.into(),
            (Json::Null, ColumnType::Uuid) => "01990000-0000-7000-8000-000000000000".into(),
            (Json::Null, _) => continue,
            (example, _) => example.clone(),
        };
        let is_plain = column.ty != ColumnType::Uuid && !field.unique && record.len() < 5;
        if field.required || field.name == "name" || is_plain {
            record.insert(column.key.clone(), value);
        }
    }
    Json::Object(record)
}

/// One key. What is written may be said in more ways than what is answered.
fn property(field: &Field, column: &Column, is_write: bool) -> Json {
    let mut json = ty(field, column, is_write);
    let is_given = field.default.is_some() || field.default_formula.is_some();
    let may_be_null = match column.ty {
        ColumnType::Boolean | ColumnType::TextArray => is_write,
        _ => !(is_write && field.required && !is_given),
    };
    if may_be_null && !matches!(field.name.as_str(), "id" | "created_at" | "updated_at" | "version") {
        json = nullable(json);
    }
    json["title"] = field.label.clone().into();
    if let Some(help) = &field.help {
        json["description"] = help.clone().into();
    }
    if field.read_only && !is_write {
        json["readOnly"] = true.into();
    }
    json
}

fn ty(field: &Field, column: &Column, is_write: bool) -> Json {
    let options = || {
        let usable = field.options.iter().filter(|option| option.active || !is_write);
        usable.map(|option| Json::from(option.value.clone())).collect::<Vec<_>>()
    };
    match (&field.kind, column.ty) {
        (FieldKind::Picklist(_), _) => {
            json!({ "type": "string", "enum": options(), "examples": options().into_iter().take(1).collect::<Vec<_>>() })
        }
        (FieldKind::MultiPicklist(_), _) => {
            json!({ "type": "array", "items": { "type": "string", "enum": options() }, "uniqueItems": true })
        }
        (FieldKind::Text(text), _) => json!({ "type": "string", "maxLength": text.max_length }),
        (FieldKind::RichText(_), _) => json!({ "type": "string", "contentMediaType": "text/html" }),
        (FieldKind::Email(_), _) => {
            json!({ "type": "string", "format": "email", "examples": ["ada@example.com"] })
        }
        (FieldKind::Phone(_), _) => json!({ "type": "string", "examples": ["+14155550132"] }),
        (FieldKind::Url(_), _) => {
            json!({ "type": "string", "format": "uri", "examples": ["https://example.com/"] })
        }
        (_, ColumnType::Uuid) => json!({ "type": "string", "format": "uuid" }),
        (_, ColumnType::Text | ColumnType::Sealed) => json!({ "type": "string" }),
        // Numbers may come as text, so that no client need put them through a float.
        (_, ColumnType::Bigint | ColumnType::Numeric(..)) if is_write => {
            json!({ "type": ["number", "string"] })
        }
        (_, ColumnType::Bigint) => json!({ "type": "integer" }),
        (_, ColumnType::Numeric(..)) => json!({ "type": "number" }),
        (_, ColumnType::Boolean) => json!({ "type": "boolean" }),
        (_, ColumnType::Date) => json!({ "type": "string", "format": "date", "examples": ["2027-01-31"] }),
        (_, ColumnType::Timestamptz) => {
            json!({ "type": "string", "format": "date-time", "examples": ["2027-01-31T12:00:00Z"] })
        }
        (_, ColumnType::Time) => clock(),
        (_, ColumnType::TextArray) => json!({ "type": "array", "items": { "type": "string" } }),
        (_, ColumnType::Jsonb) => json!({}),
    }
}
