//! Databases for tests: one throw-away cluster per test process, a fresh database per call. The cluster ends with the
//! process, however that ends. What fails here panics with the reason, as a test would.
//!
//! ```no_run
//! # async fn test() {
//! let database = postgres::testing::test_database("lists").await;
//! let pool = sqlx::PgPool::connect_with(database.connect_options()).await;
//! # }
//! ```

mod shared;
mod watchdog;

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use tokio::sync::{Mutex, OnceCell};

use self::shared::{Cluster, EMPTY, or_panic};

/// A database of its own; dropped together with the value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    options: PgConnectOptions,
}

impl TestDatabase {
    /// As the plain role that owns the database, like [`crate::Database::connect_options`].
    pub fn connect_options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// As the superuser of the cluster, which Trellis never is.
    pub fn superuser_options(&self) -> PgConnectOptions {
        Cluster::of_this_process().superuser_of(&self.name)
    }

    /// For [`test_database_from`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For a program under test that takes `TRELLIS_DATABASE_URL`; also good for `psql`. Contains no password.
    pub fn url(&self) -> String {
        Cluster::of_this_process().url_of(&self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        Cluster::of_this_process().drop_later(&self.name);
    }
}

/// A new, empty database. The hint makes its name readable: letters, digits and `_`.
pub async fn test_database(name_hint: &str) -> TestDatabase {
    create(EMPTY, name_hint).await
}

/// A new copy of a database that nobody is connected to: a template of [`test_template`], or a test database.
pub async fn test_database_from(template: &str) -> TestDatabase {
    create(template, template).await
}

/// Makes the database `name` once per process with `prepare`, to be copied by [`test_database_from`].
///
/// `prepare` must close its connections (`pool.close().await`), or the copies fail.
pub async fn test_template<E: Display>(
    name: &str,
    prepare: impl AsyncFnOnce(PgConnectOptions) -> Result<(), E>,
) {
    static MADE: OnceCell<Mutex<HashSet<String>>> = OnceCell::const_new();
    let mut made = MADE.get_or_init(async || Mutex::default()).await.lock().await;
    if made.contains(name) {
        return;
    }
    let cluster = Cluster::of_this_process();
    or_panic("create the template", cluster.create(name, EMPTY).await);
    or_panic("prepare the template", prepare(cluster.options_of(name)).await);
    made.insert(name.to_owned());
}

async fn create(template: &str, hint: &str) -> TestDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // PostgreSQL cuts names at 63 bytes; the count keeps them apart.
    let hint: String = hint.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
    let name = format!("test_{}_{count}", hint.to_ascii_lowercase());
    let cluster = Cluster::of_this_process();
    or_panic("create a test database", cluster.create(&name, template).await);
    TestDatabase { options: cluster.options_of(&name), name }
}
