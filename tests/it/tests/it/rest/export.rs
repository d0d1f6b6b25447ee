//! Lists as files: every record once, in memory that does not grow, and nothing that a spreadsheet would run.

use std::collections::BTreeSet;

use it::World;
use it::herd::Herd;
use it::site::Site;
use serde_json::{Value as Json, json};

async fn zoo(name: &str) -> Site {
    let site = Site::new(World::zoo(name).await).await;
    let system = site.world.system().await;
    Herd::new(&site.world, &system, 40).await;
    site
}

fn lines(text: &str) -> Vec<Json> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn json_lines_are_the_records_of_the_list() {
    let site = zoo("export_lines").await;
    for rest in [
        "",
        "fields=name,keeper.name,teeth.place&sort=-whole,name&filter[alive]=true",
        "deleted=true",
        "mood=calm&limit=3",
    ] {
        let list = site
            .get(&format!(
                "/api/v1/specimens?{rest}{}",
                if rest.contains("limit") { "" } else { "&limit=1000" }
            ))
            .await
            .data(200);
        let file = site.get(&format!("/api/v1/specimens?{rest}&format=ndjson")).await;
        assert_eq!(
            (file.status, file.header("content-type")),
            (200, "application/x-ndjson"),
            "{}",
            file.text()
        );
        assert_eq!(json!(lines(&file.text())), list, "{rest}");
    }
}

#[tokio::test]
async fn long_lists_come_whole_and_once() {
    let site = Site::new(World::with_packages("export_long").await).await;
    let system = site.world.system().await;
    for part in 0..5 {
        let tasks =
            (0..700).map(|n| it::fields(&json!({ "title": format!("task {part} {n}"), "priority": "high" })));
        site.world.run(&system, "task", engine::What::Create(tasks.collect())).await.unwrap();
    }
    let file = site.get("/api/v1/tasks?fields=title&sort=title&format=ndjson").await;
    let titles: Vec<String> =
        lines(&file.text()).iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect();
    assert_eq!((titles.len(), titles.iter().collect::<BTreeSet<_>>().len()), (3500, 3500));
    assert!(titles.is_sorted());
    let some = site.get("/api/v1/tasks?fields=title&format=ndjson&limit=1000").await;
    assert_eq!(lines(&some.text()).len(), 1000);
}

#[tokio::test]
async fn csv_is_read_back_by_an_import() {
    let site = zoo("export_csv").await;
    let fields = "fields=name,word,whole,weight,alive,born,seen_at,moods,keeper.name,keeper.boss.rank,blob&sort=name,id";
    let file =
        site.ask_with("GET", &format!("/api/v1/specimens?{fields}"), None, &[("accept", "text/csv")]).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"specimens.csv\"");
    let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
    let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        heads,
        [
            "id",
            "name",
            "word",
            "whole",
            "weight",
            "alive",
            "born",
            "seen_at",
            "moods",
            "keeper.id",
            "keeper.name",
            "keeper.boss.id",
            "keeper.boss.rank",
            "blob"
        ]
    );
    let list = site.get(&format!("/api/v1/specimens?{fields}&limit=1000")).await;
    let list: Vec<Json> = list.data(200).as_array().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), list.len());
    for (row, record) in rows.iter().zip(&list) {
        for (head, cell) in heads.iter().zip(row) {
            let value = head.split('.').fold(record, |value, part| &value[part]);
            let expected = match value {
                Json::Null => String::new(),
                Json::String(text) => text.clone(),
                Json::Array(words) if head == "moods" => {
                    words.iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(";")
                }
                other => other.to_string(),
            };
            if head == "blob" && !cell.is_empty() {
                assert_eq!(serde_json::from_str::<Json>(cell).unwrap(), *value);
                continue;
            }
            let number = |text: &str| text.parse::<f64>().ok();
            assert!(
                cell == expected || (number(cell).is_some() && number(cell) == number(&expected)),
                "{head}: {cell} {expected}"
            );
        }
    }
}

#[tokio::test]
async fn nothing_is_run_by_a_spreadsheet() {
    let site = Site::new(World::zoo("export_formulas").await).await;
    for name in ["=cmd|' /C calc'!A0", "+49 30 123", "@x", "plain, \"quoted\"\nline"] {
        site.ask("POST", "/api/v1/specimens", Some(json!({ "name": name, "whole": -5 }))).await.data(201);
    }
    let file = site.get("/api/v1/specimens?fields=name,whole&sort=created_at&format=csv").await.text();
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let cells: Vec<(String, String)> =
        reader.records().map(|row| row.map(|row| (row[1].to_owned(), row[2].to_owned())).unwrap()).collect();
    let names: Vec<&str> = cells.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["'=cmd|' /C calc'!A0", "+49 30 123", "'@x", "plain, \"quoted\"\nline"]);
    assert!(cells.iter().all(|(_, whole)| whole == "-5"));
    let book = site.get("/api/v1/specimens?fields=name,whole,born,alive&format=xlsx").await;
    assert_eq!((book.status, &book.bytes[..4]), (200, &b"PK\x03\x04"[..]));
    // What an import reads of it is what was there, and no cell is a formula.
    let sent = axum::http::Request::builder()
        .method("POST")
        .uri("/api/v1/specimens/import?dry_run=true")
        .header("content-type", book.header("content-type"));
    let import = site.send(sent, book.bytes).await.data(202);
    assert_eq!(import["total"], 4, "{import}");
}

#[tokio::test]
async fn exports_are_held_to_what_lists_are() {
    let site = Site::new(World::with_packages("export_may").await).await;
    site.ask("POST", "/api/v1/deals", Some(json!({ "name": "Ada's" }))).await.data(201);
    let mia = site.person("mia", "member").await;
    assert_eq!(site.get_as(&mia, "/api/v1/deals?format=ndjson").await.text(), "");
    assert_eq!(site.get_as(&mia, "/api/v1/deals?format=csv&fields=name").await.text(), "id,name\r\n");
    let found = site.get("/api/v1/deals?format=csv&colour=1&filter[amount][gt]=x").await.problems(400);
    assert_eq!(found, ["colour unknown-parameter"]);
    assert_eq!(
        site.get("/api/v1/deals?format=csv&filter[amount][gt]=x").await.problems(400),
        ["filter.amount.gt wrong-type"]
    );
    assert_eq!(site.get("/api/v1/deals?format=pdf").await.problems(400), ["format unknown-format"]);
    assert_eq!(site.get("/api/v1/deals?format=csv&page=2").await.problems(400), ["format contradiction"]);
    assert_eq!(site.get("/api/v1/unicorns?format=csv").await.status, 404);
}

/// A node gives away a few connections to readers of files, not all that it has, and not all of these to one tenant's.
#[tokio::test]
async fn slow_readers_leave_connections_to_others() {
    let site = Site::new(World::with_packages("export_slow").await).await;
    let context = site.world.system().await;
    let query = engine::Query { object: "deal".into(), ..engine::Query::default() };
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(site.world.engine.export(&context, &query, engine::export::Form::Csv).await.unwrap());
    }
    let busy = site.get("/api/v1/deals?format=csv").await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, "1"));
    assert_eq!(site.get("/api/v1/deals").await.status, 200);
    let other = site.tenants.ensure("other", "Other").await.unwrap();
    let others = site.world.engine.system_context(&other, "test").await.unwrap();
    let people = engine::Query { object: "user".into(), ..engine::Query::default() };
    let one = site.world.engine.export(&others, &people, engine::export::Form::Csv).await.unwrap();
    let more = site.world.engine.export(&others, &people, engine::export::Form::Csv).await;
    assert!(matches!(more, Err(engine::Error::Busy)));
    drop((open, one));
    assert_eq!(site.get("/api/v1/deals?format=csv").await.status, 200);
}

/// A second connection for the note of it would be one that another export holds, waiting for the same.
#[tokio::test]
async fn an_export_needs_one_connection() {
    let site = Site::new(World::with_packages("export_one").await).await;
    let context = site.world.system().await;
    let query = engine::Query { object: "deal".into(), ..engine::Query::default() };
    let small = site.world.node(1).await;
    let export = small.export(&context, &query, engine::export::Form::Csv);
    let patience = std::time::Duration::from_secs(10);
    assert!(tokio::time::timeout(patience, export).await.expect("it waits for nobody").is_ok());
}
