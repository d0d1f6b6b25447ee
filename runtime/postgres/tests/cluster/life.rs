//! Started, stopped, started again; and what a session finds.

use std::time::{Duration, Instant};

use postgres::{Database, Error};

use crate::support::{DataDir, connect_patiently, find_server_pid, rows, start, write_row};

#[tokio::test]
async fn data_is_kept_over_stop_and_start() {
    let dir = DataDir::new("keep");
    let first = Instant::now();
    let database = start(&dir, true).await.expect("first start");
    println!("first start: {:?}", first.elapsed());
    write_row(&database, 1).await;
    let stop = Instant::now();
    database.stop().await.expect("stop");
    println!("stop: {:?}", stop.elapsed());
    assert_eq!(find_server_pid(&dir), None);

    let later = Instant::now();
    let database = start(&dir, true).await.expect("later start");
    println!("later start: {:?}", later.elapsed());
    assert_eq!(rows(&database).await, 1);
    database.stop().await.expect("stop");
}

#[tokio::test]
async fn sessions_are_plain_and_in_utc() {
    let dir = DataDir::new("session");
    let database = start(&dir, false).await.expect("start");
    let mut connection = connect_patiently(&database).await;
    let seen: (String, String, String, String, bool) = sqlx::query_as(
        "select current_database()::text, current_user::text, current_setting('TimeZone'),
                current_setting('application_name'), rolsuper from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await
    .expect("query");
    let expected = ("trellis", "trellis", "UTC", "trellis", false);
    assert_eq!((&*seen.0, &*seen.1, &*seen.2, &*seen.3, seen.4), expected);
    let checked: (String, String, String) = sqlx::query_as(
        "select current_setting('data_checksums'), current_setting('listen_addresses'), lower('ÄÉ')",
    )
    .fetch_one(&mut connection)
    .await
    .expect("query");
    assert_eq!((&*checked.0, &*checked.1, &*checked.2), ("on", "", "äé"));
    database.stop().await.expect("stop");
}

#[tokio::test]
async fn dropping_without_stop_leaves_a_directory_to_start_in() {
    let dir = DataDir::new("dropped");
    let database = start(&dir, false).await.expect("start");
    write_row(&database, 1).await;
    drop(database);
    let database = start_patiently(&dir).await;
    assert_eq!(rows(&database).await, 1);
    database.stop().await.expect("stop");
}

/// The lock is free only after the dropped server has ended, which takes a moment.
async fn start_patiently(dir: &DataDir) -> Database {
    loop {
        match start(dir, false).await {
            Err(Error::InUse { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            other => return other.expect("start"),
        }
    }
}

#[tokio::test]
async fn half_made_clusters_are_ignored() {
    let dir = DataDir::new("half");
    for name in ["data.new", "data.new.99999"] {
        let half = dir.path.join("postgres").join(name);
        std::fs::create_dir_all(&half).expect("made");
        std::fs::write(half.join("PG_VERSION"), "15\n").expect("written");
    }
    let database = start(&dir, false).await.expect("start");
    write_row(&database, 1).await;
    database.stop().await.expect("stop");
    assert!(!dir.path.join("postgres/data.new").exists());
}
