//! Whether every roll-up is what its records say, and its repair. More than nothing is a bug.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::Engine;
use crate::context::{Context, Tenant};
use crate::error::Result;

/// Parents of one transaction.
const BATCH: usize = 500;

/// One roll-up that is not what its records say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongRollup {
    /// `account.open_deals`
    pub field: String,
    /// How many records are wrong.
    pub records: usize,
    /// One of them.
    pub example: Uuid,
}

impl Engine {
    /// Compares every roll-up with what its records give, and with `repair` computes those that differ. Roll-ups
    /// that are being built, and records that a worker will come to, are right as they are.
    pub async fn check_rollups(&self, tenant: &Tenant, repair: bool) -> Result<Vec<WrongRollup>> {
        let context = self.system_context(tenant, "reconciliation of roll-ups").await?;
        let kept = context.snapshot.catalog.rollups().filter(|rollup| rollup.is_kept());
        let mut all: Vec<_> = kept.cloned().collect();
        all.sort_by_key(|rollup| (rollup.level, rollup.id.clone()));
        let mut wrong = Vec::new();
        for rollup in all.iter().filter(|rollup| !context.snapshot.building.contains(&rollup.id)) {
            let name = context.snapshot.catalog.find_object(&rollup.parent);
            let name = name.and_then(|parent| parent.find_field_by_id(&rollup.id)).map(|field| &field.name);
            let (records, example) = self.check_rollup(&context, &rollup.id, repair).await?;
            if let (Some(example), Some(name)) = (example, name) {
                wrong.push(WrongRollup { field: format!("{}.{name}", rollup.parent), records, example });
            }
        }
        Ok(wrong)
    }

    async fn check_rollup(&self, context: &Context, id: &str, repair: bool) -> Result<(usize, Option<Uuid>)> {
        let Some((parent, child, rollup)) = super::find(context, id) else { return Ok((0, None)) };
        let (mut after, mut records, mut example) = (Uuid::nil(), 0, None);
        let text = super::sql::drifted(context, &child, &rollup);
        loop {
            let mut transaction = self.begin(context).await?;
            sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
            let parents: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(text.as_str()))
                .bind(after)
                .bind(i64::try_from(BATCH).unwrap_or(i64::MAX))
                .bind(Uuid::max())
                .fetch_all(&mut *transaction)
                .await?;
            if repair && !parents.is_empty() {
                super::refresh(&mut transaction, context, (&parent, &child, &rollup), &parents).await?;
            }
            transaction.commit().await?;
            records += parents.len();
            example = example.or_else(|| parents.first().copied());
            match parents.last() {
                Some(last) if parents.len() == BATCH => after = *last,
                _ => return Ok((records, example)),
            }
        }
    }
}
