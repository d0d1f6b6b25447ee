//! Definitions of metadata as schemas of the document: those that `/metadata/v1/schemas/{kind}` tells and that
//! definitions are held to, with their references and choices in the form that OpenAPI's readers know.

use metadata::{Kind, schemas};
use serde_json::{Map, Value as Json, json};

use super::shape::reference;

/// What the schema of one field is called.
const FIELD: &str = "FieldDefinition";

/// `list-views` → `ListViewDefinition`.
pub(super) fn name(kind: Kind) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    let words: String = kind.word().split('-').map(capital).collect();
    format!(
        "{}Definition",
        words.strip_suffix("es").filter(|_| kind == Kind::Processes).unwrap_or(&words[..words.len() - 1])
    )
}

/// The schemas of all kinds.
pub(super) fn components() -> Vec<(String, Json)> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let mut schema = schemas::schema(kind).clone();
        if let Some(map) = schema.as_object_mut() {
            map.remove("$schema");
            map.remove("$defs");
        }
        if kind == Kind::Fields {
            all.extend(choices(&mut schema));
        }
        refer(&mut schema);
        // The address tells the name where the definition does not.
        let required =
            schema.get_mut("required").and_then(Json::as_array_mut).filter(|_| kind == Kind::Objects);
        if let Some(required) = required {
            required.retain(|key| key != "name");
        }
        all.push((name(kind), schema));
    }
    all
}

/// `if` the kind is this `then` these properties, for each kind, is one schema for each kind.
fn choices(schema: &mut Json) -> Vec<(String, Json)> {
    let mut named = Vec::new();
    let (mut one_of, mut mapping) = (Vec::new(), Map::new());
    for branch in schema["allOf"].as_array_mut().into_iter().flatten() {
        let mut then = branch["then"].take();
        let Some(kind) = then["properties"]["kind"]["const"].as_str().map(str::to_owned) else { continue };
        let needed = then["required"].as_array().cloned().unwrap_or_default();
        then["type"] = "object".into();
        then["required"] = std::iter::once("kind".into()).chain(needed).collect();
        let title: String = kind.split('_').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
        let title = format!("{title}FieldDefinition");
        one_of.push(reference(&title));
        mapping.insert(kind, format!("#/components/schemas/{title}").into());
        named.push((title, then));
    }
    *schema = json!({
        "title": "Field", "description": "A field of an object.", "oneOf": one_of,
        "discriminator": { "propertyName": "kind", "mapping": mapping },
    });
    named
}

/// References within a schema of its own become references within the document.
fn refer(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            if map.get("$ref").and_then(Json::as_str) == Some("#/$defs/field") {
                map.insert("$ref".into(), format!("#/components/schemas/{FIELD}").into());
            }
            // Makers of clients know constant texts, and trip over a constant flag.
            if map.get("const") == Some(&Json::Bool(true)) {
                map.remove("const");
                map.insert("type".into(), "boolean".into());
            }
            map.values_mut().for_each(refer);
        }
        Json::Array(items) => items.iter_mut().for_each(refer),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_schema() {
        let all = components();
        for (kind, expected) in [
            (Kind::Objects, "ObjectDefinition"),
            (Kind::Fields, FIELD),
            (Kind::Processes, "ProcessDefinition"),
            (Kind::ListViews, "ListViewDefinition"),
        ] {
            assert_eq!(name(kind), expected);
        }
        for kind in Kind::ALL {
            assert!(all.iter().any(|(found, _)| *found == name(kind)), "{}", name(kind));
        }
        for (name, schema) in &all {
            assert!(!schema.to_string().contains("$defs"), "{name}");
        }
        let currency = &all.iter().find(|(name, _)| name == "CurrencyFieldDefinition").unwrap().1;
        assert_eq!(
            (&currency["properties"]["kind"]["const"], &currency["additionalProperties"]),
            (&json!("currency"), &json!(false))
        );
    }
}
