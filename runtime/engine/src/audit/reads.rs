//! Reads of sensitive fields: who saw which of them of which record, noted before the answer leaves. What Trellis reads
//! for itself does not leave, and leaves no row.

use std::collections::BTreeSet;

use formulas::Expression;
use metadata::catalog::Field;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Deed, Event, store};
use crate::context::Context;
use crate::error::Result;
use crate::plan::aggregate::Aggregation;
use crate::plan::{Level, Plan, What};

/// Stable ids of sensitive fields.
pub(crate) type Fields = BTreeSet<String>;

/// Notes that fields of some records of an object (its stable id) were read; a read that found no record is noted without one.
pub(crate) async fn note(
    connection: &mut PgConnection,
    context: &Context,
    object: &str,
    (fields, ids): (&Fields, &[Uuid]),
) -> Result<()> {
    if fields.is_empty() || context.actor.is_system() {
        return Ok(());
    }
    let event = Event::of(context, Deed::Read, object).with(json!({ "fields": [null, fields] }));
    store::put_for_each(connection, context.tenant(), (&event, ids)).await
}

/// Sensitive fields that a list shows, or finds or sorts its records by.
pub(crate) fn of_plan(context: &Context, plan: &Plan) -> Fields {
    let mut found = Fields::new();
    if !context.snapshot.catalog.sensitive.is_empty() {
        of_level(context, &plan.root, &mut found);
    }
    found
}

/// The same of what is worked out of many records.
pub(crate) fn of_aggregation(context: &Context, bound: &Aggregation) -> Fields {
    let mut found = of_plan(context, &bound.plan);
    let groups = bound.groups.iter().map(|group| &group.reference);
    let metrics = bound.metrics.iter().filter_map(|metric| metric.reference.as_ref());
    for reference in groups.chain(metrics) {
        one(context, &reference.field, &mut found);
    }
    found
}

fn of_level(context: &Context, level: &Level, found: &mut Fields) {
    let shown = |field: &&Field| {
        let is_shown = |what: &What| matches!(what, What::Column(column) if field.columns.contains(column));
        field.sensitive && level.outputs.iter().any(|output| is_shown(&output.what))
    };
    found.extend(level.object.fields.iter().filter(shown).map(|field| field.id.clone()));
    for output in &level.outputs {
        match &output.what {
            What::ToOne { level, .. } | What::ToMany { level, .. } => of_level(context, level, found),
            What::Computed(computed) => of_expression(context, &computed.expression, found),
            What::Column(_) | What::Faults(_) => {}
        }
    }
    if let Some(condition) = &level.condition {
        of_expression(context, condition, found);
    }
    for key in &level.order {
        one(context, &key.reference.field, found);
    }
}

fn of_expression(context: &Context, expression: &Expression, found: &mut Fields) {
    match expression {
        Expression::Field(reference) => one(context, &reference.field, found),
        Expression::Related { condition, .. } => of_expression(context, condition, found),
        _ => expression.parts(&mut |part| of_expression(context, part, found)),
    }
}

fn one(context: &Context, field: &str, found: &mut Fields) {
    let catalog = &context.snapshot.catalog;
    // Behind it may stand which part of the field is meant.
    let field = field.split_once('#').map_or(field, |(field, _)| field);
    if catalog.sensitive.contains(field) {
        found.insert(field.to_owned());
    }
    // What a formula says, it says of the stored fields that it is worked out of.
    if let Some(computed) = catalog.find_formula(field) {
        of_expression(context, &computed.expression, found);
    }
}
