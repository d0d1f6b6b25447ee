//! What happened to tenants as such, noted in the transaction that it happened in: made, changed, shut, opened, asked to
//! be deleted, brought back, gone. What happens within a tenant is in its own audit log.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::error::Result;
use crate::{Tenants, store};

/// Who did something to a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Reseller,
    /// Somebody at the shell.
    Operator,
    /// Trellis itself, because a time was over.
    Trellis,
}

impl By {
    fn word(self) -> &'static str {
        match self {
            Self::Reseller => "reseller",
            Self::Operator => "operator",
            Self::Trellis => "trellis",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    pub id: Uuid,
    pub tenant: Uuid,
    pub slug: String,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub action: String,
    pub details: Json,
}

/// What is to be noted.
pub(crate) struct Event<'a> {
    pub tenant: Uuid,
    pub by: By,
    pub action: &'a str,
    pub details: Json,
}

impl<'a> Event<'a> {
    pub fn new(tenant: Uuid, by: By, action: &'a str) -> Self {
        Self { tenant, by, action, details: json!({}) }
    }

    pub fn with(self, details: Json) -> Self {
        Self { details, ..self }
    }

    /// Notes it, while the tenant is there.
    pub async fn put(&self, executor: impl PgExecutor<'_>) -> Result<()> {
        let what = (self.by.word(), self.action, &self.details);
        Ok(store::events::put(executor, (Uuid::now_v7(), self.tenant), what, Utc::now()).await?)
    }
}

impl Tenants {
    /// What happened to a reseller's tenants, also to those that are gone; the newest first, before `before`.
    pub async fn list_events(
        &self,
        reseller: Uuid,
        (before, limit): (Option<Uuid>, u32),
    ) -> Result<Vec<Happened>> {
        let rows = store::events::load_of(self.pool(), reseller, (before, i64::from(limit))).await?;
        let happened = |(id, tenant, slug, at, actor, action, details): store::events::Row| Happened {
            id,
            tenant,
            slug,
            at,
            actor,
            action,
            details,
        };
        Ok(rows.into_iter().map(happened).collect())
    }
}
