//! A tenant's PostgreSQL schema: its system tables, and its making and dropping.

use metadata::Definitions;
use metadata::ddl::search_functions;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::context::Tenant;
use crate::error::Result;
use crate::write::sql::{quoted, table};
use crate::{Engine, SUPPORT_USER, SYSTEM_USER, apply, indexes, work::Kind as Work};

/// The system tables, beside the functions of search, each statement with `{schema}` in place of the quoted schema. Names begin with an
/// underscore, which no object's may. Everything that one transaction writes lives here, so that a
/// tenant can be placed and moved as a whole. Each can be run again: a tenant of an earlier version gets what it lacks.
const SYSTEM_TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS {schema}._state (id boolean NOT NULL DEFAULT true, revision bigint NOT NULL DEFAULT 0, access bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, next_id int NOT NULL DEFAULT 1, level int NOT NULL DEFAULT 0, CONSTRAINT _state_pkey PRIMARY KEY (id), CONSTRAINT _state_single CHECK (id))",
    "INSERT INTO {schema}._state DEFAULT VALUES ON CONFLICT DO NOTHING",
    "CREATE TABLE IF NOT EXISTS {schema}._metadata (id text NOT NULL, kind text NOT NULL, name text NOT NULL, parent text, package text, base jsonb, position int NOT NULL, retired_at timestamptz, purged_at timestamptz, definition jsonb NOT NULL, CONSTRAINT _metadata_pkey PRIMARY KEY (id))",
    "CREATE TABLE IF NOT EXISTS {schema}._revisions (number bigint NOT NULL, made_at timestamptz NOT NULL, actor_id uuid NOT NULL, actor_name text NOT NULL, message text, before jsonb NOT NULL, after jsonb NOT NULL, steps jsonb NOT NULL, packages jsonb, CONSTRAINT _revisions_pkey PRIMARY KEY (number))",
    // What an earlier version kept as history becomes the tail of the stream.
    "DO $$ BEGIN IF to_regclass('{schema}._history') IS NOT NULL THEN ALTER TABLE {schema}._history RENAME TO _audit_tail; ALTER TABLE {schema}._audit_tail DROP CONSTRAINT _history_pkey, ALTER COLUMN record_id DROP NOT NULL, ALTER COLUMN version DROP NOT NULL, ADD COLUMN ip text, ADD COLUMN user_agent text; END IF; END $$",
    "CREATE TABLE IF NOT EXISTS {schema}._audit_tail (record_id uuid, version bigint, object_id text NOT NULL, happened_at timestamptz NOT NULL, actor_id uuid NOT NULL, action text NOT NULL, request_id text NOT NULL, changes jsonb, ip text, user_agent text)",
    "CREATE INDEX IF NOT EXISTS _audit_tail_record_idx ON {schema}._audit_tail (record_id, version)",
    "CREATE TABLE IF NOT EXISTS {schema}._audit (seq bigint NOT NULL, sealed_at timestamptz NOT NULL, record_id uuid, version bigint, object_id text NOT NULL, happened_at timestamptz NOT NULL, actor_id uuid NOT NULL, action text NOT NULL, request_id text NOT NULL, changes jsonb, ip text, user_agent text, leaf bytea NOT NULL, CONSTRAINT _audit_pkey PRIMARY KEY (seq, sealed_at)) PARTITION BY RANGE (sealed_at)",
    "CREATE INDEX IF NOT EXISTS _audit_record_idx ON {schema}._audit (record_id, version)",
    "CREATE INDEX IF NOT EXISTS _audit_actor_idx ON {schema}._audit (actor_id, seq)",
    "CREATE TABLE IF NOT EXISTS {schema}._audit_blocks (number bigint NOT NULL, first_seq bigint NOT NULL, last_seq bigint NOT NULL, sealed_at timestamptz NOT NULL, previous bytea NOT NULL, hash bytea NOT NULL, key bytea NOT NULL, signature bytea NOT NULL, CONSTRAINT _audit_blocks_pkey PRIMARY KEY (number))",
    "CREATE TABLE IF NOT EXISTS {schema}._states (record_id uuid NOT NULL, field_id text NOT NULL, version bigint NOT NULL, object_id text NOT NULL, happened_at timestamptz NOT NULL, actor_id uuid NOT NULL, process text, transition text, from_state text, to_state text, seconds bigint, note text, checklist text[], CONSTRAINT _states_pkey PRIMARY KEY (record_id, field_id, version))",
    "CREATE INDEX IF NOT EXISTS _states_object_idx ON {schema}._states (object_id, happened_at, record_id, version, field_id)",
    "CREATE TABLE IF NOT EXISTS {schema}._counters (field_id text NOT NULL, period text NOT NULL, value bigint NOT NULL, CONSTRAINT _counters_pkey PRIMARY KEY (field_id, period))",
    "CREATE TABLE IF NOT EXISTS {schema}._packages (name text NOT NULL, version text NOT NULL, installed_at timestamptz NOT NULL, manifest jsonb NOT NULL, refs jsonb NOT NULL DEFAULT '{}', removed_at timestamptz, signer text, source jsonb, layer jsonb, CONSTRAINT _packages_pkey PRIMARY KEY (name))",
    "CREATE TABLE IF NOT EXISTS {schema}._imports (id uuid NOT NULL, object text NOT NULL, file_name text, format text NOT NULL, status text NOT NULL, dry_run boolean NOT NULL, match_field text, mapping jsonb NOT NULL, headers jsonb NOT NULL, total bigint NOT NULL, processed bigint NOT NULL DEFAULT 0, created bigint NOT NULL DEFAULT 0, updated bigint NOT NULL DEFAULT 0, rejected bigint NOT NULL DEFAULT 0, error text, queued_at timestamptz NOT NULL, started_at timestamptz, finished_at timestamptz, actor_id uuid NOT NULL, actor_name text NOT NULL, request_id text, revert_below uuid, revert_looked bigint NOT NULL DEFAULT 0, revert_kept bigint NOT NULL DEFAULT 0, alive_at timestamptz, CONSTRAINT _imports_pkey PRIMARY KEY (id))",
    "CREATE TABLE IF NOT EXISTS {schema}._import_rejects (import_id uuid NOT NULL, row bigint NOT NULL, reason text NOT NULL, cells jsonb NOT NULL, CONSTRAINT _import_rejects_pkey PRIMARY KEY (import_id, row))",
    "CREATE TABLE IF NOT EXISTS {schema}._teams (id uuid NOT NULL, name text NOT NULL, label text, CONSTRAINT _teams_pkey PRIMARY KEY (id), CONSTRAINT _teams_name_key UNIQUE (name))",
    "CREATE TABLE IF NOT EXISTS {schema}._team_members (team_id uuid NOT NULL, user_id uuid NOT NULL, CONSTRAINT _team_members_pkey PRIMARY KEY (team_id, user_id))",
    "CREATE INDEX IF NOT EXISTS _team_members_user_idx ON {schema}._team_members (user_id, team_id)",
    "CREATE TABLE IF NOT EXISTS {schema}._reports (above_id uuid NOT NULL, below_id uuid NOT NULL, CONSTRAINT _reports_pkey PRIMARY KEY (above_id, below_id))",
    "CREATE TABLE IF NOT EXISTS {schema}._shares (record_id uuid NOT NULL, object_id text NOT NULL, grantee_id uuid NOT NULL, grantee_kind text NOT NULL, grantee_name text NOT NULL, level smallint NOT NULL, expires_at timestamptz, created_at timestamptz NOT NULL, created_by_id uuid NOT NULL, CONSTRAINT _shares_pkey PRIMARY KEY (record_id, grantee_id))",
    "CREATE INDEX IF NOT EXISTS _shares_party_idx ON {schema}._shares (grantee_id, object_id, record_id) INCLUDE (level, expires_at)",
    "CREATE TABLE IF NOT EXISTS {schema}._once (actor_id uuid NOT NULL, key text NOT NULL, fingerprint bytea NOT NULL, made_at timestamptz NOT NULL, answer json, CONSTRAINT _once_pkey PRIMARY KEY (actor_id, key))",
    "CREATE INDEX IF NOT EXISTS _once_made_at_idx ON {schema}._once (made_at)",
    "CREATE TABLE IF NOT EXISTS {schema}._rollup_dirty (field_id text NOT NULL, parent_id uuid NOT NULL)",
    "CREATE INDEX IF NOT EXISTS _rollup_dirty_idx ON {schema}._rollup_dirty (parent_id)",
    "CREATE TABLE IF NOT EXISTS {schema}._keys (number int NOT NULL, home uuid NOT NULL, wrapped bytea NOT NULL, master text NOT NULL, made_at timestamptz NOT NULL, CONSTRAINT _keys_pkey PRIMARY KEY (number))",
    "CREATE TABLE IF NOT EXISTS {schema}._retypes (field_id text NOT NULL, state text NOT NULL, revision bigint NOT NULL, hidden jsonb NOT NULL, before jsonb NOT NULL, up text NOT NULL, down text NOT NULL, lossy boolean NOT NULL, changed_at timestamptz NOT NULL, CONSTRAINT _retypes_pkey PRIMARY KEY (field_id))",
    "CREATE TABLE IF NOT EXISTS {schema}._views (id uuid NOT NULL, user_id uuid NOT NULL, object_id text NOT NULL, position int NOT NULL, definition jsonb NOT NULL, changed_at timestamptz NOT NULL, CONSTRAINT _views_pkey PRIMARY KEY (id))",
    "CREATE INDEX IF NOT EXISTS _views_user_idx ON {schema}._views (user_id, object_id)",
    "CREATE TABLE IF NOT EXISTS {schema}._view_defaults (user_id uuid NOT NULL, object_id text NOT NULL, view text NOT NULL, CONSTRAINT _view_defaults_pkey PRIMARY KEY (user_id, object_id))",
    "CREATE TABLE IF NOT EXISTS {schema}._former_names (old text NOT NULL, new text NOT NULL, actor_id uuid NOT NULL, actor_name text NOT NULL, key_id uuid NOT NULL, version bigint NOT NULL, requests bigint NOT NULL, first_at timestamptz NOT NULL, last_at timestamptz NOT NULL, CONSTRAINT _former_names_pkey PRIMARY KEY (old, new, actor_id, key_id, version))",
    jobs::TABLE,
];

/// What the tables above, and [`AMENDMENTS`], are at. Raise it with every change of either.
pub const LEVEL: i32 = 14;

/// What tables of earlier versions lack, after the system tables.
const AMENDMENTS: &[&str] = &[
    "ALTER TABLE {schema}.\"user\" ADD COLUMN IF NOT EXISTS permission_sets text[]",
    "ALTER TABLE {schema}._metadata ADD COLUMN IF NOT EXISTS base jsonb, ADD COLUMN IF NOT EXISTS purged_at timestamptz",
    "ALTER TABLE {schema}._packages ADD COLUMN IF NOT EXISTS removed_at timestamptz, ADD COLUMN IF NOT EXISTS signer text, ADD COLUMN IF NOT EXISTS source jsonb, ADD COLUMN IF NOT EXISTS layer jsonb",
    "ALTER TABLE {schema}._revisions ADD COLUMN IF NOT EXISTS packages jsonb",
    "ALTER TABLE {schema}._states ADD COLUMN IF NOT EXISTS note text, ADD COLUMN IF NOT EXISTS checklist text[]",
    "DROP INDEX IF EXISTS {schema}._shares_grantee_idx",
    "ALTER TABLE {schema}._jobs ADD COLUMN IF NOT EXISTS dead_at timestamptz",
    "ALTER TABLE {schema}._imports ADD COLUMN IF NOT EXISTS request_id text, ADD COLUMN IF NOT EXISTS revert_below uuid, ADD COLUMN IF NOT EXISTS revert_looked bigint NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS revert_kept bigint NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS alive_at timestamptz",
];

impl Engine {
    /// Brings the schema of a tenant that an earlier version made to this one, in one transaction. With nothing to do
    /// it is one short query.
    pub async fn upgrade_schema(&self, tenant: &Tenant) -> Result<()> {
        let schema = quoted(&tenant.schema);
        let mut transaction = self.pool().begin().await?;
        crate::store::lock_state(&mut transaction, tenant).await?;
        // The table of the first version had no level.
        let known = format!("SELECT to_jsonb(s)->>'level' FROM {} s", table(&tenant.schema, "_state"));
        let level: Option<String> =
            sqlx::query_scalar(AssertSqlSafe(known)).fetch_one(&mut *transaction).await?;
        let is_level = level.and_then(|level| level.parse::<i32>().ok()) == Some(LEVEL);
        if is_level && !self.lacks_wall(&mut transaction, tenant).await? {
            return Ok(());
        }
        let state =
            format!("ALTER TABLE {schema}._state ADD COLUMN IF NOT EXISTS level int NOT NULL DEFAULT 0");
        sqlx::query(AssertSqlSafe(state)).execute(&mut *transaction).await?;
        let amendments = AMENDMENTS.iter().map(|statement| statement.replace("{schema}", &schema));
        for text in system_tables(tenant).chain(amendments) {
            sqlx::query(AssertSqlSafe(text)).execute(&mut *transaction).await?;
        }
        let (kind, subject) = (Work::BuildIndexes.word(), [indexes::SUBJECT.to_owned()]);
        jobs::enqueue(&mut transaction, &tenant.schema, (kind, &subject), chrono::Utc::now()).await?;
        set_level(&mut transaction, tenant).await?;
        self.raise_wall(&mut transaction, tenant).await?;
        Ok(transaction.commit().await?)
    }

    /// Makes the tenant's schema with its system tables, the `user` table and the record of Trellis
    /// itself, in one transaction. A schema that is there already is left alone.
    pub async fn create_schema(&self, tenant: &Tenant) -> Result<()> {
        let mut transaction = self.pool().begin().await?;
        crate::store::lock_state(&mut transaction, tenant).await?;
        if crate::store::has_schema(&mut transaction, tenant).await? {
            return Ok(());
        }
        create_system_tables(&mut transaction, tenant).await?;
        for step in apply::initial_steps(tenant, &Definitions::default())? {
            sqlx::query(AssertSqlSafe(step)).execute(&mut *transaction).await?;
        }
        insert_system_user(&mut transaction, tenant).await?;
        self.raise_wall(&mut transaction, tenant).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Sees to the record that stands for whoever of the reseller is let in, under this name.
    pub async fn put_support_user(&self, tenant: &Tenant, name: &str) -> Result<()> {
        put_system_user(&mut *self.pool().acquire().await?, tenant, (SUPPORT_USER, name)).await
    }

    /// Whether the tenant's schema is there.
    pub async fn has_schema(&self, tenant: &Tenant) -> Result<bool> {
        crate::store::has_schema(&mut *self.pool().acquire().await?, tenant).await
    }

    /// Drops the tenant's schema with everything in it, and its role; answers whether no role is left.
    pub async fn drop_schema(&self, tenant: &Tenant) -> Result<bool> {
        crate::store::drop_schema(self.pool(), tenant).await?;
        self.forget(tenant);
        self.rooms().forget(tenant.id);
        self.raze_wall(tenant).await
    }
}

pub(crate) async fn create_system_tables(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let schema = quoted(&tenant.schema);
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut *connection).await?;
    put_system_tables(connection, tenant).await
}

/// The system tables, in a schema that is there.
pub(crate) async fn put_system_tables(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    for text in system_tables(tenant) {
        sqlx::query(AssertSqlSafe(text)).execute(&mut *connection).await?;
    }
    set_level(connection, tenant).await
}

/// The statements that make the system tables and the functions of search.
fn system_tables(tenant: &Tenant) -> impl Iterator<Item = String> {
    let schema = quoted(&tenant.schema);
    let tables = SYSTEM_TABLES.iter().map(move |statement| statement.replace("{schema}", &schema));
    tables.chain(search_functions(&tenant.schema))
}

async fn set_level(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let text = format!("UPDATE {} SET level = $1", table(&tenant.schema, "_state"));
    sqlx::query(AssertSqlSafe(text)).bind(LEVEL).execute(connection).await?;
    Ok(())
}

pub(crate) async fn insert_system_user(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    put_system_user(connection, tenant, (SYSTEM_USER, "Trellis")).await
}

/// A record of `user` who is no person: it has no seat, no address and no password.
async fn put_system_user(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (id, name): (Uuid, &str),
) -> Result<()> {
    let text = format!(
        "INSERT INTO {} AS u (id, name, kind, active, owner_id, created_by_id, updated_by_id, created_at, updated_at, version) \
         VALUES ($1, $2, 'system', true, $3, $3, $3, $4, $4, 1) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE u.name <> excluded.name",
        table(&tenant.schema, "user")
    );
    let now = chrono::Utc::now();
    sqlx::query(AssertSqlSafe(text))
        .bind(id)
        .bind(name)
        .bind(SYSTEM_USER)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}
