//! The fields that every record has, and the built-in object `user`, written as definitions like all others.

use formulas::Value;
use serde_json::{Value as Json, json};

use super::{Column, Field, columns_of};
use crate::definitions::field::FieldDefinition;
use crate::definitions::object::{NameField, ObjectDefinition, SharingDefault, SharingSetting};
use crate::definitions::{Component, Definitions, ObjectComponent};
use crate::field_kinds::picklist::{Choice, Picklist};
use crate::field_kinds::{ColumnType, FieldKind, datetime, integer, lookup, text};

/// Name of the built-in object of users.
pub const USER: &str = "user";
/// Its stable id.
pub const USER_ID: &str = "o0";
/// Longest name that is joined from other fields; what a B-tree can hold in any script.
const COMPOSED_LENGTH: u32 = 600;

/// Names of the standard fields, in their order.
pub const NAMES: [&str; 8] =
    ["id", "name", "owner", "created_at", "created_by", "updated_at", "updated_by", "version"];

/// The standard fields of an object. The column of `name` may still turn out to be another field's.
pub(super) fn fields(object: &ObjectDefinition) -> Vec<Field> {
    NAMES.iter().map(|name| field(name, object)).collect()
}

/// Name, key and stable id of the field that tells a record's type.
pub const RECORD_TYPE: &str = "record_type";

/// The field of an object that has record types: one of them, or blank.
pub(super) fn record_type(object: &ObjectDefinition, all: &Definitions) -> Option<Field> {
    let own =
        all.parts.record_types.iter().filter(|(_, one)| !one.retired && one.definition.object == object.name);
    let word = |name: &str| name.split_once('.').map_or(name, |(_, word)| word).to_owned();
    let options: Vec<Choice> = own
        .clone()
        .map(|(name, one)| Choice {
            value: word(name),
            label: one.definition.label.clone(),
            color: None,
            active: one.definition.active,
        })
        .collect();
    let default = own.clone().find(|(_, one)| one.definition.default && one.definition.active);
    let mut field = Field {
        label: "Record type".to_owned(),
        required: false,
        read_only: false,
        kind: FieldKind::Picklist(Picklist { options: options.clone(), ..Picklist::default() }),
        default: default.map(|(name, _)| Value::Text(word(name))),
        ..field(RECORD_TYPE, object)
    };
    field.columns = columns_of(RECORD_TYPE, &field.kind);
    field.options = options;
    (!field.options.is_empty()).then_some(field)
}

fn field(name: &str, object: &ObjectDefinition) -> Field {
    let mut field = Field {
        id: name.to_owned(),
        name: name.to_owned(),
        label: super::names::label(name),
        help: None,
        required: if name == "name" { object.name_field.is_required() } else { name != "owner" },
        unique: name == "id",
        indexed: ["id", "name", "owner", "created_at"].contains(&name),
        searchable: name == "name",
        sensitive: false,
        encrypted: false,
        blind_index: false,
        default: None,
        default_formula: None,
        kind: kind(name, &object.name_field),
        options: Vec::new(),
        targets: Vec::new(),
        columns: Vec::new(),
        computed: None,
        standard: true,
        read_only: name != "name" && name != "owner",
        rollup: None,
        package: None,
    };
    if name == "name" {
        field.label = object.name_field.label.clone().unwrap_or(field.label);
    }
    field.columns = columns_of(name, &field.kind);
    field
}

fn kind(name: &str, name_field: &NameField) -> FieldKind {
    match name {
        "id" => FieldKind::Id,
        "name" if name_field.compose.is_empty() => FieldKind::Text(text::Text::default()),
        "name" => FieldKind::Text(text::Text { max_length: COMPOSED_LENGTH, ..text::Text::default() }),
        "created_at" | "updated_at" => FieldKind::Datetime(datetime::Datetime::default()),
        "version" => FieldKind::Integer(integer::Integer::default()),
        _ => FieldKind::Lookup(lookup::Lookup {
            to: USER.into(),
            inverse: None,
            on_delete: lookup::OnDelete::Restrict,
        }),
    }
}

/// Columns that every table has beside the fields: the recycle bin's.
pub fn hidden_columns() -> [Column; 2] {
    let column = |name: &str, ty| Column { name: name.into(), key: name.into(), ty };
    [column("deleted_at", ColumnType::Timestamptz), column("deleted_by_id", ColumnType::Uuid)]
}

/// The built-in objects. Their ids are fixed, so that every tenant's tables are alike.
pub(super) fn objects() -> Vec<ObjectComponent> {
    let object = ObjectDefinition {
        name: USER.into(),
        plural: "users".into(),
        label: Some("User".into()),
        plural_label: Some("Users".into()),
        icon: Some("user".into()),
        description: Some("Somebody, or something, that works with this tenant's records.".into()),
        name_field: NameField { label: Some("Full name".into()), ..NameField::default() },
        sharing: SharingSetting { default: Some(SharingDefault::Read), hierarchy: false },
        history: true,
        traits: Vec::new(),
        language: None,
        field_order: Vec::new(),
    };
    let fields = user_fields().into_iter().enumerate().filter_map(|(index, json)| {
        let definition = FieldDefinition::from_json(json.as_object()?).ok()?;
        Some(Component {
            id: format!("u{}", index + 1),
            package: None,
            base: None,
            retired: false,
            purged: false,
            definition,
        })
    });
    let fields = fields.collect();
    let object = Component {
        id: USER_ID.into(),
        package: None,
        base: None,
        retired: false,
        purged: false,
        definition: object,
    };
    vec![ObjectComponent { object, fields }]
}

fn user_fields() -> [Json; 8] {
    [
        json!({"name": "email", "kind": "email", "unique": true, "searchable": true}),
        json!({"name": "active", "kind": "boolean", "default": true, "help": "May sign in."}),
        json!({"name": "roles", "kind": "tags", "help": "Names of the roles whose permissions add up."}),
        json!({"name": "title", "kind": "text", "label": "Job title"}),
        json!({"name": "manager", "kind": "lookup", "to": "user", "inverse": "reports"}),
        json!({"name": "time_zone", "kind": "text", "max_length": 60, "help": "IANA name, such as Europe/Budapest."}),
        json!({"name": "kind", "kind": "picklist", "default": "person", "required": true, "options": [
            {"value": "person", "label": "Person"}, {"value": "system", "label": "System"},
            {"value": "queue", "label": "Queue"}]}),
        json!({"name": "permission_sets", "kind": "tags", "help": "Names of what adds to the roles."}),
    ]
}
