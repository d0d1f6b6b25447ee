//! What a list may be asked for, as JSON Schema: the fields that it can answer and sort by, and the filter of an
//! object. Paths go one step along relations here; longer ones are for those who know them.

use metadata::catalog::{Column, Field};
use metadata::field_kinds::ColumnType;
use metadata::{FieldKind, Object};
use serde_json::{Map, Value as Json, json};

use super::schemas::name;
use super::shape::{flag, id, list, nullable, one_of, reference, text, time};
use crate::call::Call;
use crate::rest::rights;

/// Parameters whose names no field can have in an address.
const RESERVED: &[&str] = &[
    "fields",
    "filter",
    "where",
    "sort",
    "limit",
    "page",
    "cursor",
    "errors",
    "fresh",
    "include_total",
    "deleted",
    "explain",
    "format",
    "metrics",
    "group_by",
    "having",
    "zone",
];

/// An object as somebody sees it.
pub(super) struct Asked<'c> {
    call: &'c Call,
    pub object: &'c Object,
    keys: Vec<String>,
}

impl<'c> Asked<'c> {
    pub(super) fn new(call: &'c Call, object: &'c Object) -> Self {
        Self { call, object, keys: call.engine().visible_keys(&call.context, object) }
    }

    /// Keys that a record shows, each with its field.
    pub(super) fn columns(&self) -> Vec<(&'c Field, &'c Column)> {
        let all = self.object.fields.iter().flat_map(|field| {
            let computed = field.computed.as_ref().map(|computed| &computed.column);
            field.columns.iter().chain(computed).map(move |column| (field, column))
        });
        all.filter(|(_, column)| self.keys.contains(&column.key)).collect()
    }

    /// Relations to one record, each with the object it leads to.
    pub(super) fn to_one(&self) -> Vec<(&'c Field, &'c Object)> {
        let one = |field: &'c Field| {
            let [target] = field.targets.as_slice() else { return None };
            let is_shown = field.columns.last().is_some_and(|column| self.keys.contains(&column.key));
            Some((field, self.find(target)?)).filter(|_| is_shown && !field.kind.is_to_many())
        };
        self.object.fields.iter().filter_map(one).collect()
    }

    /// Relations to many records, each with the object it leads to.
    pub(super) fn to_many(&self) -> Vec<(&'c str, &'c Object)> {
        let relations = self.object.relations.iter();
        relations
            .filter_map(|relation| Some((relation.name.as_str(), self.find(&relation.object)?)))
            .collect()
    }

    fn find(&self, name: &str) -> Option<&'c Object> {
        let found = self.call.context.snapshot.catalog.find_object(name)?;
        rights::sees(self.call, found).then_some(&**found)
    }

    /// The short forms of a filter: `stage=won`.
    pub(super) fn short_forms(&self) -> Vec<(String, Json)> {
        let plain = |(field, column): (&Field, &Column)| {
            let is_plain = !RESERVED.contains(&column.key.as_str())
                && !matches!(column.ty, ColumnType::Jsonb | ColumnType::TextArray)
                && (column.ty != ColumnType::Sealed || field.blind_index);
            is_plain.then(|| (column.key.clone(), value(field, column)))
        };
        self.columns().into_iter().filter_map(plain).collect()
    }

    /// The schemas that lists of this object share.
    pub(super) fn schemas(&self) -> Vec<(String, Json)> {
        let title = name(self.object);
        let own = self.paths(|_| true);
        let sorted = self.paths(|column| !matches!(column.ty, ColumnType::Jsonb | ColumnType::TextArray));
        let both = sorted.iter().flat_map(|path| [path.clone(), format!("-{path}")]);
        let conditions = self.conditions();
        let mut whole = conditions.clone();
        let several = json!({ "type": "array", "items": reference(&format!("{title}Filter")) });
        whole.insert("and".into(), several.clone());
        whole.insert("or".into(), several);
        whole.insert("not".into(), reference(&format!("{title}Filter")));
        let text = "Conditions, all of which hold; `account.industry` is short for industry within account";
        vec![
            (format!("{title}Path"), json!({ "type": "string", "enum": own })),
            (format!("{title}Order"), json!({ "type": "string", "enum": both.collect::<Vec<_>>() })),
            (
                format!("{title}Filter"),
                json!({ "type": "object", "description": text, "properties": whole, "additionalProperties": false }),
            ),
            (
                format!("{title}Conditions"),
                json!({ "type": "object", "minProperties": 1, "properties": conditions, "additionalProperties": false }),
            ),
        ]
    }

    fn paths(&self, wanted: impl Fn(&Column) -> bool) -> Vec<String> {
        let keys = |asked: &Self| -> Vec<String> {
            let columns = asked.columns().into_iter().filter(|(_, column)| wanted(column));
            columns.map(|(_, column)| column.key.clone()).collect()
        };
        let mut paths = keys(self);
        for (field, object) in self.to_one() {
            let below = keys(&Asked::new(self.call, object));
            paths.extend(below.into_iter().map(|key| format!("{}.{key}", field.name)));
        }
        paths
    }

    fn conditions(&self) -> Map<String, Json> {
        let mut conditions = Map::new();
        for (field, column) in self.columns() {
            conditions.insert(column.key.clone(), condition(field, column));
        }
        for (field, object) in self.to_one() {
            conditions.insert(field.name.clone(), reference(&format!("{}Conditions", name(object))));
        }
        for (relation, object) in self.to_many() {
            let filter = reference(&format!("{}Filter", name(object)));
            let related = json!({
                "type": "object", "minProperties": 1, "additionalProperties": false,
                "properties": { "some": filter, "none": filter, "every": filter },
            });
            conditions.insert(relation.to_owned(), related);
        }
        conditions
    }
}

/// What a condition compares a field with, as it stands in an address.
fn value(field: &Field, column: &Column) -> Json {
    match (&field.kind, column.ty) {
        (FieldKind::Picklist(_), _) => options(field),
        (_, ColumnType::Boolean) => flag(),
        (_, ColumnType::Uuid) => id(),
        // What no column holds can be asked for, and nothing is found; 0.5 is between two whole numbers.
        (_, ColumnType::Bigint | ColumnType::Numeric(..)) => json!({ "type": "number" }),
        (_, ColumnType::Date | ColumnType::Timestamptz) => reference("DateOrWord"),
        (_, ColumnType::Time) => clock(),
        _ => text(),
    }
}

fn options(field: &Field) -> Json {
    json!({ "type": "string", "enum": field.options.iter().map(|option| &option.value).collect::<Vec<_>>() })
}

/// A time of day.
pub(super) fn clock() -> Json {
    json!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", "examples": ["09:30:00"] })
}

/// Operators that compare by an order, and those that look into a text.
const ORDERED: &[&str] = &["gt", "gte", "lt", "lte", "between"];
const WITHIN: &[&str] = &["contains", "not_contains", "starts_with", "ends_with", "search"];

fn condition(field: &Field, column: &Column) -> Json {
    match (&field.kind, column.ty) {
        (_, ColumnType::Sealed) if field.blind_index => reference("SealedTextCondition"),
        (_, ColumnType::Sealed) => reference("SealedCondition"),
        (FieldKind::Picklist(_), _) => simple(options(field), &[ORDERED, WITHIN].concat()),
        (_, ColumnType::TextArray) => reference("ListCondition"),
        (_, ColumnType::Jsonb) => reference("DocumentCondition"),
        (_, ColumnType::Boolean) => reference("BooleanCondition"),
        (_, ColumnType::Uuid) => reference("IdCondition"),
        (_, ColumnType::Bigint | ColumnType::Numeric(..)) => reference("NumberCondition"),
        (_, ColumnType::Date | ColumnType::Timestamptz) => reference("DateCondition"),
        (_, ColumnType::Time) => reference("TimeCondition"),
        _ => reference("TextCondition"),
    }
}

/// Conditions by the type of the field; the same for all objects.
pub(super) fn conditions() -> Vec<(&'static str, Json)> {
    let spans = ["week", "month", "quarter", "year"]
        .map(|span| ["this", "last", "next"].map(|which| format!("{which}_{span}")));
    let words: Vec<String> = ["today", "yesterday", "tomorrow"]
        .map(str::to_owned)
        .into_iter()
        .chain(spans.into_iter().flatten())
        .collect();
    let date = json!({ "anyOf": [
        { "type": "string", "format": "date" }, time(), { "type": "string", "enum": words },
        { "type": "string", "pattern": "^(last|next)_n_days:[1-9][0-9]{0,2}$" },
    ] });
    // A text may say more digits than a program's numbers hold.
    let number = json!({ "anyOf": [
        { "type": "number" },
        { "type": "string", "pattern": "^[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$" },
    ] });
    let truth = json!({ "anyOf": [flag(), one_of(&["true", "false", "yes", "no", "y", "n", "1", "0"])] });
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    vec![
        ("DateOrWord", date),
        ("TextCondition", simple(text(), &[ORDERED, WITHIN].concat())),
        ("NumberCondition", simple(number, ORDERED)),
        ("DateCondition", simple(reference("DateOrWord"), ORDERED)),
        ("TimeCondition", simple(clock(), ORDERED)),
        ("BooleanCondition", simple(truth, ORDERED)),
        ("IdCondition", simple(id(), ORDERED)),
        ("DocumentCondition", simple(scalar, &[])),
        ("ListCondition", either(&text(), operators(&text(), &["eq", "ne", "has_any", "has_all"]))),
        ("SealedTextCondition", simple(text(), &[])),
        ("SealedCondition", operators(&text(), &[])),
    ]
}

/// A value, or operators: those that suit any single value, and `more`.
fn simple(value: Json, more: &[&str]) -> Json {
    let operators = operators(&value, &[&["eq", "ne", "in", "not_in"], more].concat());
    either(&value, operators)
}

fn either(value: &Json, operators: Json) -> Json {
    json!({ "anyOf": [nullable(value.clone()), operators] })
}

/// `is_null`, and others with what each compares; null is on no side of an order.
fn operators(value: &Json, names: &[&str]) -> Json {
    let one = nullable(value.clone());
    let mut properties = json!({ "is_null": flag() });
    for name in names {
        properties[*name] = match *name {
            "in" | "not_in" => by_commas(list(one.clone())),
            "between" => by_commas(json!({ "type": "array", "items": one, "minItems": 2, "maxItems": 2 })),
            "has_any" | "has_all" => by_commas(list(value.clone())),
            name if WITHIN.contains(&name) => text(),
            _ => one.clone(),
        };
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1 })
}

/// A list, or the same in a text.
fn by_commas(list: Json) -> Json {
    json!({ "anyOf": [list, { "type": "string", "description": "The same, separated by commas" }] })
}
