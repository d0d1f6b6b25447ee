//! Statements of an import: which records have these values? One for each field that is asked about,
//! whatever the number of rows.

use metadata::catalog::Column;
use sea_query::Values;

use crate::plan::Plan;
use crate::read::sql::{Lock, reach_statement};
use crate::write::sql::{plain_type, quoted, shown, table};

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
