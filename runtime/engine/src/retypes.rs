//! Fields on their way from one kind to another: the job that fills the second column of a large table beside the
//! writers, indexes it, and lets the two change places; and what is kept of the former kind.
//!
//! Each batch is a transaction with its progress, an index that was half made is made anew, and the turn itself is one
//! change of metadata: a killed process goes on where it was. What begins it is a change of metadata
//! ([`crate::apply`]); what the columns look like is `metadata::ddl`.

use chrono::TimeDelta;
use metadata::catalog::{Catalog, Object};
use metadata::ddl::Retype;
use metadata::definitions::Component;
use metadata::definitions::field::{COMMON_KEYS, FieldDefinition};
use metadata::{Definitions, Field, Problem};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use crate::Engine;
use crate::apply::{AllowLoss, Apply};
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::work::Progress;

pub(crate) mod store;
mod told;

use store::{State, Stored};
pub(crate) use told::seen;

/// Records of one batch: short enough for writers to wait for.
const BATCH: i64 = 1_000;
/// How long what a field held before is kept.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(30);
/// Records that are looked at in one step, before anything is filled.
const LOOKED: i64 = 10_000;
/// Offending records that are named.
const NAMED: i64 = 20;
/// What the progress of a job says: that all values fit, which do not, and how it came to nothing.
const FITS: &str = "fits";
const UNFIT: &str = "unfit";
pub(crate) const ENDED: &str = "ended";

/// A field that anybody may have defined, by its stable id, and its object.
pub(crate) fn field_of<'c>(catalog: &'c Catalog, id: &str) -> Option<(&'c Object, &'c Field)> {
    let mut all = catalog.objects.iter().filter(|object| !object.system);
    all.find_map(|object| {
        Some((object.as_ref(), object.find_field_by_id(id).filter(|field| !field.standard)?))
    })
}

/// The field that a second column belongs to, as far as its definition alone tells.
pub(crate) fn hidden_field(id: &str, definition: &Json) -> Option<Field> {
    let definition = FieldDefinition::from_json(definition.as_object()?).ok()?;
    let id = id.to_owned();
    Some(metadata::catalog::bare_field(&Component {
        id,
        package: None,
        base: None,
        retired: false,
        purged: false,
        definition,
    }))
}

/// A retype with what there is to its field now.
struct Found {
    stored: Stored,
    retype: Retype,
    /// `deal.amount`
    name: String,
}

async fn find(connection: &mut PgConnection, context: &Context, id: &str) -> Result<Option<Found>> {
    let stored = store::list(connection, context.tenant()).await?;
    let Some(stored) = stored.into_iter().find(|one| one.field == id) else { return Ok(None) };
    let Some((object, field)) = field_of(&context.snapshot.catalog, id) else { return Ok(None) };
    let Some(mut hidden) = hidden_field(id, &stored.hidden) else { return Ok(None) };
    if let Some((_, Some(set))) = hidden.kind.choices() {
        let set = context.snapshot.definitions.parts.option_sets.get(set);
        hidden.options = set.map(|set| set.definition.options.clone()).unwrap_or_default();
    }
    let mut retype = Retype::new(object, (field, &hidden), (stored.way.clone(), stored.lossy));
    retype.exists = true;
    let name = format!("{}.{}", object.name, field.name);
    Ok(Some(Found { stored, retype, name }))
}

impl Engine {
    /// One step of a retype within the transaction that holds its job.
    pub(crate) async fn retype(
        &self,
        connection: &mut PgConnection,
        context: &Context,
        job: &jobs::Job,
    ) -> Result<Progress> {
        let Some(found) = find(connection, context, &job.subject).await? else { return Ok(Progress::Done) };
        if let Some(unfit) = job.progress.get(UNFIT) {
            return self.end_retype(context, &found, unfit.clone()).await;
        }
        let is_begun = ["after", "filled", FITS].iter().any(|key| !job.progress[*key].is_null());
        match found.stored.state {
            State::Kept | State::Indexing => Ok(Progress::Done),
            State::Filling if !found.stored.lossy && !is_begun => {
                check(connection, context, (&found, job)).await
            }
            State::Filling if job.progress["filled"] != true => {
                fill(connection, context, (&found, job)).await
            }
            State::Filling | State::Ready => {
                self.finish_retype(context, &found).await.map(|()| Progress::Done)
            }
        }
    }

    /// Gives up a change of kind that values stand against: its field goes on as it was.
    async fn end_retype(&self, context: &Context, found: &Found, unfit: Json) -> Result<Progress> {
        let next = found.stored.hidden["kind"].as_str().unwrap_or_default();
        let text = format!("`{}` stays as it is: values do not fit `{next}`", found.name);
        let give_up = Some(found.stored.field.clone());
        let wish = Apply { message: Some(text.clone()), give_up, ..Apply::default() };
        let same = |old: &Definitions| Ok((old.clone(), Vec::new()));
        let applied = self.change(context, &wish, &same).await?;
        let ended = json!({ "code": "does-not-fit", "records": unfit, "revision": applied.revision, "next": found.stored.hidden });
        Ok(Progress::Ended(json!({ ENDED: ended }), text))
    }

    /// Takes away what a field held before, as the owner of its table: behind the wall nobody may.
    pub(crate) async fn forget_kept(&self, context: &Context, id: &str) -> Result<Progress> {
        let attempt = async || {
            let mut transaction = self.pool().begin().await?;
            forget(&mut transaction, context, id).await?;
            Ok(transaction.commit().await?)
        };
        crate::apply::patiently(attempt).await.map(|()| Progress::Done)
    }

    /// On connections of its own: indexes beside writers, and then the turn.
    async fn finish_retype(&self, context: &Context, found: &Found) -> Result<()> {
        let tenant = context.tenant();
        let key = found.retype.key();
        if key.is_some() {
            self.drop_key(tenant, found).await?;
        }
        self.make_indexes(tenant, &found.retype.indexes()).await?;
        if key.is_some() {
            self.catch_up(tenant, found).await?;
        }
        let mut connection = self.connection(tenant).await?;
        refuse_losses(&mut connection, tenant, found).await?;
        drop(connection);
        let Some(key) = key else { return self.turn(context, found).await };
        let turned = match self.make_indexes(tenant, &[key]).await {
            Ok(()) => self.turn(context, found).await,
            Err(error) => Err(error),
        };
        if turned.is_err()
            && let Err(error) = self.drop_key(tenant, found).await
        {
            // No write fails for it; the next attempt begins with it.
            tracing::warn!(field = found.name, %error, "an index of a second column stays behind");
        }
        turned
    }

    /// Takes the unique index of an earlier attempt away.
    async fn drop_key(&self, tenant: &Tenant, found: &Found) -> Result<()> {
        let attempt = async || {
            let mut transaction = self.pool().begin().await?;
            crate::apply::lock(&mut transaction, tenant).await?;
            let text = found.retype.drop_key(&tenant.schema);
            sqlx::query(AssertSqlSafe(text)).execute(&mut *transaction).await?;
            Ok(transaction.commit().await?)
        };
        crate::apply::patiently(attempt).await
    }

    /// Fills what writers left blank for the sake of that index.
    async fn catch_up(&self, tenant: &Tenant, found: &Found) -> Result<()> {
        let mut transaction = self.pool().begin().await?;
        sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
        let text = found.retype.catch_up(&tenant.schema);
        sqlx::query(AssertSqlSafe(text)).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Lets the columns change places.
    async fn turn(&self, context: &Context, found: &Found) -> Result<()> {
        // What it is to be may have been said otherwise while it was indexed.
        let mut connection = self.connection(context.tenant()).await?;
        let stored = store::list(&mut connection, context.tenant()).await?;
        drop(connection);
        let ready = stored.into_iter().find(|one| one.field == found.stored.field);
        let Some(ready) = ready.filter(|one| one.state != State::Kept) else { return Ok(()) };
        let wish = Apply {
            message: Some(format!("`{}` has its new kind", found.name)),
            allow_data_loss: if ready.lossy {
                AllowLoss::Named(vec![found.name.clone()])
            } else {
                AllowLoss::None
            },
            ready: Some(ready.field.clone()),
            ..Apply::default()
        };
        let next = |old: &Definitions| Ok((turned(old, &ready)?, Vec::new()));
        self.change(context, &wish, &next).await.map(drop)
    }
}

/// What a look at some records found.
pub(crate) struct Looked {
    pub last: Option<Uuid>,
    pub count: i64,
    /// Those whose value would be lost, as far as they are named.
    pub unfit: Vec<Uuid>,
}

/// Looks at so many records after one.
pub(crate) async fn look(
    connection: &mut PgConnection,
    (schema, retype): (&str, &Retype),
    (after, many): (Uuid, i64),
) -> Result<Looked> {
    let asked = sqlx::query(AssertSqlSafe(retype.look(schema))).bind(after).bind(many).bind(NAMED);
    let row = asked.fetch_one(connection).await?;
    Ok(Looked { last: row.try_get(0)?, count: row.try_get(1)?, unfit: row.try_get(2)? })
}

/// The first part of the job: whether all values can go over. What comes meanwhile is seen before the columns change places.
async fn check(
    connection: &mut PgConnection,
    context: &Context,
    (found, job): (&Found, &jobs::Job),
) -> Result<Progress> {
    let schema = &context.tenant().schema;
    let after = job.progress["looked"].as_str().and_then(|text| Uuid::parse_str(text).ok());
    let total = total(connection, (schema, &found.retype), job).await?;
    let looked = look(connection, (schema, &found.retype), (after.unwrap_or(Uuid::nil()), LOOKED)).await?;
    if !looked.unfit.is_empty() {
        // The change that gives it up takes the table, which this transaction has looked at.
        return Ok(Progress::More(json!({ UNFIT: looked.unfit, "total": total })));
    }
    let done = job.progress["done"].as_i64().unwrap_or(0) + looked.count;
    Ok(Progress::More(if looked.count < LOOKED {
        json!({ FITS: true, "done": 0, "total": total })
    } else {
        json!({ "looked": looked.last, "done": done, "total": total })
    }))
}

/// How many records there were when the job began.
async fn total(
    connection: &mut PgConnection,
    (schema, retype): (&str, &Retype),
    job: &jobs::Job,
) -> Result<i64> {
    if let Some(total) = job.progress["total"].as_i64() {
        return Ok(total);
    }
    let text = format!("SELECT count(*) FROM {}", crate::write::sql::table(schema, &retype.table));
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// One batch after the record that the progress names.
async fn fill(
    connection: &mut PgConnection,
    context: &Context,
    (found, job): (&Found, &jobs::Job),
) -> Result<Progress> {
    let schema = &context.tenant().schema;
    let after =
        job.progress["after"].as_str().and_then(|text| Uuid::parse_str(text).ok()).unwrap_or(Uuid::nil());
    let total = total(connection, (schema, &found.retype), job).await?;
    let row = sqlx::query(AssertSqlSafe(found.retype.fill(schema)))
        .bind(after)
        .bind(BATCH)
        .fetch_one(&mut *connection)
        .await?;
    let (last, count): (Option<Uuid>, i64) = (row.try_get(0)?, row.try_get(1)?);
    let done = job.progress["done"].as_i64().unwrap_or(0) + count;
    Ok(Progress::More(json!({ "after": last, "done": done, "total": total, "filled": count < BATCH })))
}

/// The columns do not change places while a value would be lost.
async fn refuse_losses(connection: &mut PgConnection, tenant: &Tenant, found: &Found) -> Result<()> {
    if found.stored.lossy {
        return Ok(());
    }
    let text = found.retype.offending(&tenant.schema);
    let ids: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(text)).bind(1_i64).fetch_all(connection).await?;
    if ids.is_empty() {
        return Ok(());
    }
    // Which records they are is told to each reader apart: here stands what anybody may know who looks at the job.
    let text = format!("values of `{}` do not fit its new kind", found.name);
    let problem = Problem::new(&found.name, "does-not-fit", text);
    Err(Error::Conflict(vec![problem.hint("change these values, or roll back and say how they go over")]))
}

/// The definitions with the field's next one, and what was changed of the field meanwhile.
fn turned(old: &Definitions, stored: &Stored) -> Result<Definitions> {
    let mut definitions = old.clone();
    let mut fields = definitions.objects.iter_mut().flat_map(|object| &mut object.fields);
    let Some(field) = fields.find(|field| field.id == stored.field && !field.retired) else {
        return Ok(definitions);
    };
    let now = field.definition.to_json();
    let mut next = stored.hidden.as_object().cloned().unwrap_or_default();
    let of_people = |key: &&&str| !["kind", "default"].contains(*key);
    for key in COMMON_KEYS.iter().filter(of_people).filter(|key| now.get(**key) != stored.before.get(**key)) {
        match now.get(*key) {
            Some(value) => drop(next.insert((*key).to_owned(), value.clone())),
            None => drop(next.shift_remove(*key)),
        }
    }
    let read = FieldDefinition::from_json(&next);
    field.definition = read.map_err(|fault| Error::Damaged(vec![fault.at(stored.field.clone())]))?;
    Ok(definitions)
}

/// Takes away what a field held before, when its time has come.
async fn forget(connection: &mut PgConnection, context: &Context, id: &str) -> Result<()> {
    crate::apply::lock(connection, context.tenant()).await?;
    let Some(found) = find(connection, context, id).await? else { return Ok(()) };
    if found.stored.state == State::Kept && found.stored.at + KEPT <= context.now {
        let turn = metadata::ddl::Turn::Drop(found.retype);
        let plan = metadata::DdlPlan::with_turns(&context.tenant().schema, &[], &[turn]);
        for step in plan.map_err(Error::Unprocessable)?.steps {
            sqlx::query(AssertSqlSafe(step.sql)).execute(&mut *connection).await?;
        }
        store::remove(connection, context.tenant(), id).await?;
    }
    Ok(())
}
