//! Something that is held against a node in the database, so that what it does stops at a place of choice.

use postgres::testing::TestDatabase;
use sqlx::{ConnectOptions, PgConnection, raw_sql};

use crate::office::PATIENCE;

/// A lock that is held until the gate opens.
pub struct Gate {
    connection: PgConnection,
    backend: i32,
}

impl Gate {
    /// Takes a lock.
    pub async fn shut(database: &TestDatabase, text: &str) -> Self {
        let mut connection = database.connect_options().connect().await.unwrap();
        let text = format!("BEGIN; {text}");
        raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
        let backend = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.unwrap();
        Self { connection, backend }
    }

    /// Whether somebody stands before it, as a question to the database.
    pub fn is_reached(&self) -> String {
        let backend = self.backend;
        format!("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {backend} = ANY (pg_blocking_pids(pid)))")
    }

    /// Lets the node pass.
    pub async fn open(mut self) {
        raw_sql("ROLLBACK").execute(&mut self.connection).await.unwrap();
    }
}

/// Returns when a question of the database is answered with yes.
pub async fn until(connection: &mut PgConnection, question: &str) {
    let asked = async {
        loop {
            let text = sqlx::AssertSqlSafe(question.to_owned());
            if sqlx::query_scalar::<_, bool>(text).fetch_one(&mut *connection).await.unwrap() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let asked = tokio::time::timeout(PATIENCE, asked).await;
    assert!(asked.is_ok(), "it never came to: {question}");
}
