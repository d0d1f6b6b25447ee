//! Running a planned read: one round trip, and bytes out.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row, ValueRef};
use uuid::Uuid;

use crate::Engine;
use crate::audit::reads;
use crate::context::{Context, Versions};
use crate::error::{Error, Result, has_moved_on, takes_too_long};
use crate::lanes::{Lane, is_gone};
use crate::plan::{Cursor, OrderKey, Plan};
use crate::query::{Page, Query, Selection};

pub mod aggregate;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod prepared;
mod sample;
pub(crate) mod sql;
pub mod together;

use encode::Places;
use prepared::{Prepared, Telling};
use sql::Shape;

/// One page of records.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// A JSON array of records, or for [`read_one`](crate::Engine::read_one) one JSON object.
    pub json: Vec<u8>,
    /// Records in it.
    pub count: usize,
    /// Where the next page begins; `None` on the last one. Of a page before another it is the one before.
    pub next_cursor: Option<String>,
    /// Each record's place in the order, if asked for.
    pub cursors: Vec<String>,
    /// All matches, if asked for.
    pub total: Option<i64>,
    /// Versions of the records, when they were asked for by id.
    pub versions: Vec<i64>,
}

/// One record.
#[derive(Clone, Debug)]
pub struct One {
    /// One JSON object.
    pub json: Vec<u8>,
    pub version: i64,
}

impl Engine {
    /// One page of records.
    pub async fn read(&self, context: &Context, query: &Query) -> Result<Answer> {
        if self.has_replica()
            && let Some(told) = Box::pin(self.read_elsewhere(context, query)).await
        {
            return told;
        }
        // What cannot be asked takes no connection.
        let read = Prepared::of(context, query)?;
        let ids = if let Page::Ids(ids) = &query.page { ids.as_slice() } else { &[] };
        let lane = self.inner.reading.take(context.tenant()).await?;
        match self.read_on(lane, context, (&read, ids)).await {
            // The database was started anew while the connection rested.
            Err(Error::Database(error)) if is_gone(&error) => {
                self.clear_lanes();
                let lane = Box::pin(self.inner.reading.living(context.tenant())).await?;
                Box::pin(self.read_on(lane, context, (&read, ids))).await
            }
            outcome => outcome,
        }
    }

    /// The same of a standby, where it can tell. Whatever goes wrong there is found out here, but for what took too long:
    /// it would here too.
    async fn read_elsewhere(&self, context: &Context, query: &Query) -> Option<Result<Answer>> {
        // What is asked for by its id is mostly what somebody has just written, and little.
        if matches!(query.page, Page::Ids(_)) {
            return None;
        }
        let read = Prepared::of(context, query).ok().filter(|read| read.telling.sensitive.is_empty())?;
        let mut lane = self.elsewhere(context.tenant()).await?;
        let told = settled_elsewhere(run_prepared(&mut lane, context, (&read, &[])).await);
        if matches!(told, Some(Ok(_))) {
            lane.rest();
        }
        told
    }

    async fn read_on(&self, mut lane: Lane, context: &Context, read: (&Prepared, &[Uuid])) -> Result<Answer> {
        let outcome = run_prepared(&mut lane, context, read).await;
        if !matches!(outcome, Err(Error::Database(_))) {
            lane.rest();
            return outcome;
        }
        Box::pin(self.settle(&mut lane, context, outcome)).await
    }

    /// One live record; fields as in a query.
    pub async fn read_one(
        &self,
        context: &Context,
        object: &str,
        id: Uuid,
        fields: Vec<Selection>,
    ) -> Result<One> {
        self.read_the_one(context, &Query { fields, ..Query::of(object, vec![id]) }).await
    }

    /// The one record that a query names by its id.
    pub async fn read_the_one(&self, context: &Context, query: &Query) -> Result<One> {
        let answer = self.read(context, query).await?;
        if answer.count == 0 {
            return Err(Error::NotFound);
        }
        let version = answer.versions.first().copied().unwrap_or_default();
        let json = answer.json[1..answer.json.len() - 1].to_vec();
        Ok(One { json, version })
    }

    /// Keys of an object's records that the actor may see at all.
    pub fn visible_keys(&self, context: &Context, object: &metadata::Object) -> Vec<String> {
        let query = Query { object: object.name.clone(), ..Query::default() };
        let plan = Plan::new(context, &query);
        plan.map(|plan| plan.keys().map(str::to_owned).collect()).unwrap_or_default()
    }

    /// What a query would do: the decisions, the conditions that follow and the statement, without running it.
    pub fn explain(&self, context: &Context, query: &Query) -> Result<serde_json::Value> {
        let plan = Plan::new(context, query)?;
        let statement = sql::statement(&plan);
        let mut view = plan.explain(context);
        view["query"] = serde_json::to_value(query).unwrap_or_default();
        view["sql"] = statement.text.into();
        view["parameters"] =
            statement.parameters.of(&plan).0.iter().map(|value| format!("{value:?}")).collect();
        Ok(view)
    }

    /// A statement that failed on a missing table or column is outdated only if the revision has moved on.
    pub(crate) async fn settle<T>(
        &self,
        connection: &mut PgConnection,
        context: &Context,
        outcome: Result<T>,
    ) -> Result<T> {
        let Err(Error::Database(error)) = outcome else { return outcome };
        if has_moved_on(&error) {
            context.check(crate::store::load_versions(connection, context.tenant()).await?)?;
        }
        Err(error.into())
    }
}

/// What a standby's outcome counts for: an answer is one, a statement that took too long is not to be run twice, and
/// whatever else went wrong there is asked of the primary.
pub(crate) fn settled_elsewhere<T>(outcome: Result<T>) -> Option<Result<T>> {
    match outcome {
        Ok(answer) => Some(Ok(answer)),
        Err(Error::Database(error)) if takes_too_long(&error) => Some(Err(error.into())),
        Err(_) => None,
    }
}

/// Plans and runs one query on a connection, checking that the context's caches are still true.
pub(crate) async fn run(connection: &mut PgConnection, context: &Context, query: &Query) -> Result<Answer> {
    let read = Prepared::of(context, query)?;
    let ids = if let Page::Ids(ids) = &query.page { ids.as_slice() } else { &[] };
    run_prepared(connection, context, (&read, ids)).await
}

/// Runs a read on a connection, for the records with these ids if it is by id.
async fn run_prepared(
    connection: &mut PgConnection,
    context: &Context,
    (read, ids): (&Prepared, &[Uuid]),
) -> Result<Answer> {
    read.telling.shape.require_keys()?;
    let rows = read.query(context, ids).fetch_all(&mut *connection).await?;
    let (answer, shown) = gather(context, (read, ids), &rows)?;
    let read = &read.telling;
    reads::note(connection, context, &read.object, (&read.sensitive, &shown)).await?;
    Ok(answer)
}

/// The answer from the rows of a read, and ids of the records that it shows sensitive fields of; unless the context's
/// caches are no longer true.
pub(crate) fn gather(
    context: &Context,
    (read, ids): (&Prepared, &[Uuid]),
    rows: &[PgRow],
) -> Result<(Answer, Vec<Uuid>)> {
    check_versions(context, rows.first())?;
    let read = &read.telling;
    let offset = 2 + usize::from(read.include_total);
    let total = if read.include_total { rows.first().map(|row| row.try_get(2)).transpose()? } else { None };
    // Without a record the statement still answers its versions, in a row whose id is null.
    let is_empty = rows.first().is_none_or(|row| row.try_get_raw(offset).is_ok_and(|id| id.is_null()));
    let rows = if is_empty { Vec::new() } else { rows.iter().collect() };
    collect(read, ids, Found { rows, places: Places::From(offset), total })
}

/// A connection keeps what it prepared by its text. The same text may mean other types after a change of
/// metadata, which PostgreSQL refuses, so the text tells its revision.
pub(crate) fn of_revision(context: &Context, text: &str) -> String {
    format!("/* {} */ {text}", context.snapshot.revision)
}

pub(crate) fn check_versions(context: &Context, first: Option<&PgRow>) -> Result<()> {
    let Some(row) = first else { return Err(Error::NotFound) };
    let versions = Versions { revision: row.try_get(0)?, access: row.try_get(1)? };
    context.check(versions)
}

/// The rows that were found for one question.
struct Found<'r> {
    rows: Vec<&'r PgRow>,
    places: Places<'r>,
    total: Option<i64>,
}

/// The answer, and ids of the records that it shows sensitive fields of.
fn collect(read: &Telling, ids: &[Uuid], found: Found<'_>) -> Result<(Answer, Vec<Uuid>)> {
    let Found { mut rows, places, total } = found;
    let shape = &read.shape;
    if ids.len() > 1 {
        in_order(&mut rows, ids, places)?;
    }
    let limit = if read.by_id { rows.len() } else { read.limit };
    let mut page = rows[..rows.len().min(limit)].to_vec();
    let next_cursor = match page.last() {
        Some(last) if rows.len() > page.len() => Some(cursor((shape, &read.order), last, places)?),
        _ => None,
    };
    if read.reversed {
        page.reverse();
    }
    let versions = if read.by_id { versions(shape, &page, places)? } else { Vec::new() };
    let told = page.iter().filter(|_| read.cursors && !read.by_id);
    let cursors = told.map(|row| cursor((shape, &read.order), row, places)).collect::<Result<_>>()?;
    let shown = page.iter().filter(|_| !read.sensitive.is_empty()).map(|row| row.try_get(places.of(0)));
    let shown = shown.collect::<Result<Vec<Uuid>, _>>()?;
    let json = array(&page, shape, places)?;
    Ok((Answer { json, count: page.len(), next_cursor, cursors, total, versions }, shown))
}

fn array(page: &[&PgRow], shape: &Shape, places: Places<'_>) -> Result<Vec<u8>> {
    let mut json = Vec::with_capacity(64 + page.len() * shape.width * 32);
    json.push(b'[');
    for (index, row) in page.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        encode::row(&mut json, row, &shape.columns, places)?;
    }
    json.push(b']');
    Ok(json)
}

/// Records asked for by id come in the order of the ids.
fn in_order(rows: &mut [&PgRow], ids: &[Uuid], places: Places<'_>) -> Result<()> {
    let turns: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(turn, id)| (*id, turn)).collect();
    let id = places.of(0);
    for row in rows.iter() {
        row.try_get::<Uuid, _>(id)?;
    }
    rows.sort_by_key(|row| row.try_get::<Uuid, _>(id).ok().and_then(|id| turns.get(&id).copied()));
    Ok(())
}

/// The place of a row in the order that was asked for.
pub(crate) fn cursor(
    (shape, order): (&Shape, &[OrderKey]),
    last: &PgRow,
    places: Places<'_>,
) -> Result<String> {
    let values: Result<Vec<Option<String>>, sqlx::Error> =
        shape.keys.iter().map(|key| encode::text(last.try_get_raw(places.of(key.at))?, key.ty)).collect();
    Ok(Cursor { values: values? }.print(order))
}

fn versions(shape: &Shape, page: &[&PgRow], places: Places<'_>) -> Result<Vec<i64>> {
    let at = places.of(shape.width);
    Ok(page.iter().map(|row| row.try_get(at)).collect::<Result<_, _>>()?)
}
