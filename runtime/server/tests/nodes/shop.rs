//! One node, and sellers who set prices; at the end each price is held against what was answered. What the node does may be
//! stopped at a place of choice, by a lock that is held against it, so that it is killed there and nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use postgres::testing::{TestDatabase, test_database};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value as Json, json};
use sqlx::{ConnectOptions, PgConnection};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::balancer::Balancer;
use crate::errand::{Errands, Parcel};
use crate::gate::{Gate, until};
use crate::node::Node;
use crate::office::{PATIENCE, ask, sign_in};

pub const ITEMS: usize = 20_000;
/// Items that are made by one request.
const MADE: usize = 2_000;
const SELLERS: usize = 3;
/// Items that one seller has the prices of.
const OWN: usize = 50;

/// Price in cents, and version, by item.
type Prices = BTreeMap<String, (Option<i64>, i64)>;

pub struct Shop {
    pub node: Node,
    balancer: Arc<Balancer>,
    token: String,
    /// All items in the order of their ids, each with its price as it was typed.
    items: Vec<(String, String)>,
    sellers: Vec<JoinHandle<(Prices, Errands)>>,
    over: Arc<AtomicBool>,
    done: watch::Sender<u64>,
    database: TestDatabase,
    connection: PgConnection,
    _folder: TempDir,
}

impl Shop {
    /// Opens it: items with prices that are texts, and the sellers at work.
    pub async fn open(name: &str, seed: u64) -> Self {
        let (database, folder, balancer) =
            (test_database(name).await, tempfile::tempdir().unwrap(), Balancer::new());
        let mut node = Node::new((folder.path(), "a"), (&database.url(), false), &balancer);
        node.start().await;
        let token = sign_in(&balancer).await;
        let items = furnish(&balancer, &token).await;
        let (over, done) = (Arc::new(AtomicBool::new(false)), watch::Sender::new(0));
        let sellers = items.chunks(ITEMS / SELLERS).take(SELLERS).enumerate().map(|(name, part)| {
            let own = part.iter().take(OWN).map(|(id, _)| (id.clone(), (None, 1))).collect();
            let random = StdRng::seed_from_u64(seed.wrapping_add(name as u64));
            let errands = Errands::new(&balancer, &token);
            let seller = Seller { name, own, random, errands, count: 0 };
            tokio::spawn(seller.work(over.clone(), done.clone()))
        });
        let (sellers, connection) = (sellers.collect(), database.connect_options().connect().await.unwrap());
        Self { node, balancer, token, items, sellers, over, done, database, connection, _folder: folder }
    }

    /// kill -9, and a new start.
    pub async fn kill(&mut self) {
        self.node.kill().await;
        self.node.start().await;
    }

    /// Returns when so many more prices are set.
    pub async fn sell(&self, more: u64) {
        let goal = *self.done.borrow() + more;
        let mut done = self.done.subscribe();
        let reached = tokio::time::timeout(PATIENCE, done.wait_for(|done| *done >= goal)).await;
        assert!(reached.is_ok(), "no price is set any more");
    }

    /// Asks for something of the metadata.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Json>) -> Json {
        let parcel = Parcel { body, key: path.to_owned(), ..Parcel::default() };
        Errands::new(&self.balancer, &self.token).ask((method, path), parcel, 200).await
    }

    /// Holds the item in the midst of all, which no seller has, so that whoever changes all of them stops there.
    pub async fn hold_item(&self) -> Gate {
        let (id, _) = &self.items[ITEMS / SELLERS + OWN + 2_345];
        self.hold(&format!("SELECT FROM t_demo.item WHERE id = '{id}' FOR UPDATE")).await
    }

    /// Holds the table as a long question does, so that its columns cannot change places.
    pub async fn hold_table(&self) -> Gate {
        self.hold("LOCK TABLE t_demo.item IN ACCESS SHARE MODE").await
    }

    /// Holds the table as a writer does, so that no index is made beside it.
    pub async fn hold_writers(&self) -> Gate {
        self.hold("LOCK TABLE t_demo.item IN ROW EXCLUSIVE MODE").await
    }

    async fn hold(&self, text: &str) -> Gate {
        Gate::shut(&self.database, text).await
    }

    /// Returns when the node stands before the gate.
    pub async fn until_stopped(&mut self, gate: &Gate) {
        until(&mut self.connection, &gate.is_reached()).await;
    }

    /// Returns when a question of the database is answered with yes.
    pub async fn until(&mut self, question: &str) {
        until(&mut self.connection, question).await;
    }

    /// How many items the job has taken over so far, as it has noted.
    pub async fn filled(&mut self) -> i64 {
        let text = "SELECT coalesce((progress->>'done')::bigint, 0) FROM t_demo._jobs WHERE kind = 'retype'";
        sqlx::query_scalar(text).fetch_one(&mut self.connection).await.unwrap()
    }

    /// Closes it, and compares what is there with what was answered. Answers how often a request had to be sent again.
    pub async fn close(mut self) -> (u64, usize, usize) {
        self.over.store(true, Ordering::Relaxed);
        let (mut sold, mut failed, mut again) = (Prices::new(), 0, 0);
        for seller in std::mem::take(&mut self.sellers) {
            let (prices, errands) = seller.await.unwrap();
            sold.extend(prices);
            (failed, again) = (failed + errands.failed.len(), again + errands.again);
        }
        let text = "SELECT id::text, price::text, version FROM t_demo.item";
        let rows: Vec<(String, Option<String>, i64)> =
            sqlx::query_as(text).fetch_all(&mut self.connection).await.unwrap();
        assert_eq!(rows.len(), ITEMS);
        let typed: BTreeMap<String, String> = self.items.iter().cloned().collect();
        for (id, price, version) in rows {
            match sold.get(&id) {
                Some(told) => assert_eq!((price.as_deref().map(cents), version), *told, "{id}"),
                None => assert_eq!((price.as_ref(), version), (Some(&typed[&id]), 1), "{id}: to the letter"),
            }
        }
        for words in [&["doctor"][..], &["audit", "verify"]] {
            let output = self.node.command(words).output().await.unwrap();
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
        }
        self.node.stop().await;
        (*self.done.borrow(), failed, again)
    }
}

/// Items with a price that is a text; answers their ids in order, and the prices.
async fn furnish(balancer: &Arc<Balancer>, token: &str) -> Vec<(String, String)> {
    let item = json!({ "name": "item", "plural": "items", "fields": [
        { "name": "price", "kind": "text", "indexed": true }, { "name": "serial", "kind": "text" }, { "name": "note", "kind": "long_text" },
    ] });
    ask(balancer, (Method::PUT, "/metadata/v1/objects/item"), (Some(token), item)).await;
    let (mut items, note) = (Vec::new(), "x".repeat(400));
    for from in (0..ITEMS).step_by(MADE) {
        // Leading zeros tell whether a price comes back to the letter.
        let item = |n: usize| json!({ "name": format!("i{n}"), "price": format!("0{n}.50"), "serial": format!("s{n}"), "note": note });
        let wishes: Vec<Json> = (from..from + MADE).map(item).collect();
        let made = ask(balancer, (Method::POST, "/api/v1/items"), (Some(token), wishes.into())).await;
        let text = |record: &Json, key: &str| record[key].as_str().unwrap().to_owned();
        let made = made["data"].as_array().unwrap().iter();
        items.extend(made.map(|record| (text(record, "id"), text(record, "price"))));
    }
    items.sort();
    items
}

struct Seller {
    name: usize,
    own: Prices,
    random: StdRng,
    errands: Errands,
    count: usize,
}

impl Seller {
    async fn work(mut self, over: Arc<AtomicBool>, done: watch::Sender<u64>) -> (Prices, Errands) {
        // Each item once, so that what it is was answered.
        for id in self.own.keys().cloned().collect::<Vec<_>>() {
            self.set(&id).await;
        }
        while !over.load(Ordering::Relaxed) {
            let id = self.own.keys().nth(self.random.random_range(0..OWN)).unwrap().clone();
            self.set(&id).await;
            done.send_modify(|done| *done += 1);
        }
        (self.own, self.errands)
    }

    /// Sets a price, as a text whatever the field is by now, and looks whether it is there.
    async fn set(&mut self, id: &str) {
        self.count += 1;
        let (price, version) = (self.random.random_range(0..1_000_000), self.own[id].1);
        let price = (price % 10 > 0).then_some(price);
        let text = price.map(|price| format!("{}.{:02}", price / 100, price % 100));
        let path = format!("/api/v1/items/{id}");
        let key = format!("{}-{}", self.name, self.count);
        let parcel = Parcel { body: Some(json!({ "price": text })), version: Some(version), key };
        let told = self.errands.ask((Method::PATCH, &path), parcel, 200).await;
        let found = match &told["price"] {
            Json::Null => None,
            Json::String(text) => Some(cents(text)),
            number => Some(cents(&number.to_string())),
        };
        assert_eq!((found, &told["version"]), (price, &json!(version + 1)), "{told}");
        self.own.insert(id.to_owned(), (price, version + 1));
    }
}

/// `12.5` as 1250.
fn cents(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<2}");
    assert!(part[2..].bytes().all(|digit| digit == b'0'), "{text}");
    whole.parse::<i64>().unwrap() * 100 + part[..2].parse::<i64>().unwrap()
}
