//! Two nodes, a balancer, clerks at work and a follower; at the end the database is held against what was answered.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use postgres::testing::{TestDatabase, test_database};
use reqwest::Method;
use serde_json::{Value as Json, json};
use sqlx::{ConnectOptions, Row};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::balancer::Balancer;
use crate::clerk::{self, Book, Desk, Entry};
use crate::errand::answered;
use crate::follower::{self, Ears};
use crate::node::{Node, PASSWORD};
use crate::pooler::Pooler;

/// People who work at once.
const CLERKS: usize = 4;
const LEDGERS: usize = 3;
/// Longest wait for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// All of it.
pub struct Office {
    pub nodes: [Node; 2],
    desk: Desk,
    clerks: Vec<JoinHandle<Book>>,
    following: JoinHandle<()>,
    ears: watch::Receiver<Ears>,
    _pooler: Option<Pooler>,
    database: TestDatabase,
    _folder: TempDir,
    began: Instant,
}

/// What came of a day's work.
#[derive(Debug)]
pub struct Told {
    pub entries: usize,
    pub requests: u64,
    pub failed: usize,
    pub again: usize,
    pub lines: usize,
    seconds: u64,
    first_failure: Option<String>,
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entries, requests, failed, again, lines, seconds, first_failure } = self;
        write!(out, "{requests} requests in {seconds} s, {failed} failed tries, {again} answered again, ")?;
        write!(out, "{entries} entries, {lines} lines of the follower; first failure: {first_failure:?}")
    }
}

impl Office {
    /// Opens two nodes and lets everybody begin.
    pub async fn open((name, pooler): (&str, Option<&str>), seed: u64) -> Self {
        let (database, folder, balancer) =
            (test_database(name).await, tempfile::tempdir().unwrap(), Balancer::new());
        let pooler = match pooler {
            Some(program) => Some(Pooler::start(program, &database, folder.path()).await),
            None => None,
        };
        let url = pooler.as_ref().map_or_else(|| database.url(), |pooler| pooler.url.clone());
        let node = |name: &str| Node::new((folder.path(), name), (&url, pooler.is_some()), &balancer);
        let mut nodes = [node("a"), node("b")];
        for node in &mut nodes {
            node.start().await;
        }
        let token = sign_in(&balancer).await;
        let ledgers = furnish(&balancer, &token).await;
        let (over, done) = (Arc::new(AtomicBool::new(false)), watch::Sender::new(0));
        let desk = Desk { balancer: balancer.clone(), token: token.clone(), ledgers, over, done };
        let seed_of = |clerk: usize| seed.wrapping_add(clerk as u64);
        let clerks =
            (0..CLERKS).map(|clerk| tokio::spawn(clerk::work(desk.clone(), (clerk, seed_of(clerk)))));
        let (tell, ears) = watch::channel(Ears::default());
        let following = tokio::spawn(follower::follow(balancer, token, tell));
        let (clerks, began) = (clerks.collect(), Instant::now());
        Self { nodes, desk, clerks, following, ears, _pooler: pooler, database, _folder: folder, began }
    }

    /// Returns when so many more requests are answered.
    pub async fn work(&self, more: u64) {
        let goal = *self.desk.done.borrow() + more;
        let mut done = self.desk.done.subscribe();
        let reached = tokio::time::timeout(PATIENCE, done.wait_for(|done| *done >= goal)).await;
        assert!(reached.is_ok(), "no work is done any more");
    }

    /// Ends the day and compares what is there with what was answered.
    pub async fn close(mut self) -> Told {
        self.desk.over.store(true, Ordering::Relaxed);
        let mut whole = Book::default();
        for clerk in std::mem::take(&mut self.clerks) {
            let book = clerk.await.unwrap();
            whole.entries.extend(book.entries);
            whole.failed.extend(book.failed);
            whole.again += book.again;
        }
        assert_eq!(self.stored().await, whole.entries, "what is there is not what was answered");
        self.compare_totals(&whole).await;
        self.compare_heard(&whole).await;
        for words in [&["doctor"][..], &["audit", "verify"]] {
            let output = self.nodes[0].command(words).output().await.unwrap();
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
        }
        for node in &mut self.nodes {
            node.stop().await;
        }
        self.following.abort();
        Told {
            entries: whole.entries.len(),
            requests: *self.desk.done.borrow(),
            failed: whole.failed.len(),
            again: whole.again,
            lines: self.ears.borrow().lines,
            seconds: self.began.elapsed().as_secs(),
            first_failure: whole.failed.first().cloned(),
        }
    }

    /// Every entry as it is stored.
    async fn stored(&self) -> BTreeMap<String, Entry> {
        let mut connection = self.database.connect_options().connect().await.unwrap();
        let text = "SELECT id::text, name, amount, ledger_id::text, version, deleted_at IS NOT NULL FROM t_demo.entry";
        let rows = sqlx::query(text).fetch_all(&mut connection).await.unwrap();
        let entry = |row: sqlx::postgres::PgRow| {
            let entry = Entry {
                name: row.get(1),
                amount: row.get(2),
                ledger: row.get(3),
                version: row.get(4),
                deleted: row.get(5),
            };
            (row.get(0), entry)
        };
        rows.into_iter().map(entry).collect()
    }

    /// The totals of the parents are those of the entries.
    async fn compare_totals(&self, whole: &Book) {
        let asked = |client: &reqwest::Client, node: &str| {
            client
                .get(format!("{node}/api/v1/ledgers?fields=id,total,entries_count"))
                .bearer_auth(&self.desk.token)
        };
        let (status, json) = answered(self.desk.balancer.send(asked).await).await.unwrap();
        assert_eq!(status, 200, "{json}");
        for ledger in json["data"].as_array().unwrap() {
            let mine = whole.entries.values().filter(|entry| !entry.deleted && ledger["id"] == entry.ledger);
            let (count, total) = mine.fold((0, 0), |(count, total), entry| (count + 1, total + entry.amount));
            assert_eq!((&ledger["entries_count"], &ledger["total"]), (&json!(count), &json!(total)));
        }
    }

    /// The follower has heard of each version of each entry once, in the order of the stream.
    async fn compare_heard(&mut self, whole: &Book) {
        let changes: i64 = whole.entries.values().map(|entry| entry.version).sum();
        let goal = usize::try_from(changes).unwrap();
        let heard = tokio::time::timeout(PATIENCE, self.ears.wait_for(|ears| ears.heard.len() >= goal)).await;
        let heard = heard.expect("the follower hears of everything").unwrap().heard.clone();
        assert!(heard.is_sorted_by(|a, b| a.cursor < b.cursor), "out of order, or told twice");
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        heard.iter().for_each(|one| *counts.entry(one.record.clone()).or_default() += 1);
        let versions = whole.entries.iter().map(|(id, entry)| (id.clone(), entry.version)).collect();
        assert_eq!(counts, versions, "changes that were told of each record");
    }
}

pub async fn sign_in(balancer: &Balancer) -> String {
    let body = json!({ "email": "admin@example.com", "password": PASSWORD });
    let json = ask(balancer, (Method::POST, "/auth/v1/login"), (None, body)).await;
    json["access_token"].as_str().unwrap().to_owned()
}

/// Objects with a total over the other's records, and the parents; answers their ids.
async fn furnish(balancer: &Balancer, token: &str) -> Vec<String> {
    let ledger = json!({ "name": "ledger", "plural": "ledgers", "fields": [] });
    let entry = json!({ "name": "entry", "plural": "entries", "fields": [
        { "name": "amount", "kind": "integer" },
        { "name": "ledger", "kind": "lookup", "to": "ledger", "inverse": "entries" },
    ] });
    let sum =
        json!({ "name": "total", "kind": "rollup", "of": "entries", "function": "sum", "field": "amount" });
    let count = json!({ "name": "entries_count", "kind": "rollup", "of": "entries", "function": "count" });
    for (path, body) in [
        ("/metadata/v1/objects/ledger", ledger),
        ("/metadata/v1/objects/entry", entry),
        ("/metadata/v1/objects/ledger/fields/total", sum),
        ("/metadata/v1/objects/ledger/fields/entries_count", count),
    ] {
        ask(balancer, (Method::PUT, path), (Some(token), body)).await;
    }
    let names: Vec<Json> = (0..LEDGERS).map(|number| json!({ "name": format!("L{number}") })).collect();
    let made = ask(balancer, (Method::POST, "/api/v1/ledgers"), (Some(token), names.into())).await;
    let ids = made["data"].as_array().unwrap().iter().map(|ledger| ledger["id"].as_str().unwrap().to_owned());
    ids.collect()
}

pub async fn ask(
    balancer: &Balancer,
    (method, path): (Method, &str),
    (token, body): (Option<&str>, Json),
) -> Json {
    let made = |client: &reqwest::Client, node: &str| {
        let asked = client.request(method.clone(), format!("{node}{path}")).body(body.to_string());
        let asked = asked.header("content-type", "application/json");
        token.into_iter().fold(asked, |asked, token| asked.bearer_auth(token))
    };
    let (status, json) = answered(balancer.send(made).await).await.unwrap();
    assert!((200..300).contains(&status), "{path}: {status} {json}");
    json
}
