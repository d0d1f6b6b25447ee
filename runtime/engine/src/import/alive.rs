//! That an import has a process: its row says so again and again. No lock tells it, for a lock that outlives a transaction
//! belongs to a session, and that is not one's own where a pooler hands it to many.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::store;
use crate::Engine;
use crate::context::Tenant;
use crate::error::Result;

/// Pause between one word of a process and the next.
const BEAT: Duration = Duration::from_secs(5);
/// Who has said nothing for so long has died.
pub(super) const SILENCE: TimeDelta = TimeDelta::seconds(30);

/// Says that an import has a process, for as long as this is kept.
pub(super) struct Pulse(JoinHandle<()>);

impl Pulse {
    pub fn of(engine: &Engine, tenant: &Tenant, id: Uuid) -> Self {
        Self(tokio::spawn(beat(engine.clone(), tenant.clone(), id)))
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn beat(engine: Engine, tenant: Tenant, id: Uuid) {
    let mut is_open = true;
    while is_open {
        tokio::time::sleep(BEAT).await;
        is_open = match say(&engine, &tenant, id).await {
            Ok(is_open) => is_open,
            // The next word may come through before it is too late.
            Err(error) => {
                tracing::debug!(import = %id, %error, "an import cannot say that it lives");
                true
            }
        };
    }
}

async fn say(engine: &Engine, tenant: &Tenant, id: Uuid) -> Result<bool> {
    store::put_alive(&mut *engine.connection(tenant).await?, tenant, id).await
}
