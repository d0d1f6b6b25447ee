//! Small words for JSON Schema, so that what a route takes and answers reads as a table. What is answered may grow:
//! such objects are open and have all their keys. What is taken is closed, and null says nothing.

use serde_json::{Map, Value as Json, json};

/// Any text.
pub(super) fn text() -> Json {
    json!({ "type": "string" })
}

/// A text that says something.
pub(super) fn word() -> Json {
    json!({ "type": "string", "minLength": 1 })
}

/// The id of a record, person, key …
pub(super) fn id() -> Json {
    json!({ "type": "string", "format": "uuid" })
}

/// An instant.
pub(super) fn time() -> Json {
    json!({ "type": "string", "format": "date-time" })
}

/// True or false.
pub(super) fn flag() -> Json {
    json!({ "type": "boolean" })
}

/// How many.
pub(super) fn count() -> Json {
    json!({ "type": "integer", "minimum": 0 })
}

/// A whole number with bounds of its own.
pub(super) fn whole(least: i64, most: i64) -> Json {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

/// Whatever it is.
pub(super) fn anything() -> Json {
    json!({})
}

/// One of a few words.
pub(super) fn one_of(words: &[&str]) -> Json {
    json!({ "type": "string", "enum": words })
}

/// A secret that people type.
pub(super) fn password() -> Json {
    json!({ "type": "string", "format": "password", "minLength": 1 })
}

/// A list.
pub(super) fn list(of: Json) -> Json {
    json!({ "type": "array", "items": of })
}

/// Values of one kind by names.
pub(super) fn by_name(of: Json) -> Json {
    json!({ "type": "object", "additionalProperties": of })
}

/// A schema of the components.
pub(super) fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The same, or null.
pub(super) fn nullable(schema: Json) -> Json {
    let mut schema = schema;
    if schema.get("type").is_none() {
        let is_anything = schema.as_object().is_some_and(Map::is_empty);
        return if is_anything { schema } else { json!({ "anyOf": [schema, { "type": "null" }] }) };
    }
    match &mut schema["type"] {
        Json::Array(words) if words.contains(&"null".into()) => {}
        Json::Array(words) => words.push("null".into()),
        word => *word = json!([word.take(), "null"]),
    }
    if let Some(words) = schema.get_mut("enum").and_then(Json::as_array_mut)
        && !words.contains(&Json::Null)
    {
        words.push(Json::Null);
    }
    schema
}

/// What is answered: all of these keys are there, and others may be some day.
pub(super) fn shown(properties: Json) -> Json {
    let keys: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({ "type": "object", "required": keys, "properties": properties })
}

/// What is taken: these keys and no others; null in one that need not be there is as if it were missing.
pub(super) fn taken(required: &[&str], properties: Json) -> Json {
    let mut properties = properties;
    for (key, schema) in properties.as_object_mut().into_iter().flatten() {
        if !required.contains(&key.as_str()) {
            *schema = nullable(schema.take());
        }
    }
    let mut form = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        form["required"] = json!(required);
    }
    form
}

/// `{"data": …}`.
pub(super) fn data(of: Json) -> Json {
    shown(json!({ "data": of }))
}

/// `{"data": […], "pagination": …}`.
pub(super) fn page(of: Json) -> Json {
    shown(json!({ "data": list(of), "pagination": reference("Pagination") }))
}

/// `{"id", "name"}` of who did something.
pub(super) fn who() -> Json {
    shown(json!({ "id": nullable(id()), "name": nullable(text()) }))
}

/// `{field: [before, after]}`.
pub(super) fn differences() -> Json {
    by_name(json!({ "type": "array", "items": {}, "minItems": 2, "maxItems": 2 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_one_more_value() {
        assert_eq!(nullable(text())["type"], json!(["string", "null"]));
        assert_eq!(nullable(nullable(one_of(&["a"])))["enum"], json!(["a", null]));
        assert_eq!(nullable(reference("Deal")), json!({ "anyOf": [reference("Deal"), { "type": "null" }] }));
        assert_eq!(nullable(anything()), anything());
        let form = taken(&["a"], json!({ "a": text(), "b": flag() }));
        assert_eq!(
            (&form["properties"]["a"], &form["properties"]["b"]["type"]),
            (&text(), &json!(["boolean", "null"]))
        );
    }
}
