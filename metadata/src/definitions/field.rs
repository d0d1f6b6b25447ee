//! One field as it is written: what all kinds share, and the kind with its settings.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::field_kinds::FieldKind;
use crate::problem::Fault;

/// A field's definition, as in contract §5.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDefinition {
    /// What all kinds share.
    pub common: Common,
    /// The kind with its settings.
    pub kind: FieldKind,
}

/// Settings that every kind has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// snake_case, at most 40 characters.
    pub name: String,
    /// What people read; made from the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A sentence shown beside the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// No record may be saved without it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// No two records may hold the same value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// Has an index, so that filters and sorts on it stay fast.
    #[serde(default, skip_serializing_if = "is_false")]
    pub indexed: bool,
    /// A literal of the field's kind, given to new records that do not name the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// Takes part in search.
    #[serde(default, skip_serializing_if = "is_false")]
    pub searchable: bool,
    /// Reads are audited.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// Stored as ciphertext, in the table as in all that is kept of changes.
    #[serde(default, skip_serializing_if = "is_false")]
    pub encrypted: bool,
    /// Of an encrypted field: whether records can be found by its exact value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub blind_index: bool,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// Keys that belong to every field, `kind` among them; all other keys are settings of the kind.
pub const COMMON_KEYS: &[&str] = &[
    "name",
    "label",
    "help",
    "required",
    "unique",
    "indexed",
    "default",
    "searchable",
    "sensitive",
    "encrypted",
    "blind_index",
];

impl FieldDefinition {
    /// Reads one definition; the first structural fault ends it (the JSON Schema finds them all).
    pub fn from_json(json: &Map<String, Json>) -> Result<Self, Fault> {
        let (mut common, mut settings) = (Map::new(), Map::new());
        for (key, value) in json.iter().filter(|(key, _)| *key != "kind") {
            let side = if COMMON_KEYS.contains(&key.as_str()) { &mut common } else { &mut settings };
            side.insert(key.clone(), value.clone());
        }
        let kind = json.get("kind").and_then(Json::as_str).unwrap_or_default();
        Ok(Self {
            common: serde_json::from_value(Json::Object(common))
                .map_err(|error| Fault::new("bad-definition", error.to_string()))?,
            kind: FieldKind::from_settings(kind, settings)?,
        })
    }

    /// The definition as JSON, common keys first.
    pub fn to_json(&self) -> Map<String, Json> {
        let mut map = Map::new();
        map.insert("name".into(), self.common.name.clone().into());
        map.insert("kind".into(), self.kind.name().into());
        if let Ok(Json::Object(common)) = serde_json::to_value(&self.common) {
            map.extend(common);
        }
        map.extend(self.kind.settings());
        map
    }
}
