//! What happened to tenants as such, noted in the transaction that it happened in: made, changed, shut, opened, asked to
//! be deleted, brought back, gone. What happens within a tenant is in its own audit log. Beside it stands what was changed
//! about the reseller itself: its webhooks, and what it gets.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::Result;
use crate::{Tenants, store, webhooks};

/// Who did something to a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Reseller,
    /// Somebody at the shell.
    Operator,
    /// One of the tenant's own people.
    Tenant,
    /// Trellis itself, because a time was over or what was asked for is done.
    Trellis,
}

impl By {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Reseller => "reseller",
            Self::Operator => "operator",
            Self::Tenant => "tenant",
            Self::Trellis => "trellis",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    pub id: Uuid,
    /// `None` where it is about the reseller itself.
    pub tenant: Option<Uuid>,
    pub slug: Option<String>,
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

    /// Notes it, while the tenant is there, and leaves it to be told to whoever of its reseller wants that.
    pub async fn put(&self, held: &mut PgConnection) -> Result<()> {
        let (id, now) = (Uuid::now_v7(), Utc::now());
        let what = (self.by.word(), self.action, &self.details);
        let put = store::events::put(&mut *held, (id, self.tenant), what, now).await?;
        let Some((slug, Some(reseller))) = put else { return Ok(()) };
        let happened = Happened {
            id,
            tenant: Some(self.tenant),
            slug: Some(slug),
            at: now,
            actor: self.by.word().to_owned(),
            action: self.action.to_owned(),
            details: self.details.clone(),
        };
        webhooks::tell(held, reseller, &happened).await
    }
}

/// Notes what was changed about a reseller itself, or about all of them. It is told to no webhook.
pub(crate) async fn note(
    held: &mut PgConnection,
    reseller: Option<Uuid>,
    (by, action, details): (By, &str, &Json),
) -> Result<()> {
    let what = (by.word(), action, details);
    Ok(store::events::put_of_reseller(held, (Uuid::now_v7(), reseller), what, Utc::now()).await?)
}

impl Tenants {
    /// What happened to a reseller's tenants, also to those that are gone, and to itself; the newest first, before `before`.
    pub async fn list_events(
        &self,
        reseller: Uuid,
        (before, limit): (Option<Uuid>, u32),
    ) -> Result<Vec<Happened>> {
        let rows = store::events::load_of(self.pool(), reseller, (before, i64::from(limit))).await?;
        Ok(rows.into_iter().map(Happened::from).collect())
    }

    /// The newest of all that happened, whosever the tenants are, the newest first; for the operator.
    pub async fn list_newest_events(&self, limit: u32) -> Result<Vec<Happened>> {
        let rows = store::events::load_newest(self.pool(), i64::from(limit)).await?;
        Ok(rows.into_iter().map(Happened::from).collect())
    }
}

impl From<store::events::Row> for Happened {
    fn from((id, tenant, slug, at, actor, action, details): store::events::Row) -> Self {
        Self { id, tenant, slug, at, actor, action, details }
    }
}
