//! Starts that must fail, and what they say.

use postgres::{Database, Error, Source};

use crate::helper::Helper;
use crate::support::{DataDir, connect_patiently, start};

#[tokio::test]
async fn a_second_start_is_refused_and_names_the_first() {
    let dir = DataDir::new("second");
    let database = start(&dir, false).await.expect("start");
    let error = start(&dir, false).await.expect_err("in use");
    assert!(matches!(error, Error::InUse { pid: Some(pid), .. } if pid == std::process::id()), "{error}");

    let elsewhere = Helper::start(&dir, &[]).first_word();
    let said = format!("in use by another Trellis (process id {})", std::process::id());
    assert!(elsewhere.contains(&said), "{elsewhere}");
    database.stop().await.expect("stop");
}

#[test]
fn without_server_programs_it_says_what_to_install() {
    let dir = DataDir::new("nothing");
    let said = Helper::start(&dir, &[("TRELLIS_POSTGRES_BIN", "/nonexistent/bin")]).first_word();
    assert!(said.contains("no PostgreSQL server programs found"), "{said}");
    assert!(said.contains("/nonexistent/bin") && said.contains("Install them with: "), "{said}");
}

#[tokio::test]
async fn a_server_that_does_not_start_is_quoted() {
    let dir = DataDir::new("broken");
    start(&dir, false).await.expect("start").stop().await.expect("stop");
    for (setting, complaint) in
        [("no_such_setting = 1", "no_such_setting"), ("work_mem = 'much'", "work_mem")]
    {
        std::fs::write(dir.root().join("conf/custom.conf"), setting).expect("written");
        let error = start(&dir, true).await.expect_err("refused").to_string();
        assert!(error.contains(complaint), "{error}");
    }
    std::fs::write(dir.root().join("conf/custom.conf"), "work_mem = '7MB'").expect("written");
    start(&dir, false).await.expect("start").stop().await.expect("stop");
}

#[tokio::test]
async fn external_servers_are_checked_and_left_alone() {
    let database = postgres::testing::test_database("external").await;
    let external = Database::start(Source::External(database.url())).await.expect("connected");
    connect_patiently(&external).await;
    assert!(external.url().contains(database.name()), "{}", external.url());
    external.stop().await.expect("nothing to stop");
    connect_patiently(&Database::start(Source::External(database.url())).await.expect("still there")).await;
}

#[tokio::test]
async fn external_servers_that_do_not_answer_are_errors() {
    let nowhere = Source::External("postgres://nobody:secret@127.0.0.1:1/none".to_owned());
    let error = Database::start(nowhere).await.expect_err("nobody listens").to_string();
    assert!(error.contains("connect to the database") && !error.contains("secret"), "{error}");
    let error = Database::start(Source::External("not a url".to_owned())).await.expect_err("no url");
    assert!(matches!(error, Error::Url(_)), "{error}");
}
