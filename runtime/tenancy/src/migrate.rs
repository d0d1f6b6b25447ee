//! The platform's own tables: the files of `migrations/`, built into the binary, each run once.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, PgPool, SqlSafeStr};

use crate::error::Result;
use crate::store;

/// Number, name and text of each file in `migrations/`, in order. What was released never changes.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "tenancy", include_str!("../../../migrations/0001_tenancy.sql")),
    (2, "identity", include_str!("../../../migrations/0002_identity.sql")),
    (3, "search", include_str!("../../../migrations/0003_search.sql")),
    (4, "resellers", include_str!("../../../migrations/0004_resellers.sql")),
    (10, "sign_in", include_str!("../../../migrations/0010_sign_in.sql")),
    (11, "second_factor", include_str!("../../../migrations/0011_second_factor.sql")),
    (12, "rates", include_str!("../../../migrations/0012_rates.sql")),
    (30, "master_key", include_str!("../../../migrations/0030_master_key.sql")),
    (65, "ends", include_str!("../../../migrations/0065_ends.sql")),
    (85, "publishers", include_str!("../../../migrations/0085_publishers.sql")),
    (90, "branding", include_str!("../../../migrations/0090_branding.sql")),
    (100, "providers", include_str!("../../../migrations/0100_providers.sql")),
    (110, "clones", include_str!("../../../migrations/0110_clones.sql")),
    (111, "webhooks", include_str!("../../../migrations/0111_webhooks.sql")),
    (112, "features", include_str!("../../../migrations/0112_features.sql")),
    (113, "billing", include_str!("../../../migrations/0113_billing.sql")),
    (120, "api_key_version", include_str!("../../../migrations/0120_api_key_version.sql")),
    (130, "key_requests", include_str!("../../../migrations/0130_key_requests.sql")),
    (140, "support", include_str!("../../../migrations/0140_support.sql")),
    (150, "reseller_events", include_str!("../../../migrations/0150_reseller_events.sql")),
    (160, "limits", include_str!("../../../migrations/0160_limits.sql")),
    (161, "reseller_branding", include_str!("../../../migrations/0161_reseller_branding.sql")),
    (162, "reseller_layers", include_str!("../../../migrations/0162_reseller_layers.sql")),
];

/// Brings the schema `platform` to this version. Nodes that start at once wait for each other: the lock belongs to a
/// transaction beside it, since a session is not one's own where a pooler hands it to many.
pub async fn migrate(pool: &PgPool) -> Result<()> {
    let mut turn = pool.begin().await?;
    store::lock_migrations(&mut turn).await?;
    let mut connection = pool.acquire().await?.detach();
    // Not `run`: behind its `Acquire` the future is not `Send`.
    let done = migrator().run_direct(None, &mut connection, false).await;
    // The outcome of the migration counts more than that of the goodbye.
    let closed = connection.close().await;
    done?;
    closed?;
    Ok(turn.commit().await?)
}

/// Whether every migration of this version has been run.
pub async fn is_migrated(pool: &PgPool) -> Result<bool> {
    let newest = store::load_newest_migration(pool).await?;
    Ok(newest >= MIGRATIONS.iter().map(|(number, ..)| *number).max())
}

fn migrator() -> Migrator {
    let migration = |&(number, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect());
    // Not the table of somebody else who keeps sqlx migrations in the same database.
    migrator.dangerous_set_table_name("platform.migrations");
    migrator.create_schema("platform");
    // A node of the older version may start again while a newer one has migrated already.
    migrator.set_ignore_missing(true);
    migrator.set_locking(false);
    migrator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<String> =
            MIGRATIONS.iter().map(|(number, name, _)| format!("{number:04}_{name}.sql")).collect();
        assert_eq!(files, listed);
    }
}
