//! The few static statements that prepare a database server. Not a place for tables.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use crate::Error;

/// Name of the database and of the plain role that owns it in a private cluster.
pub const TRELLIS: &str = "trellis";

/// Lets the plain role make and drop the roles of tenants and no others: the right to make any role is nearly a
/// superuser's, also before PostgreSQL 16.
const TENANT_ROLES: &str = "
    create schema if not exists trellis_roles;
    create or replace function trellis_roles.make(name text) returns void language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$ begin
        if name !~ '^trellis_[0-9a-f]{32}$' then raise insufficient_privilege; end if;
        if not exists (select from pg_roles where rolname = name) then execute format('create role %I nologin noinherit', name); end if;
        execute format('grant %I to trellis', name);
    end $$;
    create or replace function trellis_roles.remove(name text) returns void language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$ begin
        if name !~ '^trellis_[0-9a-f]{32}$' then raise insufficient_privilege; end if;
        execute format('drop role if exists %I', name);
    end $$;
    revoke all on all functions in schema trellis_roles from public;
    grant usage on schema trellis_roles to trellis;
    grant execute on all functions in schema trellis_roles to trellis;";

/// Creates role and database if they are missing. `admin` connects as the superuser.
///
/// The role is no superuser: Trellis works as it would with an external server, where it has one database.
pub async fn create_database(admin: &PgConnectOptions) -> Result<(), Error> {
    let mut connection = admin.connect().await.map_err(Error::sql("connect to PostgreSQL"))?;
    let (role, database) =
        load_present(&mut connection).await.map_err(Error::sql("look for the database"))?;
    if !role {
        let statement = "create role trellis login; grant pg_monitor to trellis";
        run(&mut connection, statement).await.map_err(Error::sql("create the role trellis"))?;
    }
    if !database {
        let statement = "create database trellis owner trellis";
        run(&mut connection, statement).await.map_err(Error::sql("create the database trellis"))?;
    }
    sqlx::Connection::close(connection).await.map_err(Error::sql("disconnect"))?;
    allow_tenant_roles(&admin.clone().database(TRELLIS)).await
}

/// Puts what makes roles of tenants into a database that `admin` connects to.
pub(crate) async fn allow_tenant_roles(admin: &PgConnectOptions) -> Result<(), Error> {
    let mut connection = admin.connect().await.map_err(Error::sql("connect to the database"))?;
    run(&mut connection, TENANT_ROLES).await.map_err(Error::sql("let tenants have roles"))?;
    sqlx::Connection::close(connection).await.map_err(Error::sql("disconnect"))
}

/// The major version of a server, from `150014` or `180001`.
pub async fn load_major_version(options: &PgConnectOptions) -> Result<u32, Error> {
    let mut connection = options.connect().await.map_err(Error::sql("connect to the database"))?;
    let number: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(&mut connection)
        .await
        .map_err(Error::sql("ask for the server's version"))?;
    sqlx::Connection::close(connection).await.map_err(Error::sql("disconnect"))?;
    Ok(u32::try_from(number).unwrap_or_default() / 10_000)
}

async fn load_present(connection: &mut PgConnection) -> Result<(bool, bool), sqlx::Error> {
    let statement = "select exists (select from pg_roles where rolname = 'trellis'),
                            exists (select from pg_database where datname = 'trellis')";
    sqlx::query_as(statement).fetch_one(connection).await
}

async fn run(connection: &mut PgConnection, statement: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(statement).execute(connection).await.map(|_| ())
}
