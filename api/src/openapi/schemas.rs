//! An object's records as JSON Schema: as they are answered, as they are made, as they are changed.

use metadata::catalog::{Column, Field, Object};
use metadata::field_kinds::{ColumnType, FieldKind};
use serde_json::{Map, Value as Json, json};

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

/// The three schemas of an object.
pub(super) fn of(call: &Call, object: &Object) -> Vec<(String, Json)> {
    let shown = call.engine().visible_keys(&call.context, object);
    let rights = FieldRights::new(call, object);
    let (mut read, mut write) = (Map::new(), Map::new());
    let mut required = Vec::new();
    for field in &object.fields {
        let computed = field.computed.as_ref().map(|computed| &computed.column);
        for column in field.columns.iter().chain(computed) {
            if !shown.contains(&column.key) {
                continue;
            }
            read.insert(column.key.clone(), property(field, column, false));
            if rights.writes(field) && computed.is_none() {
                write.insert(column.key.clone(), property(field, column, true));
                let is_mirror = field.standard && object.name_field.field.is_some();
                if field.required && field.default.is_none() && !is_mirror {
                    required.push(column.key.clone());
                }
            }
        }
        if field.kind.is_to_many() && rights.writes(field) {
            let ids = json!({ "type": "array", "items": { "type": "string", "format": "uuid" }, "description": field.label });
            write.insert(field.name.clone(), ids);
        }
    }
    let nested = object.relations.iter().filter(|relation| {
        call.context
            .snapshot
            .catalog
            .find_object(&relation.object)
            .is_some_and(|other| crate::rest::rights::sees(call, other))
    });
    for relation in nested {
        let text = format!("Records of {}, when `fields` names them", relation.object);
        read.insert(
            relation.name.clone(),
            json!({ "type": "array", "items": { "type": "object" }, "description": text }),
        );
    }
    let title = name(object);
    let closed = |properties: &Map<String, Json>| json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let mut create = closed(&write);
    if !required.is_empty() {
        required.dedup();
        create["required"] = json!(required);
    }
    let answered = json!({ "type": "object", "title": object.label, "properties": read, "required": ["id"] });
    vec![
        (title.clone(), answered),
        (format!("{title}Create"), create),
        (format!("{title}Update"), closed(&write)),
    ]
}

/// One key. What is written may be said in more ways than what is answered.
fn property(field: &Field, column: &Column, is_write: bool) -> Json {
    let mut json = ty(field, column, is_write);
    let may_be_null = column.ty != ColumnType::Boolean
        && !(is_write && field.required)
        && column.ty != ColumnType::TextArray;
    if may_be_null && !matches!(field.name.as_str(), "id" | "created_at" | "updated_at" | "version") {
        nullable(&mut json);
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

fn nullable(json: &mut Json) {
    match json.get_mut("type") {
        Some(Json::String(word)) => json["type"] = json!([word.clone(), "null"]),
        Some(Json::Array(words)) => words.push("null".into()),
        _ => {}
    }
    if let Some(options) = json.get_mut("enum").and_then(Json::as_array_mut) {
        options.push(Json::Null);
    }
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
        (_, ColumnType::Time) => json!({ "type": "string", "examples": ["09:30:00"] }),
        (_, ColumnType::TextArray) => json!({ "type": "array", "items": { "type": "string" } }),
        (_, ColumnType::Jsonb) => json!({}),
    }
}
