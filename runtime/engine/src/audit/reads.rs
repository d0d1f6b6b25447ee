//! Reads of sensitive fields: who saw which of them of which record, noted before the answer leaves. What Trellis reads
//! for itself does not leave, and leaves no row.

use std::collections::BTreeSet;
use std::sync::Arc;

use formulas::{Expression, Reference};
use metadata::catalog::{Field, Object};
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
    Box::pin(store::put_for_each(connection, context.tenant(), (&event, ids))).await
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
    for reference in groups.chain(metrics).filter(|_| !context.snapshot.catalog.sensitive.is_empty()) {
        of_reference(context, bound.plan.object(), reference, &mut found);
    }
    found
}

/// What a field says of sensitive ones: of itself, of those that a formula or a roll-up is worked out of, and of those
/// that a name is made of.
pub(crate) fn of_field(context: &Context, object: &Object, field: &Field, found: &mut Fields) {
    let catalog = &context.snapshot.catalog;
    if field.sensitive {
        found.insert(field.id.clone());
    }
    if field.standard && field.name == "name" {
        let parts = object.name_field.field.iter().chain(&object.name_field.compose);
        let parts = parts.filter_map(|part| object.find_field(part)).filter(|part| !part.standard);
        parts.for_each(|part| of_field(context, object, part, found));
    }
    if let Some(computed) = catalog.find_formula(&field.id) {
        of_expression(context, object, &computed.expression, found);
    }
    if let Some(rollup) = &field.rollup
        && let Some(child) = catalog.find_object(&rollup.child)
    {
        let source = rollup.source.as_ref().and_then(|(id, _)| child.find_field_by_id(id));
        source.into_iter().for_each(|source| of_field(context, child, source, found));
        rollup.condition.iter().for_each(|condition| of_expression(context, child, condition, found));
    }
}

fn of_level(context: &Context, level: &Level, found: &mut Fields) {
    let shown = |field: &&Field| {
        let is_shown = |what: &What| matches!(what, What::Column(column) if field.columns.contains(column));
        level.outputs.iter().any(|output| is_shown(&output.what))
    };
    level.object.fields.iter().filter(shown).for_each(|field| of_field(context, &level.object, field, found));
    for output in &level.outputs {
        match &output.what {
            What::ToOne { level, .. } | What::ToMany { level, .. } | What::Total { level, .. } => {
                of_level(context, level, found);
            }
            What::ToAny { levels, .. } => levels.iter().for_each(|level| of_level(context, level, found)),
            What::Computed(computed) => of_expression(context, &level.object, &computed.expression, found),
            What::Column(_) | What::Faults(_) => {}
        }
    }
    if let Some(condition) = &level.condition {
        of_expression(context, &level.object, condition, found);
    }
    for key in &level.order {
        of_reference(context, &level.object, &key.reference, found);
    }
}

fn of_expression(context: &Context, object: &Object, expression: &Expression, found: &mut Fields) {
    match expression {
        Expression::Field(reference) => of_reference(context, object, reference, found),
        Expression::Related { relation, condition, .. } => {
            let other = object.find_relation(relation).map(|relation| relation.object.as_str());
            let other = other.and_then(|name| context.snapshot.catalog.find_object(name));
            of_expression(context, other.map_or(object, |other| other), condition, found);
        }
        _ => expression.parts(&mut |part| of_expression(context, object, part, found)),
    }
}

fn of_reference(context: &Context, object: &Object, reference: &Reference, found: &mut Fields) {
    let catalog = &context.snapshot.catalog;
    // Behind it may stand which part of the field is meant.
    let id = reference.field.split_once('#').map_or(reference.field.as_str(), |(field, _)| field);
    let next = |object: &Object, step: &String| {
        let target = object.find_field_by_id(step)?.kind.target()?.to_owned();
        catalog.find_object(&target).cloned()
    };
    let mut there: Option<Arc<Object>> = None;
    for step in &reference.path {
        there = next(there.as_deref().unwrap_or(object), step);
        if there.is_none() {
            break;
        }
    }
    let is_own = reference.path.is_empty();
    let owner = if is_own { Some(object) } else { there.as_deref() };
    match owner.and_then(|owner| Some((owner, owner.find_field_by_id(id)?))) {
        Some((owner, field)) => of_field(context, owner, field, found),
        // On a path that is no lookup's a field is still known by its id.
        None if catalog.sensitive.contains(id) => drop(found.insert(id.to_owned())),
        None => {}
    }
}
