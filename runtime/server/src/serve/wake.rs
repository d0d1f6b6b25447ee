//! Hears of metadata changes that other nodes have made, and loads them before the next request needs them. Only
//! a wake-up: a message that is lost costs that request a little time, never its truth.

use std::time::Duration;

use engine::Engine;
use sqlx::postgres::{PgListener, PgPool};
use tenancy::Tenants;
use uuid::Uuid;

const CHANNEL: &str = "trellis";
/// Between attempts to listen again.
const PAUSE: Duration = Duration::from_secs(2);

/// Listens on a connection of `pool`, which serves nothing else, until the task is aborted.
pub async fn run(pool: PgPool, engine: Engine, tenants: Tenants) {
    loop {
        match PgListener::connect_with(&pool).await {
            Ok(listener) => {
                if let Err(error) = listen(listener, &engine, &tenants).await {
                    tracing::debug!(%error, "stopped listening");
                }
            }
            Err(error) => tracing::debug!(%error, "cannot listen"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(mut listener: PgListener, engine: &Engine, tenants: &Tenants) -> sqlx::Result<()> {
    listener.listen(CHANNEL).await?;
    loop {
        let message = listener.recv().await?;
        let Ok(id) = Uuid::parse_str(message.payload()) else { continue };
        if let Ok(Some(tenant)) = tenants.find_by_id(id).await
            && let Err(error) = engine.fresh_snapshot(&tenant).await
        {
            tracing::debug!(%error, "the news could not be loaded");
        }
    }
}
