//! Running a planned read: one round trip, and bytes out.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row, ValueRef};

use crate::context::{Context, Versions};
use crate::error::{Error, Result};
use crate::plan::{Cursor, Plan, Start};
use crate::query::Query;

pub(crate) mod encode;
pub(crate) mod sql;

/// One page of records.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// A JSON array of records, or for [`read_one`](crate::Engine::read_one) one JSON object.
    pub json: Vec<u8>,
    /// Records in it.
    pub count: usize,
    /// Where the next page begins; `None` on the last one.
    pub next_cursor: Option<String>,
    /// All matches, if asked for.
    pub total: Option<i64>,
}

/// Plans and runs one query on a connection, checking that the context's caches are still true.
pub(crate) async fn run(connection: &mut PgConnection, context: &Context, query: &Query) -> Result<Answer> {
    let plan = Plan::new(context, query)?;
    let statement = sql::statement(&plan);
    let values = sea_query_sqlx::SqlxValues(statement.values.clone());
    let fetched = sqlx::query_with(AssertSqlSafe(statement.text.as_str()), values).fetch_all(connection).await;
    let rows = match fetched {
        Ok(rows) => rows,
        // A column that was renamed since the plan was made; the caller looks whether that is so.
        Err(error) if is_outdated_plan(&error) => return Err(Error::Outdated(Versions::default())),
        Err(error) => return Err(error.into()),
    };
    check_versions(context, rows.first())?;
    collect(&plan, &statement, &rows)
}

/// Undefined table or column: the schema has moved on since the snapshot.
fn is_outdated_plan(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "42P01" || code == "42703")
}

fn check_versions(context: &Context, first: Option<&PgRow>) -> Result<()> {
    let Some(row) = first else { return Err(Error::NotFound) };
    let versions = Versions { revision: row.try_get(0)?, access: row.try_get(1)? };
    context.check(versions)
}

fn collect(plan: &Plan, statement: &sql::Statement, rows: &[PgRow]) -> Result<Answer> {
    let offset = 2 + usize::from(plan.include_total);
    let total = if plan.include_total { rows.first().map(|row| row.try_get(2)).transpose()? } else { None };
    // Without a record the statement still answers its versions, in a row whose id is null.
    let is_empty = rows.first().is_none_or(|row| row.try_get_raw(offset).is_ok_and(|id| id.is_null()));
    let rows = if is_empty { &[] } else { rows };
    let limit = if matches!(plan.start, Start::Ids(_)) { rows.len() } else { plan.root.limit as usize };
    let page = &rows[..rows.len().min(limit)];
    let mut json = Vec::with_capacity(64 + page.len() * statement.columns.len() * 24);
    json.push(b'[');
    for (index, row) in page.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        encode::row(&mut json, row, &statement.columns, offset)?;
    }
    json.push(b']');
    let next_cursor = if rows.len() > page.len() { cursor(plan, statement, page.last(), offset)? } else { None };
    Ok(Answer { json, count: page.len(), next_cursor, total })
}

fn cursor(plan: &Plan, statement: &sql::Statement, last: Option<&PgRow>, offset: usize) -> Result<Option<String>> {
    let Some(row) = last else { return Ok(None) };
    let first = offset + statement.columns.len();
    let values: Result<Vec<Option<String>>, sqlx::Error> =
        (0..statement.keys).map(|index| row.try_get::<Option<String>, _>(first + index)).collect();
    Ok(Some(Cursor { values: values? }.print(&plan.root.order)))
}
