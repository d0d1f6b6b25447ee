//! What is asked of both sides: for each case the same questions in each one's own words.

use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::load::http::{self, request};
use crate::world::{SCHEMA, World};

/// Different requests of a case that needs many.
const MANY: i64 = 2000;
/// Records of a bulk create, and how many different ones there are.
const BULK: usize = 1000;
const BULKS: usize = 4;
const STAGES: [&str; 7] = ["new", "qualified", "demo", "proposal", "negotiation", "won", "lost"];
const INDUSTRIES: [&str; 5] = ["technology", "retail", "healthcare", "energy", "banking"];

const NARROW: &str = "name,stage,amount,close_date,probability,next_step,account_id,owner_id,updated_at";

/// One kind of request.
pub struct Case {
    pub name: &'static str,
    /// Share of the hand-written throughput that is wanted.
    pub goal: f64,
    pub trellis: Arc<Vec<Vec<u8>>>,
    pub handwritten: Arc<Vec<Vec<u8>>>,
    /// Whether asking changes nothing, so that both sides must answer the same.
    pub is_read: bool,
}

/// All cases, their requests ready to be sent.
pub async fn all(world: &World) -> anyhow::Result<Vec<Case>> {
    let mut connection = world.connect().await?;
    let ids = sample(&mut connection, "deal").await?;
    let accounts = sample(&mut connection, "account").await?;
    let list = format!("limit=50&sort=-amount&fields={NARROW}");
    Ok(vec![
        pairs(
            world,
            ("get by id", 0.9),
            ids.iter().map(|id| (format!("/api/v1/deals/{id}"), format!("/deals/{id}"))),
        ),
        stages(world, ("list of 50, filter and sort", 0.9), (&list, "/deals")),
        second_page(world, &list).await?,
        stages(world, ("list of 50, all 32 fields", 0.9), ("limit=50&sort=-amount", "/deals/wide")),
        stages(
            world,
            ("list of 50 with account.name", 0.9),
            ("limit=50&sort=-amount&fields=name,stage,amount,close_date,account.name", "/deals/with-account"),
        ),
        with_deals(world),
        three_levels(world),
        aggregate(world),
        create(world, &accounts),
        bulk(world, &accounts),
    ])
}

fn pairs(
    world: &World,
    (name, goal): (&'static str, f64),
    paths: impl Iterator<Item = (String, String)>,
) -> Case {
    let get = |(trellis, handwritten): (String, String)| {
        (request("GET", &trellis, Some(&world.key), None), request("GET", &handwritten, None, None))
    };
    let (trellis, handwritten): (Vec<_>, Vec<_>) = paths.map(get).unzip();
    Case { name, goal, trellis: Arc::new(trellis), handwritten: Arc::new(handwritten), is_read: true }
}

fn stages(world: &World, head: (&'static str, f64), (list, handwritten): (&str, &str)) -> Case {
    let paths = STAGES
        .map(|stage| (format!("/api/v1/deals?stage={stage}&{list}"), format!("{handwritten}?stage={stage}")));
    pairs(world, head, paths.into_iter())
}

async fn second_page(world: &World, list: &str) -> anyhow::Result<Case> {
    let first = stages(world, ("", 0.0), (list, "/deals"));
    let mut paths = Vec::new();
    for (index, stage) in STAGES.iter().enumerate() {
        let trellis = cursor(&world.trellis.address, &first.trellis[index]).await?;
        let handwritten = cursor(&world.handwritten.address, &first.handwritten[index]).await?;
        paths.push((
            format!("/api/v1/deals?stage={stage}&{list}&cursor={trellis}"),
            format!("/deals?stage={stage}&after={handwritten}"),
        ));
    }
    Ok(pairs(world, ("its second page, by keyset", 0.9), paths.into_iter()))
}

async fn cursor(address: &str, request: &[u8]) -> anyhow::Result<String> {
    let page = http::json(address, request).await?;
    Ok(page["pagination"]["next_cursor"].as_str().context("the list has no second page")?.to_owned())
}

fn with_deals(world: &World) -> Case {
    let list = "limit=20&sort=name&fields=name,industry,deals.name,deals.amount,deals.stage&limit%5Bdeals%5D=5&sort%5Bdeals%5D=-amount";
    let paths = INDUSTRIES.map(|industry| {
        (
            format!("/api/v1/accounts?industry={industry}&{list}"),
            format!("/accounts/with-deals?industry={industry}"),
        )
    });
    pairs(world, ("20 accounts, 5 deals nested in each", 0.85), paths.into_iter())
}

/// 10 accounts, 5 deals of each, 3 tasks of those.
fn three_levels(world: &World) -> Case {
    let question = |industry: &str| {
        let query = "query ($industry: String) { accounts(filter: {industry: {eq: $industry}}, sort: [\"name\"], first: 10) { nodes { \
             id name deals(first: 5, sort: [\"-amount\"]) { nodes { id name amount tasks(first: 3, sort: [\"-due_at\"]) { nodes { \
             id title status } } } } } } }";
        json!({ "query": query, "variables": { "industry": industry } }).to_string()
    };
    let ours =
        INDUSTRIES.map(|industry| request("POST", "/graphql", Some(&world.key), Some(&question(industry))));
    let theirs = INDUSTRIES
        .map(|industry| request("GET", &format!("/accounts/three-levels?industry={industry}"), None, None));
    Case {
        name: "three levels over GraphQL",
        goal: 0.85,
        trellis: Arc::new(ours.into()),
        handwritten: Arc::new(theirs.into()),
        is_read: true,
    }
}

fn aggregate(world: &World) -> Case {
    let path = "/api/v1/deals/aggregate?metrics=count,sum(amount)&group_by=stage";
    pairs(
        world,
        ("count and sum of all deals by stage", 0.95),
        [(path.into(), "/deals/by-stage".into())].into_iter(),
    )
}

fn create(world: &World, accounts: &[Uuid]) -> Case {
    let bodies = accounts.iter().enumerate().map(|(n, id)| new_deal(n, *id).to_string()).collect();
    writes(world, ("create one, with history, state and totals", 0.6), "/deals", bodies)
}

/// Beside COPY into both tables, which answers no records.
fn bulk(world: &World, accounts: &[Uuid]) -> Case {
    let deal = |n: usize| new_deal(n, accounts[n % accounts.len()]);
    let body = |first: usize| json!((first..first + BULK).map(deal).collect::<Vec<Json>>()).to_string();
    let bodies = (0..BULKS).map(|n| body(n * BULK)).collect();
    writes(world, ("create 1000 at once, beside COPY", 0.5), "/deals/bulk", bodies)
}

fn writes(world: &World, (name, goal): (&'static str, f64), handwritten: &str, bodies: Vec<String>) -> Case {
    let post = |path: &str, key: Option<&str>| -> Arc<Vec<Vec<u8>>> {
        Arc::new(bodies.iter().map(|body| request("POST", path, key, Some(body))).collect())
    };
    Case {
        name,
        goal,
        trellis: post("/api/v1/deals", Some(&world.key)),
        handwritten: post(handwritten, None),
        is_read: false,
    }
}

/// A deal as a form would send it.
pub fn new_deal(n: usize, account: Uuid) -> Json {
    json!({
        "name": format!("New deal {n}"), "account_id": account, "amount": 1200.5 + n as f64, "stage": "qualified",
        "close_date": "2030-03-31", "next_step": "Call the buyer",
    })
}

/// Ids from all over a table, in no order of time.
pub async fn sample(connection: &mut PgConnection, table: &str) -> anyhow::Result<Vec<Uuid>> {
    let text = format!("SELECT id FROM {SCHEMA}.{table} ORDER BY md5(id::text) LIMIT {MANY}");
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(connection).await?)
}
