//! Binding a question about many records: the rows are those of a list with the same filter, and what is worked
//! out of them passes the same checks as every field that is answered.

use std::str::FromStr;
use std::sync::Arc;

use chrono_tz::Tz;
use formulas::{Expression, Reference, Type};
use metadata::Problem;
use metadata::catalog::{Column, Object};
use metadata::field_kinds::ColumnType;
use permissions::Action;

use super::bind::{self, Binder};
use super::paths::Target;
use super::{Level, Plan};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::query::aggregate::{Aggregate, Bucket, DEFAULT_GROUPS, Function, Group, Metric};
use crate::query::{MAX_LIMIT, Query, Selection, SortKey};

/// Most metrics and most groups of one question.
const MAX_METRICS: usize = 20;
const MAX_GROUPS: usize = 5;

/// One planned question. Groups and metrics are columns `c0 …` of what it answers, groups first.
#[derive(Debug)]
pub struct Aggregation {
    pub(crate) plan: Plan,
    pub(crate) groups: Vec<BoundGroup>,
    pub(crate) metrics: Vec<BoundMetric>,
    pub(crate) having: Option<Expression>,
    /// Columns by number, and whether the largest comes first.
    pub(crate) order: Vec<(usize, bool)>,
    pub(crate) limit: u32,
    pub(crate) skip: u32,
}

/// A value that tells groups apart.
#[derive(Debug)]
pub(crate) struct BoundGroup {
    pub key: String,
    pub reference: Reference,
    pub bucket: Option<(Bucket, Tz)>,
    pub ty: ColumnType,
}

/// A number of a group.
#[derive(Debug)]
pub(crate) struct BoundMetric {
    pub function: Function,
    /// The path that was asked for.
    pub path: Option<String>,
    pub reference: Option<Reference>,
    pub ty: ColumnType,
}

impl Aggregation {
    /// Binds `question` to the context's snapshot and actor. All its problems at once.
    pub fn new(context: &Context, question: &Aggregate) -> Result<Self> {
        let query = Query {
            object: question.object.clone(),
            fields: vec![Selection::Field("id".into())],
            filter: question.filter.clone(),
            bin: question.bin,
            fresh: question.fresh,
            ..Query::default()
        };
        let (plan, problems) = match bind::plan(context, &query, Action::Read) {
            Ok(plan) => (Some(plan), Vec::new()),
            Err(Error::Invalid(problems)) => (None, problems),
            Err(error) => return Err(error),
        };
        let object = context.snapshot.catalog.find_object(&question.object).ok_or(Error::NotFound)?;
        let mut binder = Binder::new(context);
        binder.problems = problems;
        let (groups, metrics, having) = binder.worked_out(object, question);
        let order = binder.order_of_groups(question);
        let Some(mut plan) = plan.filter(|_| binder.problems.is_empty()) else {
            return Err(Error::Invalid(binder.problems));
        };
        plan.decisions.extend(binder.decisions);
        let limit = if question.limit == 0 { DEFAULT_GROUPS } else { question.limit };
        Ok(Self { plan, groups, metrics, having, order, limit, skip: question.skip })
    }

    /// The rows that count.
    pub(crate) fn rows(&self) -> &Level {
        &self.plan.root
    }
}

/// Groups, metrics, and the condition on them.
type WorkedOut = (Vec<BoundGroup>, Vec<BoundMetric>, Option<Expression>);

impl<'c> Binder<'c> {
    fn worked_out(&mut self, object: &'c Arc<Object>, question: &Aggregate) -> WorkedOut {
        self.check_sizes(question);
        let zone = self.zone(question.zone.as_deref());
        let groups: Vec<BoundGroup> =
            question.group_by.iter().filter_map(|group| self.group(object, group, zone)).collect();
        let (mut metrics, mut named) = (Vec::new(), Vec::new());
        for metric in &question.metrics {
            if let Some((bound, target)) = self.metric(object, metric) {
                let column = format!("c{}", question.group_by.len() + metrics.len());
                named.push((metric.name(), over(target, &bound, column)));
                metrics.push(bound);
            }
        }
        let having = question.having.as_ref().map(|filter| self.having(&named, filter));
        (groups, metrics, having)
    }

    fn check_sizes(&mut self, question: &Aggregate) {
        if question.metrics.is_empty() {
            self.problem("metrics", "required", "say what to work out, such as `count` or `sum(amount)`");
        }
        for (path, count, most) in [
            ("metrics", question.metrics.len(), MAX_METRICS),
            ("group_by", question.group_by.len(), MAX_GROUPS),
            ("limit", question.limit as usize, MAX_LIMIT as usize),
        ] {
            if count > most {
                self.problem(path, "too-many", format!("at most {most} are allowed"));
            }
        }
        let names = question.metrics.iter().map(|metric| ("metrics", metric.name()));
        let names = names.chain(question.group_by.iter().map(|group| ("group_by", group.name())));
        let mut seen = std::collections::HashSet::new();
        for (path, name) in names {
            if !seen.insert(name.clone()) {
                self.problem(format!("{path}.{name}"), "duplicate", format!("`{name}` is there twice"));
            }
        }
    }

    /// The zone whose days are meant.
    fn zone(&mut self, name: Option<&str>) -> Tz {
        let Some(name) = name else { return self.context.request().user_zone };
        Tz::from_str(name).unwrap_or_else(|_| {
            self.problem("zone", "unknown-zone", "expected the name of a time zone such as `Europe/Berlin`");
            Tz::UTC
        })
    }

    fn group(&mut self, object: &'c Arc<Object>, group: &Group, zone: Tz) -> Option<BoundGroup> {
        let place = format!("group_by.{}", group.name());
        let target = self.target(object, &group.path, &place)?;
        let ty = target.reference.ty;
        if ty.is_list() || ty == Type::Json {
            let message = format!("a {} field puts nothing together", target.field.kind.name());
            self.problem(place, "not-groupable", message);
            return None;
        }
        if group.bucket.is_some() && !matches!(ty, Type::Date | Type::DateTime) {
            let message = format!("`{}` holds no dates, so it has no months", group.path);
            self.problem(place, "unsuitable-bucket", message);
            return None;
        }
        let key = group.name();
        let column_ty = if group.bucket.is_some() { ColumnType::Date } else { target.column.ty };
        let bucket = group.bucket.map(|bucket| (bucket, zone));
        Some(BoundGroup { key, reference: target.reference, bucket, ty: column_ty })
    }

    /// The field at the end of a path, or a problem at `place`.
    fn target(&mut self, object: &'c Arc<Object>, path: &str, place: &str) -> Option<Target<'c>> {
        match self.follow(object, path) {
            Ok(target) => Some(target),
            Err(lost) => {
                self.unknown(place.to_owned(), &lost);
                None
            }
        }
    }

    fn metric(&mut self, object: &'c Arc<Object>, metric: &Metric) -> Option<(BoundMetric, Target<'c>)> {
        let place = format!("metrics.{}", metric.name());
        let Some(path) = &metric.path else {
            // Every record has its version, so it stands for whole numbers in conditions on counts.
            let target = self.target(object, "version", &place)?;
            let bound = BoundMetric {
                function: metric.function,
                path: None,
                reference: None,
                ty: ColumnType::Bigint,
            };
            return Some((bound, target));
        };
        let target = self.target(object, path, &place)?;
        let Some(ty) = result(metric.function, &target.reference, &target.column) else {
            let message =
                format!("`{}` does not suit a {} field", metric.function.word(), target.field.kind.name());
            self.problem(place, "unsuitable-metric", message);
            return None;
        };
        let bound = BoundMetric {
            function: metric.function,
            path: Some(path.clone()),
            reference: Some(target.reference.clone()),
            ty,
        };
        let counted = matches!(metric.function, Function::Count | Function::CountDistinct);
        let like = if counted { self.target(object, "version", &place)? } else { target };
        Some((bound, like))
    }

    /// The condition on groups: that of a filter, with metrics for fields.
    fn having(&mut self, named: &[(String, Target<'c>)], filter: &Filter) -> Expression {
        match filter {
            Filter::And(parts) => {
                Expression::And(parts.iter().map(|part| self.having(named, part)).collect())
            }
            Filter::Or(parts) => Expression::Or(parts.iter().map(|part| self.having(named, part)).collect()),
            Filter::Not(part) => Expression::Not(Box::new(self.having(named, part))),
            Filter::Field { path, operator, value } => match named.iter().find(|(name, _)| name == path) {
                Some((_, target)) => {
                    let before = self.problems.len();
                    let condition = self.compare(target, *operator, (path, value));
                    for problem in &mut self.problems[before..] {
                        problem.path = problem.path.replacen("filter", "having", 1);
                    }
                    condition
                }
                None => self.no_metric(path),
            },
            Filter::Related { path, .. } => self.no_metric(path),
            Filter::Formula(_) => self.no_metric("where"),
        }
    }

    fn no_metric(&mut self, path: &str) -> Expression {
        let message = format!("`{path}` is none of the metrics that are asked for");
        let problem = Problem::new(format!("having.{path}"), "unknown-metric", message);
        self.problems.push(problem.hint("conditions on records belong into `filter`"));
        Expression::never()
    }

    /// The order as numbers of columns; what was not named follows by the groups, so that it is always total.
    fn order_of_groups(&mut self, question: &Aggregate) -> Vec<(usize, bool)> {
        let names: Vec<String> = question.group_by.iter().map(Group::name).collect();
        let names: Vec<String> = names.into_iter().chain(question.metrics.iter().map(Metric::name)).collect();
        let mut order = Vec::new();
        for SortKey { path, descending } in &question.sort {
            match names.iter().position(|name| name == path) {
                Some(column) => order.push((column, *descending)),
                None => {
                    let message = format!("`{path}` is neither a metric nor a group that is asked for");
                    self.problem(format!("sort.{path}"), "unknown-metric", message);
                }
            }
        }
        for column in 0..question.group_by.len() {
            if !order.iter().any(|(known, _)| *known == column) {
                order.push((column, false));
            }
        }
        order
    }
}

/// A metric as a field of the groups, for conditions.
fn over<'c>(like: Target<'c>, metric: &BoundMetric, column: String) -> Target<'c> {
    let ty = match metric.function {
        Function::Min | Function::Max => like.reference.ty,
        _ => Type::Number,
    };
    Target { reference: Reference { path: Vec::new(), field: column, ty }, ..like }
}

/// The type of what is worked out; `None` where it cannot be.
fn result(function: Function, reference: &Reference, column: &Column) -> Option<ColumnType> {
    let is_number = matches!(reference.ty, Type::Integer | Type::Number);
    match function {
        Function::Count => Some(ColumnType::Bigint),
        Function::CountDistinct => (reference.ty != Type::Json).then_some(ColumnType::Bigint),
        Function::Sum | Function::Avg => is_number.then_some(ColumnType::Numeric(38, 12)),
        Function::Min | Function::Max => {
            let ordered = is_number
                || matches!(
                    reference.ty,
                    Type::Text | Type::Choice | Type::Date | Type::DateTime | Type::Time
                );
            ordered.then_some(column.ty)
        }
    }
}
