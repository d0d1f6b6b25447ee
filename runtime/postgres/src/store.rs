//! The few static statements that prepare a database server. Not a place for tables.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use crate::Error;

/// Name of the database and of the plain role that owns it in a private cluster.
pub const TRELLIS: &str = "trellis";

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
