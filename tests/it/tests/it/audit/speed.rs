//! What the log costs its writers, and how fast it is sealed and verified.
//!
//! `cargo test --release -p it -- --ignored --nocapture audit::speed`

use std::time::Instant;

use chrono::Utc;
use engine::{Context, What};
use it::{World, fields};
use serde_json::json;

/// Rounds with and without, in turn; the figure is the median.
const ROUNDS: usize = 9;
const SINGLES: usize = 40;
const BULK: usize = 2_000;

/// Milliseconds that one command with so many new records takes.
async fn create(world: &World, ada: &Context, (times, count): (usize, usize)) -> f64 {
    let ada = world.again(ada).await;
    let began = Instant::now();
    for n in 0..times {
        let record = |m| {
            fields(&json!({ "name": format!("{n} {m}"), "industry": "retail", "phone": "+49 30 1234567" }))
        };
        let command = engine::Command {
            object: "account".into(),
            what: What::Create((0..count).map(record).collect()),
        };
        world.engine.write(&ada, command).await.unwrap();
    }
    began.elapsed().as_secs_f64() * 1000.0 / times as f64
}

/// Lets the tail take nothing in: what then remains is the text of the statements, and a trigger.
async fn switch(world: &World, on: bool) {
    let text = if on {
        "DROP TRIGGER IF EXISTS nothing ON t_demo._audit_tail"
    } else {
        "CREATE OR REPLACE FUNCTION t_demo.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
         CREATE TRIGGER nothing BEFORE INSERT ON t_demo._audit_tail FOR EACH ROW EXECUTE FUNCTION t_demo.nothing()"
    };
    sqlx::raw_sql(text).execute(world.engine.pool()).await.unwrap();
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[tokio::test]
#[ignore = "a measurement"]
async fn figures() {
    let world = World::with_packages("audit_speed").await;
    let ada = world.person("ada", "administrator").await;
    for (name, shape) in [("create one", (SINGLES, 1)), ("create 2,000 in bulk", (2, BULK))] {
        let (mut on, mut off) = (Vec::new(), Vec::new());
        create(&world, &ada, shape).await;
        for _ in 0..ROUNDS {
            on.push(create(&world, &ada, shape).await);
            switch(&world, false).await;
            off.push(create(&world, &ada, shape).await);
            switch(&world, true).await;
        }
        let (on, off) = (median(&mut on), median(&mut off));
        println!("{name}: {on:.2} ms with the log, {off:.2} ms without it ({:.2})", on / off);
    }
    let began = Instant::now();
    let mut sealed = 0;
    loop {
        match world.engine.seal(&world.tenant, Utc::now()).await.unwrap() {
            0 => break,
            rows => sealed += rows,
        }
    }
    let rate = |rows: usize, began: Instant| rows as f64 / began.elapsed().as_secs_f64();
    println!("sealed {sealed} rows, {:.0} a second", rate(sealed, began));
    let began = Instant::now();
    let found = world.engine.verify_audit(&world.tenant, &[]).await.unwrap().unwrap();
    println!("verified {} rows, {:.0} a second", found.rows, rate(sealed, began));
}
