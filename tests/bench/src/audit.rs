//! What the audit log costs its writers, how fast it is sealed, also while they are at work, and how fast it is verified.
//! Without it means that a trigger throws its rows away, which costs something itself.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};

use crate::load::http::{self, request};
use crate::load::{self, Until};
use crate::options::Options;
use crate::report::{Report, median};
use crate::world::{SCHEMA, World};

/// Records of one large create.
const BULK: usize = 2_000;
/// Rows that wait to be sealed.
const ROWS: usize = 100_000;
/// Nothing here takes longer to be sealed.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long writers are at work, with so many changes each second.
const AT_WORK: Duration = Duration::from_secs(20);
const CHANGES: usize = 5_000;

/// What came of it.
pub struct Audit {
    /// Median milliseconds of a create of one record and of many, with the log and without.
    one: [f64; 2],
    many: [f64; 2],
    /// Rows a second: sealed by the node in its own time, sealed for somebody who waits, verified.
    rates: [f64; 3],
    /// With writers at work: changes a second, the most rows that waited, and seconds until none did afterwards.
    at_work: [f64; 3],
}

/// Creates with and without in turn, then seals and verifies.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut connection = world.connect().await?;
    let one = request("POST", "/api/v1/accounts", Some(&world.key), Some(&account(0).to_string()));
    let many = many_of(world);
    let one = Arc::new(vec![one]);
    let mut times: [[Vec<f64>; 2]; 2] = Default::default();
    for round in 0..=options.rounds() {
        for (at, has_log) in [true, false].into_iter().enumerate() {
            switch(&mut connection, has_log).await?;
            let load = load::run(&world.trellis.address, &one, 1, Until::After(options.time() / 2)).await;
            ensure!(load.lost == 0, "{} requests failed: {:?}", load.lost, load.reason);
            let began = Instant::now();
            http::json(&world.trellis.address, &many).await?;
            // The first round warms up.
            if round > 0 {
                times[0][at].push(load.quantile(0.5));
                times[1][at].push(began.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
    switch(&mut connection, true).await?;
    let [one, many] = times.map(|times| times.map(median));
    let rates = [
        sealed(world, &mut connection, false).await?,
        sealed(world, &mut connection, true).await?,
        verified(world, &mut connection).await?,
    ];
    let at_work = at_work(world, &mut connection, &many_of(world)).await?;
    report.audit = Some(Audit { one, many, rates, at_work });
    Ok(())
}

impl Audit {
    /// The figures as a table.
    pub fn write(&self, text: &mut String) {
        text.push_str("\n| the audit log | with ms | without ms | |\n|---|---|---|---|\n");
        for (name, [with, without]) in [("one account", self.one), ("2,000 accounts", self.many)] {
            let _ =
                writeln!(text, "| create {name} | {with:.2} | {without:.2} | **{:.2}** |", with / without);
        }
        text.push_str("\n| rows a second | |\n|---|---|\n");
        let names = ["sealed by the node in its own time", "sealed for who waits (goal: 5,000)", "verified"];
        for (name, rate) in names.iter().zip(self.rates) {
            let _ = writeln!(text, "| {name} | {rate:.0} |");
        }
        let [changes, most, left] = self.at_work;
        let _ = writeln!(
            text,
            "\nWith {changes:.0} changes a second for {} seconds: at most {most:.0} rows wait, none {left:.1} s after the last.",
            AT_WORK.as_secs()
        );
    }
}

fn account(n: usize) -> Json {
    json!({ "name": format!("Audited {n}"), "industry": "retail", "phone": "+49 30 1234567" })
}

/// A request that makes many.
fn many_of(world: &World) -> Vec<u8> {
    let many: Vec<Json> = (0..BULK).map(account).collect();
    request("POST", "/api/v1/accounts", Some(&world.key), Some(&json!(many).to_string()))
}

/// Writes as many changes each second as sealing has to keep up with, while it does.
async fn at_work(world: &World, connection: &mut PgConnection, many: &[u8]) -> anyhow::Result<[f64; 3]> {
    empty(connection).await?;
    let text = format!("SELECT count(*) FROM {SCHEMA}._audit_tail");
    let mut turns = tokio::time::interval(Duration::from_secs(1) * BULK as u32 / CHANGES as u32);
    let (began, mut written, mut most) = (Instant::now(), 0, 0);
    while began.elapsed() < AT_WORK {
        turns.tick().await;
        http::json(&world.trellis.address, many).await?;
        written += BULK;
        let waiting: i64 =
            sqlx::query_scalar(AssertSqlSafe(text.clone())).fetch_one(&mut *connection).await?;
        most = most.max(waiting);
    }
    let (rate, ended) = (written as f64 / began.elapsed().as_secs_f64(), Instant::now());
    empty(connection).await?;
    Ok([rate, most as f64, ended.elapsed().as_secs_f64()])
}

/// Lets the tail take nothing in, or everything.
async fn switch(connection: &mut PgConnection, has_log: bool) -> anyhow::Result<()> {
    let text = if has_log {
        format!("DROP TRIGGER IF EXISTS nothing ON {SCHEMA}._audit_tail")
    } else {
        format!(
            "CREATE OR REPLACE FUNCTION {SCHEMA}.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
             CREATE OR REPLACE TRIGGER nothing BEFORE INSERT ON {SCHEMA}._audit_tail FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.nothing()"
        )
    };
    raw_sql(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}

/// Rows a second, from a full tail to an empty one.
async fn sealed(world: &World, connection: &mut PgConnection, is_awaited: bool) -> anyhow::Result<f64> {
    empty(connection).await?;
    let text = format!(
        "INSERT INTO {SCHEMA}._audit_tail (record_id, version, object_id, happened_at, actor_id, action, request_id, changes) \
         SELECT gen_random_uuid(), 2, 'o1', now(), gen_random_uuid(), 'update', gen_random_uuid()::text, \
         jsonb_build_object('f1', jsonb_build_array('old ' || n, 'new ' || n), 'f2', jsonb_build_array(n, n + 1)) FROM generate_series(1, {ROWS}) n"
    );
    raw_sql(AssertSqlSafe(text)).execute(&mut *connection).await?;
    let began = Instant::now();
    if is_awaited {
        let look = request("GET", "/admin/v1/audit-log?limit=1", Some(&world.key), None);
        http::json(&world.trellis.address, &look).await?;
    }
    empty(connection).await?;
    Ok(ROWS as f64 / began.elapsed().as_secs_f64())
}

/// Waits until nothing is left to seal.
async fn empty(connection: &mut PgConnection) -> anyhow::Result<()> {
    let began = Instant::now();
    let text = format!("SELECT NOT EXISTS (SELECT 1 FROM {SCHEMA}._audit_tail)");
    while !sqlx::query_scalar(AssertSqlSafe(text.clone())).fetch_one(&mut *connection).await? {
        ensure!(began.elapsed() < PATIENCE, "the log is not sealed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Rows a second of `trellis audit verify`, its start included.
async fn verified(world: &World, connection: &mut PgConnection) -> anyhow::Result<f64> {
    let text = format!("SELECT count(*) FROM {SCHEMA}._audit");
    let rows: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?;
    let began = Instant::now();
    world.command(&["audit", "verify", "--tenant", "demo"]).await?;
    Ok(rows as f64 / began.elapsed().as_secs_f64())
}
