//! The converted record as somebody sees it: its own values, and what formulas read behind its lookups. Asked with the
//! same question as every read, so that nothing comes out of it that the actor could not have read.

use std::collections::BTreeMap;
use std::sync::Arc;

use formulas::{Expression, Fault, Record, Reference, Value, evaluate};
use metadata::Input;
use metadata::catalog::conversions::{Conversion as Way, Mapped};
use metadata::catalog::{Catalog, Object};
use permissions::Action;
use serde_json::value::RawValue;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::context::Context;
use crate::error::Result;
use crate::query::{Nested, Query, Selection};
use crate::read;
use crate::write::clone;

/// A record's values by their keys, as JSON.
type Row = BTreeMap<String, Box<RawValue>>;

/// What is seen of one record.
pub(super) struct Seen {
    object: Arc<Object>,
    catalog: Arc<crate::snapshot::Snapshot>,
    row: Row,
}

/// What the definition does with the record itself.
pub(super) fn said(way: &Way) -> Vec<&Expression> {
    way.when.iter().chain(way.set.iter().map(|set| &set.value)).collect()
}

/// What new records are made of.
pub(super) fn given(way: &Way) -> Vec<&Expression> {
    let all = way.targets.iter().flat_map(|target| &target.values);
    all.filter_map(|(_, mapped)| if let Mapped::Formula(formula) = mapped { Some(formula) } else { None })
        .collect()
}

impl Seen {
    /// Reads a record with all that the formulas look at; `None` where it is not there for the actor.
    pub(super) async fn load(
        connection: &mut PgConnection,
        context: &Context,
        (object, id): (&Arc<Object>, Uuid),
        formulas: &[&Expression],
    ) -> Result<Option<Self>> {
        let mut fields = clone::selections(object);
        let mut paths: Vec<Vec<String>> = Vec::new();
        for formula in formulas {
            formula.references(&mut |reference| {
                if !reference.path.is_empty() {
                    paths.push(reference.path.iter().chain([&reference.field]).cloned().collect());
                }
            });
        }
        fields.extend(nested(context, object, paths));
        let query = Query { fields, ..Query::of(&object.name, vec![id]) };
        let answer = read::run(connection, context, &query).await?;
        let rows: Vec<Row> = serde_json::from_slice(&answer.json).unwrap_or_default();
        let seen = |row| Self { object: object.clone(), catalog: context.snapshot.clone(), row };
        let mut found = rows.into_iter().next().map(seen);
        if let Some(seen) = &mut found {
            seen.row.retain(|key, _| clone::is_plain(context, object, key));
        }
        Ok(found)
    }

    /// Whether there is a value at a key.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.row.get(key).is_some_and(|raw| raw.get() != "null")
    }

    /// The value of a formula about the record.
    pub(super) fn evaluate(&self, context: &Context, formula: &Expression) -> Result<Value, Fault> {
        evaluate(formula, self, &context.request())
    }

    /// The value of a field by name, as it would be written; `None` where there is none.
    pub(super) fn field(&self, name: &str) -> Option<Box<RawValue>> {
        let field = self.object.find_field(name)?;
        if field.kind.is_to_many() {
            return clone::copied_value(&self.object, name.to_owned(), self.row.get(name)?)
                .map(|(_, raw)| raw);
        }
        let key = field.value_column().map_or(name, |column| column.key.as_str());
        self.row.get(key).filter(|raw| raw.get() != "null").cloned()
    }
}

impl Record for Seen {
    fn value(&self, reference: &Reference) -> Value {
        let ids: Vec<&str> = reference.path.iter().map(String::as_str).collect();
        read(&self.catalog.catalog, &self.object, (&ids, &reference.field), &self.row).unwrap_or(Value::Null)
    }
}

/// The value of a field at the end of a path.
fn read(catalog: &Catalog, object: &Object, (path, field): (&[&str], &str), row: &Row) -> Option<Value> {
    if let Some((first, rest)) = path.split_first() {
        let lookup = object.find_field_by_id(first)?;
        let other = catalog.find_object(lookup.kind.target()?)?;
        let inner: Row = serde_json::from_str(row.get(&lookup.name)?.get()).ok()?;
        return read(catalog, other, (rest, field), &inner);
    }
    let field = object.find_field_by_id(field)?;
    let raw = row.get(&field.value_column()?.key)?;
    match Input::from_raw(raw) {
        Input::Null => None,
        input => field.parse_known(&input).ok(),
    }
}

/// The selections that read these paths of stable ids, as far as the actor sees what stands on them.
fn nested(context: &Context, object: &Object, paths: Vec<Vec<String>>) -> Vec<Selection> {
    let sight = context.decide(Action::Read, object);
    let mut inner: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let mut selections = Vec::new();
    for path in paths {
        let Some((first, rest)) = path.split_first() else { continue };
        let Some(field) = object.find_field_by_id(first).filter(|field| sight.gives(field)) else { continue };
        match rest {
            [] => {
                let key = field.value_column().map(|column| Selection::Field(column.key.clone()));
                selections.extend(key.filter(|key| !selections.contains(key)));
            }
            rest => inner.entry(field.name.clone()).or_default().push(rest.to_vec()),
        }
    }
    for (name, paths) in inner {
        let target = object.find_field(&name).and_then(|field| field.kind.target());
        let Some(other) = target.and_then(|name| context.snapshot.catalog.find_object(name)) else {
            continue;
        };
        let fields = nested(context, other, paths);
        if context.decide(Action::Read, other).is_allowed() && !fields.is_empty() {
            let one =
                Nested { relation: name, alias: None, fields, sort: Vec::new(), limit: None, filter: None };
            selections.push(Selection::Nested(one));
        }
    }
    selections
}
