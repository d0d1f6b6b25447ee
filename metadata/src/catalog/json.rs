//! The JSON forms of the catalog, as the metadata API answers them: the definition with what was
//! resolved, and read-only keys. What is answered here can be put back.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::{Catalog, Field, Link, Object, Relation};
use crate::definitions::Kind;
use crate::field_kinds::FieldKind;

/// Keys of an object that are answered, and ignored when they come back.
pub const READ_ONLY_OBJECT: &[&str] =
    &["id", "package", "system", "custom", "relations", "permissions", "sharing_in_force"];
/// Keys of a field that are answered, and ignored when they come back.
pub const READ_ONLY_FIELD: &[&str] =
    &["id", "package", "standard", "custom", "read_only", "targets", "shown_as"];
/// Keys of other components that are answered, and ignored when they come back.
pub const READ_ONLY_OTHER: &[&str] = &["id", "package", "custom", "built_in"];

impl Object {
    /// The object with all its fields, standard ones first.
    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        let mut put = |key: &str, value: Json| map.insert(key.into(), value);
        put("name", self.name.clone().into());
        put("plural", self.plural.clone().into());
        put("label", self.label.clone().into());
        put("plural_label", self.plural_label.clone().into());
        for (key, text) in [("icon", &self.icon), ("description", &self.description)] {
            text.iter().for_each(|text| drop(put(key, text.clone().into())));
        }
        put("name_field", json!(self.name_field));
        // What is unset stays so when the answer is sent back.
        put("sharing", json!(self.sharing_set));
        put("sharing_in_force", json!(self.sharing));
        put("history", self.history.into());
        put("traits", json!(self.traits));
        self.language_set.iter().for_each(|code| drop(put("language", code.clone().into())));
        put("fields", self.fields.iter().map(Field::to_json).collect());
        let inverse = self.relations.iter().filter(|relation| !relation.is_own());
        put("relations", inverse.map(Relation::to_json).collect());
        put("id", self.id.clone().into());
        put("package", json!(self.package));
        put("system", self.system.into());
        put("custom", (self.package.is_none() && !self.system).into());
        Json::Object(map)
    }
}

impl Field {
    /// The field's definition with resolved options and label, and its read-only keys.
    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        let mut put = |key: &str, value: Json| map.insert(key.into(), value);
        put("name", self.name.clone().into());
        put("kind", self.kind.name().into());
        put("label", self.label.clone().into());
        self.help.iter().for_each(|help| drop(put("help", help.clone().into())));
        let flags = [
            ("required", self.required),
            ("unique", self.unique),
            ("indexed", self.indexed),
            ("searchable", self.searchable),
            ("sensitive", self.sensitive),
            ("encrypted", self.encrypted),
            ("blind_index", self.blind_index),
        ];
        flags.into_iter().filter(|(_, on)| *on).for_each(|(key, on)| drop(put(key, on.into())));
        self.default.iter().for_each(|value| drop(put("default", literal(value))));
        let formula = self.default_formula.iter().map(|checked| json!({ "formula": checked.text }));
        formula.for_each(|formula| drop(put("default", formula)));
        self.kind.settings().into_iter().for_each(|(key, value)| drop(put(&key, bound(&key, value))));
        if self.kind.choices().is_some() {
            put("options", self.options.iter().map(option).collect());
        }
        self.computed.iter().for_each(|computed| drop(put("shown_as", computed.shown_as.into())));
        if let Some(rollup) = &self.rollup {
            put("shown_as", rollup.shown_as.into());
            rollup.currency.iter().for_each(|code| drop(put("currency", code.clone().into())));
        }
        put("id", self.id.clone().into());
        put("package", json!(self.package));
        put("standard", self.standard.into());
        put("read_only", self.read_only.into());
        Json::Object(map)
    }
}

fn option(choice: &crate::field_kinds::picklist::Choice) -> Json {
    let label = choice.label.clone().unwrap_or_else(|| super::names::label(&choice.value));
    let mut json = json!({"value": choice.value, "label": label});
    choice.color.iter().for_each(|color| json["color"] = color.clone().into());
    if !choice.active {
        json["active"] = false.into();
    }
    json
}

/// A value as it stands in a definition; decimals are exact numbers.
fn literal(value: &formulas::Value) -> Json {
    use formulas::Value as V;
    match value {
        V::Null => Json::Null,
        V::Bool(value) => (*value).into(),
        V::Number(number) => exact(*number),
        V::Text(text) => text.clone().into(),
        V::Date(date) => date.to_string().into(),
        V::DateTime(at) => at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true).into(),
        V::Time(time) => time.format("%H:%M:%S").to_string().into(),
        V::Id(id) => id.to_string().into(),
        V::List(items) => items.iter().map(literal).collect(),
        V::Json(json) => serde_json::from_str(&json.to_string()).unwrap_or_default(),
    }
}

/// A decimal as a JSON number when that holds it exactly, else as text.
fn exact(number: Decimal) -> Json {
    let text = number.normalize().to_string();
    let json: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
    if Decimal::from_str(&json.to_string()) == Ok(number) { json } else { text.into() }
}

/// Bounds of decimals are kept as text; people write and read numbers.
fn bound(key: &str, value: Json) -> Json {
    match (key, value.as_str().and_then(|text| Decimal::from_str(text).ok())) {
        ("min" | "max", Some(number)) => exact(number),
        _ => value,
    }
}

impl Relation {
    /// Whether it is the own side of a many-to-many field, which stands among the fields already.
    pub fn is_own(&self) -> bool {
        matches!(&self.link, Link::Table { here, .. } if here == super::HERE)
    }

    /// `{"name","object","field","kind"}`: a relation seen from this object.
    pub fn to_json(&self) -> Json {
        let kind = match &self.link {
            Link::Lookup { .. } => "lookup",
            Link::AnyLookup { .. } => "any_lookup",
            Link::Table { .. } => "many_to_many",
        };
        json!({"name": self.name, "object": self.object, "field": self.field, "kind": kind})
    }
}

impl Catalog {
    /// One component as `GET /metadata/v1/{kind}/{name}` answers it. A field is named `deal.amount`.
    pub fn component_json(&self, kind: Kind, name: &str) -> Option<Json> {
        match kind {
            Kind::Objects => self.find_object(name).map(|object| object.to_json()),
            Kind::Fields => {
                let (object, field) = name.split_once('.')?;
                self.find_object(object)?.find_field(field).map(Field::to_json)
            }
            _ => self.parts.json(kind, name).map(|part| named(name, part)),
        }
    }

    /// Names of all components of a kind, in the order in which they are listed.
    pub fn component_names(&self, kind: Kind) -> Vec<String> {
        let fields = |object: &Object| {
            let name = object.name.clone();
            object.fields.iter().map(|field| format!("{name}.{}", field.name)).collect::<Vec<_>>()
        };
        match kind {
            Kind::Objects => self.objects.iter().map(|object| object.name.clone()).collect(),
            Kind::Fields => self.objects.iter().flat_map(|object| fields(object)).collect(),
            _ => self.parts.names(kind),
        }
    }

    /// All components of a kind in their JSON forms.
    pub fn list_json(&self, kind: Kind) -> Vec<Json> {
        self.component_names(kind).iter().filter_map(|name| self.component_json(kind, name)).collect()
    }
}

fn named(name: &str, definition: Json) -> Json {
    let mut map = Map::new();
    map.insert("name".into(), name.into());
    if let Json::Object(rest) = definition {
        map.extend(rest);
    }
    Json::Object(map)
}

/// Whether a standard field's JSON came back among own fields.
pub(crate) fn is_standard_json(field: &Map<String, Json>) -> bool {
    field.get("standard") == Some(&Json::Bool(true))
}

/// Takes back what [`Field::to_json`] adds to a definition.
pub(crate) fn strip_field(field: &mut Map<String, Json>) {
    READ_ONLY_FIELD.iter().for_each(|key| drop(field.shift_remove(*key)));
    if field.get("kind").is_some_and(|kind| kind == "rollup") {
        field.shift_remove("currency");
    }
    if field.get("option_set").is_some_and(|set| !set.is_null()) {
        field.shift_remove("options");
    }
}

impl FieldKind {
    /// Whether records of other objects can be on the other side.
    pub fn is_relation(&self) -> bool {
        matches!(self, Self::Lookup(_) | Self::MasterDetail(_) | Self::AnyLookup(_) | Self::ManyToMany(_))
    }
}
