//! Servers and owners of servers that are killed.

use std::time::{Duration, Instant};

use postgres::{Database, Error};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::helper::Helper;
use crate::support::{DataDir, find_server_pid, kill, rows, start, write_row};

#[tokio::test]
async fn a_killed_server_comes_back_with_its_rows() {
    let dir = DataDir::new("killed");
    let database = start(&dir, true).await.expect("start");
    write_row(&database, 7).await;
    let pid = find_server_pid(&dir).expect("running");
    let since = Instant::now();
    let died = database.died();
    kill(pid, "-KILL");
    died.await;
    assert_eq!(rows(&database).await, 1);
    println!("service back after kill -9: {:?}", since.elapsed());
    assert_ne!(find_server_pid(&dir), Some(pid));
    database.stop().await.expect("stop");
    assert_eq!(find_server_pid(&dir), None);
}

#[tokio::test]
async fn it_comes_back_every_time() {
    let dir = DataDir::new("again");
    let database = start(&dir, true).await.expect("start");
    write_row(&database, 7).await;
    for _ in 0..3 {
        let died = database.died();
        kill(find_server_pid(&dir).expect("running"), "-KILL");
        died.await;
        assert_eq!(rows(&database).await, 1);
    }
    database.stop().await.expect("stop");
}

#[tokio::test]
async fn it_can_be_stopped_while_it_restarts() {
    let dir = DataDir::new("midway");
    for moment in [0, 60, 120] {
        let database = start(&dir, false).await.expect("start");
        let died = database.died();
        kill(find_server_pid(&dir).expect("running"), "-KILL");
        died.await;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        database.stop().await.expect("stop");
    }
    start(&dir, false).await.expect("start").stop().await.expect("stop");
}

#[tokio::test]
async fn no_acknowledged_row_is_lost_under_load() {
    let dir = DataDir::new("load");
    let database = start(&dir, true).await.expect("start");
    write_row(&database, 0).await;
    let writers: Vec<_> =
        (0..4).map(|_| tokio::spawn(write_until_broken(database.connect_options()))).collect();
    tokio::time::sleep(Duration::from_millis(700)).await;
    let since = Instant::now();
    kill(find_server_pid(&dir).expect("running"), "-KILL");
    let mut acknowledged = 1;
    for writer in writers {
        acknowledged += writer.await.expect("ended");
    }
    let found = rows(&database).await;
    println!("{acknowledged} rows acknowledged, {found} found, back after {:?}", since.elapsed());
    // A row may have been committed without the answer having come through, one for each writer.
    assert!(acknowledged > 4 && (acknowledged..=acknowledged + 4).contains(&found));
    database.stop().await.expect("stop");
}

/// Inserts one row per transaction; returns how many were acknowledged before the connection broke.
async fn write_until_broken(options: PgConnectOptions) -> i64 {
    let mut connection = options.connect().await.expect("connected");
    let mut acknowledged = 0;
    while sqlx::query("insert into kept values (1)").execute(&mut connection).await.is_ok() {
        acknowledged += 1;
    }
    acknowledged
}

#[tokio::test]
async fn the_server_of_a_killed_owner_is_taken_over() {
    let dir = DataDir::new("owner");
    let mut owner = Helper::start(&dir, &[]);
    assert_eq!(owner.first_word(), "ready");
    let left = find_server_pid(&dir).expect("running");
    owner.kill();

    let since = Instant::now();
    let database = start(&dir, true).await.expect("take over");
    println!("start over a running server: {:?}", since.elapsed());
    assert_ne!(find_server_pid(&dir), Some(left));
    assert_eq!(rows(&database).await, 1);
    database.stop().await.expect("stop");
}

#[tokio::test]
async fn owner_and_server_may_die_together() {
    let dir = DataDir::new("both");
    let mut owner = Helper::start(&dir, &[]);
    assert_eq!(owner.first_word(), "ready");
    let left = find_server_pid(&dir).expect("running");
    owner.kill();
    kill(left, "-KILL");

    let since = Instant::now();
    let database = start(&dir, true).await.expect("recover");
    println!("start after both were killed: {:?}", since.elapsed());
    assert_eq!(rows(&database).await, 1);
    database.stop().await.expect("stop");
}

#[tokio::test]
async fn a_first_start_may_be_killed_at_any_moment() {
    let dir = DataDir::new("early");
    for moment in [5, 60, 150, 300, 450, 600, 750] {
        let mut owner = Helper::start(&dir, &[]);
        tokio::time::sleep(Duration::from_millis(moment)).await;
        owner.kill();
    }
    let database = start(&dir, false).await.expect("start");
    write_row(&database, 1).await;
    database.stop().await.expect("stop");
}

#[tokio::test]
async fn a_stale_process_id_of_somebody_else_does_no_harm() {
    let dir = DataDir::new("stale");
    let database = start(&dir, false).await.expect("start");
    write_row(&database, 1).await;
    database.stop().await.expect("stop");
    // As after a reboot: the number belongs to a process of the same user that is no server.
    let mut stranger = crate::helper::sleeper(&dir);
    std::fs::write(dir.root().join("data/postmaster.pid"), format!("{}\n/x\n", stranger.id()))
        .expect("written");
    let database: Result<Database, Error> = start(&dir, false).await;
    assert!(stranger.try_wait().expect("asked").is_none(), "the stranger lives");
    stranger.kill().expect("killed");
    stranger.wait().expect("reaped");
    assert_eq!(rows(database.as_ref().expect("start")).await, 1);
    database.expect("start").stop().await.expect("stop");
}
