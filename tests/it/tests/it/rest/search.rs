//! Search across objects: what is found, how it is marked, and who finds it.

use it::World;
use it::site::{Site, encoded};
use metadata::Kind;
use metadata::ddl::Searched;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

mod language;

async fn site(name: &str) -> Site {
    let site = Site::new(World::with_packages(name).await).await;
    for (plural, record) in [
        ("accounts", json!({ "name": "Tidewater Solar", "website": "https://tidewater.example.com" })),
        ("accounts", json!({ "name": "Höhenzug GmbH" })),
        ("deals", json!({ "name": "Solar array for Tidewater <b>" })),
        ("deals", json!({ "name": "Nothing of it" })),
        ("contacts", json!({ "last_name": "Tidewell", "email": "tess@tidewater.example.com" })),
        ("tasks", json!({ "title": "Call about the solar array" })),
    ] {
        site.ask("POST", &format!("/api/v1/{plural}"), Some(record)).await.data(201);
    }
    site
}

async fn find(site: &Site, text: &str) -> Vec<(String, String)> {
    let data = site.get(&format!("/api/v1/search?q={}", encoded(text))).await.data(200);
    let word = |hit: &Json, key: &str| hit[key].as_str().unwrap_or_default().to_owned();
    data.as_array().unwrap().iter().map(|hit| (word(hit, "object"), word(hit, "name"))).collect()
}

fn names(found: &[(String, String)]) -> Vec<&str> {
    let mut names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn words_are_found_by_their_beginnings_wherever_they_are() {
    let site = site("search").await;
    assert_eq!(
        names(&find(&site, "solar").await),
        ["Call about the solar array", "Solar array for Tidewater <b>", "Tidewater Solar"]
    );
    assert_eq!(names(&find(&site, "SOLAR tide").await), ["Solar array for Tidewater <b>", "Tidewater Solar"]);
    assert_eq!(names(&find(&site, "höhen").await), ["Höhenzug GmbH"]);
    assert_eq!(names(&find(&site, "O'Neil & | ! <-> :*").await), [] as [&str; 0]);
    let marked = site.get("/api/v1/search?q=tidewater&objects=deals").await.data(200);
    assert_eq!(marked[0]["highlights"]["name"], "Solar array for <mark>Tidewater</mark> &lt;b&gt;");
    assert_eq!((marked.as_array().unwrap().len(), &marked[0]["plural"]), (1, &json!("deals")));
}

#[tokio::test]
async fn a_name_that_is_nearly_right_is_found_too() {
    let site = site("search_typo").await;
    let data = site.get("/api/v1/search?q=tidewatr+soler").await.data(200);
    assert_eq!((&data[0]["name"], &data[0]["similar"]), (&json!("Tidewater Solar"), &json!(true)), "{data}");
    // Where the database cannot tell, nothing is found, and nothing fails.
    sqlx::raw_sql("DROP EXTENSION pg_trgm").execute(site.world.engine.pool()).await.unwrap();
    assert_eq!(find(&site, "tidewatr soler").await, []);
}

#[tokio::test]
async fn others_find_what_they_see() {
    let site = site("search_may").await;
    let mia = site.person("mia", "member").await;
    assert_eq!(site.get_as(&mia, "/api/v1/search?q=solar").await.data(200), json!([]));
    let bin = site.get("/api/v1/deals?filter[name][contains]=solar").await.data(200);
    let place = format!("/api/v1/deals/{}", bin[0]["id"].as_str().unwrap());
    assert_eq!(site.ask("DELETE", &place, None).await.status, 204);
    assert_eq!(names(&find(&site, "array").await), ["Call about the solar array"]);
}

/// PostgreSQL's vectors of words have an end; records have none for it.
#[tokio::test]
async fn long_texts_are_saved_and_searched_in_part() {
    let site = site("search_long").await;
    let story: String = (0..80_000).map(|n| format!("word{n} ")).collect();
    site.ask("POST", "/api/v1/accounts", Some(json!({ "name": "Long", "description": story })))
        .await
        .data(201);
    assert_eq!(names(&find(&site, "word7").await), ["Long"]);
    assert_eq!(find(&site, "word79999").await, []);
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let site = site("search_wrong").await;
    for (rest, found) in [
        ("", "q required"),
        ("q=", "q empty"),
        ("q=%26%7C", "q empty"),
        ("q=a&objects=unicorns", "objects unknown-object"),
        ("q=a&limit=0", "limit out-of-range"),
        ("q=a&colour=1", "colour unknown-parameter"),
    ] {
        assert_eq!(site.get(&format!("/api/v1/search?{rest}")).await.problems(400), [found], "{rest}");
    }
    assert_eq!(
        site.get(&format!("/api/v1/search?q={}", "x".repeat(201))).await.problems(400),
        ["q too-long"]
    );
}

/// The index follows the set of searchable fields, and is what PostgreSQL asks.
#[tokio::test]
async fn fields_become_searchable_and_the_index_is_used() {
    let site = Site::new(World::with_packages("search_index").await).await;
    let pool = site.world.engine.pool();
    let define = async |searchable: bool| {
        let field = json!({ "name": "motto", "kind": "text", "searchable": searchable });
        site.world.define([(Kind::Fields, "account.motto", Some(field))]).await.unwrap();
    };
    define(false).await;
    site.ask("POST", "/api/v1/accounts", Some(json!({ "name": "Acme", "motto": "onward always" })))
        .await
        .data(201);
    assert_eq!(find(&site, "onward").await, []);
    define(true).await;
    assert_eq!(find(&site, "onward acme").await, [("account".to_owned(), "Acme".to_owned())]);
    let definition: Vec<String> = sqlx::query_scalar("SELECT indexdef FROM pg_indexes WHERE schemaname = 't_demo' AND tablename = 'account' AND indexname LIKE '%words_none_idx'").fetch_all(pool).await.unwrap();
    assert!(definition.len() == 1 && definition[0].contains("motto"), "{definition:?}");
    let mut connection = pool.acquire().await.unwrap();
    let many = (0..3000).map(|n| it::fields(&json!({ "name": format!("Account {n}") })));
    let system = site.world.system().await;
    site.world.run(&system, "account", engine::What::Create(many.collect())).await.unwrap();
    sqlx::raw_sql("ANALYZE t_demo.account").execute(&mut *connection).await.unwrap();
    let (snapshot, _) = site.world.engine.fresh_snapshot(&site.world.tenant).await.unwrap();
    let searched = Searched::of(snapshot.catalog.find_object("account").unwrap());
    let (vector, asked) = (searched.vector("t_demo", Some("r0")), searched.asked("t_demo", "ARRAY['onw']"));
    let text = format!(
        "EXPLAIN SELECT id FROM t_demo.account r0 WHERE ({vector}) @@ {asked} AND r0.deleted_at IS NULL"
    );
    let plan: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut *connection).await.unwrap();
    assert!(plan.iter().any(|line| line.contains("words_none_idx")), "{plan:?}");
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

/// In a large table names that are nearly right are found by an index, from the first time on that they were asked for.
#[tokio::test]
async fn large_tables_get_an_index_of_names_that_are_nearly_right() {
    let site = site("search_alike").await;
    let (pool, ada) = (site.world.engine.pool(), site.ada);
    let field = json!({ "name": "filler", "kind": "long_text" });
    site.world.define([(Kind::Fields, "account.filler", Some(field))]).await.unwrap();
    let fill = format!(
        "INSERT INTO t_demo.account (id, name, filler, owner_id, created_at, created_by_id, updated_at, updated_by_id, version) \
         SELECT gen_random_uuid(), md5(n::text), repeat('x', 1500), '{ada}', now(), '{ada}', now(), '{ada}', 1 FROM generate_series(1, 7000) n"
    );
    sqlx::query(AssertSqlSafe(fill)).execute(pool).await.unwrap();
    sqlx::raw_sql("ANALYZE t_demo.account").execute(pool).await.unwrap();
    let indexes = async || -> Vec<String> {
        let text = "SELECT tablename::text FROM pg_indexes WHERE schemaname = 't_demo' AND indexname LIKE '%_alike_idx'";
        sqlx::query_scalar(text).fetch_all(pool).await.unwrap()
    };
    let alike = async || site.get("/api/v1/search?q=tidewatr+soler").await.data(200);
    assert!(!find(&site, "tidewater").await.is_empty());
    site.world.drain().await;
    assert_eq!(indexes().await, [] as [&str; 0], "what is found by its words asks for nothing");
    let before = alike().await;
    assert_eq!((&before[0]["name"], &before[0]["similar"]), (&json!("Tidewater Solar"), &json!(true)));
    site.world.drain().await;
    assert_eq!(indexes().await, ["account"]);
    assert_eq!(alike().await, before);
    let waiting = "SELECT count(*) FROM t_demo._jobs WHERE kind = 'build_indexes'";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await.unwrap(),
        0,
        "it is asked for once"
    );
    let text = "EXPLAIN SELECT id FROM t_demo.account r0 WHERE r0.deleted_at IS NULL AND 'tidewatr soler' <% r0.name \
                AND (SELECT set_config('pg_trgm.word_similarity_threshold', '0.45', TRUE)) IS NOT NULL";
    let plan: Vec<String> = sqlx::query_scalar(text).fetch_all(pool).await.unwrap();
    assert!(plan.iter().any(|line| line.contains("_alike_idx")), "{plan:?}");
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
    // Somebody who sees little of the table finds nothing else by it.
    let mia = site.person("mia", "member").await;
    assert_eq!(site.get_as(&mia, "/api/v1/search?q=tidewatr+soler").await.data(200), json!([]));
}
