//! From the parameters of a URL to an [`Aggregate`]: `metrics`, `group_by`, `having` and `zone`; which records
//! count is said as in a list.

use engine::query::aggregate::{Group, Metric};
use engine::{Aggregate, Filter, Page};
use metadata::{Object, Problem as Detail};

use super::pairs::Pairs;
use super::{Reader, filter};

/// The question. All problems at once.
pub(crate) fn read(object: &Object, pairs: &Pairs) -> Result<Aggregate, Vec<Detail>> {
    let mut question = Aggregate::default();
    let mut having = Vec::new();
    let mut rows = Reader::new(object);
    for (name, value) in pairs {
        let first = name.split('[').next().unwrap_or_default();
        let is_own = ["metrics", "group_by", "having", "zone"].contains(&first);
        if is_own && !rows.seen.insert(name.clone()) {
            rows.problem(name, "repeated-parameter", "this parameter is given twice");
            continue;
        }
        match name.as_str() {
            "metrics" => question.metrics = list(&mut rows, "metrics", value, Metric::parse),
            "group_by" => question.group_by = list(&mut rows, "group_by", value, Group::parse),
            "zone" => question.zone = Some(value.clone()),
            "having" => note(&mut rows, &mut having, filter::from_text(value)),
            // A page of groups is told by its number; there are no records to follow.
            "fields" | "cursor" | "include_total" => rows.unknown(name),
            _ if first == "having" => match filter::brackets(name) {
                Some((_, parts)) => note(&mut rows, &mut having, filter::from_brackets(&parts, value)),
                None => rows.unknown(name),
            },
            _ if name.starts_with("limit[") || name.starts_with("sort[") => rows.unknown(name),
            _ => rows.parameter(name, value),
        }
    }
    let query = rows.finish()?;
    let skip = if let Page::Offset(skip) = query.page { skip } else { 0 };
    Ok(Aggregate {
        object: query.object,
        filter: query.filter,
        having: having.into_iter().map(Some).fold(None, Filter::both),
        sort: query.sort,
        limit: query.limit,
        skip,
        bin: query.bin,
        fresh: query.fresh,
        ..question
    })
}

fn list<T>(rows: &mut Reader<'_>, name: &str, value: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let mut read = Vec::new();
    for text in value.split(',').map(str::trim) {
        match parse(text) {
            Some(one) => read.push(one),
            None => {
                let shown: String = text.chars().take(60).collect();
                let expected = match name {
                    "metrics" => {
                        "count, or one of count, count_distinct, sum, avg, min, max with a field: sum(amount)"
                    }
                    _ => "a field, or a date with day, week, month, quarter or year: created_at:month",
                };
                rows.problems.push(
                    Detail::new(name, "bad-value", format!("`{shown}` means nothing here"))
                        .hint(format!("expected {expected}")),
                );
            }
        }
    }
    read
}

fn note(rows: &mut Reader<'_>, having: &mut Vec<Filter>, read: Result<Filter, Vec<Detail>>) {
    match read {
        Ok(filter) => having.push(filter),
        Err(problems) => rows.problems.extend(problems.into_iter().map(|mut problem| {
            problem.path = problem.path.replacen("filter", "having", 1);
            problem
        })),
    }
}
