//! The log of states of all records of an object: which came into which state, when, and how long they were in the
//! one before; entry by entry or counted. Of records that the actor reaches and of fields that the actor sees there.

use chrono::{DateTime, Datelike, Utc};
use metadata::catalog::Object;
use serde_json::{Map, Value as Json, json};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::bound::{Entries, Log, Telling};
use crate::Engine;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::{Query, Selection};
use crate::read::aggregate::Groups;
use crate::read::encode::{self, Places};
use crate::read::sql::Shape;
use crate::read::sql::log::{RECORD, WIDTH};
use crate::read::together::{Question, Told};

/// Which entries, in names.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Of which records, how many entries and from which on; what it answers of records is not looked at.
    pub records: Query,
    /// What is told of each entry's record.
    pub shown: Option<Vec<Selection>>,
    /// `field`, `from`, `to`, `process` or `transition`, and the values that each may have.
    pub chosen: Vec<(String, Vec<String>)>,
    pub since: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// Where a page of the log ends: what one entry is sorted by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub at: DateTime<Utc>,
    pub record: Uuid,
    pub version: i64,
    pub field: String,
}

impl Place {
    fn of(row: &PgRow, places: Places<'_>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: row.try_get(places.of(5))?,
            record: row.try_get(places.of(RECORD))?,
            version: row.try_get(places.of(6))?,
            field: row.try_get(places.of(0))?,
        })
    }

    /// The cursor that stands for it.
    fn text(&self) -> String {
        format!("{}~{}~{}~{}", self.at.timestamp_micros(), self.record.simple(), self.version, self.field)
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
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
    /// What is told of their records, each as a JSON object; none where nothing is.
    pub records: Vec<Vec<u8>>,
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
        match self.told(context, Question::Log(asked.clone())).await? {
            Told::Log(page) => Ok(page),
            Told::Records(_) | Told::Groups(_) => Err(Error::NotFound),
        }
    }

    /// How many entries there are for each of some of their words, the most first, and how long the state before
    /// lasted, in seconds.
    pub async fn state_counts(&self, context: &Context, asked: &LogQuery, by: &[String]) -> Result<Groups> {
        match self.told(context, Question::LogGroups(asked.clone(), by.to_vec())).await? {
            Told::Groups(groups) => Ok(groups),
            Told::Records(_) | Told::Log(_) => Err(Error::NotFound),
        }
    }

    async fn told(&self, context: &Context, question: Question) -> Result<Told> {
        let told = self.read_all(context, std::slice::from_ref(&question)).await?;
        told.into_iter().next().unwrap_or(Err(Error::NotFound))
    }
}

/// What the rows of a log tell, and ids of the records that they show.
pub(crate) fn told(
    log: &Log,
    (rows, places): (&[&PgRow], Places<'_>),
    shape: Option<&Shape>,
) -> Result<(Told, Vec<Uuid>)> {
    match &log.telling {
        Telling::Groups(by) => {
            let group = |row: &&PgRow| counted(log.plan.object(), (row, places), by);
            let groups = rows.iter().map(group).collect::<Result<Vec<Json>, _>>()?;
            let (count, json) = (groups.len(), Json::Array(groups).to_string().into_bytes());
            Ok((Told::Groups(Groups { json, count, has_more: false }), Vec::new()))
        }
        Telling::Entries(entries) => {
            let (page, shown) = page((log.plan.object(), entries), (rows, places), shape)?;
            Ok((Told::Log(page), shown))
        }
    }
}

fn page(
    (object, asked): (&Object, &Entries),
    (rows, places): (&[&PgRow], Places<'_>),
    shape: Option<&Shape>,
) -> Result<(LogPage, Vec<Uuid>)> {
    let limit = asked.limit as usize;
    let (has_more, rows) = (rows.len() > limit, &rows[..rows.len().min(limit)]);
    let mut page = LogPage { limit: asked.limit, has_more, ..LogPage::default() };
    let mut shown = Vec::new();
    for row in rows {
        let place = Place::of(row, places)?;
        let mut entry = super::entry(object, row, places)?;
        entry["record_id"] = json!(place.record);
        page.entries.push(entry);
        page.cursors.push(place.text());
        if let Some(shape) = shape {
            let mut record = Vec::new();
            encode::row_behind(&mut record, row, &shape.columns, (places, WIDTH))?;
            page.records.push(record);
        }
        shown.push(place.record);
    }
    page.next = page.cursors.last().filter(|_| has_more).cloned();
    shown.sort_unstable();
    shown.dedup();
    Ok((page, shown))
}

fn counted(
    object: &Object,
    (row, places): (&PgRow, Places<'_>),
    by: &[(String, &'static str)],
) -> Result<Json, sqlx::Error> {
    let mut group = Map::new();
    for (at, (word, _)) in by.iter().enumerate() {
        let value: Option<String> = row.try_get(places.of(at))?;
        let named = value.map(|value| match word.as_str() {
            "field" => object.find_field_by_id(&value).map_or(value, |field| field.name.clone()),
            _ => value,
        });
        group.insert(word.clone(), json!(named));
    }
    let metric = |at: usize| places.of(by.len() + at);
    let seconds = json!({
        "sum": row.try_get::<Option<i64>, _>(metric(1))?,
        "avg": row.try_get::<Option<f64>, _>(metric(2))?,
        "min": row.try_get::<Option<i64>, _>(metric(3))?,
        "max": row.try_get::<Option<i64>, _>(metric(4))?,
    });
    let count = row.try_get::<i64, _>(metric(0))?;
    Ok(json!({ "group": group, "count": count, "seconds_in_previous": seconds }))
}
