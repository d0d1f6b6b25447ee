//! What this room tells the audit stream of its tenant: who came and went, and what changed about how they prove who
//! they are. Each event is written in the transaction of what it tells.

use std::sync::Arc;

use engine::audit::{Deed, Event, record};
use engine::{SYSTEM_USER, Tenant};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Identity;
use crate::error::Result;

/// On whose behalf this room works, and for which request.
#[derive(Clone, Default)]
pub(crate) struct Acting {
    /// `None` is nobody known, or Trellis itself.
    pub by: Option<Uuid>,
    pub origin: engine::Origin,
    pub request_id: Arc<str>,
}

impl Identity {
    /// The same identity on behalf of somebody: what it does is noted as theirs.
    pub fn acting(&self, by: Option<Uuid>, origin: engine::Origin, request_id: &str) -> Self {
        Self { acting: Acting { by, origin, request_id: request_id.into() }, ..self.clone() }
    }

    /// An event of now, done by whoever this acts for.
    pub(crate) fn event(&self, deed: Deed, object: &str) -> Event {
        let acting = &self.acting;
        let event = Event::new(deed, object, self.clock.now());
        event.by(acting.by.unwrap_or(SYSTEM_USER)).from(acting.origin.clone(), &acting.request_id)
    }
}

/// Notes one event with whatever else the transaction does.
pub(crate) async fn tell(transaction: &mut PgConnection, tenant: &Tenant, event: Event) -> Result<()> {
    Ok(record(transaction, tenant, &[event]).await?)
}
