//! Statements of an import: which records have these values? One for each field that is asked about,
//! whatever the number of rows.

use metadata::catalog::Column;
use metadata::field_kinds::ColumnType;
use sea_query::Values;

use crate::plan::Plan;
use crate::read::sql::{Lock, reach_statement};
use crate::write::sql::{quoted, table};

/// Live records that the plan reaches whose column holds one of the values: value, one id, how many.
pub(super) fn known_records(plan: &Plan, column: &Column, values: Vec<String>) -> (String, Values) {
    let (reach, mut parameters) = reach_statement(plan, Lock::None, &[]);
    parameters.0.push(values.into());
    let place = parameters.0.len();
    let name = quoted(&column.name);
    let text = format!(
        "SELECT {} AS value, (array_agg(t.id))[1] AS id, count(*) AS count FROM {} t \
         WHERE t.{name} = ANY(${place}::text[]::{}[]) AND t.id IN (SELECT r.id FROM ({reach}) r) GROUP BY t.{name}",
        shown(column),
        table(&plan.schema, &plan.object().name),
        plain_type(column.ty),
    );
    (text, parameters)
}

/// Live records, whoever may see them, whose unique column holds one of the values in `$1`.
pub(super) fn same_value(schema: &str, object: &str, column: &Column) -> String {
    format!(
        "SELECT {} AS value, t.id FROM {} t WHERE t.{} = ANY($1::text[]::{}[]) AND t.deleted_at IS NULL",
        shown(column),
        table(schema, object),
        quoted(&column.name),
        plain_type(column.ty),
    )
}

/// The value as the engine prints it too.
fn shown(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.ty {
        ColumnType::Text => format!("t.{name}"),
        ColumnType::Numeric(..) => format!("trim_scale(t.{name})::text"),
        _ => format!("t.{name}::text"),
    }
}

/// Without precision, which would round what is asked for.
fn plain_type(ty: ColumnType) -> String {
    match ty {
        ColumnType::Numeric(..) => "numeric".into(),
        other => other.sql(),
    }
}
