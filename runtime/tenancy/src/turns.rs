//! Whether a tenant is open: shut and opened again, scheduled to be deleted and brought back. Each holds from the next
//! request on, on every node.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use engine::Tenant;
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event};
use crate::{Tenants, store};

/// What becomes of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Suspended,
    Resumed,
    /// Shut, and to be deleted at a moment.
    Scheduled(DateTime<Utc>),
    /// As it was before that.
    Restored,
}

impl Turn {
    fn action(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Scheduled(_) => "deletion_scheduled",
            Self::Restored => "restored",
        }
    }

    fn details(self) -> Json {
        match self {
            Self::Scheduled(at) => json!({ "delete_at": shown(at) }),
            Self::Suspended | Self::Resumed | Self::Restored => json!({}),
        }
    }
}

impl Tenants {
    /// Shuts a tenant: all is kept, nobody gets in.
    pub async fn suspend(&self, tenant: &Tenant, by: By) -> Result<()> {
        self.turn(tenant, by, Turn::Suspended).await
    }

    /// Opens it again.
    pub async fn resume(&self, tenant: &Tenant, by: By) -> Result<()> {
        self.turn(tenant, by, Turn::Resumed).await
    }

    /// Shuts it, and lets it go for good after a time. Asked again it stays with the first moment.
    pub async fn schedule_deletion(&self, tenant: &Tenant, by: By, wait: TimeDelta) -> Result<()> {
        self.turn(tenant, by, Turn::Scheduled(Utc::now() + wait)).await
    }

    /// Brings one back that waits for its end: as it was before.
    pub async fn restore(&self, tenant: &Tenant, by: By) -> Result<()> {
        self.turn(tenant, by, Turn::Restored).await
    }

    /// Lets a tenant's copies go with it: they are shut, and deleted when it is next looked for tenants whose time is over.
    pub(crate) async fn schedule_copies(&self, held: &mut PgConnection, source: Uuid) -> Result<Vec<Uuid>> {
        let now = Utc::now();
        let copies = store::turns::schedule_copies(held, source, now).await?;
        let turn = Turn::Scheduled(now);
        for copy in &copies {
            Event::new(*copy, By::Trellis, turn.action()).with(turn.details()).put(held).await?;
        }
        Ok(copies)
    }

    /// One at a time for a tenant. The counter is bumped after the commit, so that nobody keeps what was true before
    /// under the new counter. In a task of its own: who hangs up must not part the two.
    async fn turn(&self, tenant: &Tenant, by: By, turn: Turn) -> Result<()> {
        let (tenants, tenant) = (self.clone(), tenant.clone());
        let task = tokio::spawn(async move {
            let mut held = tenants.pool().begin().await?;
            store::lock(&mut held, &tenant.slug).await?;
            let turned = match turn {
                Turn::Suspended => store::turns::suspend(&mut held, tenant.id, Utc::now()).await?,
                Turn::Resumed => store::turns::resume(&mut held, tenant.id).await?,
                Turn::Scheduled(at) => store::turns::schedule(&mut held, tenant.id, at).await?,
                Turn::Restored => store::turns::restore(&mut held, tenant.id).await?,
            };
            if turned {
                Event::new(tenant.id, by, turn.action()).with(turn.details()).put(&mut held).await?;
            }
            held.commit().await?;
            tenants.engine().touch_access(&tenant).await.map_err(Error::from)
        });
        task.await.map_err(|_| Error::NotFound)?
    }
}

/// A moment as it is told.
pub(crate) fn shown(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
