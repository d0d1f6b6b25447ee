//! Static SQL on `_retypes`: the fields that have a second column, and why.

use chrono::{DateTime, Utc};
use metadata::retype::Way;
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::context::Tenant;
use crate::error::Result;
use crate::write::sql::table;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The second column is being filled.
    Filling,
    /// It is filled; when it is indexed the columns are to change places.
    Ready,
    /// They have, and the former one is kept in step.
    Kept,
    /// No second column at all: the unique index of a field is being made. Stands under the name of that index.
    Indexing,
}

impl State {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Filling => "filling",
            Self::Ready => "ready",
            Self::Kept => "kept",
            Self::Indexing => "indexing",
        }
    }

    fn find(word: &str) -> Self {
        [Self::Ready, Self::Kept, Self::Indexing]
            .into_iter()
            .find(|one| one.word() == word)
            .unwrap_or(Self::Filling)
    }
}

/// One field with a second column.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// Stable id of the field, or the name of its unique index.
    pub field: String,
    pub state: State,
    /// The revision that began it.
    pub revision: i64,
    /// The definition that the second column belongs to: the one to come, or the former.
    pub hidden: Json,
    /// The field's definition when it began.
    pub before: Json,
    /// From the shown column to the second one, and back.
    pub way: Way,
    pub lossy: bool,
    pub at: DateTime<Utc>,
}

pub(crate) async fn list(connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<Stored>> {
    let text = format!(
        "SELECT field_id, state, revision, hidden, before, up, down, lossy, changed_at FROM {} ORDER BY field_id",
        table(&tenant.schema, "_retypes")
    );
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(connection).await?;
    let one = |row: &sqlx::postgres::PgRow| {
        Ok(Stored {
            field: row.try_get(0)?,
            state: State::find(row.try_get(1)?),
            revision: row.try_get(2)?,
            hidden: row.try_get(3)?,
            before: row.try_get(4)?,
            way: Way { up: row.try_get(5)?, down: row.try_get(6)? },
            lossy: row.try_get(7)?,
            at: row.try_get(8)?,
        })
    };
    rows.iter().map(one).collect()
}

pub(crate) async fn put(connection: &mut PgConnection, tenant: &Tenant, one: &Stored) -> Result<()> {
    let text = format!(
        "INSERT INTO {} (field_id, state, revision, hidden, before, up, down, lossy, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (field_id) DO UPDATE SET state = excluded.state, \
         revision = excluded.revision, hidden = excluded.hidden, before = excluded.before, up = excluded.up, \
         down = excluded.down, lossy = excluded.lossy, changed_at = excluded.changed_at",
        table(&tenant.schema, "_retypes")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(&one.field)
        .bind(one.state.word())
        .bind(one.revision)
        .bind(&one.hidden)
        .bind(&one.before)
        .bind(&one.way.up)
        .bind(&one.way.down)
        .bind(one.lossy)
        .bind(one.at)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn remove(connection: &mut PgConnection, tenant: &Tenant, field: &str) -> Result<()> {
    let text = format!("DELETE FROM {} WHERE field_id = $1", table(&tenant.schema, "_retypes"));
    sqlx::query(AssertSqlSafe(text)).bind(field).execute(connection).await?;
    Ok(())
}
