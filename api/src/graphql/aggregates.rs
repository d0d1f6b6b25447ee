//! `deals_aggregate`: how many and how much, for each of what. The engine answers groups in this very form.

use engine::query::aggregate::{Aggregate, Group, Metric};
use engine::{Filter, SortKey};
use metadata::Object;
use metadata::field_kinds::ColumnType;
use serde_json::{Map, Value as Json};

use super::Run;
use super::collect::Field;
use super::fault::Refused;
use super::select::{Asked, Leaf, first, flag, texts};
use super::shape::{Record, Source};
use crate::problem::Problem;

/// Whether sums and averages make sense.
pub(super) fn is_number(leaf: &Leaf<'_>) -> bool {
    matches!(leaf.ty, ColumnType::Bigint | ColumnType::Numeric(..)) && leaf.field.name != "version"
}

/// Whether there is a least and a greatest value worth telling.
pub(super) fn is_ordered(leaf: &Leaf<'_>) -> bool {
    is_number(leaf) || matches!(leaf.ty, ColumnType::Date | ColumnType::Timestamptz)
}

/// The groups that are asked for, and how each is written.
pub(super) fn root<'r>(
    run: &Run<'r>,
    field: &Field<'r>,
    (object, arguments): (&Object, &Map<String, Json>),
) -> Result<(Record, Aggregate), Refused> {
    let ty = field.first().ty().inner_named_type().as_str();
    let mut record = Record { ty: ty.to_owned(), keys: Vec::new() };
    let mut metrics = Vec::new();
    for part in run.collect(&field.sets(), ty)? {
        let source = source(run, &part, &mut metrics)?;
        record.keys.push((part.key.to_owned(), source));
    }
    if metrics.is_empty() {
        metrics.extend(Metric::parse("count"));
    }
    let Asked { filter, sort } = run.asked(arguments, object)?;
    let question = question(object, arguments, (filter, sort, metrics))?;
    Ok((record, question))
}

fn question(
    object: &Object,
    arguments: &Map<String, Json>,
    (filter, sort, metrics): (Option<Filter>, Vec<SortKey>, Vec<Metric>),
) -> Result<Aggregate, Problem> {
    let keys = texts(arguments, "group_by");
    let mut group_by = Vec::with_capacity(keys.len());
    for key in keys {
        let text = "expected a path such as `stage`, `account.industry` or `created_at:month`";
        let wrong = || Problem::invalid(vec![metadata::Problem::new("group_by", "bad-value", text)]);
        group_by.push(Group::parse(&key).ok_or_else(wrong)?);
    }
    let having = arguments.get("having").filter(|value| !value.is_null());
    let having = having.map(Filter::from_json).transpose().map_err(Problem::invalid)?;
    let limit = first(arguments, "first").map_err(|_| {
        Problem::invalid(vec![metadata::Problem::new(
            "first",
            "out-of-range",
            "`first` is a number of groups",
        )])
    })?;
    Ok(Aggregate {
        object: object.name.clone(),
        metrics,
        group_by,
        filter,
        having,
        sort,
        limit: limit.unwrap_or_default(),
        fresh: flag(arguments, "fresh"),
        ..Aggregate::default()
    })
}

fn source<'r>(run: &Run<'r>, part: &Field<'r>, metrics: &mut Vec<Metric>) -> Result<Source, Refused> {
    let mut want = |text: &str| {
        let metric = Metric::parse(text);
        metrics.extend(metric.filter(|metric| !metrics.contains(metric)));
    };
    match part.name() {
        "__typename" => return Ok(Source::TypeName),
        "count" => want("count"),
        _ => {}
    }
    if part.first().selection_set.is_empty() {
        return Ok(Source::Value(part.name().to_owned()));
    }
    let ty = part.first().ty().inner_named_type().as_str();
    let mut record = Record { ty: ty.to_owned(), keys: Vec::new() };
    for leaf in run.collect(&part.sets(), ty)? {
        let source = match leaf.name() {
            "__typename" => Source::TypeName,
            name => {
                want(&format!("{}({name})", part.name()));
                Source::Value(name.to_owned())
            }
        };
        record.keys.push((leaf.key.to_owned(), source));
    }
    Ok(Source::One(part.name().to_owned(), Box::new(record)))
}
