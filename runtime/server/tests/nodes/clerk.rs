//! Somebody who works through the balancer, and does again what broke off, under the same key. What was answered is kept
//! as the state that the database must be in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::sync::watch;

use crate::balancer::Balancer;
use crate::errand::{Errands, Parcel};

/// Records of one request that has many.
const MANY: usize = 5;

/// What clerks share.
#[derive(Clone)]
pub struct Desk {
    pub balancer: Arc<Balancer>,
    pub token: String,
    /// The parents of all entries, whose totals are kept.
    pub ledgers: Vec<String>,
    pub over: Arc<AtomicBool>,
    /// Operations that were answered.
    pub done: watch::Sender<u64>,
}

/// What a record must look like.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub name: String,
    pub amount: i64,
    pub ledger: String,
    pub version: i64,
    pub deleted: bool,
}

/// The work of one clerk.
#[derive(Debug, Default)]
pub struct Book {
    pub entries: BTreeMap<String, Entry>,
    /// Requests that broke off or were refused for a while.
    pub failed: Vec<String>,
    /// Answers that came of a second try.
    pub again: usize,
}

/// One clerk.
struct Clerk {
    desk: Desk,
    name: usize,
    random: StdRng,
    book: Book,
    errands: Errands,
    count: usize,
}

/// Works until the day is over.
pub async fn work(desk: Desk, (name, seed): (usize, u64)) -> Book {
    let random = StdRng::seed_from_u64(seed);
    let errands = Errands::new(&desk.balancer, &desk.token);
    let mut clerk = Clerk { desk, name, random, book: Book::default(), errands, count: 0 };
    while !clerk.desk.over.load(Ordering::Relaxed) {
        clerk.act().await;
        clerk.desk.done.send_modify(|done| *done += 1);
    }
    let Errands { failed, again, .. } = clerk.errands;
    Book { failed, again, ..clerk.book }
}

impl Clerk {
    async fn act(&mut self) {
        self.count += 1;
        let live: Vec<String> =
            self.book.entries.iter().filter(|(_, entry)| !entry.deleted).map(|(id, _)| id.clone()).collect();
        let any = (!live.is_empty()).then(|| live[self.random.random_range(0..live.len())].clone());
        match (self.random.random_range(0..10), any) {
            (0..=2, Some(id)) => self.change(&id).await,
            (3, Some(id)) => self.delete(&id).await,
            (4..=6, Some(id)) => self.look(&id).await,
            (7, _) => self.create(MANY).await,
            _ => self.create(1).await,
        }
    }

    async fn create(&mut self, count: usize) {
        let wishes: Vec<Json> = (0..count)
            .map(|place| {
                let ledger = &self.desk.ledgers[self.random.random_range(0..self.desk.ledgers.len())];
                let name = format!("{}-{}-{place}", self.name, self.count);
                json!({ "name": name, "amount": self.random.random_range(1..1000), "ledger_id": ledger })
            })
            .collect();
        let body = if count == 1 { wishes[0].clone() } else { Json::from(wishes) };
        let data = self.ask(Method::POST, "/api/v1/entries", (Some(body), None), 201).await;
        let made = data.as_array().cloned().unwrap_or_else(|| vec![data]);
        assert_eq!(made.len(), count);
        for record in made {
            self.keep(&record);
        }
    }

    async fn change(&mut self, id: &str) {
        let version = self.book.entries[id].version;
        let body = json!({ "amount": self.random.random_range(1..1000) });
        let path = format!("/api/v1/entries/{id}");
        // A second change by the same try would not find the version that it saw.
        let data = self.ask(Method::PATCH, &path, (Some(body), Some(version)), 200).await;
        assert_eq!(data["version"], version + 1);
        self.keep(&data);
    }

    async fn delete(&mut self, id: &str) {
        self.ask(Method::DELETE, &format!("/api/v1/entries/{id}"), (None, None), 204).await;
        let entry = self.book.entries.get_mut(id).unwrap();
        (entry.deleted, entry.version) = (true, entry.version + 1);
    }

    /// What was answered is there at once, whichever node is asked.
    async fn look(&mut self, id: &str) {
        let data = self.ask(Method::GET, &format!("/api/v1/entries/{id}"), (None, None), 200).await;
        assert_eq!(entry(&data), self.book.entries[id], "{id}");
    }

    fn keep(&mut self, record: &Json) {
        self.book.entries.insert(record["id"].as_str().unwrap().to_owned(), entry(record));
    }

    /// Asks until there is an answer; `data` of it.
    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        (body, version): (Option<Json>, Option<i64>),
        status: u16,
    ) -> Json {
        let key = format!("{}-{}", self.name, self.count);
        self.errands.ask((method, path), Parcel { body, version, key }, status).await
    }
}

/// A record as a clerk keeps it.
pub fn entry(record: &Json) -> Entry {
    let text = |key: &str| record[key].as_str().unwrap_or_else(|| panic!("{key} of {record}")).to_owned();
    Entry {
        name: text("name"),
        amount: record["amount"].as_i64().unwrap(),
        ledger: text("ledger_id"),
        version: record["version"].as_i64().unwrap(),
        deleted: false,
    }
}
