//! The clusters of `postgres::testing`.

use std::time::{Duration, Instant};

use postgres::testing::{TestDatabase, test_database, test_database_from, test_template};
use sqlx::{ConnectOptions, Connection};

use crate::helper::Helper;
use crate::support::{DataDir, socket_directory};

async fn answer(database: &TestDatabase, statement: &'static str) -> i64 {
    let mut connection = database.connect_options().connect().await.expect("connected");
    sqlx::query_scalar(statement).fetch_one(&mut connection).await.expect("answered")
}

#[tokio::test]
async fn databases_are_apart_and_come_from_templates() {
    test_template("furnished", async |options| {
        let mut connection = options.connect().await?;
        sqlx::query("create table chair as select 4 as legs").execute(&mut connection).await?;
        connection.close().await
    })
    .await;
    let since = Instant::now();
    let first = test_database_from("furnished").await;
    println!("database from a template: {:?}", since.elapsed());
    let second = test_database_from("furnished").await;
    assert_eq!(
        answer(&first, "with gone as (delete from chair returning 1) select count(*) from gone").await,
        1
    );
    assert_eq!(answer(&second, "select count(*) from chair").await, 1);
    let empty = test_database("An odd name!").await;
    assert_eq!(answer(&empty, "select count(*) from pg_tables where schemaname = 'public'").await, 0);
    assert_eq!(answer(&empty, "select current_setting('max_connections')::bigint").await, 200);
}

#[test]
fn the_cluster_ends_with_a_killed_process() {
    let dir = DataDir::new("throwaway");
    let mut helper = Helper::start(&dir, &[("TRELLIS_TEST_THROWAWAY", "1")]);
    let said = helper.first_word();
    let run = socket_directory(&said).to_owned();
    let root = std::path::Path::new(&run).parent().expect("a root").to_owned();
    assert!(root.join("data/postmaster.pid").exists());
    helper.kill();
    let deadline = Instant::now() + Duration::from_secs(10);
    while root.exists() {
        assert!(Instant::now() < deadline, "{} is still there", root.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}
