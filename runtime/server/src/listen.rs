//! Wake-ups from other nodes: a tenant's metadata moved, so the next request finds it loaded already.
//! Only a hint: each statement checks the revision that it was planned with.

use std::time::Duration;

use engine::Engine;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tenancy::Tenants;

/// Listens for ever; a lost connection is tried again.
pub async fn run(pool: PgPool, engine: Engine, tenants: Tenants) {
    loop {
        if let Err(error) = follow(&pool, &engine, &tenants).await {
            tracing::debug!(%error, "listening again in a moment");
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

async fn follow(pool: &PgPool, engine: &Engine, tenants: &Tenants) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("trellis").await?;
    loop {
        let note = listener.recv().await?;
        let Ok(id) = note.payload().parse() else { continue };
        if let Ok(Some(tenant)) = tenants.find_by_id(id).await
            && let Err(error) = engine.fresh_snapshot(&tenant).await
        {
            tracing::warn!(%error, tenant = tenant.slug, "the new metadata cannot be loaded");
        }
    }
}
