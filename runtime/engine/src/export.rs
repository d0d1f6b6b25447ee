//! Records on their way out as a file: CSV, JSON Lines or XLSX, of anything that a list can ask for.
//!
//! The pages of one export are read in one snapshot of the database, so each record is there exactly once whatever
//! others write meanwhile; only one page is in memory at a time.

use metadata::catalog::Object;
use permissions::Action;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgTransaction, Row, ValueRef};

use serde_json::json;

use crate::Engine;
use crate::audit::{self, Deed, Event, reads};
use crate::berths::{Berth, Berths};
use crate::context::{Context, Tenant};
use crate::error::{Error, Refusal, Result};
use crate::filter::Filter;
use crate::plan::Plan;
use crate::query::{MAX_LIMIT, Page, Query, Selection};
use crate::read::encode::Places;
use crate::read::sql::{self, Shape, Statement};
use crate::read::{check_versions, cursor, of_revision, settled_elsewhere};

mod cells;
mod csv;
mod json_lines;
mod xlsx;

pub(crate) use csv::{asleep, is_run};

/// Exports that a node runs at once: each holds a connection for as long as its reader takes.
const RUNNING: u32 = 4;
/// How many of them may be one tenant's.
const OF_ONE: usize = 3;
/// How long a reader may take for one page.
const PATIENCE: &str = "60s";

/// How many exports run on this node.
pub(crate) struct Gate(Berths);

impl Default for Gate {
    fn default() -> Self {
        Self(Berths::new(RUNNING, OF_ONE))
    }
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Csv,
    JsonLines,
    Xlsx,
}

/// One export: read it piece by piece.
pub struct Export {
    records: Records,
    writer: Writer,
}

enum Writer {
    Csv(csv::Writer),
    JsonLines,
    Xlsx(Box<xlsx::Writer>),
    Done,
}

/// The pages of a list, one after the other in one snapshot.
struct Records {
    transaction: PgTransaction<'static>,
    context: Context,
    query: Query,
    /// Records that are still wanted, if not all.
    left: Option<usize>,
    /// The page that is read next; `None` after the last one.
    page: Option<Page>,
    /// What was read to know that the question is sound.
    first: Option<Rows>,
    _place: Berth,
}

/// One page.
struct Rows {
    rows: Vec<PgRow>,
    shape: Shape,
}

/// What is nested leaves the house too, so each object on the way asks for the right of its own.
fn require_export(context: &Context, object: &Object, fields: &[Selection]) -> Result<()> {
    for selection in fields {
        let Selection::Nested(nested) = selection else { continue };
        let relation = object.find_relation(&nested.relation).map(|relation| relation.object.as_str());
        let target = object.find_field(&nested.relation).and_then(|field| field.kind.target());
        let other = relation.or(target).and_then(|name| context.snapshot.catalog.find_object(name));
        // What is not there is told when the question is planned.
        let Some(other) = other else { continue };
        if !context.decide(Action::Export, other).is_allowed() {
            return Err(Error::Forbidden(Refusal::Action { action: "export", object: other.name.clone() }));
        }
        require_export(context, other, &nested.fields)?;
    }
    Ok(())
}

impl Engine {
    /// Begins to export what `query` asks for: all of it, or `query.limit` records when that is not 0.
    pub async fn export(&self, context: &Context, query: &Query, form: Form) -> Result<Export> {
        let object = context.snapshot.catalog.find_object(&query.object).ok_or(Error::NotFound)?;
        if !context.decide(Action::Export, object).is_allowed() {
            return Err(Error::Forbidden(Refusal::Action { action: "export", object: object.name.clone() }));
        }
        require_export(context, object, &query.fields)?;
        let place = self.exports().0.try_take(context.tenant().id).ok_or(Error::Busy)?;
        let left = (query.limit > 0).then_some(query.limit as usize);
        let query = Query { limit: MAX_LIMIT, include_total: false, ..query.clone() };
        // An export keeps its connection for long: were it told of on a second one, some of them at once would wait for
        // each other for ever. One that fails from here on is told of although nothing left.
        self.note_export(context, (&query, left, form)).await?;
        let elsewhere = match self.has_replica() {
            true => Box::pin(self.begin_elsewhere(context.tenant())).await,
            false => None,
        };
        let is_elsewhere = elsewhere.is_some();
        let mut records = Records {
            transaction: match elsewhere {
                Some(transaction) => transaction,
                None => begun(self.begin_within(context.tenant()).await?).await?,
            },
            context: context.clone(),
            page: Some(Page::First),
            query,
            left,
            first: None,
            _place: place,
        };
        let mut first = Some(records.read().await);
        if is_elsewhere {
            first = first.and_then(settled_elsewhere);
        }
        let first = match first {
            Some(first) => first,
            None => {
                records.transaction = begun(self.begin_within(context.tenant()).await?).await?;
                records.page = Some(Page::First);
                records.read().await
            }
        };
        let first = match first {
            Ok(first) => first,
            Err(error) => {
                let Records { transaction, .. } = records;
                transaction.rollback().await?;
                let mut connection = self.connection(context.tenant()).await?;
                return self.settle(&mut connection, context, Err(error)).await;
            }
        };
        let writer = match (form, &first) {
            (_, None) => Writer::Done,
            (Form::Csv, Some(first)) => Writer::Csv(csv::Writer::new(&first.shape)),
            (Form::JsonLines, Some(_)) => Writer::JsonLines,
            (Form::Xlsx, Some(first)) => Writer::Xlsx(Box::new(xlsx::Writer::new(&first.shape)?)),
        };
        records.first = first;
        Ok(Export { records, writer })
    }
}

/// All pages are of one moment.
async fn begun(mut transaction: PgTransaction<'static>) -> Result<PgTransaction<'static>> {
    let text = format!(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '{PATIENCE}'"
    );
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *transaction).await?;
    Ok(transaction)
}

impl Engine {
    /// The same on a standby, where it has everything and lets what takes long end.
    async fn begin_elsewhere(&self, tenant: &Tenant) -> Option<PgTransaction<'static>> {
        begun(self.begin_on_replica(tenant).await?).await.ok()
    }

    /// Notes what is taken out, before it leaves.
    async fn note_export(
        &self,
        context: &Context,
        (query, limit, form): (&Query, Option<usize>, Form),
    ) -> Result<()> {
        let plan = Plan::new(context, query)?;
        let sensitive = reads::of_plan(context, &plan);
        let filter = query.filter.as_ref().map(|filter| without_secrets(context, plan.object(), filter));
        let mut changes = json!({
            "form": [null, form.word()], "limit": [null, limit], "filter": [null, filter],
            "keys": [null, plan.keys().collect::<Vec<_>>()],
        });
        if !sensitive.is_empty() {
            changes["fields"] = json!([null, sensitive]);
        }
        let event = Event::of(context, Deed::Export, &plan.object().id).with(changes);
        let mut connection = self.connection(context.tenant()).await?;
        audit::record(&mut connection, context.tenant(), &[event]).await
    }
}

/// A filter as it is noted: what encrypted fields were compared with stays out.
fn without_secrets(context: &Context, object: &Object, filter: &Filter) -> Filter {
    let catalog = &context.snapshot.catalog;
    let all = |parts: &[Filter]| parts.iter().map(|part| without_secrets(context, object, part)).collect();
    match filter {
        Filter::And(parts) => Filter::And(all(parts)),
        Filter::Or(parts) => Filter::Or(all(parts)),
        Filter::Not(part) => Filter::Not(Box::new(without_secrets(context, object, part))),
        Filter::Related { path, how, filter } => {
            let other = object.find_relation(path).and_then(|relation| catalog.find_object(&relation.object));
            let inner =
                other.map_or_else(|| (**filter).clone(), |other| without_secrets(context, other, filter));
            Filter::Related { path: path.clone(), how: *how, filter: Box::new(inner) }
        }
        Filter::Field { path, operator, .. } => {
            let steps = catalog.resolve_path(object, path).unwrap_or_default();
            let is_encrypted = steps.last().is_some_and(|step| step.field.encrypted);
            match is_encrypted {
                true => {
                    Filter::Field { path: path.clone(), operator: *operator, value: "••••".into() }
                }
                false => filter.clone(),
            }
        }
        // Formulas cannot read encrypted fields.
        Filter::Formula(_) => filter.clone(),
    }
}

impl Form {
    fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "ndjson",
            Self::Xlsx => "xlsx",
        }
    }
}

impl Export {
    /// The next piece of the file; `None` after its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let page = self.records.next().await?;
            match (&mut self.writer, page) {
                (Writer::Done, _) => return Ok(None),
                (Writer::Csv(writer), Some(page)) => return writer.page(&page).map(Some),
                (Writer::JsonLines, Some(page)) => return json_lines::page(&page).map(Some),
                (Writer::Xlsx(writer), Some(page)) => writer.page(&page)?,
                (Writer::Xlsx(writer), None) => match writer.piece().await? {
                    Some(piece) => return Ok(Some(piece)),
                    None => self.writer = Writer::Done,
                },
                (Writer::Csv(_) | Writer::JsonLines, None) => self.writer = Writer::Done,
            }
        }
    }
}

impl Records {
    async fn next(&mut self) -> Result<Option<Rows>> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.read().await,
        }
    }

    async fn read(&mut self) -> Result<Option<Rows>> {
        let Some(page) = self.page.take() else { return Ok(None) };
        self.query.page = page;
        let plan = Plan::new(&self.context, &self.query)?;
        let Statement { text, parameters, shape } = sql::statement(&plan);
        shape.require_keys()?;
        let text = AssertSqlSafe(of_revision(&self.context, &text));
        let query = sqlx::query_with(text, sea_query_sqlx::SqlxValues(parameters.of(&plan)));
        let mut rows = query.fetch_all(&mut *self.transaction).await?;
        check_versions(&self.context, rows.first())?;
        // Without a record the statement still answers its versions, in a row whose id is null.
        rows.retain(|row| row.try_get_raw(OFFSET).is_ok_and(|id| !id.is_null()));
        let size = plan.limit() as usize;
        if let Some(last) = rows.get(size.wrapping_sub(1)).filter(|_| rows.len() > size) {
            self.page = Some(Page::After(cursor((&shape, &plan.asked_order()), last, Places::From(OFFSET))?));
        }
        rows.truncate(size);
        if let Some(left) = &mut self.left {
            rows.truncate(*left);
            *left -= rows.len();
            self.page = self.page.take().filter(|_| *left > 0);
        }
        Ok(Some(Rows { rows, shape }))
    }
}

/// Where the records begin in a row: behind the versions.
const OFFSET: usize = 2;
