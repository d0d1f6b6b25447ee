//! How many and how much: what an object can be counted, summed and grouped by.

use metadata::field_kinds::ColumnType;
use serde_json::json;

use super::{READ, explained, filtered, named};
use crate::openapi::filters::Asked;
use crate::openapi::operation::Operation;
use crate::openapi::shape::{by_name, list, reference, shown, text};
use crate::rest::explain::KIND;

pub(super) fn aggregate(asked: &Asked<'_>, rest: &str) -> Operation {
    let numbers = || by_name(json!({ "type": ["number", "string", "null"] }));
    let group = json!({
        "type": "object",
        "properties": {
            "group": { "type": "object" }, "count": { "type": "integer" }, "count_of": numbers(), "count_distinct": numbers(),
            "sum": numbers(), "avg": numbers(), "min": numbers(), "max": numbers(),
        },
    });
    let answer = shown(json!({ "data": list(group), "pagination": reference("Pagination") }));
    let (metrics, groups) = (metrics(asked), groups(asked));
    let both: Vec<&String> = metrics.iter().chain(&groups).collect();
    let down: Vec<String> = both.iter().map(|word| format!("-{word}")).collect();
    let order = json!({ "anyOf": [{ "type": "string", "enum": both }, { "type": "string", "enum": down }] });
    let having = json!({ "type": "object", "additionalProperties": reference("NumberCondition"), "propertyNames": { "enum": metrics } });
    let metric = json!({ "type": "string", "enum": metrics });
    let operation = named(asked.object, "aggregate", "How many and how much, for each of what", rest)
        .listed("metrics", "count, or count, count_distinct, sum, avg, min, max of a field", (metric, 20))
        .required()
        .listed(
            "group_by",
            "Fields, or dates with day, week, month, quarter or year",
            (json!({ "type": "string", "enum": groups }), 5),
        )
        .json("having", "A filter on metrics", having)
        .query("zone", "The time zone whose days are meant: Europe/Berlin", text())
        .listed("sort", "Metrics and groups, the largest first with a minus", (order, 10))
        .shared(&["limit", "page", "fresh", "explain"]);
    filtered(operation, asked)
        .answers(200, "The groups, or with explain how they would be found", answer)
        .also(200, KIND, explained())
        .refuses(READ)
}

/// `count`, `sum(amount)` …
fn metrics(asked: &Asked<'_>) -> Vec<String> {
    let mut metrics = vec!["count".to_owned()];
    for (_, column) in asked.columns() {
        let functions: &[&str] = match column.ty {
            ColumnType::Bigint | ColumnType::Numeric(..) => {
                &["count", "count_distinct", "sum", "avg", "min", "max"]
            }
            ColumnType::Date | ColumnType::Timestamptz => &["count", "count_distinct", "min", "max"],
            ColumnType::Text | ColumnType::Uuid => &["count", "count_distinct"],
            _ => &[],
        };
        metrics.extend(functions.iter().map(|function| format!("{function}({})", column.key)));
    }
    metrics
}

/// `stage`, `created_at:month` …
fn groups(asked: &Asked<'_>) -> Vec<String> {
    let mut groups = Vec::new();
    for (_, column) in asked.columns() {
        match column.ty {
            ColumnType::Date | ColumnType::Timestamptz => {
                let spans = ["day", "week", "month", "quarter", "year"];
                groups.extend(spans.map(|span| format!("{}:{span}", column.key)));
            }
            ColumnType::Text | ColumnType::Uuid | ColumnType::Boolean | ColumnType::Bigint => {
                groups.push(column.key.clone());
            }
            _ => {}
        }
    }
    groups
}
