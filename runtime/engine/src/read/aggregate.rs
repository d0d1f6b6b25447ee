//! Answers about many records: one round trip, and bytes out.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row, ValueRef};

use super::encode::Places;
use super::{check_versions, encode, of_revision, settled_elsewhere, sql};
use crate::Engine;
use crate::audit::reads;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::lanes::is_gone;
use crate::plan::aggregate::Aggregation;
use crate::query::aggregate::{Aggregate, Function};

/// Where groups and metrics begin: behind the versions, and whether there is a group.
const OFFSET: usize = 3;

/// Groups with their metrics.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// A JSON array of `{"group":{"stage":"won"},"count":3,"sum":{"amount":1200}}`.
    pub json: Vec<u8>,
    /// Groups in it.
    pub count: usize,
    /// Whether there are more.
    pub has_more: bool,
}

impl Engine {
    /// What a question about many records answers.
    pub async fn aggregate(&self, context: &Context, question: &Aggregate) -> Result<Groups> {
        if self.has_replica()
            && let Some(told) = Box::pin(self.aggregate_elsewhere(context, question)).await
        {
            return told;
        }
        // What cannot be asked takes no connection.
        let bound = Aggregation::new(context, question)?;
        let mut lane = self.inner.reading.take(context.tenant()).await?;
        let mut outcome = run(&mut lane, context, &bound).await;
        // The database was started anew while the connection rested.
        if matches!(&outcome, Err(Error::Database(error)) if is_gone(error)) {
            lane.end();
            self.clear_lanes();
            lane = Box::pin(self.inner.reading.living(context.tenant())).await?;
            outcome = run(&mut lane, context, &bound).await;
        }
        if !matches!(outcome, Err(Error::Database(_))) {
            lane.rest();
            return outcome;
        }
        self.settle(&mut lane, context, outcome).await
    }

    /// The same of a standby, where it can tell.
    async fn aggregate_elsewhere(&self, context: &Context, question: &Aggregate) -> Option<Result<Groups>> {
        let bound = Aggregation::new(context, question).ok()?;
        if !reads::of_aggregation(context, &bound).is_empty() {
            return None;
        }
        let mut lane = self.elsewhere(context.tenant()).await?;
        let told = settled_elsewhere(run(&mut lane, context, &bound).await);
        if matches!(told, Some(Ok(_))) {
            lane.rest();
        }
        told
    }

    /// What it would do: the decisions and the statement, without running it.
    pub fn explain_aggregate(&self, context: &Context, question: &Aggregate) -> Result<serde_json::Value> {
        let bound = Aggregation::new(context, question)?;
        let (text, values) = sql::aggregate::statement(&bound);
        let mut view = bound.plan.explain(context);
        view["query"] = serde_json::to_value(question).unwrap_or_default();
        view["sql"] = text.into();
        view["parameters"] = values.0.iter().map(|value| format!("{value:?}")).collect();
        Ok(view)
    }
}

async fn run(connection: &mut PgConnection, context: &Context, bound: &Aggregation) -> Result<Groups> {
    let (text, values) = sql::aggregate::statement(bound);
    let text = AssertSqlSafe(of_revision(context, &text));
    let query = sqlx::query_with(text, sea_query_sqlx::SqlxValues(values));
    let rows = query.fetch_all(&mut *connection).await?;
    check_versions(context, rows.first())?;
    let sensitive = reads::of_aggregation(context, bound);
    reads::note(connection, context, &bound.plan.object().id, (&sensitive, &[])).await?;
    let is_empty = rows.first().is_none_or(|row| row.try_get_raw(2).is_ok_and(|there| there.is_null()));
    let rows: Vec<&PgRow> = if is_empty { Vec::new() } else { rows.iter().collect() };
    told(bound, &rows, Places::From(OFFSET))
}

/// The groups of the rows that were found.
pub(super) fn told(bound: &Aggregation, rows: &[&PgRow], places: Places<'_>) -> Result<Groups> {
    let page = &rows[..rows.len().min(bound.limit as usize)];
    let mut json = vec![b'['];
    for (n, row) in page.iter().enumerate() {
        if n > 0 {
            json.push(b',');
        }
        write(&mut json, (row, places), bound)?;
    }
    json.push(b']');
    Ok(Groups { json, count: page.len(), has_more: rows.len() > page.len() })
}

fn write(
    out: &mut Vec<u8>,
    (row, places): (&PgRow, Places<'_>),
    bound: &Aggregation,
) -> Result<(), sqlx::Error> {
    out.extend_from_slice(b"{\"group\":{");
    for (n, group) in bound.groups.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        key(out, &group.key);
        encode::cell(out, row.try_get_raw(places.of(n))?, group.ty)?;
    }
    out.push(b'}');
    let first = bound.groups.len();
    for (n, metric) in bound.metrics.iter().enumerate() {
        match &metric.path {
            None => {
                out.push(b',');
                key(out, metric.function.word());
                encode::cell(out, row.try_get_raw(places.of(first + n))?, metric.ty)?;
            }
            // All fields of a function stand together, where the first of them is met.
            Some(_) => {
                let mut before = bound.metrics[..n].iter();
                if !before.any(|other| other.function == metric.function && other.path.is_some()) {
                    function(out, (row, places), (bound, metric.function))?;
                }
            }
        }
    }
    out.push(b'}');
    Ok(())
}

/// `"sum":{"amount":…}`; counts of a field are told as `count_of`, since `count` is the number of records.
fn function(
    out: &mut Vec<u8>,
    (row, places): (&PgRow, Places<'_>),
    (bound, function): (&Aggregation, Function),
) -> Result<(), sqlx::Error> {
    out.push(b',');
    key(out, if function == Function::Count { "count_of" } else { function.word() });
    out.push(b'{');
    let mut is_first = true;
    for (n, metric) in bound.metrics.iter().enumerate() {
        let Some(path) = metric.path.as_ref().filter(|_| metric.function == function) else { continue };
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        key(out, path);
        encode::cell(out, row.try_get_raw(places.of(bound.groups.len() + n))?, metric.ty)?;
    }
    out.push(b'}');
    Ok(())
}

fn key(out: &mut Vec<u8>, word: &str) {
    encode::string(out, word);
    out.push(b':');
}
