//! Fields of large tables on their way to being unique: the job that looks for values that are there twice, makes the
//! index beside the writers, and lets a change of metadata say so. Values that are there twice end it: the field stays
//! as it was, and that is told in the history. What begins it is [`crate::apply`].

use metadata::catalog::Object;
use metadata::ddl::{Index, distinct};
use metadata::{Definitions, Field};
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

/// Offending records that are named.
const NAMED: i64 = 20;

/// What stands for the unique index of a field.
pub(crate) fn key(field: &str) -> String {
    format!("{field}_key")
}

/// The field that a unique index is of.
pub(crate) fn field(key: &str) -> &str {
    key.strip_suffix("_key").unwrap_or(key)
}

impl Engine {
    /// All of the job, on connections of its own: no index is made beside writers within a transaction. Killed anywhere,
    /// it is begun anew, and what is half made with it.
    pub(crate) async fn make_unique(&self, context: &Context, job: &jobs::Job) -> Result<Progress> {
        let tenant = context.tenant();
        let mut connection = self.connection(tenant).await?;
        let stored = store::list(&mut connection, tenant).await?;
        drop(connection);
        let is_asked = stored.iter().any(|one| one.field == job.subject && one.state == State::Indexing);
        let found = field_of(&context.snapshot.catalog, field(&job.subject)).filter(|_| is_asked);
        let Some((object, field)) = found else { return Ok(Progress::Done) };
        let mut twice = self.twice(context, (object, field)).await?;
        if twice.is_empty() {
            match self.make_indexes(tenant, &[Index::unique(object, field)]).await {
                Ok(()) => return self.say_unique(context, (object, field)).await.map(|()| Progress::Done),
                // Somebody was faster.
                Err(Error::Conflict(_)) => twice = self.twice(context, (object, field)).await?,
                Err(error) => return Err(error),
            }
        }
        let text = format!(
            "`{}.{}` does not become unique: records hold the same value twice",
            object.name, field.name
        );
        let wish =
            Apply { message: Some(text.clone()), give_up: Some(job.subject.clone()), ..Apply::default() };
        let same = |old: &Definitions| Ok((old.clone(), Vec::new()));
        let applied = self.change(context, &wish, &same).await?;
        let ended = json!({ "code": "duplicate", "records": twice, "revision": applied.revision });
        Ok(Progress::Ended(json!({ ENDED: ended }), text))
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
