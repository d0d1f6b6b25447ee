//! Fields of large tables on their way to being unique: the job that looks for values that are there twice, makes the
//! index beside the writers, and lets a change of metadata say so. Values that are there twice end it: the field stays
//! as it was, and that is told in the history. What begins it is [`crate::apply`].

use metadata::catalog::Object;
use metadata::ddl::{Index, distinct};
use metadata::definitions::field::FieldDefinition;
use metadata::{Definitions, Field, FieldKind, Problem};
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::Engine;
use crate::apply::Apply;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::retypes::store::{self, State};
use crate::retypes::{ENDED, field_of};
use crate::work::Progress;
use crate::write::sql::table;

/// Offending records that are named.
const NAMED: i64 = 20;

/// How often the index is begun in one attempt, when values are the same for a moment.
const ATTEMPTS: u32 = 3;

/// What stands for the unique index of a field.
pub(crate) fn key(field: &str) -> String {
    format!("{field}_key")
}

/// The field that a unique index is of.
pub(crate) fn field(key: &str) -> &str {
    key.strip_suffix("_key").unwrap_or(key)
}

/// Whether a field, or one that was taken away and may come back, holds no value twice.
pub(crate) fn is_unique(definitions: &Definitions, id: &str) -> bool {
    let mut fields = definitions.objects.iter().flat_map(|object| &object.fields);
    let is_numbered = |field: &FieldDefinition| matches!(field.kind, FieldKind::Autonumber(_));
    fields.any(|field| field.id == id && (field.definition.common.unique || is_numbered(&field.definition)))
}

impl Engine {
    /// All of the job, on connections of its own: no index is made beside writers within a transaction. Killed anywhere,
    /// it is begun anew, and what is half made with it. What it made goes again where nobody asks for it any more: the
    /// wish may have been taken back while the index was being made.
    pub(crate) async fn make_unique(&self, context: &Context, job: &jobs::Job) -> Result<Progress> {
        let mut connection = self.connection(context.tenant()).await?;
        let stored = store::list(&mut connection, context.tenant()).await?;
        drop(connection);
        let is_asked = stored.iter().any(|one| one.field == job.subject && one.state == State::Indexing);
        let found = field_of(&context.snapshot.catalog, field(&job.subject)).filter(|_| is_asked);
        let Some(found) = found else {
            return self.free(context, &job.subject).await.map(|()| Progress::Done);
        };
        for _ in 0..ATTEMPTS {
            let twice = self.twice(context, found).await?;
            if !twice.is_empty() {
                // Two that are the same for a moment, while they are exchanged, are no reason to give up.
                let twice = self.twice(context, found).await?;
                if twice.is_empty() {
                    continue;
                }
                return self.give_up(context, found, twice).await;
            }
            match self.make_indexes(context.tenant(), &[Index::unique(found.0, found.1)]).await {
                Ok(()) => return self.say_unique(context, found).await.map(|()| Progress::Done),
                // Somebody was faster. What is half made would refuse their values too.
                Err(Error::Conflict(_)) => self.free(context, &job.subject).await?,
                Err(error) => return Err(error),
            }
        }
        // Each time others than before: the next attempt comes after a pause.
        let text = format!("values of `{}` were the same for a moment", found.1.name);
        Err(Error::Conflict(vec![Problem::new("", "duplicate", text).hint("it is tried again")]))
    }

    /// Ends the change: the field stays as it was, and which records stand in its way is kept for who may see them.
    async fn give_up(
        &self,
        context: &Context,
        (object, field): (&Object, &Field),
        twice: Vec<Uuid>,
    ) -> Result<Progress> {
        self.free(context, &key(&field.id)).await?;
        let text = format!(
            "`{}.{}` does not become unique: records hold the same value twice",
            object.name, field.name
        );
        let wish = Apply { message: Some(text.clone()), give_up: Some(key(&field.id)), ..Apply::default() };
        let same = |old: &Definitions| Ok((old.clone(), Vec::new()));
        let applied = self.change(context, &wish, &same).await?;
        let ended = json!({ "code": "duplicate", "records": twice, "revision": applied.revision });
        Ok(Progress::Ended(json!({ ENDED: ended }), text))
    }

    /// Takes away what was made, or half made, for a field that is not unique. Under the lock of changes, so that none
    /// says meanwhile that it is.
    async fn free(&self, context: &Context, key: &str) -> Result<()> {
        let tenant = context.tenant();
        let attempt = async || {
            let mut transaction = self.pool().begin().await?;
            crate::apply::lock(&mut transaction, tenant).await?;
            context.check(crate::store::load_versions(&mut transaction, tenant).await?)?;
            if !is_unique(&context.snapshot.definitions, field(key)) {
                let text = format!("DROP INDEX IF EXISTS {}", table(&tenant.schema, key));
                sqlx::query(AssertSqlSafe(text)).execute(&mut *transaction).await?;
            }
            Ok(transaction.commit().await?)
        };
        crate::apply::patiently(attempt).await
    }

    /// The first records whose value another one has too.
    async fn twice(&self, context: &Context, (object, field): (&Object, &Field)) -> Result<Vec<Uuid>> {
        let Some(demand) = distinct(object, field) else { return Ok(Vec::new()) };
        let mut transaction = self.pool().begin().await?;
        sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
        let text = demand.question(&context.tenant().schema);
        Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(NAMED).fetch_all(&mut *transaction).await?)
    }

    /// The change of metadata by which the field is unique.
    async fn say_unique(&self, context: &Context, (object, field): (&Object, &Field)) -> Result<()> {
        let text = format!("`{}.{}` is unique", object.name, field.name);
        let wish = Apply { message: Some(text), ready: Some(key(&field.id)), ..Apply::default() };
        let next = |old: &Definitions| {
            let mut definitions = old.clone();
            let mut fields = definitions.objects.iter_mut().flat_map(|object| &mut object.fields);
            if let Some(one) = fields.find(|one| one.id == field.id && !one.retired) {
                one.definition.common.unique = true;
            }
            Ok((definitions, Vec::new()))
        };
        self.change(context, &wish, &next).await.map(drop)
    }
}
