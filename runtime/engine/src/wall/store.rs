//! The statements of walls. A role is called by the tenant's id, since roles are of the whole cluster, where another
//! database may have a schema of the same name.

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, PgTransaction, Postgres};

use crate::audit::{BLOCKS, SEALED, TAIL};
use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::store::lock_state;
use crate::write::sql::{quoted, table};

/// Tables that are only read behind the wall. What stands in `_retypes` becomes functions that the owner runs.
const READ: [&str; 6] = ["_metadata", "_revisions", "_packages", "_retypes", SEALED, BLOCKS];

/// What makes roles for a user who may not: in a private cluster, and wherever an operator puts it.
const MAKER: &str = "(SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'trellis_roles' \
     AND p.proname = 'make' AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE'))";

/// Name of the tenant's role.
pub fn role_of(tenant: &Tenant) -> String {
    format!("trellis_{}", tenant.id.simple())
}

pub(super) async fn may_make_roles(connection: &mut PgConnection) -> Result<bool> {
    let text = format!(
        "SELECT rolsuper OR rolcreaterole OR {MAKER} IS NOT NULL FROM pg_roles WHERE rolname = current_user"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// Whether the tenant's role is there and reaches its schema.
pub(super) async fn has_role(connection: &mut PgConnection, tenant: &Tenant) -> Result<bool> {
    let text = "SELECT EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname = $1 AND has_schema_privilege(r.oid, to_regnamespace($2), 'USAGE'))";
    let query = sqlx::query_scalar(text).bind(role_of(tenant)).bind(quoted(&tenant.schema));
    Ok(query.fetch_one(connection).await?)
}

/// What the tenant's role may do with one table, and what it should.
pub(super) struct Held {
    /// As a statement names it.
    pub table: String,
    /// Privileges that it lacks on all columns or some.
    pub missing: Vec<&'static str>,
    /// Privileges that it has and should not, be it on one column.
    pub excess: Vec<&'static str>,
}

/// Every privilege on a table. The first four are those of records.
const WORDS: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];

/// What the role should have on a table of its schema.
fn wanted(name: &str, is_part: bool) -> &'static [&'static str] {
    match name {
        // Months of the log are read through it.
        _ if is_part => &[],
        "_state" => &["SELECT", "UPDATE"],
        TAIL => &["SELECT", "INSERT"],
        name if READ.contains(&name) => &WORDS[..1],
        _ => &WORDS[..4],
    }
}

/// Where the rights of the tenant's role are not what they should be: on tables of its own schema, and on those of
/// others, of which it should have none.
pub(super) async fn list_held(connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<Held>> {
    let words = WORDS.map(|word| format!("'{word}'")).join(", ");
    // What an extension brings, and what PostgreSQL itself has, is everybody's.
    let text = format!(
        "SELECT n.nspname = $1, c.relname::text, c.relispartition, c.oid::regclass::text, \
         array(SELECT has_table_privilege($2, c.oid, w) FROM unnest(ARRAY[{words}]) w), \
         array(SELECT CASE WHEN w IN ('DELETE', 'TRUNCATE', 'TRIGGER') THEN has_table_privilege($2, c.oid, w) ELSE has_any_column_privilege($2, c.oid, w) END FROM unnest(ARRAY[{words}]) w) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (n.nspname = $1 OR has_schema_privilege($2, n.oid, 'USAGE')) \
         AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1 DESC, 2"
    );
    type Row = (bool, String, bool, String, Vec<bool>, Vec<bool>);
    let query = sqlx::query_as(AssertSqlSafe(text)).bind(&tenant.schema).bind(role_of(tenant));
    let rows: Vec<Row> = query.fetch_all(connection).await?;
    let held = rows.into_iter().map(|(is_own, name, is_part, table, whole, some)| {
        let wanted = if is_own { wanted(&name, is_part) } else { &[] };
        let pick = |has: &[bool], is_wanted: bool| -> Vec<&'static str> {
            let words = WORDS
                .iter()
                .zip(has)
                .filter(|(word, has)| wanted.contains(word) == is_wanted && **has != is_wanted);
            words.map(|(word, _)| *word).collect()
        };
        Held { missing: pick(&whole, true), excess: pick(&some, false), table }
    });
    Ok(held.filter(|held| !held.missing.is_empty() || !held.excess.is_empty()).collect())
}

/// What the tenant's role can do that no role of a tenant should: attributes of its own, roles that it belongs to,
/// making things in its schema.
pub(super) async fn list_powers(connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<String>> {
    let text = "SELECT array_remove(ARRAY[CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, \
         CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END, \
         CASE WHEN r.rolreplication THEN 'REPLICATION' END, CASE WHEN r.rolcanlogin THEN 'LOGIN' END, \
         CASE WHEN has_schema_privilege(r.oid, to_regnamespace($2), 'CREATE') THEN 'CREATE in ' || $2 END], NULL) \
         || array(SELECT 'member of ' || quote_ident(g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1) \
         FROM pg_roles r WHERE r.rolname = $1";
    let query = sqlx::query_scalar(text).bind(role_of(tenant)).bind(quoted(&tenant.schema));
    Ok(query.fetch_one(connection).await?)
}

/// Takes from the tenant's role what it should not have on a table.
pub(super) async fn take(connection: &mut PgConnection, tenant: &Tenant, held: &Held) -> Result<()> {
    let (words, role) = (held.excess.join(", "), quoted(&role_of(tenant)));
    let text = format!("REVOKE {words} ON {} FROM {role}", held.table);
    sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}

pub(super) async fn enter(connection: &mut PgConnection, tenant: &Tenant) -> sqlx::Result<()> {
    let text = format!("SET ROLE {}", quoted(&role_of(tenant)));
    sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}

/// Back to the owner of the tables, and out of a transaction whose begin was given up half way: nobody else knows of it.
/// It ends first, for its end would bring back the role that it began with.
pub(crate) async fn leave(connection: &mut PoolConnection<Postgres>) -> sqlx::Result<()> {
    sqlx::raw_sql("BEGIN; ROLLBACK; RESET ROLE").execute(&mut **connection).await?;
    Ok(())
}

/// A transaction, behind the wall of a tenant. The role comes first: where it is not there, nothing has begun.
pub(super) async fn begin(pool: &PgPool, behind: Option<&Tenant>) -> sqlx::Result<PgTransaction<'static>> {
    let Some(tenant) = behind else { return pool.begin().await };
    let text = format!("SET LOCAL ROLE {}; BEGIN", quoted(&role_of(tenant)));
    pool.begin_with(AssertSqlSafe(text)).await
}

/// Gives the tenant its role when it lacks it, in a transaction of its own. The connection is its owner's afterwards.
pub(super) async fn ensure(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    sqlx::raw_sql("RESET ROLE").execute(&mut *connection).await?;
    if has_role(connection, tenant).await? {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    lock_state(&mut transaction, tenant).await?;
    raise(&mut transaction, tenant).await?;
    Ok(transaction.commit().await?)
}

/// Makes the tenant's role and gives it what it may do; what is there stays. Tables that come later are given as they
/// are made.
pub(super) async fn raise(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let there: bool = sqlx::query_scalar("SELECT to_regnamespace($1) IS NOT NULL")
        .bind(quoted(&tenant.schema))
        .fetch_one(&mut *connection)
        .await?;
    if !there {
        return Err(Error::NotFound);
    }
    sqlx::raw_sql(AssertSqlSafe(raising(tenant))).execute(connection).await?;
    Ok(())
}

fn raising(tenant: &Tenant) -> String {
    let (role, schema) = (quoted(&role_of(tenant)), quoted(&tenant.schema));
    let all = "SELECT, INSERT, UPDATE, DELETE";
    let read = READ.map(|name| table(&tenant.schema, name)).join(", ");
    let (state, tail) = (table(&tenant.schema, "_state"), table(&tenant.schema, TAIL));
    // Somebody may make the role for a copy of this database at the same time. Tables are found by way of their schema:
    // `ALL TABLES IN SCHEMA` reads every tenant's.
    format!(
        "DO $$ BEGIN IF {MAKER} IS NOT NULL THEN PERFORM trellis_roles.make('{name}'); ELSE CREATE ROLE {role} NOLOGIN NOINHERIT; END IF; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; \
         DO $$ BEGIN IF {MAKER} IS NULL AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN GRANT {role} TO CURRENT_USER; END IF; END $$; \
         GRANT USAGE ON SCHEMA {schema} TO {role}; \
         DO $$ DECLARE names text; BEGIN SELECT string_agg(d.objid::regclass::text, ', ') INTO names FROM pg_depend d JOIN pg_class c ON c.oid = d.objid \
         WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = '{schema}'::regnamespace AND d.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p', 'v', 'm', 'f'); \
         IF names IS NOT NULL THEN EXECUTE format('GRANT {all} ON %s TO {role}', names); END IF; END $$; \
         ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {all} ON TABLES TO {role}; \
         REVOKE INSERT, UPDATE, DELETE ON {read} FROM {role}; \
         REVOKE INSERT, DELETE ON {state} FROM {role}; \
         REVOKE UPDATE, DELETE ON {tail} FROM {role}; \
         DO $$ DECLARE month regclass; BEGIN FOR month IN SELECT inhrelid FROM pg_inherits WHERE inhparent = '{sealed}'::regclass \
         LOOP EXECUTE format('REVOKE ALL ON %s FROM {role}', month); END LOOP; END $$",
        name = role_of(tenant),
        sealed = table(&tenant.schema, SEALED),
    )
}

/// Takes a table that was made just now out of the role's reach.
pub(crate) async fn close(connection: &mut PgConnection, tenant: &Tenant, name: &str) -> Result<()> {
    let role = role_of(tenant);
    let text = format!(
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN REVOKE ALL ON {name} FROM {}; END IF; END $$",
        quoted(&role)
    );
    sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}

pub(super) async fn drop_role(pool: &PgPool, tenant: &Tenant) -> Result<()> {
    let role = role_of(tenant);
    let text = format!(
        "DO $$ BEGIN IF {MAKER} IS NOT NULL THEN PERFORM trellis_roles.remove('{role}'); ELSE DROP ROLE IF EXISTS {}; END IF; END $$",
        quoted(&role)
    );
    sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await?;
    Ok(())
}

/// Whether a role could not be dropped because others use it, or because it is not ours to drop.
pub(super) fn is_needed(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == "2BP01" || code == "42501")
}
