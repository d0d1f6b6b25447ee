//! Many tenants on one cluster: how long each takes to come, what it costs to have them, whether a request notices how
//! many others there are, and whether those others notice a change of metadata in one of them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::{Value as Json, json};

use crate::load::http::{self, request};
use crate::load::{self, Load, Until};
use crate::options::Options;
use crate::report::{Report, median};
use crate::usage;
use crate::world::World;

/// Tenants at full size.
const TENANTS: f64 = 1000.0;
/// Neighbours whose median stands for one tenant's time.
const NEIGHBOURS: usize = 10;
/// Fields that are added to one tenant while the others work.
const FIELDS: usize = 100;
const CLIENTS: usize = 8;
/// Between two requests of a client while the fields are added: over a thousand requests a second, and not all there is.
const BREATH: Duration = Duration::from_millis(5);
/// Between two changes.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the node is left alone to see what it does by itself.
const REST: Duration = Duration::from_secs(30);
const PASSWORD: &str = "a long enough passphrase 7";

/// What came of it; times in milliseconds unless said otherwise.
pub struct Tenants {
    count: usize,
    /// The answer to the wish for the tenth tenant and for the last one, medians of neighbours.
    made: [f64; 2],
    /// From the wish to the answer of its first record: middle and longest of all.
    to_record: [f64; 2],
    /// p50 and p99 of a record of one tenant, and of a random tenant.
    one: [f64; 2],
    random: [f64; 2],
    /// MB of the node before there were tenants, with them, and after requests for all of them.
    memory: [f64; 3],
    /// Connections of the node, and MB of the largest one and of the middle one.
    connections: (usize, f64, f64),
    /// Shares of a processor that the node and the database take when nobody asks.
    rest: [f64; 2],
    /// A field added: p50, p99.
    changed: [f64; 2],
    /// p50 and p99 of the others without the changes and during them; requests that were lost.
    others: [[f64; 2]; 2],
    lost: usize,
}

/// One tenant, as somebody who works in it sees it.
struct Made {
    token: String,
    deal: String,
    answered: f64,
    to_record: f64,
}

/// Makes the tenants and works in them.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let count = ((TENANTS * options.share()).round() as usize).max(2 * NEIGHBOURS);
    let key = world.command(&["reseller", "create", &format!("Bench {}", std::process::id())]).await?;
    let key = key.split_whitespace().find(|word| word.starts_with("trr_")).context("no key")?.to_owned();
    let before = usage::memory(world.trellis.pid)?;
    let mut all = Vec::new();
    for number in 0..count {
        all.push(make(world, &key, number).await?);
        if (number + 1) % 50 == 0 {
            eprintln!("bench: {} tenants, the last in {:.0} ms", number + 1, all[number].answered);
        }
    }
    let with = usage::memory(world.trellis.pid)?;
    let rest = rest(world).await?;
    let one = read(world, options, &all[..1]).await;
    let random = read(world, options, &all).await;
    let (memory, connections) =
        ([before, with, usage::memory(world.trellis.pid)?], connections(world).await?);
    let (changed, others, lost) = changes(world, &all).await?;
    for reason in [&one.reason, &random.reason].into_iter().flatten() {
        eprintln!("bench: a request was lost: {reason}");
    }
    let answered: Vec<f64> = all.iter().map(|made| made.answered).collect();
    let early = median(answered[NEIGHBOURS / 2..NEIGHBOURS + NEIGHBOURS / 2].to_vec());
    let late = median(answered[count - NEIGHBOURS..].to_vec());
    let records: Vec<f64> = all.iter().map(|made| made.to_record).collect();
    let longest = records.iter().copied().fold(0.0, f64::max);
    report.tenants = Some(Tenants {
        count,
        made: [early, late],
        to_record: [median(records), longest],
        one: shown(&one),
        random: shown(&random),
        memory,
        connections,
        rest,
        changed,
        others,
        lost: lost + one.lost + random.lost,
    });
    Ok(())
}

/// A tenant with the standard packages, its administrator signed in, and its first record.
async fn make(world: &World, key: &str, number: usize) -> anyhow::Result<Made> {
    let address = &world.trellis.address;
    let slug = format!("b{}-{number}", std::process::id());
    let email = "ann@acme.example";
    let wish = json!({
        "slug": slug, "name": format!("Tenant {number}"), "plan": "enterprise", "packages": ["accounts", "leads", "deals", "tasks"],
        "admin": { "email": email, "name": "Ann", "password": PASSWORD },
    });
    let began = Instant::now();
    http::json(address, &request("POST", "/reseller/v1/tenants", Some(key), Some(&wish.to_string()))).await?;
    let answered = millis(began);
    let who = json!({ "tenant": slug, "email": email, "password": PASSWORD }).to_string();
    let login = http::json(address, &request("POST", "/auth/v1/login", None, Some(&who))).await?;
    let token = login["access_token"].as_str().context("no token")?.to_owned();
    let deal = json!({ "name": "First", "amount": 5 }).to_string();
    let deal = http::json(address, &request("POST", "/api/v1/deals", Some(&token), Some(&deal))).await?;
    let deal = deal["data"]["id"].as_str().context("no record")?.to_owned();
    Ok(Made { token, deal, answered, to_record: millis(began) })
}

/// The first record of each, in an order without a pattern, by many at once; once round before it counts.
async fn read(world: &World, options: &Options, tenants: &[Made]) -> Load {
    let requests = Arc::new(reads(tenants));
    let warm = Until::After(options.time().max(Duration::from_secs(tenants.len() as u64 / 50)));
    load::run(&world.trellis.address, &requests, CLIENTS, warm).await;
    load::run(&world.trellis.address, &requests, CLIENTS, Until::After(options.time() * 3)).await
}

fn reads(tenants: &[Made]) -> Vec<Vec<u8>> {
    let one = |made: &Made| request("GET", &format!("/api/v1/deals/{}", made.deal), Some(&made.token), None);
    let mut requests: Vec<(&str, Vec<u8>)> =
        tenants.iter().map(|made| (&made.deal[made.deal.len() - 8..], one(made))).collect();
    // The end of an id is random.
    requests.sort_unstable();
    requests.into_iter().map(|(_, request)| request).collect()
}

/// Adds fields to one tenant while requests go to all others, and then the same requests without.
async fn changes(world: &World, all: &[Made]) -> anyhow::Result<([f64; 2], [[f64; 2]; 2], usize)> {
    let (changed, others) = all.split_first().context("no tenant")?;
    let requests = Arc::new(reads(others));
    let over = Arc::new(AtomicBool::new(false));
    let (address, told) = (world.trellis.address.clone(), Until::Told(over.clone()));
    let asked = requests.clone();
    let loading = tokio::spawn(async move { load::gently(&address, &asked, (CLIENTS, BREATH), told).await });
    let times = fields(world, &changed.token).await;
    over.store(true, Ordering::Relaxed);
    let (during, mut times) = (loading.await?, times?);
    let usual = Until::After(Duration::from_secs_f64(during.seconds));
    let usual = load::gently(&world.trellis.address, &requests, (CLIENTS, BREATH), usual).await;
    times.sort_unstable_by(f64::total_cmp);
    let place = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    Ok(([place(0.5), place(0.99)], [shown(&usual), shown(&during)], usual.lost + during.lost))
}

async fn fields(world: &World, token: &str) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    for number in 0..FIELDS {
        let field: Json = json!({ "kind": "text", "label": format!("Note {number}") });
        let path = format!("/metadata/v1/objects/deal/fields/note_{number}");
        let put = request("PUT", &path, Some(token), Some(&field.to_string()));
        let began = Instant::now();
        http::json(&world.trellis.address, &put).await?;
        times.push(millis(began));
        tokio::time::sleep(PAUSE).await;
    }
    Ok(times)
}

/// Shares of a processor while nobody asks.
async fn rest(world: &World) -> anyhow::Result<[f64; 2]> {
    let (pid, postmaster) = (world.trellis.pid, world.postmaster().await?);
    let used = || anyhow::Ok([usage::cpu(pid)?, usage::cpu_of_children(postmaster)]);
    let before = used()?;
    tokio::time::sleep(REST).await;
    let after = used()?;
    Ok([0, 1].map(|place| (after[place] - before[place]) / REST.as_secs_f64()))
}

/// Connections of the node, with the memory of the largest and of the middle one.
async fn connections(world: &World) -> anyhow::Result<(usize, f64, f64)> {
    let text = "SELECT pid FROM pg_stat_activity WHERE application_name = 'trellis' AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    let pids: Vec<i32> = sqlx::query_scalar(text).fetch_all(&mut world.connect().await?).await?;
    let sizes: Vec<f64> =
        pids.iter().filter_map(|pid| usage::own_memory(u32::try_from(*pid).ok()?).ok()).collect();
    Ok((sizes.len(), sizes.iter().copied().fold(0.0, f64::max), median(sizes)))
}

fn shown(load: &Load) -> [f64; 2] {
    [load.quantile(0.5), load.quantile(0.99)]
}

fn millis(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

impl Tenants {
    /// The table of the page.
    pub fn write(&self, text: &mut String) {
        let pair = |[a, b]: [f64; 2]| format!("{a:.1}, {b:.1} ms");
        let ([early, late], [usual, during]) = (self.made, self.others);
        let (connections, largest, middle) = self.connections;
        let rows = [
            (
                "created, the tenth and the last (medians of ten), ratio (goal: at most 1.5)",
                format!("{early:.0}, {late:.0} ms, **{:.2}**", late / early),
            ),
            ("from the wish to the first record, median and longest (goal: 2000 ms)", pair(self.to_record)),
            ("a record of one tenant, p50 and p99", pair(self.one)),
            ("a record of a random tenant, p50 and p99", pair(self.random)),
            (
                "RSS of the node before, with them, after requests for all",
                format!("{:.0}, {:.0}, {:.0} MB", self.memory[0], self.memory[1], self.memory[2]),
            ),
            (
                "own memory of its connections: number, largest, median",
                format!("{connections}, {largest:.0} MB, {middle:.0} MB"),
            ),
            (
                "processor at rest, node and database",
                format!("{:.1} %, {:.1} %", self.rest[0] * 100.0, self.rest[1] * 100.0),
            ),
            ("a field added to one while the others work, p50 and p99 (goal: 100 ms)", pair(self.changed)),
            ("the others without that, p50 and p99", pair(usual)),
            ("the others meanwhile, p50 and p99", pair(during)),
            ("requests lost", self.lost.to_string()),
        ];
        let _ = writeln!(text, "\n| {} tenants | |\n|---|---|", self.count);
        for (name, figure) in rows {
            let _ = writeln!(text, "| {name} | {figure} |");
        }
    }
}
