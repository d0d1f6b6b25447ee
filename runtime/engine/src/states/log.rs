//! The log of states of all records of an object: which came into which state, when, and how long they were in the
//! one before; entry by entry or counted. Of records that the actor reaches and of fields that the actor sees there.

use chrono::{DateTime, Datelike, Utc};
use metadata::catalog::Object;
use sea_query_sqlx::SqlxValues;
use serde_json::{Map, Value as Json, json};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::sql::{self, Asked};
use crate::Engine;
use crate::audit::reads;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::{DEFAULT_LIMIT, MAX_LIMIT, Page, Query};
use crate::read::of_revision;

/// Which entries, in names.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Of which records, how many entries and from which on; what it answers of records is not looked at.
    pub records: Query,
    /// `field`, `from`, `to`, `process` or `transition`, and the values that each may have.
    pub chosen: Vec<(String, Vec<String>)>,
    pub since: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// Where a page of the log ends: what one entry is sorted by.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub at: DateTime<Utc>,
    pub record: Uuid,
    pub version: i64,
    pub field: String,
}

impl Place {
    fn of(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: row.try_get("happened_at")?,
            record: row.try_get("record_id")?,
            version: row.try_get("version")?,
            field: row.try_get("field_id")?,
        })
    }

    /// The cursor that stands for it.
    fn text(&self) -> String {
        format!("{}~{}~{}~{}", self.at.timestamp_micros(), self.record.simple(), self.version, self.field)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut parts = text.splitn(4, '~');
        let mut next = || parts.next().unwrap_or_default();
        let (at, record, version, field) = (next(), next(), next(), next());
        let place = || {
            let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
            let is_field = field.len() <= 40 && field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let place = Self {
                at,
                record: Uuid::try_parse(record).ok()?,
                version: version.parse().ok()?,
                field: field.into(),
            };
            (is_field && (0..=9999).contains(&at.year())).then_some(place)
        };
        place().ok_or_else(|| {
            Error::invalid("cursor", "bad-cursor", "this is not a cursor of the log of states")
        })
    }
}

/// A page of the log.
#[derive(Clone, Debug, Default)]
pub struct LogPage {
    /// As those of one record, with `record_id`.
    pub entries: Vec<Json>,
    /// Where to go on behind each of them.
    pub cursors: Vec<String>,
    pub limit: u32,
    pub has_more: bool,
    /// The cursor behind the last entry, where there are more.
    pub next: Option<String>,
}

impl Engine {
    /// Entries, the newest first.
    pub async fn state_log(&self, context: &Context, asked: &LogQuery) -> Result<LogPage> {
        let object = object(context, asked)?;
        let limit = if asked.records.limit == 0 { DEFAULT_LIMIT } else { asked.records.limit.min(MAX_LIMIT) };
        let (offset, after) = match &asked.records.page {
            Page::Offset(offset) => (*offset, None),
            Page::After(cursor) => (0, Some(Place::parse(cursor)?)),
            _ => (0, None),
        };
        let mut rows = self.logged(context, sql::entries(context, asked, (limit, offset, after))?).await?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let entry = |row: &PgRow| -> Result<Json, sqlx::Error> {
            let mut entry = super::entry(object, row)?;
            entry["record_id"] = json!(row.try_get::<Uuid, _>("record_id")?);
            Ok(entry)
        };
        let entries = rows.iter().map(entry).collect::<Result<_, _>>()?;
        let places = rows.iter().map(|row| Place::of(row).map(|place| place.text()));
        let cursors = places.collect::<Result<Vec<String>, _>>()?;
        let next = cursors.last().filter(|_| has_more).cloned();
        Ok(LogPage { entries, cursors, limit, has_more, next })
    }

    /// How many entries there are for each of some of their words, the most first, and how long the state before
    /// lasted, in seconds.
    pub async fn state_counts(&self, context: &Context, asked: &LogQuery, by: &[String]) -> Result<Json> {
        let object = object(context, asked)?;
        let rows = self.logged(context, sql::counts(context, asked, by)?).await?;
        let groups = rows.iter().map(|row| counted(object, row, by)).collect::<Result<_, _>>()?;
        Ok(Json::Array(groups))
    }

    async fn logged(&self, context: &Context, asked: Asked) -> Result<Vec<PgRow>> {
        let mut connection = self.connection(context.tenant()).await?;
        let outcome = run(&mut connection, context, asked).await;
        self.settle(&mut connection, context, outcome).await
    }
}

/// The rows, if the context's caches are still true after they were read; that sensitive states were shown is noted.
async fn run(connection: &mut PgConnection, context: &Context, asked: Asked) -> Result<Vec<PgRow>> {
    let text = AssertSqlSafe(of_revision(context, &asked.text));
    let rows = sqlx::query_with(text, SqlxValues(asked.values)).fetch_all(&mut *connection).await?;
    context.check(crate::store::load_versions(connection, context.tenant()).await?)?;
    if !asked.sensitive.is_empty() {
        let shown: Vec<Uuid> = rows.iter().filter_map(|row| row.try_get("record_id").ok()).collect();
        reads::note(connection, context, &asked.object, (&asked.sensitive, &shown)).await?;
    }
    Ok(rows)
}

fn object<'c>(context: &'c Context, asked: &LogQuery) -> Result<&'c Object> {
    let object = context.snapshot.catalog.find_object(&asked.records.object);
    object.map(AsRef::as_ref).ok_or(Error::NotFound)
}

fn counted(object: &Object, row: &PgRow, by: &[String]) -> Result<Json, sqlx::Error> {
    let mut group = Map::new();
    for (at, word) in by.iter().enumerate() {
        let value: Option<String> = row.try_get(at)?;
        let named = value.map(|value| match word.as_str() {
            "field" => object.find_field_by_id(&value).map_or(value, |field| field.name.clone()),
            _ => value,
        });
        group.insert(word.clone(), json!(named));
    }
    let seconds = json!({
        "sum": row.try_get::<Option<i64>, _>("sum")?,
        "avg": row.try_get::<Option<f64>, _>("avg")?,
        "min": row.try_get::<Option<i64>, _>("min")?,
        "max": row.try_get::<Option<i64>, _>("max")?,
    });
    let count = row.try_get::<i64, _>("count")?;
    Ok(json!({ "group": group, "count": count, "seconds_in_previous": seconds }))
}
