//! Hears of metadata changes that other nodes have made, loads them before the next request needs them, and tells the
//! workers. Only a wake-up: a message that is lost costs that request a little time, never its truth.

use std::time::Duration;

use engine::{Engine, Tenant};
use sqlx::postgres::{PgListener, PgPool};
use tenancy::Tenants;
use tokio::sync::mpsc::Sender;
use uuid::Uuid;

const CHANNEL: &str = "trellis";
/// Between attempts to listen again.
const PAUSE: Duration = Duration::from_secs(2);

/// Listens on a connection of `pool`, which serves nothing else, until the task is aborted.
/// Workers are told which tenants it is about.
pub async fn run(pool: PgPool, engine: Engine, tenants: Tenants, workers: Sender<Tenant>) {
    loop {
        match PgListener::connect_with(&pool).await {
            Ok(listener) => {
                if let Err(error) = listen(listener, (&engine, &tenants), &workers).await {
                    tracing::debug!(%error, "stopped listening");
                }
            }
            Err(error) => tracing::debug!(%error, "cannot listen"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(
    mut listener: PgListener,
    (engine, tenants): (&Engine, &Tenants),
    workers: &Sender<Tenant>,
) -> sqlx::Result<()> {
    listener.listen(CHANNEL).await?;
    loop {
        let message = listener.recv().await?;
        let Ok(id) = Uuid::parse_str(message.payload()) else { continue };
        let Ok(Some(tenant)) = tenants.find_by_id(id).await else { continue };
        if let Err(error) = engine.fresh_snapshot(&tenant).await {
            tracing::debug!(%error, "the news could not be loaded");
        }
        // Workers that are busy look by themselves.
        let _ = workers.try_send(tenant);
    }
}
