//! Attacks by files: texts that a spreadsheet would run, on every way out, and archives that would fill the memory.

use axum::http::Request;
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

const EVIL: [&str; 4] = ["=cmd|' /C calc'!A0", "@SUM(1)", "-2+3+cmd|x", "\t=1"];

async fn send(site: &Site, path: &str, kind: &str, bytes: Vec<u8>) -> Reply {
    site.send(Request::post(path).header("content-type", kind), bytes).await
}

/// An import as it is when it has ended.
async fn ended(site: &Site, started: Reply) -> Json {
    let id = started.data(202)["id"].as_str().unwrap().to_owned();
    for _ in 0..100_000 {
        let import = site.get(&format!("/api/v1/imports/{id}")).await.data(200);
        if ["done", "failed"].contains(&import["status"].as_str().unwrap()) {
            return import;
        }
        tokio::task::yield_now().await;
    }
    panic!("the import does not end");
}

/// Cells of a table that a spreadsheet would run.
fn run(file: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    let cells = rows.iter().flat_map(|row| row.iter());
    cells.filter(|cell| cell.starts_with(['=', '@', '-', '+', '\t', '\r'])).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spreadsheet_runs_nothing_that_comes_in() {
    let site = Site::new(World::with_packages("sheet").await).await;
    let rows: Vec<String> =
        EVIL.iter().map(|text| json!({ "name": text, "amount": 1 }).to_string()).collect();
    let sent =
        send(&site, "/api/v1/deals/import", "application/x-ndjson", rows.join("\n").into_bytes()).await;
    let import = ended(&site, sent).await;
    assert_eq!((&import["created"], &import["rejected"]), (&json!(4), &json!(0)), "{import}");
    // Lists, and the log of what was done, in which names and agents stand as somebody sent them.
    let list = site.get("/api/v1/deals?format=csv&fields=name").await.text();
    assert_eq!(run(&list), [""; 0], "{list}");
    let agent = [("user-agent", "=HYPERLINK(\"http://evil.example\")")];
    site.ask_with("POST", "/api/v1/accounts", Some(json!({ "name": "=1+1" })), &agent).await.data(201);
    let log = site.get("/admin/v1/audit-log?format=csv").await;
    assert_eq!((log.status, run(&log.text())), (200, Vec::new()), "{}", log.text());
    // In JSON texts are what they were.
    let names = site.get("/api/v1/deals?fields=name&sort=created_at").await.data(200);
    let names: Vec<&str> =
        names.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(EVIL.iter().all(|text| names.contains(&text.trim())), "{names:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_come_back_run_nothing_and_are_what_they_were() {
    let site = Site::new(World::with_packages("sheet_rejects").await).await;
    let mut file = "Deal name,Amount\n".to_owned();
    for text in EVIL {
        file += &format!("\"{text}\",none\n");
    }
    let sent = send(&site, "/api/v1/deals/import", "text/csv", file.into_bytes()).await;
    let import = ended(&site, sent).await;
    assert_eq!((&import["created"], &import["rejected"]), (&json!(0), &json!(4)), "{import}");
    let rejects = format!("/api/v1/imports/{}/rejects", import["id"].as_str().unwrap());
    let rejects = site.get(&rejects).await.text();
    assert_eq!(run(&rejects), [""; 0], "{rejects}");
    let right = rejects.replace("none", "7");
    let sent = send(&site, "/api/v1/deals/import", "text/csv", right.into_bytes()).await;
    let import = ended(&site, sent).await;
    assert_eq!((&import["created"], &import["rejected"]), (&json!(4), &json!(0)), "{import}");
    let names = site.get("/api/v1/deals?fields=name").await.data(200);
    let names: Vec<&str> =
        names.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(EVIL.iter().all(|text| names.contains(&text.trim())), "{names:?}");
}

/// A stored archive entry may say any size, and a compressed body may become any: neither is believed.
#[tokio::test]
async fn nothing_is_unpacked_that_would_fill_the_memory() {
    let site = Site::new(World::with_packages("bomb").await).await;
    let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    // One entry that says it is four gigabytes, and a directory that says there are 65,535 of them.
    let mut bomb =
        b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\x10\0\0\0\xff\xff\xff\xff\x08\0\0\0xl/a.xml".to_vec();
    let start = bomb.len() as u32;
    bomb.extend_from_slice(&[0; 16]);
    bomb.extend_from_slice(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\0\0\0\0");
    bomb.extend_from_slice(&start.to_le_bytes());
    bomb.extend_from_slice(&[0, 0]);
    let reply = send(&site, "/api/v1/deals/import", workbook, bomb).await;
    assert!([400, 422].contains(&reply.status), "{} {}", reply.status, reply.text());
    // A body says that it is compressed: it is not unpacked, and means nothing as it is.
    for (method, path) in [("POST", "/api/v1/deals"), ("POST", "/graphql"), ("POST", "/metadata/v1/deploy")] {
        let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xed\xc1\x01\x01\0\0\0\x80\x90\xfe\xaf\xee\x08".to_vec();
        let head = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let reply = site.send(head.header("content-encoding", "gzip"), gzip).await;
        assert!([400, 415].contains(&reply.status), "{path}: {} {}", reply.status, reply.text());
    }
    assert_eq!(site.get("/api/v1/deals").await.data(200), json!([]));
}
