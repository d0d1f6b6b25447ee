//! The change feed: in order, from a cursor, only what one may see, nothing lost and nothing twice.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::StreamExt;
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

async fn create(site: &Site, name: &str) -> String {
    let deal = site.ask("POST", "/api/v1/deals", Some(json!({ "name": name }))).await.data(201);
    deal["id"].as_str().unwrap().to_owned()
}

fn cursor(reply: &Json) -> String {
    reply["pagination"]["next_cursor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn changes_come_in_order_from_a_cursor() {
    let site = site("feed").await;
    let begin = cursor(&site.get("/api/v1/deals/changes").await.json());
    let id = create(&site, "one").await;
    let path = format!("/api/v1/deals/{id}");
    site.ask("PATCH", &path, Some(json!({ "amount": 12345.67 }))).await.data(200);
    create(&site, "two").await;
    site.ask("POST", "/api/v1/tasks", Some(json!({ "title": "another object" }))).await.data(201);
    site.ask("DELETE", &path, None).await;
    site.ask("POST", &format!("{path}/restore"), None).await;
    site.ask("DELETE", &format!("{path}?permanent=true"), None).await;
    let all = site.get(&format!("/api/v1/deals/changes?since={begin}")).await.json();
    let told: Vec<(&str, i64)> = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["id"] == *id)
        .map(|change| (change["action"].as_str().unwrap(), change["version"].as_i64().unwrap()))
        .collect();
    assert_eq!(told, [("create", 1), ("update", 2), ("delete", 3), ("restore", 4), ("purge", 5)]);
    assert_eq!(all["data"].as_array().unwrap().len(), 6);
    assert_eq!(
        (&all["pagination"]["has_more"], &all["data"][0]["actor"]["name"]),
        (&json!(false), &json!("Ada"))
    );
    // Page by page it is the same.
    let (mut at, mut paged) = (begin, Vec::new());
    loop {
        let page = site.get(&format!("/api/v1/deals/changes?since={at}&limit=2")).await.json();
        paged.extend(page["data"].as_array().unwrap().clone());
        at = cursor(&page);
        if page["pagination"]["has_more"] == false {
            break;
        }
    }
    assert_eq!(&json!(paged), &all["data"]);
    assert_eq!(site.get(&format!("/api/v1/deals/changes?since={at}")).await.json()["data"], json!([]));
    for (query, problem) in [
        ("since=x", "since out-of-range"),
        ("since=-1", "since out-of-range"),
        ("limit=0", "limit out-of-range"),
        ("x=1", "x unknown-parameter"),
    ] {
        assert_eq!(site.get(&format!("/api/v1/deals/changes?{query}")).await.problems(400), [problem]);
    }
}

#[tokio::test]
async fn nobody_hears_of_what_they_may_not_read() {
    let site = site("feed_rights").await;
    let gus = site.person("gus", "guest").await;
    let own = site.person("rep", "sales_rep").await;
    let id = create(&site, "Ada's").await;
    let bearer = format!("Bearer {own}");
    let mine = site
        .ask_with("POST", "/api/v1/deals", Some(json!({ "name": "mine" })), &[("authorization", &bearer)])
        .await
        .data(201);
    let heard = async |token: &str| -> Vec<Json> {
        let reply = site.get_as(token, "/api/v1/deals/changes?since=0").await;
        assert!(reply.status == 200 || reply.status == 403, "{}", reply.text());
        reply.json()["data"].as_array().cloned().unwrap_or_default()
    };
    assert_eq!(heard(&gus).await, Vec::<Json>::new());
    let rep = heard(&own).await;
    assert!(rep.iter().any(|change| change["id"] == mine["id"]), "{rep:?}");
    let may_see = site.get_as(&own, &format!("/api/v1/deals/{id}")).await.status == 200;
    assert_eq!(rep.iter().any(|change| change["id"] == *id), may_see);
}

/// A follower of the events; stops after `count` of them, or reads what is there.
struct Events {
    body: futures_util::stream::BoxStream<'static, Result<Bytes, axum::Error>>,
}

impl Events {
    async fn of(site: &Site, last: Option<&str>) -> Self {
        let token = site.token_of("ada@example.com").await;
        let mut request = Request::builder()
            .uri("/api/v1/deals/changes?since=0")
            .header("accept", "text/event-stream")
            .header("accept-encoding", "br, gzip")
            .header("authorization", format!("Bearer {token}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let Ok(response) = site.router.clone().oneshot(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()),
            (200, "text/event-stream")
        );
        assert!(!response.headers().contains_key("content-encoding"));
        Self { body: response.into_body().into_data_stream().boxed() }
    }

    /// The next change: its cursor and what is told.
    async fn next(&mut self) -> (String, Json) {
        loop {
            let piece = self.body.next().await.expect("the answer goes on").unwrap();
            let text = String::from_utf8(piece.to_vec()).unwrap();
            let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            let (Some(id), Some(data)) = (line("id: "), line("data: ")) else { continue };
            if data != "{}" {
                return (id, serde_json::from_str(&data).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn followers_who_are_cut_off_lose_and_double_nothing() {
    let site = site("feed_kills").await;
    const EACH: usize = 5;
    const KILLS: usize = 50;
    let writing = async {
        for n in 0..KILLS * EACH / 5 {
            let five: Vec<Json> = (0..5).map(|k| json!({ "name": format!("{n}-{k}") })).collect();
            site.ask("POST", "/api/v1/deals", Some(json!(five))).await.data(201);
        }
    };
    let following = async {
        let (mut last, mut heard) = (None::<String>, Vec::new());
        while heard.len() < KILLS * EACH {
            // Cut off after a few events, with others perhaps on the way.
            let mut events = Events::of(&site, last.as_deref()).await;
            for _ in 0..EACH {
                let (id, change) = events.next().await;
                last = Some(id);
                heard.push(change);
            }
        }
        heard
    };
    let ((), heard) = tokio::join!(writing, following);
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for change in &heard {
        *times.entry(change["id"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!((heard.len(), times.len()), (KILLS * EACH, KILLS * EACH), "each change once");
    let cursors: Vec<i64> =
        heard.iter().map(|change| change["cursor"].as_str().unwrap().parse().unwrap()).collect();
    assert!(cursors.is_sorted());
}
