//! What the tests of the cluster share: a data directory that cleans up, and a table with rows.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use postgres::{Database, Error, PrivateOptions, Source};
use sqlx::{ConnectOptions, Connection, PgConnection};

/// Removed at the end of the test, after stopping a server that a failed test left.
pub struct DataDir {
    pub path: PathBuf,
}

impl DataDir {
    pub fn new(name: &str) -> DataDir {
        DataDir { path: std::env::temp_dir().join(format!("trellis-pg-{name}-{}", std::process::id())) }
    }

    /// The root of the cluster, wherever it lies.
    pub fn root(&self) -> PathBuf {
        match std::fs::read_to_string(self.path.join("postgres-at")) {
            Ok(elsewhere) => PathBuf::from(elsewhere.trim()),
            Err(_) => self.path.join("postgres"),
        }
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if let Some(pid) = find_server_pid(self) {
            kill(pid, "-QUIT");
        }
        let _ = std::fs::remove_dir_all(self.root());
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

pub async fn start(dir: &DataDir, durable: bool) -> Result<Database, Error> {
    start_at(&dir.path, durable).await
}

pub async fn start_at(path: &Path, durable: bool) -> Result<Database, Error> {
    Database::start(Source::Private(PrivateOptions { data_dir: path.to_owned(), durable })).await
}

pub fn find_server_pid(dir: &DataDir) -> Option<u32> {
    let text = std::fs::read_to_string(dir.root().join("data/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

/// Through the program, as a person would.
pub fn kill(pid: u32, signal: &str) {
    let status = Command::new("kill").args([signal, &pid.to_string()]).status();
    assert!(status.expect("kill runs").success());
}

/// A restarting server refuses connections for a moment.
pub async fn connect_patiently(database: &Database) -> PgConnection {
    let deadline = Instant::now() + Duration::from_secs(15);
    loop {
        match database.connect_options().connect().await {
            Ok(connection) => return connection,
            Err(error) => assert!(Instant::now() < deadline, "no connection: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub async fn write_row(database: &Database, value: i32) {
    let mut connection = connect_patiently(database).await;
    let statement = "create table if not exists kept (value int)";
    sqlx::query(statement).execute(&mut connection).await.expect("created");
    let inserted = sqlx::query("insert into kept values ($1)").bind(value).execute(&mut connection).await;
    inserted.expect("inserted");
    connection.close().await.expect("closed");
}

pub async fn rows(database: &Database) -> i64 {
    let mut connection = connect_patiently(database).await;
    sqlx::query_scalar("select count(*) from kept").fetch_one(&mut connection).await.expect("counted")
}

pub fn socket_directory(url: &str) -> &str {
    let (_, rest) = url.split_once("host=").expect("a host");
    rest.split('&').next().expect("split gives a first part")
}
